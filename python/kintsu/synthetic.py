"""Made-up customers and source systems with known truth, and errors put into tables of one's own.

These are the commands ``kintsu generate`` and ``kintsu corrupt`` as functions.
"""

from __future__ import annotations

import json
from os import PathLike
from pathlib import Path as FilePath
from typing import Any, Literal, TypeAlias

from kintsu import _native
from kintsu.arguments import as_json, surroundings
from kintsu.errors import InputError
from kintsu.frames import html_table, is_path, path_text
from kintsu.inputs import Data, native_table
from kintsu.results import ResultTable

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
    """What was done to a table.

    ``records`` has the columns of the table, text as text and dates as dates, and its rows in their order; ``changes`` a row a
    change: ``record_id``, ``column``, ``operation``, and the value ``before`` and ``after``, null where it is empty now.
    """

    def __init__(self, made: dict[str, Any], tables: tuple[_native.Table, _native.Table] | None = None) -> None:
        #: The folder that was written; none where the table was in memory.
        self.output = None if made["output"] is None else FilePath(made["output"])
        #: How many records there are, how many of them were changed, and how many changes there are.
        self.counts: dict[str, int] = {name: count for name, count in made["counts"].items() if isinstance(count, int)}
        #: For what columns mean to the errors, such as ``first_name``, the column that was taken for it.
        self.columns: dict[str, str] = dict(made["counts"]["columns"])
        self._tables = tables

    @property
    def records(self) -> ResultTable:
        """The records with their errors."""
        return ResultTable(self._both()[0], "records")

    @property
    def changes(self) -> ResultTable:
        """Each change."""
        return ResultTable(self._both()[1], "changes")

    def _both(self) -> tuple[_native.Table, _native.Table]:
        if self._tables is None:
            assert self.output is not None
            files = {path.stem == "changes": path for path in self.output.iterdir() if not path.name.startswith(".")}
            self._tables = (_native.read_table(files[False], "{}"), _native.read_table(files[True], "{}"))
        return self._tables

    def __repr__(self) -> str:
        counts = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in self.counts.items())
        return f"Corrupted({counts})" if self.output is None else f"Corrupted({str(self.output)!r}: {counts})"

    def _repr_html_(self) -> str:
        rows = [[name.replace("_", " "), f"{count:,}"] for name, count in self.counts.items()]
        return html_table(["count", "number"], rows, "corrupted" if self.output is None else str(self.output))


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

    With ``plan_only`` nothing is written, and the result says what is to be expected. The arguments are the options of the
    command ``kintsu generate``; the same seed makes the same bytes.

    Raises:
        ValueError: An option cannot be used, or the output is there already and ``overwrite`` is not given.
        OSError: A file cannot be read or written.

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
    told = surroundings(threads, seed=seed, progress=progress)
    return Generated(json.loads(_native.generate(as_json(job), plan_only, json.dumps(told))))


def corrupt(
    table: Data,
    output: Path | None = None,
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
    """Puts errors into a table as people and systems make them: into a file, written anew, or into a table in memory, given back.

    A record's errors follow its id and the seed alone, not its place.

    Args:
        table: A path, a table of pandas, Polars, Arrow or DuckDB, or records in dictionaries. Columns of text and of dates are
            looked at.
        output: The folder that is written; for tables in files, and left out for tables in memory.
        corruption: A file that says which column holds what and which errors are made; those of the defaults unless given.
        lists: A folder of lists that replace those that come along.
        record_id: The column of ids; ``unique_id``, ``id``, ``record_id`` or the number of the row unless given.
        file_format: The format of what is written.
        seed: The seed; 42 unless given.
        overwrite: Replace an output that is there.
        threads: How many threads work; one a processor unless given.
        progress: Whether progress is shown; on terminals and in notebooks unless given.

    Raises:
        ValueError: No column is one that errors are put into, the corruption file is wrong, or an output is named for a table
            in memory.
        TypeError: It is no table.
        OSError: A file cannot be read or written.

    >>> people = [{"id": at, "first_name": "Alexander", "surname": "Montgomery"} for at in range(100)]
    >>> done = corrupt(people, seed=3)
    >>> len(done.records), len(done.changes) == done.counts["changes"] > 0
    (100, True)
    """
    in_memory = not is_path(table)
    if in_memory == (output is not None):
        raise InputError(
            "a table in memory comes back as a table" if in_memory else "no folder is named for the table",
            code="KN-PY-022",
            hint="leave `output` out and write the result" if in_memory else "name one as `output`",
        )
    spec = {
        "input": "records" if in_memory else path_text(table),
        "output": _path(output),
        "file_format": file_format,
        "corruption": _path(corruption),
        "lists": _path(lists),
        "record_id": record_id,
        "overwrite": overwrite,
    }
    told = json.dumps(surroundings(threads, seed=seed, progress=progress))
    made, tables = _native.corrupt_table(as_json(spec), native_table(table) if in_memory else None, told)
    return Corrupted(json.loads(made), tables)


def _path(path: Path | None) -> str | None:
    return None if path is None else path_text(path)
