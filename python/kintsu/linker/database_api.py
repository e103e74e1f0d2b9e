"""What Splink calls a database API: a handle that gives tables a name. kintsu computes by itself, whatever the handle."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kintsu.errors import InputTypeError, NotAvailableError
from kintsu.inputs import Data, RegisteredTable, spark_refused
from kintsu.results import duckdb_module, query_as

if TYPE_CHECKING:
    import duckdb

__all__ = ["DuckDBAPI", "SparkAPI"]


class DuckDBAPI:
    """Takes the place of Splink's; names of tables are looked up in ``connection``, where there is one.

    Args:
        connection: A connection of DuckDB, or the path of a database, which is only read.
        output_schema: Splink's, and changes nothing: no table is made.

    >>> people = DuckDBAPI().register([{"unique_id": 1}], dataset_display_name="people")
    >>> people.name
    'people'
    """

    sql_dialect = "duckdb"

    def __init__(
        self, connection: str | duckdb.DuckDBPyConnection = ":memory:", output_schema: str | None = None, **_: Any
    ) -> None:
        self._connection = connection
        self._registered: dict[str, RegisteredTable] = {}

    def register(
        self, table: Data, *, dataset_display_name: str | None = None, table_name: str | None = None, **_: Any
    ) -> RegisteredTable:
        """Gives a table a name, which results have in ``source_dataset``. Text is a table of the connection, or a file."""
        name = dataset_display_name or table_name
        return _noted(self._registered, RegisteredTable(name, self.found(table) if isinstance(table, str) else table))

    def register_table(self, input_table: Data, table_name: str, overwrite: bool = False) -> RegisteredTable:
        """Splink 4's name of `register`."""
        return self.register(input_table, table_name=table_name)

    def register_from_csv(self, path: str | os.PathLike[str], **_: Any) -> RegisteredTable:
        """A CSV file."""
        return RegisteredTable(None, Path(path))

    def found(self, table: str) -> Data:
        """The table that was registered under the name, or that of the connection that is called so, else the path."""
        if table in self._registered:
            return self._registered[table]
        if Path(table).exists():
            return table
        connection = self._opened()
        return table if connection is None else connection.table(table)

    def query_sql(self, sql: str, output_type: str = "splink_df") -> Any:
        """Asks the connection, which also knows the results of linkers by their ``physical_name``.

        Args:
            sql: A query in DuckDB's dialect.
            output_type: ``"splink_df"`` for a `ResultTable`, or ``"pandas"``.

        Raises:
            ValueError: There is no such output type.
            ImportError: DuckDB is not installed.
        """
        return query_as(output_type, sql, connection=self._opened())

    def _opened(self) -> Any:
        """The connection; one that only reads where a database is named by its path, none where it would be empty."""
        if not isinstance(self._connection, str):
            return self._connection
        return None if self._connection == ":memory:" else duckdb_module().connect(self._connection, read_only=True)

    def delete_tables_created_by_splink_from_db(self) -> None:
        """Does nothing: no table is made in a database."""


class SparkAPI:
    """Takes the place of Splink's; Spark DataFrames are refused until linkage runs on Spark."""

    sql_dialect = "spark"

    def __init__(self, spark_session: Any = None, **_: Any) -> None:
        self.spark = spark_session
        self._registered: dict[str, RegisteredTable] = {}

    def register(
        self, table: Data, *, dataset_display_name: str | None = None, table_name: str | None = None, **_: Any
    ) -> RegisteredTable:
        """Gives a table a name."""
        if type(table).__module__.split(".")[0] == "pyspark":
            raise spark_refused()
        return _noted(self._registered, RegisteredTable(dataset_display_name or table_name, table))

    def register_table(self, input_table: Data, table_name: str, overwrite: bool = False) -> RegisteredTable:
        """Splink 4's name of `register`."""
        return self.register(input_table, table_name=table_name)

    def found(self, table: str) -> Data:
        """The table that was registered under the name, or the path; tables of Spark's catalog are refused."""
        if table in self._registered:
            return self._registered[table]
        if Path(table).exists():
            return table
        raise NotAvailableError(
            f"`{table}` is no file, and tables of Spark's catalog cannot be linked yet",
            code="KN-PY-046",
            hint="write the table as Parquet and give the path",
        )


def _noted(registered: dict[str, RegisteredTable], table: RegisteredTable) -> RegisteredTable:
    """A table whose name, where it has one, is known from now on."""
    if table.name is not None:
        registered[table.name] = table
    return table


def looked_up(data: Data, db_api: object | None) -> Data:
    """Text as what the handle finds under it."""
    if isinstance(data, str) and db_api is not None:
        if not isinstance(db_api, (DuckDBAPI, SparkAPI)):
            raise InputTypeError(
                f"a {type(db_api).__name__} cannot be used as a database API",
                code="KN-PY-047",
                hint="use kintsu.DuckDBAPI(), or leave it out",
            )
        return db_api.found(data)
    return data
