"""Tokens made by executors are those of the golden vectors, whatever the types of the columns and the sort of session."""

from __future__ import annotations

import datetime
import decimal
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import kintsu
import pytest
from conftest import ATTRIBUTES, BLANK, ENCRYPTION_KEY, HASHING_SECRET, golden_persons, shared
from kintsu.spark import OpenTokenProcessor
from kintsu.spark.frames import functions_of
from kintsu.spark.notebook_helpers import CustomTokenDefinition, TokenBuilder

#: The person of these values in the reference's own vectors for typed columns.
PERSON = ("John", "Doe", "2000-01-01", "Male", "98101", "123-45-6780")
FIRST_TOKEN = "faFXYtLcTOP3O8N+sHxi9JUypOTlq/vtUBUK7DVhXEQ="


def tokens_of(frame: Any) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in frame.collect():
        assert found.setdefault(row["RecordId"], {}).setdefault(row["RuleId"], row["Token"]) is row["Token"]
    return found


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, dict[str, str]]]:
    """The golden persons as Parquet, each with an id of its own, and their tokens. Missing columns count as null."""
    import pyarrow
    import pyarrow.parquet

    persons = golden_persons()
    columns = {"RecordId": [person["id"] for person in persons]}
    columns.update({name: [person["input"].get(name) for person in persons] for name in ATTRIBUTES})
    file = tmp_path_factory.mktemp("golden") / "persons.parquet"
    text = {name: pyarrow.array(values, pyarrow.string()) for name, values in columns.items()}
    pyarrow.parquet.write_table(pyarrow.table(text), file, row_group_size=1000)
    return file, {person["id"]: person["python"]["tokens"] for person in persons}


def test_hashed_tokens_equal_the_golden_ones(spark: Any, golden: Any, processor: Any) -> None:
    file, expected = golden
    made = tokens_of(processor.process_dataframe(spark.read.parquet(str(file)).repartition(3)))
    assert len(expected) > 2900
    assert made == expected


def test_encrypted_tokens_decrypt_to_the_golden_ones(spark: Any, golden: Any, encrypting: Any, analyzer: Any) -> None:
    file, expected = golden
    tokens = encrypting.process_dataframe(spark.read.parquet(str(file)))
    made = tokens_of(analyzer.decrypt(tokens))
    filled = {person: {rule: token for rule, token in rules.items() if token != BLANK} for person, rules in expected.items()}
    assert made == {person: rules for person, rules in filled.items() if rules}


def test_rules_of_ones_own_make_the_golden_tokens(spark: Any, tmp_path: Path) -> None:
    with shared("vectors/opentoken/custom_tokens.jsonl").open() as lines:
        rows = [row for row in map(json.loads, lines) if row["token_id"] == "T6"]
    names = ("RecordId", *ATTRIBUTES)
    frame = spark.createDataFrame(
        [(row["id"], *(row["input"].get(name) for name in ATTRIBUTES)) for row in rows],
        ", ".join(f"{name} string" for name in names),
    )
    rule = TokenBuilder("T6")
    for attribute, expression in rows[0]["definition"]:
        rule.add(attribute, expression)
    with pytest.warns(UserWarning, match="hashing secret is weak"):
        processor = OpenTokenProcessor(HASHING_SECRET, token_definition=CustomTokenDefinition().add_token(rule.build()))
    expected = {row["id"]: row["python"]["tokens"] for row in rows}
    assert len(expected) > 10
    assert tokens_of(processor.process_dataframe(frame)) == expected


def test_columns_may_hold_days_and_numbers_and_ids_keep_their_type(spark: Any, processor: Any) -> None:
    from pyspark.sql import types

    first, last, born, sex, _, _ = PERSON
    schema = types.StructType(
        [
            types.StructField("Id", types.LongType()),
            types.StructField("GivenName", types.StringType()),
            types.StructField("Surname", types.StringType()),
            types.StructField("DateOfBirth", types.DateType()),
            types.StructField("Gender", types.StringType()),
            types.StructField("ZIP5", types.IntegerType()),
            types.StructField("NationalIdentificationNumber", types.DecimalType(9, 0)),
        ]
    )
    day = datetime.date.fromisoformat(born)
    rows = [(7, first, last, day, sex, 98101, decimal.Decimal(123456780)), (None, first, last, day, sex, None, None)]
    frame = processor.process_dataframe(spark.createDataFrame(rows, schema))
    assert frame.schema["RecordId"].dataType == types.LongType()
    made = tokens_of(frame)
    assert made[7]["T1"] == FIRST_TOKEN == made[None]["T1"]
    assert made[7]["T4"] != BLANK == made[None]["T4"]


