"""Comparisons with Splink's names and arguments: ready-made levels for common columns.

A comparison holds its arguments; `get_comparison` writes it in a dialect, as it stands in settings, and only then are they
checked: what cannot be used is a ``ValueError``, a column that is neither a name nor a `ColumnExpression` a ``TypeError`` at
once. In every comparison the first level is null on either side, about which nothing is said, and the last is everything else.
Thresholds are one number or several, the strictest first; similarities are from 0 to 1, distances of text in characters.

Where Splink 4 and 5 differ, this library does as Splink 5: `DateOfBirthComparison` finds typing errors by Levenshtein distance
unless told otherwise.

>>> import kintsu.comparison_library as cl
>>> comparison = cl.NameComparison("surname").configure(term_frequency_adjustments=True).get_comparison("duckdb")
>>> [level["label_for_charts"] for level in comparison.as_dict()["comparison_levels"]][:3]
['surname is NULL', 'Exact match on surname', 'Jaro-Winkler similarity of surname >= 0.92']
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, TypeAlias, TypeVar

from kintsu import _native
from kintsu.column_expression import column_json
from kintsu.comparison_level_library import Column, ComparisonLevel, LevelCreator, Metric, PairwiseMeasure, level_json
from kintsu.errors import InputError, NotAvailableError

__all__ = [
    "AbsoluteDateDifferenceAtThresholds",
    "AbsoluteTimeDifferenceAtThresholds",
    "ArrayIntersectAtSizes",
    "Comparison",
    "ComparisonCreator",
    "CosineSimilarityAtThresholds",
    "CustomComparison",
    "DamerauLevenshteinAtThresholds",
    "DateOfBirthComparison",
    "DistanceFunctionAtThresholds",
    "DistanceInKMAtThresholds",
    "EmailComparison",
    "ExactMatch",
    "ForenameSurnameComparison",
    "JaccardAtThresholds",
    "JaroAtThresholds",
    "JaroWinklerAtThresholds",
    "LevenshteinAtThresholds",
    "NameComparison",
    "PairwiseStringDistanceFunctionAtThresholds",
    "PostcodeComparison",
]

_Comparison = TypeVar("_Comparison", bound="ComparisonCreator")
# One threshold, or several.
Thresholds: TypeAlias = "float | Iterable[float]"


class Comparison:
    """A comparison written in a dialect."""

    def __init__(self, comparison: dict[str, Any], sql_dialect: str) -> None:
        self._comparison = comparison
        self.sql_dialect = sql_dialect

    @property
    def output_column_name(self) -> str:
        """The name from which ``gamma_NAME`` is named."""
        return str(self._comparison["output_column_name"])

    @property
    def comparison_description(self) -> str:
        """What the comparison is called for people."""
        return str(self._comparison.get("comparison_description") or self.output_column_name)

    @property
    def comparison_levels(self) -> list[ComparisonLevel]:
        """The levels, in their order."""
        return [ComparisonLevel(level, self.sql_dialect) for level in self._comparison["comparison_levels"]]

    @property
    def human_readable_description(self) -> str:
        """The comparison in words, a line a level.

        >>> import kintsu.comparison_library as cl
        >>> print(cl.ExactMatch("city").get_comparison("duckdb").human_readable_description)
        Comparison 'ExactMatch' of "city".
        Similarity is assessed using the following ComparisonLevels:
            - 'city is NULL' with SQL rule: "city_l" IS NULL OR "city_r" IS NULL
            - 'Exact match on city' with SQL rule: "city_l" = "city_r"
            - 'All other comparisons' with SQL rule: ELSE
        """
        levels = "\n".join(f"    - {level.human_readable_description}" for level in self.comparison_levels)
        return (
            f"Comparison '{self.comparison_description}' of \"{self.output_column_name}\".\n"
            f"Similarity is assessed using the following ComparisonLevels:\n{levels}"
        )

    @property
    def sqlglot_dialect(self) -> str:
        """Splink's name of the dialect."""
        return self.sql_dialect

    def match_weights_chart(self, as_dict: bool = False) -> Any:
        """Refused: charts come with the reports."""
        raise NotAvailableError(
            "`match_weights_chart` is not there",
            code="KN-PY-069",
            hint="`as_dict` and `comparison_levels` have what it would draw",
        )

    def as_dict(self) -> dict[str, Any]:
        """The comparison as it stands in settings."""
        return copy.deepcopy(self._comparison)

    def __repr__(self) -> str:
        levels = (f"  - {level['label_for_charts']}: {level['sql_condition']}" for level in self._comparison["comparison_levels"])
        return "\n".join([f"Comparison of {self.output_column_name}", *levels])


