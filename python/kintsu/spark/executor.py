"""What runs inside Spark's Python workers: kernels over Arrow batches. Nothing here imports PySpark's SQL."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow

from kintsu import _native
from kintsu.spark.columns import find_columns

#: Rows that a kernel is given at a time; five tokens for each stay far below the 2 GiB that an Arrow text column may hold.
_ROWS_MAX = 1 << 16


def tokenize(
    batches: Iterable[pyarrow.RecordBatch],
    spec: str,
    hashing_secret: bytes | None,
    encryption_key: bytes | None,
    salt: bytes | None,
) -> Iterator[pyarrow.RecordBatch]:
    """The tokens of batches of records: ``RecordId``, ``RuleId``, ``Token``, a row for each record and rule.

    Ids that lack are made of ``salt``, the number of the partition and the row in it; without a salt they are random.
    """
    kernel = _native.TokenKernel(_dated(spec), hashing_secret, encryption_key)
    partition = _partition() if salt is not None else None
    row = 0
    for batch in _pieces(batches):
        counter = None if salt is None or partition is None else (salt, partition, row)
        yield pyarrow.record_batch(kernel.apply(batch, counter))
        row += batch.num_rows


def decrypt(batches: Iterable[pyarrow.RecordBatch], encryption_key: bytes, profile: str) -> Iterator[pyarrow.RecordBatch]:
    """``RecordId``, ``RuleId`` and the content of ``Token``; rows with blank or missing tokens are left out."""
    kernel = _native.DecryptKernel(encryption_key, profile)
    for batch in _pieces(batches):
        yield pyarrow.record_batch(kernel.apply(batch))


def tokenize_structs(
    columns: Iterable[pyarrow.StructArray],
    spec: str,
    aliases: dict[str, list[str]],
    hashing_secret: bytes | None,
    encryption_key: bytes | None,
    salt: bytes | None,
) -> Iterator[pyarrow.Array]:
    """For each record, all its columns in one, the list of its tokens; columns are found here, by their aliases."""
    kernel = _native.TokenKernel(_dated(spec), hashing_secret, encryption_key)
    partition = _partition() if salt is not None else None
    row = 0
    for column in columns:
        names = [column.type.field(position).name for position in range(column.type.num_fields)]
        found = find_columns(names, aliases)
        arrays = {attribute: column.field(names.index(name)) for attribute, name in found.items()}
        batch = pyarrow.record_batch(arrays or {"_": pyarrow.nulls(len(column))})
        counter = None if salt is None or partition is None else (salt, partition, row)
        tokens, ends = kernel.apply_to_lists(batch, counter)
        tokens = pyarrow.record_batch(tokens)
        values = pyarrow.StructArray.from_arrays(tokens.columns, fields=list(tokens.schema))
        yield pyarrow.ListArray.from_arrays(pyarrow.array(ends, pyarrow.int32()), values)
        row += len(column)


def token_column(
    batches: Iterable[tuple[Any, ...]], spec: str, names: list[str], hashing_secret: bytes | None, encryption_key: bytes | None
) -> Iterator[Any]:
    """For each row the token of the rule that the first column names; null where there is no such token."""
    import pandas

    kernel = _native.TokenKernel(_dated(spec), hashing_secret, encryption_key)
    for rules, *columns in batches:
        if len(columns) != len(names):
            raise ValueError(f"the column function `token` takes the rule, then {', '.join(names)}; {len(columns)} columns came")
        arrays = {name: _text_of(name, column) for name, column in zip(names, columns, strict=True)}
        made = kernel.tokens_of_rules(pyarrow.record_batch(arrays), [None if rule is None else str(rule) for rule in rules])
        yield pandas.Series(made, dtype=object)


def _text_of(name: str, column: Any) -> pyarrow.Array:
    lacks = column.isna()
    if column.dtype.kind == "f" and not lacks.all():
        raise TypeError(f"kernel tokenize, column {name}: it came as floating point numbers; cast the column to string")
    texts = [None if null else str(value) for value, null in zip(column, lacks, strict=True)]
    return pyarrow.array(texts, pyarrow.string())


def _pieces(batches: Iterable[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
    for batch in batches:
        for begin in range(0, max(batch.num_rows, 1), _ROWS_MAX):
            yield batch.slice(begin, _ROWS_MAX)


def _dated(spec: str) -> str:
    """The spec with today as the last day of birth, where it names none: what runs for months does not stay behind."""
    parsed = json.loads(spec)
    if parsed.get("as_of"):
        return spec
    return json.dumps({**parsed, "as_of": datetime.date.today().isoformat()})


def _partition() -> int | None:
    """The number of the partition at work; none outside a task."""
    from pyspark import TaskContext

    context = TaskContext.get()
    return None if context is None else context.partitionId()
