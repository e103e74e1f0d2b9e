"""Pairs beside those that a prediction finds by itself: in chunks, registered, between tables, inside clusters."""

from __future__ import annotations

from typing import Any

import kintsu
import kintsu.comparison_library as cl
import pytest

# What the small models here lack is told, and is of no account.
pytestmark = pytest.mark.filterwarnings("ignore::kintsu.errors.KintsuWarning")

NAMES = ["Ann", "Bob", "Cy", "Dee", "Eve"]
PEOPLE: list[dict[str, Any]] = [
    {"unique_id": at, "first_name": NAMES[at % 5], "surname": f"{NAMES[at // 5 % 5]}son", "city": NAMES[at % 3]}
    for at in range(60)
]
MODEL: dict[str, Any] = kintsu.SettingsCreator(
    link_type="dedupe_only",
    comparisons=[
        cl.JaroWinklerAtThresholds("first_name", 0.9).configure(
            m_probabilities=[0.8, 0.1, 0.1], u_probabilities=[0.1, 0.1, 0.8], term_frequency_adjustments=True
        ),
        cl.ExactMatch("surname").configure(m_probabilities=[0.9, 0.1], u_probabilities=[0.1, 0.9]),
    ],
    blocking_rules_to_generate_predictions=[kintsu.block_on("first_name"), kintsu.block_on("surname", "city")],
    probability_two_random_records_match=0.2,
).create_settings_dict()
Pair = tuple[Any, Any]


def weights(pairs: kintsu.ResultTable) -> dict[Pair, float]:
    """The weights of pairs by their ids, with their tables where there are several."""
    rows = pairs.to_dicts()
    sides = [[name for name in (f"source_dataset_{side}", f"unique_id_{side}") if name in pairs.columns] for side in "lr"]
    found = {tuple(tuple(row[name] for name in side) for side in sides): row["match_weight"] for row in rows}
    assert len(found) == len(rows), "a pair stands twice"
    return {tuple(side[0] if len(side) == 1 else side for side in pair): weight for pair, weight in found.items()}


@pytest.fixture
def linker() -> kintsu.Linker:
    return kintsu.Linker(PEOPLE, MODEL)


@pytest.fixture
def three() -> kintsu.Linker:
    """A linker of three tables."""
    tables = [PEOPLE[:20], PEOPLE[20:40], PEOPLE[40:]]
    return kintsu.Linker(tables, {**MODEL, "link_type": "link_only"}, input_table_aliases=["a", "b", "c"])


def test_chunks_make_up_the_prediction(linker: kintsu.Linker) -> None:
    whole = weights(linker.inference.predict())
    chunks = [linker.inference.predict_chunk((left, 3), (right, 4)) for left in range(1, 4) for right in range(1, 5)]
    assert sum(len(chunk) > 0 for chunk in chunks) > 8
    together = [pair for chunk in chunks for pair in weights(chunk).items()]
    assert len(together) == len(whole) and dict(together) == whole
    assert weights(linker.inference.predict_chunk()) == whole
    assert linker.inference.predict_chunk((1, 1), (1, 1)).to_dicts() == linker.inference.predict().to_dicts()
    blocked = linker.inference.compute_blocked_pairs_for_predict_chunk((2, 3), (3, 4)).to_dicts()
    assert {(row["unique_id_l"], row["unique_id_r"]) for row in blocked} == set(weights(chunks[6]))


def test_a_chunk_is_the_same_for_any_order_of_the_records() -> None:
    chunks = [weights(kintsu.Linker(people, MODEL).inference.predict_chunk((1, 2))) for people in (PEOPLE, PEOPLE[::-1])]
    assert chunks[0] == chunks[1]


def test_chunks_that_there_are_not_are_refused(linker: kintsu.Linker) -> None:
    for chunk in ((0, 3), (4, 3), (1, 0)):
        with pytest.raises(ValueError, match="no chunk"):
            linker.inference.predict_chunk(left_chunk=chunk)
    for wrong in (3, (1,), ("1", "2")):
        with pytest.raises(TypeError, match="chunk"):
            linker.inference.predict_chunk(right_chunk=wrong)  # type: ignore[arg-type]


def test_registered_pairs_are_scored_in_place_of_those_of_the_rules(linker: kintsu.Linker) -> None:
    whole = weights(linker.inference.predict())
    blocked = linker.inference.compute_blocked_pairs_for_predict()
    assert {(row["unique_id_l"], row["unique_id_r"]) for row in blocked.to_dicts()} == set(whole)
    linker.table_management.register_blocked_pairs_for_predict(blocked)
    again = linker.inference.predict()
    assert again.to_dicts() == kintsu.Linker(PEOPLE, MODEL).inference.predict().to_dicts()
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(again, 0.5)
    few = [{"join_key_l": "3", "join_key_r": "8", "match_key": "0"}, {"join_key_l": "4", "join_key_r": "6", "match_key": "0"}]
    linker.table_management.register_blocked_pairs_for_predict(few)
    found = weights(linker.inference.predict())
    assert set(found) == {(3, 8), (4, 6)} and found[3, 8] == whole[3, 8]
    assert set(weights(linker.inference.predict(threshold_match_weight=found[3, 8]))) == {(3, 8)}
    for call in (lambda: linker.inference.predict(num_chunks_left=2), lambda: linker.inference.predict_chunk((1, 2))):
        with pytest.raises(ValueError, match="all together"):
            call()
    linker.table_management.invalidate_cache()
    assert weights(linker.inference.predict()) == whole
    assert len(clusters) == len(PEOPLE)


