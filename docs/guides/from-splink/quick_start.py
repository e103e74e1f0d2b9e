"""Finds the people who stand in a table more than once, in as few steps as there are."""

import pandas
from kintsu import DuckDBAPI, Linker, SettingsCreator, block_on
from kintsu import comparison_library as cl

people = pandas.read_csv("febrl3.csv", dtype=str)
table = DuckDBAPI().register(people, dataset_display_name="people")

settings = SettingsCreator(
    link_type="dedupe_only",
    comparisons=[
        cl.NameComparison("given_name"),
        cl.NameComparison("surname"),
        cl.LevenshteinAtThresholds("date_of_birth", 1),
        cl.ExactMatch("suburb").configure(term_frequency_adjustments=True),
        cl.ExactMatch("postcode"),
    ],
    blocking_rules_to_generate_predictions=[
        block_on("given_name", "surname"),
        block_on("date_of_birth"),
        block_on("surname", "postcode"),
    ],
)

linker = Linker(table, settings)
linker.training.estimate_probability_two_random_records_match(
    [block_on("given_name", "surname", "date_of_birth"), block_on("given_name", "surname", "postcode")], recall=0.6
)
linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
linker.training.estimate_parameters_using_expectation_maximisation(block_on("date_of_birth"))
linker.training.estimate_parameters_using_expectation_maximisation(block_on("given_name", "surname"))

pairs = linker.inference.predict(threshold_match_probability=0.5)
clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=0.9)

found = clusters.as_pandas_dataframe()
print("records", len(found))
print("entities", found["cluster_id"].nunique())
