"""The quick start as scripts for Splink 4 spell it: frames straight into the linker, the handle as its third argument."""

import pandas
from kintsu import DuckDBAPI, Linker, SettingsCreator, block_on
from kintsu import comparison_library as cl

people = pandas.read_csv("febrl3.csv", dtype=str)
people["unique_id"] = people["unique_id"].astype(int)

settings = SettingsCreator(
    link_type="dedupe_only",
    comparisons=[
        cl.JaroWinklerAtThresholds("given_name", [0.9, 0.7]).configure(term_frequency_adjustments=True),
        cl.JaroWinklerAtThresholds("surname", [0.9, 0.7]).configure(term_frequency_adjustments=True),
        cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
        cl.ExactMatch("state"),
        cl.LevenshteinAtThresholds("street_number", 1),
    ],
    blocking_rules_to_generate_predictions=[
        block_on("given_name", "surname"),
        block_on("date_of_birth"),
        block_on("suburb", "street_number"),
    ],
)

linker = Linker(people, settings, DuckDBAPI())
linker.training.estimate_u_using_random_sampling(max_pairs=2e6)
linker.training.estimate_parameters_using_expectation_maximisation(block_on("date_of_birth"))
linker.training.estimate_parameters_using_expectation_maximisation(block_on("given_name", "surname"))

pairs = linker.inference.predict(threshold_match_probability=0.5)
clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=0.9)
pair = linker.inference.compare_two_records(
    people[people["unique_id"] == 1].to_dict("records")[0], people[people["unique_id"] == 2].to_dict("records")[0]
)

found = clusters.as_pandas_dataframe()
print("records", len(found))
print("entities", found["cluster_id"].nunique())
print("compared", len(pair.as_pandas_dataframe()))
