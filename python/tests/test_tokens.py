"""Tokens from Python are those of the command, whatever the records come in."""

from __future__ import annotations

import csv
import datetime
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import kintsu
import pandas
import polars
import pyarrow
import pyarrow.csv
import pyarrow.parquet
import pytest
from kintsu.tokens import TokenFile, Tokens

SECRET = "correct horse battery staple, 9 times"
KEY = "0123456789abcdefghijklmnopqrstuv"
PEOPLE = {
    "RecordId": ["a", "b", "c", "d"],
    "FirstName": ["Ada", "José", None, "Test"],
    "LastName": ["Lovelace", "Núñez", "Byron", "User"],
    "Sex": ["F", "M", "F", "M"],
    "BirthDate": ["1985-12-10", "1970-01-31", "2001-02-03", "1990-05-05"],
    "PostalCode": ["98052", "10001", "60614", "30301"],
    "SocialSecurityNumber": ["452-38-7291", "223-55-0198", None, "111-11-1111"],
}


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    pyarrow.csv.write_csv(pyarrow.table(PEOPLE), path)
    return path


@pytest.fixture
def by_command(tmp_path: Path, people: Path) -> set[tuple[str, ...]]:
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    output = tmp_path / "command.csv"
    arguments = ["tokenize", str(people), "-o", str(output), "--mode", "hash-only", "--hashing-secret-file", str(secret)]
    subprocess.run([sys.executable, "-m", "kintsu", *arguments], check=True, capture_output=True)
    with output.open() as file:
        return {tuple(row.values()) for row in csv.DictReader(file)}


def rows(table: pyarrow.Table) -> set[tuple[str, ...]]:
    return {tuple(row[name] for name in ("RuleId", "Token", "RecordId")) for row in table.to_pylist()}


def in_memory(kind: str) -> Any:
    table = pyarrow.table(PEOPLE)
    if kind == "pandas":
        return pandas.DataFrame(PEOPLE)
    if kind == "polars":
        return polars.DataFrame(PEOPLE)
    if kind == "duckdb":
        return duckdb.from_arrow(table)
    if kind == "dictionaries":
        return pyarrow.table({name: table[name].dictionary_encode() for name in table.column_names})
    if kind == "large":
        return table.cast(pyarrow.schema([(name, pyarrow.large_string()) for name in table.column_names]))
    if kind == "views":
        return table.cast(pyarrow.schema([(name, pyarrow.string_view()) for name in table.column_names]))
    if kind == "batch":
        return table.to_batches()[0]
    return table


@pytest.mark.parametrize("kind", ["pandas", "polars", "duckdb", "arrow", "dictionaries", "large", "views", "batch"])
def test_tables_in_memory_have_the_tokens_of_the_command(kind: str, by_command: set[tuple[str, ...]]) -> None:
    tokens = kintsu.tokenize(in_memory(kind), mode="hash-only", hashing_secret=SECRET)
    assert isinstance(tokens, Tokens)
    assert rows(tokens.to_arrow()) == by_command
    assert tokens.card["rows"] == 4


def test_files_have_the_tokens_of_the_command(people: Path, tmp_path: Path, by_command: set[tuple[str, ...]]) -> None:
    for ending in ("csv", "parquet"):
        made = kintsu.tokenize(people, tmp_path / f"made_{ending}.{ending}", mode="hash-only", hashing_secret=SECRET)
        assert isinstance(made, TokenFile)
        assert rows(made.to_arrow()) == by_command
        assert made.counts["records"] == 4
        assert (tmp_path / f"made_{ending}.{ending}.run.json").is_file()


def test_tokens_go_to_every_library() -> None:
    tokens = kintsu.tokenize(pandas.DataFrame(PEOPLE), mode="hash-only", hashing_secret=SECRET.encode())
    assert isinstance(tokens, Tokens)
    assert list(tokens.to_pandas().columns) == ["RuleId", "Token", "RecordId"]
    assert tokens.to_polars().equals(polars.DataFrame(tokens))
    assert duckdb.sql("select count(*) from tokens").fetchall() == [(len(tokens),)]
    assert "<table>" in tokens._repr_html_()


def test_encrypted_tokens_are_decrypted_to_the_hashes(people: Path, tmp_path: Path, by_command: set[tuple[str, ...]]) -> None:
    encrypted = kintsu.tokenize(pandas.DataFrame(PEOPLE), hashing_secret=SECRET, encryption_key=KEY)
    assert isinstance(encrypted, Tokens)
    assert rows(encrypted.to_arrow()) != by_command
    for frame in (encrypted, encrypted.to_pandas(), encrypted.to_polars()):
        opened = kintsu.decrypt(frame, encryption_key=KEY)
        assert isinstance(opened, Tokens)
        assert rows(opened.to_arrow()) == by_command
    counts = opened.card["counts"]
    assert (counts["tokens"], counts["undecryptable"]) == (len(encrypted), 0)
    file = kintsu.tokenize(people, tmp_path / "e.csv", hashing_secret=SECRET, encryption_key=KEY)
    assert isinstance(file, TokenFile)
    decrypted = kintsu.decrypt(file.path, tmp_path / "d.parquet", encryption_key=KEY)
    assert isinstance(decrypted, TokenFile)
    assert rows(decrypted.to_arrow()) == by_command


