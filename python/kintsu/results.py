"""Tables that come out of kintsu, and how they go on: into pandas, Polars, Arrow, DuckDB, files and notebooks."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from kintsu import _native
from kintsu.arguments import whole
from kintsu.errors import FileError, InputError, NotAvailableError, missing_package
from kintsu.frames import ArrowTable, html_table
from kintsu.inputs import native_table

if TYPE_CHECKING:
    import duckdb
    import pandas
    import pyarrow

__all__ = ["ResultTable", "duckdb_module", "query", "query_as"]

_ROWS_SHOWN = 10
_NUMBERS = count(1)
# The results that somebody still has, by their physical names.
_ALIVE: WeakValueDictionary[str, ResultTable] = WeakValueDictionary()


def duckdb_module() -> Any:
    """DuckDB, where it is installed.

    Raises:
        ImportError: It is not.
    """
    try:
        import duckdb
    except ImportError as error:
        raise missing_package("duckdb", "a table in DuckDB") from error
    return duckdb


class ResultTable(ArrowTable):
    """A table of results, held in memory as Arrow batches.

    Everything that speaks the Arrow C stream interface takes it: ``polars.DataFrame(table)``, ``pyarrow.table(table)``,
    ``duckdb.sql("select * from table")`` on ``table.to_arrow()``. Numbers cross without copies; texts that the table holds once
    each are written out for every row. Splink's names work, too.

    >>> from kintsu.inputs import native_table
    >>> table = ResultTable(native_table([{"unique_id": 1, "name": "Ann"}]), "people")
    >>> table.columns, len(table)
    (['unique_id', 'name'], 1)
    >>> table.as_record_dict()
    [{'unique_id': 1, 'name': 'Ann'}]
    """

    def __init__(self, native: _native.Table, name: str, links: _native.Links | None = None) -> None:
        super().__init__(native)
        self.native = native
        #: What the table is called among those of its run.
        self.name = name
        #: The name by which SQL knows it, as long as something refers to the table.
        self.physical_name = "kintsu_{}_{}".format(re.sub(r"\W", "_", name), next(_NUMBERS))
        _ALIVE[self.physical_name] = self
        self.links = links
        self.metadata: dict[str, Any] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        # The links of a prediction stay behind: they stand in its columns, too.
        return _unpickled, (self.native, self.name, self.metadata)

    @property
    def templated_name(self) -> str:
        """Splink's word for `name`."""
        return self.name

    @property
    def dataset_display_name(self) -> str:
        """Splink's word for `name`."""
        return self.name

    def __arrow_c_schema__(self) -> object:
        return self.native.__arrow_c_schema__()

    def head(self, rows: int = _ROWS_SHOWN) -> ResultTable:
        """The first rows, of which there may be fewer."""
        return ResultTable(self.native.head(whole("rows", rows)), self.name)

    def to_duckdb(self, connection: duckdb.DuckDBPyConnection | None = None) -> duckdb.DuckDBPyRelation:
        """The table as a relation of DuckDB, of the connection that is given or of the usual one.

        Raises:
            ImportError: DuckDB or PyArrow is not installed.
        """
        duckdb = duckdb_module()
        table = self.to_arrow()
        return connection.from_arrow(table) if connection is not None else duckdb.from_arrow(table)

    def query_sql(self, sql: str) -> ResultTable:
        """Asks DuckDB, which has to be installed, about the table, which the query calls ``{this}``.

        >>> from kintsu.inputs import native_table
        >>> table = ResultTable(native_table([{"weight": 3.5}, {"weight": -2.0}]), "pairs")
        >>> table.query_sql("select count(*) as above from {this} where weight > 0").to_dicts()
        [{'above': 1}]
        """
        return query(sql.format(this=self.physical_name))

    def to_dicts(self) -> list[dict[str, Any]]:
        """The rows as dictionaries; null is None."""
        return self.to_arrow().to_pylist()  # type: ignore[no-any-return]

    def as_pandas_dataframe(self, limit: int | None = None) -> pandas.DataFrame:
        """Splink's name of `to_pandas`."""
        return self._limited(limit).to_pandas()

    def as_pyarrow_table(self, limit: int | None = None) -> pyarrow.Table:
        """Splink's name of `to_arrow`."""
        return self._limited(limit).to_arrow()

    def as_duckdbpyrelation(self, limit: int | None = None) -> duckdb.DuckDBPyRelation:
        """Splink's name of `to_duckdb`."""
        return self._limited(limit).to_duckdb()

    def as_record_dict(self, limit: int | None = None) -> list[dict[str, Any]]:
        """Splink 4's name of `to_dicts`."""
        return self._limited(limit).to_dicts()

    def as_record_list(self, limit: int | None = None) -> list[dict[str, Any]]:
        """Splink 5's name of `to_dicts`."""
        return self._limited(limit).to_dicts()

    def as_dict(self, limit: int | None = None) -> dict[str, list[Any]]:
        """The columns as lists."""
        return self._limited(limit).to_arrow().to_pydict()  # type: ignore[no-any-return]

    def as_spark_dataframe(self) -> Any:
        """Not there: the results of this engine are in this process."""
        raise NotAvailableError(
            "a result is no Spark DataFrame", code="KN-PY-044", hint="spark.createDataFrame(table.to_arrow()) makes one of it"
        )

    def to_parquet(self, filepath: str | os.PathLike[str], overwrite: bool = False) -> None:
        """Writes a Parquet file; nothing is there until it is whole.

        Raises:
            OSError: There is a file already and ``overwrite`` is not given, or it cannot be written.
        """
        self._write(Path(filepath), ".parquet", overwrite)

    def to_csv(self, filepath: str | os.PathLike[str], overwrite: bool = False) -> None:
        """Writes a CSV file, as `to_parquet` does; null is an empty field."""
        self._write(Path(filepath), ".csv", overwrite)

    def drop_table_from_database_and_remove_from_cache(self, force_non_splink_table: bool = False) -> None:
        """Does nothing: a table lives as long as something refers to it."""

    drop = drop_table_from_database_and_remove_from_cache

    def _limited(self, limit: int | None) -> ResultTable:
        return self if limit is None else self.head(limit)

    def _write(self, path: Path, ending: str, overwrite: bool) -> None:
        if path.exists() and not overwrite:
            raise FileError(f"`{path}` exists already", code="KN-PY-045", hint="give overwrite=True, or another path")
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            _native.write_table(self.native, unfinished, ending[1:])
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)

    def __repr__(self) -> str:
        return f"ResultTable({self.name}: {len(self):,} rows; {', '.join(self.columns)})"

    def _repr_html_(self) -> str:
        shown = f", the first {_ROWS_SHOWN}" if len(self) > _ROWS_SHOWN else ""
        return html_table(self.columns, self.native.texts(_ROWS_SHOWN), f"{self.name}: {len(self):,} rows{shown}")


