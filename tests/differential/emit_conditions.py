"""Writes what Splink emits, random rows, and DuckDB's answers, for the Rust test `differential` of kintsu-link.

Usage: python emit_conditions.py DIRECTORY [ROWS]

Runs under either Splink (4 or 5) with its DuckDB. In DIRECTORY afterwards:
meta.json        versions, and the types of the columns
rows.jsonl       one pair of records a line: [left, right]
conditions.jsonl one text a line: its kind (condition, rule or value), dialect, name and SQL, and DuckDB's answers: a letter a
                 row for conditions (1 true, 0 false, n null), the text of each value for values. Texts of other dialects carry
                 the name of the DuckDB text that they must agree with.
"""

import json
import random
import sys
from pathlib import Path

import duckdb
import splink
import splink.comparison_level_library as levels
import splink.comparison_library as comparisons
from splink import ColumnExpression, block_on

DIALECTS = ["duckdb", "spark", "sqlite", "postgres"]
COLUMNS = {
    "name": "VARCHAR",
    "other": "VARCHAR",
    "first name": "VARCHAR",
    "email": "VARCHAR",
    "postcode": "VARCHAR",
    "dob_text": "VARCHAR",
    "dob_slash": "VARCHAR",
    "ts_text": "VARCHAR",
    "ts_slash": "VARCHAR",
    "numeral": "VARCHAR",
    "dob": "DATE",
    "ts": "TIMESTAMP",
    "n": "BIGINT",
    "x": "DOUBLE",
    "f": "FLOAT",
    "flag": "BOOLEAN",
    "lat": "DOUBLE",
    "lon": "DOUBLE",
    "arr": "VARCHAR[]",
    "numbers": "BIGINT[]",
    "emb": "FLOAT[3]",
    "emb_zero": "FLOAT[3]",
    "vector": "DOUBLE[]",
}
NAMES = [
    "john",
    "jon",
    "John",
    "JOHN",
    "martha",
    "marhta",
    "Zoë",
    "Zoe",
    "zoë",
    "O'Neil",
    "ONeil",
    "van der Berg",
    "van  der berg",
    "李小龍",
    "李小龙",
    "Müller",
    "Mueller",
    "MÜLLER",
    "straße",
    "STRASSE",
    "İstanbul",
    "naïve",
    "e\u0301",
    "é",
    "🙂",
    "👩‍👩‍👧",
    "a",
    "ab",
    "",
    " ",
    "  padded ",
    "tab\there",
    "new\nline",
    "100%",
    "under_score",
    "back\\slash",
    'double"quote',
    "'; DROP TABLE x; --",
    "NULL",
    "null",
    "nan",
    "мария",
    "Мария",
    "שלום",
    "ﬁ",
    "x" * 70,
    "smith-jones",
    "smith jones",
    "dr. smith",
    "12",
    "12.5",
    "true",
    "ŒŒ",
    "Ａ",
]
POSTCODES = [
    "SW1A 1AA",
    "sw1a 1aa",
    "SW1A1AA",
    "M1 1AE",
    "B33 8TH",
    "CR2 6XH",
    "DN55 1PT",
    "nonsense",
    "",
    "W1",
    "EC1A 1BB",
    "EC1A 1BC",
    "E",
]
EMAILS = [
    "a@b.com",
    "A@b.com",
    "john.smith@x.org",
    "john.smyth@y.org",
    "@nobody",
    "nobody",
    "",
    "a@b@c",
    "jo hn@x.org",
    "é@x.org",
]
DATES_TEXT = [
    "2000-01-01",
    "2000-1-1",
    " 2000-01-01 ",
    "2000-02-30",
    "2000-13-01",
    "1999-12-31",
    "2001-01-31",
    "1990-06-15",
    "1990-06-16",
    "0000-01-01",
    "9999-12-31",
    "2000/01/01",
    "01/02/1990",
    "",
    "unknown",
    "20000101",
    "2000-01-01T00:00:00",
    "200-01-01",
    "1900-02-29",
    "2000-01-001",
    "+2000-01-01",
    "2000-01-01x",
    "epoch",
    "٢٠٠٠-01-01",
]
SLASHES = [
    "01/02/1990",
    "1/2/1990",
    "31/12/1999",
    "30/02/2000",
    "15/06/1990",
    "15-06-1990",
    "",
    "01/02/90",
    "29/02/2000",
    "01/01/0001",
]
TIMES = [
    "2000-01-01T10:00:00Z",
    "2000-01-01T10:00:01Z",
    "2000-01-01T10:02:00Z",
    "2000-01-02T09:00:00Z",
    "2000-03-01T10:00:00Z",
    "2001-01-01T10:00:00Z",
    "2000-01-01T10:00:00",
    "2000-01-01",
    "",
    "2000-01-01T25:00:00Z",
    "1990-06-15T23:59:59Z",
    "x",
]
TIMES_SLASH = [text.replace("-", "/").replace("T", " ").replace("Z", "") for text in TIMES]
NUMERALS = [
    "1",
    "-1",
    "2.5",
    "1e3",
    " 7 ",
    "",
    "x",
    "0",
    "007",
    "9223372036854775807",
    "1.5",
    "nan",
    "-0",
    ".5",
    "5.",
    "+3",
    "1,5",
]


