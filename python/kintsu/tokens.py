"""Tokens of persons, which organisations compare in place of names: made, decrypted and compared.

These are the commands ``kintsu tokenize``, ``kintsu decrypt`` and ``kintsu overlap`` as functions. On Spark see `kintsu.spark`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from kintsu import _native
from kintsu.arguments import surroundings, threads_of_ones_own
from kintsu.errors import InputError, InputTypeError
from kintsu.frames import ArrowTable, html_table, is_path, path_text
from kintsu.inputs import Data, native_table
from kintsu.results import ResultTable

if TYPE_CHECKING:
    import pyarrow

__all__ = ["Overlap", "TokenFile", "Tokens", "decrypt", "overlap", "tokenize"]

Path: TypeAlias = "str | PathLike[str]"
Secret: TypeAlias = "str | bytes"
Mode: TypeAlias = Literal["encrypt", "hash-only", "plain"]


class TokenDefinition(Protocol):
    """Rules of one's own, such as `kintsu.CustomTokenDefinition`."""

    def as_rules(self) -> dict[str, Any]:
        """The rules as kernels take them."""
        ...


class Tokens(ResultTable):
    """Tokens in memory: ``RuleId``, ``Token`` and ``RecordId``. ``card`` says how they were made, or what became of them."""

    def __init__(self, table: Data, card: dict[str, Any]) -> None:
        super().__init__(native_table(table), "tokens")
        self.card = card

    def __reduce__(self) -> tuple[Any, ...]:
        return Tokens, (self.native, self.card)

    def __repr__(self) -> str:
        return f"Tokens({len(self):,} rows of {', '.join(self.columns)})"


class TokenFile:
    """A file of tokens. ``card`` says how they were made, or what became of them."""

    def __init__(self, path: str, card: dict[str, Any]) -> None:
        self.path = path
        self.card = card

    @property
    def counts(self) -> dict[str, int]:
        """What was counted."""
        return dict(self.card["counts"])

    @property
    def columns(self) -> Sequence[str]:
        """The names of the columns, as the file has them."""
        if self.path.endswith(".parquet"):
            import pyarrow.parquet

            return pyarrow.parquet.read_schema(self.path).names  # type: ignore[no-any-return]
        with FilePath(self.path).open(newline="", encoding="utf-8") as file:
            return next(csv.reader(file))

    def to_arrow(self) -> pyarrow.Table:
        """The tokens as a table of PyArrow, every column text."""
        import pyarrow
        import pyarrow.csv
        import pyarrow.parquet

        if self.path.endswith(".parquet"):
            return pyarrow.parquet.read_table(self.path)
        texts = pyarrow.csv.ConvertOptions(column_types={name: pyarrow.string() for name in ("RuleId", "Token", "RecordId")})
        return pyarrow.csv.read_csv(self.path, convert_options=texts)

    def to_pandas(self) -> Any:
        """The tokens as a frame of pandas."""
        return self.to_arrow().to_pandas()

    def to_polars(self) -> Any:
        """The tokens as a frame of Polars."""
        return ArrowTable(self.to_arrow()).to_polars()

    def __repr__(self) -> str:
        counts = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in self.counts.items())
        return f"TokenFile({self.path!r}: {counts})"

    def _repr_html_(self) -> str:
        return html_table(["count", "number"], [[name, f"{count:,}"] for name, count in self.counts.items()], self.path)


class Overlap:
    """Which records of two sets of tokens are the same."""

    def __init__(self, report: dict[str, Any], pairs: _native.Table | None = None) -> None:
        self.report = report
        self._matches = pairs

    @property
    def matches(self) -> ResultTable:
        """The pairs that match, in the order of their ids: ``NAME_RecordId`` of both sides, and by which rules they match where
        that may differ.

        They are in memory where one of the sides is, else in the file that was named.

        Raises:
            ValueError: Both sides are files, and no file was named for the pairs.
        """
        if self._matches is None:
            output = self.report["output"]
            if output is None:
                raise InputError(
                    "the pairs of two files are only counted unless a file is named for them",
                    code="KN-PY-068",
                    hint="give one ending in .csv or .parquet as `output`",
                )
            self._matches = _native.read_table(output, json.dumps(threads_of_ones_own()))
        return ResultTable(self._matches, "matches")

    @property
    def results(self) -> list[dict[str, Any]]:
        """For each set of rules how many records of each file match."""
        return list(self.report["results"])

    @property
    def rules(self) -> list[dict[str, Any]]:
        """What is said of each rule."""
        return list(self.report["rules"])

    @property
    def pairs(self) -> int:
        """The pairs that match, each once."""
        return int(self.report["pairs"])

    def __repr__(self) -> str:
        shares = ", ".join(
            f"{result['overlap_percentage']:.2f} % by {'+'.join(result['matching_rules'])}" for result in self.results
        )
        return f"Overlap({self.pairs:,} pairs; {shares})"

    def _repr_html_(self) -> str:
        columns = ["rules", "records", "matching", "records", "matching", "overlap"]
        rows = [
            [
                " + ".join(result["matching_rules"]),
                f"{result['total_records_dataset1']:,}",
                f"{result['matching_records_dataset1']:,}",
                f"{result['total_records_dataset2']:,}",
                f"{result['matching_records_dataset2']:,}",
                f"{result['overlap_percentage']:.2f} %",
            ]
            for result in self.results
        ]
        return html_table(columns, rows, f"{self.pairs:,} pairs")


