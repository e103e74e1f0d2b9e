"""Looks at the data, chooses blocking rules, trains, finds duplicates, and measures them against the truth."""

import pandas
from kintsu import DuckDBAPI, Linker, SettingsCreator, block_on
from kintsu import comparison_level_library as cll
from kintsu import comparison_library as cl

people = pandas.read_csv("febrl3.csv", dtype=str)
truth = pandas.read_csv("febrl3.truth.csv", dtype=str)
people = people.merge(truth, on="unique_id").rename(columns={"entity_id": "cluster"})
table = DuckDBAPI().register(people, dataset_display_name="people")

date_of_birth = cl.CustomComparison(
    output_column_name="date_of_birth",
    comparison_levels=[
        cll.NullLevel("date_of_birth"),
        cll.ExactMatchLevel("date_of_birth"),
        cll.DamerauLevenshteinLevel("date_of_birth", 1),
        cll.And(
            cll.ExactMatchLevel("substr(date_of_birth, 1, 4)"),
            cll.ColumnsReversedLevel("substr(date_of_birth, 5, 2)", "substr(date_of_birth, 7, 2)", symmetrical=True),
        ).configure(label_for_charts="day and month swapped"),
        cll.ElseLevel(),
    ],
)
settings = SettingsCreator(
    link_type="dedupe_only",
    comparisons=[
        cl.ForenameSurnameComparison("given_name", "surname"),
        date_of_birth,
        cl.JaroWinklerAtThresholds("address_1", [0.92, 0.8]).configure(term_frequency_adjustments=True),
        cl.DamerauLevenshteinAtThresholds("postcode", 1),
        cl.ExactMatch("state"),
    ],
    blocking_rules_to_generate_predictions=[
        block_on("surname", "postcode"),
        block_on("given_name", "postcode"),
        block_on("date_of_birth"),
        block_on("substr(given_name, 1, 2)", "surname"),
        "l.address_1 = r.address_1 and l.state = r.state",
    ],
    retain_intermediate_calculation_columns=True,
)

linker = Linker(table, settings)
linker.training.estimate_probability_two_random_records_match(
    ["l.surname = r.surname and l.date_of_birth = r.date_of_birth", block_on("given_name", "address_1")], recall=0.7
)
linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
linker.training.estimate_parameters_using_expectation_maximisation(block_on("date_of_birth"))
linker.training.estimate_parameters_using_expectation_maximisation(block_on("surname", "postcode"))
linker.misc.save_model_to_json("model.json", overwrite=True)

pairs = linker.inference.predict(threshold_match_weight=-5)
clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=0.95)

errors = linker.evaluation.prediction_errors_from_labels_column("cluster", threshold_match_probability=0.95)
found = clusters.as_pandas_dataframe()
print("records", len(found))
print("entities", found["cluster_id"].nunique())
print("pairs that were wrong", len(errors.as_pandas_dataframe()))
