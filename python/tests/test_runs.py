"""`kintsu.dedupe` and `kintsu.link`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import kintsu
import kintsu.comparison_library as cl
import pytest

PEOPLE: list[dict[str, Any]] = [
    {"id": at, "name": f"name {at // 3}", "city": f"city {at % 5}", "entity": at // 3} for at in range(60)
]
MODEL = kintsu.SettingsCreator(
    link_type="dedupe_only",
    comparisons=[
        cl.ExactMatch("name").configure(m_probabilities=[0.9, 0.1], u_probabilities=[0.02, 0.98]),
        cl.ExactMatch("city").configure(m_probabilities=[0.3, 0.7], u_probabilities=[0.2, 0.8]),
    ],
    blocking_rules_to_generate_predictions=[kintsu.block_on("name")],
    probability_two_random_records_match=0.1,
)


def test_without_settings_or_model_the_call_says_so() -> None:
    for call in (lambda: kintsu.dedupe(PEOPLE), lambda: kintsu.link(PEOPLE, PEOPLE)):
        with pytest.raises(ValueError, match="neither settings nor a model"):
            call()


def test_in_memory_and_in_a_directory_a_run_is_the_same(tmp_path: Path) -> None:
    thresholds = {"predict_threshold": 0.5, "cluster_threshold": 0.6}
    inside = kintsu.dedupe(PEOPLE, model=MODEL, **thresholds)
    outside = kintsu.dedupe(PEOPLE, model=MODEL, output=tmp_path / "run", **thresholds)
    assert inside.directory is None and outside.directory == tmp_path / "run"
    assert inside.tables == ["clusters", "edges"]
    for name in inside.tables:
        assert inside.table(name).to_dicts() == outside.table(name).to_dicts()
    assert inside.model == outside.model
    assert inside.counts == outside.counts
    assert inside.explain(0, 1) == outside.explain(0, 1)
    assert inside.explain(0) == outside.explain(0)
    assert inside.evaluate("entity") == outside.evaluate("entity")
    with pytest.raises(ValueError):
        kintsu.dedupe(PEOPLE, model=MODEL, output=tmp_path / "run")
    with pytest.raises(ValueError, match="no table `edge`"):
        inside.table("edge")


def test_a_run_explains_and_measures_itself() -> None:
    run = kintsu.dedupe(PEOPLE, model=MODEL, predict_threshold=0.5, cluster_threshold=0.6, truth="entity")
    assert {(row["id"] // 3 * 3) == row["cluster_id"] for row in run.clusters.to_dicts()} == {True}
    measured = run.evaluate("entity")
    assert measured["precision"] == measured["recall"] == 1.0
    by_table = run.evaluate([{"id": row["id"], "entity": row["entity"]} for row in PEOPLE])
    assert by_table.measures == measured.measures
    pair = run.explain(0, 1)
    assert pair.data["same_cluster"] and "name" in str(pair) and "name 0" not in str(pair)
    assert "name 0" in str(run.explain(0, 1, show_values=True))
    assert len(run.explain(0).data["records"]) == 3
    assert run.counts["clusters"] == 20
    with pytest.raises(ValueError):
        run.explain("nobody")


def test_a_run_trains_by_settings(tmp_path: Path) -> None:
    settings = MODEL.create_settings_dict("duckdb")
    for comparison in settings["comparisons"]:
        for level in comparison["comparison_levels"]:
            level.pop("m_probability", None)
            level.pop("u_probability", None)
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(settings), encoding="utf-8")
    with pytest.warns(kintsu.errors.KintsuWarning):
        run = kintsu.dedupe(PEOPLE, settings=path)
    level = run.model["comparisons"][0]["comparison_levels"][1]
    assert 0 < level["u_probability"] < 0.1


def test_a_job_says_everything_but_the_data(tmp_path: Path) -> None:
    job = tmp_path / "job.toml"
    job.write_text(
        """
        inputs = ["nowhere.csv"]
        blocking_rules = ["l.name = r.name"]
        predict_threshold = 0.5
        probability_two_random_records_match = 0.1
        [[comparisons]]
        type = "exact_match"
        column = "name"
        configure = { m_probabilities = [0.9, 0.1], u_probabilities = [0.02, 0.98] }
        [[training]]
        method = "estimate_u_using_random_sampling"
        [[steps]]
        step = "predict"
        [[steps]]
        step = "cluster"
        threshold_match_probability = 0.5
        """,
        encoding="utf-8",
    )
    run = kintsu.dedupe(PEOPLE, job=job)
    assert run.counts["clusters"] == 20
    assert kintsu.dedupe(PEOPLE, job=json.loads(json.dumps(_as_data(job)))).clusters.to_dicts() == run.clusters.to_dicts()


def _as_data(job: Path) -> Any:
    from kintsu import _native

    return json.loads(_native.read_job(job))


def test_tables_are_linked_and_stacked() -> None:
    linked = kintsu.link(PEOPLE[::2], PEOPLE[1::2], model=MODEL, names=["a", "b"], predict_threshold=0.5, cluster_threshold=0.5)
    assert {(row["source_dataset_l"], row["source_dataset_r"]) for row in linked.edges.to_dicts()} == {("a", "b")}
    one = kintsu.link(
        PEOPLE[::2], PEOPLE[1::2], model=MODEL, names=["a", "b"], predict_threshold=0.5, cluster_threshold=0.5, one_to_one=True
    )
    sizes = [row["cluster_id"] for row in one.clusters.to_dicts()]
    assert max(sizes.count(name) for name in sizes) == 2
    stacked = kintsu.dedupe([PEOPLE[::2], PEOPLE[1::2]], model=MODEL, predict_threshold=0.5, cluster_threshold=0.5)
    assert stacked.counts["clusters"] == 20
    assert linked.explain("a-__-0", "b-__-1").data["same_cluster"]
    with pytest.raises(ValueError, match="two inputs are called"):
        kintsu.link(PEOPLE, PEOPLE, model=MODEL, names=["a", "a"])


FORKS = """
import multiprocessing, sys, warnings
import kintsu

def count(_=None):
    return kintsu.dedupe(sys.argv[1], model=sys.argv[2]).counts, len(linker.inference.predict())

warnings.simplefilter("ignore", DeprecationWarning)
linker = kintsu.Linker(sys.argv[1], sys.argv[2])
here = count()
with multiprocessing.get_context("fork").Pool(1) as pool:
    assert pool.apply_async(count, (None,)).get(timeout=60) == here
"""


@pytest.mark.skipif(sys.platform != "linux", reason="skipped: forked processes (used on Linux)")
def test_a_forked_process_computes_as_its_parent_does(tmp_path: Path) -> None:
    people, model = tmp_path / "people.csv", tmp_path / "model.json"
    people.write_text("id,name,city\n" + "".join(f"{row['id']},{row['name']},{row['city']}\n" for row in PEOPLE))
    model.write_text(json.dumps(MODEL.create_settings_dict()))
    done = subprocess.run([sys.executable, "-c", FORKS, people, model], capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
