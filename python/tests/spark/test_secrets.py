"""Secrets stand in no plan, no log of events, no setting and no page of the UI."""

from __future__ import annotations

import base64
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kintsu.spark import OpenTokenOverlapAnalyzer, OpenTokenProcessor

HASHING_SECRET = "canary-hashing-4f1d0b7e9a3c"
ENCRYPTION_KEY = "canary-encryption-8c2e5d1f7b3a96"


def spellings() -> list[str]:
    """Each secret as it is, and as bytes, digits and base64 would show it. A part of each is enough."""
    found = []
    for secret in (HASHING_SECRET, ENCRYPTION_KEY):
        data = secret.encode()
        found += [secret[7:23], data.hex()[14:46], ", ".join(str(byte) for byte in data[7:15])]
        found += [base64.b64encode(data[shift:])[4:20].decode() for shift in range(3)]
    return found


def assert_absent(text: str, where: str) -> None:
    for spelling in spellings():
        assert spelling not in text, f"a secret stands in {where}"


def test_the_search_would_find_them() -> None:
    for shown in (HASHING_SECRET, ENCRYPTION_KEY.encode().hex(), base64.b64encode(b"." + HASHING_SECRET.encode()).decode()):
        with pytest.raises(AssertionError):
            assert_absent(f"text {shown} text", "a text")


@pytest.fixture
def frames(spark: Any, people: Path) -> list[Any]:
    """Every sort of frame that holds a secret, run once."""
    processor = OpenTokenProcessor(HASHING_SECRET, ENCRYPTION_KEY)
    analyzer = OpenTokenOverlapAnalyzer(ENCRYPTION_KEY)
    source = spark.read.parquet(str(people))
    tokens = processor.process_dataframe(source)
    source.createOrReplaceTempView("people")
    processor.register_token_function(spark, "token")
    column = spark.sql(f"SELECT token('T1', {', '.join(processor.token_arguments)}) AS T1 FROM people")
    matches = analyzer.analyze_overlap(tokens, tokens, ["T1", "T2"])["matches"]
    made = [tokens, column, analyzer.decrypt(tokens), matches]
    for frame in made:
        assert frame.count() > 0
    return made


def test_no_plan_shows_a_secret(frames: list[Any], capsys: Any) -> None:
    for frame in frames:
        for mode in ("simple", "extended", "codegen", "cost", "formatted"):
            frame.explain(mode=mode)
        if hasattr(frame, "_jdf"):
            execution = frame._jdf.queryExecution()
            print(
                execution.toString(),
                execution.logical().toJSON(),
                execution.analyzed().toJSON(),
                execution.executedPlan().toJSON(),
            )
            print(execution.optimizedPlan().treeString(), execution.executedPlan().verboseStringWithOperatorId())
        else:
            print(frame._plan.print(), repr(frame))
    printed = capsys.readouterr().out
    assert "tokenize" in printed and "decrypt" in printed
    assert_absent(printed, "a plan")


def test_no_setting_shows_a_secret(frames: list[Any], classic: Any) -> None:
    text = json.dumps([list(row) for row in classic.sql("SET -v").collect()])
    text += json.dumps(classic.sparkContext.getConf().getAll())
    assert "spark.app.name" in text
    assert_absent(text, "a setting")


def test_no_event_shows_a_secret(frames: list[Any], classic: Any) -> None:
    folder = Path(classic.conf.get("spark.eventLog.dir").removeprefix("file://"))
    logs = [file for file in folder.rglob("*") if file.is_file() and not file.name.startswith(".")]
    text = "".join(file.read_text(errors="replace") for file in logs)
    assert "SparkListenerSQLExecutionStart" in text
    assert_absent(text, "the log of events")


def test_no_page_of_the_ui_shows_a_secret(frames: list[Any], classic: Any) -> None:
    pages = dict(ui_pages(classic.sparkContext.uiWebUrl, classic.sparkContext.applicationId))
    assert any("tokenize" in text for text in pages.values())
    for page, text in pages.items():
        assert_absent(text, f"the page {page}")


def ui_pages(root: str, application: str) -> Iterator[tuple[str, str]]:
    def fetch(page: str) -> str:
        with urllib.request.urlopen(root + page, timeout=30) as answer:
            return str(answer.read().decode(errors="replace"))

    interface = f"/api/v1/applications/{application}"
    for page in (f"{interface}/{name}" for name in ("environment", "jobs", "stages", "executors", "storage/rdd")):
        yield page, fetch(page)
    queries = f"{interface}/sql?details=true&planDescription=true&length=1000"
    answer = fetch(queries)
    yield queries, answer
    for query in json.loads(answer)[-20:]:
        page = f"/SQL/execution/?id={query['id']}"
        yield page, fetch(page)
    for page in ("/jobs/", "/stages/", "/environment/", "/executors/", "/SQL/"):
        yield page, fetch(page)
    import pyspark

    if int(pyspark.__version__.split(".")[0]) >= 4:
        yield "/connect/", fetch("/connect/")


def test_tasks_that_fail_name_kernel_and_column_and_no_value(spark: Any, people: Path) -> None:
    from kintsu.spark.workers import by_value

    processor = OpenTokenProcessor(HASHING_SECRET, ENCRYPTION_KEY)
    arguments = (processor._spec("2026-01-01"), HASHING_SECRET.encode(), ENCRYPTION_KEY.encode(), None)
    bad = spark.read.parquet(str(people)).selectExpr("RecordId", "array(FirstName) AS FirstName", "LastName")
    frame = bad.mapInArrow(by_value("tokenize", "tokenize", arguments), "RecordId string, RuleId string, Token string")
    with pytest.raises(Exception, match="FirstName") as error:
        frame.collect()
    text = str(error.value)
    assert "tokenize" in text
    assert_absent(text, "an error")
    for value in ("John", "García", "98101"):
        assert value not in text
