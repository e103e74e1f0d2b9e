"""The notebooks of the documentation run from their first cell to their last."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import ATTRIBUTES, ROOT

FOLDER = ROOT / "docs" / "notebooks"


def run(name: str, **names: Any) -> dict[str, Any]:
    """Runs the cells of a notebook one after another, and says which one failed."""
    for number, cell in enumerate(json.loads((FOLDER / name).read_text())["cells"]):
        assert not cell.get("outputs"), "notebooks are kept without outputs"
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), f"{name}, cell {number}", "exec"), names)
    return names


def test_every_notebook_is_tested() -> None:
    source = Path(__file__).read_text()
    files = [file.name for file in FOLDER.iterdir() if file.suffix in (".ipynb", ".py")]
    assert len(files) > 5
    # This one needs no Spark: it runs with the guides of the package.
    files.remove("Linkage.ipynb")
    assert [name for name in files if f'"{name}"' not in source] == []


@pytest.mark.parametrize(
    "name", ["Quick_Start.ipynb", "Custom_Token_Definition_Guide.ipynb", "Dataset_Overlap_Analysis_Guide.ipynb"]
)
def test_tokens(classic: Any, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(name)["spark"].sparkContext is classic.sparkContext


def test_databricks(classic: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    kept = {"hashing_secret": "a hashing secret of some length", "encryption_key": "an encryption key of 32 letters."}
    dbutils = SimpleNamespace(secrets=SimpleNamespace(get=lambda scope, key: kept[key] if scope == "kintsu" else None))
    classic.sql("CREATE DATABASE IF NOT EXISTS my_database")
    people = classic.createDataFrame([("p1", "John", "Doe", "2000-01-01", "M", "98101", "123456780")], ["RecordId", *ATTRIBUTES])
    people.write.mode("overwrite").saveAsTable("my_database.person_records")
    run("Databricks_Example.ipynb", spark=classic, dbutils=dbutils)


@pytest.mark.parametrize("name", ["example_spark_connect.py", "04_spark_connect_example.py"])
def test_spark_connect(connect_url: str, name: str, tmp_path: Path) -> None:
    variables = {**os.environ, "SPARK_REMOTE": connect_url, "PYTHONPATH": str(ROOT / "python")}
    variables.pop("SPARK_CONNECT_MODE_ENABLED", None)
    done = subprocess.run(
        [sys.executable, str(FOLDER / name)], cwd=tmp_path, env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Spark 4." in done.stdout and "no Spark Connect session" not in done.stderr


def test_the_script_goes_on_locally_where_no_server_answers(
    classic: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any, tmp_path: Path
) -> None:
    from conftest import free_port
    from kintsu.spark import session

    pytest.importorskip("grpc_status")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SPARK_REMOTE", f"sc://127.0.0.1:{free_port()}")
    monkeypatch.setattr(session, "_refuse_beside_classic", lambda: None)
    monkeypatch.setattr(type(classic), "stop", lambda _: None)
    with pytest.raises(SystemExit, match="0"):
        runpy.run_path(str(FOLDER / "example_spark_connect.py"), run_name="__main__")
    said = capsys.readouterr()
    assert "cannot be reached" in said.err and "Spark " in said.out
