"""What the package is before anything is done with it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import kintsu
import pytest

HEAVY = ("pandas", "numpy", "pyarrow", "polars", "duckdb", "pyspark", "json", "dataclasses", "typing")


def test_importing_the_package_imports_nothing_else() -> None:
    code = "import sys; before = set(sys.modules); import kintsu; print(*sorted(set(sys.modules) - before))"
    # -S and -I: what the environment imports at its start is no matter of this package.
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    new = done.stdout.split()
    assert "kintsu" in new
    assert [name for name in new if name.split(".")[0] in HEAVY] == []
    assert "kintsu._native" not in new


@pytest.mark.parametrize("name", kintsu.__all__)
def test_every_name_that_is_told_is_there(name: str) -> None:
    assert getattr(kintsu, name) is not None
    assert name in dir(kintsu)


def test_the_names_that_are_told_are_those_that_are_loaded() -> None:
    loaded = {name for name in kintsu._MODULES if not name.startswith("_")}
    assert set(kintsu.__all__) == loaded


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'dedup'"):
        _ = kintsu.dedup  # type: ignore[attr-defined]


def test_what_stands_elsewhere_in_splink_is_found_or_refused_by_name() -> None:
    from kintsu.backends import duckdb, spark
    from kintsu.datasets import splink_dataset_labels, splink_datasets

    assert duckdb.DuckDBAPI is kintsu.DuckDBAPI and spark.SparkAPI is kintsu.SparkAPI
    refused: list[Callable[[], object]] = [
        lambda: duckdb.ParquetWriteOptions,
        lambda: spark.similarity_jar_location,
        lambda: kintsu.exploratory.similarity_analysis,
        lambda: splink_dataset_labels.fake_1000_labels,
        lambda: splink_datasets.fake_1000,
    ]
    for look in refused:
        with pytest.raises(kintsu.errors.NotAvailableError, match="is not there") as caught:
            look()
        assert caught.value.hint
    with pytest.raises(AttributeError, match="no attribute 'DuckDBApi'"):
        duckdb.DuckDBApi  # noqa: B018
