"""Comparison levels with Splink's names and arguments.

A level holds its arguments; `get_comparison_level` writes it in a dialect, as it stands in settings, and only then are they
checked: what cannot be used is a ``ValueError``, a column that is neither a name nor a `ColumnExpression` a ``TypeError`` at
once. Where a value is null on either side a condition is not met, but for `NullLevel` and `ElseLevel`.

>>> import kintsu.comparison_level_library as cll
>>> cll.JaroWinklerLevel("first_name", 0.9).get_comparison_level("duckdb").sql_condition
'jaro_winkler_similarity("first_name_l", "first_name_r") >= 0.9'
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, TypeAlias, TypeVar

from kintsu import _native
from kintsu.column_expression import ColumnExpression, column_json
from kintsu.errors import InputError, InputTypeError

__all__ = [
    "AbsoluteDateDifferenceLevel",
    "AbsoluteDifferenceLevel",
    "AbsoluteTimeDifferenceLevel",
    "And",
    "ArrayIntersectLevel",
    "ArraySubsetLevel",
    "ColumnsReversedLevel",
    "ComparisonLevel",
    "CosineSimilarityLevel",
    "CustomLevel",
    "DamerauLevenshteinLevel",
    "DistanceFunctionLevel",
    "DistanceInKMLevel",
    "ElseLevel",
    "ExactMatchLevel",
    "JaccardLevel",
    "JaroLevel",
    "JaroWinklerLevel",
    "LevelCreator",
    "LevenshteinLevel",
    "LiteralMatchLevel",
    "Not",
    "NullLevel",
    "Or",
    "PairwiseStringDistanceFunctionLevel",
    "PercentageDifferenceLevel",
]

Column: TypeAlias = "str | ColumnExpression"
Metric: TypeAlias = Literal["second", "minute", "hour", "day", "month", "year"]
_Level = TypeVar("_Level", bound="LevelCreator")
PairwiseMeasure: TypeAlias = Literal["levenshtein", "damerau_levenshtein", "jaro_winkler", "jaro"]


class ComparisonLevel:
    """A level written in a dialect."""

    def __init__(self, level: dict[str, Any], sql_dialect: str) -> None:
        self._level = level
        self.sql_dialect = sql_dialect

    @property
    def sql_condition(self) -> str:
        """The condition over ``NAME_l`` and ``NAME_r``."""
        return str(self._level["sql_condition"])

    @property
    def label_for_charts(self) -> str:
        """The name for people."""
        return str(self._level["label_for_charts"])

    @property
    def is_null_level(self) -> bool:
        """Whether the level says that nothing can be said."""
        return bool(self._level.get("is_null_level", False))

    @property
    def m_probability(self) -> float | None:
        """m, where the level has it."""
        return self._level.get("m_probability")

    @property
    def u_probability(self) -> float | None:
        """u, where the level has it."""
        return self._level.get("u_probability")

    @property
    def human_readable_description(self) -> str:
        """The label, and the condition."""
        return f"'{self.label_for_charts}' with SQL rule: {self.sql_condition}"

    def as_dict(self) -> dict[str, Any]:
        """The level as it stands in settings."""
        return copy.deepcopy(self._level)

    def __repr__(self) -> str:
        return f"ComparisonLevel({self._level!r})"


class LevelCreator:
    """A level that is not yet written in a dialect."""

    def __init__(self, level: str, **arguments: Any) -> None:
        self._spec: dict[str, Any] = {"level": level, **arguments}
        self._configuration: dict[str, Any] = {}

    def configure(
        self: _Level,
        *,
        m_probability: float | None = None,
        u_probability: float | None = None,
        tf_adjustment_column: str | None = None,
        tf_adjustment_weight: float | None = None,
        tf_minimum_u_value: float | None = None,
        is_null_level: bool | None = None,
        label_for_charts: str | None = None,
        disable_tf_exact_match_detection: bool | None = None,
        fix_m_probability: bool | None = None,
        fix_u_probability: bool | None = None,
    ) -> _Level:
        """Sets what is given and returns the level itself; what is not given stays.

        >>> import kintsu.comparison_level_library as cll
        >>> level = cll.NullLevel("name").configure(label_for_charts="no name")
        >>> level.get_comparison_level("duckdb").label_for_charts
        'no name'
        """
        given = {
            "m_probability": m_probability,
            "u_probability": u_probability,
            "tf_adjustment_column": tf_adjustment_column,
            "tf_adjustment_weight": tf_adjustment_weight,
            "tf_minimum_u_value": tf_minimum_u_value,
            "is_null_level": is_null_level,
            "label_for_charts": label_for_charts,
            "disable_tf_exact_match_detection": disable_tf_exact_match_detection,
            "fix_m_probability": fix_m_probability,
            "fix_u_probability": fix_u_probability,
        }
        self._configuration.update({name: value for name, value in given.items() if value is not None})
        return self

    @property
    def is_null_level(self) -> bool:
        """Whether the level says that nothing can be said."""
        return self.get_comparison_level().is_null_level

    @property
    def is_exact_match_level(self) -> bool:
        """Whether the level is one of equal values."""
        return bool(self._spec["level"] == "exact_match")

    @property
    def term_frequency_adjustments(self) -> bool:
        """Whether rare values count for more on the level."""
        return bool(self.create_level_dict().get("tf_adjustment_column"))

    def get_comparison_level(self, sql_dialect_str: str = "duckdb") -> ComparisonLevel:
        """The level written in a dialect: duckdb, spark, sqlite or postgres.

        Raises:
            ValueError: An argument cannot be used, or the dialect cannot say it.
        """
        return ComparisonLevel(json.loads(_native.build_level(json.dumps(self._json()), sql_dialect_str)), sql_dialect_str)

    def create_level_dict(self, sql_dialect_str: str = "duckdb") -> dict[str, Any]:
        """The level as it stands in settings."""
        return self.get_comparison_level(sql_dialect_str).as_dict()

    def _json(self) -> dict[str, Any]:
        return {**self._spec, "configure": self._configuration}

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self._spec.items() if name != "level")
        return f"{type(self).__name__}({arguments})"


class NullLevel(LevelCreator):
    """Null on either side, or text in which ``valid_string_pattern`` finds nothing."""

    def __init__(self, col_name: Column, valid_string_pattern: str | None = None) -> None:
        super().__init__("null", column=column_json(col_name), valid_string_pattern=valid_string_pattern)


class ElseLevel(LevelCreator):
    """Everything else."""

    def __init__(self) -> None:
        super().__init__("else")


class ExactMatchLevel(LevelCreator):
    """Equal values; with ``term_frequency_adjustments`` rare ones count for more."""

    def __init__(self, col_name: Column, term_frequency_adjustments: bool = False) -> None:
        super().__init__("exact_match", column=column_json(col_name), term_frequency_adjustments=term_frequency_adjustments)


class CustomLevel(LevelCreator):
    """A condition in SQL over ``NAME_l`` and ``NAME_r``."""

    def __init__(self, sql_condition: str, label_for_charts: str | None = None, base_dialect_str: str | None = None) -> None:
        super().__init__("custom", sql_condition=sql_condition, base_dialect=base_dialect_str)
        if label_for_charts is not None:
            self.configure(label_for_charts=label_for_charts)


class LiteralMatchLevel(LevelCreator):
    """Equal to a constant on one side or on both."""

    def __init__(self, col_name: Column, literal_value: str, literal_datatype: str, side_of_comparison: str = "both") -> None:
        super().__init__(
            "literal_match",
            column=column_json(col_name),
            literal_value=str(literal_value),
            literal_datatype=literal_datatype,
            side_of_comparison=side_of_comparison,
        )


class ColumnsReversedLevel(LevelCreator):
    """One column's value in the other column of the other record; both ways when ``symmetrical``."""

    def __init__(self, col_name_1: Column, col_name_2: Column, symmetrical: bool = False) -> None:
        super().__init__(
            "columns_reversed", first=column_json(col_name_1), second=column_json(col_name_2), symmetrical=symmetrical
        )


