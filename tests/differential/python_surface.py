"""Holds what the Python package offers to what Splink offers: every public name, its parameters, their order and defaults.

Usage: python_surface.py, in an environment with Splink 4 or 5 and with this package on the path. Run by `cargo xtask test`.

A name or parameter that is not there, and a default that is another, must stand in the lists below, and names in the guide for
those who come from Splink, so that nobody finds a gap that is not told.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from pathlib import Path
from typing import Any

import kintsu
import splink

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "from-splink.md"
SPLINK_4 = splink.__version__.startswith("4.")

MODULES = [
    "comparison_library",
    "comparison_level_library",
    "blocking_rule_library",
    "exploratory",
    "blocking_analysis",
    "clustering",
    "backends.duckdb",
    "backends.spark",
    "datasets",
]
NAMESPACES = [
    "blocking_analysis",
    "clustering",
    "evaluation",
    "inference",
    "misc",
    "table_management",
    "training",
    "visualisations",
]

# What is not here; the guide names each.
MISSING = {
    "AthenaAPI",
    "DuckDBAPIWithProfiling",
    "ParquetWriteOptions",
    "PostgresAPI",
    "SQLiteAPI",
    "SparkAPIWithProfiling",
    "similarity_analysis",
    "similarity_jar_location",
}

# Parameters that are not here, each with the reason.
NO_PARAMETER = {
    "as_dict": "of charts",
}

# Methods by which Splink's own classes do their work: nobody who uses them calls these.
INNER = {
    "AREA_REGEX",
    "DEFAULT_COL_EXP_KEY",
    "DISTRICT_REGEX",
    "DOMAIN_REGEX",
    "SECTOR_REGEX",
    "USERNAME_REGEX",
    "VALID_POSTCODE_REGEX",
    "cll_class",
    "col_expression",
    "convert_time_metric_to_seconds",
    "custom_time_diff_sql_attribute_name",
    "datetime_parse_function",
    "datetime_parsed_column_expression",
    "is_pure_column_or_column_reference",
    "l_name",
    "name",
    "name_l",
    "name_r",
    "output_column_name",
    "r_name",
    "raw_sql_is_pure_column_or_column_reference",
    "create_comparison_levels",
    "create_description",
    "create_label_for_charts",
    "create_output_column_name",
    "create_sql",
    "get_configured_comparison_levels",
    "apply_operations",
    "instantiate_if_str",
    "check_file_exists",
    "columns_escaped",
    "physical_and_template_names_equal",
    "validate",
}

# What users of a class call, where most of it is inner work.
OF_A_HANDLE = {"register", "register_table", "query_sql", "delete_tables_created_by_splink_from_db"}
CALLED = {f"{place}DuckDBAPI": OF_A_HANDLE for place in ("", "backends.duckdb.")}

# What stands here in the place of a parameter.
ALIASES = {"splink_dataframe_or_dataframes": {"table_or_tables", "input_table_or_tables"}}

# Defaults that are others, with the reason.
OTHER_DEFAULTS = {
    "max_rows_limit": "pairs are counted without making them, so that there is no limit",
    "record_sample_proportion": "all records are counted",
    "min_count_per_level": "changes nothing",
    "num_chunks": "changes nothing",
    "output_type": "of query_sql, which is not there",
    "bayes_factor_column_prefix": "Splink 4's and 5's columns exclude each other",
    "log_level": "changes nothing",
}


def signature(callable_object: Any) -> list[inspect.Parameter]:
    """The parameters without the object itself."""
    found = inspect.signature(callable_object).parameters.values()
    return [parameter for parameter in found if parameter.name not in ("self", "cls")]


def same_default(name: str, theirs: inspect.Parameter, ours: inspect.Parameter) -> bool:
    """Whether leaving a parameter out means the same; what Splink asks for may be left out here."""
    default = theirs.default
    if default is inspect.Parameter.empty or name in OTHER_DEFAULTS or type(default).__name__ == "_UnsuppliedOption":
        return True
    if isinstance(default, list):
        return list(ours.default if ours.default is not None else []) == default
    return bool(ours.default == default)


def parameter_problems(place: str, theirs: Any, ours: Any) -> list[str]:
    """What is wrong with the parameters of one callable."""
    problems = []
    there, here = signature(theirs), signature(ours)
    by_name = {parameter.name: parameter for parameter in here}
    takes_anything = any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in here)
    for position, parameter in enumerate(there):
        name = parameter.name
        if parameter.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD) or name.startswith("_"):
            continue
        if name not in by_name:
            if not takes_anything and name not in NO_PARAMETER:
                problems.append(f"{place}: no parameter {name}")
            continue
        if not same_default(name, parameter, by_name[name]):
            problems.append(f"{place}: {name} is {by_name[name].default!r} unless given, there {parameter.default!r}")
        by_position = parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        stands = position < len(here) and here[position].name in {name, *ALIASES.get(name, ())}
        if by_position and not stands and (place, name) not in OTHER_PLACES:
            problems.append(f"{place}: {name} is not parameter {position + 1}")
    return problems


# Parameters at a place where the other Splink has others, and what a value given there means here.
OTHER_PLACES = {
    ("Linker", "log_level"): "the third argument of Splink 4 is the handle",
    ("Linker", "validate_settings"): "the fourth argument of Splink 4 is about logging",
    ("inference.predict", "num_chunks_left"): "changes nothing, as does Splink 4's third argument",
    ("inference.predict", "num_chunks_right"): "changes nothing, as does Splink 4's fourth argument",
    ("inference.predict", "warning_mode"): "given by name",
    ("training.estimate_probability_two_random_records_match", "record_sample_proportion"): "changes nothing",
    ("SettingsCreator", "match_weight_column_prefix"): "prefixes of columns are given by name",
    ("blocking_rule_library.CustomRule", "arrays_to_explode"): "a list is taken at Splink 4's place of a number",
    ("exploratory.profile_columns", "column_expressions"): "a list is taken at Splink 4's place of the handle",
    ("exploratory.profile_columns", "top_n"): "given by name",
    ("exploratory.profile_columns", "bottom_n"): "given by name",
}


def public(of: Any) -> list[str]:
    return [name for name in dir(of) if not name.startswith("_") and name not in INNER]


def class_problems(place: str, theirs: type, ours: type) -> list[str]:
    """What is wrong with a class: how it is made, and its methods."""
    problems = parameter_problems(place, theirs, ours)
    for name in CALLED.get(place, public(theirs)):
        if not hasattr(theirs, name):
            continue
        if not hasattr(ours, name) and name not in getattr(ours, "__annotations__", {}):
            problems.append(f"{place}.{name} is not here")
        elif inspect.isfunction(method := getattr(theirs, name)):
            problems += parameter_problems(f"{place}.{name}", method, getattr(ours, name))
    return problems


def thing_problems(place: str, name: str, theirs: Any, ours_in: Any) -> list[str]:
    """What is wrong with what a module calls by a name."""
    if name in MISSING:
        return []
    ours = getattr(ours_in, name, None)
    if ours is None:
        return [f"{place}{name} is not here"]
    if inspect.isclass(theirs) and inspect.isclass(ours):
        return class_problems(f"{place}{name}", theirs, ours)
    # What is a class there may be a function here: it is called alike.
    return parameter_problems(f"{place}{name}", theirs, ours) if callable(theirs) else []


def problems_of_modules() -> list[str]:
    found = []
    for name in MODULES:
        ours = importlib.import_module(f"kintsu.{name}")
        try:
            theirs = importlib.import_module(f"splink.{name}")
        except ImportError as error:
            print(f"skipped: splink.{name} ({error})")
            continue
        for public_name in theirs.__all__:
            found += thing_problems(f"{name}.", public_name, getattr(theirs, public_name), ours)
    for public_name in splink.__all__:
        if public_name not in ("Linker", "SparkAPI"):
            found += thing_problems("", public_name, getattr(splink, public_name), kintsu)
    return found


def problems_of_namespaces() -> list[str]:
    from kintsu.linker import linker as ours

    components = importlib.import_module("splink.internals.linker_components")
    found = parameter_problems("Linker", splink.Linker, kintsu.Linker)
    for name in NAMESPACES:
        try:
            module = importlib.import_module(f"{components.__name__}.{name}")
        except ImportError:
            continue
        members = [member for key, member in vars(module).items() if key.startswith("Linker")]
        (theirs,) = (member for member in members if member.__module__ == module.__name__)
        here = next(member for key, member in vars(ours).items() if key.lower() == f"linker{name.replace('_', '')}")
        for method in public(theirs):
            place = f"{name}.{method}"
            if not hasattr(here, method):
                found.append(f"{place} is not here")
                continue
            found += parameter_problems(place, getattr(theirs, method), getattr(here, method))
    return found


def problems_of_results() -> list[str]:
    from splink.internals.duckdb.dataframe import DuckDBDataFrame

    found = []
    for name in public(DuckDBDataFrame):
        theirs = getattr(DuckDBDataFrame, name)
        if not hasattr(kintsu.ResultTable, name):
            found.append(f"a result has no {name}")
        elif inspect.isfunction(theirs):
            found += parameter_problems(f"a result's {name}", theirs, getattr(kintsu.ResultTable, name))
    return found


def main() -> None:
    """Compares everything, and the lists of gaps with the guide."""
    found = problems_of_modules() + problems_of_namespaces() + problems_of_results()
    guide = GUIDE.read_text(encoding="utf-8")
    untold = [name for name in sorted(MISSING) if f"`{name}`" not in guide]
    found += [f"{name} is missing, and {GUIDE.name} does not say so" for name in untold]
    print(*found, sep="\n")
    print(f"the surface of Splink {splink.__version__}: {len(found)} gaps that are not told")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
