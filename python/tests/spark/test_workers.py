"""What Spark is given travels by value and says what its workers lack."""

from __future__ import annotations

import pickle
import sys
from types import ModuleType

import kintsu
import pytest
from kintsu.spark.workers import by_value
from pyspark import cloudpickle


def said_by_a_worker(monkeypatch: pytest.MonkeyPatch, replaced: dict[str, ModuleType | None]) -> str:
    """What the function says after a journey to a Python with these modules instead of kintsu's."""
    pickled = cloudpickle.dumps(by_value("tokenize", "tokenize", ("spec", b"secret", None, None)))
    own = [name for name in sys.modules if name.split(".")[0] == "kintsu"]
    for name in own:
        monkeypatch.setitem(sys.modules, name, None)
    for name, module in replaced.items():
        monkeypatch.setitem(sys.modules, name, module)
    function = pickle.loads(pickled)
    with pytest.raises(RuntimeError) as error:
        function(iter([]))
    assert function.__name__ == "tokenize"
    return str(error.value)


def test_a_worker_without_kintsu_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    version = kintsu.__version__
    said = said_by_a_worker(monkeypatch, {})
    assert f"pip install kintsu-{version}-" in said and sys.executable in said
    assert "\n" not in said and "secret" not in said


def test_a_worker_with_another_version_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    version = kintsu.__version__
    package, spark, executor = ModuleType("kintsu"), ModuleType("kintsu.spark"), ModuleType("kintsu.spark.executor")
    package.__version__, package.spark, spark.executor = "0.0.0", spark, executor  # type: ignore[attr-defined]
    said = said_by_a_worker(monkeypatch, {"kintsu": package, "kintsu.spark": spark, "kintsu.spark.executor": executor})
    assert "kintsu 0.0.0" in said and f"pip install kintsu-{version}-" in said


def test_the_function_is_small() -> None:
    assert len(cloudpickle.dumps(by_value("tokenize", "tokenize", ()))) < 4096