class ComparisonCreator:
    """A comparison that is not yet written in a dialect."""

    def __init__(self, comparison: str, **arguments: Any) -> None:
        self._spec: dict[str, Any] = {"type": comparison, **arguments}
        self._configuration: dict[str, Any] = {}

    def configure(
        self: _Comparison,
        *,
        term_frequency_adjustments: bool | None = None,
        m_probabilities: Sequence[float] | None = None,
        u_probabilities: Sequence[float] | None = None,
    ) -> _Comparison:
        """Sets what is given and returns the comparison itself; what is not given stays.

        m and u are given for every level but the null level, in the order of the levels, from 0 to 1.

        >>> import kintsu.comparison_library as cl
        >>> cl.ExactMatch("city").configure(m_probabilities=[0.9, 0.1]).m_probabilities
        [0.9, 0.1]
        """
        given = {
            "term_frequency_adjustments": term_frequency_adjustments,
            "m_probabilities": None if m_probabilities is None else list(m_probabilities),
            "u_probabilities": None if u_probabilities is None else list(u_probabilities),
        }
        self._configuration.update({name: value for name, value in given.items() if value is not None})
        return self

    @property
    def term_frequency_adjustments(self) -> bool:
        """Whether rare values are configured to count for more."""
        return bool(self._configuration.get("term_frequency_adjustments", False))

    @property
    def m_probabilities(self) -> list[float] | None:
        """m of the levels, where it is configured."""
        return self._configuration.get("m_probabilities")

    @property
    def u_probabilities(self) -> list[float] | None:
        """u of the levels, where it is configured."""
        return self._configuration.get("u_probabilities")

    @property
    def num_levels(self) -> int:
        """How many levels there are."""
        return len(self._levels())

    @property
    def num_non_null_levels(self) -> int:
        """How many levels there are that say something."""
        return sum(not level.get("is_null_level", False) for level in self._levels())

    def get_comparison(self, sql_dialect_str: str = "duckdb") -> Comparison:
        """The comparison written in a dialect: duckdb, spark, sqlite or postgres.

        Raises:
            ValueError: An argument cannot be used, or the dialect cannot say it.
        """
        return Comparison(json.loads(self._build(sql_dialect_str)), sql_dialect_str)

    def create_comparison_dict(self, sql_dialect_str: str = "duckdb") -> dict[str, Any]:
        """The comparison as it stands in settings."""
        return self.get_comparison(sql_dialect_str).as_dict()

    def _levels(self) -> list[dict[str, Any]]:
        return self.create_comparison_dict()["comparison_levels"]  # type: ignore[no-any-return]

    def _build(self, sql_dialect_str: str) -> str:
        spec = {**self._spec, "configure": self._configuration}
        return _native.build_named_comparison(json.dumps(spec), sql_dialect_str)

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self._spec.items() if name != "type" and value is not None)
        return f"{type(self).__name__}({arguments})"


class ExactMatch(ComparisonCreator):
    """Equal or not.

    >>> import kintsu.comparison_library as cl
    >>> cl.ExactMatch("city").num_levels
    3
    """

    def __init__(self, col_name: Column) -> None:
        super().__init__("exact_match", column=column_json(col_name))


