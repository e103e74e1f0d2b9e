"""Tokens of persons, which organisations compare in place of names: made, decrypted and compared.

These are the commands ``kintsu tokenize``, ``kintsu decrypt`` and ``kintsu overlap`` as functions. On Spark see `kintsu.spark`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from kintsu import _native
from kintsu.errors import InputError, InputTypeError
from kintsu.frames import ArrowTable, Data, html_table, is_path, path_text, stream_of

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


class Tokens(ArrowTable):
    """Tokens in memory: ``RuleId``, ``Token`` and ``RecordId``. ``card`` says how they were made, or what became of them."""

    def __init__(self, table: Any, card: dict[str, Any]) -> None:
        super().__init__(table)
        self.card = card


class TokenFile:
    """A file of tokens. ``card`` says how they were made, or what became of them."""

    def __init__(self, path: str, card: dict[str, Any]) -> None:
        self.path = path
        self.card = card

    @property
    def counts(self) -> dict[str, int]:
        """What was counted."""
        return dict(self.card["counts"])

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
    """Which records of two files of tokens are the same."""

    def __init__(self, report: dict[str, Any]) -> None:
        self.report = report

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

    Secrets are given as they are, by their files, or by the variables KINTSU_HASHING_SECRET and KINTSU_ENCRYPTION_KEY.
    ``columns`` says for columns of the input which field of the rules they hold; other fields are found by the names of
    their kind.

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
        held = json.dumps(_definition(rules).as_rules())
    secrets = (_bytes("hashing_secret", hashing_secret), _bytes("encryption_key", encryption_key))
    surroundings = json.dumps({"threads": threads, "progress": progress})
    spec = {name: value for name, value in spec.items() if value is not None}
    if not is_path(records):
        if output is not None:
            raise _in_memory_with_output("tokens")
        table, card = _native.tokenize_table(stream_of(records), json.dumps(spec), held, *secrets, surroundings)
        return Tokens(table, json.loads(card))
    job = {"inputs": [path_text(records)], "output": _needed_output(output), "overwrite": overwrite, "tokenize": spec}
    made = json.loads(_native.tokenize_file(json.dumps(job), held, *secrets, surroundings))
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

    Blank tokens and those that the key does not open stay as they are; a key that opens none at all is an error.
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
    surroundings = json.dumps({"threads": threads, "progress": progress})
    if not is_path(tokens):
        if output is not None:
            raise _in_memory_with_output("tokens")
        table, counts = _native.decrypt_table(stream_of(tokens), json.dumps(spec), key, surroundings)
        return Tokens(table, {"counts": json.loads(counts)})
    spec |= {"input": path_text(tokens), "output": _needed_output(output)}
    made = json.loads(_native.decrypt_file(json.dumps(spec), key, surroundings))
    return TokenFile(made["output"], made)


def overlap(
    first: Path,
    second: Path,
    output: Path | None = None,
    *,
    rules: Sequence[str] | Sequence[Sequence[str]],
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
    """Compares two files of tokens; the pairs that match are written to ``output`` where one is named.

    Records match that agree on all of the ``rules``, or with ``any_rule`` on at least one. Several sets of rules, each a
    list of its own, are compared one by one. ``encryption_keys`` are those of the files where they differ.
    """
    if any(not is_path(side) for side in (first, second)):
        raise InputTypeError(
            "tokens are compared in files", code="KN-PY-021", hint="write them to CSV or Parquet and give the paths"
        )
    sets = [list(rules)] if all(isinstance(rule, str) for rule in rules) else [list(rule_set) for rule_set in rules]
    spec = {
        "inputs": [path_text(first), path_text(second)],
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
    surroundings = json.dumps({"threads": threads, "memory": memory, "progress": progress})
    key = _bytes("encryption_key", encryption_key)
    report = _native.overlap_files(json.dumps(spec), key, first_key, second_key, surroundings)
    return Overlap(json.loads(report))


def _definition(rules: Any) -> TokenDefinition:
    if hasattr(rules, "as_rules"):
        return rules  # type: ignore[no-any-return]
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
