"""Functions of columns that run the token kernel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kintsu.spark.frames import functions_of
from kintsu.spark.workers import by_value

_TOKENS = "array<struct<RecordId: string, RuleId: string, Token: string>>"


def token_function(frame_or_session: Any, arguments: tuple[Any, ...]) -> Any:
    """A function of the rule and the attributes that gives one token."""
    import pandas

    run = by_value("token", "token_column", arguments)
    # Spark tells kinds of functions apart by their annotations.
    run.__annotations__ = {"batches": Iterator[tuple[pandas.Series, ...]], "return": Iterator[pandas.Series]}
    return functions_of(frame_or_session).pandas_udf(run, "string")


def token_lists(frame: Any, arguments: tuple[Any, ...]) -> Any:
    """A function of a whole row, as one struct, that gives the list of its tokens; it needs Spark 4.1."""
    import pyarrow

    functions = functions_of(frame)
    if not hasattr(functions, "arrow_udf"):
        raise RuntimeError("tokens inside a declarative pipeline need PySpark 4.1 or newer")
    run = by_value("tokenize", "tokenize_structs", arguments)
    run.__annotations__ = {"batches": Iterator[pyarrow.Array], "return": Iterator[pyarrow.Array]}
    return functions.arrow_udf(run, _TOKENS)