class _DistancesAtThresholds(ComparisonCreator):
    """Equal, then distances of text up to each threshold."""

    _type: ClassVar[str]

    def __init__(self, col_name: Column, distance_threshold_or_thresholds: Thresholds = (1, 2)) -> None:
        super().__init__(self._type, column=column_json(col_name), thresholds=_numbers(distance_threshold_or_thresholds))


class LevenshteinAtThresholds(_DistancesAtThresholds):
    """Equal, then Levenshtein distances (characters put in, left out or replaced) up to each threshold.

    >>> import kintsu.comparison_library as cl
    >>> levels = cl.LevenshteinAtThresholds("name", [1, 3]).create_comparison_dict()["comparison_levels"]
    >>> levels[2]["sql_condition"]
    'levenshtein("name_l", "name_r") <= 1'
    """

    _type = "levenshtein_at_thresholds"


class DamerauLevenshteinAtThresholds(_DistancesAtThresholds):
    """Equal, then Damerau-Levenshtein distances up to each threshold: as Levenshtein's, with two swapped neighbours as one
    error."""

    _type = "damerau_levenshtein_at_thresholds"


class _ScoresAtThresholds(ComparisonCreator):
    """Similarities from each threshold, from 0 to 1."""

    _type: ClassVar[str]

    def __init__(self, col_name: Column, score_threshold_or_thresholds: Thresholds = (0.9, 0.7)) -> None:
        super().__init__(self._type, column=column_json(col_name), thresholds=_numbers(score_threshold_or_thresholds))


class JaroAtThresholds(_ScoresAtThresholds):
    """Equal, then Jaro similarities from each threshold."""

    _type = "jaro_at_thresholds"


class JaroWinklerAtThresholds(_ScoresAtThresholds):
    """Equal, then Jaro-Winkler similarities from each threshold: as Jaro's, higher where the beginnings are equal.

    >>> import kintsu.comparison_library as cl
    >>> cl.JaroWinklerAtThresholds("surname", 0.9).num_non_null_levels
    3
    """

    _type = "jaro_winkler_at_thresholds"


class JaccardAtThresholds(_ScoresAtThresholds):
    """Equal, then Jaccard similarities of the characters from each threshold."""

    _type = "jaccard_at_thresholds"


class CosineSimilarityAtThresholds(_ScoresAtThresholds):
    """Cosine similarities of lists of numbers from each threshold; there is no level of equality."""

    _type = "cosine_similarity_at_thresholds"

    def __init__(self, col_name: Column, score_threshold_or_thresholds: Thresholds = (0.9, 0.8, 0.7)) -> None:
        super().__init__(col_name, score_threshold_or_thresholds)


class DistanceFunctionAtThresholds(ComparisonCreator):
    """Equal, then any function of two values that SQL knows at each threshold.

    With ``higher_is_more_similar`` values from the threshold up are alike, else values up to it.
    """

    def __init__(
        self,
        col_name: Column,
        distance_function_name: str,
        distance_threshold_or_thresholds: Thresholds,
        higher_is_more_similar: bool = True,
    ) -> None:
        super().__init__(
            "distance_function_at_thresholds",
            column=column_json(col_name),
            distance_function_name=distance_function_name,
            thresholds=_numbers(distance_threshold_or_thresholds),
            higher_is_more_similar=higher_is_more_similar,
        )


class PairwiseStringDistanceFunctionAtThresholds(ComparisonCreator):
    """A common element of two lists, then the best pair of elements at each threshold."""

    def __init__(
        self, col_name: Column, distance_function_name: PairwiseMeasure, distance_threshold_or_thresholds: Thresholds
    ) -> None:
        super().__init__(
            "pairwise_string_distance_function_at_thresholds",
            column=column_json(col_name),
            distance_function_name=distance_function_name,
            thresholds=_numbers(distance_threshold_or_thresholds),
        )


