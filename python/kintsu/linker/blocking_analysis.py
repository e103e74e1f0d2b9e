"""How many pairs blocking rules make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kintsu.blocking_rule_library import Rule
from kintsu.linker.session import Session, rule_json, rules_json
from kintsu.linker.visualisations import no_chart
from kintsu.results import ResultTable

__all__ = ["LinkerBlockingAnalysis"]


class LinkerBlockingAnalysis:
    """Counts pairs and blocks, exactly: nothing is sampled."""

    def __init__(self, session: Session, dialect: str) -> None:
        self._session = session
        self._dialect = dialect

    def comparisons_from_blocking_rules(self, blocking_rules: Rule | Sequence[Rule] | None = None) -> ResultTable:
        """What each rule adds to the pairs, as a table; the rules are those of the model unless given."""
        rules = None if blocking_rules is None else rules_json(blocking_rules, self._dialect)
        return self._session.table("count_comparisons", blocking_rules=rules)

    def count_comparisons_from_blocking_rules(
        self, blocking_rules: Rule | Sequence[Rule] | None = None, *, record_sample_proportion: float = 1.0
    ) -> list[dict[str, Any]]:
        """What each rule adds to the pairs, as Splink 5 gives it: its parts, the pairs it adds, and the running total.

        Pairs are counted exactly and none is made, so that ``record_sample_proportion`` changes nothing.

        >>> rules = linker.blocking_analysis.count_comparisons_from_blocking_rules()
        >>> [(rule["match_key"], rule["marginal_comparison_count"]) for rule in rules]
        [(0, 2), (1, 5)]
        """
        from kintsu.blocking_analysis import cumulative

        return cumulative(self.comparisons_from_blocking_rules(blocking_rules))

    def n_largest_blocks(self, blocking_rule: Rule, *, n_largest: int = 5) -> ResultTable:
        """The largest blocks of a rule: their keys, how many records each has on either side, and how many pairs it makes.

        >>> linker.blocking_analysis.n_largest_blocks(kintsu.block_on("city"), n_largest=1).as_dict()["key_0"]
        ['York']
        """
        return self._session.table("largest_blocks", blocking_rule=rule_json(blocking_rule, self._dialect), n_largest=n_largest)

    def chart_comparisons_from_blocking_rules(self, *arguments: object, **options: object) -> ResultTable:
        """A chart, which is not there yet."""
        raise no_chart("chart_comparisons_from_blocking_rules", "its data are there: count_comparisons_from_blocking_rules()")
