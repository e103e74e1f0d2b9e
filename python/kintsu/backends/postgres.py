"""Where Splink has `PostgresAPI`, which is not here: tables of databases are read with pandas, Polars or DuckDB."""

from __future__ import annotations

from kintsu.errors import absent

__getattr__ = absent(
    __name__, {"PostgresAPI": "read the table with pandas, Polars or DuckDB and use DuckDBAPI, or leave the API out"}
)
