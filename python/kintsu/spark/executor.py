"""What runs inside Spark's Python workers: kernels over Arrow batches. Nothing here imports PySpark's SQL."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow

from kintsu import _native
from kintsu.errors import InputError, InputTypeError
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
    begin = None if salt is None else _beginning(salt)
    row = 0
    for batch in _pieces(batches):
        counter = None if begin is None else (*begin, row)
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
    """For each record, all its columns in one, the list of its tokens; columns are found here, by their aliases. Ids are text."""
    kernel = _native.TokenKernel(_dated(spec), hashing_secret, encryption_key)
    begin = None if salt is None or _is_of_a_stream() else _beginning(salt)
    row = 0
    for column in columns:
        names = [column.type.field(position).name for position in range(column.type.num_fields)]
        found = find_columns(names, aliases)
        arrays = {attribute: _as_days(column.field(names.index(name)), attribute) for attribute, name in found.items()}
        batch = pyarrow.RecordBatch.from_pydict(arrays or {"_": pyarrow.nulls(len(column))})
        counter = None if begin is None else (*begin, row)
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

    kernels: dict[frozenset[str], Any] = {}
    for rules, *columns in batches:
        if len(columns) != len(names):
            raise InputError(
                f"the column function `token` was given {len(columns)} columns after the rule",
                code="KN-PY-109",
                hint=f"give the rule, then {', '.join(names)}",
            )
        asked = [None if rule is None else str(rule) for rule in rules.where(rules.notna(), None)]
        wanted = frozenset(rule for rule in asked if rule is not None)
        if wanted not in kernels:
            kernels[wanted] = _kernel_of_rules(spec, wanted, hashing_secret, encryption_key)
        if kernels[wanted] is None:
            yield pandas.Series([None] * len(asked), dtype=object)
            continue
        arrays = {name: _arrow_of(name, column) for name, column in zip(names, columns, strict=True)}
        yield pandas.Series(kernels[wanted].tokens_of_rules(pyarrow.RecordBatch.from_pydict(arrays), asked), dtype=object)


def _as_days(column: pyarrow.Array, attribute: str) -> pyarrow.Array:
    """Points in time as their days, in the time zone of the session; ids stay as they are."""
    if attribute == "RecordId" or not pyarrow.types.is_timestamp(column.type):
        return column
    from pyarrow import compute

    local = compute.local_timestamp(column) if column.type.tz else column
    return compute.floor_temporal(local, unit="day").cast(pyarrow.date32())


def _kernel_of_rules(spec: str, wanted: frozenset[str], hashing_secret: bytes | None, encryption_key: bytes | None) -> Any:
    """The kernel of these rules alone, so that nothing is computed and no key is used for others; none where none is known."""
    parsed = json.loads(_dated(spec))
    known = [rule for rule in parsed["rules"]["rules"] if rule["id"] in wanted]
    if not known:
        return None
    parsed["rules"]["rules"] = known
    return _native.TokenKernel(json.dumps(parsed), hashing_secret, encryption_key)


def _arrow_of(name: str, column: Any) -> pyarrow.Array:
    """A column of pandas as the kernel takes it: text, whole numbers and days; of a point in time its day."""
    if column.dtype.kind == "f" and not column.isna().all():
        raise _unreadable(name, "it came as floating point numbers")
    try:
        return pyarrow.Array.from_pandas(column.dt.date if column.dtype.kind == "M" else column)
    except pyarrow.ArrowException as error:
        # What Arrow says of it may hold values.
        raise _unreadable(name, f"it holds neither text nor numbers nor days ({type(error).__name__})") from None


def _unreadable(name: str, reason: str) -> InputTypeError:
    return InputTypeError(f"kernel tokenize, column {name}: {reason}", code="KN-PY-113", hint="cast the column to string")


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


def _beginning(salt: bytes) -> tuple[bytes, int] | None:
    """The salt and the number of the partition at work, of which ids are made; none outside a task."""
    from pyspark import TaskContext

    context = TaskContext.get()
    return None if context is None else (salt, context.partitionId())


def _is_of_a_stream() -> bool:
    """Whether a task works on a small batch of a stream, where the driver could not know.

    Each of them numbers its partitions and rows from nothing, so that counting would make the same ids for other people.
    """
    from pyspark import TaskContext

    context = TaskContext.get()
    return context is not None and context.getLocalProperty("streaming.sql.batchId") is not None
