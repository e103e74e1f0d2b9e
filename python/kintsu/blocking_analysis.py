"""How many pairs blocking rules make, before there is a model; with Splink's names.

Pairs are counted exactly, and none is made: limits and samples that Splink asks for change nothing.

>>> people = [{"unique_id": i, "surname": name} for i, name in enumerate(["Lee", "Lee", "Ray", "Lee"])]
>>> count_comparisons_from_blocking_rule(
...     table_or_tables=people, blocking_rule="l.surname = r.surname", link_type="dedupe_only"
... )["number_of_comparisons_to_be_scored_post_filter_conditions"]
3
>>> n_largest_blocks(people, blocking_rule="l.surname = r.surname", link_type="dedupe_only").to_dicts()[0]["key_0"]
'Lee'
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kintsu.blocking_rule_library import Rule
from kintsu.inputs import Data, Memory, one_of, several
from kintsu.linker.database_api import looked_up
from kintsu.linker.job import inputs_of
from kintsu.linker.session import Session, rule_json, rules_json
from kintsu.linker.visualisations import no_chart
from kintsu.results import ResultTable

__all__ = [
    "chart_comparisons_from_blocking_rules",
    "count_comparisons_from_blocking_rule",
    "count_comparisons_from_blocking_rules",
    "cumulative_comparisons_to_be_scored_from_blocking_rules_chart",
    "cumulative_comparisons_to_be_scored_from_blocking_rules_data",
    "n_largest_blocks",
]


def count_comparisons_from_blocking_rule(
    *,
    table_or_tables: Data | Sequence[Data],
    blocking_rule: Rule,
    link_type: str,
    db_api: Any = None,
    unique_id_column_name: str = "unique_id",
    source_dataset_column_name: str | None = None,
    compute_post_filter_count: bool = True,
    max_rows_limit: int | None = None,
) -> dict[str, int | str | None]:
    """The pairs of one rule, before and after the link type and conditions that are no equalities drop some; all are counted.

    Raises:
        ValueError: The rule cannot be computed, or the tables lack a column.
    """
    session = _session(table_or_tables, link_type, db_api, unique_id_column_name, source_dataset_column_name)
    (count,) = _counts(session, blocking_rule).to_dicts()
    return {
        "blocking_rule": count["blocking_rule"],
        "number_of_comparisons_generated_pre_filter_conditions": count["pairs_before_filters"],
        "number_of_comparisons_to_be_scored_post_filter_conditions": count["pairs"],
        "filter_conditions_identified": count["filter_conditions"],
        "equi_join_conditions_identified": count["equi_join_conditions"],
        "link_type_join_condition": count["link_type_join_condition"],
    }


def cumulative_comparisons_to_be_scored_from_blocking_rules_data(
    *,
    table_or_tables: Data | Sequence[Data],
    blocking_rules: Iterable[Rule],
    link_type: str,
    db_api: Any = None,
    unique_id_column_name: str = "unique_id",
    max_rows_limit: int | None = None,
    source_dataset_column_name: str | None = None,
) -> Any:
    """What each rule adds to the pairs, as a pandas table, as Splink 4 gives it: a row a rule, with a running total.

    Raises:
        ValueError: A rule cannot be computed, or the tables lack a column.
        ImportError: pandas is not installed.
    """
    session = _session(table_or_tables, link_type, db_api, unique_id_column_name, source_dataset_column_name)
    counts = _counts(session, blocking_rules).to_pandas()
    counts["match_key"] = counts["match_key"].astype(str)
    return counts[["blocking_rule", "row_count", "cumulative_rows", "cartesian", "match_key", "start"]]


def count_comparisons_from_blocking_rules(
    splink_dataframe_or_dataframes: Data | Sequence[Data],
    *,
    blocking_rules: Rule | Iterable[Rule],
    link_type: str,
    unique_id_column_name: str = "unique_id",
    source_dataset_column_name: str | None = None,
    record_sample_proportion: float = 1.0,
) -> list[dict[str, Any]]:
    """What each rule adds to the pairs, as Splink 5 gives it: a dictionary a rule, exact whatever the proportion.

    Raises:
        ValueError: A rule cannot be computed, or the tables lack a column.
    """
    session = _session(splink_dataframe_or_dataframes, link_type, None, unique_id_column_name, source_dataset_column_name)
    return cumulative(_counts(session, blocking_rules))


def cumulative(counts: ResultTable) -> list[dict[str, Any]]:
    """Counts of rules in Splink 5's words; nothing is estimated, so that the proportion is always 1."""
    return [
        {
            "blocking_rule": count["blocking_rule"],
            "equi_join_conditions": count["equi_join_conditions"],
            "filter_conditions": count["filter_conditions"],
            "link_type_join_condition": count["link_type_join_condition"],
            "marginal_comparison_count": count["row_count"],
            "cumulative_comparison_count": count["cumulative_rows"],
            "total_possible_comparison_count": count["cartesian"],
            "match_key": count["match_key"],
            "record_sample_proportion": 1.0,
            "is_estimate": False,
        }
        for count in counts.to_dicts()
    ]


def n_largest_blocks(
    table_or_tables: Data | Sequence[Data] = None,
    *,
    blocking_rule: Rule,
    link_type: str,
    db_api: Any = None,
    n_largest: int = 5,
    splink_dataframe_or_dataframes: Data | Sequence[Data] = None,
) -> ResultTable:
    """The largest blocks of a rule: their keys, how many records each has on either side, and how many pairs it makes.

    Raises:
        ValueError: The rule cannot be computed, or the tables lack a column.
    """
    tables = one_of(table_or_tables=table_or_tables, splink_dataframe_or_dataframes=splink_dataframe_or_dataframes)
    session = _session(tables, link_type, db_api, None, None)
    return session.table("largest_blocks", blocking_rule=rule_json(blocking_rule, "duckdb"), n_largest=n_largest)


def cumulative_comparisons_to_be_scored_from_blocking_rules_chart(*arguments: object, **options: object) -> Any:
    """A chart, which is not there yet."""
    instead = "its data are there: cumulative_comparisons_to_be_scored_from_blocking_rules_data(...)"
    raise no_chart("cumulative_comparisons_to_be_scored_from_blocking_rules_chart", instead)


def chart_comparisons_from_blocking_rules(*arguments: object, **options: object) -> Any:
    """A chart, which is not there yet."""
    raise no_chart("chart_comparisons_from_blocking_rules", "its data are there: count_comparisons_from_blocking_rules(...)")


def _counts(session: Session, rules: Rule | Iterable[Rule]) -> ResultTable:
    if not isinstance(rules, (str, Mapping)) and isinstance(rules, Iterable):
        rules = list(rules)
    return session.table("count_comparisons", blocking_rules=rules_json(rules, "duckdb"))


def _session(
    table_or_tables: Data | Sequence[Data], link_type: str, db_api: Any, unique_id: str | None, source_dataset: str | None
) -> Session:
    held = Memory()
    tables = [looked_up(table, db_api) for table in several(table_or_tables)]
    job = {
        "inputs": inputs_of(tables, None, held),
        "link_type": link_type,
        "unique_id": unique_id,
        "source_dataset": source_dataset,
    }
    return Session({key: value for key, value in job.items() if value is not None}, held, {})
