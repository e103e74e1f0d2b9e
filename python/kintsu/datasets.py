"""Splink's place of its data sets, none of which kintsu fetches."""

from __future__ import annotations

from typing import Any, NoReturn

from kintsu import splink_datasets as splink_datasets

__all__ = ["splink_dataset_labels", "splink_datasets"]


class _Labels:
    """Labels that Splink would fetch."""

    def __getattr__(self, name: str) -> NoReturn:
        raise splink_datasets.not_fetched(f"splink_dataset_labels.{name}")


splink_dataset_labels: Any = _Labels()
