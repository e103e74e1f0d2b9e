"""What Spark frames are, seen without asking Spark to compute anything.

Classic and Connect frames share no class, and PySpark's ``functions`` follow the process rather than the frame, so both are
told apart by the frame's own module.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from pyspark.sql.types import StructField

#: The error class by which declarative pipelines refuse to look at a frame while its query is being defined.
_ANALYSIS_REFUSED = "ATTEMPT_ANALYSIS_IN_PIPELINE_QUERY_FUNCTION"


def is_spark_frame(value: Any) -> bool:
    """Whether ``value`` is a frame of Spark, classic or Connect; PySpark is not imported for it."""
    modules = {kind.__module__ for kind in type(value).__mro__ if kind.__name__ == "DataFrame"}
    return any(module.startswith("pyspark.sql") for module in modules)


def is_connect(value: Any) -> bool:
    """Whether a frame or a session belongs to Spark Connect."""
    return type(value).__module__.startswith("pyspark.sql.connect")


def functions_of(frame: Any) -> Any:
    """The functions that make columns for this frame."""
    if is_connect(frame):
        from pyspark.sql.connect import functions as connect_functions

        return connect_functions
    from pyspark.sql import functions

    return functions


@contextmanager
def functions_made_for(frame: Any) -> Iterator[Any]:
    """The functions of this frame, while user-defined functions are made, of which PySpark asks the process and not the frame."""
    variable = "SPARK_CONNECT_MODE_ENABLED"
    before = os.environ.get(variable)
    if is_connect(frame):
        os.environ[variable] = "1"
    else:
        os.environ.pop(variable, None)
    try:
        yield functions_of(frame)
    finally:
        if before is None:
            os.environ.pop(variable, None)
        else:
            os.environ[variable] = before


def fields_of(frame: DataFrame) -> list[StructField] | None:
    """The fields of a frame; none inside the query function of a declarative pipeline, where nobody may ask."""
    try:
        return list(frame.schema.fields)
    except Exception as error:
        if _ANALYSIS_REFUSED in str(error) or _ANALYSIS_REFUSED in type(error).__name__:
            return None
        raise


def told_apart(frame: DataFrame, fields: list[StructField], wanted: Iterable[str]) -> tuple[DataFrame, dict[str, str]]:
    """The frame, and the name in it of each wanted column.

    Spark does not tell names apart by the case of their letters: where it would find several, the columns are renamed by their
    position, and the first of equal names counts.
    """
    wanted = list(wanted)
    names = [field.name for field in fields]
    folded = Counter(name.lower() for name in names)
    if all(folded[name.lower()] == 1 for name in wanted):
        return frame, {name: name for name in wanted}
    by_position = [f"column{position}" for position in range(len(names))]
    return frame.toDF(*by_position), {name: by_position[names.index(name)] for name in wanted}


def is_text(field: StructField) -> bool:
    """Whether a column holds text, with a length or a collation of its own or without."""
    return str(field.dataType.typeName()).startswith(("string", "varchar", "char"))


def quoted(name: str) -> str:
    """A column name as Spark reads it whatever stands in it."""
    return "`" + name.replace("`", "``") + "`"