def tokenize(
    records: Data,
    output: Path | None = None,
    *,
    mode: Mode = "encrypt",
    hashing_secret: Secret | None = None,
    encryption_key: Secret | None = None,
    hashing_secret_file: Path | None = None,
    encryption_key_file: Path | None = None,
    token_profile: str = "opentoken-1-python",
    rules: Path | TokenDefinition | None = None,
    columns: Mapping[str, str] | None = None,
    record_id: str | None = None,
    partner: str | None = None,
    as_of: str | None = None,
    allow_weak_secret: bool = False,
    allow_missing: bool = False,
    strict_columns: bool = False,
    overwrite: bool = False,
    threads: int | None = None,
    progress: bool | None = None,
) -> Tokens | TokenFile:
    """Makes tokens of records: of a file, written to ``output``, or of a table in memory, given back.

    Args:
        records: A path, a table of pandas, Polars, Arrow or DuckDB, or records in dictionaries. Values that are null make no
            token.
        output: The file that is written, CSV or Parquet by its ending; for records in files only.
        mode: ``"encrypt"`` hashes and encrypts, ``"hash-only"`` hashes, ``"plain"`` leaves tokens readable.
        hashing_secret: The secret as it is; else by its file, or by the variable KINTSU_HASHING_SECRET.
        encryption_key: The key, of 32 bytes; else by its file, or by the variable KINTSU_ENCRYPTION_KEY.
        hashing_secret_file: The file that holds the secret.
        encryption_key_file: The file that holds the key.
        token_profile: Which implementation tokens are byte for byte those of.
        rules: A file of rules, or a `CustomTokenDefinition`; those of the profile unless given.
        columns: For columns of the input which field of the rules they hold; others are found by the names of their kind.
        record_id: The column of ids; without one, ids are made.
        partner: Derives the key of a partner from that given.
        as_of: The day against which dates of birth are checked, as 2000-01-31; today unless given.
        allow_weak_secret: Take secrets that are easily guessed.
        allow_missing: Go on where a column that rules need is not there.
        strict_columns: Take columns under the names of the fields alone.
        overwrite: Replace a file that is there.
        threads: How many threads work; one a processor unless given.
        progress: Whether progress is shown; on terminals and in notebooks unless given.

    Returns:
        ``RuleId``, ``Token`` and ``RecordId``, a row a rule and record, or the file of them.

    Raises:
        ValueError: A column, a secret or a rule is missing or cannot be used.
        TypeError: The records are no table, or a secret is neither text nor bytes.
        OSError: A file cannot be read or written.

    >>> import pyarrow
    >>> people = pyarrow.table({"RecordId": ["1"], "FirstName": ["Ada"], "LastName": ["Lovelace"], "Sex": ["F"],
    ...                         "BirthDate": ["1985-12-10"], "PostalCode": ["98052"], "SocialSecurityNumber": ["452-38-7291"]})
    >>> tokens = tokenize(people, mode="hash-only", hashing_secret="correct horse battery staple, 9 times")
    >>> tokens
    Tokens(5 rows of RuleId, Token, RecordId)
    """
    spec: dict[str, Any] = {
        "mode": mode,
        "token_profile": token_profile,
        "columns": {field: column for column, field in (columns or {}).items()},
        "record_id": record_id,
        "hashing_secret_file": _path(hashing_secret_file),
        "encryption_key_file": _path(encryption_key_file),
        "partner": partner,
        "allow_weak_secret": allow_weak_secret,
        "allow_missing": allow_missing,
        "strict_columns": strict_columns,
        "as_of": as_of,
    }
    named = spec["columns"].pop("RecordId", None)
    spec["record_id"] = record_id or named
    held: str | None = None
    if rules is None or is_path(rules):
        spec["rules"] = _path(rules)
    else:
        held = json.dumps(rules_of(rules))
    secrets = (_bytes("hashing_secret", hashing_secret), _bytes("encryption_key", encryption_key))
    told = json.dumps(surroundings(threads, progress=progress))
    spec = {name: value for name, value in spec.items() if value is not None}
    if not is_path(records):
        if output is not None:
            raise _in_memory_with_output("tokens")
        table, card = _native.tokenize_table(native_table(records), json.dumps(spec), held, *secrets, told)
        return Tokens(table, json.loads(card))
    job = {"inputs": [path_text(records)], "output": _needed_output(output), "overwrite": overwrite, "tokenize": spec}
    made = json.loads(_native.tokenize_file(json.dumps(job), held, *secrets, told))
    return TokenFile(made["output"], made["run"])


