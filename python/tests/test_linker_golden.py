"""Scripts as they are written for Splink, held to what Splink made of the same data."""

from __future__ import annotations

import csv
import json
import math
import os
from pathlib import Path
from typing import Any

import kintsu
import pytest

pandas = pytest.importorskip("pandas")

TOLERANCE = 1e-9
DEDUPE = ["basic", "thresholds", "tf_variants", "fullname"]
LINK = ["link_only", "link_and_dedupe"]
LAMBDA_RULES = [
    kintsu.block_on("first_name", "dob"),
    "l.surname = r.surname and levenshtein(r.dob, l.dob) <= 1",
    kintsu.block_on("email"),
]


def _golden() -> Path:
    beside = Path(__file__).parents[3] / "shared"
    return Path(os.environ.get("KINTSU_SHARED", beside)) / "vectors/splink/fake_1000"


GOLDEN = _golden()
pytestmark = [
    pytest.mark.skipif(not GOLDEN.is_dir(), reason="skipped: ../shared is not here"),
    # The golden models have levels that no pair took.
    pytest.mark.filterwarnings("ignore::kintsu.errors.KintsuWarning"),
]


def people() -> Any:
    return pandas.read_parquet(GOLDEN / "input.parquet")


def halves() -> list[Any]:
    table = people()
    return [table[table["unique_id"] % 2 == remainder] for remainder in (0, 1)]


def linker(version: str, model: str, settings: str = "settings_untrained.json") -> kintsu.Linker:
    path = GOLDEN / version / model / settings
    if model in LINK:
        return kintsu.Linker(halves(), path, input_table_aliases=["even", "odd"])
    return kintsu.Linker(people(), json.loads(path.read_text(encoding="utf-8")))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def close(found: object, golden: str) -> bool:
    """Whether a value of ours is the text of a golden one."""
    missing = found is None or (isinstance(found, float) and math.isnan(found))
    if golden == "" or missing:
        return golden == "" and missing
    if isinstance(found, (int, float)) and not isinstance(found, bool):
        return math.isclose(float(found), float(golden), rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return str(found) == golden


def key_of(row: dict[str, Any]) -> tuple[str, ...]:
    names = ("source_dataset_l", "unique_id_l", "source_dataset_r", "unique_id_r", "source_dataset", "unique_id")
    return tuple(str(row[name]) for name in names if name in row)


def compare(found: list[dict[str, Any]], golden: list[dict[str, str]], columns: list[str]) -> None:
    """Both have the same rows by their ids, and the same values in ``columns``."""
    ours = {key_of(row): row for row in found}
    theirs = {key_of(row): row for row in golden}
    assert set(ours) == set(theirs)
    different = [
        (key, column, ours[key][column], row[column])
        for key, row in theirs.items()
        for column in columns
        if not close(ours[key][column], row[column])
    ]
    assert not different, different[:5]


def compare_models(found: dict[str, Any], golden: dict[str, Any]) -> None:
    assert math.isclose(
        found["probability_two_random_records_match"], golden["probability_two_random_records_match"], rel_tol=TOLERANCE
    )
    for ours, theirs in zip(found["comparisons"], golden["comparisons"], strict=True):
        for level, other in zip(ours["comparison_levels"], theirs["comparison_levels"], strict=True):
            for name in ("m_probability", "u_probability"):
                assert (name in level) == (name in other), (ours["output_column_name"], level)
                if name in level:
                    assert math.isclose(level[name], other[name], rel_tol=TOLERANCE, abs_tol=1e-15)


def trained(version: str, model: str) -> kintsu.Linker:
    made = linker(version, model)
    made.training.estimate_probability_two_random_records_match(LAMBDA_RULES, recall=0.7)
    made.training.estimate_u_using_random_sampling(max_pairs=1e7)
    made.training.estimate_parameters_using_expectation_maximisation(kintsu.block_on("first_name", "surname"))
    made.training.estimate_parameters_using_expectation_maximisation(kintsu.block_on("dob"))
    return made


@pytest.mark.parametrize("version", ["splink4", "splink5"])
@pytest.mark.parametrize("model", DEDUPE + LINK)
def test_a_trained_model_and_its_clusters_are_splinks(version: str, model: str) -> None:
    made = trained(version, model)
    folder = GOLDEN / version / model
    compare_models(made.misc.save_model_to_json(), json.loads((folder / "model.json").read_text(encoding="utf-8")))
    pairs = made.inference.predict(threshold_match_probability=0.01)
    golden = rows(folder / "predictions.csv")
    gammas = [column for column in golden[0] if column.startswith("gamma_")]
    compare(pairs.to_dicts(), golden, ["match_weight", "match_probability", "match_key", *gammas])
    for path in sorted(folder.glob("clusters_*.csv")):
        threshold = float(path.stem.split("_")[1])
        clusters = made.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold)
        compare(clusters.to_dicts(), rows(path), ["cluster_id"])


