"""Combinations of Java, Python, PySpark and PyArrow that cannot work, told before Spark fails in its own words.

Each rule was seen to fail, and nothing is refused for its version alone where it works.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from kintsu.errors import MissingPackageError
from kintsu.spark.errors import EnvironmentMismatchError
from kintsu.spark.frames import is_connect

#: The first PyArrow with the PyCapsule interface, by which kernels take and give batches.
_PYARROW_MIN = 14


def check_environment(frame_or_session: Any) -> None:
    """Checks what a frame, or those of a session, are to be processed with.

    Raises EnvironmentMismatchError or MissingPackageError.
    """
    _check_python_packages()
    session = getattr(frame_or_session, "sparkSession", frame_or_session)
    if not is_connect(session):
        java = session._jvm.java.lang.System.getProperty("java.specification.version")
        _check_java(major_of(java), _pyspark_major())
        master = session.sparkContext.master
        if master.startswith("local"):
            _check_workers(session.sparkContext.pythonExec, session.sparkContext.environment.get("PYTHONPATH", ""))


def check_local() -> None:
    """Checks what a local session needs before it is started, and lets workers run the interpreter of the driver."""
    _check_python_packages()
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin/java") if home else shutil.which("java")
    pyspark = _pyspark_major()
    if java is None or not Path(java).exists():
        raise EnvironmentMismatchError(
            "a local Spark session needs Java, and there is none", code="KN-PY-101", hint="install Java 17 and set JAVA_HOME"
        )
    version, modules = _java_of(java)
    _check_java(version, pyspark)
    if pyspark >= 4 and modules and "jdk.incubator.vector" not in modules:
        raise EnvironmentMismatchError(
            f"the Java at {java} lacks the module jdk.incubator.vector, which PySpark {pyspark} starts with",
            code="KN-PY-102",
            hint="use a full Java 17 or 21 of the operating system, and set JAVA_HOME to it",
        )
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)


def check_connect() -> None:
    """Checks what the client of Spark Connect needs."""
    for module, package in (
        ("pyspark", "pyspark"),
        ("grpc", "grpcio"),
        ("grpc_status", "grpcio-status"),
        ("google.protobuf", "protobuf"),
    ):
        try:
            importlib.import_module(module)
        except ImportError:
            raise MissingPackageError(
                f"Spark Connect needs the package {package}", code="KN-PY-003", hint="install it: pip install 'pyspark[connect]'"
            ) from None
    _check_python_packages()
    try:
        importlib.import_module("pyspark.sql.connect.session")
    except ImportError as error:
        raise MissingPackageError(
            f"the Spark Connect client of PySpark cannot be imported: {error}",
            code="KN-PY-003",
            hint="install it: pip install 'pyspark[connect]'",
        ) from None


def check_connect_server() -> None:
    """Checks that PySpark can start a Spark Connect server of its own. Raises EnvironmentMismatchError with PySpark 3."""
    if _pyspark_major() < 4:
        raise EnvironmentMismatchError(
            "the packages of PySpark 3 hold no Spark Connect server, so none can be started here",
            code="KN-PY-103",
            hint="use PySpark 4 or newer, or name a server that runs: SPARK_REMOTE=sc://HOST:PORT",
        )


def major_of(java: str) -> int:
    """The major version in a version of Java: 8 for ``1.8``, 17 for ``17.0.15``."""
    numbers = [int(number) for number in re.findall(r"\d+", java)[:2]]
    return numbers[1] if len(numbers) > 1 and numbers[0] == 1 else numbers[0] if numbers else 0


def _check_java(java: int, pyspark: int) -> None:
    if pyspark < 4 and java >= 21:
        raise EnvironmentMismatchError(
            f"PySpark 3 exchanges no Arrow data on Java {java}",
            code="KN-PY-104",
            hint="run Spark on Java 17 (set JAVA_HOME), or use PySpark 4 or newer",
        )
    if pyspark >= 4 and 0 < java < 17:
        raise EnvironmentMismatchError(
            f"PySpark {pyspark} needs Java 17 or newer, and this is Java {java}",
            code="KN-PY-104",
            hint="install Java 17 and set JAVA_HOME",
        )


def _check_python_packages() -> None:
    if importlib.util.find_spec("pyspark") is None:
        raise MissingPackageError(
            "Spark needs the package pyspark",
            code="KN-PY-003",
            hint="install the wheel of kintsu with an extra for the version of Spark, such as 'kintsu-....whl[spark41]'",
        )
    if sys.version_info >= (3, 12) and _pyspark_major() < 4 and importlib.util.find_spec("distutils") is None:
        raise MissingPackageError(
            "PySpark 3 needs the package setuptools on Python 3.12 and newer",
            code="KN-PY-003",
            hint="install it: pip install setuptools",
        )
    for package in ("pyarrow", "pandas"):
        if importlib.util.find_spec(package) is None:
            raise MissingPackageError(
                f"PySpark needs the package {package} to hand batches to Python",
                code="KN-PY-003",
                hint=f"install it: pip install {package}",
            )
    import pyarrow

    if int(pyarrow.__version__.split(".")[0]) < _PYARROW_MIN:
        raise EnvironmentMismatchError(
            f"PyArrow {pyarrow.__version__} hands no batches to kernels, which needs PyArrow {_PYARROW_MIN} or newer",
            code="KN-PY-105",
            hint=f"pip install 'pyarrow>={_PYARROW_MIN}' on the driver and on every worker",
        )


def _check_workers(interpreter: str, path: str = "") -> None:
    """Local workers must run the driver's version of Python and find what it finds; Spark says so late, and in each task.

    ``path`` is the PYTHONPATH that the session gives to its workers.
    """
    if interpreter == sys.executable:
        return
    version, *lacking = _worker_of(interpreter, os.pathsep.join(filter(None, [path, os.environ.get("PYTHONPATH")])))
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    hint = f"set PYSPARK_PYTHON={sys.executable} before the session starts"
    if version and version != own:
        raise EnvironmentMismatchError(
            f"Spark's workers run {interpreter}, which is Python {version}, and the driver runs Python {own}",
            code="KN-PY-106",
            hint=hint,
        )
    if lacking:
        raise EnvironmentMismatchError(
            f"Spark's workers run {interpreter}, which is another Python than the driver's and has no {' and no '.join(lacking)}",
            code="KN-PY-106",
            hint=hint,
        )


def _pyspark_major() -> int:
    import pyspark

    return int(pyspark.__version__.split(".")[0])


#: Prints the version of a Python, and those of the packages that workers need which it cannot find.
_ASK_A_WORKER = """
import importlib.util, sys
lacking = [name for name in ("pyarrow", "kintsu") if importlib.util.find_spec(name) is None]
print("%d.%d" % sys.version_info[:2], *lacking)
"""


@lru_cache
def _worker_of(interpreter: str, path: str) -> tuple[str, ...]:
    """The version of a worker's Python, then what it lacks; an empty version where it cannot be asked."""
    program = shutil.which(interpreter)
    printed = "" if program is None else _output([program, "-c", _ASK_A_WORKER], {**os.environ, "PYTHONPATH": path})
    words = printed.split()
    return tuple(words) if words and re.fullmatch(r"\d+\.\d+", words[0]) else ("",)


@lru_cache
def _java_of(program: str) -> tuple[int, str]:
    """The major version of a Java and the list of its modules; 0 and nothing where it does not say."""
    modules = _output([program, "--list-modules"])
    found = re.search(r"java\.base@(\S+)", modules)
    if found is not None:
        return major_of(found.group(1)), modules
    found = re.search(r'version "([^"]+)"', _output([program, "-version"]))
    return (major_of(found.group(1)) if found else 0), ""


def _output(command: list[str], variables: Mapping[str, str] | None = None) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, env=variables)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout + done.stderr