def typo(rng: random.Random, text: str) -> str:
    """The text with one random edit."""
    if not text:
        return rng.choice(["", "x"])
    at = rng.randrange(len(text))
    return rng.choice(
        [
            text[:at] + text[at + 1 :],
            text[:at] + rng.choice("abcéz") + text[at:],
            text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :],
            text.upper(),
            text,
        ]
    )


def record(rng: random.Random, base: dict | None) -> dict:
    """A random record; with `base`, one that resembles it in places."""

    def pick(column: str, make, near=None):
        if rng.random() < 0.08:
            return None
        if base is not None and base[column] is not None and rng.random() < 0.55:
            return near(base[column]) if near and rng.random() < 0.6 else base[column]
        return make()

    def words(count: int) -> list:
        return [rng.choice([*NAMES[:24], None]) if rng.random() < 0.9 else "" for _ in range(count)]

    def date() -> str:
        return f"{rng.choice([1, 1582, 1899, 1990, 1999, 2000, 2001, 2024, 9999]):04}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"

    def vector(size: int) -> list:
        return [rng.choice([0.0, 1.0, -1.0, 0.5, rng.uniform(-2, 2)]) for _ in range(size)]

    def nonzero() -> list:
        numbers = vector(3)
        return numbers if any(numbers) else [1.0, 0.0, 0.5]

    def name() -> str:
        return rng.choice(NAMES)

    def edit(text: str) -> str:
        return typo(rng, text)

    def number() -> float:
        return rng.choice([0.0, -0.0, 1.0, 0.1, 100.0, 110.0, 90.0, -5.0, 1e-9, 1e12, rng.uniform(-100, 100)])

    return {
        "name": pick("name", name, edit),
        "other": pick("other", name, edit),
        "first name": pick("first name", name, edit),
        "email": pick("email", lambda: rng.choice(EMAILS), edit),
        "postcode": pick("postcode", lambda: rng.choice(POSTCODES)),
        "dob_text": pick("dob_text", lambda: rng.choice([*DATES_TEXT, date()]), edit),
        "dob_slash": pick("dob_slash", lambda: rng.choice(SLASHES)),
        "ts_text": pick("ts_text", lambda: rng.choice(TIMES)),
        "ts_slash": pick("ts_slash", lambda: rng.choice(TIMES_SLASH)),
        "numeral": pick("numeral", lambda: rng.choice(NUMERALS)),
        "dob": pick("dob", date),
        "ts": pick("ts", lambda: f"{date()} {rng.randint(0, 23):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02}"),
        "n": pick("n", lambda: rng.choice([0, 1, -1, 3, 100, 2**31, -(2**31), 2**53 + 1, rng.randint(-50, 50)]), lambda n: n + 1),
        "x": pick("x", number, lambda x: x * 1.05),
        "f": pick("f", lambda: rng.choice([0.0, 0.1, 0.5, 1.0, 16777216.0, -2.5])),
        "flag": pick("flag", lambda: rng.random() < 0.5),
        "lat": pick(
            "lat", lambda: rng.choice([0.0, 90.0, -90.0, 51.5, rng.uniform(-90, 90)]), lambda v: v + rng.uniform(-0.1, 0.1)
        ),
        "lon": pick(
            "lon", lambda: rng.choice([0.0, 180.0, -180.0, -0.1, rng.uniform(-180, 180)]), lambda v: v + rng.uniform(-0.1, 0.1)
        ),
        "arr": pick("arr", lambda: words(rng.randint(0, 4)), lambda items: items[1:]),
        "numbers": pick("numbers", lambda: [rng.choice([1, 2, 3, None, -4]) for _ in range(rng.randint(0, 4))]),
        "emb": pick("emb", nonzero, lambda v: [round(e * 1.1, 3) for e in v]),
        "emb_zero": pick("emb_zero", lambda: vector(3)),
        "vector": pick("vector", lambda: vector(rng.choice([2, 2, 3, 0]))),
    }


