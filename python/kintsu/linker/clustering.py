"""From pairs to entities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kintsu.arguments import number
from kintsu.errors import InputError
from kintsu.inputs import Data
from kintsu.linker.session import Session
from kintsu.results import ResultTable

__all__ = ["GraphMetricsResults", "LinkerClustering"]

_THRESHOLD = "threshold_match_probability"


@dataclass(frozen=True)
class GraphMetricsResults:
    """How records, links and clusters hang together."""

    nodes: ResultTable
    edges: ResultTable
    clusters: ResultTable


class LinkerClustering:
    """Joins records that are linked; ``df_predict`` is what `predict` or `deterministic_link` gave, or any table of pairs."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def cluster_pairwise_predictions_at_threshold(
        self, df_predict: Data, threshold_match_probability: float | None = None, threshold_match_weight: float | None = None
    ) -> ResultTable:
        """Connected components: every record once, with the id of its cluster, the smallest of its records' ids.

        Args:
            df_predict: The pairs. Pairs of `deterministic_link`, and others without a score, count as certain.
            threshold_match_probability: Pairs at or above it join, from 0 to 1; all of them unless given.
            threshold_match_weight: The same in bits.

        Returns:
            ``cluster_id`` and the columns of the records, in the order of their ids. Records without a pair are clusters of one.

        Raises:
            ValueError: Both thresholds are given, or the pairs name records that are not there.

        >>> pairs = linker.inference.predict()
        >>> clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, 0.5)
        >>> clusters.as_dict()["cluster_id"]
        [1, 1, 3, 4, 4, 6]
        """
        threshold = _probability(threshold_match_probability, threshold_match_weight)
        table = self._session.table("cluster", self._session.links(df_predict), threshold_match_probability=threshold)
        table.metadata[_THRESHOLD] = threshold
        return table

    def cluster_pairwise_predictions_at_multiple_thresholds(
        self,
        df_predict: Data,
        match_probability_thresholds: Sequence[float] | None = None,
        match_weight_thresholds: Sequence[float] | None = None,
        output_cluster_summary_stats: bool = False,
    ) -> ResultTable:
        """Connected components at several thresholds: a row a record and a column ``cluster_p_0_95`` a threshold.

        With ``output_cluster_summary_stats`` a row a threshold instead: how many clusters there are, and how large they are at
        most and on average. Thresholds are either probabilities or weights in bits.

        Raises:
            ValueError: Both kinds of thresholds are given, or neither.

        >>> clustering = linker.clustering
        >>> several = clustering.cluster_pairwise_predictions_at_multiple_thresholds(linker.inference.predict(), [0.0001, 0.95])
        >>> several.columns[-2:]
        ['cluster_p_0_0001', 'cluster_p_0_95']
        """
        if (match_probability_thresholds is None) == (match_weight_thresholds is None):
            raise InputError("give either probabilities or weights as thresholds", code="KN-PY-052", hint="such as [0.5, 0.95]")
        if match_probability_thresholds is not None:
            thresholds = [number("match_probability_thresholds", given, 0, 1) for given in match_probability_thresholds]
        else:
            thresholds = [_probability(None, weight) for weight in match_weight_thresholds or []]
        return self._session.table(
            "cluster",
            self._session.links(df_predict),
            thresholds=thresholds,
            output_cluster_summary_stats=output_cluster_summary_stats,
        )

    def cluster_using_single_best_links(
        self,
        df_predict: Data,
        duplicate_free_datasets: Sequence[str] | None = None,
        threshold_match_probability: float | None = None,
        threshold_match_weight: float | None = None,
        ties_method: str = "lowest_id",
    ) -> ResultTable:
        """Clusters in which mutual best links are joined, with at most one record of each table named.

        Args:
            df_predict: The pairs.
            duplicate_free_datasets: Tables of which a cluster holds at most one record; all of them unless given.
            threshold_match_probability: Pairs at or above it are looked at; all of them unless given.
            threshold_match_weight: The same in bits.
            ties_method: What is done with links of equal probability: ``"lowest_id"`` takes that to the lowest id, ``"drop"``
                none.

        Raises:
            ValueError: There is one table only, or no table of a name.
        """
        return self._session.table(
            "single_best_links",
            self._session.links(df_predict),
            duplicate_free_datasets=None if duplicate_free_datasets is None else list(duplicate_free_datasets),
            threshold_match_probability=_probability(threshold_match_probability, threshold_match_weight),
            ties_method=ties_method,
        )

    def compute_graph_metrics(
        self, df_predict: Data, df_clustered: ResultTable | None = None, *, threshold_match_probability: float | None = None
    ) -> GraphMetricsResults:
        """Degrees, bridges and densities, at the threshold given or at that of ``df_clustered``.

        Returns:
            ``nodes`` (degree and centrality of each record), ``edges`` (whether a link is the only one that holds two parts
            together) and ``clusters`` (numbers of records and links, density from 0 to 1, null for a single record).

        >>> metrics = linker.clustering.compute_graph_metrics(linker.inference.predict(), threshold_match_probability=0.5)
        >>> metrics.edges.as_dict()["is_bridge"], metrics.nodes.as_dict()["node_degree"]
        ([True, True], [1, 1, 0, 1, 1, 0])
        """
        threshold = threshold_match_probability
        if threshold is None and isinstance(df_clustered, ResultTable):
            threshold = df_clustered.metadata.get(_THRESHOLD)
        tables = self._session.step(
            "graph_metrics", self._session.links(df_predict), threshold_match_probability=0.0 if threshold is None else threshold
        )
        return GraphMetricsResults(tables["graph_nodes"], tables["graph_edges"], tables["graph_clusters"])


def _probability(probability: float | None, weight: float | None) -> float:
    """The threshold as a probability; 0 where there is none."""
    if probability is not None and weight is not None:
        raise InputError("a probability and a weight are both given as threshold", code="KN-PY-053", hint="give one of them")
    if weight is not None:
        weight = number("threshold_match_weight", weight)
        return 2.0**weight / (1.0 + 2.0**weight) if weight < 1000 else 1.0
    return 0.0 if probability is None else number("threshold_match_probability", probability, 0, 1)
