"""Combinations that cannot work are told in words; those that work are not refused."""

from __future__ import annotations

import importlib.util
import os
import sys
import venv
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from kintsu.spark import environment
from kintsu.spark.errors import EnvironmentMismatchError


def test_this_environment_works(classic: Any) -> None:
    environment.check_environment(classic.range(1))
    environment.check_local()


@pytest.mark.parametrize("java, major", [("1.8", 8), ("11", 11), ("17.0.15", 17), ("21", 21), ("21-ea", 21), ("", 0)])
def test_versions_of_java_are_read(java: str, major: int) -> None:
    assert environment.major_of(java) == major


@pytest.mark.parametrize(
    "java, pyspark, works", [(17, 3, True), (11, 3, True), (21, 3, False), (17, 4, True), (21, 4, True), (11, 4, False)]
)
def test_java_and_pyspark(java: int, pyspark: int, works: bool) -> None:
    if works:
        environment._check_java(java, pyspark)
    else:
        with pytest.raises(EnvironmentMismatchError, match="Java"):
            environment._check_java(java, pyspark)


def test_a_java_without_the_vector_module_is_refused_for_pyspark_4_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java = tmp_path / "bin/java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho java.base@17.0.9\necho java.sql@17.0.9\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.setattr(environment, "_pyspark_major", lambda: 4)
    with pytest.raises(EnvironmentMismatchError, match=r"jdk.incubator.vector"):
        environment.check_local()
    monkeypatch.setattr(environment, "_pyspark_major", lambda: 3)
    environment.check_local()


def test_a_machine_without_java_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(EnvironmentMismatchError, match="needs Java"):
        environment.check_local()


def test_an_old_pyarrow_is_refused_and_a_new_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow

    monkeypatch.setattr(pyarrow, "__version__", "8.0.0")
    with pytest.raises(EnvironmentMismatchError, match=r"PyArrow 8.0.0"):
        environment._check_python_packages()
    monkeypatch.setattr(pyarrow, "__version__", "99.0.0")
    environment._check_python_packages()


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in ("distutils", "pandas") else found(name))
    with pytest.raises(ImportError, match="pandas"):
        environment._check_python_packages()
    monkeypatch.setattr(environment, "_pyspark_major", lambda: 3)
    monkeypatch.setattr(sys, "version_info", (3, 12, 0))
    with pytest.raises(ImportError, match="setuptools"):
        environment._check_python_packages()


def test_workers_of_another_python_are_told_before_they_fail(tmp_path: Path) -> None:
    other = tmp_path / "python9"
    other.write_text("#!/bin/sh\necho 3.9\n")
    other.chmod(0o755)
    with pytest.raises(EnvironmentMismatchError, match="PYSPARK_PYTHON"):
        environment._check_workers(str(other))
    environment._check_workers(sys.executable)
    environment._check_workers(os.devnull + "/none")


def test_workers_without_the_packages_of_the_driver_are_told_before_they_fail(tmp_path: Path, monkeypatch: Any) -> None:
    import pyarrow

    monkeypatch.delenv("PYTHONPATH", raising=False)
    bare = tmp_path / "bare"
    venv.create(bare, with_pip=False, symlinks=True)
    python = str(bare / "bin" / "python")
    with pytest.raises(EnvironmentMismatchError, match="no pyarrow and no kintsu") as error:
        environment._check_workers(python)
    assert f"PYSPARK_PYTHON={sys.executable}" in str(error.value)
    # As the document has it: .config("spark.executorEnv.PYTHONPATH", os.pathsep.join(sys.path))
    environment._check_workers(python, os.pathsep.join([str(ROOT / "python"), str(Path(pyarrow.__file__).parents[1])]))


def test_pyspark_3_has_no_server_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "_pyspark_major", lambda: 3)
    with pytest.raises(EnvironmentMismatchError, match="no Spark Connect server"):
        environment.check_connect_server()