def level_makers() -> dict:
    """Every comparison level of the library by name, with the arguments that change its SQL."""
    column = ColumnExpression
    made = {
        "null": lambda: levels.NullLevel("name"),
        "null_pattern": lambda: levels.NullLevel("postcode", valid_string_pattern="^[A-Z]{1,2}[0-9]"),
        "exact": lambda: levels.ExactMatchLevel("name"),
        "exact_spaced": lambda: levels.ExactMatchLevel("first name"),
        "exact_number": lambda: levels.ExactMatchLevel("n"),
        "exact_date": lambda: levels.ExactMatchLevel("dob"),
        "exact_array": lambda: levels.ExactMatchLevel("arr"),
        "literal_text": lambda: levels.LiteralMatchLevel("name", "john", "string", "both"),
        "literal_left": lambda: levels.LiteralMatchLevel("name", "john", "string", "left"),
        "literal_right": lambda: levels.LiteralMatchLevel("name", "Zoë", "string", "right"),
        "literal_int": lambda: levels.LiteralMatchLevel("n", "3", "int", "left"),
        "literal_float": lambda: levels.LiteralMatchLevel("f", "0.5", "float", "right"),
        "literal_date": lambda: levels.LiteralMatchLevel("dob", "2000-01-01", "date", "left"),
        "reversed": lambda: levels.ColumnsReversedLevel("name", "other"),
        "reversed_both": lambda: levels.ColumnsReversedLevel("name", "other", symmetrical=True),
        "distance_function": lambda: levels.DistanceFunctionLevel("name", "levenshtein", 3, False),
        "cosine": lambda: levels.CosineSimilarityLevel("emb", 0.8),
        "cosine_zero": lambda: levels.CosineSimilarityLevel("emb_zero", 0.8),
        "km": lambda: levels.DistanceInKMLevel("lat", "lon", 10),
        "km_far": lambda: levels.DistanceInKMLevel("lat", "lon", 5000, not_null=True),
        "intersect": lambda: levels.ArrayIntersectLevel("arr", 2),
        "subset": lambda: levels.ArraySubsetLevel("arr"),
        "subset_empty": lambda: levels.ArraySubsetLevel("arr", empty_is_subset=True),
        "percentage": lambda: levels.PercentageDifferenceLevel("x", 0.1),
        "difference": lambda: levels.AbsoluteDifferenceLevel("x", 2.5),
        "difference_int": lambda: levels.AbsoluteDifferenceLevel("n", 2),
        "and": lambda: levels.And(levels.ExactMatchLevel("name"), levels.Not(levels.NullLevel("other"))),
        "or": lambda: levels.Or(levels.NullLevel("name"), levels.NullLevel("other")),
        "not": lambda: levels.Not(levels.ExactMatchLevel("name")),
        "custom": lambda: levels.CustomLevel("name_l = name_r AND n_l < n_r", "custom"),
        "lower": lambda: levels.ExactMatchLevel(column("name").lower()),
        "substr": lambda: levels.JaroWinklerLevel(column("name").substr(2, 3), 0.8),
        "cast": lambda: levels.LevenshteinLevel(column("n").cast_to_string(), 1),
        "extract": lambda: levels.ExactMatchLevel(column("postcode").regex_extract("^[A-Z]+")),
        "extract_group": lambda: levels.ExactMatchLevel(column("email").regex_extract("^([^@]+)@([a-z]+)", 2)),
        "nullif": lambda: levels.ExactMatchLevel(column("name").nullif("")),
        "parse": lambda: levels.ExactMatchLevel(column("dob_text").try_parse_date()),
        "parse_format": lambda: levels.ExactMatchLevel(column("dob_slash").try_parse_date("%d/%m/%Y")),
        "parse_time": lambda: levels.ExactMatchLevel(column("ts_text").try_parse_timestamp()),
        "parse_time_format": lambda: levels.ExactMatchLevel(column("ts_slash").try_parse_timestamp("%Y/%m/%d %H:%M:%S")),
        "first": lambda: levels.ExactMatchLevel(column("arr").access_extreme_array_element("first")),
        "last": lambda: levels.ExactMatchLevel(column("arr").access_extreme_array_element("last")),
        "chain": lambda: levels.ExactMatchLevel(column("name").lower().nullif("john").substr(1, 2)),
        "sql_column": lambda: levels.ExactMatchLevel(column("name || ' ' || other").lower()),
    }
    for threshold in (0, 1, 2, 5):
        made[f"levenshtein_{threshold}"] = lambda t=threshold: levels.LevenshteinLevel("name", t)
        made[f"damerau_{threshold}"] = lambda t=threshold: levels.DamerauLevenshteinLevel("name", t)
    for threshold in (0.5, 0.7, 0.88, 0.92, 1.0):
        made[f"jaro_{threshold}"] = lambda t=threshold: levels.JaroLevel("name", t)
        made[f"winkler_{threshold}"] = lambda t=threshold: levels.JaroWinklerLevel("name", t)
        made[f"jaccard_{threshold}"] = lambda t=threshold: levels.JaccardLevel("name", t)
    for function, threshold in (("levenshtein", 1), ("damerau_levenshtein", 2), ("jaro_winkler", 0.9), ("jaro", 0.8)):
        made[f"pairwise_{function}"] = lambda f=function, t=threshold: levels.PairwiseStringDistanceFunctionLevel("arr", f, t)
    for metric in ("second", "minute", "hour", "day", "month", "year"):
        times = levels.AbsoluteTimeDifferenceLevel
        made[f"time_{metric}"] = lambda m=metric: times("ts", input_is_string=False, threshold=2, metric=m)
        made[f"time_text_{metric}"] = lambda m=metric: times("ts_text", input_is_string=True, threshold=1.5, metric=m)
        made[f"time_slash_{metric}"] = lambda m=metric: times(
            "ts_slash", input_is_string=True, threshold=2, metric=m, datetime_format="%Y/%m/%d %H:%M:%S"
        )
    for metric in ("day", "month", "year"):
        dates = levels.AbsoluteDateDifferenceLevel
        made[f"date_{metric}"] = lambda m=metric: dates("dob", input_is_string=False, threshold=2, metric=m)
        made[f"date_text_{metric}"] = lambda m=metric: dates("dob_text", input_is_string=True, threshold=2, metric=m)
        made[f"date_slash_{metric}"] = lambda m=metric: dates(
            "dob_slash", input_is_string=True, threshold=2, metric=m, datetime_format="%d/%m/%Y"
        )
    return made


