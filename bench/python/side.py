"""The work of `bench/linkage/people_1m.toml` as a script for `kintsu.Linker` does it, step by step.

Usage: side.py PEOPLE.parquet FOLDER. The clusters, the edges and the model are written into the folder, as by the command.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

from kintsu import Linker, SettingsCreator, block_on
from kintsu import comparison_library as cl

# The notes on parameters that both sides get are read in the card of the command.
warnings.simplefilter("ignore")

people, folder = sys.argv[1], Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
settings = SettingsCreator(
    link_type="dedupe_only",
    comparisons=[
        cl.JaroWinklerAtThresholds("first_name", [0.92, 0.8]).configure(term_frequency_adjustments=True),
        cl.JaroWinklerAtThresholds("surname", [0.92, 0.8]).configure(term_frequency_adjustments=True),
        cl.LevenshteinAtThresholds("dob", [1, 2]),
        cl.LevenshteinAtThresholds("postcode", [1, 2]),
        cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        cl.LevenshteinAtThresholds("email", [1]),
    ],
    blocking_rules_to_generate_predictions=[
        block_on("first_name", "surname"),
        "l.dob = r.dob and substr(l.first_name, 1, 1) = substr(r.first_name, 1, 1)",
        block_on("postcode"),
        block_on("email"),
        "l.surname = r.surname and substr(l.dob, 1, 4) = substr(r.dob, 1, 4) and l.city = r.city",
    ],
    retain_matching_columns=False,
    retain_intermediate_calculation_columns=False,
)
linker = Linker(people, settings, parity="characters", threads=2, seed=1, progress=False)
training, inference, clustering = linker.training, linker.inference, linker.clustering
training.estimate_probability_two_random_records_match(
    [
        block_on("first_name", "surname", "dob"),
        block_on("email", "dob"),
        block_on("first_name", "surname", "postcode"),
    ],
    recall=0.6,
)
training.estimate_u_using_random_sampling(max_pairs=1e7, seed=1)
training.estimate_parameters_using_expectation_maximisation(block_on("first_name", "surname"))
training.estimate_parameters_using_expectation_maximisation(block_on("dob", "city"))
pairs = inference.predict(threshold_match_probability=0.01)
clusters = clustering.cluster_pairwise_predictions_at_threshold(pairs, 0.95)
pairs.to_parquet(folder / "edges.parquet", overwrite=True)
clusters.to_parquet(folder / "clusters.parquet", overwrite=True)
linker.misc.save_model_to_json(folder / "model.json", overwrite=True)