class _StringMeasureLevel(LevelCreator):
    """Two texts within a threshold of a measure."""

    _measure: ClassVar[str]

    def __init__(self, col_name: Column, distance_threshold: float) -> None:
        super().__init__("string_measure", column=column_json(col_name), measure=self._measure, threshold=distance_threshold)


class LevenshteinLevel(_StringMeasureLevel):
    """Levenshtein distance at most ``distance_threshold`` characters."""

    _measure = "levenshtein"


class DamerauLevenshteinLevel(_StringMeasureLevel):
    """Damerau-Levenshtein distance at most ``distance_threshold`` characters: two swapped neighbours are one error."""

    _measure = "damerau_levenshtein"


class JaroLevel(_StringMeasureLevel):
    """Jaro similarity at least ``distance_threshold``, from 0 to 1."""

    _measure = "jaro"


class JaroWinklerLevel(_StringMeasureLevel):
    """Jaro-Winkler similarity at least ``distance_threshold``, from 0 to 1."""

    _measure = "jaro_winkler"


class JaccardLevel(_StringMeasureLevel):
    """Jaccard similarity of the characters at least ``distance_threshold``, from 0 to 1."""

    _measure = "jaccard"


class CosineSimilarityLevel(LevelCreator):
    """Cosine similarity of two lists of numbers at least ``similarity_threshold``."""

    def __init__(self, col_name: Column, similarity_threshold: float) -> None:
        super().__init__("cosine_similarity", column=column_json(col_name), threshold=similarity_threshold)


