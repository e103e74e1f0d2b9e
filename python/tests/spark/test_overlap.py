"""Overlaps are what a comparison of all tokens with all others gives, and blank tokens match nothing."""

from __future__ import annotations

import itertools
import warnings
from pathlib import Path
from typing import Any

import pytest
from conftest import BLANK, ENCRYPTION_KEY
from kintsu.errors import KintsuWarning
from kintsu.spark import OpenTokenOverlapAnalyzer


@pytest.fixture
def sides(spark: Any, people: Path, encrypting: Any) -> tuple[Any, Any]:
    """The people, and some of them again under other ids: one twice, one with another postal code."""
    left = spark.read.parquet(str(people))
    again = left.filter("RecordId IN ('r1', 'r2', 'r4')").selectExpr(
        "concat('b', RecordId) AS RecordId", "FirstName", "LastName", "BirthDate", "Sex",
        "CASE WHEN RecordId = 'r2' THEN '60601' ELSE PostalCode END AS PostalCode", "SocialSecurityNumber",
    )  # fmt: skip
    right = again.unionByName(again.filter("RecordId = 'br1'"))
    return encrypting.process_dataframe(left), encrypting.process_dataframe(right)


def opened(analyzer: Any, side: Any) -> set[tuple[str, str, str]]:
    """The tokens of a side, decrypted."""
    return {(row["RecordId"], row["RuleId"], row["Token"]) for row in analyzer.decrypt(side).collect()}


def brute_force(left: set[tuple[str, str, str]], right: set[tuple[str, str, str]], rules: list[str]) -> set[tuple[str, str]]:
    """The pairs of which some tokens are equal for each of the rules."""
    matches = {
        (one, two, rule)
        for (one, rule, token), (two, other, same) in itertools.product(left, right)
        if rule == other and token == same and token != BLANK
    }
    pairs = {(one, two) for one, two, _ in matches}
    return {pair for pair in pairs if all((*pair, rule) in matches for rule in rules)}


@pytest.mark.filterwarnings("ignore:.*has no tokens of none")
def test_overlaps_equal_brute_force_for_each_set_of_rules(sides: tuple[Any, Any], analyzer: Any) -> None:
    rule_sets = [["T1"], ["T1", "T2"], ["T1", "T1"], ["T5", "T3", "T4"], ["none"]]
    results = analyzer.compare_with_multiple_rules(*sides, rule_sets, "Hospital_A", "Hospital_B")
    assert [result["matching_rules"] for result in results] == rule_sets
    found = [{tuple(row) for row in result["matches"].collect()} for result in results]
    left, right = (opened(analyzer, side) for side in sides)
    assert found == [brute_force(left, right, rules) for rules in rule_sets]
    assert found[0] == {("r1", "br1"), ("r2", "br2")}
    assert found[1] == {("r1", "br1")}
    assert found[4] == set()


def test_the_result_has_the_keys_and_figures_of_the_reference(sides: tuple[Any, Any], analyzer: Any, capsys: Any) -> None:
    result = analyzer.analyze_overlap(*sides, matching_rules=["T1", "T2"], dataset1_name="Hospital_A", dataset2_name="Hospital_B")
    matches = result.pop("matches")
    assert matches.columns == ["Hospital_A_RecordId", "Hospital_B_RecordId"]
    assert result == {
        "total_records_dataset1": 5,
        "total_records_dataset2": 3,
        "matching_records_dataset1": 1,
        "matching_records_dataset2": 1,
        "unique_to_dataset1": 4,
        "unique_to_dataset2": 2,
        "overlap_percentage": pytest.approx(100 / 3),
        "dataset1_name": "Hospital_A",
        "dataset2_name": "Hospital_B",
        "matching_rules": ["T1", "T2"],
    }
    analyzer.print_summary(result)
    printed = capsys.readouterr().out
    assert "Hospital_A" in printed and "33.33 %" in printed


def test_equal_names_give_two_columns(sides: tuple[Any, Any], analyzer: Any) -> None:
    result = analyzer.analyze_overlap(*sides, ["T1"], "Clinic", "clinic")
    assert result["matches"].columns == ["Clinic_RecordId", "clinic_2_RecordId"]
    assert result["matches"].count() == 2


