"""The examples of the document for Spark and Databricks run, with their imports and keys changed and nothing else."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import ATTRIBUTES, shared

#: The keys that stand in the document have 30 characters.
KEYS = {
    "your-encryption-key-32-chars!!": "your-encryption-key-32-chars!!..",
    "encryption-key-32-characters!!": "your-encryption-key-32-chars!!..",
}


def examples() -> dict[str, str]:
    """The Python examples by their headings."""
    text = shared("seeds/000_87e9d50dc27571cb.txt").read_text()
    found: dict[str, str] = {}
    heading = ""
    for part in re.split(r"^(#+ [^\n]*|```\w*\n.*?^```)$", text, flags=re.MULTILINE | re.DOTALL):
        if part.startswith("#"):
            heading = part.lstrip("# ")
        elif part.startswith("```python"):
            found[heading] = part.removeprefix("```python").removesuffix("```").replace("opentoken_pyspark", "kintsu.spark")
    return found


def with_keys(code: str) -> str:
    for short, right in KEYS.items():
        code = code.replace(f'"{short}"', f'"{right}"')
    return code


@pytest.fixture
def folder(classic: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the document's data, in which Python works, and Java."""
    monkeypatch.chdir(tmp_path)
    java = classic._jvm
    files = java.org.apache.hadoop.fs.FileSystem.get(java.java.net.URI("file:///"), classic._jsc.hadoopConfiguration())
    before = files.getWorkingDirectory()
    files.setWorkingDirectory(java.org.apache.hadoop.fs.Path(str(tmp_path)))
    rows = [
        ("p1", "John", "Doe", "2000-01-01", "Male", "98101", "123-45-6780"),
        ("p2", "Jane", "Roe", "1990-05-15", "F", "10001", "234-56-7890"),
    ]
    with Path("data.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("RecordId", *ATTRIBUTES), *rows])
    yield tmp_path
    files.setWorkingDirectory(before)


@pytest.mark.filterwarnings("ignore:.* is weak")
def test_standard_cluster_custom_tokens_overlap_and_rule_sets(classic: Any, folder: Path, capsys: Any) -> None:
    document = examples()
    names: dict[str, Any] = {}
    exec(with_keys(document["Standard Spark Cluster"]), names)
    assert names["spark"] is classic
    written = classic.read.csv(str(folder / "output/tokens"))
    assert written.count() == 10
    exec(with_keys(document["Custom Token Definitions"]), names)
    assert {row["RuleId"] for row in names["tokens_df"].collect()} == {"T6"}
    tokens = (
        names["processor"].__class__("your-hashing-secret", KEYS["encryption-key-32-characters!!"]).process_dataframe(names["df"])
    )
    names.update(tokens_df1=tokens, tokens_df2=tokens.filter("RecordId = 'p1'"))
    exec(with_keys(document["Dataset Overlap Analysis"]), names)
    assert names["results"]["matching_records_dataset1"] == 1
    assert "Overlap percentage: 100.00%" in capsys.readouterr().out
    exec(with_keys(document["Compare with Multiple Rule Sets"]), names)
    assert [result["overlap_percentage"] for result in names["results"]] == [100.0] * 3


@pytest.mark.filterwarnings("ignore:.* is weak")
def test_databricks(classic: Any, folder: Path) -> None:
    secrets = {"hashing_secret": "a hashing secret of some length", "encryption_key": "an encryption key of the tests .."[:32]}
    dbutils = SimpleNamespace(secrets=SimpleNamespace(get=lambda scope, key: secrets[key]))
    classic.sql("CREATE DATABASE IF NOT EXISTS my_database")
    classic.read.csv("data.csv", header=True).write.mode("overwrite").saveAsTable("my_database.person_records")
    exec(examples()["Databricks Example"], {"spark": classic, "dbutils": dbutils})
    assert classic.read.table("my_database.person_tokens").count() == 10


@pytest.mark.filterwarnings("ignore:.* is weak")
def test_the_keys_of_the_document_are_two_characters_short(classic: Any, folder: Path) -> None:
    document = examples()
    for heading in ("Standard Spark Cluster", "Custom Token Definitions", "Dataset Overlap Analysis"):
        names: dict[str, Any] = {"df": None, "tokens_df1": None, "tokens_df2": None}
        with pytest.raises(ValueError, match=r"32 characters; this one has 30"):
            exec(document[heading], names)