def _unpickled(native: _native.Table, name: str, metadata: dict[str, Any]) -> ResultTable:
    table = ResultTable(native, name)
    table.metadata = metadata
    return table


def query(sql: str, named: Mapping[str, Any] | None = None, connection: Any = None) -> ResultTable:
    """Asks DuckDB about results, by their physical names, and about tables that are ``named``, each as it is in memory.

    Raises:
        ImportError: DuckDB or PyArrow is not installed.
    """
    connection = duckdb_module().connect() if connection is None else connection.cursor()
    for name, data in {**(named or {}), **_ALIVE}.items():
        if name in sql:
            connection.register(name, ResultTable(native_table(data), name).to_arrow())
    return ResultTable(native_table(connection.sql(sql)), "query")


def query_as(output_type: str, sql: str, named: Mapping[str, Any] | None = None, connection: Any = None) -> Any:
    """What `query` finds as a frame of pandas or a `ResultTable`, in Splink's words.

    Raises:
        ValueError: There is no such output type.
    """
    if output_type not in ("pandas", "splink_df", "splinkdf"):
        raise InputError(
            f"`query_sql` has no output type {output_type!r}", code="KN-PY-065", hint='write "pandas" or "splink_df"'
        )
    found = query(sql, named, connection)
    return found.to_pandas() if output_type == "pandas" else found
