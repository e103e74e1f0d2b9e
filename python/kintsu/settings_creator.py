"""Settings with Splink's names and defaults.

>>> import kintsu
>>> import kintsu.comparison_library as cl
>>> settings = kintsu.SettingsCreator(
...     link_type="dedupe_only",
...     comparisons=[cl.ExactMatch("city")],
...     blocking_rules_to_generate_predictions=[kintsu.block_on("surname")],
... )
>>> settings.create_settings_dict("duckdb")["blocking_rules_to_generate_predictions"]
[{'blocking_rule': 'l."surname" = r."surname"', 'sql_dialect': 'duckdb'}]
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from kintsu import _native
from kintsu.arguments import list_of
from kintsu.blocking_rule_library import Rule, rule_creator
from kintsu.comparison_level_library import LevelCreator
from kintsu.comparison_library import ComparisonCreator
from kintsu.errors import InputError, InputTypeError, file_error

__all__ = ["Settings", "SettingsCreator"]

_PREFIXES_OF_ONE_SPLINK = ("bayes_factor_column_prefix", "match_weight_column_prefix")


class Settings:
    """Settings that were read and checked, with every default written out."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._settings = settings

    def as_dict(self) -> dict[str, Any]:
        """The settings as Splink's JSON has them."""
        return json.loads(json.dumps(self._settings))  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        comparisons = ", ".join(comparison["output_column_name"] for comparison in self._settings["comparisons"])
        return f"Settings({self._settings['link_type']}, comparisons of {comparisons})"


@dataclass
class SettingsCreator:
    """What is compared, on which pairs, and how; every argument is one of Splink's.

    Nothing is checked before `get_settings`, or before a `Linker` takes the settings. The probability is that of two records
    drawn at random, from 0 to 1; ``em_convergence`` is the change of a probability at which training stops.
    """

    link_type: Literal["link_only", "link_and_dedupe", "dedupe_only"]
    comparisons: Sequence[ComparisonCreator | Mapping[str, Any]] = field(default_factory=list)
    blocking_rules_to_generate_predictions: Sequence[Rule] = field(default_factory=list)
    probability_two_random_records_match: float = 0.0001
    em_convergence: float = 0.0001
    max_iterations: int = 25
    retain_matching_columns: bool = True
    retain_intermediate_calculation_columns: bool = False
    additional_columns_to_retain: Sequence[str] = field(default_factory=list)
    unique_id_column_name: str = "unique_id"
    source_dataset_column_name: str = "source_dataset"
    bayes_factor_column_prefix: str | None = None
    term_frequency_adjustment_column_prefix: str = "tf_"
    comparison_vector_value_column_prefix: str = "gamma_"
    linker_uid: str | None = None
    # Splink 5's in the place of the prefix of Bayes factors, which is Splink 4's: given by name.
    match_weight_column_prefix: str = "mw_"

    def create_settings_dict(self, sql_dialect_str: str = "duckdb") -> dict[str, Any]:
        """The settings as Splink's JSON has them, in a dialect: duckdb, spark, sqlite or postgres."""
        settings = {member.name: getattr(self, member.name) for member in fields(self)}
        settings["comparisons"] = [
            comparison_dict(comparison, sql_dialect_str) for comparison in list_of("comparisons", self.comparisons)
        ]
        settings["blocking_rules_to_generate_predictions"] = [
            rule_creator(rule).create_blocking_rule_dict(sql_dialect_str)
            for rule in list_of("blocking_rules_to_generate_predictions", self.blocking_rules_to_generate_predictions)
        ]
        settings["additional_columns_to_retain"] = list_of("additional_columns_to_retain", self.additional_columns_to_retain)
        settings["sql_dialect"] = sql_dialect_str
        if settings["bayes_factor_column_prefix"] is not None:
            settings.pop("match_weight_column_prefix")
        return {name: value for name, value in settings.items() if value is not None}

    def get_settings(self, sql_dialect_str: str = "duckdb") -> Settings:
        """The settings, checked; everything that is wrong with them is told at once.

        Raises:
            ValueError: Something is wrong with them.
        """
        written = self.create_settings_dict(sql_dialect_str)
        read = json.loads(_native.read_settings(json.dumps(written)))
        # A model is written for both Splinks, each of which knows one of these alone.
        return Settings(read | {name: written[name] for name in _PREFIXES_OF_ONE_SPLINK if name in written})

    @classmethod
    def from_path_or_dict(cls, path_or_dict: str | Path | Mapping[str, Any]) -> SettingsCreator:
        """Settings of a dictionary or of a JSON file.

        Raises:
            ValueError: They have a key that there is not, lack ``link_type``, or the file holds no JSON.
            OSError: The file cannot be read.
        """
        values = dict(path_or_dict) if isinstance(path_or_dict, Mapping) else _read(Path(path_or_dict))
        values.pop("sql_dialect", None)
        known = {member.name for member in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise InputError(
                f"settings have no key {', '.join(unknown)}",
                code="KN-PY-016",
                hint=f"the keys are {', '.join(sorted(known))}",
            )
        if "link_type" not in values:
            raise InputError(
                "the settings lack `link_type`", code="KN-PY-017", hint="write dedupe_only, link_only or link_and_dedupe"
            )
        return cls(**values)


def comparison_dict(comparison: object, sql_dialect_str: str) -> dict[str, Any]:
    """A comparison of the library, or one as it stands in settings, whose levels may be of the library, as it stands in settings.

    Raises:
        TypeError: It is neither.
    """
    if isinstance(comparison, ComparisonCreator):
        return comparison.create_comparison_dict(sql_dialect_str)
    if isinstance(comparison, Mapping):
        written = dict(comparison)
        if "comparison_levels" in written:
            levels = list_of("comparison_levels", written["comparison_levels"])
            written["comparison_levels"] = [
                level.create_level_dict(sql_dialect_str) if isinstance(level, LevelCreator) else level for level in levels
            ]
        return written
    raise InputTypeError(
        f"a comparison is one of the comparison library or a dictionary, not {type(comparison).__name__}",
        code="KN-PY-018",
        hint="such as kintsu.comparison_library.ExactMatch('city')",
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise file_error(path, error) from error
    except ValueError as error:
        raise InputError(
            f"{path} holds no JSON: {error}", code="KN-PY-020", hint="give a file of settings or of a model"
        ) from error
    if not isinstance(document, dict):
        raise InputError(f"{path} holds no settings", code="KN-PY-020", hint="give a file of settings or of a model")
    return document