def comparison_makers() -> dict:
    """Every comparison of the library."""
    text_dates = comparisons.AbsoluteDateDifferenceAtThresholds
    times = comparisons.AbsoluteTimeDifferenceAtThresholds
    return {
        "Exact": lambda: comparisons.ExactMatch("name"),
        "Levenshtein": lambda: comparisons.LevenshteinAtThresholds("name"),
        "Damerau": lambda: comparisons.DamerauLevenshteinAtThresholds("name"),
        "Jaro": lambda: comparisons.JaroAtThresholds("name"),
        "JaroWinkler": lambda: comparisons.JaroWinklerAtThresholds("name"),
        "Jaccard": lambda: comparisons.JaccardAtThresholds("name"),
        "Cosine": lambda: comparisons.CosineSimilarityAtThresholds("emb"),
        "Function": lambda: comparisons.DistanceFunctionAtThresholds("name", "levenshtein", [1, 3], False),
        "Pairwise": lambda: comparisons.PairwiseStringDistanceFunctionAtThresholds("arr", "jaro_winkler", [0.9, 0.6]),
        "Time": lambda: times("ts_text", input_is_string=True, metrics=["day", "year"], thresholds=[1, 1]),
        "TimeTyped": lambda: times("ts", input_is_string=False, metrics=["day", "year"], thresholds=[1, 1]),
        "Date": lambda: text_dates("dob_text", input_is_string=True, metrics=["day", "year"], thresholds=[1, 1]),
        "DateTyped": lambda: text_dates("dob", input_is_string=False, metrics=["day", "year"], thresholds=[1, 1]),
        "Intersect": lambda: comparisons.ArrayIntersectAtSizes("arr", [3, 1]),
        "Km": lambda: comparisons.DistanceInKMAtThresholds("lat", "lon", [1, 1000]),
        "Birth": lambda: comparisons.DateOfBirthComparison("dob_text", input_is_string=True),
        "BirthTyped": lambda: comparisons.DateOfBirthComparison("dob", input_is_string=False),
        "Name": lambda: comparisons.NameComparison("name", dmeta_col_name="arr"),
        "Forename": lambda: comparisons.ForenameSurnameComparison("name", "other"),
        "Postcode": lambda: comparisons.PostcodeComparison("postcode", invalid_postcodes_as_null=True),
        "PostcodeKm": lambda: comparisons.PostcodeComparison("postcode", lat_col="lat", long_col="lon"),
        "Email": lambda: comparisons.EmailComparison("email"),
    }


