"""Every kind of data that goes in, and every kind that comes out."""

from __future__ import annotations

import copy
import datetime
import pickle
import sys
from pathlib import Path
from typing import Any

import kintsu
import pytest
from kintsu import comparison_library as cl
from kintsu.inputs import native_table
from kintsu.results import ResultTable

ROWS: list[dict[str, Any]] = [
    {"unique_id": 1, "name": "Ann", "born": datetime.date(1970, 1, 2), "score": 1.5},
    {"unique_id": 2, "name": None, "born": None, "score": None},
    {"unique_id": 3, "name": "Ánn", "born": datetime.date(2000, 12, 31), "score": -2.0},
]


def as_pandas() -> Any:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(ROWS)
    frame.index = [7, 8, 9]
    return frame


def as_polars() -> Any:
    return pytest.importorskip("polars").DataFrame(ROWS)


def as_lazy_polars() -> Any:
    return as_polars().lazy()


def as_arrow() -> Any:
    return pytest.importorskip("pyarrow").Table.from_pylist(ROWS)


def as_record_batch() -> Any:
    return as_arrow().to_batches()[0]


def as_categories() -> Any:
    return as_polars().with_columns(pytest.importorskip("polars").col("name").cast(pytest.importorskip("polars").Categorical))


def as_duckdb() -> Any:
    return pytest.importorskip("duckdb").from_arrow(as_arrow())


@pytest.mark.parametrize(
    "data", [as_pandas, as_polars, as_lazy_polars, as_arrow, as_record_batch, as_categories, as_duckdb, lambda: ROWS]
)
def test_a_table_of_every_kind_is_the_same_table(data: Any) -> None:
    table = ResultTable(native_table(data()), "people")
    assert table.columns == ["unique_id", "name", "born", "score"]
    assert table.to_dicts() == ROWS


def test_buffers_of_arrow_are_shared() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    numbers = pyarrow.array(range(1000))
    table = pyarrow.table({"unique_id": numbers})
    back = ResultTable(native_table(table), "numbers").to_arrow()
    addresses = [column.chunk(0).buffers()[1].address for column in (table["unique_id"], back["unique_id"])]
    assert addresses[0] == addresses[1]


def test_ids_of_text_stay_text_and_join_with_the_table_they_came_from(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    model = kintsu.SettingsCreator(
        link_type="dedupe_only",
        comparisons=[cl.ExactMatch("name").configure(m_probabilities=[0.9, 0.1], u_probabilities=[0.1, 0.9])],
        blocking_rules_to_generate_predictions=[kintsu.block_on("name")],
    )
    ids = ["10", "9", "8"]
    table = pyarrow.table({"unique_id": ids, "name": ["Ann", "Ann", "Ben"]})
    path = tmp_path / "people.parquet"
    pytest.importorskip("pyarrow.parquet").write_table(table, path)
    for data in (table, str(path)):
        run = kintsu.dedupe(data, model=model, predict_threshold=0.0)
        clusters = run.clusters.to_arrow()
        assert sorted(clusters["unique_id"].to_pylist()) == sorted(ids)
        edge = run.edges.to_dicts()[0]
        assert (edge["unique_id_l"], edge["unique_id_r"]) == ("10", "9"), "texts order as texts"


def test_results_go_into_every_library(tmp_path: Path) -> None:
    table = ResultTable(native_table(as_arrow()), "people")
    assert table.to_pandas()["name"].isna().tolist() == [False, True, False]
    assert table.to_polars().to_dicts() == ROWS
    assert table.to_duckdb().fetchall()[0] == (1, "Ann", datetime.date(1970, 1, 2), 1.5)
    assert table.as_record_dict(limit=1) == ROWS[:1]
    assert table.as_record_list() == ROWS
    assert table.as_dict()["unique_id"] == [1, 2, 3]
    assert len(table.as_pandas_dataframe(limit=2)) == 2
    for write, read in ((table.to_parquet, ".parquet"), (table.to_csv, ".csv")):
        path = tmp_path / f"people{read}"
        write(path)
        with pytest.raises(ValueError, match="exists already"):
            write(path)
        write(path, overwrite=True)
        assert len(native_table(path)) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["people.csv", "people.parquet"]


def test_a_table_shows_itself_and_escapes_what_it_holds() -> None:
    table = ResultTable(native_table([{"name": "<script>"}] * 12), "people")
    shown = table._repr_html_()
    assert "&lt;script&gt;" in shown and "<script>" not in shown
    assert "12 rows, the first 10" in shown and shown.count("<tr>") == 11
    assert repr(table) == "ResultTable(people: 12 rows; name)"


def test_what_is_no_table_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="a set is no table") as refused:
        native_table({1, 2})
    assert isinstance(refused.value, kintsu.errors.InputTypeError)
    with pytest.raises(ValueError, match="nowhere"):
        native_table("nowhere.parquet")


