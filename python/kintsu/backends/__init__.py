"""Splink's places of database APIs: `kintsu.backends.duckdb` and `kintsu.backends.spark`."""
