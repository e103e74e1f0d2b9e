"""Made-up customers and source systems with known truth, and errors put into tables of one's own.

These are the commands ``kintsu generate`` and ``kintsu corrupt`` as functions.
"""

from __future__ import annotations

import json
from os import PathLike
from pathlib import Path as FilePath
from typing import Any, Literal, TypeAlias

from kintsu import _native
from kintsu.errors import InputTypeError
from kintsu.frames import html_table, is_path, path_text

__all__ = ["Corrupted", "Generated", "corrupt", "generate"]

Path: TypeAlias = "str | PathLike[str]"
FileFormat: TypeAlias = Literal["parquet", "csv", "jsonl", "arrow"]


class Generated:
    """What was made: the directory, its manifest and what was to be expected."""

    def __init__(self, made: dict[str, Any]) -> None:
        self.output = FilePath(made["output"])
        self.manifest: dict[str, Any] | None = made.get("manifest")
        self.volumes: dict[str, Any] = made["volumes"]

    @property
    def counts(self) -> dict[str, int]:
        """The rows of each table; nothing where only the plan was asked for."""
        return {} if self.manifest is None else dict(self.manifest["counts"])

    def __repr__(self) -> str:
        rows = ", ".join(f"{count:,} {table}" for table, count in self.counts.items())
        return f"Generated({str(self.output)!r}: {rows or 'planned'})"

    def _repr_html_(self) -> str:
        return html_table(["table", "rows"], [[name, f"{count:,}"] for name, count in self.counts.items()], str(self.output))


class Corrupted:
    """What was done to a table."""

    def __init__(self, made: dict[str, Any]) -> None:
        self.output = FilePath(made["output"])
        self.counts: dict[str, int] = dict(made["counts"])

    def __repr__(self) -> str:
        counts = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in self.counts.items())
        return f"Corrupted({str(self.output)!r}: {counts})"


def generate(
    output: Path,
    *,
    preset: Literal["mdm", "realistic", "people", "companies"] | None = None,
    records: int | None = None,
    customers: int | None = None,
    exact: bool = False,
    batches: int | None = None,
    seed: int | None = None,
    as_of: str | None = None,
    table_suffix: str | None = None,
    partitions: int | None = None,
    part: str | None = None,
    write_mode: Literal["overwrite", "append"] | None = None,
    keep_customer_id: bool = False,
    lists: Path | None = None,
    copies: str | None = None,
    corruption: Path | None = None,
    file_format: FileFormat = "parquet",
    overwrite: bool = False,
    plan_only: bool = False,
    threads: int | None = None,
    progress: bool | None = None,
) -> Generated:
    """Makes customers and the tables that source systems have of them, with the truth beside.

    With ``plan_only`` nothing is written, and the result says what is to be expected.

    >>> generate("data", records=1000, plan_only=True).volumes["customers"] > 0
    True
    """
    spec = {
        "preset": preset,
        "customers": customers,
        "records": records,
        "exact": exact,
        "batches": batches,
        "as_of": as_of,
        "table_suffix": table_suffix,
        "partitions": partitions,
        "part": part,
        "write_mode": write_mode,
        "keep_customer_id": keep_customer_id,
        "lists": _path(lists),
        "copies": copies,
        "corruption": _path(corruption),
    }
    job = {
        "output": path_text(output),
        "generate": {name: value for name, value in spec.items() if value is not None},
        "file_format": file_format,
        "overwrite": overwrite,
        "seed": seed,
        "threads": threads,
    }
    surroundings = {"threads": threads, "seed": seed, "progress": progress}
    return Generated(json.loads(_native.generate(json.dumps(job), plan_only, json.dumps(surroundings))))


def corrupt(
    table: Path,
    output: Path,
    *,
    corruption: Path | None = None,
    lists: Path | None = None,
    record_id: str | None = None,
    file_format: FileFormat = "parquet",
    seed: int | None = None,
    overwrite: bool = False,
    threads: int | None = None,
    progress: bool | None = None,
) -> Corrupted:
    """Puts errors into a table as people and systems make them.

    The records and each change are written to the folder ``output``.
    """
    if not is_path(table):
        raise InputTypeError("errors are put into a file", code="KN-PY-021", hint="write the table to Parquet and give the path")
    spec = {
        "input": path_text(table),
        "output": path_text(output),
        "file_format": file_format,
        "corruption": _path(corruption),
        "lists": _path(lists),
        "record_id": record_id,
        "overwrite": overwrite,
    }
    surroundings = {"threads": threads, "seed": seed, "progress": progress}
    return Corrupted(json.loads(_native.corrupt_table(json.dumps(spec), json.dumps(surroundings))))


def _path(path: Path | None) -> str | None:
    return None if path is None else path_text(path)
