"""Data as it comes: paths, and everything in memory that can be taken over as Arrow batches without copies."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from kintsu import _native
from kintsu.arguments import threads_of_ones_own
from kintsu.errors import InputError, InputTypeError, KintsuError, NotAvailableError, missing_package, warn
from kintsu.frames import ArrowTable, is_path, path_text

__all__ = ["Data", "Memory", "RegisteredTable", "is_row", "native_table", "one_of", "several"]

#: A path, or a table in memory: pandas, Polars, Arrow, a DuckDB relation, a result of kintsu, or a list of records.
Data: TypeAlias = Any


@dataclass(frozen=True)
class RegisteredTable:
    """Data under a name: what ``register`` gives and ``Linker`` takes."""

    name: str | None
    data: Data

    @property
    def dataset_display_name(self) -> str | None:
        """The name under which results speak of the table."""
        return self.name

    @property
    def physical_name(self) -> str | None:
        """The name of the table."""
        return self.name


@dataclass
class Memory:
    """What a job names that is in memory: tables and texts by name."""

    tables: dict[str, _native.Table] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def hold_table(self, name: str, table: _native.Table) -> str:
        """Holds a table and gives the path by which the job names it."""
        self.tables[name] = table
        return f"memory:{name}"

    def hold_text(self, name: str, text: str) -> str:
        """Holds the text of a file and gives the path by which the job names it."""
        self.texts[name] = text
        return f"memory:{name}"

    def input(self, data: Data, default_name: str, name: str | None = None) -> dict[str, str]:
        """An input of a job."""
        while isinstance(data, RegisteredTable):
            name, data = name or data.name, data.data
        if is_path(data):
            path = path_text(data)
            return {"path": path, "name": name} if name else {"path": path}
        called = name or default_name
        if called in self.tables:
            raise InputError(f"two inputs are called `{called}`", code="KN-PY-041", hint="give each table a name of its own")
        return {"path": self.hold_table(called, native_table(data)), "name": called}


def several(data: Data | Sequence[Data]) -> list[Data]:
    """One table as a list of one; a list of records is one table."""
    if isinstance(data, (list, tuple)) and not (data and all(isinstance(row, Mapping) for row in data)):
        return list(data)
    return [data]


def one_of(**given: Any) -> Any:
    """The one argument that is given of those that mean the same in different versions of Splink.

    >>> one_of(table_or_tables="people.csv", splink_dataframe_or_dataframes=None)
    'people.csv'
    """
    known = [value for value in given.values() if value is not None]
    if len(known) != 1:
        names = " and ".join(f"`{name}`" for name in given)
        said = f"{names} are both given" if known else f"of {names} none is given, or None is"
        raise InputTypeError(said, code="KN-PY-066", hint="give one of them: they mean the same")
    return known[0]


def native_table(data: Data) -> _native.Table:
    """The batches of a table in memory, or of the file that a path names.

    Raises:
        TypeError: It is neither a path nor a table.
        ImportError: It is a frame of pandas, or records in dictionaries, and PyArrow is not installed.
        NotImplementedError: It is a frame of Spark.

    >>> native_table([{"unique_id": 1, "name": "Ann"}, {"unique_id": 2, "name": None}]).num_rows
    2
    """
    if isinstance(data, RegisteredTable):
        return native_table(data.data)
    if isinstance(data, _native.Table):
        return data
    if is_path(data):
        return _native.read_table(path_text(data), json.dumps(threads_of_ones_own()))
    # By its class: frames have their columns as attributes, those of Spark Connect any that they are asked for.
    if isinstance(data, ArrowTable) and hasattr(data, "native"):
        return native_table(data.native)
    kind = type(data).__module__.split(".")[0]
    if kind == "pyspark":
        raise spark_refused()
    if kind == "pandas" and hasattr(data, "columns"):
        return _native.Table.from_arrow(_of_pandas(data))
    if kind == "polars" and (hasattr(data, "collect") or hasattr(data, "get_columns")):
        return _native.Table.from_arrow(_of_polars(data.collect() if hasattr(data, "collect") else data))
    if kind not in ("pandas", "polars") and (hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__")):
        return _of_arrow(data)
    if kind in ("duckdb", "_duckdb") and hasattr(data, "fetch_arrow_table"):
        return _native.Table.from_arrow(data.fetch_arrow_table())
    if isinstance(data, Mapping) or (isinstance(data, (list, tuple)) and all(isinstance(row, Mapping) for row in data)):
        return _of_records(data)
    raise _no_table(data)


def spark_refused() -> NotAvailableError:
    """The error for Spark DataFrames, which are never collected unasked."""
    return NotAvailableError(
        "a Spark DataFrame cannot be taken here, and it is not collected unasked",
        code="KN-PY-043",
        hint="write it as Parquet and give the path, or give `df.toArrow()` where it fits into this machine's memory; "
        "on Spark itself kintsu.spark makes tokens (OpenTokenProcessor) and compares them (OpenTokenOverlapAnalyzer), and "
        "linkage is not there yet",
    )


def is_row(data: Data) -> bool:
    """Whether it is a row of pandas, such as ``frame.iloc[0]``: a column alone, with the names in its index.

    >>> is_row({"unique_id": 1})
    False
    """
    is_series = type(data).__module__.split(".")[0] == "pandas" and not hasattr(data, "columns") and hasattr(data, "to_dict")
    return is_series and all(isinstance(name, str) for name in data.index)


def json_lines(records: Sequence[Mapping[str, Any]]) -> str:
    """Records as JSON, one object a line; dates and times as ISO 8601 writes them, what pandas calls missing as null.

    >>> json_lines([{"unique_id": 1, "dob": float("nan")}])
    '{"unique_id": 1, "dob": null}\\n'
    """
    present = ({name: None if _is_missing(value) else value for name, value in record.items()} for record in records)
    return "".join(json.dumps(record, default=_as_json, allow_nan=False) + "\n" for record in present)


def _is_missing(value: object) -> bool:
    return (isinstance(value, float) and value != value) or type(value).__name__ in ("NAType", "NaTType")


def _as_json(value: Any) -> Any:
    """Numbers and arrays of NumPy as those of Python, everything else as text."""
    return value.tolist() if hasattr(value, "tolist") else str(value)


def _of_pandas(frame: Any) -> Any:
    try:
        import pyarrow
    except ImportError as error:
        raise missing_package("pyarrow", "reading pandas tables", "pandas") from error
    named = [str(name) for name in frame.index.names if name is not None and name not in frame.columns]
    if named:
        warn(
            "KN-W-PY-002",
            f"the index of the frame, `{', '.join(named)}`, is no column and is left out",
            "make columns of it with frame.reset_index(), or drop its name",
        )
    try:
        # A copy: numbers are shared with the frame, which goes on being changed while records are looked at.
        return pyarrow.Table.from_pandas(frame.copy(), preserve_index=False)
    except (TypeError, ValueError, OverflowError) as error:
        raise _mixed(error, frame.columns, 'frame[column].astype("string")') from None


def _of_polars(frame: Any) -> Any:
    """The frame; columns of nulls alone, which Polars hands out in a form of its own, as text."""
    import polars

    nulls = [name for name, kind in frame.schema.items() if kind == polars.Null]
    return frame.with_columns(polars.col(nulls).cast(polars.String)) if nulls else frame


def _of_arrow(data: Any) -> _native.Table:
    try:
        return _native.Table.from_arrow(data)
    except (TypeError, ValueError) as error:
        if isinstance(error, KintsuError):
            raise
        # A column alone, say: it speaks Arrow and is no table.
        raise _no_table(data) from error


def _no_table(data: Data) -> InputTypeError:
    return InputTypeError(
        f"{_article(type(data).__name__)} is no table that can be read",
        code="KN-PY-042",
        hint="give a path, or a table of pandas, Polars, Arrow or DuckDB",
    )


def _article(name: str) -> str:
    return name if name == "NoneType" else f"an {name}" if name[0] in "aeiouAEIOU" else f"a {name}"


def _several_types(error: Exception, column: str | None, as_text: str) -> InputError:
    where = f"the column `{column}`" if column else "a column"
    if isinstance(error, UnicodeError):
        return InputError(
            f"{where} has text that is no Unicode: half a character",
            code="KN-PY-075",
            hint='replace it: text.encode("utf-8", "replace").decode()',
        )
    if isinstance(error, OverflowError):
        return InputError(f"{where} has numbers beyond 64 bits", code="KN-PY-070", hint=f"make text of them: {as_text}")
    return InputError(f"{where} has values of several types", code="KN-PY-070", hint=f"give it one type, such as text: {as_text}")


def _of_records(records: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> _native.Table:
    try:
        import pyarrow
    except ImportError as error:
        raise missing_package("pyarrow", "reading records from dictionaries", "pandas") from error
    if isinstance(records, Mapping):
        columns = dict(records)
    else:
        # Records may lack some of the columns, the first one, too.
        names = dict.fromkeys(name for record in records for name in record)
        columns = {name: [record.get(name) for record in records] for name in names}
    arrays = {name: _column(pyarrow, name, values) for name, values in columns.items()}
    try:
        table = pyarrow.table(arrays)
    except (TypeError, ValueError) as error:
        raise InputError(
            "the columns do not make a table", code="KN-PY-070", hint="give each column one type and as many values"
        ) from error
    return _native.Table.from_arrow(table)


def _column(pyarrow: Any, name: str, values: Any) -> Any:
    """A column of values, of which those that pandas calls missing are null."""
    if isinstance(values, (list, tuple)):
        values = [None if _is_missing(value) else value for value in values]
    try:
        return pyarrow.array(values) if isinstance(values, list) else copy.copy(values)
    except (TypeError, ValueError, OverflowError) as error:
        raise _several_types(error, name, "str(value) where it is not None") from None


def _mixed(error: Exception, columns: Sequence[object], as_text: str) -> InputError:
    """The error for columns that Arrow cannot hold; what PyArrow says of it may hold values."""
    names = [str(name) for name in columns]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        return InputError(
            f"several columns are called {', '.join(repeated)}", code="KN-PY-070", hint="give each column a name of its own"
        )
    named = re.search(r"for column (.+?) with type", str(error))
    return _several_types(error, named[1] if named else None, as_text)
