"""How the answer of one system is compared with that of another, and how differences are told."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
TOLERANCE = 1e-9
SHOWN = 4
# Values of the input that edges carry along.
ID_COLUMNS = ("source_dataset_l", "unique_id_l", "source_dataset_r", "unique_id_r")


@dataclass
class Differences:
    """What differs in one job, by what was compared."""

    name: str
    found: dict[str, list[str]] = field(default_factory=dict)
    skipped: str | None = None

    def report(self, what: str, text: str) -> None:
        self.found.setdefault(what, []).append(text)

    def skip(self, why: str) -> None:
        self.skipped = why

    def lines(self) -> list[str]:
        """The first few differences of each kind."""
        lines = [f"== {self.name}"]
        for what, texts in self.found.items():
            lines.append(f"  {what}: {len(texts)} differences")
            lines.extend(f"    {text}" for text in texts[:SHOWN])
        return lines


def same_number(one: Any, other: Any, tolerance: float = TOLERANCE) -> bool:
    """Whether two numbers are within `tolerance`, relative where they are above 1; infinities equal themselves, null is null."""
    if one is None or other is None:
        return one is None and other is None
    one, other = float(one), float(other)
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    if math.isinf(one) or math.isinf(other):
        return bool(one == other)
    return bool(abs(one - other) <= tolerance * max(1.0, abs(one), abs(other)))


def same(name: str, one: Any, other: Any) -> bool:
    """Whether two values of the column `name` are the same; match weights are bits, so their tolerance is absolute."""
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        if name == "match_weight" and math.isfinite(one) and math.isfinite(other):
            return bool(abs(one - other) <= TOLERANCE)
        return same_number(one, other)
    return bool(one == other)


def compare_model(differences: Differences, expected: Json, found: Json) -> None:
    """Lambda, and m and u of every level; a level that one left untrained must be untrained in the other."""
    key = "probability_two_random_records_match"
    if not same_number(expected[key], found.get(key)):
        differences.report("model", f"{key}: expected {expected[key]}, found {found.get(key)}")
    if len(expected["comparisons"]) != len(found["comparisons"]):
        differences.report("model", f"{len(found['comparisons'])} comparisons for {len(expected['comparisons'])}")
        return
    for theirs, ours in zip(expected["comparisons"], found["comparisons"], strict=True):
        name = theirs["output_column_name"]
        if name != ours.get("output_column_name") or len(theirs["comparison_levels"]) != len(ours["comparison_levels"]):
            differences.report("model", f"comparison {name} is {ours.get('output_column_name')} or has other levels")
            continue
        for level, own in zip(theirs["comparison_levels"], ours["comparison_levels"], strict=True):
            compare_level(differences, name, level, own)


def compare_level(differences: Differences, name: str, expected: Json, found: Json) -> None:
    for key in ("m_probability", "u_probability"):
        if not same_number(expected.get(key), found.get(key)):
            where = f"{name}, {expected['sql_condition'][:60]}, {key}"
            differences.report("model", f"{where}: expected {expected.get(key)}, found {found.get(key)}")
    keys = ("is_null_level", "fix_m_probability", "fix_u_probability", "tf_adjustment_column", "tf_adjustment_weight")
    for key in (*keys, "tf_minimum_u_value", "disable_tf_exact_match_detection", "sql_condition"):
        # An absent flag is an unset flag.
        if (expected.get(key) or None) != (found.get(key) or None):
            differences.report("model", f"{name}: {key}: expected {expected.get(key)}, found {found.get(key)}")


def pair_key(record: Json) -> tuple[str, ...]:
    return tuple(str(record[column]) for column in ID_COLUMNS if column in record)


def at_threshold(record: Json, predict: Json) -> bool:
    """Whether rounding may decide if the pair is kept."""
    weight = record.get("match_weight")
    if weight is None:
        return False
    if "threshold_match_weight" in predict:
        return same_number(weight, predict["threshold_match_weight"])
    probability = predict.get("threshold_match_probability", 0.0)
    return same_number(record["match_probability"], probability, 1e-12)


def compare_pairs(differences: Differences, what: str, expected: Json, found: list[Json], predict: Json) -> None:
    """The same pairs with the same values in every column of Splink's."""
    theirs = {pair_key(record): record for record in records_of(expected)}
    ours = {pair_key(record): record for record in found}
    if len(ours) != len(found):
        differences.report(what, f"{len(found) - len(ours)} pairs stand there more than once")
    for key in sorted(theirs.keys() ^ ours.keys()):
        record = theirs.get(key) or ours[key]
        if not at_threshold(record, predict):
            side = "is missing" if key in theirs else "is too many"
            shown = {name: record.get(name) for name in ("match_weight", "match_key")}
            differences.report(what, f"pair {key} {side}: {shown}")
    if found and (missing := [name for name in expected["columns"] if name not in found[0]]):
        differences.report(what, f"columns {missing} are missing")
    if found and (extra := [name for name in found[0] if name not in expected["columns"] and not always_written(name)]):
        differences.report(what, f"columns {extra} are too many")
    for key in sorted(theirs.keys() & ours.keys()):
        for name, value in theirs[key].items():
            if name in ours[key] and name not in ID_COLUMNS and not same(name, value, ours[key][name]):
                differences.report(what, f"pair {key}, {name}: expected {value!r}, found {ours[key][name]!r}")


