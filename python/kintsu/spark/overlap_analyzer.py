"""Which records of two frames of tokens belong to the same person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kintsu import _native
from kintsu.arguments import list_of, text
from kintsu.errors import InputError, InputTypeError, warn
from kintsu.spark.environment import check_environment
from kintsu.spark.frames import fields_of, functions_of, is_spark_frame, is_text, quoted, told_apart
from kintsu.spark.processor import check_id, secret_bytes, warn_of_weakness
from kintsu.spark.workers import by_value

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

_COLUMNS = ("RecordId", "RuleId", "Token")
#: Rules that fit into the bits of Spark's BIGINT.
_RULES_MAX = 63
#: A hash in hexadecimal digits.
_HASH_LENGTH_MAX = 64


class OpenTokenOverlapAnalyzer:
    """Compares two frames of tokens that were encrypted with one key, or hashed only.

    Tokens that the key opens are compared by their content, others as they are. Blank tokens, which stand for missing or invalid
    values, match nothing.

    Raises ValueError when the key is empty or has not 32 bytes.
    """

    def __init__(self, encryption_key: str | bytes, *, token_profile: str = "opentoken-1-python") -> None:
        key = secret_bytes(encryption_key, "encryption key", "compare tokens as they are")
        if key is None:
            raise InputError(
                "the encryption key cannot be None", code="KN-PY-111", hint="give the key that tokens were made with"
            )
        self._key, self._profile = key, token_profile
        _native.DecryptKernel(key, token_profile)
        warn_of_weakness("encryption key", key)

    def __repr__(self) -> str:
        return f"OpenTokenOverlapAnalyzer(token_profile={self._profile!r})"

    def analyze_overlap(
        self,
        dataset1: DataFrame,
        dataset2: DataFrame,
        matching_rules: Sequence[str],
        dataset1_name: str = "Dataset1",
        dataset2_name: str = "Dataset2",
    ) -> dict[str, Any]:
        """How far two datasets overlap, where records match when their tokens are equal for each of the rules.

        The result holds ``total_records_dataset1`` and ``2`` (distinct ids, whatever their rules), ``matching_records_dataset1``
        and ``2``, ``unique_to_dataset1`` and ``2``, ``overlap_percentage`` (the smaller number of matching records in per cent
        of the smaller total; 0 where there are none), ``matches`` (a frame of pairs, ``<name>_RecordId`` each; where the names
        are equal the second column is ``<name>_2_RecordId``), ``dataset1_name``, ``dataset2_name`` and ``matching_rules``. Spark
        jobs run to count; ``matches`` is computed when it is used. A rule that no token of a side has is warned of, and so is a
        key that opens none of the tokens of a side that are tried, one for each rule.

        Raises ValueError when columns are missing or there are no rules.
        """
        return self.compare_with_multiple_rules(dataset1, dataset2, [matching_rules], dataset1_name, dataset2_name)[0]

    def compare_with_multiple_rules(
        self,
        dataset1: DataFrame,
        dataset2: DataFrame,
        rule_sets: Sequence[Sequence[str]],
        dataset1_name: str = "Dataset1",
        dataset2_name: str = "Dataset2",
    ) -> list[dict[str, Any]]:
        """The same for several sets of rules at once: tokens are decrypted and joined once for all of them."""
        sets = [_rules(rules) for rules in rule_sets]
        text("dataset1_name", dataset1_name)
        text("dataset2_name", dataset2_name)
        dataset1, dataset2 = (_tokens_of(name, frame) for name, frame in (("dataset1", dataset1), ("dataset2", dataset2)))
        if not sets:
            return []
        check_environment(dataset1)
        rules = sorted({rule for chosen in sets for rule in chosen})
        if len(rules) > _RULES_MAX:
            raise InputError(
                f"{len(rules)} different rules are compared", code="KN-PY-112", hint=f"compare {_RULES_MAX} at once at most"
            )
        pairs = self._pairs(dataset1, dataset2, rules)
        functions = functions_of(dataset1)
        conditions = [_holds(functions, [rules.index(rule) for rule in chosen]) for chosen in sets]
        matching = _count_matching(functions, pairs, conditions)
        totals = []
        for frame, name in ((dataset1, dataset1_name), (dataset2, dataset2_name)):
            records, samples = _counted(frame, rules)
            totals.append(records)
            if records:
                self._warn_of_what_matches_nothing(name, samples)
        columns = _column_names(dataset1_name, dataset2_name)
        results = []
        for chosen, condition, (left, right) in zip(rule_sets, conditions, matching, strict=True):
            found = pairs.filter(condition).selectExpr(
                *(f"{side} AS {quoted(name)}" for side, name in zip(("left", "right"), columns, strict=True))
            )
            results.append(
                {
                    "total_records_dataset1": totals[0],
                    "total_records_dataset2": totals[1],
                    "matching_records_dataset1": left,
                    "matching_records_dataset2": right,
                    "unique_to_dataset1": totals[0] - left,
                    "unique_to_dataset2": totals[1] - right,
                    "overlap_percentage": min(left, right) / min(totals) * 100 if min(totals) > 0 else 0.0,
                    "matches": found,
                    "dataset1_name": dataset1_name,
                    "dataset2_name": dataset2_name,
                    "matching_rules": list(chosen),
                }
            )
        return results

    def print_summary(self, results: dict[str, Any]) -> None:
        """Prints what :meth:`analyze_overlap` found."""
        print(summary(results))

    def decrypt(self, tokens: DataFrame) -> DataFrame:
        """``RecordId``, ``RuleId`` and the content of ``Token``; tokens that the key does not open stay as they are.

        Blank and missing tokens are left out.
        """
        tokens = _tokens_of("tokens", tokens)
        check_environment(tokens)
        return self._decrypted(tokens, None)

    def _decrypted(self, tokens: DataFrame, rules: list[str] | None) -> DataFrame:
        functions = functions_of(tokens)
        chosen = tokens
        if rules is not None:
            chosen = chosen.filter(functions.col("RuleId").isin(rules))
        run = by_value("decrypt", "decrypt", (self._key, self._profile))
        return chosen.mapInArrow(run, chosen.schema)

    def _warn_of_what_matches_nothing(self, name: str, samples: dict[str, str | None]) -> None:
        """Warns of rules that no token of a side has, and of a key that opens none of the tokens that are looked at."""
        lacking = [rule for rule, token in samples.items() if token is None]
        if lacking:
            warn(
                "KN-W-PY-003",
                f"{name} has no tokens of {', '.join(lacking)}, so nothing matches by them",
                "compare rules that both sides have tokens of",
            )
        encrypted = [token for token in samples.values() if token is not None and _seems_encrypted(token)]
        if encrypted and not self._opens_any(encrypted):
            warn(
                "KN-W-PY-004",
                f"the key opens none of the {len(encrypted)} tokens of {name} that were tried; they are compared as they are",
                "give the key that the tokens were made with",
            )

    def _opens_any(self, tokens: list[str]) -> bool:
        import pyarrow

        texts = pyarrow.array(tokens, pyarrow.string())
        batch = pyarrow.record_batch([texts] * len(_COLUMNS), names=list(_COLUMNS))
        opened = pyarrow.record_batch(_native.DecryptKernel(self._key, self._profile).apply(batch))
        return bool(opened.column("Token").to_pylist() != tokens)

    def _pairs(self, dataset1: DataFrame, dataset2: DataFrame, rules: list[str]) -> DataFrame:
        """Pairs of ids, with a bit for each rule by which they match."""
        sides = []
        for name, frame in (("left", dataset1), ("right", dataset2)):
            functions = functions_of(frame)
            bit = functions.lit(None).cast("bigint")
            for position, rule in enumerate(rules):
                bit = functions.when(functions.col("RuleId") == rule, functions.lit(1 << position).cast("bigint")).otherwise(bit)
            side = self._decrypted(frame, rules).select(
                functions.col("RecordId").alias(name), bit.alias("rule"), functions.col("Token")
            )
            sides.append(side.filter(f"{name} IS NOT NULL").distinct())
        joined = sides[0].join(sides[1], ["rule", "Token"])
        return joined.groupBy("left", "right").agg(functions_of(joined).expr("bit_or(rule)").alias("rules"))


def summary(results: dict[str, Any]) -> str:
    """What :meth:`OpenTokenOverlapAnalyzer.analyze_overlap` found, as text."""
    names = [results["dataset1_name"], results["dataset2_name"]]
    width = max(len(name) for name in names)
    lines = ["Overlap of two datasets", f"Rules that must all match: {', '.join(results['matching_rules'])}", ""]
    for number, name in enumerate(names, 1):
        total, matching = results[f"total_records_dataset{number}"], results[f"matching_records_dataset{number}"]
        unique = results[f"unique_to_dataset{number}"]
        lines.append(f"{name:<{width}}  {total:>12,} records  {matching:>12,} matching  {unique:>12,} in no pair")
    return "\n".join([*lines, "", f"Overlap: {results['overlap_percentage']:.2f} %"])


def _rules(rules: Sequence[str]) -> list[str]:
    if isinstance(rules, str):
        raise InputTypeError("matching_rules is one text", code="KN-PY-112", hint=f"give a list of rules, such as [{rules!r}]")
    distinct = list(dict.fromkeys(list_of("matching_rules", rules)))
    if not distinct:
        raise InputError("matching_rules cannot be empty", code="KN-PY-112", hint="name at least one rule")
    return [text("matching_rules", rule) for rule in distinct]


def _tokens_of(name: str, frame: Any) -> DataFrame:
    """The columns of tokens in a frame; ``name`` is what errors call it."""
    if frame is None:
        raise InputError(f"{name} cannot be None", code="KN-PY-110", hint="give a frame of tokens")
    if not is_spark_frame(frame):
        raise InputTypeError(
            f"{name} is a Spark DataFrame, not a {type(frame).__name__}",
            code="KN-PY-110",
            hint="files and other tables are compared by kintsu.overlap",
        )
    functions = functions_of(frame)
    fields = fields_of(frame)
    if fields is None:
        raise InputError(
            f"{name} belongs to a query function of a declarative pipeline, where tokens are neither opened nor counted",
            code="KN-PY-116",
            hint="open or compare the tables that the pipeline has made, outside of it",
        )
    names = [field.name for field in fields]
    missing = [column for column in _COLUMNS if column not in names]
    if missing:
        raise InputError(
            f"{name} lacks the columns {', '.join(missing)}; it has {', '.join(names)}",
            code="KN-PY-109",
            hint=f"give what process_dataframe makes, {', '.join(_COLUMNS)}",
        )
    for field in reversed(fields):
        if field.name in ("RuleId", "Token") and not is_text(field):
            raise InputTypeError(
                f"the column {field.name} of {name} holds {field.dataType.simpleString()}, which is no text",
                code="KN-PY-113",
                hint="give what process_dataframe makes, or cast the column to string",
            )
        if field.name == "RecordId":
            check_id(field, comparable=True)
    frame, places = told_apart(frame, fields, _COLUMNS)
    return frame.select(*[functions.col(places[column]).alias(column) for column in _COLUMNS])


def _holds(functions: Any, bits: list[int]) -> Column:
    mask = sum(1 << bit for bit in bits)
    return functions.expr(f"rules & {mask}L = {mask}L")


def _count_matching(functions: Any, pairs: DataFrame, conditions: list[Any]) -> list[tuple[int, int]]:
    counts = []
    for position, condition in enumerate(conditions):
        for side in ("left", "right"):
            counted = functions.when(condition, functions.col(side))
            counts.append(functions.countDistinct(counted).alias(f"{side}{position}"))
    row = pairs.agg(*counts).collect()[0]
    return [(row[f"left{position}"], row[f"right{position}"]) for position in range(len(conditions))]


def _counted(tokens: DataFrame, rules: list[str]) -> tuple[int, dict[str, str | None]]:
    """How many records there are, and for each rule one of its tokens, a blank one where all are, where there is any."""
    functions = functions_of(tokens)
    records = functions.countDistinct(functions.col("RecordId")).alias("records")
    of_rules = [
        functions.max(functions.when(functions.col("RuleId") == rule, functions.col("Token"))).alias(f"token{position}")
        for position, rule in enumerate(rules)
    ]
    row = tokens.agg(records, *of_rules).collect()[0]
    return int(row["records"]), {rule: row[f"token{position}"] for position, rule in enumerate(rules)}


def _seems_encrypted(token: str) -> bool:
    """Whether it is longer than hashes are, and no signature in clear."""
    return len(token) > _HASH_LENGTH_MAX and "|" not in token


def _column_names(name1: str, name2: str) -> tuple[str, str]:
    """Spark does not tell names apart by the case of their letters."""
    second = f"{name2}_2" if name1.lower() == name2.lower() else name2
    return f"{name1}_RecordId", f"{second}_RecordId"