def test_spark_is_never_collected_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    class DataFrame:
        def toPandas(self) -> None:
            raise AssertionError("collected")

        def __arrow_c_stream__(self, requested_schema: object = None) -> None:
            raise AssertionError("collected")

    monkeypatch.setattr(DataFrame, "__module__", "pyspark.sql.classic.dataframe")
    for call in (lambda: kintsu.dedupe(DataFrame(), settings={}), lambda: kintsu.SparkAPI().register(DataFrame())):
        with pytest.raises(NotImplementedError, match="Spark DataFrame"):
            call()


def test_importing_loads_no_library() -> None:
    import subprocess

    script = (
        "import sys, kintsu, kintsu.linker, kintsu.runs;"
        "print(sorted(set(sys.modules) & {'pandas', 'polars', 'pyarrow', 'duckdb', 'pyspark', 'numpy'}))"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_results_cross_the_borders_of_processes() -> None:
    table = ResultTable(native_table(ROWS), "people")
    table.metadata["threshold"] = 0.5
    for again in (pickle.loads(pickle.dumps(table)), copy.deepcopy(table)):
        assert again.to_dicts() == ROWS
        assert (again.name, again.metadata) == ("people", {"threshold": 0.5})
        assert again.physical_name != table.physical_name
    tokens = kintsu.decrypt(
        [{"RuleId": "T1", "Token": "0" * 64, "RecordId": "1"}], encryption_key="0123456789abcdefghijklmnopqrstuv"
    )
    again = pickle.loads(pickle.dumps(tokens))
    assert again.to_arrow() == tokens.to_arrow() and again.card == tokens.card


@pytest.mark.filterwarnings("ignore:.*was never trained")
def test_dates_in_columns_that_are_said_to_be_text_are_dates() -> None:
    pandas = pytest.importorskip("pandas")
    people = pandas.DataFrame(
        {"unique_id": [1, 2, 3, 4], "dob": ["1990-05-17", "1990-05-17", "1990-05-18", "1980-01-01"], "town": ["York"] * 4}
    )
    settings = kintsu.SettingsCreator(
        link_type="dedupe_only",
        comparisons=[cl.DateOfBirthComparison("dob", input_is_string=True)],
        blocking_rules_to_generate_predictions=[kintsu.block_on("town")],
    )
    levels = []
    for column in (people.dob, pandas.to_datetime(people.dob), pandas.to_datetime(people.dob).dt.date):
        pairs = kintsu.Linker(people.assign(dob=column), settings).inference.predict()
        levels.append([(row["unique_id_l"], row["unique_id_r"], row["gamma_dob"]) for row in pairs.to_dicts()])
    assert levels[0] == levels[1] == levels[2]
    assert {level for _, _, level in levels[0]} > {0, 4}


def test_what_becomes_of_a_frame_afterwards_is_of_no_account() -> None:
    pandas = pytest.importorskip("pandas")
    numpy = pytest.importorskip("numpy")
    frame = pandas.DataFrame({"unique_id": numpy.arange(6), "score": numpy.ones(6)})
    columns = {"unique_id": numpy.arange(6), "score": numpy.ones(6)}
    for data, ids in ((frame, frame["unique_id"].values), (columns, columns["unique_id"])):
        table = native_table(data)
        before = ResultTable(table, "before").to_dicts()
        ids.flags.writeable = True
        ids += 1000
        assert ResultTable(table, "after").to_dicts() == before


def test_columns_may_be_called_as_attributes_are() -> None:
    rows = [{"unique_id": 1, "native": "a", "columns": "b", "data": "c", "name": "d"}]
    for data in (rows, pytest.importorskip("pandas").DataFrame(rows), pytest.importorskip("polars").DataFrame(rows)):
        assert ResultTable(native_table(data), "people").to_dicts() == rows
