"""What is given wrongly is refused as Python users expect: by type, under its name, with what to do, and without values."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kintsu
import kintsu.comparison_library as cl
import pytest
from kintsu import block_on
from kintsu.errors import KintsuError

pytestmark = pytest.mark.filterwarnings("ignore::kintsu.errors.KintsuWarning")

PEOPLE: list[dict[str, Any]] = [{"unique_id": at, "name": f"name {at // 2}", "city": f"city {at % 3}"} for at in range(30)]
MODEL = kintsu.SettingsCreator(
    link_type="dedupe_only",
    comparisons=[cl.ExactMatch("name").configure(m_probabilities=[0.9, 0.1], u_probabilities=[0.02, 0.98])],
    blocking_rules_to_generate_predictions=[block_on("city")],
    probability_two_random_records_match=0.1,
)


@pytest.fixture(scope="module")
def linker() -> kintsu.Linker:
    return kintsu.Linker(PEOPLE, MODEL)


RULES = "blocking_rules_to_generate_predictions"
PLAIN = MODEL.create_settings_dict()


def settings(**wrong: Any) -> Any:
    return kintsu.SettingsCreator(link_type="dedupe_only", **wrong).get_settings()


def dedupe(**wrong: Any) -> Any:
    return kintsu.dedupe(PEOPLE, model=MODEL, **wrong)


CASES: dict[str, tuple[Callable[[kintsu.Linker], Any], type[Exception], str]] = {
    "no table": (lambda _: kintsu.dedupe(3, model=MODEL), TypeError, "int is no table"),
    "no tables": (lambda _: kintsu.dedupe([], model=MODEL), ValueError, "no tables"),
    "no such file": (lambda _: kintsu.dedupe("nowhere.csv", model=MODEL), FileNotFoundError, "nowhere.csv"),
    "no such model": (lambda _: kintsu.dedupe(PEOPLE, model="nowhere.json"), FileNotFoundError, "nowhere.json"),
    "no such settings": (lambda _: kintsu.Linker(PEOPLE, "nowhere.json"), FileNotFoundError, "nowhere.json"),
    "no such table": (lambda _: kintsu.Linker("nowhere.csv", MODEL), FileNotFoundError, "nowhere.csv"),
    "no such tokens": (lambda _: kintsu.overlap("a.csv", "b.csv", rules="T1"), FileNotFoundError, "a.csv"),
    "no settings": (lambda _: kintsu.dedupe(PEOPLE, model=3), TypeError, "not a int"),
    "threads": (lambda _: dedupe(threads="two"), TypeError, "threads"),
    "threads below 0": (lambda _: dedupe(threads=-1), ValueError, "threads"),
    "seed": (lambda _: dedupe(seed="lucky"), TypeError, "seed"),
    "no threads": (lambda _: dedupe(threads=0), ValueError, "`threads` is 0"),
    "memory of a number": (lambda _: dedupe(memory=5), TypeError, "`memory` is no text"),
    "id column": (lambda _: dedupe(unique_id=3), TypeError, "`unique_id` is no text"),
    "one comparison": (lambda _: kintsu.Linker(PEOPLE, {**PLAIN, "comparisons": cl.ExactMatch("name")}), TypeError, "no list"),
    "no comparison": (lambda _: kintsu.Linker(PEOPLE, {**PLAIN, "comparisons": [5]}), TypeError, "not int"),
    "rules as text": (lambda _: kintsu.Linker(PEOPLE, {**PLAIN, RULES: "l.city = r.city"}), TypeError, "one str"),
    "one rule": (lambda _: kintsu.Linker(PEOPLE, {**PLAIN, RULES: block_on("city")}), TypeError, f"`{RULES}` is no list"),
    "one rule of settings": (lambda _: settings(blocking_rules_to_generate_predictions=block_on("city")), TypeError, "no list"),
    "one comparison of settings": (lambda _: settings(comparisons=cl.ExactMatch("name")), TypeError, "`comparisons` is no list"),
    "half a character": (
        lambda _: kintsu.dedupe([{"unique_id": 1, "name": "\ud800"}], model=MODEL),
        ValueError,
        "`name`.*Unicode",
    ),
    "columns of other lengths": (lambda _: kintsu.dedupe({"id": [1, 2], "name": ["x"]}, model=MODEL), ValueError, "make a table"),
    "no chunk": (lambda linker: linker.inference.predict_chunk("ab"), TypeError, "a chunk is its number"),
    "chunk 0": (lambda linker: linker.inference.predict_chunk((0, 2)), ValueError, "no chunk 0 of 2"),
    "no path": (lambda linker: linker.misc.save_model_to_json(5), TypeError, "`out_path` is no path"),
    "memory": (lambda _: dedupe(memory="much"), ValueError, "no amount of memory"),
    "parity": (lambda _: dedupe(parity="odd"), ValueError, "`parity`: `odd` is none of those"),
    "mode": (lambda _: kintsu.tokenize(PEOPLE, mode="odd"), ValueError, "`mode`: `odd` is none of those"),  # type: ignore[arg-type]
    "overwrite": (lambda _: dedupe(overwrite="x", output="run"), TypeError, "`overwrite`: a text stands where True or False"),
    "fixed": (
        lambda linker: linker.training.estimate_parameters_using_expectation_maximisation(
            block_on("city"), fix_m_probabilities=3
        ),
        TypeError,
        "`fix_m_probabilities`: a number stands",
    ),
    "names": (lambda _: dedupe(names=5), TypeError, "`names` is no list"),
    "ignored": (lambda _: dedupe(ignore=5), TypeError, "`ignore` is no list"),
    "empty path": (lambda _: kintsu.dedupe("", model=MODEL), ValueError, "the path is empty"),
    "nothing": (lambda _: kintsu.Linker(None, MODEL), TypeError, "none is given, or None is"),
    "threshold of words": (lambda _: dedupe(predict_threshold="high"), TypeError, "predict_threshold"),
    "threshold above 1": (lambda _: dedupe(cluster_threshold=95), ValueError, "cluster_threshold"),
    "probability": (lambda linker: linker.inference.predict(2), ValueError, "threshold_match_probability"),
    "not a number": (lambda linker: linker.inference.predict(float("nan")), ValueError, "threshold_match_probability"),
    "words": (lambda linker: linker.inference.predict("all"), TypeError, "threshold_match_probability"),
    "infinite": (lambda linker: linker.inference.predict(threshold_match_weight=float("inf")), ValueError, "weight` is infinite"),
    "rows below 0": (lambda linker: linker.inference.predict().head(-1), ValueError, "`rows` is -1"),
    "truth value": (lambda linker: linker.inference.predict(threshold_match_weight=True), TypeError, "threshold_match_weight"),
    "recall": (lambda linker: linker.training.estimate_probability_two_random_records_match("1 = 1", 2), ValueError, "recall"),
    "pairs": (lambda linker: linker.training.estimate_u_using_random_sampling("many"), TypeError, "max_pairs"),
    "no pairs": (lambda linker: linker.training.estimate_u_using_random_sampling(0), ValueError, "max_pairs"),
    "label column": (
        lambda linker: linker.training.estimate_m_from_label_column(3),
        TypeError,
        "a number stands where a text is wanted",
    ),
    "clusters of nothing": (lambda linker: cluster(linker, None), TypeError, "NoneType is no table"),
    "clusters of records": (lambda linker: cluster(linker, PEOPLE), ValueError, "`table in memory` has no columns"),
    "cluster threshold": (lambda linker: cluster(linker, linker.inference.predict(), "x"), TypeError, "threshold"),
    "file that cannot be": (lambda linker: linker.misc.save_model_to_json("nowhere/model.json"), OSError, "cannot write"),
    "table that cannot be": (lambda linker: linker.inference.predict().to_csv("nowhere/x.csv"), OSError, "cannot write"),
}


def cluster(linker: kintsu.Linker, pairs: Any, threshold: Any = 0.5) -> Any:
    return linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold)


@pytest.mark.parametrize("case", CASES)
def test_wrong_arguments_are_told_by_name(case: str, linker: kintsu.Linker) -> None:
    call, expected, said = CASES[case]
    with pytest.raises(KintsuError, match=said) as caught:
        call(linker)
    assert isinstance(caught.value, expected) and caught.value.hint
    assert "defect" not in str(caught.value) and "line 1" not in str(caught.value)


def test_an_output_that_is_there_is_an_error_of_files(tmp_path: Path) -> None:
    dedupe(output=tmp_path / "run")
    with pytest.raises(OSError, match="exists already"):
        dedupe(output=tmp_path / "run")


def test_columns_of_several_types_are_told_without_their_values() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(PEOPLE)
    mixed = frame.assign(name=[7 if at % 2 else "secret" for at in range(len(frame))])
    for wrong, said in ((mixed, "the column `name`"), (pandas.concat([frame, frame], axis=1), "several columns are called")):
        with pytest.raises(ValueError, match=said) as caught:
            kintsu.dedupe(wrong, model=MODEL)
        assert "secret" not in str(caught.value) and caught.value.__cause__ is None
    with pytest.raises(ValueError, match="several types"):
        kintsu.dedupe([*PEOPLE, {"unique_id": 99, "name": 7}], model=MODEL)


def test_columns_of_nulls_are_taken() -> None:
    nameless = [{**row, "unique_id": 100 + row["unique_id"], "name": None} for row in PEOPLE]
    for people in (nameless, [PEOPLE, nameless], [nameless, PEOPLE]):
        assert kintsu.dedupe(people, model=MODEL).counts["records"] in (30, 60)
    found = kintsu.Linker(PEOPLE, MODEL).inference.find_matches_to_new_records([nameless[0]], None, match_weight_threshold=-99)
    assert len(found) == 10


def test_one_column_may_be_ignored_by_its_name() -> None:
    people = [{**row, "note": "x"} for row in PEOPLE]
    assert "note" in kintsu.dedupe(people, model=MODEL, ignore="note").clusters.columns
    with pytest.raises(ValueError, match="`nothing`"):
        kintsu.dedupe(people, model=MODEL, ignore="nothing")


def test_numbers_of_numpy_are_numbers(linker: kintsu.Linker) -> None:
    numpy = pytest.importorskip("numpy")
    run = dedupe(seed=numpy.int64(3), threads=numpy.int32(1), predict_threshold=numpy.float32(0.25))
    assert run.counts == dedupe(seed=3, threads=1, predict_threshold=0.25).counts
    halves = [linker.inference.predict_chunk((numpy.int64(which), numpy.int64(2))) for which in (1, 2)]
    assert sum(map(len, halves)) == len(linker.inference.predict())
    other = kintsu.Linker(PEOPLE, MODEL, seed=numpy.int64(5))
    other.training.estimate_u_using_random_sampling(numpy.float64(1e3), seed=numpy.int64(2))


def test_records_of_pandas_are_records() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(PEOPLE)
    frame.loc[3, "name"] = float("nan")
    expected = kintsu.dedupe(frame, model=MODEL).counts
    for people in (frame.to_dict("records"), frame.to_dict("list")):
        assert kintsu.dedupe(people, model=MODEL).counts == expected
    # A column that the first record lacks is one all the same.
    assert "note" in kintsu.dedupe([*PEOPLE, {**PEOPLE[0], "unique_id": 99, "note": "x"}], model=MODEL).clusters.columns


def test_a_row_of_pandas_is_a_record_and_no_table(linker: kintsu.Linker) -> None:
    frame = pytest.importorskip("pandas").DataFrame(PEOPLE)
    pair = linker.inference.compare_two_records(frame.iloc[0], frame.iloc[1])
    assert pair.to_dicts() == linker.inference.compare_two_records(PEOPLE[0], PEOPLE[1]).to_dicts()
    for column in (frame["name"], pytest.importorskip("polars").Series(["x"]), pytest.importorskip("pyarrow").array(["x"])):
        with pytest.raises(TypeError, match="is no table"):
            kintsu.dedupe(column, model=MODEL)


def test_columns_of_nulls_in_polars_are_taken() -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(PEOPLE).with_columns(polars.lit(None).alias("name"))
    assert frame.schema["name"] == polars.Null
    assert kintsu.dedupe(frame.lazy(), model=MODEL).counts["records"] == 30


def test_an_index_with_a_name_is_not_left_out_silently() -> None:
    frame = pytest.importorskip("pandas").DataFrame(PEOPLE)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        kintsu.dedupe(frame[frame.unique_id > 3], model=MODEL)
        kintsu.dedupe(frame.set_index("unique_id", drop=False), model=MODEL)
    assert not caught
    with pytest.warns(kintsu.errors.KintsuWarning, match="the index of the frame, `unique_id`,"):
        kintsu.dedupe(frame.set_index("unique_id"), model=MODEL)


def test_tables_are_found_by_the_names_under_which_a_handle_has_them() -> None:
    for handle in (kintsu.DuckDBAPI(), kintsu.SparkAPI()):
        handle.register_table(PEOPLE, "persons")
        assert len(kintsu.Linker("persons", MODEL, handle).inference.predict()) == len(
            kintsu.Linker(PEOPLE, MODEL).inference.predict()
        )
