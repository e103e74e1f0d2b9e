"""Data are made as the command makes them; long calls stop when they are told to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import kintsu
import pyarrow.parquet
import pytest


def test_the_same_seed_makes_the_bytes_of_the_command(tmp_path: Path) -> None:
    made = kintsu.generate(tmp_path / "a", records=2000, seed=7, threads=1)
    arguments = ["generate", "--records", "2000", "--seed", "7", "-o", str(tmp_path / "b")]
    subprocess.run([sys.executable, "-m", "kintsu", *arguments], check=True, capture_output=True)
    files = sorted(path.relative_to(tmp_path / "b") for path in (tmp_path / "b").rglob("*.parquet"))
    assert len(files) >= 4
    for name in files:
        assert (made.output / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert sum(made.counts.values()) > 2000
    assert "2 pairs" not in repr(made) and str(tmp_path) in repr(made)


def test_a_plan_writes_nothing(tmp_path: Path) -> None:
    planned = kintsu.generate(tmp_path / "a", records=2000, plan_only=True)
    assert planned.volumes["customers"] > 0
    assert planned.counts == {}
    assert not (tmp_path / "a").exists()


def test_an_output_that_is_there_is_refused(tmp_path: Path) -> None:
    kintsu.generate(tmp_path / "a", records=100)
    with pytest.raises(kintsu.errors.InputError) as caught:
        kintsu.generate(tmp_path / "a", records=100)
    assert caught.value.hint is not None
    kintsu.generate(tmp_path / "a", records=100, overwrite=True)


def test_wrong_options_are_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="copies"):
        kintsu.generate(tmp_path / "a", records=100, copies="poison:3")
    with pytest.raises(ValueError, match="`preset`: `mdn` is none of those"):
        kintsu.generate(tmp_path / "a", preset="mdn")  # type: ignore[arg-type]


def test_a_table_is_corrupted_and_every_change_told(tmp_path: Path) -> None:
    table = tmp_path / "people.csv"
    lines = [f"{number},Alexander,Montgomery" for number in range(500)]
    table.write_text("id,first_name,last_name\n" + "\n".join(lines) + "\n")
    done = kintsu.corrupt(table, tmp_path / "bad", seed=3)
    changes = pyarrow.parquet.read_table(tmp_path / "bad" / "changes.parquet")
    assert done.counts["records"] == 500
    assert "500 records" in repr(done) and "<td>500</td>" in done._repr_html_()
    assert set(done.columns.values()) <= set(done.records.columns)
    assert done.counts["changes"] == changes.num_rows > 0


@pytest.mark.parametrize("kind", ["pandas", "polars", "arrow", "duckdb", "records"])
def test_a_table_in_memory_comes_back_as_one(tmp_path: Path, kind: str) -> None:
    arrow = pyarrow.table(
        {
            "id": [str(number) for number in range(500)],
            "first_name": ["Alexander"] * 500,
            "born": pyarrow.array([5000 + number for number in range(500)], pyarrow.date32()),
        }
    )
    pyarrow.parquet.write_table(arrow, tmp_path / "people.parquet")
    done = kintsu.corrupt(in_library(arrow, kind), seed=3)
    written = kintsu.corrupt(tmp_path / "people.parquet", tmp_path / "bad", seed=3)
    assert done.output is None and done.counts == written.counts
    assert done.records.to_dicts() == written.records.to_dicts() != arrow.to_pylist()
    assert done.changes.to_dicts() == written.changes.to_dicts()
    assert done.records.to_arrow().schema.types == [pyarrow.string(), pyarrow.string(), pyarrow.date32()]


def in_library(table: pyarrow.Table, kind: str) -> Any:
    """The table as one of a library."""
    if kind in ("pandas", "polars", "duckdb"):
        library = pytest.importorskip(kind)
        made = {
            "pandas": table.to_pandas,
            "polars": lambda: library.DataFrame(table),
            "duckdb": lambda: library.from_arrow(table),
        }
        return made[kind]()
    return table if kind == "arrow" else table.to_pylist()


def test_an_output_is_named_for_files_and_for_nothing_else(tmp_path: Path) -> None:
    people = [{"id": 1, "first_name": "Alexander"}]
    with pytest.raises(ValueError, match="comes back as a table"):
        kintsu.corrupt(people, tmp_path / "bad")
    with pytest.raises(ValueError, match="no folder is named"):
        kintsu.corrupt(tmp_path / "people.csv")
    with pytest.raises(TypeError, match="no table"):
        kintsu.corrupt(3)
    with pytest.raises(ValueError, match="no column of the table"):
        kintsu.corrupt([{"id": 1, "height": 3}])


SCRIPT = """
import os, signal, sys, threading
import kintsu
# A shell that starts the tests in the background lets them ignore the signal.
signal.signal(signal.SIGINT, signal.default_int_handler)
threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    kintsu.generate(sys.argv[1], records=60_000_000)
except KeyboardInterrupt:
    print("stopped", os.path.exists(sys.argv[1]))
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_ctrl_c_stops_a_long_call_and_leaves_nothing(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path / "a")], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.returncode) == ("stopped False\n", 0), done.stderr