def test_a_birth_date_may_be_a_timestamp_and_not_a_list(spark: Any, processor: Any) -> None:
    frame = spark.createDataFrame([("t1", *PERSON)], ["RecordId", *ATTRIBUTES])
    stamped = frame.withColumn("BirthDate", frame["BirthDate"].cast("timestamp"))
    assert tokens_of(processor.process_dataframe(stamped))["t1"]["T1"] == FIRST_TOKEN
    listed = frame.selectExpr("array(FirstName) AS FirstName", "*", "LastName AS Surname").select(
        "RecordId", *[frame[name] for name in ATTRIBUTES if name != "Sex"]
    )
    with pytest.raises(TypeError, match="Sex"):
        processor.process_dataframe(listed.selectExpr("*", "array('M') AS Sex"))


def test_large_texts_of_arrow_give_the_same(spark: Any, processor: Any) -> None:
    frame = spark.createDataFrame([("t1", *PERSON)], ["RecordId", *ATTRIBUTES])
    spark.conf.set("spark.sql.execution.arrow.useLargeVarTypes", "true")
    try:
        assert tokens_of(processor.process_dataframe(frame))["t1"]["T1"] == FIRST_TOKEN
    finally:
        spark.conf.unset("spark.sql.execution.arrow.useLargeVarTypes")


def test_a_value_that_is_no_number_is_null(spark: Any, processor: Any) -> None:
    frame = spark.createDataFrame([("t1", *PERSON)], ["RecordId", *ATTRIBUTES])
    frame = frame.selectExpr("RecordId", "CAST('NaN' AS double) AS FirstName", *ATTRIBUTES[1:])
    made = tokens_of(processor.process_dataframe(frame))["t1"]
    assert made["T1"] == BLANK != made["T4"]


def test_the_first_alias_wins_and_case_matters(spark: Any, processor: Any) -> None:
    frame = spark.createDataFrame([("t1", *PERSON, "Other")], ["RecordId", *ATTRIBUTES, "GivenName"])
    assert tokens_of(processor.process_dataframe(frame))["t1"]["T1"] == FIRST_TOKEN
    lower = frame.toDF(*[name.lower() for name in frame.columns])
    with pytest.raises(ValueError, match=r"Missing required columns: FirstName \(or variants: FirstName, GivenName\), LastName"):
        processor.process_dataframe(lower)
    with pytest.raises(kintsu.errors.InputError) as error:
        processor.process_dataframe(frame.withColumnRenamed("Sex", "SEX"))
    assert "rename SEX to Sex" in (error.value.hint or "")


def test_column_names_may_hold_what_they_like(spark: Any, processor: Any) -> None:
    frame = spark.createDataFrame([("t1", *PERSON, "x")], ["RecordId", *ATTRIBUTES, "a.b`c"])
    assert tokens_of(processor.process_dataframe(frame))["t1"]["T1"] == FIRST_TOKEN


def test_rules_of_ones_own_need_only_their_own_columns(spark: Any) -> None:
    rule = TokenBuilder("N1").add("last_name", "T|U").build()
    processor = OpenTokenProcessor(token_definition=CustomTokenDefinition().add_token(rule))
    frame = spark.createDataFrame([("t1", "Doe")], ["RecordId", "Surname"])
    assert tokens_of(processor.process_dataframe(frame)) == {"t1": {"N1": "DOE"}}


def test_ids_that_lack_are_made_and_stay_the_same(spark: Any, people: Path, processor: Any) -> None:
    without = spark.read.parquet(str(people)).drop("RecordId").repartition(2)
    frame = processor.process_dataframe(without)
    first, second = tokens_of(frame), tokens_of(frame)
    assert first == second
    assert len(first) == 5
    assert all(len(rules) == 5 for rules in first.values())
    again = tokens_of(processor.process_dataframe(without))
    assert not set(first) & set(again), "two frames have different people, and so different ids"