def test_files_of_tokens_are_compared(people: Path, tmp_path: Path) -> None:
    first = kintsu.tokenize(people, tmp_path / "first.csv", hashing_secret=SECRET, encryption_key=KEY)
    second = kintsu.tokenize(people, tmp_path / "second.csv", hashing_secret=SECRET, encryption_key=KEY[::-1])
    assert isinstance(first, TokenFile) and isinstance(second, TokenFile)
    found = kintsu.overlap(
        first.path, second.path, tmp_path / "pairs.csv", rules=[["T1", "T2"], ["T3"]], encryption_keys=(KEY, KEY[::-1])
    )
    assert [result["matching_records_dataset1"] for result in found.results] == [2, 2]
    assert found.pairs == 2
    assert (tmp_path / "pairs.csv").is_file()
    assert "100.00 %" not in repr(found) and "2 pairs" in repr(found)


@pytest.mark.parametrize("kind", ["pandas", "polars", "arrow", "duckdb", "records", "mixed"])
def test_tokens_in_memory_are_compared_as_files_are(people: Path, tmp_path: Path, kind: str) -> None:
    made = kintsu.tokenize(people, tmp_path / "tokens.parquet", mode="hash-only", hashing_secret=SECRET)
    assert isinstance(made, kintsu.tokens.TokenFile)
    path = tmp_path / "tokens.parquet"
    written = kintsu.overlap(path, path, tmp_path / "pairs.parquet", rules=[["T1"], ["T2", "T3"]], names=("ours", "theirs"))
    first: Any = {
        "pandas": made.to_pandas,
        "polars": made.to_polars,
        "arrow": made.to_arrow,
        "duckdb": lambda: pytest.importorskip("duckdb").from_arrow(made.to_arrow()),
        "records": lambda: made.to_arrow().to_pylist(),
        "mixed": made.to_arrow,
    }[kind]()
    second = path if kind == "mixed" else first
    found = kintsu.overlap(first, second, rules=[["T1"], ["T2", "T3"]], names=("ours", "theirs"))
    assert found.matches.to_dicts() == written.matches.to_dicts() != []
    assert found.matches.columns == ["ours_RecordId", "theirs_RecordId", "MatchingRules", "RuleSets"]
    assert found.results == written.results and found.pairs == written.pairs == len(found.matches)
    assert kintsu.overlap(first, second, rules=["T1"]).matches.columns[0] == "first_RecordId"


def test_pairs_of_files_are_counted_unless_a_file_is_named(people: Path, tmp_path: Path) -> None:
    path = tmp_path / "tokens.parquet"
    tokens = kintsu.tokenize(people, path, mode="hash-only", hashing_secret=SECRET)
    found = kintsu.overlap(path, path, rules=["T1"])
    with pytest.raises(ValueError, match="only counted"):
        found.matches  # noqa: B018
    with pytest.raises(ValueError, match="pairs of a table in memory"):
        kintsu.overlap(tokens.to_arrow(), path, tmp_path / "pairs.parquet", rules=["T1"])
    with pytest.raises(TypeError, match="no table"):
        kintsu.overlap(path, 3, rules=["T1"])
    with pytest.raises(ValueError, match="lacks the column"):
        kintsu.overlap(path, [{"RuleId": "T1"}], rules=["T1"])


class OneRule:
    """A definition as `kintsu.CustomTokenDefinition` gives it."""

    def as_rules(self) -> dict[str, Any]:
        component = {"field": "LastName", "attribute": "LastName", "expression": "T|U"}
        return {"version": "mine", "rules": [{"id": "T6", "components": [component]}]}


@pytest.mark.filterwarnings("ignore:.*personal data in clear")
def test_rules_of_ones_own_replace_the_built_in_ones(people: Path, tmp_path: Path) -> None:
    tokens = kintsu.tokenize(pandas.DataFrame(PEOPLE), mode="plain", rules=OneRule())
    assert isinstance(tokens, Tokens)
    assert {(rule, token) for rule, token, _ in rows(tokens.to_arrow())} == {
        ("T6", "LOVELACE"),
        ("T6", "NUNEZ"),
        ("T6", "BYRON"),
        ("T6", "USER"),
    }
    file = kintsu.tokenize(people, tmp_path / "plain.csv", mode="plain", rules=OneRule())
    assert isinstance(file, TokenFile) and rows(file.to_arrow()) == rows(tokens.to_arrow())


