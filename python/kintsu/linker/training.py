"""Training: lambda, u and m."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kintsu.arguments import number, whole
from kintsu.blocking_rule_library import Rule
from kintsu.inputs import Data
from kintsu.linker.session import Session, rule_json, rules_json
from kintsu.linker.visualisations import Charts

__all__ = ["EMTrainingSession", "LinkerTraining"]


@dataclass(frozen=True)
class EMTrainingSession(Charts):
    """What a session of expectation maximisation went through."""

    blocking_rule: str
    #: The number of pairs that the rule finds.
    pairs: int
    iterations: int
    #: Whether it came to rest before the limit of iterations.
    converged: bool
    #: The parameters at the start and after each iteration.
    history: list[dict[str, Any]]

    @property
    def probability_two_random_records_match(self) -> float:
        """Lambda among the pairs of the rule after the last iteration."""
        return float(self.history[-1]["probability_two_random_records_match"])

    def __repr__(self) -> str:
        rest = "converged" if self.converged else "not converged"
        return f"EMTrainingSession({self.blocking_rule!r}, {self.pairs:,} pairs, {self.iterations} iterations, {rest})"


class LinkerTraining:
    """Estimates the parameters of the model; each method changes the linker's model."""

    def __init__(self, session: Session, dialect: str) -> None:
        self._session = session
        self._dialect = dialect

    def estimate_probability_two_random_records_match(
        self,
        deterministic_matching_rules: Rule | Sequence[Rule],
        recall: float,
        max_rows_limit: int | None = None,
        record_sample_proportion: float = 1.0,
    ) -> None:
        """Lambda from the pairs that rules find which find hardly anything but matches, and the share of matches they find.

        Args:
            deterministic_matching_rules: Rules strict enough to find matches alone.
            recall: The share of all matches that they find, above 0 and at most 1.
            max_rows_limit: Splink's, and changes nothing: pairs are counted without being made.
            record_sample_proportion: Splink's, and changes nothing: all records are counted.

        Raises:
            ValueError: The recall is out of range, or a rule cannot be computed.

        >>> linker.training.estimate_probability_two_random_records_match([kintsu.block_on("first_name", "surname")], recall=0.5)
        >>> round(linker.misc.save_model_to_json()["probability_two_random_records_match"], 4)
        0.2667
        """
        self._session.train(
            "estimate_probability_two_random_records_match",
            deterministic_matching_rules=rules_json(deterministic_matching_rules, self._dialect),
            recall=number("recall", recall, 0, 1),
        )

    def estimate_u_using_random_sampling(
        self,
        max_pairs: float = 1e6,
        seed: int | None = None,
        min_count_per_level: int | None = None,
        num_chunks: int | None = None,
    ) -> None:
        """u from pairs drawn at random, few of which match.

        Args:
            max_pairs: How many pairs are drawn at most; where there are not so many, all of them are looked at.
            seed: The seed of the draw; that of the linker unless given. The same seed draws the same pairs, in any order of the
                rows.
            min_count_per_level: Splink's, and changes nothing.
            num_chunks: Splink's, and changes nothing.

        Raises:
            ValueError: ``max_pairs`` is below 1.

        >>> linker.training.estimate_u_using_random_sampling(max_pairs=1e4)
        >>> surname = linker.misc.save_model_to_json()["comparisons"][1]["comparison_levels"][1]
        >>> round(surname["u_probability"], 4)
        0.2667
        """
        self._session.train(
            "estimate_u_using_random_sampling",
            max_pairs=number("max_pairs", max_pairs, 1),
            seed=None if seed is None else whole("seed", seed),
        )

    def estimate_parameters_using_expectation_maximisation(
        self,
        blocking_rule: Rule,
        estimate_without_term_frequencies: bool = False,
        fix_probability_two_random_records_match: bool = False,
        fix_m_probabilities: bool = False,
        fix_u_probabilities: bool = True,
        populate_probability_two_random_records_match_from_trained_values: bool = False,
        *,
        max_pairs: float | None = None,
        record_sample_proportion: float | None = None,
    ) -> EMTrainingSession:
        """m, and u where it is not fixed, from the pairs that a rule finds.

        Comparisons on the rule's columns are left out: train on at least two rules.

        Args:
            blocking_rule: The rule whose pairs are looked at.
            estimate_without_term_frequencies: Count patterns instead of looking at each pair; term frequencies are then left out.
            fix_probability_two_random_records_match: Keep lambda.
            fix_m_probabilities: Keep m.
            fix_u_probabilities: Keep u.
            populate_probability_two_random_records_match_from_trained_values: Set the model's lambda from the last session.
            max_pairs: How many pairs are looked at at most.
            record_sample_proportion: Splink's, and changes nothing.

        Returns:
            What the session went through: its pairs, its iterations and the parameters after each of them.

        Raises:
            ValueError: The rule finds no pairs, leaves no comparison to train, or cannot be computed.

        >>> linker.training.estimate_parameters_using_expectation_maximisation(kintsu.block_on("surname"))
        EMTrainingSession('l."surname" = r."surname"', 4 pairs, 5 iterations, converged)
        """
        self._session.train(
            "estimate_parameters_using_expectation_maximisation",
            blocking_rule=rule_json(blocking_rule, self._dialect),
            estimate_without_term_frequencies=estimate_without_term_frequencies,
            fix_probability_two_random_records_match=fix_probability_two_random_records_match,
            fix_m_probabilities=fix_m_probabilities,
            fix_u_probabilities=fix_u_probabilities,
            populate_probability_two_random_records_match_from_trained_values=(
                populate_probability_two_random_records_match_from_trained_values
            ),
            max_pairs=None if max_pairs is None else number("max_pairs", max_pairs, 1),
        )
        return EMTrainingSession(**json.loads(self._session.native.last_em_session()))

    def estimate_m_from_label_column(self, label_colname: str) -> None:
        """m from all pairs of records that agree on a column, such as a social security number; null agrees with nothing.

        Raises:
            ValueError: There is no such column.

        >>> linker.training.estimate_m_from_label_column("person")
        >>> linker.misc.save_model_to_json()["comparisons"][1]["comparison_levels"][1]["m_probability"]
        1.0
        """
        self._session.train("estimate_m_from_label_column", label_colname=label_colname)

    def estimate_m_from_pairwise_labels(self, labels_splinkdataframe_or_table_name: Data) -> None:
        """m from a table of matching pairs (ids of both sides); a score that stands there is of no account.

        Raises:
            ValueError: The table lacks ids, or names records that are not there.

        >>> matches = [{"unique_id_l": 1, "unique_id_r": 2}, {"unique_id_l": 4, "unique_id_r": 6}]
        >>> linker.training.estimate_m_from_pairwise_labels(matches)
        >>> linker.misc.save_model_to_json()["comparisons"][1]["comparison_levels"][1]["m_probability"]
        0.5
        """
        labels = self._session.hold(labels_splinkdataframe_or_table_name)
        self._session.train("estimate_m_from_pairwise_labels", labels=labels)
