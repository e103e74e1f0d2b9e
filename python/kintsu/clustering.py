"""Clusters of any records and links, without a model; with Splink's name.

>>> nodes = [{"id": name} for name in "abcd"]
>>> edges = [{"from": "a", "to": "b", "match_probability": 0.9}, {"from": "b", "to": "c", "match_probability": 0.4}]
>>> found = cluster_pairwise_predictions_at_threshold(
...     nodes, edges, node_id_column_name="id", edge_id_column_name_left="from", edge_id_column_name_right="to",
...     threshold_match_probability=0.5,
... )
>>> [row["cluster_id"] for row in found.to_dicts()]
['a', 'a', 'c', 'd']
"""

from __future__ import annotations

from typing import Any

from kintsu.inputs import Data, Memory, native_table
from kintsu.linker.clustering import LinkerClustering
from kintsu.linker.database_api import looked_up
from kintsu.linker.session import Session
from kintsu.results import ResultTable

__all__ = ["cluster_pairwise_predictions_at_threshold"]


def cluster_pairwise_predictions_at_threshold(
    nodes: Data,
    edges: Data,
    db_api: Any = None,
    node_id_column_name: str = "unique_id",
    edge_id_column_name_left: str | None = None,
    edge_id_column_name_right: str | None = None,
    threshold_match_probability: float | None = None,
    threshold_match_weight: float | None = None,
) -> ResultTable:
    """Connected components: every node once, with the id of its cluster, the smallest of its nodes' ids."""
    held = Memory()
    job = {
        "inputs": [held.input(looked_up(nodes, db_api), "nodes")],
        "link_type": "dedupe_only",
        "unique_id": node_id_column_name,
    }
    ids = {
        edge_id_column_name_left or f"{node_id_column_name}_l": f"{node_id_column_name}_l",
        edge_id_column_name_right or f"{node_id_column_name}_r": f"{node_id_column_name}_r",
    }
    table = ResultTable(native_table(looked_up(edges, db_api)), "edges").to_arrow()
    links = table.rename_columns([ids.get(name, name) for name in table.column_names])
    clustering = LinkerClustering(Session(job, held, {}))
    return clustering.cluster_pairwise_predictions_at_threshold(links, threshold_match_probability, threshold_match_weight)