class _DifferencesAtThresholds(ComparisonCreator):
    """Equal, then apart by at most each threshold in its unit."""

    _type: ClassVar[str]

    def __init__(
        self,
        col_name: Column,
        *,
        input_is_string: bool,
        metrics: Metric | Sequence[Metric],
        thresholds: Thresholds,
        datetime_format: str | None = None,
        term_frequency_adjustments: bool = False,
        invalid_dates_as_null: bool = True,
    ) -> None:
        super().__init__(
            self._type,
            column=column_json(col_name),
            input_is_string=input_is_string,
            metrics=_words(metrics),
            thresholds=_numbers(thresholds),
            datetime_format=datetime_format,
            invalid_dates_as_null=invalid_dates_as_null,
        )
        if term_frequency_adjustments:
            self.configure(term_frequency_adjustments=True)


class AbsoluteDateDifferenceAtThresholds(_DifferencesAtThresholds):
    """Equal, then dates apart by at most each threshold in its unit, of which there is one for each: a day to a year.

    Text is read in ``datetime_format`` of the dialect, year-month-day by default; what is no date is null unless told otherwise.

    >>> import kintsu.comparison_library as cl
    >>> dates = cl.AbsoluteDateDifferenceAtThresholds("dob", input_is_string=True, metrics=["day", "year"], thresholds=[10, 1])
    >>> dates.num_non_null_levels
    4
    """

    _type = "absolute_date_difference_at_thresholds"


class AbsoluteTimeDifferenceAtThresholds(_DifferencesAtThresholds):
    """Equal, then times apart by at most each threshold in its unit, of which there is one for each: a second to a year.

    Text is read in ``datetime_format`` of the dialect, ISO 8601 by default; what is no time is null unless told otherwise.
    """

    _type = "absolute_time_difference_at_thresholds"


class ArrayIntersectAtSizes(ComparisonCreator):
    """Lists that share at least so many elements, each counted once."""

    def __init__(self, col_name: Column, size_threshold_or_thresholds: int | Iterable[int] = (1,)) -> None:
        sizes = _numbers(size_threshold_or_thresholds)
        super().__init__("array_intersect_at_sizes", column=column_json(col_name), sizes=sizes)


class DistanceInKMAtThresholds(ComparisonCreator):
    """Places apart by at most so many kilometres, along the surface of the earth; latitudes and longitudes are degrees."""

    def __init__(self, lat_col: Column, long_col: Column, km_thresholds: Thresholds) -> None:
        super().__init__(
            "distance_in_km_at_thresholds",
            latitude_column=column_json(lat_col),
            longitude_column=column_json(long_col),
            thresholds=_numbers(km_thresholds),
        )


class DateOfBirthComparison(ComparisonCreator):
    """Equal dates of birth, then one typing error, then dates apart by at most each threshold in its unit.

    ``use_damerau_levenshtein`` is not among Splink's arguments: Splink 4 counts a swap as one error, Splink 5 as two.
    """

    def __init__(
        self,
        col_name: Column,
        *,
        input_is_string: bool,
        datetime_thresholds: Thresholds = (1, 1, 10),
        datetime_metrics: Metric | Sequence[Metric] = ("month", "year", "year"),
        datetime_format: str | None = None,
        invalid_dates_as_null: bool = True,
        use_damerau_levenshtein: bool = False,
    ) -> None:
        super().__init__(
            "date_of_birth_comparison",
            column=column_json(col_name),
            input_is_string=input_is_string,
            metrics=_words(datetime_metrics),
            thresholds=_numbers(datetime_thresholds),
            datetime_format=datetime_format,
            invalid_dates_as_null=invalid_dates_as_null,
            use_damerau_levenshtein=use_damerau_levenshtein,
        )