def compare_links(differences: Differences, expected: Json, found: list[Json]) -> None:
    """The same pairs under the same rules; what other columns Splink happens to carry along says nothing about a link."""
    kept = [name for name in expected["columns"] if name in ID_COLUMNS or name == "match_key"]
    rows = [[record[name] for name in kept] for record in records_of(expected)]
    only = [{name: record[name] for name in kept} for record in found]
    compare_pairs(differences, "deterministic_link", {"columns": kept, "rows": rows}, only, {})


def torn_apart(clusters: Json) -> bool:
    """Whether a cluster of Splink's does not hold the record that it is named after.

    Its single best links move one record at a time into the cluster of its best neighbour, and leave behind the records that the
    moved one had been joined with. Clusters that may hold several records of a table can end so.
    """
    return any(str(record["cluster_id"]) not in holders for record, holders in members(clusters))


def members(clusters: Json) -> list[tuple[Json, set[str]]]:
    """Every record with the nodes of its cluster."""
    held: dict[str, set[str]] = {}
    records = records_of(clusters)
    for record in records:
        held.setdefault(str(record["cluster_id"]), set()).add(node_of(record))
    return [(record, held[str(record["cluster_id"])]) for record in records]


def always_written(name: str) -> bool:
    """Columns that kintsu writes whatever is retained."""
    return name.startswith("gamma_") or name == "match_key"


def records_of(table: Json) -> list[Json]:
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]


def by_node(records: list[Json], sources: bool) -> dict[str, Json]:
    """Records by their id; without several tables a column `source_dataset` would be data."""
    return {node_of(record if sources else {**record, "source_dataset": None}): record for record in records}


def node_of(record: Json) -> str:
    """The composite id of a record, or its id where there is one table."""
    source = record.get("source_dataset")
    return f"{source}-__-{record['unique_id']}" if source is not None else str(record["unique_id"])


def compare_clusters(differences: Differences, what: str, expected: Json, found: list[Json]) -> None:
    """The same cluster id for every record."""
    theirs = {
        node_of(record): record for record in (dict(zip(expected["columns"], row, strict=True)) for row in expected["rows"])
    }
    # One table has no sources; a column of that name would be data.
    sources = "source_dataset" in expected["columns"]
    ours = by_node(found, sources)
    if theirs.keys() != ours.keys() or len(ours) != len(found):
        differences.report(what, f"{len(found)} rows with {len(ours)} records for {len(theirs)}")
        return
    for node, record in sorted(theirs.items()):
        if str(record["cluster_id"]) != str(ours[node]["cluster_id"]):
            differences.report(what, f"{node}: expected {record['cluster_id']}, found {ours[node]['cluster_id']}")


def compare_thresholds(differences: Differences, expected: Json, found: list[Json], sources: bool) -> None:
    """The same cluster id for every record at every threshold."""
    what = "clusters at thresholds"
    theirs = {
        str(record["node"]): record for record in (dict(zip(expected["columns"], row, strict=True)) for row in expected["rows"])
    }
    ours = by_node(found, sources)
    if theirs.keys() != ours.keys():
        differences.report(what, f"{len(ours)} records for {len(theirs)}")
        return
    for node, record in sorted(theirs.items()):
        for name, value in record.items():
            if name != "node" and str(value) != str(ours[node].get(name)):
                differences.report(what, f"{node}, {name}: expected {value}, found {ours[node].get(name)}")


def compare_term_frequencies(differences: Differences, column: str, expected: Json, found: list[Json]) -> None:
    """The same share for every value."""
    theirs = {row[expected["columns"].index(column)]: row[expected["columns"].index(f"tf_{column}")] for row in expected["rows"]}
    ours = {record[column]: record[f"tf_{column}"] for record in found}
    theirs.pop(None, None)
    for value in theirs.keys() | ours.keys():
        if not same_number(theirs.get(value), ours.get(value), 1e-15):
            differences.report(f"term frequencies of {column}", f"expected {theirs.get(value)}, found {ours.get(value)}")
