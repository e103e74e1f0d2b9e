"""Holds the libraries of the Python package to Splink's: the same arguments must give the same settings.

Usage: python_library.py, in an environment with Splink and with this package on the path. Run by `cargo xtask test`.

SQL is compared as sqlglot reads it, because brackets, quotes and `1.0` for `1` mean nothing. Labels for charts are words
for people and are this project's own; that they are there is all that is asked of them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import kintsu
import kintsu.blocking_rule_library
import kintsu.comparison_level_library
import kintsu.comparison_library
import splink
import splink.blocking_rule_library
import splink.comparison_level_library
import splink.comparison_library
import sqlglot
from sqlglot import expressions

SPLINK_4 = splink.__version__.startswith("4.")
Case = Callable[[Any], Any]

OURS = SimpleNamespace(
    cl=kintsu.comparison_library,
    cll=kintsu.comparison_level_library,
    brl=kintsu.blocking_rule_library,
    column=kintsu.ColumnExpression,
    block_on=kintsu.block_on,
    settings=kintsu.SettingsCreator,
    # Splink 4 counts a swap in a date of birth as one error, Splink 5 as two; this library does as Splink 5.
    date_of_birth=lambda *a, **k: kintsu.comparison_library.DateOfBirthComparison(*a, use_damerau_levenshtein=SPLINK_4, **k),
)
THEIRS = SimpleNamespace(
    cl=splink.comparison_library,
    cll=splink.comparison_level_library,
    brl=splink.blocking_rule_library,
    column=splink.ColumnExpression,
    block_on=splink.block_on,
    settings=splink.SettingsCreator,
    date_of_birth=splink.comparison_library.DateOfBirthComparison,
)

COMPARISONS: dict[str, Case] = {
    "exact": lambda of: of.cl.ExactMatch("city"),
    "exact, adjusted": lambda of: of.cl.ExactMatch("city").configure(term_frequency_adjustments=True),
    "exact, expression": lambda of: of.cl.ExactMatch("substr(dob, 1, 4)"),
    "exact, operations": lambda of: of.cl.ExactMatch(of.column("name").lower().substr(1, 3)),
    "levenshtein": lambda of: of.cl.LevenshteinAtThresholds("name"),
    "levenshtein, one": lambda of: of.cl.LevenshteinAtThresholds("name", 2),
    "levenshtein, configured": lambda of: of.cl.LevenshteinAtThresholds("name", [1, 3]).configure(
        term_frequency_adjustments=True, m_probabilities=[0.7, 0.1, 0.1, 0.1], u_probabilities=[0.1, 0.2, 0.3, 0.4]
    ),
    "damerau": lambda of: of.cl.DamerauLevenshteinAtThresholds("name", [1, 2]),
    "jaro": lambda of: of.cl.JaroAtThresholds("name", [0.95, 0.8]),
    "jaro-winkler": lambda of: of.cl.JaroWinklerAtThresholds("name"),
    "jaro-winkler, nullif": lambda of: of.cl.JaroWinklerAtThresholds(of.column("name").nullif("unknown"), [0.9]),
    "jaccard": lambda of: of.cl.JaccardAtThresholds("name"),
    "cosine": lambda of: of.cl.CosineSimilarityAtThresholds("vector"),
    "function": lambda of: of.cl.DistanceFunctionAtThresholds("name", "hamming", [1, 2], False),
    "pairwise": lambda of: of.cl.PairwiseStringDistanceFunctionAtThresholds("names", "jaro_winkler", [0.9, 0.8]),
    "pairwise, distance": lambda of: of.cl.PairwiseStringDistanceFunctionAtThresholds("names", "levenshtein", [1, 2]),
    "dates": lambda of: of.cl.AbsoluteDateDifferenceAtThresholds(
        "dob", input_is_string=True, metrics=["day", "month", "year"], thresholds=[3, 1, 2]
    ),
    "dates, own type": lambda of: of.cl.AbsoluteDateDifferenceAtThresholds(
        "dob", input_is_string=False, metrics="year", thresholds=1
    ),
    "dates, format": lambda of: of.cl.AbsoluteDateDifferenceAtThresholds(
        "dob", input_is_string=True, metrics=["day"], thresholds=[1], datetime_format="%d/%m/%Y", invalid_dates_as_null=False
    ),
    "times": lambda of: of.cl.AbsoluteTimeDifferenceAtThresholds(
        "seen", input_is_string=True, metrics=["second", "minute", "hour"], thresholds=[30, 5, 1.5]
    ),
    "sizes": lambda of: of.cl.ArrayIntersectAtSizes("tags", [3, 1]),
    "places": lambda of: of.cl.DistanceInKMAtThresholds("lat", "long", [1, 10]),
    "birth": lambda of: of.date_of_birth("dob", input_is_string=True),
    "birth, own type": lambda of: of.date_of_birth("dob", input_is_string=False),
    "birth, lenient": lambda of: of.date_of_birth(
        "dob", input_is_string=True, datetime_thresholds=[2], datetime_metrics=["day"], invalid_dates_as_null=False
    ),
    "name": lambda of: of.cl.NameComparison("surname"),
    "name, sounds": lambda of: of.cl.NameComparison("surname", jaro_winkler_thresholds=[0.9, 0.8], dmeta_col_name="sounds"),
    "names": lambda of: of.cl.ForenameSurnameComparison("forename", "surname"),
    "names, together": lambda of: of.cl.ForenameSurnameComparison(
        "forename", "surname", jaro_winkler_thresholds=[0.9], forename_surname_concat_col_name="both_names"
    ),
    "postcode": lambda of: of.cl.PostcodeComparison("postcode"),
    "postcode, valid": lambda of: of.cl.PostcodeComparison("postcode", invalid_postcodes_as_null=True),
    "postcode, place": lambda of: of.cl.PostcodeComparison("postcode", lat_col="lat", long_col="long", km_thresholds=[2, 20]),
    "email": lambda of: of.cl.EmailComparison("email"),
    "custom": lambda of: of.cl.CustomComparison(
        [
            of.cll.NullLevel("city"),
            of.cll.ExactMatchLevel("city", term_frequency_adjustments=True),
            {"sql_condition": "city_l = 'x' OR city_r = 'x'", "label_for_charts": "x", "m_probability": 0.3},
            of.cll.ElseLevel(),
        ],
        output_column_name="town",
        comparison_description="towns",
    ),
    "custom, unnamed": lambda of: of.cl.CustomComparison([of.cll.ExactMatchLevel("city"), of.cll.ElseLevel()]),
}

LEVELS: dict[str, Case] = {
    "null": lambda of: of.cll.NullLevel("name"),
    "null, pattern": lambda of: of.cll.NullLevel("postcode", valid_string_pattern="^[A-Z]{2}"),
    "else": lambda of: of.cll.ElseLevel(),
    "exact": lambda of: of.cll.ExactMatchLevel("first name", term_frequency_adjustments=True),
    "custom": lambda of: of.cll.CustomLevel("name_l = name_r AND city_l <> city_r", "name and not city"),
    "literal": lambda of: of.cll.LiteralMatchLevel("name", "it's", "string"),
    "literal, left": lambda of: of.cll.LiteralMatchLevel("age", "42", "int", "left"),
    "literal, date": lambda of: of.cll.LiteralMatchLevel("dob", "2000-01-31", "date", "right"),
    "reversed": lambda of: of.cll.ColumnsReversedLevel("a", "b"),
    "reversed, both": lambda of: of.cll.ColumnsReversedLevel("a", "b", symmetrical=True),
    "levenshtein": lambda of: of.cll.LevenshteinLevel("name", 2),
    "damerau": lambda of: of.cll.DamerauLevenshteinLevel("name", 1),
    "jaro": lambda of: of.cll.JaroLevel("name", 0.8),
    "jaro-winkler": lambda of: of.cll.JaroWinklerLevel(of.column("name").lower(), 0.875),
    "jaccard": lambda of: of.cll.JaccardLevel("name", 0.5),
    "cosine": lambda of: of.cll.CosineSimilarityLevel("vector", 0.8),
    "function": lambda of: of.cll.DistanceFunctionLevel("name", "hamming", 3, higher_is_more_similar=False),
    "pairwise": lambda of: of.cll.PairwiseStringDistanceFunctionLevel("names", "damerau_levenshtein", 1),
    "dates": lambda of: of.cll.AbsoluteDateDifferenceLevel("dob", input_is_string=True, threshold=2, metric="month"),
    "times": lambda of: of.cll.AbsoluteTimeDifferenceLevel("seen", input_is_string=False, threshold=90, metric="second"),
    "places": lambda of: of.cll.DistanceInKMLevel("lat", "long", 5),
    "places, known": lambda of: of.cll.DistanceInKMLevel("lat", "long", 5, not_null=True),
    "intersection": lambda of: of.cll.ArrayIntersectLevel("tags", 2),
    "subset": lambda of: of.cll.ArraySubsetLevel("tags"),
    "subset, empty": lambda of: of.cll.ArraySubsetLevel("tags", empty_is_subset=True),
    "percentage": lambda of: of.cll.PercentageDifferenceLevel("amount", 0.1),
    "difference": lambda of: of.cll.AbsoluteDifferenceLevel("amount", 5),
    "and": lambda of: of.cll.And(of.cll.ExactMatchLevel("a"), of.cll.JaroLevel("b", 0.9)),
    "or of nulls": lambda of: of.cll.Or(of.cll.NullLevel("a"), of.cll.NullLevel("b")),
    "not": lambda of: of.cll.Not(of.cll.Or(of.cll.ExactMatchLevel("a"), {"sql_condition": "b_l > b_r"})),
    "configured": lambda of: of.cll.JaroWinklerLevel("name", 0.9).configure(
        m_probability=0.2,
        u_probability=0.01,
        tf_adjustment_column="name",
        tf_adjustment_weight=0.5,
        tf_minimum_u_value=0.001,
        label_for_charts="near",
        disable_tf_exact_match_detection=True,
        fix_m_probability=True,
    ),
    "regex": lambda of: of.cll.ExactMatchLevel(of.column("email").regex_extract("^[^@]+")),
    "group": lambda of: of.cll.ExactMatchLevel(of.column("email").regex_extract("@(.*)$", 1)),
    "cast": lambda of: of.cll.LevenshteinLevel(of.column("age").cast_to_string(), 1),
    "parsed": lambda of: of.cll.ExactMatchLevel(of.column("dob").try_parse_date()),
    "parsed time": lambda of: of.cll.ExactMatchLevel(of.column("seen").try_parse_timestamp("%Y")),
    "first": lambda of: of.cll.ExactMatchLevel(of.column("tags").access_extreme_array_element("first")),
    "last": lambda of: of.cll.ExactMatchLevel(of.column("tags").access_extreme_array_element("last")),
}

RULES: dict[str, Case] = {
    "one": lambda of: of.block_on("surname"),
    "two": lambda of: of.block_on("first name", "surname"),
    "expression": lambda of: of.block_on("surname", "substr(dob, 1, 4)"),
    "operations": lambda of: of.block_on(of.column("surname").lower().substr(1, 2)),
    "exploding": lambda of: of.block_on("postcodes", arrays_to_explode=["postcodes"]),
    "custom": lambda of: of.brl.CustomRule("l.a = r.a AND l.b > r.b"),
    "and": lambda of: of.brl.And(of.block_on("a"), of.brl.CustomRule("l.b < r.b")),
    "or": lambda of: of.brl.Or(of.block_on("a"), of.block_on("b")),
    "not": lambda of: of.brl.And(of.block_on("a"), of.brl.Not(of.block_on("b"))),
}


def settings(of: Any) -> Any:
    """Settings with everything in them."""
    return of.settings(
        link_type="link_and_dedupe",
        comparisons=[of.cl.NameComparison("surname"), of.cl.ExactMatch("city")],
        blocking_rules_to_generate_predictions=[of.block_on("surname"), "l.city = r.city"],
        probability_two_random_records_match=0.01,
        em_convergence=0.001,
        max_iterations=7,
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
        additional_columns_to_retain=["id_card"],
        unique_id_column_name="id",
        source_dataset_column_name="source",
        linker_uid="abcd1234",
    )


def canonical(sql: str, dialect: str) -> str:
    """SQL without what means nothing: brackets, quotes, the way a number is written."""
    if sql.strip().upper() == "ELSE":
        return "ELSE"

    def plain(node: expressions.Expression) -> expressions.Expression:
        if isinstance(node, expressions.Paren):
            return node.this.transform(plain)
        if isinstance(node, expressions.Identifier):
            return expressions.Identifier(this=node.this, quoted=True)
        if isinstance(node, expressions.Literal) and not node.is_string:
            return expressions.Literal.number(repr(float(node.this)))
        return node

    # DuckDB has two names for one function.
    tree = sqlglot.parse_one(sql.replace("list_intersect(", "array_intersect("), read=dialect)
    previous = None
    while previous != tree:
        previous, tree = tree, tree.transform(plain)
    return repr(tree)


def canonical_level(level: dict[str, Any], dialect: str) -> dict[str, Any]:
    """A level as it is compared."""
    # What is false or nothing may be written or not.
    kept = {key: value for key, value in level.items() if value and key not in ("label_for_charts", "sql_condition")}
    assert level.get("label_for_charts"), "a level has no label"
    return {**kept, "sql": canonical(level["sql_condition"], dialect)}


def canonical_comparison(comparison: dict[str, Any], dialect: str) -> dict[str, Any]:
    """A comparison as it is compared."""
    levels = [canonical_level(level, dialect) for level in comparison["comparison_levels"]]
    # Splink writes the name of its class, whatever description it was given.
    kept = {key: value for key, value in comparison.items() if key != "comparison_description"}
    return {**kept, "comparison_levels": levels}


def canonical_rule(rule: dict[str, Any], dialect: str) -> dict[str, Any]:
    """A blocking rule as it is compared."""
    kept = {key: value for key, value in rule.items() if value and key != "blocking_rule"}
    return {**kept, "sql": canonical(rule["blocking_rule"], dialect)}


def canonical_settings(document: dict[str, Any], dialect: str) -> dict[str, Any]:
    """Settings as they are compared."""
    rules = "blocking_rules_to_generate_predictions"
    # Each version of Splink knows one of these.
    prefixes = ("match_weight_column_prefix", "bayes_factor_column_prefix")
    return {
        **{key: value for key, value in document.items() if key not in prefixes},
        "comparisons": [canonical_comparison(comparison, dialect) for comparison in document["comparisons"]],
        rules: [canonical_rule(rule, dialect) for rule in document[rules]],
    }


def of_settings(made: Any, dialect: str) -> dict[str, Any]:
    return canonical_settings(made.get_settings(dialect).as_dict(), dialect)


def of_comparison(made: Any, dialect: str) -> dict[str, Any]:
    return canonical_comparison(made.get_comparison(dialect).as_dict(), dialect)


def of_level(made: Any, dialect: str) -> dict[str, Any]:
    return canonical_level(made.get_comparison_level(dialect).as_dict(), dialect)


def of_rule(made: Any, dialect: str) -> dict[str, Any]:
    return canonical_rule(made.get_blocking_rule(dialect).as_dict(), dialect)


def differences(ours: Any, theirs: Any, place: str = "") -> list[str]:
    """Where two documents differ."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        keys = [*ours, *(key for key in theirs if key not in ours)]
        return [line for key in keys for line in differences(ours.get(key), theirs.get(key), f"{place}.{key}")]
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = enumerate(zip(ours, theirs, strict=True))
        return [line for number, (one, other) in pairs for line in differences(one, other, f"{place}[{number}]")]
    return [] if ours == theirs else [f"  {place}", f"    ours   {ours!r}", f"    splink {theirs!r}"]


# In the dialect of Spark this library subtracts dates as Splink 5 does; Splink 4 subtracts seconds, which gives the same days.
OF_SPLINK_5 = ("dates", "dates, own type", "dates, format", "birth", "birth, own type", "birth, lenient")
DIFFERENT = {(name, "spark") for name in OF_SPLINK_5 if SPLINK_4}


def main() -> None:
    """Compares every case in two dialects."""
    failures = 0
    count = 0
    groups = [(COMPARISONS, of_comparison), (LEVELS, of_level), (RULES, of_rule), ({"settings": settings}, of_settings)]
    for cases, form in groups:
        for name, make in cases.items():
            for dialect in ("duckdb", "spark"):
                if (name, dialect) in DIFFERENT:
                    continue
                try:
                    theirs = form(make(THEIRS), dialect)
                except Exception as error:  # Splink has many ways to refuse, and some of them are accidents.
                    print(f"{name} in {dialect}: Splink refuses with {type(error).__name__}")
                    continue
                ours = form(make(OURS), dialect)
                count += 1
                if ours != theirs:
                    failures += 1
                    print(f"{name} in {dialect} differs", *differences(ours, theirs), sep="\n")
    print(f"{count} objects compared with Splink {splink.__version__}, {failures} differ")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