class DistanceFunctionLevel(LevelCreator):
    """Any function of two values that SQL knows, within its threshold."""

    def __init__(
        self,
        col_name: Column,
        distance_function_name: str,
        distance_threshold: float,
        higher_is_more_similar: bool = True,
    ) -> None:
        super().__init__(
            "distance_function",
            column=column_json(col_name),
            function=distance_function_name,
            threshold=distance_threshold,
            higher_is_more_similar=higher_is_more_similar,
        )


class PairwiseStringDistanceFunctionLevel(LevelCreator):
    """The best pair of elements of two lists within the threshold."""

    def __init__(self, col_name: Column, distance_function_name: PairwiseMeasure, distance_threshold: float) -> None:
        super().__init__(
            "pairwise_string_distance",
            column=column_json(col_name),
            measure=distance_function_name,
            threshold=distance_threshold,
        )


class _DifferenceLevel(LevelCreator):
    """Dates or times at most so far apart."""

    _level: ClassVar[str]

    def __init__(
        self,
        col_name: Column,
        *,
        input_is_string: bool,
        threshold: float,
        metric: Metric,
        datetime_format: str | None = None,
    ) -> None:
        super().__init__(
            self._level,
            column=column_json(col_name),
            input_is_string=input_is_string,
            threshold=threshold,
            metric=metric,
            datetime_format=datetime_format,
        )


class AbsoluteTimeDifferenceLevel(_DifferenceLevel):
    """Times at most ``threshold`` of the unit ``metric`` apart; text is read in ``datetime_format``, ISO 8601 by default."""

    _level = "absolute_time_difference"


class AbsoluteDateDifferenceLevel(_DifferenceLevel):
    """Dates at most ``threshold`` of the unit ``metric`` apart; text is read in ``datetime_format``, year-month-day by
    default."""

    _level = "absolute_date_difference"


class DistanceInKMLevel(LevelCreator):
    """Places at most so many kilometres apart."""

    def __init__(self, lat_col: Column, long_col: Column, km_threshold: float, not_null: bool = False) -> None:
        super().__init__(
            "distance_in_km",
            latitude=column_json(lat_col),
            longitude=column_json(long_col),
            threshold=km_threshold,
            not_null=not_null,
        )


class ArrayIntersectLevel(LevelCreator):
    """At least so many common elements of two lists."""

    def __init__(self, col_name: Column, min_intersection: int = 1) -> None:
        super().__init__("array_intersect", column=column_json(col_name), size=min_intersection)


class ArraySubsetLevel(LevelCreator):
    """Every element of the smaller list is in the larger one."""

    def __init__(self, col_name: Column, empty_is_subset: bool = False) -> None:
        super().__init__("array_subset", column=column_json(col_name), empty_is_subset=empty_is_subset)


class PercentageDifferenceLevel(LevelCreator):
    """The difference of two numbers is less than this share of the larger one."""

    def __init__(self, col_name: Column, percentage_threshold: float) -> None:
        super().__init__("percentage_difference", column=column_json(col_name), threshold=percentage_threshold)


class AbsoluteDifferenceLevel(LevelCreator):
    """Two numbers are at most so far apart."""

    def __init__(self, col_name: Column, difference_threshold: float) -> None:
        super().__init__("absolute_difference", column=column_json(col_name), threshold=difference_threshold)


class And(LevelCreator):
    """All of the levels."""

    def __init__(self, *comparison_levels: LevelCreator | Mapping[str, Any]) -> None:
        super().__init__("and", levels=_several(comparison_levels))


class Or(LevelCreator):
    """Any of the levels."""

    def __init__(self, *comparison_levels: LevelCreator | Mapping[str, Any]) -> None:
        super().__init__("or", levels=_several(comparison_levels))


class Not(LevelCreator):
    """Not the level."""

    def __init__(self, comparison_level: LevelCreator | Mapping[str, Any]) -> None:
        super().__init__("not", of=level_json(comparison_level))


def level_json(level: LevelCreator | Mapping[str, Any]) -> dict[str, Any]:
    """A level, or one as it stands in settings, as the extension module reads it."""
    if isinstance(level, LevelCreator):
        return level._json()
    if not isinstance(level, Mapping):
        raise InputTypeError(
            f"a comparison level is a level of this library or a dictionary, not {type(level).__name__}",
            code="KN-PY-008",
            hint="such as ExactMatchLevel('name') or {'sql_condition': 'ELSE'}",
        )
    configuration = dict(level)
    sql_condition = configuration.pop("sql_condition", None)
    if not isinstance(sql_condition, str):
        raise InputError("a comparison level lacks its `sql_condition`", code="KN-PY-009", hint="write one, such as 'ELSE'")
    return {"level": "custom", "sql_condition": sql_condition, "configure": configuration}


def _several(levels: tuple[LevelCreator | Mapping[str, Any], ...]) -> list[dict[str, Any]]:
    if not levels:
        raise InputError("there are no levels to put together", code="KN-PY-010", hint="give at least one")
    return [level_json(level) for level in levels]
