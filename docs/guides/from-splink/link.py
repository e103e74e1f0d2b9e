"""Links two lists of restaurants, each of which has no duplicates of its own."""

import pandas
from kintsu import DuckDBAPI, Linker, SettingsCreator, block_on
from kintsu import comparison_library as cl

database = DuckDBAPI()
guides = [
    database.register(pandas.read_csv(f"{name}.csv", dtype=str), dataset_display_name=name) for name in ("fodors", "zagats")
]

settings = SettingsCreator(
    link_type="link_only",
    comparisons=[
        cl.JaroWinklerAtThresholds("name", [0.92, 0.8]),
        cl.JaroWinklerAtThresholds("addr", [0.95, 0.85]),
        cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        cl.LevenshteinAtThresholds("type", [4]),
    ],
    blocking_rules_to_generate_predictions=[
        block_on("substr(name, 1, 4)"),
        block_on("substr(addr, 1, 5)"),
        block_on("substr(phone, 5, 3)", "substr(phone, 9, 4)"),
    ],
    probability_two_random_records_match=0.0006,
)

linker = Linker(guides, settings)
linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
linker.training.estimate_parameters_using_expectation_maximisation(block_on("addr"))
linker.training.estimate_parameters_using_expectation_maximisation(block_on("name"))

pairs = linker.inference.predict(threshold_match_probability=0.5)
links = linker.clustering.cluster_using_single_best_links(
    pairs, duplicate_free_datasets=["fodors", "zagats"], threshold_match_probability=0.9
)

found = links.as_pandas_dataframe()
sizes = found.groupby("cluster_id").size()
print("records", len(found))
print("restaurants in both", int((sizes == 2).sum()))
print("largest cluster", int(sizes.max()))