def test_empty_ids_are_made_and_others_kept(spark: Any, processor: Any) -> None:
    rows = [("", *PERSON), (None, *PERSON), (" ", *PERSON), ("a", *PERSON)]
    frame = spark.createDataFrame(rows, ", ".join(f"{name} string" for name in ("RecordId", *ATTRIBUTES)))
    made = tokens_of(processor.process_dataframe(frame))
    assert {" ", "a"} < set(made)
    assert len(made) == 4


def test_an_empty_frame_has_no_tokens(spark: Any, people: Path, processor: Any) -> None:
    frame = processor.process_dataframe(spark.read.parquet(str(people)).limit(0))
    assert frame.columns == ["RecordId", "RuleId", "Token"]
    assert frame.count() == 0


def test_nothing_is_computed_before_it_is_asked_for(classic: Any, people: Path, processor: Any) -> None:
    tracker = classic.sparkContext.statusTracker()
    source = classic.read.parquet(str(people))
    classic.sparkContext.setJobGroup("lazy", "lazy")
    frame = processor.process_dataframe(source)
    assert frame.columns == ["RecordId", "RuleId", "Token"]
    assert list(tracker.getJobIdsForGroup("lazy")) == []
    frame.count()
    assert len(tracker.getJobIdsForGroup("lazy")) > 0
    classic.sparkContext.setJobGroup("", "")


def test_streams_get_tokens_and_random_ids(spark: Any, people: Path, processor: Any, tmp_path: Path) -> None:
    schema = spark.read.parquet(str(people)).schema
    for ids in ("RecordId", None):
        source = spark.readStream.schema(schema).parquet(str(people.parent))
        stream = processor.process_dataframe(source if ids else source.drop("RecordId"))
        assert stream.isStreaming
        name = f"tokens_{type(spark).__module__.count('connect')}_{ids}"
        query = stream.writeStream.format("memory").queryName(name).trigger(availableNow=True).start()
        query.awaitTermination(120)
        query.stop()
        made = tokens_of(spark.sql(f"SELECT * FROM {name}"))
        assert len(made) == 5
        assert ("r1" in made) == bool(ids)


@contextmanager
def query_function(connect: Any) -> Iterator[None]:
    """As inside the query function of a declarative pipeline, where nobody may ask a frame for its columns.

    PySpark 4.1 refuses that itself, later ones let the server do it, which is told the pipeline.
    """
    pytest.importorskip("pyspark.pipelines")
    try:
        from pyspark.pipelines.block_connect_access import block_spark_connect_execution_and_analysis
    except ImportError:
        from pyspark.pipelines.add_pipeline_analysis_context import add_pipeline_analysis_context
        from pyspark.pipelines.spark_connect_pipeline import create_dataflow_graph

        graph = create_dataflow_graph(connect, None, None, None)
        context = add_pipeline_analysis_context(connect, graph, "tokens")
    else:
        context = block_spark_connect_execution_and_analysis()
    with context:
        with pytest.raises(Exception, match="ATTEMPT_ANALYSIS_IN_PIPELINE_QUERY_FUNCTION"):
            connect.range(1).selectExpr("id AS other").schema  # noqa: B018
        yield


def test_declarative_pipelines_get_tokens_without_being_asked_for_columns(connect: Any, people: Path, processor: Any) -> None:
    with query_function(connect):
        frame = connect.read.parquet(str(people))
        made = processor.process_dataframe(frame)
        without = processor.process_dataframe(frame.drop("RecordId"))
        lacking = processor.process_dataframe(frame.drop("Sex"))
    assert tokens_of(made) == tokens_of(processor.process_dataframe(connect.read.parquet(str(people))))
    assert len(tokens_of(without)) == 5
    with pytest.raises(Exception, match="Missing required columns: Sex"):
        lacking.collect()