@pytest.mark.parametrize("version", ["splink4", "splink5"])
def test_each_session_of_training_is_splinks(version: str) -> None:
    made = linker(version, "thresholds")
    made.training.estimate_probability_two_random_records_match(LAMBDA_RULES, recall=0.7)
    made.training.estimate_u_using_random_sampling(max_pairs=1e7)
    session = made.training.estimate_parameters_using_expectation_maximisation(kintsu.block_on("first_name", "surname"))
    golden = json.loads((GOLDEN / version / "thresholds" / "em_1.json").read_text(encoding="utf-8"))
    assert session.iterations == golden["iterations"]
    for ours, theirs in zip(session.history, golden["history"], strict=True):
        lambdas = [side["probability_two_random_records_match"] for side in (ours, theirs)]
        assert math.isclose(*lambdas, rel_tol=TOLERANCE)
        for comparison in ours["comparisons"]:
            levels = {level["gamma"]: level for level in theirs["comparisons"][comparison["comparison"]]}
            for gamma, m in enumerate(comparison["m_probabilities"]):
                assert math.isclose(m, levels[gamma]["m"], rel_tol=TOLERANCE, abs_tol=1e-12)


@pytest.mark.parametrize("version", ["splink4", "splink5"])
@pytest.mark.parametrize("model", LINK)
@pytest.mark.parametrize("ties", ["lowest_id", "drop"])
def test_single_best_links_are_splinks(version: str, model: str, ties: str) -> None:
    made = linker(version, model, "model.json")
    pairs = made.inference.predict(threshold_match_probability=0.01)
    clusters = made.clustering.cluster_using_single_best_links(
        pairs, duplicate_free_datasets=["even", "odd"], threshold_match_probability=0.5, ties_method=ties
    )
    compare(clusters.to_dicts(), rows(GOLDEN / version / model / f"single_best_links_0.5_{ties}.csv"), ["cluster_id"])


@pytest.mark.parametrize("version", ["splink4", "splink5"])
def test_what_is_asked_of_a_trained_model_is_answered_as_splink_does(version: str) -> None:
    folder = GOLDEN / version / "basic"
    made = linker(version, "basic", "model.json")
    pairs = made.inference.predict(threshold_match_probability=0.01)
    clusters = made.clustering.cluster_pairwise_predictions_at_threshold(pairs, 0.95)
    metrics = made.clustering.compute_graph_metrics(pairs, clusters)
    nodes = {str(row["composite_unique_id"]): row for row in metrics.nodes.to_dicts()}
    for row in rows(folder / "graph_nodes.csv"):
        assert close(nodes[row["composite_unique_id"]]["node_degree"], row["node_degree"])
        assert close(nodes[row["composite_unique_id"]]["node_centrality"], row["node_centrality"])
    found = made.evaluation.accuracy_analysis_from_labels_column("cluster", output_type="table").to_dicts()
    golden = rows(folder / "truth_table_from_column.csv")
    assert len(found) == len(golden)
    columns = ["truth_threshold", "tp", "tn", "fp", "fn", "precision", "recall", "f1"]
    for ours, theirs in zip(found, golden, strict=True):
        assert all(close(ours[column], theirs[column]) for column in columns), (ours, theirs)
    labels = pandas.read_csv(GOLDEN / "labels.csv")[["unique_id_l", "unique_id_r", "clerical_match_score"]]
    found = made.evaluation.accuracy_analysis_from_labels_table(labels, output_type="table").to_dicts()
    golden = rows(folder / "truth_table_from_labels.csv")
    assert [close(ours["tp"], theirs["tp"]) for ours, theirs in zip(found, golden, strict=True)] == [True] * len(golden)
    errors = made.evaluation.prediction_errors_from_labels_column("cluster", threshold_match_probability=0.9)
    assert {key_of(row) for row in errors.to_dicts()} == {key_of(row) for row in rows(folder / "prediction_errors_0.9.csv")}
    compared = json.loads((folder / "compare_two_records.json").read_text(encoding="utf-8"))[0]
    sides = [
        {name.removesuffix(side): value for name, value in compared.items() if name.endswith(side) and not name.startswith("tf_")}
        for side in ("_l", "_r")
    ]
    (ours,) = made.inference.compare_two_records(*sides).to_dicts()
    assert math.isclose(ours["match_weight"], compared["match_weight"], rel_tol=TOLERANCE)
    assert {name for name in compared if name.startswith("gamma_")} <= set(ours)


def test_term_frequencies_are_splinks() -> None:
    made = linker("splink4", "basic", "model.json")
    for path in sorted((GOLDEN / "splink4" / "basic").glob("tf_*.csv")):
        column = path.stem.removeprefix("tf_")
        golden = {row[column]: float(row[f"tf_{column}"]) for row in rows(path) if row[column]}
        table = made.table_management.compute_tf_table(column)
        assert {row[column]: row[f"tf_{column}"] for row in table.to_dicts()} == pytest.approx(golden, rel=1e-12)
