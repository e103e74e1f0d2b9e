"""Splink's data sets, which kintsu does not fetch: `kintsu demo` and `kintsu.generate` have data of their own."""

from __future__ import annotations

from typing import Any

from kintsu.errors import NotAvailableError

__all__: list[str] = []


class MissingDataSetError(NotAvailableError, AttributeError):
    """A data set that Splink would fetch."""


def not_fetched(name: str) -> MissingDataSetError:
    """The error for a data set."""
    return MissingDataSetError(
        f"`{name}` is not there: kintsu fetches no data",
        code="KN-PY-059",
        hint="read the file with pandas or Polars, or give its path",
    )


def __getattr__(name: str) -> Any:
    raise not_fetched(f"splink_datasets.{name}")