def test_streams_in_declarative_pipelines_repeat_no_made_up_id(
    connect: Any, people: Path, processor: Any, tmp_path: Path
) -> None:
    for name in ("first", "second"):
        shutil.copy(people, tmp_path / f"{name}.parquet")
    schema = connect.read.parquet(str(people)).schema
    source = connect.readStream.schema(schema).option("maxFilesPerTrigger", 1).parquet(str(tmp_path)).drop("RecordId")
    with query_function(connect):
        made = processor.process_dataframe(source)
    query = made.writeStream.format("memory").queryName("repeated").trigger(availableNow=True).start()
    query.awaitTermination(120)
    query.stop()
    assert len(tokens_of(connect.sql("SELECT * FROM repeated"))) == 10


def test_sql_calls_the_column_function(spark: Any, people: Path, processor: Any) -> None:
    frame = spark.read.parquet(str(people))
    frame.createOrReplaceTempView("people")
    processor.register_token_function(spark, "token")
    arguments = ", ".join(processor.token_arguments)
    made = spark.sql(
        f"SELECT RecordId, token('T1', {arguments}) AS T1, token('none', {arguments}) AS other FROM people"
    ).collect()
    expected = tokens_of(processor.process_dataframe(frame))
    assert {row["RecordId"]: row["T1"] for row in made} == {record: rules["T1"] for record, rules in expected.items()}
    assert {row["other"] for row in made} == {None}
    functions = functions_of(frame)
    column = processor.token_function(frame)(functions.lit("T3"), *[functions.col(name) for name in processor.token_arguments])
    made = frame.select("RecordId", column.alias("T3")).collect()
    assert {row["RecordId"]: row["T3"] for row in made} == {record: rules["T3"] for record, rules in expected.items()}


def test_sql_may_ask_for_a_rule_of_its_own_for_each_row(spark: Any, people: Path, processor: Any) -> None:
    frame = spark.read.parquet(str(people))
    frame.createOrReplaceTempView("people")
    processor.register_token_function(spark, "token")
    rule = "CASE RecordId WHEN 'r1' THEN 'T2' WHEN 'r2' THEN NULL WHEN 'r3' THEN 'none' ELSE 'T5' END"
    made = spark.sql(f"SELECT RecordId, token({rule}, {', '.join(processor.token_arguments)}) AS token FROM people").collect()
    expected = tokens_of(processor.process_dataframe(frame))
    asked = {"r1": expected["r1"]["T2"], "r2": None, "r3": None, "r4": expected["r4"]["T5"], "r5": expected["r5"]["T5"]}
    assert {row["RecordId"]: row["token"] for row in made} == asked


def test_sql_takes_days_times_and_whole_numbers_and_refuses_lists(spark: Any, processor: Any) -> None:
    spark.createDataFrame([PERSON], list(ATTRIBUTES)).createOrReplaceTempView("person")
    processor.register_token_function(spark, "token")

    def made(rule: str, born: str, code: str) -> str:
        query = f"SELECT token('{rule}', FirstName, LastName, {born}, Sex, {code}, SocialSecurityNumber) AS token FROM person"
        return str(spark.sql(query).collect()[0]["token"])

    assert made("T1", "CAST(BirthDate AS date)", "98101") == FIRST_TOKEN
    assert made("T1", "CAST(BirthDate AS timestamp)", "CAST(PostalCode AS bigint)") == FIRST_TOKEN
    expected = made("T2", "BirthDate", "PostalCode")
    assert made("T2", "BirthDate", "CAST(PostalCode AS decimal(9, 0))") == expected != BLANK
    for code in ("array(PostalCode)", "CAST(PostalCode AS double)"):
        with pytest.raises(Exception, match=r"column `?PostalCode") as error:
            made("T2", "BirthDate", code)
        assert "98101" not in str(error.value).replace(code, "")


def test_secrets_that_do_not_fit_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match=r"32 characters; this one has 30"):
        OpenTokenProcessor("a hashing secret of some length", "your-encryption-key-32-chars!!")
    for secret in ("", "  ", b""):
        with pytest.raises(ValueError, match="cannot be empty"):
            OpenTokenProcessor(secret)
        with pytest.raises(ValueError, match="cannot be empty"):
            OpenTokenProcessor("a hashing secret of some length", secret)
    with pytest.raises(TypeError, match="text or bytes"):
        OpenTokenProcessor(12345)  # type: ignore[arg-type]


