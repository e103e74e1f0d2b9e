"""What the columns of tables hold, before there is a model.

>>> people = [{"unique_id": 1, "city": "York"}, {"unique_id": 2, "city": "York"}, {"unique_id": 3, "city": None}]
>>> [(row["column_name"], row["completeness"]) for row in completeness(people, cols=["city"]).to_dicts()]
[('city', 0.6666666666666666)]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kintsu.inputs import Data, Memory, several
from kintsu.linker.database_api import looked_up
from kintsu.linker.exploratory import LinkerExploratory
from kintsu.linker.job import inputs_of
from kintsu.linker.session import Session
from kintsu.linker.visualisations import no_chart
from kintsu.results import ResultTable

__all__ = ["completeness", "completeness_chart", "profile_columns"]


def completeness(table_or_tables: Data | Sequence[Data], db_api: Any = None, cols: Sequence[str] | None = None) -> ResultTable:
    """The share of filled values of each column and table."""
    return _explored(table_or_tables, db_api).completeness(cols)


def profile_columns(
    table_or_tables: Data | Sequence[Data],
    db_api: Any = None,
    column_expressions: Sequence[str] | None = None,
    top_n: int = 10,
    bottom_n: int = 10,
) -> ResultTable:
    """The distribution of values of columns or column expressions: the data of Splink's chart."""
    return _explored(table_or_tables, db_api).profile_columns(column_expressions, top_n, bottom_n)


def completeness_chart(*arguments: object, **options: object) -> Any:
    """A chart, which is not there yet."""
    raise no_chart("completeness_chart", "its data are there: kintsu.exploratory.completeness(...)")


def _explored(table_or_tables: Data | Sequence[Data], db_api: Any) -> LinkerExploratory:
    held = Memory()
    tables = [looked_up(table, db_api) for table in several(table_or_tables)]
    link_type = "link_and_dedupe" if len(tables) > 1 else "dedupe_only"
    return LinkerExploratory(Session({"inputs": inputs_of(tables, None, held), "link_type": link_type}, held, {}))