def rule_makers() -> dict:
    """Blocking rules."""
    return {
        "one": lambda: block_on("name"),
        "two": lambda: block_on("name", "other"),
        "spaced": lambda: block_on("first name"),
        "substr": lambda: block_on("substr(name,1,3)", "n"),
        "lower": lambda: block_on(ColumnExpression("name").lower(), ColumnExpression("dob_text").try_parse_date()),
        "concatenated": lambda: block_on("name || other"),
        "array": lambda: block_on("list_sort(arr)[1]"),
    }


CUSTOM_RULES = [
    "l.name = r.name and l.n < r.n",
    "L.name = R.other and abs(l.x - r.x) <= 1",
    "levenshtein(l.name, r.name) <= 1",
    "l.arr[1] = r.arr[1] or l.dob = r.dob",
    "1=1",
]
CUSTOM = [
    "name_l is not distinct from name_r",
    "name_l is distinct from name_r",
    "name_l in ('john', 'Zoë', null)",
    "name_l not in ('john', name_r)",
    "n_l between n_r - 1 and n_r + 1",
    "not (n_l > n_r)",
    "name_l like 'j%'",
    "name_l ilike 'JO%n'",
    "name_l like '%\\%' escape '\\'",
    "name_l not like '_'",
    "name_l glob '*o*'",
    "name_l similar to '[a-z]+'",
    "regexp_matches(name_l, '^[[:alpha:]]+$')",
    "regexp_full_match(name_l, '\\w+')",
    "regexp_matches(name_l, 'É', 'i')",
    "starts_with(name_l, 'jo')",
    "contains(name_l, name_r)",
    "name_l < name_r",
    "name_l >= name_r",
    "x_l = x_r",
    "x_l < f_r",
    "f_l = 0.1",
    "f_l = x_r",
    "x_l = 0.1",
    "n_l = 0.1 + 0.2 + 2.7",
    "x_l = n_r",
    "n_l / 2 = n_r",
    "n_l // 2 = 0",
    "n_l % 3 = 1",
    "abs(n_l - n_r) * 0.1 <= 0.3",
    "x_l / nullif(x_r, 0) > 1",
    "greatest(x_l, x_r) > 1",
    "least(n_l, n_r, 5) = 1",
    "coalesce(name_l, other_l, 'x') = 'x'",
    "ifnull(n_l, 0) = 0",
    "case when n_l > 0 then name_l = name_r else null end",
    "case n_l when 1 then true when 3 then false end",
    "dob_l = '2000-01-01'",
    "dob_l > '1999-06-01' and dob_l < dob_r",
    "abs(dob_l - dob_r) <= 31",
    "abs(date_diff('day', dob_l, dob_r)) <= 31",
    "datediff('month', dob_l, dob_r) = 0",
    "date_sub('year', dob_l, dob_r) = 0",
    "date_diff('hour', ts_l, ts_r) = 0",
    "dob_l + interval '1 month' >= dob_r",
    "ts_l - ts_r <= interval '1 day'",
    "year(dob_l) = year(dob_r)",
    "extract(month from ts_l) = extract(month from ts_r)",
    "date_part('dow', dob_l) = 6",
    "date_trunc('month', dob_l) = date_trunc('month', dob_r)",
    "dob_l = ts_r",
    "dob_l <= ts_r",
    "flag_l",
    "flag_l = flag_r",
    "flag_l is true",
    "flag_l is not false",
    "not flag_l",
    "flag_l and flag_r",
    "flag_l or flag_r",
    "try_cast(numeral_l as int) = 1",
    "try_cast(numeral_l as double) > 1",
    "try_cast(dob_text_l as date) = dob_r",
    "list_contains(arr_l, name_r)",
    "list_has_any(arr_l, arr_r)",
    "list_has_all(arr_l, arr_r)",
    "arr_l && arr_r",
    "arr_l = arr_r",
    "arr_l < arr_r",
    "len(arr_l) > len(arr_r)",
    "arr_l[1] = arr_r[1]",
    "arr_l[-1] = arr_r[-1]",
    "arr_l[99] is null",
    "arr_l[2:3] = arr_r[2:3]",
    "list_sort(arr_l) = list_sort(arr_r)",
    "list_distinct(numbers_l) = []",
    "list_min(numbers_l) = list_min(numbers_r)",
    "length(list_filter(arr_l, lambda w : w = name_r)) > 0",
    "list_sum(numbers_l) > 2",
    "array_length(list_intersect(numbers_l, numbers_r)) >= 1",
    "list_cosine_similarity(vector_l, vector_r) > 0.5",
    "jaro_winkler_similarity(name_l, name_r, 0.9) > 0",
    "substr(name_l, -3) = substr(name_r, -3)",
    "left(name_l, 2) = left(name_r, 2) and right(name_l, 1) <> 'n'",
    "length(name_l) between 2 and 4",
    "trim(name_l) = trim(name_r)",
    "replace(name_l, ' ', '') = replace(name_r, ' ', '')",
    "split_part(name_l, ' ', 1) = split_part(name_r, ' ', -1)",
    "strpos(name_l, 'o') = 2",
    "concat_ws(' ', name_l, other_l) = concat_ws(' ', other_r, name_r)",
    "concat(name_l, null) = name_r",
    "nullif(name_l, name_r) is null",
    "jaccard(name_l, name_r) > 0.9 and length(name_l) > 0",
    "hamming(name_l, name_r) <= 1",
    "x_l > 'NaN'::double",
    "isnan(x_l / x_r)",
    "upper(name_l) = upper(name_r)",
]
VALUES = [
    "lower(name_l)",
    "upper(name_l)",
    "length(name_l)",
    "strlen(name_l)",
    "left(name_l, -2)",
    "right(name_l, -2)",
    "left(name_l, 3)",
    "substr(name_l, 0, 2)",
    "substr(name_l, -3, 2)",
    "substr(name_l, 2, -1)",
    "substr(name_l, 2)",
    "trim(name_l)",
    "ltrim(name_l, 'jJ ')",
    "rtrim(name_l, 'nN ')",
    "trim(name_l, 'j')",
    "replace(name_l, 'o', '00')",
    "translate(name_l, 'oj', 'x')",
    "lpad(name_l, 6, 'xy')",
    "rpad(name_l, 3, '.')",
    "repeat(name_l, 2)",
    "split_part(name_l, ' ', 2)",
    "split_part(name_l, '', 1)",
    "strpos(name_l, other_l)",
    "array_to_string(string_split(name_l, ' '), '|')",
    "ascii(name_l)",
    "unicode(name_l)",
    "concat(name_l, n_l, flag_l)",
    "concat_ws('-', name_l, null, other_l)",
    "name_l || '-' || n_l",
    "name_l || x_l",
    "name_l || dob_l",
    "name_l || ts_l",
    "strip_accents(name_l)",
    "regexp_extract(name_l, '[a-z]+')",
    "regexp_extract(name_l, '(.)(.)', 2)",
    "regexp_replace(name_l, '[aeiou]', '#')",
    "regexp_replace(name_l, '([aeiou])', '<\\1>', 'g')",
    "regexp_extract_all(name_l, '[a-z]')",
    "array_to_string(regexp_split_to_array(name_l, '[ -]'), '|')",
    "levenshtein(name_l, name_r)",
    "damerau_levenshtein(name_l, name_r)",
    "jaro_similarity(name_l, name_r)",
    "jaro_winkler_similarity(name_l, name_r)",
    "jaccard(name_l, name_r)",
    "hamming(name_l, name_r)",
    "x_l::varchar",
    "f_l::varchar",
    "n_l::varchar",
    "dob_l::varchar",
    "ts_l::varchar",
    "flag_l::varchar",
    "numbers_l::varchar",
    "x_l + n_l",
    "x_l - f_l",
    "x_l * 0.1",
    "n_l * 0.1",
    "n_l + 0.5",
    "n_l / 3",
    "x_l / f_l",
    "f_l / 3",
    "f_l * 0.1",
    "f_l + n_l",
    "n_l // 3",
    "x_l % 3",
    "-x_l",
    "abs(x_l)",
    "round(x_l, 1)",
    "round(x_l)",
    "floor(x_l)",
    "ceil(x_l)",
    "trunc(x_l)",
    "sign(x_l)",
    "sqrt(abs(x_l))",
    "exp(x_l / 100)",
    "round(n_l, -1)",
    "ln(abs(x_l) + 1)",
    "log(abs(x_l) + 1)",
    "log2(abs(x_l) + 1)",
    "pow(x_l, 2)",
    "sin(x_l)",
    "cos(x_l)",
    "tan(x_l)",
    "atan(x_l)",
    "atan2(x_l, 2)",
    "asin(x_l / 1e13)",
    "acos(x_l / 1e13)",
    "radians(lat_l)",
    "degrees(lat_l)",
    "greatest(x_l, n_l, f_l)::double",
    "least(name_l, other_l)",
    "acos(x_l)",
    "ln(x_l)",
    "sqrt(x_l)",
    "1 / x_l",
    "try_cast(numeral_l as int)",
    "try_cast(numeral_l as bigint)",
    "try_cast(numeral_l as double)",
    "try_cast(numeral_l as boolean)",
    "try_cast(dob_text_l as date)",
    "try_cast(ts_text_l as timestamp)",
    "x_l::int",
    "x_l::float",
    "f_l::double",
    "n_l::double",
    "flag_l::int",
    "epoch(dob_l)",
    "epoch(ts_l)",
    "epoch_ms(ts_l)",
    "year(dob_l)",
    "quarter(dob_l)",
    "month(dob_l)",
    "week(dob_l)",
    "day(dob_l)",
    "dayofweek(dob_l)",
    "isodow(dob_l)",
    "dayofyear(dob_l)",
    "hour(ts_l)",
    "minute(ts_l)",
    "second(ts_l)",
    "date_part('decade', dob_l)",
    "date_part('century', dob_l)",
    "date_part('isoyear', dob_l)",
    "date_part('yearweek', dob_l)",
    "date_part('julian', ts_l)",
    "date_part('millennium', dob_l)",
    *[
        f"date_diff('{part}', ts_l, ts_r)"
        for part in ("year", "quarter", "month", "week", "day", "hour", "minute", "second", "decade", "century")
    ],
    *[
        f"date_sub('{part}', ts_l, ts_r)"
        for part in ("year", "quarter", "month", "week", "day", "hour", "minute", "second", "decade", "century")
    ],
    *[
        f"date_trunc('{part}', ts_l)"
        for part in ("year", "quarter", "month", "week", "day", "hour", "minute", "decade", "century")
    ],
    "dob_l + 5",
    "dob_l - 5",
    "dob_l - dob_r",
    "dob_l + interval '1 month'",
    "dob_l - interval '1 year 2 days'",
    "ts_l - ts_r",
    "last_day(dob_l)",
    "dayname(dob_l)",
    "monthname(dob_l)",
    "strftime(ts_l, '%a %d.%-m.%y %H:%M:%S %p %j %B')",
    "make_date(2000, 2, day(dob_l))",
    "try_strptime(dob_text_l, '%Y-%m-%d')",
    "try_strptime(dob_slash_l, '%d/%m/%Y')",
    "try_strptime(dob_text_l, ['%Y-%m-%d', '%d/%m/%Y'])",
    "try_strptime(ts_text_l, '%Y-%m-%dT%H:%M:%SZ')",
    "strptime(dob_text_l, '%Y-%m-%d')",
    "len(arr_l)",
    "arr_l[1]",
    "arr_l[-1]",
    "arr_l[0]",
    "list_slice(numbers_l, 2, 3)",
    "list_contains(numbers_l, 2)",
    "list_position(numbers_l, 2)",
    "list_min(numbers_l)",
    "list_max(numbers_l)",
    "list_sum(numbers_l)",
    "list_avg(numbers_l)",
    "list_count(numbers_l)",
    "list_unique(numbers_l)",
    "list_sort(numbers_l)",
    "list_reverse_sort(numbers_l)",
    "list_reverse(numbers_l)",
    "list_concat(numbers_l, numbers_r)",
    "numbers_l || numbers_r",
    "list_append(numbers_l, 9)",
    "list_prepend(9, numbers_l)",
    "array_to_string(numbers_l, ',')",
    "flatten([numbers_l, numbers_r])",
    "list_transform(numbers_l, lambda v : v * 2)",
    "list_filter(numbers_l, lambda v : v > 1)",
    "list_transform(numbers_l, lambda v, i : v + i)",
    "list_aggregate(numbers_l, 'max')",
    "list_cosine_similarity(vector_l, vector_r)",
    "list_inner_product(vector_l, vector_r)",
    "list_distance(vector_l, vector_r)",
    "array_cosine_similarity(emb_l, emb_r)",
    "array_distance(emb_l, emb_r)",
    "array_inner_product(emb_l, emb_r)",
    "array_cosine_similarity(emb_zero_l, emb_zero_r)",
    "coalesce(name_l, other_l)",
    "nullif(name_l, 'john')",
    "case when n_l > 0 then 'a' when n_l = 0 then 'b' end",
    "cast(acos(0.5) * 6371 as float)",
    "x_l * 3.0",
    "(n_l + 1) * 0.5",
    "round(0.285::double, 2)",
    "reverse(postcode_l)",
    "chr(65)",
    "isodow(ts_l)",
]