def test_a_weak_secret_warns_and_is_not_shown(recwarn: pytest.WarningsRecorder) -> None:
    processor = OpenTokenProcessor("your-hashing-secret", ENCRYPTION_KEY)
    said = [str(warning.message) for warning in recwarn]
    assert any("hashing secret is weak" in text for text in said)
    assert "your-hashing-secret" not in " ".join(said) + repr(processor)
    assert recwarn[0].filename == __file__


def test_what_is_no_frame_is_refused(processor: Any) -> None:
    import pandas

    with pytest.raises(ValueError, match="cannot be None"):
        processor.process_dataframe(None)
    with pytest.raises(TypeError, match="Spark DataFrame"):
        processor.process_dataframe(pandas.DataFrame({"FirstName": ["a"]}))


def test_frames_of_spark_are_not_read_into_memory_silently(spark: Any) -> None:
    with pytest.raises(NotImplementedError, match="Spark"):
        kintsu.tokenize(spark.range(1), hashing_secret=HASHING_SECRET)


#: The people with an id, a day of birth and a postal code of other types than text.
_TYPED = [
    "CAST(substr(RecordId, 2) AS BIGINT) + 40 AS RecordId", "FirstName", "LastName",
    "to_timestamp(concat(BirthDate, ' 23:30:00')) AS BirthDate", "Sex",
    "CAST(PostalCode AS DOUBLE) AS PostalCode", "SocialSecurityNumber",
]  # fmt: skip


@pytest.mark.parametrize("timestamp", ["timestamp", "timestamp_ntz"])
def test_types_in_declarative_pipelines_are_those_of_other_frames(
    connect: Any, people: Path, processor: Any, timestamp: str
) -> None:
    def typed() -> Any:
        frame = connect.read.parquet(str(people)).filter("RecordId IN ('r1', 'r5')").selectExpr(*_TYPED)
        return frame.withColumn("BirthDate", functions_of(frame).col("BirthDate").cast(timestamp))

    expected = tokens_of(processor.process_dataframe(typed()))
    assert set(expected) == {41, 45} and expected[41]["T1"] != BLANK
    texts = connect.read.parquet(str(people)).filter("RecordId = 'r1'")
    assert expected[41] == tokens_of(processor.process_dataframe(texts))["r1"]
    with query_function(connect):
        made = processor.process_dataframe(typed())
        nested = connect.read.parquet(str(people)).withColumn("RecordId", functions_of(texts).struct("RecordId"))
        refused = processor.process_dataframe(nested)
    assert tokens_of(made) == {str(record): tokens for record, tokens in expected.items()}
    with pytest.raises(Exception, match="can make no text of the column `RecordId`"):
        refused.collect()


def test_tokens_are_neither_opened_nor_counted_in_declarative_pipelines(connect: Any, people: Path, analyzer: Any) -> None:
    with query_function(connect):
        frame = connect.read.parquet(str(people))
        for ask in (lambda: analyzer.decrypt(frame), lambda: analyzer.analyze_overlap(frame, frame, ["T1"])):
            with pytest.raises(ValueError, match="belongs to a query function of a declarative pipeline"):
                ask()


def test_names_that_differ_in_case_alone_are_told_apart(spark: Any, people: Path, processor: Any) -> None:
    frame = spark.read.parquet(str(people))
    functions = functions_of(frame)
    names = [*frame.columns, "firstname", "RecordId"]
    doubled = frame.withColumns({name: functions.lit("x") for name in ("other", "another")}).toDF(*names)
    assert tokens_of(processor.process_dataframe(doubled)) == tokens_of(processor.process_dataframe(frame))


def test_ids_that_python_cannot_have_are_refused_on_the_driver(spark: Any, people: Path, processor: Any) -> None:
    frame = spark.read.parquet(str(people)).selectExpr("INTERVAL '1' YEAR AS RecordId", *ATTRIBUTES)
    # PySpark 3.4 does not know the type itself, and says so.
    with pytest.raises((TypeError, ValueError), match=r"RecordId holds interval|parse datatype: interval"):
        processor.process_dataframe(frame)
