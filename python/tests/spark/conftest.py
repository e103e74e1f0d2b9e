"""One Spark for all tests of a run: a classic session whose JVM also serves Spark Connect, where this PySpark can."""

from __future__ import annotations

import json
import os
import socket
import sys
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

collect_ignore_glob = [] if find_spec("pyspark") else ["test_*.py"]

ROOT = Path(__file__).resolve().parents[3]
#: Of the golden vectors. They stand in public documents, so they warn.
HASHING_SECRET = "otk-golden-hashing-secret-v1"
ENCRYPTION_KEY = "otk-golden-encryption-key-32chr!"
BLANK = "0" * 64


def shared(name: str) -> Path:
    """A file of the folder of golden data; the test is skipped without it."""
    folder = Path(os.environ.get("KINTSU_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"skipped: golden data ({folder} is not here)")
    return folder / name


@pytest.fixture(scope="session")
def classic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A classic session on two cores, with a log of events, the UI and, from PySpark 4 on, a Spark Connect server."""
    import pyspark
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    (folder / "events").mkdir()
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "python"), os.environ.get("PYTHONPATH", "")])
    os.environ.pop("SPARK_REMOTE", None)
    options = {
        "spark.ui.port": "0",
        "spark.sql.shuffle.partitions": "2",
        # Small queries spend their time on planning anew.
        "spark.sql.adaptive.enabled": "false",
        "spark.driver.memory": "1g",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": (folder / "events").as_uri(),
        "spark.eventLog.compress": "false",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.session.timeZone": "UTC",
    }
    if int(pyspark.__version__.split(".")[0]) >= 4:
        options["spark.plugins"] = "org.apache.spark.sql.connect.SparkConnectPlugin"
        options["spark.connect.grpc.binding.address"] = "127.0.0.1"
        options["spark.connect.grpc.binding.port"] = str(free_port())
    builder = SparkSession.builder.master("local[2]").appName("tests")
    for key, value in options.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="session")
def connect_url(classic: Any) -> str:
    """Where the Spark Connect server listens."""
    port = classic.conf.get("spark.connect.grpc.binding.port", None)
    if port is None:
        pytest.skip("skipped: Spark Connect (the packages of this PySpark hold no server)")
    return f"sc://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def connect(connect_url: str) -> Iterator[Any]:
    """A Spark Connect session on the server of the classic session's JVM."""
    from pyspark.sql.connect.session import SparkSession

    session = SparkSession.Builder().remote(connect_url).create()
    yield session
    session.stop()


@pytest.fixture(params=["classic", "connect"])
def spark(request: pytest.FixtureRequest) -> Any:
    """Each sort of session in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def processor() -> Any:
    """Makes the tokens of the golden vectors, hashed only."""
    from kintsu.spark import OpenTokenProcessor

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return OpenTokenProcessor(HASHING_SECRET)


@pytest.fixture
def encrypting() -> Any:
    """Makes the tokens of the golden vectors, encrypted."""
    from kintsu.spark import OpenTokenProcessor

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return OpenTokenProcessor(HASHING_SECRET, ENCRYPTION_KEY)


@pytest.fixture
def analyzer() -> Any:
    """Opens the tokens of the golden vectors."""
    from kintsu.spark import OpenTokenOverlapAnalyzer

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return OpenTokenOverlapAnalyzer(ENCRYPTION_KEY)


ATTRIBUTES = ("FirstName", "LastName", "BirthDate", "Sex", "PostalCode", "SocialSecurityNumber")


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few people as Parquet; the fourth has no values that are valid."""
    import pyarrow
    import pyarrow.parquet

    rows = [
        ("r1", "John", "Doe", "2000-01-01", "Male", "98101", "123-45-6780"),
        ("r2", "Jane", "Smith", "1990-05-15", "F", "10001-1234", "234567890"),
        ("r3", "Ann", "Miller", "12/31/1979", "female", "K1A 1A1", "345-67-8901"),
        ("r4", "Test", "Unknown", "1850-01-01", "X", "00000", "000-00-0000"),
        ("r5", "José", "García", "1985-07-04", "M", "90210", None),
    ]
    names = ("RecordId", *ATTRIBUTES)
    table = pyarrow.table({name: pyarrow.array([row[at] for row in rows], pyarrow.string()) for at, name in enumerate(names)})
    file = tmp_path_factory.mktemp("people") / "people.parquet"
    pyarrow.parquet.write_table(table, file)
    return file


def golden_persons() -> list[dict[str, Any]]:
    with shared("vectors/opentoken/persons.jsonl").open() as lines:
        return [json.loads(line) for line in lines]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