def texts() -> list[dict]:
    """Everything to be read: kind, dialect, name, SQL."""
    found = []

    def add(kind: str, dialect: str, name: str, make) -> None:
        # What a Splink does not offer for a dialect it refuses with one of these.
        try:
            sql = make()
        except (NotImplementedError, ValueError, TypeError):
            return
        found.append({"kind": kind, "dialect": dialect, "name": name, "sql": sql})

    for dialect in DIALECTS:
        # Splink turns the list subscript of the rule `array` into an alias for SQLite, which knows no lists.
        rules = {name: make for name, make in rule_makers().items() if (dialect, name) != ("sqlite", "array")}
        for name, make in level_makers().items():
            add("condition", dialect, f"level {name}", lambda m=make, d=dialect: m().get_comparison_level(d).sql_condition)
        for name, make in comparison_makers().items():
            try:
                emitted = make().create_comparison_dict(dialect)["comparison_levels"]
            except (NotImplementedError, ValueError, TypeError):
                continue
            for index, level in enumerate(emitted[:-1]):
                add("condition", dialect, f"comparison {name} {index}", lambda sql=level["sql_condition"]: sql)
        for name, make in rules.items():
            add("rule", dialect, f"rule {name}", lambda m=make, d=dialect: m().get_blocking_rule(d).blocking_rule_sql)
    found += [{"kind": "condition", "dialect": "duckdb", "name": f"custom {sql}", "sql": sql} for sql in CUSTOM]
    found += [{"kind": "value", "dialect": "duckdb", "name": f"value {sql}", "sql": sql} for sql in VALUES]
    found += [{"kind": "rule", "dialect": "duckdb", "name": f"custom {sql}", "sql": sql} for sql in CUSTOM_RULES]
    return found


