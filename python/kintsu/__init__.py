"""kintsu finds the records that belong to the same person or company: inside one table, or across tables.

Everything stands in the package itself; it is loaded when it is first used, so that ``import kintsu`` costs next to nothing.

>>> import kintsu
>>> kintsu.block_on("first_name", "surname").get_blocking_rule("duckdb").blocking_rule_sql
'(l."first_name" = r."first_name") AND (l."surname" = r."surname")'
"""

from __future__ import annotations

# As `typing` has it, which is not loaded for this.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from kintsu import blocking_analysis as blocking_analysis
    from kintsu import blocking_rule_library as blocking_rule_library
    from kintsu import clustering as clustering
    from kintsu import comparison_level_library as comparison_level_library
    from kintsu import comparison_library as comparison_library
    from kintsu import errors as errors
    from kintsu import exploratory as exploratory
    from kintsu import splink_datasets as splink_datasets
    from kintsu._native import __version__ as __version__
    from kintsu.blocking_rule_library import block_on as block_on
    from kintsu.column_expression import ColumnExpression as ColumnExpression
    from kintsu.linker import DuckDBAPI as DuckDBAPI
    from kintsu.linker import Linker as Linker
    from kintsu.linker import SparkAPI as SparkAPI
    from kintsu.results import ResultTable as ResultTable
    from kintsu.runs import dedupe as dedupe
    from kintsu.runs import link as link
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
    "DuckDBAPI": "kintsu.linker",
    "Linker": "kintsu.linker",
    "ResultTable": "kintsu.results",
    "SettingsCreator": "kintsu.settings_creator",
    "SparkAPI": "kintsu.linker",
    "TokenBuilder": "kintsu.spark.notebook_helpers",
    "__version__": "kintsu._native",
    "block_on": "kintsu.blocking_rule_library",
    "blocking_analysis": "kintsu.blocking_analysis",
    "blocking_rule_library": "kintsu.blocking_rule_library",
    "clustering": "kintsu.clustering",
    "comparison_level_library": "kintsu.comparison_level_library",
    "comparison_library": "kintsu.comparison_library",
    "corrupt": "kintsu.synthetic",
    "decrypt": "kintsu.tokens",
    "dedupe": "kintsu.runs",
    "errors": "kintsu.errors",
    "exploratory": "kintsu.exploratory",
    "generate": "kintsu.synthetic",
    "link": "kintsu.runs",
    "overlap": "kintsu.tokens",
    "splink_datasets": "kintsu.splink_datasets",
    "tokenize": "kintsu.tokens",
}

__all__ = [
    "ColumnExpression",
    "CustomTokenDefinition",
    "DuckDBAPI",
    "Linker",
    "ResultTable",
    "SettingsCreator",
    "SparkAPI",
    "TokenBuilder",
    "block_on",
    "blocking_analysis",
    "blocking_rule_library",
    "clustering",
    "comparison_level_library",
    "comparison_library",
    "corrupt",
    "decrypt",
    "dedupe",
    "errors",
    "exploratory",
    "generate",
    "link",
    "overlap",
    "splink_datasets",
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
