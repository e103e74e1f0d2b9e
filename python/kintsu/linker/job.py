"""Data and settings as a job names them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from kintsu.arguments import as_json, list_of
from kintsu.errors import InputError, InputTypeError
from kintsu.inputs import Data, Memory
from kintsu.linker.session import rule_json
from kintsu.settings_creator import comparison_dict

__all__ = ["inputs_of", "settings_of"]


def inputs_of(tables: Sequence[Data], names: str | Sequence[str] | None, held: Memory) -> list[dict[str, str]]:
    """The inputs of a job."""
    if not tables:
        raise InputError("there are no tables", code="KN-PY-071", hint="give at least one")
    aliases: list[str | None] = [names] if isinstance(names, str) else list_of("names", names or [])
    if aliases and len(aliases) != len(tables):
        raise InputError(
            f"there are {len(tables)} tables and {len(aliases)} names", code="KN-PY-049", hint="give one name for each table"
        )
    named = aliases or [None] * len(tables)
    return [held.input(table, f"input_table_{at}", name) for at, (table, name) in enumerate(zip(tables, named, strict=True))]


def settings_of(settings: Any, held: Memory, dialect: str = "duckdb") -> str:
    """Settings or a model as the path by which a job names them; they are in the dialect unless they name one themselves."""
    if isinstance(settings, (str, os.PathLike)):
        return os.fspath(settings)
    create = getattr(settings, "create_settings_dict", None)
    if create is not None:
        settings = create(dialect)
    if not isinstance(settings, Mapping):
        raise InputTypeError(
            f"settings are a dictionary, a path or a SettingsCreator, not a {type(settings).__name__}",
            code="KN-PY-050",
            hint="such as kintsu.SettingsCreator(link_type='dedupe_only', comparisons=[...])",
        )
    return held.hold_text(
        "settings.json", as_json(_written_out({**settings, "sql_dialect": settings.get("sql_dialect") or dialect}))
    )


def _written_out(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings in which comparisons, levels and blocking rules of the libraries are written out."""
    dialect = str(settings["sql_dialect"])
    written = dict(settings)
    comparisons, rules = "comparisons", "blocking_rules_to_generate_predictions"
    if comparisons in written:
        written[comparisons] = [comparison_dict(made, dialect) for made in list_of(comparisons, written[comparisons])]
    if rules in written:
        made = list_of(rules, written[rules])
        written[rules] = [rule if isinstance(rule, (str, Mapping)) else rule_json(rule, dialect) for rule in made]
    return written
