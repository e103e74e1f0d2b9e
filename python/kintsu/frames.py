"""Paths, and tables that go out: an `ArrowTable` is taken as it is by whatever speaks the Arrow PyCapsule interface.

What this is not: a table library. What comes in is taken over by `kintsu.inputs`.
"""

from __future__ import annotations

import html
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from kintsu import _native
from kintsu.errors import InputError, missing_package

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

__all__ = ["ArrowTable", "html_table", "is_path", "path_text"]

# Rows that are shown in a notebook.
_ROWS_SHOWN = 10


def is_path(data: object) -> TypeGuard[str | os.PathLike[str]]:
    """Whether ``data`` names a file."""
    return isinstance(data, str | os.PathLike)


def path_text(path: str | os.PathLike[str]) -> str:
    """The path as text; ``~`` is the user's own folder.

    Raises:
        ValueError: It is empty.
    """
    if not os.fspath(path):
        raise InputError("the path is empty", code="KN-PY-073", hint='name a file or folder; "." is this folder')
    return str(Path(path).expanduser())


class ArrowTable:
    """A table in memory, which pandas, Polars, PyArrow and DuckDB take without copying it."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)

    def __len__(self) -> int:
        return int(self._table.num_rows)

    @property
    def columns(self) -> Sequence[str]:
        """The names of the columns."""
        return list(self._table.column_names)

    def to_arrow(self) -> pyarrow.Table:
        """As a table of PyArrow."""
        try:
            import pyarrow
        except ImportError as error:
            raise missing_package("pyarrow", "to_arrow()", "pandas") from error
        return pyarrow.table(self)

    def to_pandas(self) -> pandas.DataFrame:
        """As a frame of pandas."""
        try:
            import pandas  # noqa: F401
        except ImportError as error:
            raise missing_package("pandas", "to_pandas()", "pandas") from error
        return self.to_arrow().to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """As a frame of Polars."""
        try:
            import polars
        except ImportError as error:
            raise missing_package("polars", "to_polars()", "polars") from error
        return polars.DataFrame(self)

    def __reduce__(self) -> tuple[Any, ...]:
        # Tables cross the borders of processes, and copies are of their own.
        return type(self), (_native.Table.from_arrow(self._table),)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self):,} rows of {', '.join(self.columns)})"

    def _repr_html_(self) -> str:
        try:
            rows = self.to_arrow().slice(0, _ROWS_SHOWN).to_pylist()
        except ImportError:
            return f"<p>{html.escape(repr(self))}</p>"
        return html_table(self.columns, [list(row.values()) for row in rows], f"{len(self):,} rows")


def html_table(columns: Sequence[str], rows: Sequence[Sequence[object]], caption: str) -> str:
    """A table for notebooks; every text in it is escaped.

    >>> html_table(["a"], [["<b>"]], "1 row")
    '<table><caption>1 row</caption><tr><th>a</th></tr><tr><td>&lt;b&gt;</td></tr></table>'
    """
    head = "".join(f"<th>{html.escape(column)}</th>" for column in columns)
    cells = ("".join(f"<td>{html.escape('' if value is None else str(value))}</td>" for value in row) for row in rows)
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    return f"<table><caption>{html.escape(caption)}</caption><tr>{head}</tr>{body}</table>"