def test_join_keys_of_several_tables_name_them(three: kintsu.Linker) -> None:
    whole = weights(three.inference.predict())
    (table_l, id_l), (table_r, id_r) = next(iter(whole))
    key = {"join_key_l": f"{table_l}-__-{id_l}", "join_key_r": f"{table_r}-__-{id_r}"}
    three.table_management.register_blocked_pairs_for_predict([key])
    assert weights(three.inference.predict()) == {((table_l, id_l), (table_r, id_r)): whole[(table_l, id_l), (table_r, id_r)]}


def test_tables_are_named_and_only_pairs_between_the_sides_are_scored(three: kintsu.Linker) -> None:
    whole = weights(three.inference.predict())
    between = weights(three.inference.predict_between("a", ["b", "c"]))
    assert between == {pair: weight for pair, weight in whole.items() if "a" in (pair[0][0], pair[1][0])}
    turned = weights(three.inference.predict_between(["c", "b"], "a", threshold_match_weight=0))
    assert turned and {left[0] for left, _ in turned} <= {"b", "c"} and {right[0] for _, right in turned} == {"a"}
    assert turned == {(right, left): weight for (left, right), weight in between.items() if weight >= 0}
    within = weights(three.inference.predict_within(["b", "c"], link_type="link_only"))
    assert within == {pair: weight for pair, weight in whole.items() if "a" not in (pair[0][0], pair[1][0])}
    three.table_management.register_table(PEOPLE[:20], "new")
    assert len(three.inference.predict_between("new", "b")) == sum({"a", "b"} == {pair[0][0], pair[1][0]} for pair in whole)


def test_rules_and_link_types_of_a_call_win(linker: kintsu.Linker) -> None:
    old, new = PEOPLE[:30], PEOPLE[30:]
    whole = weights(linker.inference.predict())
    between = weights(linker.inference.predict_between(old, new))
    assert between == {pair: weight for pair, weight in whole.items() if pair[0] < 30 <= pair[1]}
    # The left record is of the left tables, whatever its id.
    assert set(weights(linker.inference.predict_between(new, old))) == {(right, left) for left, right in between}
    every = linker.inference.predict_between(old[:4], new[:5], blocking_rules_to_generate_predictions=["1 = 1"])
    assert len(every) == 20
    linked = linker.inference.predict_between(old, new, link_type="link_only")
    assert {row["source_dataset_l"] for row in linked.to_dicts()} == {"input_table_0"} and len(linked) == len(between)
    with pytest.raises(ValueError, match="both"):
        linker.inference.predict_between(old, new, threshold_match_probability=0.5, threshold_match_weight=1)
    with pytest.raises(ValueError, match="first_name"):
        linker.inference.predict_between(*[[{"unique_id": at, "surname": "Annson", "city": "Ann"}] for at in (1, 2)])
    with pytest.raises(ValueError):
        linker.inference.predict_between([], new)


def test_pairs_inside_clusters_are_scored_that_the_prediction_lacks(linker: kintsu.Linker) -> None:
    pairs = linker.inference.predict(threshold_match_probability=0.15)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, 0.15)
    entity = {row["unique_id"]: row["cluster_id"] for row in clusters.to_dicts()}
    ids = sorted(entity)
    inside = {(left, right) for left in ids for right in ids if left < right and entity[left] == entity[right]}
    known = set(weights(pairs))
    assert known < inside
    missing = linker.inference.score_missing_cluster_edges(clusters, pairs)
    assert set(weights(missing)) == inside - known
    scored = weights(linker.inference._score_missing_cluster_edges(clusters))
    assert set(scored) == inside and all(scored[pair] == weight for pair, weight in weights(pairs).items())
    own = [{"unique_id": 1, "cluster_id": "x"}, {"unique_id": 2, "cluster_id": "x"}, {"unique_id": 7, "cluster_id": None}]
    (row,) = linker.inference.score_missing_cluster_edges(own).to_dicts()
    assert (row["unique_id_l"], row["unique_id_r"], row["match_key"]) == (1, 2, "2")
    above = linker.inference.score_missing_cluster_edges(clusters, threshold_match_weight=0)
    assert set(weights(above)) == {pair for pair, weight in scored.items() if weight >= 0}
    with pytest.raises(ValueError, match="cluster_id"):
        linker.inference.score_missing_cluster_edges([{"unique_id": 1, "cluster": 1}])


def test_pairs_of_one_table_are_not_scored_where_tables_are_linked(three: kintsu.Linker) -> None:
    clusters = [
        {"source_dataset": table, "unique_id": at, "cluster_id": 1} for table, at in (("a", 0), ("a", 5), ("b", 20), ("c", 40))
    ]
    found = weights(three.inference.score_missing_cluster_edges(clusters))
    assert len(found) == 5 and (("a", 0), ("a", 5)) not in found


def test_term_frequencies_of_a_table_of_records_are_taken(linker: kintsu.Linker) -> None:
    before = weights(linker.inference.predict())
    rows = [{**row, "tf_first_name": 0.001} for row in PEOPLE]
    linker.table_management.register_table_input_nodes_concat_with_tf(rows)
    after = weights(linker.inference.predict())
    same = [pair for pair in before if PEOPLE[pair[0]]["first_name"] == PEOPLE[pair[1]]["first_name"]]
    assert same and all(after[pair] > before[pair] for pair in same)
    for wrong in (rows[1:], PEOPLE):
        with pytest.raises(ValueError, match="term frequencies"):
            linker.table_management.register_table_input_nodes_concat_with_tf(wrong)