def test_a_short_key_is_refused_with_both_lengths() -> None:
    with pytest.raises(ValueError, match="30") as caught:
        kintsu.tokenize(pandas.DataFrame(PEOPLE), hashing_secret=SECRET, encryption_key=KEY[:30])
    assert "32" in str(caught.value)


def test_secrets_never_stand_in_what_is_printed() -> None:
    with pytest.raises(ValueError) as caught:
        kintsu.tokenize(pandas.DataFrame(PEOPLE), hashing_secret="canary", encryption_key=KEY)
    assert "canary" not in str(caught.value) and "hashing_secret" in str(caught.value)
    tokens = kintsu.tokenize(pandas.DataFrame(PEOPLE), mode="hash-only", hashing_secret=SECRET)
    assert SECRET not in str(tokens.card)


def test_what_cannot_be_done_is_told(people: Path, tmp_path: Path) -> None:
    frame = pandas.DataFrame(PEOPLE)
    with pytest.raises(ValueError, match="no file is named for the tokens"):
        kintsu.tokenize(people, mode="hash-only", hashing_secret=SECRET)
    with pytest.raises(ValueError, match="come back as a table"):
        kintsu.tokenize(frame, tmp_path / "x.csv", mode="hash-only", hashing_secret=SECRET)
    with pytest.raises(TypeError, match="is no table") as caught:
        kintsu.tokenize([1, 2], mode="hash-only", hashing_secret=SECRET)  # type: ignore[arg-type]
    assert "pandas" in str(caught.value)
    with pytest.raises(TypeError, match="neither text nor bytes"):
        kintsu.tokenize(frame, mode="hash-only", hashing_secret=3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no encryption key"):
        kintsu.decrypt(frame)
    with pytest.raises(ValueError, match="lacks the columns"):
        kintsu.decrypt(frame, encryption_key=KEY)


def test_lacking_columns_are_warned_of(people: Path) -> None:
    frame = pandas.DataFrame(PEOPLE).drop(columns=["SocialSecurityNumber"])
    with pytest.warns(kintsu.errors.KintsuWarning, match="no column for `SocialSecurityNumber`") as caught:
        kintsu.tokenize(frame, mode="hash-only", hashing_secret=SECRET)
    assert caught[0].filename == __file__


BORN = [datetime.datetime.fromisoformat(day) for day in PEOPLE["BirthDate"]]
AT_NOON = [day.replace(hour=12, microsecond=5) for day in BORN]
BIRTH_DATES: dict[str, Callable[[], Any]] = {
    "pandas": lambda: pandas.DataFrame(PEOPLE).assign(BirthDate=pandas.to_datetime(PEOPLE["BirthDate"])),
    "pandas at noon": lambda: pandas.DataFrame(PEOPLE).assign(BirthDate=pandas.Series(AT_NOON)),
    "polars": lambda: polars.DataFrame(PEOPLE).with_columns(polars.Series("BirthDate", BORN)),
    "polars with a zone": lambda: polars.DataFrame(PEOPLE).with_columns(
        polars.Series("BirthDate", BORN).dt.replace_time_zone("UTC")
    ),
    "days": lambda: pyarrow.table({**PEOPLE, "BirthDate": [day.date() for day in BORN]}),
    "milliseconds of days": lambda: pyarrow.table({**PEOPLE, "BirthDate": pyarrow.array(BORN, pyarrow.date64())}),
}


@pytest.mark.parametrize("kind", BIRTH_DATES)
def test_times_of_birth_are_days_of_birth(kind: str, by_command: set[tuple[str, ...]], tmp_path: Path) -> None:
    records = BIRTH_DATES[kind]()
    tokens = kintsu.tokenize(records, mode="hash-only", hashing_secret=SECRET)
    assert isinstance(tokens, Tokens) and rows(tokens.to_arrow()) == by_command
    table = records if isinstance(records, pyarrow.Table) else pyarrow.table(records)
    pyarrow.parquet.write_table(table, tmp_path / "people.parquet")
    file = kintsu.tokenize(tmp_path / "people.parquet", tmp_path / "tokens.csv", mode="hash-only", hashing_secret=SECRET)
    assert isinstance(file, TokenFile) and rows(file.to_arrow()) == by_command


def test_rules_that_are_blank_for_everybody_are_warned_of() -> None:
    swapped = {**PEOPLE, "BirthDate": ["10 December 1985"] * 4}
    with pytest.warns(kintsu.errors.KintsuWarning, match="every token of T1, T2, T3, T4 is blank.*`BirthDate` ") as caught:
        kintsu.tokenize(pyarrow.table(swapped), mode="hash-only", hashing_secret=SECRET)
    assert "December" not in str(caught[0].message)