def decrypt(
    tokens: Data,
    output: Path | None = None,
    *,
    encryption_key: Secret | None = None,
    encryption_key_file: Path | None = None,
    partner: str | None = None,
    token_profile: str = "opentoken-1-python",
    allow_weak_secret: bool = False,
    overwrite: bool = False,
    threads: int | None = None,
    progress: bool | None = None,
) -> Tokens | TokenFile:
    """Decrypts tokens: of a file, written to ``output``, or of a table in memory, given back.

    Blank tokens and those that the key does not open stay as they are. The arguments are those of `tokenize`.

    Raises:
        ValueError: There is no key, it opens no token at all, or a column lacks.
        TypeError: The tokens are no table.
        OSError: A file cannot be read or written.

    >>> import pyarrow
    >>> people = pyarrow.table({"RecordId": ["1"], "FirstName": ["Ada"], "LastName": ["Lovelace"], "Sex": ["F"],
    ...                         "BirthDate": ["1985-12-10"], "PostalCode": ["98052"], "SocialSecurityNumber": ["452-38-7291"]})
    >>> secret, key = "correct horse battery staple, 9 times", "0123456789abcdefghijklmnopqrstuv"
    >>> encrypted = tokenize(people, hashing_secret=secret, encryption_key=key)
    >>> hashed = tokenize(people, mode="hash-only", hashing_secret=secret)
    >>> decrypt(encrypted, encryption_key=key).to_arrow()["Token"] == hashed.to_arrow()["Token"]
    True
    """
    spec: dict[str, Any] = {
        "input": None,
        "output": None,
        "encryption_key_file": _path(encryption_key_file),
        "partner": partner,
        "token_profile": token_profile,
        "overwrite": overwrite,
        "allow_weak_secret": allow_weak_secret,
    }
    key = _bytes("encryption_key", encryption_key)
    told = json.dumps(surroundings(threads, progress=progress))
    if not is_path(tokens):
        if output is not None:
            raise _in_memory_with_output("tokens")
        table, counts = _native.decrypt_table(native_table(tokens), json.dumps(spec), key, told)
        return Tokens(table, {"counts": json.loads(counts)})
    spec |= {"input": path_text(tokens), "output": _needed_output(output)}
    made = json.loads(_native.decrypt_file(json.dumps(spec), key, told))
    return TokenFile(made["output"], made)


