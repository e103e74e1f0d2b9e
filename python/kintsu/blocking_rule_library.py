"""Blocking rules with Splink's names and arguments: which pairs are worth comparing.

>>> from kintsu import block_on
>>> block_on("surname", "substr(dob, 1, 4)").get_blocking_rule("duckdb").blocking_rule_sql
'(l."surname" = r."surname") AND (substr(l."dob", 1, 4) = substr(r."dob", 1, 4))'
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from kintsu import _native
from kintsu.column_expression import ColumnExpression, column_json
from kintsu.errors import InputError, InputTypeError

__all__ = ["And", "BlockingRule", "BlockingRuleCreator", "CustomRule", "Not", "Or", "Rule", "block_on"]


class BlockingRule:
    """A blocking rule written in a dialect."""

    def __init__(self, rule: dict[str, Any]) -> None:
        self._rule = rule

    @property
    def blocking_rule_sql(self) -> str:
        """The condition over ``l`` and ``r``."""
        return str(self._rule["blocking_rule"])

    def as_dict(self) -> dict[str, Any]:
        """The rule as it stands in settings."""
        return copy.deepcopy(self._rule)

    def __repr__(self) -> str:
        return f"BlockingRule({self.blocking_rule_sql!r})"


class BlockingRuleCreator:
    """A blocking rule that is not yet written in a dialect."""

    def __init__(
        self,
        rule: dict[str, Any],
        *,
        sql_dialect: str | None = None,
        arrays_to_explode: Sequence[str] | None = None,
    ) -> None:
        self._rule = rule
        self._sql_dialect = sql_dialect
        self._arrays_to_explode = list(arrays_to_explode or [])

    @property
    def arrays_to_explode(self) -> list[str]:
        """The list columns each element of which is tried."""
        return list(self._arrays_to_explode)

    @property
    def salting_partitions(self) -> int:
        """Splink 4's number of parts into which blocks are cut: always 1, as pairs stream by."""
        return 1

    def get_blocking_rule(self, sql_dialect_str: str = "duckdb") -> BlockingRule:
        """The rule written in a dialect: duckdb, spark, sqlite or postgres."""
        spec = {**self._rule, "sql_dialect": self._sql_dialect, "arrays_to_explode": self._arrays_to_explode}
        return BlockingRule(json.loads(_native.build_blocking_rule(json.dumps(spec), sql_dialect_str)))

    def create_blocking_rule_dict(self, sql_dialect_str: str = "duckdb") -> dict[str, Any]:
        """The rule as it stands in settings."""
        return self.get_blocking_rule(sql_dialect_str).as_dict()

    def __repr__(self) -> str:
        return f"BlockingRuleCreator({self._rule!r})"


Rule: TypeAlias = "BlockingRuleCreator | Mapping[str, Any] | str"


def block_on(
    *col_names_or_exprs: str | ColumnExpression,
    salting_partitions: int | None = None,
    arrays_to_explode: Sequence[str] | None = None,
) -> BlockingRuleCreator:
    """Equality on all of the columns or column expressions; null equals nothing.

    With ``arrays_to_explode`` each element of these list columns is tried. ``salting_partitions`` is Splink 4's
    and changes nothing.

    Raises:
        ValueError: No column is named.
        TypeError: A column is neither a name nor a `ColumnExpression`.
    """
    if not col_names_or_exprs:
        raise InputError("there is nothing to block on", code="KN-PY-012", hint="name at least one column")
    columns = [column_json(column) for column in col_names_or_exprs]
    return BlockingRuleCreator({"rule": "block_on", "columns": columns}, arrays_to_explode=arrays_to_explode)


def CustomRule(
    blocking_rule: str,
    sql_dialect: str | None = None,
    salting_partitions: int | Sequence[str] | None = None,
    arrays_to_explode: Sequence[str] | None = None,
) -> BlockingRuleCreator:
    """A condition in SQL over ``l`` and ``r``, in ``sql_dialect`` or that of the settings.

    The third argument is Splink 4's and changes nothing; what Splink 5 takes in its place, columns to explode, is taken, too.

    Raises:
        TypeError: The condition is no text.
    """
    if isinstance(salting_partitions, Sequence):
        salting_partitions, arrays_to_explode = None, salting_partitions
    if not isinstance(blocking_rule, str):
        raise _no_rule(blocking_rule)
    rule = {"rule": "custom", "sql": blocking_rule}
    return BlockingRuleCreator(rule, sql_dialect=sql_dialect, arrays_to_explode=arrays_to_explode)


def And(
    *blocking_rules: Rule, salting_partitions: int | None = None, arrays_to_explode: Sequence[str] | None = None
) -> BlockingRuleCreator:
    """All of the rules."""
    return _together("and", blocking_rules, arrays_to_explode)


def Or(
    *blocking_rules: Rule, salting_partitions: int | None = None, arrays_to_explode: Sequence[str] | None = None
) -> BlockingRuleCreator:
    """Any of the rules."""
    return _together("or", blocking_rules, arrays_to_explode)


def Not(blocking_rule_creator: Rule) -> BlockingRuleCreator:
    """Not the rule."""
    rule = rule_creator(blocking_rule_creator)
    return BlockingRuleCreator({"rule": "not", "of": rule._rule}, sql_dialect=rule._sql_dialect)


def rule_creator(rule: Rule) -> BlockingRuleCreator:
    """A rule, SQL, or a rule as it stands in settings, as a rule."""
    if isinstance(rule, BlockingRuleCreator):
        return rule
    if isinstance(rule, str):
        return CustomRule(rule)
    if isinstance(rule, Mapping):
        sql = rule.get("blocking_rule")
        if not isinstance(sql, str):
            raise InputError(
                "a blocking rule lacks its `blocking_rule`", code="KN-PY-013", hint="write the condition there, in SQL"
            )
        return CustomRule(sql, sql_dialect=rule.get("sql_dialect"), arrays_to_explode=rule.get("arrays_to_explode"))
    raise _no_rule(rule)


def _together(by: str, rules: tuple[Rule, ...], arrays_to_explode: Sequence[str] | None) -> BlockingRuleCreator:
    creators = [rule_creator(rule) for rule in rules]
    dialects = {creator._sql_dialect for creator in creators if creator._sql_dialect is not None}
    if len(dialects) > 1:
        raise InputError(
            f"rules of several dialects are put together: {', '.join(sorted(dialects))}",
            code="KN-PY-014",
            hint="write them in one dialect",
        )
    rule = {"rule": by, "rules": [creator._rule for creator in creators]}
    return BlockingRuleCreator(rule, sql_dialect=next(iter(dialects), None), arrays_to_explode=arrays_to_explode)


def _no_rule(given: object) -> InputTypeError:
    return InputTypeError(
        f"a blocking rule is made by block_on or is SQL, not {type(given).__name__}",
        code="KN-PY-015",
        hint="such as block_on('surname') or 'l.surname = r.surname'",
    )