def test_hashed_tokens_match_encrypted_ones_of_the_same_people(
    spark: Any, people: Path, sides: Any, processor: Any, analyzer: Any
) -> None:
    hashed = processor.process_dataframe(spark.read.parquet(str(people)))
    result = analyzer.analyze_overlap(hashed, sides[0], ["T5"])
    assert {tuple(row) for row in result["matches"].collect()} == {(name, name) for name in ("r1", "r2", "r3", "r5")}


def test_nothing_overlaps_with_nothing(spark: Any, analyzer: Any) -> None:
    empty = spark.createDataFrame([], "RecordId string, RuleId string, Token string")
    result = analyzer.analyze_overlap(empty, empty, ["T1"])
    assert (result["total_records_dataset1"], result["overlap_percentage"], result["matches"].count()) == (0, 0.0, 0)


def test_what_can_match_nothing_is_warned_of(sides: tuple[Any, Any], processor: Any, spark: Any, people: Path) -> None:
    wrong = OpenTokenOverlapAnalyzer("another-key-of-32-characters-in-all"[:32])
    hashed = processor.process_dataframe(spark.read.parquet(str(people)))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = wrong.analyze_overlap(hashed, sides[0], ["T1", "T2"], "A", "B")
        wrong.compare_with_multiple_rules(hashed, hashed, [["T1", "T98"], ["T99"]], "A", "B")
    told = [str(warning.message) for warning in caught if issubclass(warning.category, KintsuWarning)]
    assert result["matching_records_dataset1"] == 0
    expected = ["opens none of the 2 tokens of B", "A has no tokens of T98, T99", "B has no tokens of T98, T99"]
    assert [words in said for words, said in zip(expected, told, strict=True)] == [True] * 3
    with pytest.raises(TypeError, match="`dataset1_name` is no text"):
        wrong.analyze_overlap(hashed, hashed, ["T1"], 5)  # type: ignore[arg-type]


def test_what_lacks_is_named(sides: tuple[Any, Any], analyzer: Any) -> None:
    left, right = sides
    with pytest.raises(ValueError, match="dataset2 lacks the columns Token"):
        analyzer.analyze_overlap(left, right.drop("Token"), ["T1"])
    with pytest.raises(ValueError, match="cannot be empty"):
        analyzer.analyze_overlap(left, right, [])
    with pytest.raises(TypeError, match=r"\['T1'\]"):
        analyzer.analyze_overlap(left, right, "T1")
    with pytest.raises(ValueError, match="cannot be None"):
        analyzer.analyze_overlap(None, right, ["T1"])


def test_keys_that_do_not_fit_are_refused() -> None:
    for key, words in (("", "cannot be empty"), ("short", "this one has 5"), (None, "cannot be None")):
        with pytest.raises(ValueError, match=words):
            OpenTokenOverlapAnalyzer(key)  # type: ignore[arg-type]
    with pytest.warns(UserWarning, match="weak"):
        assert ENCRYPTION_KEY not in repr(OpenTokenOverlapAnalyzer(ENCRYPTION_KEY))


def test_what_is_no_frame_of_tokens_is_told_on_the_driver(sides: tuple[Any, Any], analyzer: Any) -> None:
    left, right = sides
    for rules, said in ((None, "no list"), ([1], "`matching_rules` is no text"), ("T1", "one text")):
        with pytest.raises(TypeError, match=said):
            analyzer.analyze_overlap(left, right, rules)
    for column, kind in (("Token", "binary"), ("RuleId", "int")):
        other = right.selectExpr(*[f"CAST({name} AS {kind}) AS {name}" if name == column else name for name in right.columns])
        with pytest.raises(TypeError, match=f"column {column} of dataset2 holds {kind}"):
            analyzer.analyze_overlap(left, other, ["T1"])
    maps = right.selectExpr("map(RecordId, 1) AS RecordId", "RuleId", "Token")
    with pytest.raises(TypeError, match="RecordId holds map"):
        analyzer.analyze_overlap(left, maps, ["T1"])


def test_columns_beside_the_tokens_change_nothing(sides: tuple[Any, Any], analyzer: Any) -> None:
    left, right = sides
    beside = right.selectExpr("*", "'x' AS recordid_2", "'y' AS token_2").toDF(*right.columns, "recordid", "TOKEN")
    results = [analyzer.analyze_overlap(left, side, ["T1"]) for side in (right, beside)]
    found = [{tuple(row) for row in result["matches"].collect()} for result in results]
    assert found[0] == found[1] != set()
