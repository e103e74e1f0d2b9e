"""kintsu finds the records that belong to the same person or company: inside one table, or across tables.

Everything stands in the package itself; it is loaded when it is first used, so that ``import kintsu`` costs next to nothing.

>>> import kintsu
>>> kintsu.block_on("first_name", "surname").get_blocking_rule("duckdb").blocking_rule_sql
'(l."first_name" = r."first_name") AND (l."surname" = r."surname")'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kintsu import blocking_rule_library as blocking_rule_library
    from kintsu import comparison_level_library as comparison_level_library
    from kintsu import comparison_library as comparison_library
    from kintsu import errors as errors
    from kintsu._native import __version__ as __version__
    from kintsu.blocking_rule_library import block_on as block_on
    from kintsu.column_expression import ColumnExpression as ColumnExpression
    from kintsu.settings_creator import SettingsCreator as SettingsCreator
    from kintsu.spark.notebook_helpers import CustomTokenDefinition as CustomTokenDefinition
    from kintsu.spark.notebook_helpers import TokenBuilder as TokenBuilder
    from kintsu.synthetic import corrupt as corrupt
    from kintsu.synthetic import generate as generate
    from kintsu.tokens import decrypt as decrypt
    from kintsu.tokens import overlap as overlap
    from kintsu.tokens import tokenize as tokenize

# The module of each name; a name that is its module's own last part is the module.
_MODULES = {
    "ColumnExpression": "kintsu.column_expression",
    "CustomTokenDefinition": "kintsu.spark.notebook_helpers",
    "SettingsCreator": "kintsu.settings_creator",
    "TokenBuilder": "kintsu.spark.notebook_helpers",
    "__version__": "kintsu._native",
    "block_on": "kintsu.blocking_rule_library",
    "blocking_rule_library": "kintsu.blocking_rule_library",
    "comparison_level_library": "kintsu.comparison_level_library",
    "comparison_library": "kintsu.comparison_library",
    "corrupt": "kintsu.synthetic",
    "decrypt": "kintsu.tokens",
    "errors": "kintsu.errors",
    "generate": "kintsu.synthetic",
    "overlap": "kintsu.tokens",
    "tokenize": "kintsu.tokens",
}

__all__ = [
    "ColumnExpression",
    "CustomTokenDefinition",
    "SettingsCreator",
    "TokenBuilder",
    "block_on",
    "blocking_rule_library",
    "comparison_level_library",
    "comparison_library",
    "corrupt",
    "decrypt",
    "errors",
    "generate",
    "overlap",
    "tokenize",
]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    home = _MODULES.get(name)
    if home is None:
        raise AttributeError(f"module 'kintsu' has no attribute {name!r}")
    module = import_module(home)
    value = module if home == f"kintsu.{name}" else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(_MODULES))
