"""What is given wrongly is refused as Python users expect: by type, under its name, with what to do, and without values."""

from __future__ import annotations

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


def dedupe(**wrong: Any) -> Any:
    return kintsu.dedupe(PEOPLE, model=MODEL, **wrong)


CASES: dict[str, tuple[Callable[[kintsu.Linker], Any], type[Exception], str]] = {
    "no table": (lambda _: kintsu.dedupe(3, model=MODEL), TypeError, "int is no table"),
    "no tables": (lambda _: kintsu.dedupe([], model=MODEL), ValueError, "no tables"),
    "no such file": (lambda _: kintsu.dedupe("nowhere.csv", model=MODEL), FileNotFoundError, "nowhere.csv"),
    "no such model": (lambda _: kintsu.dedupe(PEOPLE, model="nowhere.json"), FileNotFoundError, "nowhere.json"),
    "no such tokens": (lambda _: kintsu.overlap("a.csv", "b.csv", rules="T1"), FileNotFoundError, "a.csv"),
    "no settings": (lambda _: kintsu.dedupe(PEOPLE, model=3), TypeError, "not a int"),
    "threads": (lambda _: dedupe(threads="two"), TypeError, "threads"),
    "threads below 0": (lambda _: dedupe(threads=-1), ValueError, "threads"),
    "seed": (lambda _: dedupe(seed="lucky"), TypeError, "seed"),
    "memory": (lambda _: dedupe(memory="much"), ValueError, "no amount of memory"),
    "parity": (lambda _: dedupe(parity="odd"), ValueError, "odd"),
    "threshold of words": (lambda _: dedupe(predict_threshold="high"), TypeError, "predict_threshold"),
    "threshold above 1": (lambda _: dedupe(cluster_threshold=95), ValueError, "cluster_threshold"),
    "probability": (lambda linker: linker.inference.predict(2), ValueError, "threshold_match_probability"),
    "not a number": (lambda linker: linker.inference.predict(float("nan")), ValueError, "threshold_match_probability"),
    "words": (lambda linker: linker.inference.predict("all"), TypeError, "threshold_match_probability"),
    "truth value": (lambda linker: linker.inference.predict(threshold_match_weight=True), TypeError, "threshold_match_weight"),
    "recall": (lambda linker: linker.training.estimate_probability_two_random_records_match("1 = 1", 2), ValueError, "recall"),
    "pairs": (lambda linker: linker.training.estimate_u_using_random_sampling("many"), TypeError, "max_pairs"),
    "no pairs": (lambda linker: linker.training.estimate_u_using_random_sampling(0), ValueError, "max_pairs"),
    "label column": (lambda linker: linker.training.estimate_m_from_label_column(3), TypeError, "training method"),
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
    found = kintsu.Linker(PEOPLE, MODEL).inference.find_matches_to_new_records([nameless[0]], match_weight_threshold=-99)
    assert len(found) == 10


def test_one_column_may_be_ignored_by_its_name() -> None:
    people = [{**row, "note": "x"} for row in PEOPLE]
    assert "note" in kintsu.dedupe(people, model=MODEL, ignore="note").clusters.columns
    with pytest.raises(ValueError, match="`nothing`"):
        kintsu.dedupe(people, model=MODEL, ignore="nothing")