def overlap(
    first: Data,
    second: Data,
    output: Path | None = None,
    *,
    rules: str | Sequence[str] | Sequence[Sequence[str]],
    any_rule: bool = False,
    one_to_one: bool = False,
    max_token_frequency: int | None = None,
    encryption_key: Secret | None = None,
    encryption_key_file: Path | None = None,
    encryption_keys: tuple[Secret | None, Secret | None] = (None, None),
    partners: tuple[str | None, str | None] = (None, None),
    names: tuple[str | None, str | None] = (None, None),
    token_profile: str = "opentoken-1-python",
    allow_weak_secret: bool = False,
    overwrite: bool = False,
    threads: int | None = None,
    memory: str | None = None,
    progress: bool | None = None,
) -> Overlap:
    """Compares two sets of tokens, each a file or a table in memory, and tells which records of one are in the other.

    Records match that agree on all of the ``rules``, or with ``any_rule`` on at least one. Blank tokens match nothing.

    Args:
        first: A path, or a table with ``RuleId``, ``Token`` and ``RecordId``, such as `tokenize` gives.
        second: The same for the other side; one may be a file and the other a table.
        output: The file of pairs that is written, CSV or Parquet by its ending; for two files only. Where a side is in memory,
            the pairs are, too: `Overlap.matches`.
        rules: The rules that count. Several sets of them, each a list of its own, are compared one by one.
        any_rule: Records match that agree on one rule of a set.
        one_to_one: Each record has at most one partner.
        max_token_frequency: Leaves out tokens that more records of a side bear.
        encryption_key: The key of both sides, where tokens are encrypted.
        encryption_key_file: The file that holds it.
        encryption_keys: The keys of each side, where they differ.
        partners: The partners whose keys the tokens of each side are encrypted with.
        names: What the sides are called in results: their files, or ``first`` and ``second``, unless given.
        token_profile: As for `tokenize`.
        allow_weak_secret: Take a key that is easily guessed.
        overwrite: Replace a file of pairs that is there.
        threads: How many threads work; one a processor unless given.
        memory: How much memory the process may hold, such as ``"4GiB"``; what does not fit goes to disk.
        progress: Whether progress is shown; on terminals and in notebooks unless given.

    Raises:
        ValueError: A column lacks, a rule stands on neither side, a key is missing or opens nothing, or an output is named for
            tables.
        TypeError: A side is no table.
        OSError: A file cannot be read or written.

    >>> tokens = [{"RuleId": "T1", "Token": "x", "RecordId": "1"}, {"RuleId": "T1", "Token": "y", "RecordId": "2"}]
    >>> found = overlap(tokens, tokens[1:], rules=["T1"], names=("ours", "theirs"))
    >>> found.matches.to_dicts()
    [{'ours_RecordId': '2', 'theirs_RecordId': '2'}]
    """
    tables = [None if is_path(side) else native_table(side) for side in (first, second)]
    if output is not None and tables != [None, None]:
        raise _in_memory_with_output("pairs")
    sides = ((first, "first"), (second, "second"))
    if isinstance(rules, str):
        rules = [rules]
    sets = [list(rules)] if all(isinstance(rule, str) for rule in rules) else [list(rule_set) for rule_set in rules]
    spec = {
        "inputs": [path_text(side) if is_path(side) else called for side, called in sides],
        "names": list(names),
        "output": _path(output),
        "rule_sets": sets,
        "any": any_rule,
        "one_to_one": one_to_one,
        "max_token_frequency": max_token_frequency,
        "encryption_key_file": _path(encryption_key_file),
        "partners": list(partners),
        "token_profile": token_profile,
        "overwrite": overwrite,
        "allow_weak_secret": allow_weak_secret,
    }
    first_key, second_key = (_bytes("encryption_keys", key) for key in encryption_keys)
    told = json.dumps(surroundings(threads, memory, progress=progress))
    key = _bytes("encryption_key", encryption_key)
    report, pairs = _native.overlap_tokens(json.dumps(spec), tables, key, first_key, second_key, told)
    return Overlap(json.loads(report), pairs)


def rules_of(rules: Any) -> dict[str, Any]:
    """The rules of a definition as kernels take them.

    Raises:
        TypeError: It is no definition.
    """
    if hasattr(rules, "as_rules"):
        return rules.as_rules()  # type: ignore[no-any-return]
    raise InputTypeError(
        f"rules are a file or a CustomTokenDefinition, not {type(rules).__name__}",
        code="KN-PY-024",
        hint="make them with kintsu.TokenBuilder and kintsu.CustomTokenDefinition",
    )


def _path(path: Path | None) -> str | None:
    return None if path is None else path_text(path)


def _needed_output(output: Path | None) -> str:
    if output is None:
        raise InputError(
            "no file is named for the tokens", code="KN-PY-022", hint="name one ending in .csv or .parquet as `output`"
        )
    return path_text(output)


def _in_memory_with_output(what: str) -> InputError:
    return InputError(
        f"the {what} of a table in memory come back as a table",
        code="KN-PY-022",
        hint="leave `output` out and write the result, or give the path of a file",
    )


def _bytes(name: str, secret: Secret | None) -> bytes | None:
    if secret is None or isinstance(secret, bytes):
        return secret
    if isinstance(secret, str):
        return secret.encode()
    raise InputTypeError(
        f"{name} is neither text nor bytes but {type(secret).__name__}",
        code="KN-PY-023",
        hint="give the secret as text or bytes, or name its file",
    )
