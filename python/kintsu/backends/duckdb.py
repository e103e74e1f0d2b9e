"""`DuckDBAPI` where Splink has it.

>>> from kintsu.backends.duckdb import DuckDBAPI
>>> DuckDBAPI().sql_dialect
'duckdb'
"""

from __future__ import annotations

from kintsu.errors import absent
from kintsu.linker.database_api import DuckDBAPI

__all__ = ["DuckDBAPI"]

__getattr__ = absent(
    __name__,
    {
        "DuckDBAPIWithProfiling": "use DuckDBAPI: no SQL runs that could be profiled",
        "ParquetWriteOptions": "write results with their to_parquet(path)",
    },
)
