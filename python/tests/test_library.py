"""The libraries: arguments as Splink has them, meaning as Rust has it."""

from __future__ import annotations

import importlib

import kintsu
import kintsu.blocking_rule_library as brl
import kintsu.comparison_level_library as cll
import kintsu.comparison_library as cl
import pytest
from kintsu import ColumnExpression, block_on


def labels(comparison: cl.ComparisonCreator, dialect: str = "duckdb") -> list[str]:
    levels = comparison.get_comparison(dialect).as_dict()["comparison_levels"]
    return [level["label_for_charts"] for level in levels]


def test_one_threshold_and_several_mean_the_same() -> None:
    assert cl.LevenshteinAtThresholds("name", 2).create_comparison_dict() == (
        cl.LevenshteinAtThresholds("name", [2]).create_comparison_dict()
    )


def test_a_dialect_changes_the_sql_and_not_the_levels() -> None:
    comparison = cl.JaroWinklerAtThresholds("name")
    assert labels(comparison, "spark") == labels(comparison, "duckdb")
    spark = comparison.create_comparison_dict("spark")["comparison_levels"][2]["sql_condition"]
    assert spark == "jaro_winkler(`name_l`, `name_r`) >= 0.9"


def test_what_a_dialect_cannot_say_is_refused_by_name() -> None:
    with pytest.raises(kintsu.errors.InputError, match="cannot be written in the dialect sqlite"):
        cl.JaccardAtThresholds("name").get_comparison("sqlite")
    with pytest.raises(kintsu.errors.InputError, match="there is no dialect `athena`"):
        cl.ExactMatch("name").get_comparison("athena")


def test_configuring_returns_the_object_and_keeps_what_is_not_given() -> None:
    comparison = cl.ExactMatch("name").configure(m_probabilities=[0.9, 0.1])
    assert isinstance(comparison, cl.ExactMatch)
    comparison.configure(u_probabilities=[0.2, 0.8])
    levels = comparison.create_comparison_dict()["comparison_levels"]
    assert [(level.get("m_probability"), level.get("u_probability")) for level in levels] == [
        (None, None),
        (0.9, 0.2),
        (0.1, 0.8),
    ]


def test_a_wrong_number_of_probabilities_is_told() -> None:
    with pytest.raises(ValueError, match="m_probabilities: 3 values for 2 levels"):
        cl.ExactMatch("name").configure(m_probabilities=[0.5, 0.3, 0.2]).get_comparison()


def test_expressions_leave_the_one_that_they_came_from_alone() -> None:
    name = ColumnExpression("name")
    lower = name.lower()
    assert (name.label, lower.label) == ("name", "transformed name")
    assert repr(lower.substr(1, 3)) == "ColumnExpression('name').lower().substr(1, 3)"


def test_levels_are_put_together() -> None:
    level = cll.And(cll.ExactMatchLevel("a"), cll.Not({"sql_condition": "b_l = 'x'", "label_for_charts": "x"}))
    built = level.get_comparison_level("duckdb")
    assert built.sql_condition == """("a_l" = "a_r") AND (NOT (b_l = 'x'))"""
    assert cll.Or(cll.NullLevel("a"), cll.NullLevel("b")).get_comparison_level().is_null_level
    with pytest.raises(ValueError, match="no levels to put together"):
        cll.And()


def test_a_custom_level_of_another_dialect_is_refused() -> None:
    level = cll.CustomLevel("soundex(a_l) = soundex(a_r)", base_dialect_str="spark")
    with pytest.raises(ValueError, match="another dialect"):
        level.get_comparison_level("duckdb")


def test_half_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="only one of them"):
        cl.PostcodeComparison("postcode", lat_col="lat")


def test_rules_are_put_together() -> None:
    rule = brl.And(block_on("a"), brl.Or("l.b = r.b", {"blocking_rule": "l.c = r.c"}))
    assert rule.get_blocking_rule().blocking_rule_sql == '(l."a" = r."a") AND ((l.b = r.b) OR (l.c = r.c))'
    with pytest.raises(ValueError, match="nothing to block on"):
        block_on()
    with pytest.raises(ValueError, match="several dialects"):
        brl.And(brl.CustomRule("l.a = r.a", "spark"), brl.CustomRule("l.a = r.a", "duckdb"))


def test_a_rule_of_another_dialect_keeps_it() -> None:
    rule = brl.CustomRule("l.`a` = r.`a`", sql_dialect="spark").create_blocking_rule_dict("duckdb")
    assert rule == {"blocking_rule": "l.`a` = r.`a`", "sql_dialect": "spark"}


def test_sql_that_cannot_be_read_is_told_with_its_place() -> None:
    with pytest.raises(kintsu.errors.InputError) as caught:
        brl.CustomRule("l.a = = r.a").get_blocking_rule()
    assert caught.value.code.startswith("KN-")


def test_settings_go_through_a_dictionary_and_back(tmp_path: object) -> None:
    settings = kintsu.SettingsCreator(
        link_type="link_only",
        comparisons=[cl.NameComparison("surname"), {"comparison_levels": [{"sql_condition": "ELSE"}]}],
        blocking_rules_to_generate_predictions=[block_on("surname"), "l.city = r.city"],
    )
    written = settings.create_settings_dict("spark")
    assert written["sql_dialect"] == "spark"
    assert kintsu.SettingsCreator.from_path_or_dict(written).create_settings_dict("spark") == written
    assert "match_weight_column_prefix" in written and "bayes_factor_column_prefix" not in written


def test_settings_of_splink_4_keep_its_columns() -> None:
    settings = kintsu.SettingsCreator("dedupe_only", [cl.ExactMatch("a")], bayes_factor_column_prefix="bf_")
    assert settings.get_settings().as_dict()["bayes_factor_column_prefix"] == "bf_"


def test_unknown_keys_of_settings_are_told() -> None:
    with pytest.raises(ValueError, match="no key link_typ"):
        kintsu.SettingsCreator.from_path_or_dict({"link_typ": "dedupe_only"})
    with pytest.raises(ValueError, match="lack `link_type`"):
        kintsu.SettingsCreator.from_path_or_dict({})


def test_a_comparison_tells_of_itself_as_that_of_splink_does() -> None:
    comparison = cl.NameComparison("surname").configure(m_probabilities=[0.5, 0.2, 0.1, 0.1, 0.1]).get_comparison("duckdb")
    assert comparison.comparison_description == "NameComparison" and comparison.sqlglot_dialect == "duckdb"
    assert [level.m_probability for level in comparison.comparison_levels] == [None, 0.5, 0.2, 0.1, 0.1, 0.1]
    lines = comparison.human_readable_description.splitlines()
    assert lines[0] == "Comparison 'NameComparison' of \"surname\"."
    assert lines[3] == '    - \'Exact match on surname\' with SQL rule: "surname_l" = "surname_r"'
    assert len(lines) == 2 + len(comparison.as_dict()["comparison_levels"])
    with pytest.raises(NotImplementedError, match="match_weights_chart"):
        comparison.match_weights_chart()


@pytest.mark.parametrize(
    ("module", "name"),
    [("postgres", "PostgresAPI"), ("sqlite", "SQLiteAPI"), ("athena", "AthenaAPI"), ("duckdb", "ParquetWriteOptions")],
)
def test_handles_of_other_databases_are_refused_by_name(module: str, name: str) -> None:
    with pytest.raises(NotImplementedError, match=name) as refused:
        getattr(importlib.import_module(f"kintsu.backends.{module}"), name)
    assert refused.value.hint  # type: ignore[attr-defined]