class NameComparison(ComparisonCreator):
    """A name: equal with term frequencies, then Jaro-Winkler similarities and, where given, phonetic codes in a list column.

    >>> import kintsu.comparison_library as cl
    >>> cl.NameComparison("surname", jaro_winkler_thresholds=[0.9]).num_non_null_levels
    3
    """

    def __init__(
        self,
        col_name: Column,
        *,
        jaro_winkler_thresholds: Thresholds = (0.92, 0.88, 0.7),
        dmeta_col_name: str | None = None,
    ) -> None:
        super().__init__(
            "name_comparison",
            column=column_json(col_name),
            jaro_winkler_thresholds=_numbers(jaro_winkler_thresholds),
            dmetaphone_column=dmeta_col_name,
        )


class ForenameSurnameComparison(ComparisonCreator):
    """Forename and surname together, also the wrong way round; with term frequencies where a column holds both together."""

    def __init__(
        self,
        forename_col_name: Column,
        surname_col_name: Column,
        *,
        jaro_winkler_thresholds: Thresholds = (0.92, 0.88),
        forename_surname_concat_col_name: str | None = None,
    ) -> None:
        super().__init__(
            "forename_surname_comparison",
            forename_column=column_json(forename_col_name),
            surname_column=column_json(surname_col_name),
            jaro_winkler_thresholds=_numbers(jaro_winkler_thresholds),
            forename_surname_concat_column=forename_surname_concat_col_name,
        )


class PostcodeComparison(ComparisonCreator):
    """A British postcode: the whole, then sector, district and area, or distances in kilometres where a place is given.

    Raises:
        ValueError: Only one of latitude and longitude is given.
    """

    def __init__(
        self,
        col_name: Column,
        *,
        invalid_postcodes_as_null: bool = False,
        lat_col: Column | None = None,
        long_col: Column | None = None,
        km_thresholds: Thresholds = (1, 10, 100),
    ) -> None:
        if (lat_col is None) != (long_col is None):
            raise InputError(
                "a place has a latitude and a longitude, and only one of them is given",
                code="KN-PY-011",
                hint="give `lat_col` and `long_col`, or neither",
            )
        super().__init__(
            "postcode_comparison",
            column=column_json(col_name),
            invalid_postcodes_as_null=invalid_postcodes_as_null,
            latitude_column=None if lat_col is None else column_json(lat_col),
            longitude_column=None if long_col is None else column_json(long_col),
            km_thresholds=_numbers(km_thresholds),
        )


class EmailComparison(ComparisonCreator):
    """An e-mail address: equal, equal before the ``@``, then alike, then alike before the ``@``."""

    def __init__(self, col_name: Column) -> None:
        super().__init__("email_comparison", column=column_json(col_name))


class CustomComparison(ComparisonCreator):
    """Levels of one's own, each of the level library or as it stands in settings; the last is ELSE.

    >>> import kintsu.comparison_level_library as cll
    >>> import kintsu.comparison_library as cl
    >>> levels = [cll.NullLevel("city"), cll.ExactMatchLevel("city"), cll.ElseLevel()]
    >>> cl.CustomComparison(levels, output_column_name="town").get_comparison("duckdb").output_column_name
    'town'
    """

    def __init__(
        self,
        comparison_levels: Sequence[LevelCreator | Mapping[str, Any]],
        output_column_name: str | None = None,
        comparison_description: str | None = None,
    ) -> None:
        super().__init__(
            "custom",
            comparison_levels=list(comparison_levels),
            output_column_name=output_column_name,
            comparison_description=comparison_description,
        )

    def _build(self, sql_dialect_str: str) -> str:
        spec = {
            "levels": [level_json(level) for level in self._spec["comparison_levels"]],
            "output_column_name": self._spec["output_column_name"],
            "comparison_description": self._spec["comparison_description"],
            "configure": self._configuration,
        }
        return _native.build_custom_comparison(json.dumps(spec), sql_dialect_str)


def _numbers(one_or_several: Thresholds) -> list[float]:
    return list(one_or_several) if isinstance(one_or_several, Iterable) else [one_or_several]


def _words(one_or_several: Metric | Sequence[Metric]) -> list[str]:
    return [one_or_several] if isinstance(one_or_several, str) else list(one_or_several)
