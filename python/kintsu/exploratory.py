"""What the columns of tables hold, before there is a model.

>>> people = [{"unique_id": 1, "city": "York"}, {"unique_id": 2, "city": "York"}, {"unique_id": 3, "city": None}]
>>> [(row["column_name"], row["completeness"]) for row in completeness(people, cols=["city"]).to_dicts()]
[('city', 0.6666666666666666)]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kintsu.errors import InputTypeError, absent
from kintsu.inputs import Data, Memory, one_of, several
from kintsu.linker.database_api import looked_up
from kintsu.linker.exploratory import LinkerExploratory
from kintsu.linker.job import inputs_of
from kintsu.linker.session import Session
from kintsu.linker.visualisations import no_chart
from kintsu.results import ResultTable

__all__ = ["completeness", "completeness_chart", "profile_columns"]

__getattr__ = absent(__name__, {"similarity_analysis": "score pairs of records with linker.inference.score_pairs(...)"})


def completeness(table_or_tables: Data | Sequence[Data], db_api: Any = None, cols: Sequence[str] | None = None) -> ResultTable:
    """The share of values that are not null, from 0 to 1, a row a column and table.

    Raises:
        ValueError: A table cannot be read.
        TypeError: Something is no table.
    """
    return _explored(table_or_tables, db_api).completeness(cols)


def profile_columns(
    table_or_tables: Data | Sequence[Data] = None,
    db_api: Any = None,
    column_expressions: Sequence[str] | None = None,
    top_n: int = 10,
    bottom_n: int = 10,
    *,
    splink_dataframe_or_dataframes: Data | Sequence[Data] = None,
) -> ResultTable:
    """The distribution of values of columns or column expressions: the data of Splink's chart.

    The second argument is the handle, as in Splink 4, or the expressions, as in Splink 5.

    Raises:
        ValueError: An expression cannot be read, or names a column that is not there.
        TypeError: Something is no table, or numbers stand where expressions do.

    >>> people = [{"unique_id": 1, "city": "York"}, {"unique_id": 2, "city": "York"}, {"unique_id": 3, "city": "Leeds"}]
    >>> rows = profile_columns(people, column_expressions=["city"], top_n=1, bottom_n=0).to_dicts()
    >>> [(row["value"], row["value_count"]) for row in rows if row["kind"] == "top"]
    [('York', 2)]
    """
    tables = one_of(table_or_tables=table_or_tables, splink_dataframe_or_dataframes=splink_dataframe_or_dataframes)
    if isinstance(db_api, (str, list, tuple)):
        if column_expressions is not None:
            raise InputTypeError("expressions are given twice", code="KN-PY-067", hint="give numbers of values by their names")
        db_api, column_expressions = None, [db_api] if isinstance(db_api, str) else db_api
    return _explored(tables, db_api).profile_columns(column_expressions, top_n, bottom_n)


def completeness_chart(*arguments: object, **options: object) -> Any:
    """A chart, which is not there yet."""
    raise no_chart("completeness_chart", "its data are there: kintsu.exploratory.completeness(...)")


def _explored(table_or_tables: Data | Sequence[Data], db_api: Any) -> LinkerExploratory:
    held = Memory()
    tables = [looked_up(table, db_api) for table in several(table_or_tables)]
    link_type = "link_and_dedupe" if len(tables) > 1 else "dedupe_only"
    return LinkerExploratory(Session({"inputs": inputs_of(tables, None, held), "link_type": link_type}, held, {}))
