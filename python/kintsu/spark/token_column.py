"""Functions of columns that run the token kernel."""

from __future__ import annotations

import typing
from typing import Any

from kintsu.spark.errors import EnvironmentMismatchError
from kintsu.spark.frames import functions_made_for, functions_of
from kintsu.spark.workers import by_value


def token_function(frame_or_session: Any, arguments: tuple[Any, ...]) -> Any:
    """A function of the rule and the attributes that gives one token."""
    import pandas
    from pyspark.sql.types import StringType

    run = by_value("token", "token_column", arguments)
    # Spark tells kinds of functions apart by their annotations; 3.4 knows those of `typing` alone.
    several = typing.Tuple[pandas.Series, ...]  # noqa: UP006
    run.__annotations__ = {"batches": typing.Iterator[several], "return": typing.Iterator[pandas.Series]}
    with functions_made_for(frame_or_session) as functions:
        return functions.pandas_udf(run, StringType())


def token_lists(frame: Any, arguments: tuple[Any, ...]) -> Any:
    """A function of a whole row, as one struct, that gives the list of its tokens; it needs Spark 4.1."""
    import pyarrow
    from pyspark.sql.types import ArrayType, StringType, StructType

    if not hasattr(functions_of(frame), "arrow_udf"):
        raise EnvironmentMismatchError(
            "tokens inside a declarative pipeline need PySpark 4.1 or newer", code="KN-PY-114", hint="update PySpark and Spark"
        )
    run = by_value("tokenize", "tokenize_structs", arguments)
    run.__annotations__ = {"batches": typing.Iterator[pyarrow.Array], "return": typing.Iterator[pyarrow.Array]}
    with functions_made_for(frame) as functions:
        # As types and not as words, of which PySpark would ask the server.
        token = StructType().add("RecordId", StringType()).add("RuleId", StringType()).add("Token", StringType())
        return functions.arrow_udf(run, ArrayType(token))
