"""Pairs and their scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kintsu.blocking_rule_library import Rule
from kintsu.inputs import Data, Memory, several
from kintsu.linker.job import inputs_of, settings_of
from kintsu.linker.session import Session, rules_json
from kintsu.results import ResultTable

__all__ = ["LinkerInference"]


class LinkerInference:
    """Finds and scores pairs with the model as it stands."""

    def __init__(self, session: Session, dialect: str) -> None:
        self._session = session
        self._dialect = dialect

    def predict(
        self,
        threshold_match_probability: float | None = None,
        threshold_match_weight: float | None = None,
        materialise_after_computing_term_frequencies: bool = True,
        materialise_blocked_pairs: bool = True,
        *,
        num_chunks_left: int | None = None,
        num_chunks_right: int | None = None,
        warning_mode: str = "auto",
    ) -> ResultTable:
        """Scores the pairs that the blocking rules find and keeps those at or above a threshold; all of them where there is none.

        The other arguments are Splink's and change nothing: pairs stream by, whatever their number.
        """
        if threshold_match_probability is None and threshold_match_weight is None:
            threshold_match_probability = 0.0
        return self._session.table(
            "predict",
            threshold_match_probability=threshold_match_probability,
            threshold_match_weight=threshold_match_weight,
        )

    def predict_between(
        self,
        left: Data | Sequence[Data],
        right: Data | Sequence[Data],
        *,
        link_type: str | None = None,
        blocking_rules_to_generate_predictions: Sequence[Rule] | None = None,
        threshold_match_probability: float | None = None,
        threshold_match_weight: float | None = None,
        warning_mode: str = "auto",
    ) -> ResultTable:
        """Scores pairs across other tables with the linker's model; term frequencies stay those of its own records."""
        others = self._other([*several(left), *several(right)], link_type or "link_only", blocking_rules_to_generate_predictions)
        return others.predict(threshold_match_probability, threshold_match_weight)

    def predict_within(
        self,
        splink_dataframe_or_dataframes: Data | Sequence[Data],
        *,
        link_type: str | None = None,
        blocking_rules_to_generate_predictions: Sequence[Rule] | None = None,
        threshold_match_probability: float | None = None,
        threshold_match_weight: float | None = None,
        warning_mode: str = "auto",
    ) -> ResultTable:
        """Scores pairs among other records with the linker's model; term frequencies stay those of its own records."""
        tables = several(splink_dataframe_or_dataframes)
        kind = link_type or ("dedupe_only" if len(tables) == 1 else "link_and_dedupe")
        others = self._other(tables, kind, blocking_rules_to_generate_predictions)
        return others.predict(threshold_match_probability, threshold_match_weight)

    def _other(self, tables: list[Data], link_type: str, rules: Sequence[Rule] | None) -> LinkerInference:
        """The linker's model on other tables."""
        held = Memory()
        model = {**self._session.model, "link_type": link_type}
        if rules is not None:
            model["blocking_rules_to_generate_predictions"] = rules_json(rules, self._dialect)
        job = {"inputs": inputs_of(tables, None, held), "model": settings_of(model, held)}
        session = Session(job, held, {})
        levels = [level for comparison in model["comparisons"] for level in comparison["comparison_levels"]]
        for column in sorted({level["tf_adjustment_column"] for level in levels if level.get("tf_adjustment_column")}):
            session.supply_term_frequencies(column, self._session.native.term_frequencies(column))
        return LinkerInference(session, self._dialect)

    def deterministic_link(self) -> ResultTable:
        """The pairs that the blocking rules find, without scores."""
        return self._session.table("deterministic_link")

    def compute_blocked_pairs_for_predict(self) -> ResultTable:
        """Splink 5's name for the pairs that the blocking rules find."""
        return self.deterministic_link()

    def score_listed_pairs(self, pairs: Data) -> ResultTable:
        """Scores the pairs of a table of ids, whatever blocking says: ``unique_id_l``, ``unique_id_r``, and the sources."""
        return self._session.table("score_pairs", pairs=self._session.hold(pairs))

    def find_matches_to_new_records(
        self,
        records_or_tablename: Data,
        blocking_rules: Rule | Sequence[Rule] = (),
        match_weight_threshold: float = -4,
    ) -> ResultTable:
        """Scores new records against those of the linker, not among themselves."""
        rules = rules_json(blocking_rules, self._dialect) if blocking_rules else None
        return self._session.table(
            "find_matches_to_new_records",
            records={"path": self._session.hold_records(records_or_tablename), "name": "new_records"},
            blocking_rules=rules,
            match_weight_threshold=float(match_weight_threshold),
        )

    def compare_two_records(
        self,
        record_1: Mapping[str, Any] | Data,
        record_2: Mapping[str, Any] | Data,
        include_found_by_blocking_rules: bool = False,
    ) -> ResultTable:
        """Scores one record against another, whatever blocking says."""
        return self.score_pairs(record_1, record_2, include_found_by_blocking_rules)

    def score_pair(
        self,
        record_left: Mapping[str, Any] | Data,
        record_right: Mapping[str, Any] | Data,
        include_found_by_blocking_rules: bool = False,
    ) -> ResultTable:
        """Splink 5's name of `compare_two_records`."""
        return self.score_pairs(record_left, record_right, include_found_by_blocking_rules)

    def score_pairs(
        self,
        records_left: Sequence[Mapping[str, Any]] | Data,
        records_right: Sequence[Mapping[str, Any]] | Data,
        include_found_by_blocking_rules: bool = False,
    ) -> ResultTable:
        """Scores every record of one table against every record of another."""
        return self._session.table(
            "compare_two_records",
            left={"path": self._session.hold_records(records_left)},
            right={"path": self._session.hold_records(records_right)},
            include_found_by_blocking_rules=include_found_by_blocking_rules,
        )