def load(connection: duckdb.DuckDBPyConnection, directory: Path, pairs: list[list[dict]]) -> None:
    """Tables l, r and pairs, in the order of the rows."""
    types = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in COLUMNS.items()) + ", 'row': 'BIGINT'}"
    for side, table in enumerate("lr"):
        path = directory / f"{table}.jsonl"
        path.write_text("\n".join(json.dumps({**pair[side], "row": row}) for row, pair in enumerate(pairs)))
        connection.execute(
            f"create table {table} as select * from read_json('{path}', format='newline_delimited', columns={types})"
        )
        path.unlink()
    names = ", ".join(f'{side}."{name}" as "{name}_{side}"' for side in "lr" for name in COLUMNS)
    connection.execute(f"create table pairs as select l.row, {names} from l join r on l.row = r.row")


def answers(connection: duckdb.DuckDBPyConnection, text: dict) -> str | list | None:
    """DuckDB's answers in the order of the rows; none where it refuses the text."""
    source = "l join r on l.row = r.row" if text["kind"] == "rule" else "pairs"
    order = "l.row" if text["kind"] == "rule" else "row"
    value = f"cast(try({text['sql']}) as varchar)" if text["kind"] == "value" else f"try(({text['sql']}))"
    try:
        rows = connection.execute(f"select {value} from {source} order by {order}").fetchall()
    except duckdb.Error as error:
        print(f"refused by DuckDB: {text['name']}: {str(error).splitlines()[0]}", file=sys.stderr)
        return None
    if text["kind"] == "value":
        return [row[0] for row in rows]
    return "".join({True: "1", False: "0", None: "n"}[row[0]] for row in rows)


def main() -> None:
    """Writes the three files."""
    directory = Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    rng = random.Random(20260101)
    pairs = []
    for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 2000):
        left = record(rng, None)
        pairs.append([left, record(rng, left)])
    connection = duckdb.connect()
    connection.execute("set threads = 2")
    if duckdb.__version__ >= "1.3":
        connection.execute("set lambda_syntax = 'ENABLE_SINGLE_ARROW'")
    load(connection, directory, pairs)
    with (directory / "conditions.jsonl").open("w") as out:
        for text in texts():
            text["answers"] = answers(connection, text) if text["dialect"] == "duckdb" else None
            out.write(json.dumps(text) + "\n")
    (directory / "rows.jsonl").write_text("\n".join(json.dumps(pair) for pair in pairs) + "\n")
    meta = {"splink": splink.__version__, "duckdb": duckdb.__version__, "columns": COLUMNS}
    (directory / "meta.json").write_text(json.dumps(meta, indent=1) + "\n")


if __name__ == "__main__":
    main()
