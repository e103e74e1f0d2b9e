"""`Linker`: a model and records, trained, scored, clustered and looked into step by step, with Splink's names.

>>> import kintsu
>>> import kintsu.comparison_library as cl
>>> people = [
...     {"unique_id": 1, "first_name": "Ann", "surname": "Lee"},
...     {"unique_id": 2, "first_name": "Ann", "surname": "Lee"},
...     {"unique_id": 3, "first_name": "Bob", "surname": "Lee"},
... ]
>>> settings = kintsu.SettingsCreator(
...     link_type="dedupe_only",
...     comparisons=[
...         cl.ExactMatch("first_name").configure(m_probabilities=[0.9, 0.1], u_probabilities=[0.01, 0.99]),
...         cl.ExactMatch("surname").configure(m_probabilities=[0.9, 0.1], u_probabilities=[0.01, 0.99]),
...     ],
...     blocking_rules_to_generate_predictions=[kintsu.block_on("surname")],
...     probability_two_random_records_match=0.1,
... )
>>> linker = kintsu.Linker(people, settings)
>>> pairs = linker.inference.predict(threshold_match_probability=0.9)
>>> [(pair["unique_id_l"], pair["unique_id_r"]) for pair in pairs.to_dicts()]
[(1, 2)]
>>> clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, 0.95)
>>> [(record["unique_id"], record["cluster_id"]) for record in clusters.to_dicts()]
[(1, 1), (2, 1), (3, 3)]
"""

from __future__ import annotations

from kintsu.linker.database_api import DuckDBAPI, SparkAPI
from kintsu.linker.linker import Linker

__all__ = ["DuckDBAPI", "Linker", "SparkAPI"]
