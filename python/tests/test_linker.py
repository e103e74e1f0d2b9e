"""What a `Linker` does and refuses, on data made here."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import textwrap
import warnings
from pathlib import Path
from typing import Any

import kintsu
import kintsu.comparison_level_library as cll
import kintsu.comparison_library as cl
import pytest
from kintsu import block_on
from kintsu.errors import InputError, KintsuError, KintsuWarning, NotAvailableError

# What the small models here lack is told, and is of no account but where a test looks at it.
pytestmark = pytest.mark.filterwarnings("ignore::kintsu.errors.KintsuWarning")

NAMES = ["Ann", "Bob", "Cy", "Dee", "Eve", "Flo", "Gus", "Hal"]
PEOPLE: list[dict[str, Any]] = [
    {
        "unique_id": at,
        "first_name": NAMES[at // 2 % 8],
        "surname": f"{NAMES[at // 16 % 8]}son",
        "city": NAMES[at % 3],
        "email": None if at % 7 == 0 else f"{NAMES[at // 2 % 8]}@{at // 16}",
        "person": at // 2,
    }
    for at in range(128)
]


def settings(**more: Any) -> kintsu.SettingsCreator:
    return kintsu.SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.JaroWinklerAtThresholds("first_name", 0.9).configure(term_frequency_adjustments=True),
            cl.ExactMatch("surname"),
            cl.ExactMatch("email"),
        ],
        blocking_rules_to_generate_predictions=[kintsu.block_on("first_name"), kintsu.block_on("surname")],
        **more,
    )


@pytest.fixture
def linker() -> kintsu.Linker:
    made = kintsu.Linker(PEOPLE, settings(probability_two_random_records_match=0.01))
    made.training.estimate_u_using_random_sampling(max_pairs=1e6)
    made.training.estimate_m_from_label_column("person")
    return made


def test_settings_come_as_dictionary_path_and_creator(tmp_path: Path) -> None:
    made = settings()
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(made.create_settings_dict("duckdb")), encoding="utf-8")
    mixed = {**made.create_settings_dict("duckdb"), "comparisons": list(made.comparisons)}
    models = []
    for given in (made, made.create_settings_dict("duckdb"), path, str(path), mixed):
        model = kintsu.Linker(PEOPLE, given).misc.save_model_to_json()
        model.pop("linker_uid", None)
        models.append(model)
    assert all(model == models[0] for model in models)


def test_a_saved_model_scores_as_the_linker_that_saved_it(linker: kintsu.Linker, tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    saved = linker.misc.save_model_to_json(path)
    with pytest.raises(ValueError, match="exists already"):
        linker.misc.save_model_to_json(path)
    pairs = linker.inference.predict().to_dicts()
    assert pairs and all(math.isfinite(pair["match_weight"]) for pair in pairs)
    for again in (path, saved):
        assert kintsu.Linker(PEOPLE, again).inference.predict().to_dicts() == pairs


def test_steps_are_those_of_a_job(linker: kintsu.Linker) -> None:
    model = linker.misc.save_model_to_json()
    run = kintsu.dedupe(PEOPLE, model=model, predict_threshold=0.5, cluster_threshold=0.9)
    pairs = linker.inference.predict(threshold_match_probability=0.5)
    assert run.edges.to_dicts() == pairs.to_dicts()
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, 0.9)
    assert run.clusters.to_dicts() == clusters.to_dicts()


def test_thresholds_are_weights_or_probabilities(linker: kintsu.Linker) -> None:
    everything = linker.inference.predict()
    weights = [pair["match_weight"] for pair in everything.to_dicts()]
    assert len(linker.inference.predict(threshold_match_weight=0)) == sum(weight >= 0 for weight in weights) < len(weights)
    with pytest.raises(ValueError, match="both"):
        linker.inference.predict(threshold_match_probability=0.5, threshold_match_weight=0)
    cluster = linker.clustering.cluster_pairwise_predictions_at_threshold
    by_weight = cluster(everything, threshold_match_weight=0).to_dicts()
    assert by_weight == cluster(everything, threshold_match_probability=0.5).to_dicts()
    with pytest.raises(ValueError, match="both"):
        cluster(everything, 0.5, 0)


def test_predictions_may_be_filtered_elsewhere(linker: kintsu.Linker) -> None:
    pairs = linker.inference.predict(threshold_match_probability=0.01)
    kept = [pair for pair in pairs.to_dicts() if pair["match_probability"] >= 0.8]
    cluster = linker.clustering.cluster_pairwise_predictions_at_threshold
    whole = cluster(pairs, 0.8).to_dicts()
    assert cluster(kept, 0.8).to_dicts() == whole
    registered = linker.table_management.register_table_predict(pairs.to_pandas())
    assert cluster(registered, 0.8).to_dicts() == whole


def test_deterministic_links_cluster_without_a_threshold(linker: kintsu.Linker) -> None:
    links = linker.inference.deterministic_link()
    assert "match_weight" not in links.columns
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(links)
    names = {row["unique_id"]: row["cluster_id"] for row in clusters.to_dicts()}
    assert all(names[pair["unique_id_l"]] == names[pair["unique_id_r"]] for pair in links.to_dicts())


def test_clusters_at_several_thresholds_are_those_at_each(linker: kintsu.Linker) -> None:
    pairs = linker.inference.predict()
    clustering = linker.clustering
    several = clustering.cluster_pairwise_predictions_at_multiple_thresholds(pairs, [0.5, 0.95]).to_dicts()
    for threshold, column in ((0.5, "cluster_p_0_5"), (0.95, "cluster_p_0_95")):
        one = clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold).to_dicts()
        assert [row[column] for row in several] == [row["cluster_id"] for row in one]
    summary = clustering.cluster_pairwise_predictions_at_multiple_thresholds(pairs, [0.5], output_cluster_summary_stats=True)
    assert summary.to_dicts()[0]["num_clusters"] == len({row["cluster_p_0_5"] for row in several})


def test_columns_that_a_method_is_the_first_to_name_are_found(linker: kintsu.Linker) -> None:
    session = linker.training.estimate_parameters_using_expectation_maximisation(kintsu.block_on("city", "surname"))
    assert session.pairs > 0 and 0 < session.probability_two_random_records_match <= 1
    largest = linker.blocking_analysis.n_largest_blocks(kintsu.block_on("city"), n_largest=1).to_dicts()
    assert largest[0]["count_l"] == 43
    profile = linker.exploratory.profile_columns(["city"], top_n=1).to_dicts()
    assert [row["value"] for row in profile if row["kind"] == "top"] == ["Ann"]
    with pytest.raises(InputError, match="cty") as refused:
        linker.training.estimate_parameters_using_expectation_maximisation(kintsu.block_on("cty"))
    assert "city" in str(refused.value)


def test_a_method_that_fails_leaves_the_model_as_it_was(linker: kintsu.Linker) -> None:
    before = linker.misc.save_model_to_json()
    with pytest.raises(ValueError):
        linker.training.estimate_parameters_using_expectation_maximisation(
            "l.first_name = r.first_name and l.surname = r.surname and l.email = r.email"
        )
    with pytest.raises(ValueError):
        linker.training.estimate_probability_two_random_records_match(["l.first_name = r.first_name"], recall=0)
    assert linker.misc.save_model_to_json() == before


def test_labelled_pairs_train_and_measure(linker: kintsu.Linker) -> None:
    labels = [
        {"unique_id_l": at, "unique_id_r": at + 1, "clerical_match_score": 1.0 if at % 2 == 0 else 0.0} for at in range(0, 100)
    ]
    matches = [label for label in labels if label["clerical_match_score"] == 1.0]
    linker.training.estimate_m_from_pairwise_labels(matches)
    linker.table_management.register_table(labels, "labels")
    for given in (labels, "labels", linker.table_management.register_labels_table(labels)):
        table = linker.evaluation.accuracy_analysis_from_labels_table(given, output_type="table").to_dicts()
        assert table[0]["p"] == 50
    errors = linker.evaluation.prediction_errors_from_labels_table(labels, threshold_match_probability=0.5)
    assert "truth_status" in errors.columns
    assert linker.evaluation.unlinkables().columns


def test_new_records_are_matched_and_pairs_scored(linker: kintsu.Linker) -> None:
    new = {"unique_id": 9000, "first_name": "Ann", "surname": "Annson", "email": None, "city": None, "person": None}
    found = linker.inference.find_matches_to_new_records([new], match_weight_threshold=-100).to_dicts()
    assert found and {pair["unique_id_r"] for pair in found} == {9000}
    by_email = linker.inference.find_matches_to_new_records([new], kintsu.block_on("email"), match_weight_threshold=-100)
    assert len(by_email) == 0
    (pair,) = linker.inference.compare_two_records(PEOPLE[2], PEOPLE[3], include_found_by_blocking_rules=True).to_dicts()
    (listed,) = linker.inference.score_listed_pairs([{"unique_id_l": 2, "unique_id_r": 3}]).to_dicts()
    assert pair["match_weight"] == listed["match_weight"] and pair["found_by_blocking_rules"]
    assert len(linker.inference.score_pairs(PEOPLE[:3], PEOPLE[3:5])) == 6
    with pytest.raises(ValueError, match="unique_id"):
        linker.inference.compare_two_records({**PEOPLE[2], "unique_id": "two"}, PEOPLE[3])


def test_other_records_are_scored_with_the_model(linker: kintsu.Linker) -> None:
    own = {(pair["unique_id_l"], pair["unique_id_r"]): pair["match_weight"] for pair in linker.inference.predict().to_dicts()}
    some = PEOPLE[:32]
    within = linker.inference.predict_within(some, threshold_match_probability=0.0).to_dicts()
    assert within and all(own[pair["unique_id_l"], pair["unique_id_r"]] == pair["match_weight"] for pair in within)


def test_nodes_and_edges_cluster_without_a_model() -> None:
    edges = [{"from": 1, "to": 2, "match_probability": 0.9}, {"from": 2, "to": 3, "match_probability": 0.2}]
    found = kintsu.clustering.cluster_pairwise_predictions_at_threshold(
        [{"n": at} for at in (3, 1, 2)], edges, None, "n", "from", "to", threshold_match_probability=0.5
    )
    assert {row["n"]: row["cluster_id"] for row in found.to_dicts()} == {1: 1, 2: 1, 3: 3}


def test_term_frequencies_can_be_supplied(linker: kintsu.Linker) -> None:
    counted = linker.table_management.compute_tf_table("first_name")
    assert {row["tf_first_name"] for row in counted.to_dicts()} == {0.125}
    assert linker.table_management.compute_tf_table("city").columns == ["city", "tf_city"]
    before = linker.inference.predict().to_dicts()
    linker.table_management.register_term_frequency_lookup(
        [{"first_name": name, "tf_first_name": 0.001} for name in NAMES], "first_name"
    )
    after = linker.inference.predict().to_dicts()
    raised = [
        new["match_weight"] > old["match_weight"] for old, new in zip(before, after, strict=True) if old["gamma_first_name"] == 2
    ]
    assert raised and all(raised)


def test_links_of_two_tables_name_them() -> None:
    two = {**settings().create_settings_dict("duckdb"), "link_type": "link_only"}
    for aliases in (["crm", "shop"], None):
        made = kintsu.Linker([PEOPLE[::2], PEOPLE[1::2]], two, input_table_aliases=aliases)
        made.training.estimate_u_using_random_sampling(1e6)
        made.training.estimate_m_from_label_column("person")
        pairs = made.inference.predict(0.01)
        names = aliases or ["input_table_0", "input_table_1"]
        assert {(pair["source_dataset_l"], pair["source_dataset_r"]) for pair in pairs.to_dicts()} == {tuple(names)}
        best = made.clustering.cluster_using_single_best_links(pairs, names, threshold_match_probability=0.01)
        assert len(best) == len(PEOPLE)
    with pytest.raises(ValueError, match="2 tables and 1 names"):
        kintsu.Linker([PEOPLE, PEOPLE], two, input_table_aliases="crm")


def test_handles_of_splink_are_taken() -> None:
    duckdb = pytest.importorskip("duckdb")
    pyarrow = pytest.importorskip("pyarrow")
    connection = duckdb.connect()
    connection.register("people", pyarrow.Table.from_pylist(PEOPLE))
    db_api = kintsu.DuckDBAPI(connection)
    for made in (
        kintsu.Linker("people", settings(), db_api),
        kintsu.Linker(db_api.register("people", dataset_display_name="people"), settings()),
        kintsu.Linker(db_api.register_table(PEOPLE, "people"), settings(), db_api=db_api),
    ):
        assert "128 records" in repr(made)
    with pytest.raises(TypeError, match="database API"):
        kintsu.Linker("people", settings(), connection)


def test_charts_say_what_there_is_instead(linker: kintsu.Linker) -> None:
    refused = [
        lambda: linker.visualisations.match_weights_chart(),
        lambda: linker.evaluation.unlinkables_chart(),
        lambda: kintsu.splink_datasets.fake_1000,
        lambda: linker.inference.predict().as_spark_dataframe(),
    ]
    for call in refused:
        with pytest.raises(NotAvailableError) as error:
            call()
        assert error.value.hint


@pytest.mark.parametrize("output_type", [None, "roc", "accuracy"])
def test_the_table_behind_a_chart_is_given_and_said_to_be(linker: kintsu.Linker, output_type: str | None) -> None:
    table = linker.evaluation.accuracy_analysis_from_labels_column("person", output_type="table").to_dicts()
    asked = {} if output_type is None else {"output_type": output_type}
    with pytest.warns(KintsuWarning, match="charts come with the reports") as warned:
        charted = linker.evaluation.accuracy_analysis_from_labels_column("person", **asked)
    assert charted.to_dicts() == table
    assert 'output_type="table"' in str(warned[0].message) and warned[0].filename == __file__
    with pytest.raises(ValueError, match="no output type 'tabel'"):
        linker.evaluation.accuracy_analysis_from_labels_column("person", output_type="tabel")


def test_results_and_registered_tables_can_be_asked_with_sql(linker: kintsu.Linker) -> None:
    pytest.importorskip("duckdb")
    pairs = linker.inference.predict(threshold_match_probability=0.5)
    again = linker.inference.predict(threshold_match_probability=0.5)
    assert pairs.physical_name != again.physical_name and pairs.templated_name == again.templated_name
    linker.table_management.register_table(PEOPLE, "persons")
    sql = f"select count(*) as n from {pairs.physical_name} p join persons a on p.unique_id_l = a.unique_id"
    assert linker.misc.query_sql(sql)["n"][0] == len(pairs)
    for found in (
        linker.misc.query_sql(sql, output_type="splink_df"),
        pairs.query_sql("select count(*) as n from {this}"),
        kintsu.DuckDBAPI().query_sql(f"select count(*) as n from {pairs.physical_name}"),
    ):
        assert found.as_record_list() == [{"n": len(pairs)}]
    with pytest.raises(ValueError, match="output type"):
        linker.misc.query_sql(sql, output_type="polars")


def test_a_name_that_is_taken_is_replaced_only_when_told(linker: kintsu.Linker) -> None:
    linker.table_management.register_table(PEOPLE[:2], "some")
    with pytest.raises(ValueError, match="already"):
        linker.table_management.register_table(PEOPLE[:3], "some")
    linker.table_management.register_table(PEOPLE[:3], "some", overwrite=True)
    assert len(linker.inference.score_pairs("some", PEOPLE[4:5])) == 3


def test_an_untrained_model_warns_by_name() -> None:
    made = kintsu.Linker(PEOPLE, settings())
    with pytest.warns(KintsuWarning, match="surname") as warned:
        made.inference.predict()
    assert any("linker.training" in str(warning.message) for warning in warned)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made.inference.predict(warning_mode="never")
    with pytest.raises(ValueError, match="warning mode"):
        made.inference.predict(warning_mode="sometimes")  # type: ignore[arg-type]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    wrong = settings().create_settings_dict("duckdb")
    wrong["comparisons"][1]["comparison_levels"][1]["sql_condition"] = '"surnam_l" = "surnam_r"'
    wrong["blocking_rules_to_generate_predictions"] = ["l.cty = r.cty"]
    with pytest.raises(ValueError) as refused:
        kintsu.Linker(PEOPLE, wrong)
    assert isinstance(refused.value, KintsuError)
    assert "surnam" in str(refused.value) and "cty" in str(refused.value)
    with pytest.raises(TypeError):
        kintsu.Linker(PEOPLE, 3)
    with pytest.raises(ValueError, match="id"):
        kintsu.Linker([*PEOPLE, PEOPLE[0]], settings())


def test_answers_do_not_depend_on_order_or_threads() -> None:
    def answers(people: list[dict[str, Any]], threads: int) -> tuple[Any, Any]:
        made = kintsu.Linker(people, settings(), threads=threads)
        made.training.estimate_u_using_random_sampling(max_pairs=500, seed=3)
        made.training.estimate_m_from_label_column("person")
        pairs = made.inference.predict(0.01)
        return pairs.to_dicts(), made.clustering.cluster_pairwise_predictions_at_threshold(pairs, 0.9).to_dicts()

    first = answers(PEOPLE, 1)
    assert answers(PEOPLE[::-1], 2) == first
    assert answers(PEOPLE[64:] + PEOPLE[:64], 1) == first


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_control_c_stops_a_long_call() -> None:
    script = textwrap.dedent(
        """
        import signal, threading, os, kintsu
        people = [{"unique_id": at, "name": f"name {at % 977} {at}"} for at in range(60_000)]
        settings = {"link_type": "dedupe_only", "blocking_rules_to_generate_predictions": [], "comparisons": [
            {"output_column_name": "name", "comparison_levels": [
                {"sql_condition": '"name_l" IS NULL OR "name_r" IS NULL', "is_null_level": True},
                {"sql_condition": 'levenshtein("name_l", "name_r") <= 2', "m_probability": 0.9, "u_probability": 0.1},
                {"sql_condition": "ELSE", "m_probability": 0.1, "u_probability": 0.9}]}]}
        linker = kintsu.Linker(people, settings)
        # A shell that starts the tests in the background lets them ignore the signal.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        try:
            linker.inference.predict(0.999999)
        except KeyboardInterrupt:
            print("stopped")
        print(len(linker.misc.save_model_to_json()["comparisons"]))
        """
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout.split()) == (0, ["stopped", "1"]), done.stderr


def test_links_of_another_linker_are_found_by_their_ids() -> None:
    people = [{"unique_id": 10 * at, "name": f"name {at // 2}", "city": "York"} for at in range(1, 9)]
    early = [{"unique_id": -at, "name": f"early {at}", "city": "York"} for at in range(1, 5)]
    settings = kintsu.SettingsCreator(
        link_type="dedupe_only",
        comparisons=[cl.ExactMatch("name").configure(m_probabilities=[0.9, 0.1], u_probabilities=[0.02, 0.98])],
        blocking_rules_to_generate_predictions=[block_on("name")],
        probability_two_random_records_match=0.4,
    )
    first = kintsu.Linker(people, settings)
    pairs = first.inference.predict()
    expected = {frozenset(pair) for pair in zip(*(pairs.as_dict()[f"unique_id_{side}"] for side in "lr"), strict=True)}
    for records in (early + people, people + early):
        second = kintsu.Linker(records, settings)
        for given in (pairs, second.table_management.register_table_predict(pairs), pairs.to_pandas()):
            clusters = second.clustering.cluster_pairwise_predictions_at_threshold(given, 0.5).to_dicts()
            members: dict[int, set[int]] = {}
            for record in clusters:
                members.setdefault(record["cluster_id"], set()).add(record["unique_id"])
            assert {frozenset(ids) for ids in members.values() if len(ids) > 1} == expected
    fewer = kintsu.Linker(people[:4], settings)
    with pytest.raises(ValueError, match="name a record that is not in the input"):
        fewer.clustering.cluster_pairwise_predictions_at_threshold(pairs, 0.5)


def test_new_records_meet_every_record_unless_rules_are_given() -> None:
    people = [{"unique_id": at, "name": f"name {at}", "city": f"city {at}"} for at in range(5)]
    settings = kintsu.SettingsCreator(
        link_type="dedupe_only", comparisons=[cl.ExactMatch("name")], blocking_rules_to_generate_predictions=[block_on("city")]
    )
    found = kintsu.Linker(people, settings).inference.find_matches_to_new_records
    late = {"unique_id": 9, "name": "name 3", "city": "city 4"}
    assert len(found(late, match_weight_threshold=-100)) == len(found([late], [], -100)) == 5
    assert found(late, None, -100).as_dict()["unique_id_l"] == [4]
    assert found(late, block_on("name"), -100).as_dict()["unique_id_l"] == [3]


def test_levels_of_the_library_stand_in_dictionaries_too() -> None:
    people = [{"unique_id": at, "name": f"name {at // 2}", "city": "York"} for at in range(4)]
    levels = [cll.NullLevel("name"), cll.ExactMatchLevel("name"), cll.ElseLevel()]
    plain = {"output_column_name": "name", "comparison_levels": [*levels[:2], {"sql_condition": "ELSE"}]}
    rules = [block_on("city")]
    expected = kintsu.Linker(
        people,
        kintsu.SettingsCreator("dedupe_only", [cl.CustomComparison(levels, "name")], rules),
    ).inference.predict()
    for settings in (
        kintsu.SettingsCreator("dedupe_only", [plain], rules),
        {"link_type": "dedupe_only", "comparisons": [plain], "blocking_rules_to_generate_predictions": rules},
    ):
        assert kintsu.Linker(people, settings).inference.predict().to_dicts() == expected.to_dicts()


def test_settings_are_in_the_dialect_of_the_handle() -> None:
    people = [{"unique_id": at, "name": f"name {at // 2}"} for at in range(4)]
    settings = kintsu.SettingsCreator(
        "dedupe_only", [cl.ExactMatch("name")], blocking_rules_to_generate_predictions=["l.`name` = r.`name`"]
    )
    linker = kintsu.Linker(people, settings, kintsu.SparkAPI())
    assert len(linker.inference.predict()) == 2
    assert linker.misc.save_model_to_json()["sql_dialect"] == "spark"


def test_ids_that_became_floating_point_numbers_are_ids() -> None:
    pandas = pytest.importorskip("pandas")
    people = [{"unique_id": at, "name": f"name {at // 2}"} for at in range(8)]
    linker = kintsu.Linker(people, kintsu.SettingsCreator("dedupe_only", [cl.ExactMatch("name")], [block_on("name")]))
    pairs = linker.inference.predict().to_pandas()
    expected = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs).to_dicts()
    floats = pairs.astype({"unique_id_l": float, "unique_id_r": "float32"})
    assert linker.clustering.cluster_pairwise_predictions_at_threshold(floats).to_dicts() == expected
    with pytest.raises(ValueError, match="name a record that is not in the input"):
        linker.clustering.cluster_pairwise_predictions_at_threshold(floats.assign(unique_id_l=pandas.Series([0.5] * len(pairs))))
