"""Errors are exceptions that Python users expect, with what Rust says about them."""

from __future__ import annotations

import pickle
import warnings
from pathlib import Path

import kintsu
import kintsu.comparison_level_library as cll
import kintsu.comparison_library as cl
import pytest
from kintsu import errors


def test_an_error_of_rust_has_its_code_and_hint() -> None:
    with pytest.raises(ValueError, match="KN-LINK-334") as caught:
        cll.JaroLevel("name", 2).get_comparison_level("duckdb")
    error = caught.value
    assert isinstance(error, errors.InputError)
    assert (error.code, error.hint) == ("KN-LINK-334", "give a number that is from 0 to 1")
    assert str(error) == "[KN-LINK-334] the threshold 2 is not from 0 to 1\n  hint: give a number that is from 0 to 1"


def test_several_mistakes_are_told_at_once() -> None:
    settings = kintsu.SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            {"output_column_name": "a", "comparison_levels": [{"sql_condition": "a_l ="}, {"sql_condition": "ELSE"}]},
            {"output_column_name": "b", "comparison_levels": [{"sql_condition": "b_l = b_r"}]},
        ],
    )
    with pytest.raises(errors.InputError) as caught:
        settings.get_settings("duckdb")
    assert len(caught.value.parts) >= 2
    assert all(part.code.startswith("KN-") and part.code in str(caught.value) for part in caught.value.parts)


def test_types_that_cannot_be_used_are_type_errors() -> None:
    with pytest.raises(TypeError, match="named by a text, not by int"):
        cl.ExactMatch(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a comparison is one of the comparison library"):
        kintsu.SettingsCreator(link_type="dedupe_only", comparisons=["name"]).create_settings_dict()  # type: ignore[list-item]
    with pytest.raises(TypeError, match="made by block_on or is SQL"):
        kintsu.SettingsCreator("dedupe_only", blocking_rules_to_generate_predictions=[3]).create_settings_dict()  # type: ignore[list-item]


def test_a_file_that_is_not_there_is_what_python_calls_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        kintsu.SettingsCreator.from_path_or_dict(tmp_path / "settings.json")
    assert isinstance(caught.value, ValueError) and isinstance(caught.value, errors.KintsuError)


def test_exceptions_cross_the_borders_of_processes() -> None:
    error = errors.MemoryLimitError("too much", code="KN-JOB-007", hint="less", parts=[errors.Problem("A", "b", "c")])
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is errors.MemoryLimitError
    assert (back.message, back.code, back.hint, back.parts) == (error.message, error.code, error.hint, error.parts)
    assert isinstance(back, MemoryError)


def test_a_warning_names_the_line_that_called() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        errors.warn("KN-W-X-001", "look", "do")
    assert caught[0].filename == __file__
    assert isinstance(caught[0].message, errors.KintsuWarning)
    assert str(caught[0].message) == "[KN-W-X-001] look\n  hint: do"
