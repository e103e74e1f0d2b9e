"""Columns, and what is made of them before they are compared."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from kintsu.errors import InputTypeError

__all__ = ["ColumnExpression"]

# A column as the extension module reads it.
ColumnJson: TypeAlias = "str | dict[str, Any]"


class ColumnExpression:
    """A column, or SQL over columns, with operations applied one after the other.

    Every method gives a new expression.

    >>> from kintsu import ColumnExpression, block_on
    >>> initial = ColumnExpression("first_name").lower().substr(1, 1)
    >>> block_on(initial).get_blocking_rule("duckdb").blocking_rule_sql
    'SUBSTRING(LOWER(l."first_name"), 1, 1) = SUBSTRING(LOWER(r."first_name"), 1, 1)'
    """

    def __init__(self, sql_expression: str, sql_dialect: Any = None) -> None:
        if not isinstance(sql_expression, str):
            raise InputTypeError(
                f"a column is named by a text, not by {type(sql_expression).__name__}",
                code="KN-PY-007",
                hint="give the name of the column, or SQL over columns",
            )
        self.raw_sql_expression = sql_expression
        # Splink's argument: a dialect is chosen where an expression is used.
        self.sql_dialect = sql_dialect
        self._operations: tuple[dict[str, Any], ...] = ()

    def lower(self) -> ColumnExpression:
        """In lower case."""
        return self._then("lower")

    def substr(self, start: int, length: int) -> ColumnExpression:
        """``length`` characters from the ``start``-th on, counted from 1."""
        return self._then("substr", start=start, length=length)

    def cast_to_string(self) -> ColumnExpression:
        """As text."""
        return self._then("cast_to_string")

    def regex_extract(self, pattern: str, capture_group: int = 0) -> ColumnExpression:
        """The part that ``pattern`` finds, or one of its groups; null where it finds nothing."""
        return self._then("regex_extract", pattern=pattern, capture_group=capture_group)

    def nullif(self, null_value: str) -> ColumnExpression:
        """Null where the value is ``null_value``."""
        return self._then("nullif", null_value=null_value)

    def try_parse_date(self, date_format: str | None = None) -> ColumnExpression:
        """A date read from text, null where it is none; the format is the dialect's, year-month-day by default."""
        return self._then("try_parse_date", format=date_format)

    def try_parse_timestamp(self, timestamp_format: str | None = None) -> ColumnExpression:
        """A time read from text, null where it is none; the format is the dialect's, ISO 8601 by default."""
        return self._then("try_parse_timestamp", format=timestamp_format)

    def access_extreme_array_element(self, first_or_last: Literal["first", "last"]) -> ColumnExpression:
        """The first or last element of a list."""
        return self._then("access_extreme_array_element", first_or_last=first_or_last)

    @property
    def label(self) -> str:
        """The text for people."""
        return f"transformed {self.raw_sql_expression}" if self._operations else self.raw_sql_expression

    def __repr__(self) -> str:
        calls = []
        for operation in self._operations:
            arguments = ", ".join(repr(value) for name, value in operation.items() if name != "operation" and value is not None)
            calls.append(f".{operation['operation']}({arguments})")
        return f"ColumnExpression({self.raw_sql_expression!r})" + "".join(calls)

    def _then(self, operation: str, **arguments: Any) -> ColumnExpression:
        after = ColumnExpression(self.raw_sql_expression, self.sql_dialect)
        after._operations = (*self._operations, {"operation": operation, **arguments})
        return after

    def _json(self) -> ColumnJson:
        if not self._operations:
            return self.raw_sql_expression
        return {"sql": self.raw_sql_expression, "operations": list(self._operations)}


def column_json(column: str | ColumnExpression) -> ColumnJson:
    """A column as the extension module reads it; what is neither text nor an expression is refused."""
    expression = column if isinstance(column, ColumnExpression) else ColumnExpression(column)
    return expression._json()
