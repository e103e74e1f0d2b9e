"""Holds pairs beside those of a plain prediction to Splink's: between tables, within others, registered, inside clusters.

Usage: python_pairs.py, in an environment with Splink 5 or 4 and with this package on the path. Run by `cargo xtask test`.

Both score the demo's people with one model; pairs must be the same and weights alike to 1e-9. Where Splink 4 has no such method,
nothing is compared.
"""

from __future__ import annotations

import json
import logging
import sys
import warnings
from pathlib import Path
from typing import Any

import kintsu
import pandas
import splink

DEMO = Path(__file__).resolve().parents[2] / "demo"
SPLINK_4 = splink.__version__.startswith("4.")
TOLERANCE = 1e-9
Weights = dict[tuple[str, ...], float]


def weights(frame: Any) -> Weights:
    """The weight of each pair, whichever way round it stands."""
    names = [[name for name in (f"source_dataset_{side}", f"unique_id_{side}") if name in frame.columns] for side in "lr"]
    sides = [frame[columns].astype(str).agg("-__-".join, axis=1) for columns in names]
    return {tuple(sorted(pair)): weight for *pair, weight in zip(*sides, frame["match_weight"], strict=True)}


def differences(case: str, ours: Weights, theirs: Weights) -> list[str]:
    """What is wrong with a case."""
    if not theirs:
        return [f"{case}: Splink finds nothing"]
    if set(ours) != set(theirs):
        return [f"{case}: {len(set(ours) - set(theirs))} pairs only here, {len(set(theirs) - set(ours))} only there"]
    apart = max(abs(ours[pair] - theirs[pair]) for pair in theirs)
    return [f"{case}: weights are up to {apart} apart"] if apart > TOLERANCE else []


def settings(link_type: str) -> dict[str, Any]:
    model: dict[str, Any] = json.loads((DEMO / "febrl3.model.json").read_text(encoding="utf-8"))
    return {**model, "link_type": link_type}


def linkers(frames: dict[str, Any], link_type: str, handle: Any = None) -> tuple[Any, Any, list[Any]]:
    """The same linker here and there, and Splink's tables."""
    names, tables = list(frames), list(frames.values())
    ours = kintsu.Linker(tables, settings(link_type), input_table_aliases=names)
    handle = handle or splink.DuckDBAPI()
    if SPLINK_4:
        return ours, splink.Linker(tables, settings(link_type), handle, input_table_aliases=names), tables
    tables = [handle.register(frame, dataset_display_name=name) for name, frame in frames.items()]
    return ours, splink.Linker(tables, settings(link_type)), tables


def inside_clusters(frames: dict[str, Any], link_type: str) -> list[str]:
    ours, theirs, _ = linkers(frames, link_type)
    found = []
    for linker in (ours, theirs):
        pairs = linker.inference.predict(threshold_match_probability=0.9)
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, 0.9)
        for known in (None, pairs):
            found.append(weights(linker.inference._score_missing_cluster_edges(clusters, known).as_pandas_dataframe()))
    return [
        problem
        for case, at in (("all pairs inside clusters", 0), ("missing pairs inside clusters", 1))
        for problem in differences(f"{case}, {link_type}", found[at], found[at + 2])
    ]


def between(frames: dict[str, Any], link_type: str | None) -> list[str]:
    """Pairs between the first table and the others, and within the others."""
    first, *others = frames
    handle = splink.DuckDBAPI()
    ours, theirs, (left, *right) = linkers(frames, "link_and_dedupe", handle)
    levels = [level for comparison in settings("link_only")["comparisons"] for level in comparison["comparison_levels"]]
    for column in {level["tf_adjustment_column"] for level in levels if level.get("tf_adjustment_column")}:
        frequencies = handle.register(ours.table_management.compute_tf_table(column).as_pandas_dataframe())
        theirs.table_management.register_term_frequency_lookup(frequencies, column)
    ours_between = ours.inference.predict_between(first, others, link_type=link_type).as_pandas_dataframe()
    theirs_between = theirs.inference.predict_between(left, right, link_type=link_type).as_pandas_dataframe()
    ours_within = ours.inference.predict_within(others, link_type=link_type).as_pandas_dataframe()
    theirs_within = theirs.inference.predict_within(right, link_type=link_type).as_pandas_dataframe()
    return differences(f"between tables, {link_type}", weights(ours_between), weights(theirs_between)) + differences(
        f"within tables, {link_type}", weights(ours_within), weights(theirs_within)
    )


def registered(frames: dict[str, Any], link_type: str) -> list[str]:
    """Splink's own table of blocked pairs, scored by both."""
    ours, theirs, _ = linkers(frames, link_type)
    blocked = theirs.inference.compute_blocked_pairs_for_predict()
    ours.table_management.register_blocked_pairs_for_predict(blocked.as_pandas_dataframe())
    theirs.table_management.register_blocked_pairs_for_predict(blocked)
    found = [weights(linker.inference.predict().as_pandas_dataframe()) for linker in (ours, theirs)]
    return differences(f"registered pairs, {link_type}", *found)


def new_records(frames: dict[str, Any]) -> list[str]:
    """New records against every record, and against those that a rule finds."""
    ours, theirs, _ = linkers(frames, "dedupe_only")
    (people,) = frames.values()
    late = people.head(3).assign(unique_id=["late-1", "late-2", "late-3"])
    problems = []
    for case, rules in (("every record", []), ("a rule", ["l.surname = r.surname"])):
        found = [linker.inference.find_matches_to_new_records(late, rules, -10) for linker in (ours, theirs)]
        problems += differences(f"new records and {case}", *(weights(pairs.as_pandas_dataframe()) for pairs in found))
    return problems


# None of them depends on which record stands on the left: Splink 4 makes up the names of tables, by which that is decided.
RULES = [
    "l.surname = r.surname and l.suburb = r.suburb",
    "l.given_name = r.given_name and l.postcode <> r.postcode",
    "l.surname = r.surname or l.given_name = r.given_name",
]


def counts_of_rules(frames: dict[str, Any], link_type: str) -> list[str]:
    """What rules add to the pairs, under Splink's own names."""
    options = {"link_type": link_type}
    if SPLINK_4:
        from kintsu.blocking_analysis import count_comparisons_from_blocking_rule as count_here
        from splink.blocking_analysis import count_comparisons_from_blocking_rule as count_there

        tables = list(frames.values())
        ours = [count_here(table_or_tables=tables, blocking_rule=rule, **options) for rule in RULES]
        handle = splink.DuckDBAPI()
        limit = {"db_api": handle, "max_rows_limit": 10**9}
        theirs = [count_there(table_or_tables=tables, blocking_rule=rule, **limit, **options) for rule in RULES]
    else:
        here, there, tables = linkers(frames, link_type)
        ours = here.blocking_analysis.count_comparisons_from_blocking_rules(RULES)
        theirs = there.blocking_analysis.count_comparisons_from_blocking_rules(RULES, record_sample_proportion=1.0)
        apart = kintsu.blocking_analysis.count_comparisons_from_blocking_rules(
            list(frames.values()), blocking_rules=RULES, **options
        )
        if [row["marginal_comparison_count"] for row in apart] != [row["marginal_comparison_count"] for row in ours]:
            return [f"counts of rules, {link_type}: the linker and the function differ"]

    def plain(row: dict[str, Any]) -> dict[str, Any]:
        """Without quotes and blanks, and alternatives in one order: Splink's parser sorts them."""
        written = {name: value.strip().replace('"', "") if isinstance(value, str) else value for name, value in row.items()}
        return {name: sorted(value.split(" OR ")) if isinstance(value, str) else value for name, value in written.items()}

    pairs = zip(({name: row[name] for name in theirs[0]} for row in ours), theirs, strict=True)
    return [f"counts of rules, {link_type}: {plain(a)} here, {plain(b)} there" for a, b in pairs if plain(a) != plain(b)]


def main() -> None:
    """Runs every case that the Splink at hand has."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    people = pandas.read_csv(DEMO / "febrl3.csv", dtype=str).head(1800)
    parts = {name: people.iloc[at::3] for at, name in enumerate(["crm", "shop", "web"])}
    problems = inside_clusters({"people": people}, "dedupe_only") + inside_clusters(parts, "link_only")
    for link_type, frames in (("dedupe_only", {"people": people}), ("link_only", parts)):
        problems += counts_of_rules(frames, link_type)
    if SPLINK_4:
        problems += new_records({"people": people})
    else:
        problems += between(parts, "link_only") + between(parts, "link_and_dedupe")
        problems += registered({"people": people}, "dedupe_only") + registered(parts, "link_only")
    print(*problems, sep="\n")
    print(f"pairs of Splink {splink.__version__}: {len(problems)} cases differ")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
