"""Random small linkage jobs, each made around one thing that the stored golden data lacks.

A case is plain data: tables, settings in Splink's format, training steps and what is done with the model. The same seed gives
the same case. Conditions are written here, in ordinary DuckDB SQL.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

Case = dict[str, Any]
Json = dict[str, Any]

# fmt: off
FIRST_NAMES = [
    "Anna", "Anne", "Ana", "Robert", "Rob", "Bob", "Maria", "Mária", "Marie", "John", "Jon", "Joan", "Zoë", "Zoe", "Peter",
    "Piotr", "Li", "Lee", "Ngọc", "Olu",
]
SURNAMES = [
    "Smith", "Smyth", "Schmidt", "Jones", "Johns", "Brown", "Braun", "O'Neil", "ONeil", "Müller", "Muller", "Nguyen", "García",
    "Garcia", "Lee", "Li", "Khan", "Kahn",
]
# fmt: on
CITIES = ["Leeds", "London", "Londn", "York", "New York", "Bath", "Hull", "Ely"]
TAGS = ["a", "b", "c", "dd", "ee", "ff", "gg", "hh", "ii", "jj"]
LETTERS = "abcdefghijklmnopqrstuvwxyzé"

COLUMN_TYPES = {
    "first_name": "VARCHAR",
    "surname": "VARCHAR",
    "dob": "VARCHAR",
    "city": "VARCHAR",
    "email": "VARCHAR",
    "tags": "VARCHAR[]",
    "amount": "DOUBLE",
    "label": "BIGINT",
}
NULL_SHARE = {
    "first_name": 0.04,
    "surname": 0.03,
    "dob": 0.05,
    "city": 0.1,
    "email": 0.2,
    "tags": 0.1,
    "amount": 0.1,
    "label": 0.3,
}


# Records


def typo(rng: random.Random, text: str) -> str:
    """One random edit."""
    if not text:
        return rng.choice(LETTERS)
    place = rng.randrange(len(text))
    edit = rng.random()
    if edit < 0.3:
        return text[:place] + rng.choice(LETTERS) + text[place + 1 :]
    if edit < 0.55:
        return text[:place] + text[place + 1 :]
    if edit < 0.8:
        return text[:place] + rng.choice(LETTERS) + text[place:]
    return text[:place] + text[place + 1 : place + 2] + text[place] + text[place + 2 :]


def person(rng: random.Random, label: int) -> Json:
    first, last = rng.choice(FIRST_NAMES), rng.choice(SURNAMES)
    return {
        "first_name": first,
        "surname": last,
        "dob": f"{rng.randint(1950, 1999)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
        "city": rng.choice(CITIES),
        "email": f"{first}.{last}{rng.randint(1, 30)}@example.org".lower(),
        "tags": sorted(rng.sample(TAGS, rng.randint(0, 3))),
        "amount": round(rng.lognormvariate(3, 1), 2),
        "label": label,
    }


def corrupted(rng: random.Random, record: Json) -> Json:
    """A copy with errors."""
    copy = dict(record)
    for column in ("first_name", "surname", "city", "email"):
        if rng.random() < 0.15:
            copy[column] = typo(rng, copy[column])
    if rng.random() < 0.1:
        copy["dob"] = copy["dob"][:5] + copy["dob"][8:] + copy["dob"][4:7] if int(copy["dob"][8:]) <= 12 else copy["dob"]
    if rng.random() < 0.08:
        copy["dob"] = typo(rng, copy["dob"])
    if rng.random() < 0.05:
        copy["first_name"], copy["surname"] = copy["surname"], copy["first_name"]
    if rng.random() < 0.2:
        copy["tags"] = sorted({*copy["tags"], rng.choice(TAGS)})
    if rng.random() < 0.3:
        copy["amount"] = round(copy["amount"] * rng.uniform(0.8, 1.2), 2)
    return copy


def people(rng: random.Random, count: int) -> list[Json]:
    """Records of which about half describe somebody who was there already; some values are missing, a few are empty text."""
    records: list[Json] = []
    originals: list[Json] = []
    while len(records) < count:
        if originals and rng.random() < 0.5:
            records.append(corrupted(rng, rng.choice(originals)))
        else:
            originals.append(person(rng, len(originals)))
            records.append(dict(originals[-1]))
    for record in records:
        for column, share in NULL_SHARE.items():
            if rng.random() < share:
                record[column] = None
            elif column in ("city", "surname") and rng.random() < 0.01:
                record[column] = ""
    rng.shuffle(records)
    return records


def tables(rng: random.Random, names: list[str], count: int) -> list[Json]:
    """The records dealt to tables, with ids that are unique only within their table; text ids in half of the cases."""
    as_text = rng.random() < 0.5
    dealt: dict[str, list[list[Any]]] = {name: [] for name in names}
    records = people(rng, count)
    ids = {name: iter(rng.sample(range(count * 3), count)) for name in names}
    for position, record in enumerate(records):
        name = names[position % len(names)] if position < 2 * len(names) else rng.choice(names)
        number = next(ids[name])
        dealt[name].append([f"r{number}" if as_text else number, *(record[column] for column in COLUMN_TYPES)])
    types = {"unique_id": "VARCHAR" if as_text else "BIGINT", **COLUMN_TYPES}
    return [{"name": name, "columns": types, "rows": rows} for name, rows in dealt.items()]


# Comparisons


def level(condition: str, **options: Any) -> Json:
    return {"sql_condition": condition, "label_for_charts": condition[:40], **options}


def null_level(column: str) -> Json:
    return level(f"{column}_l IS NULL OR {column}_r IS NULL", is_null_level=True)


def exact_level(column: str, **options: Any) -> Json:
    return level(f"{column}_l = {column}_r", **options)


def comparison(name: str, *levels: Json) -> Json:
    return {"output_column_name": name, "comparison_levels": [*levels, level("ELSE")]}


def graded(column: str, *conditions: str, tf: bool = False) -> Json:
    """Null, equal, then each condition; `{c}` stands for the column."""
    exact = exact_level(column, tf_adjustment_column=column, tf_adjustment_weight=1.0) if tf else exact_level(column)
    return comparison(column, null_level(column), exact, *(level(text.format(c=column)) for text in conditions))


JARO_WINKLER_90 = "jaro_winkler_similarity({c}_l, {c}_r) >= 0.9"
JARO_WINKLER_75 = "jaro_winkler_similarity({c}_l, {c}_r) >= 0.75"
JARO_80 = "jaro_similarity({c}_l, {c}_r) >= 0.8"
LEVENSHTEIN_1 = "levenshtein({c}_l, {c}_r) <= 1"
LEVENSHTEIN_2 = "levenshtein({c}_l, {c}_r) <= 2"
DAMERAU_1 = "damerau_levenshtein({c}_l, {c}_r) <= 1"
SAME_YEAR = "substr({c}_l, 1, 4) = substr({c}_r, 1, 4)"
SAME_USER = "regexp_extract({c}_l, '^[^@]+') = regexp_extract({c}_r, '^[^@]+')"
ONE_SHARED = "array_length(list_intersect({c}_l, {c}_r)) >= 1"
TWO_SHARED = "array_length(list_intersect({c}_l, {c}_r)) >= 2"
WITHIN_MONTH = "abs(epoch(try_strptime({c}_l, '%Y-%m-%d')) - epoch(try_strptime({c}_r, '%Y-%m-%d'))) <= 2629800"
WITHIN_TENTH = "abs({c}_l - {c}_r) / (CASE WHEN {c}_r > {c}_l THEN {c}_r ELSE {c}_l END) < 0.1"
SWAPPED = comparison(
    "names_swapped",
    level("(first_name_l IS NULL OR first_name_r IS NULL) AND (surname_l IS NULL OR surname_r IS NULL)", is_null_level=True),
    level("first_name_l = first_name_r AND surname_l = surname_r"),
    level("first_name_l = surname_r AND surname_l = first_name_r"),
    level("surname_l = surname_r"),
)


def comparisons(rng: random.Random) -> list[Json]:
    """Four to six comparisons on different columns."""
    tf = [rng.random() < 0.5 for _ in range(4)]
    choices = {
        "first_name": [
            graded("first_name", JARO_WINKLER_90, JARO_WINKLER_75, tf=tf[0]),
            graded("first_name", LEVENSHTEIN_1, JARO_80, tf=tf[0]),
            graded("first_name", tf=tf[0]),
        ],
        "surname": [graded("surname", JARO_WINKLER_90, tf=tf[1]), graded("surname", DAMERAU_1, LEVENSHTEIN_2, tf=tf[1])],
        "dob": [graded("dob", DAMERAU_1, SAME_YEAR), graded("dob", LEVENSHTEIN_1, WITHIN_MONTH, SAME_YEAR)],
        "city": [graded("city", tf=tf[2]), graded("city", LEVENSHTEIN_1, tf=tf[2])],
        "email": [graded("email", SAME_USER, JARO_WINKLER_90, tf=tf[3])],
        "tags": [comparison("tags", null_level("tags"), level(TWO_SHARED.format(c="tags")), level(ONE_SHARED.format(c="tags")))],
        "amount": [graded("amount", WITHIN_TENTH)],
    }
    columns = ["first_name", "surname", "dob", *rng.sample(["city", "email", "tags", "amount"], rng.randint(1, 3))]
    return [rng.choice(choices[column]) for column in columns]


# Rules


def on(*columns: str) -> str:
    return " AND ".join(f"l.{column} = r.{column}" for column in columns)


PLAIN_RULES = [
    on("first_name", "surname"),
    on("surname"),
    on("dob"),
    on("email"),
    on("city", "first_name"),
    "substr(l.dob, 1, 7) = substr(r.dob, 1, 7) AND l.city = r.city",
    "lower(l.first_name) = lower(r.first_name)",
    'l."email" = r."email" AND l."dob" = r."dob"',
]
RESIDUAL_RULES = [
    "l.first_name = r.first_name AND levenshtein(l.surname, r.surname) <= 2",
    "l.surname = r.first_name",
    "l.city = r.city AND l.amount < r.amount AND l.amount * 1.1 > r.amount",
    "l.dob = r.dob AND (l.first_name <> r.first_name OR l.city IS NULL)",
    "substr(l.surname, 1, 2) = substr(r.surname, 1, 2) AND jaro_winkler_similarity(l.first_name, r.first_name) > 0.85",
    "abs(l.amount - r.amount) < 0.5",
    "l.email = r.email AND NOT (l.surname = r.surname)",
]
EXPLODING_RULES: list[Json] = [
    {"blocking_rule": on("tags"), "sql_dialect": "duckdb", "arrays_to_explode": ["tags"]},
    {"blocking_rule": on("tags", "surname"), "sql_dialect": "duckdb", "arrays_to_explode": ["tags"]},
    {
        "blocking_rule": "l.tags = r.tags AND substr(l.dob, 1, 4) = substr(r.dob, 1, 4)",
        "sql_dialect": "duckdb",
        "arrays_to_explode": ["tags"],
    },
]
DETERMINISTIC_RULES = [on("first_name", "dob"), on("email"), f"{on('surname')} AND levenshtein(l.dob, r.dob) <= 1"]
EM_RULES = [on("first_name", "surname"), on("dob"), on("email")]


# Cases


def training(rng: random.Random, **em_options: bool) -> list[Json]:
    """Lambda, u of all pairs, and EM on rules that leave every comparison its turn."""
    steps: list[Json] = [
        {
            "method": "estimate_probability_two_random_records_match",
            "deterministic_matching_rules": rng.sample(DETERMINISTIC_RULES, rng.randint(1, 3)),
            "recall": rng.choice([0.6, 0.7, 0.9]),
        },
        {"method": "estimate_u_using_random_sampling", "max_pairs": 1e9, "seed": 1},
    ]
    rules = [EM_RULES[0], *rng.sample(EM_RULES[1:], rng.randint(1, 2))]
    return steps + [
        {"method": "estimate_parameters_using_expectation_maximisation", "blocking_rule": rule, **em_options} for rule in rules
    ]


def base(rng: random.Random, link_type: str, names: list[str], count: int) -> Case:
    """A complete case without anything special."""
    return {
        "tables": tables(rng, names, count),
        "settings": {
            "link_type": link_type,
            "unique_id_column_name": "unique_id",
            "comparisons": comparisons(rng),
            "blocking_rules_to_generate_predictions": rng.sample(PLAIN_RULES, rng.randint(2, 4)),
            "retain_matching_columns": True,
            "retain_intermediate_calculation_columns": rng.random() < 0.5,
            "additional_columns_to_retain": ["label"] if rng.random() < 0.3 else [],
        },
        "training": training(rng),
        "labels": [],
        "tf_tables": {},
        "predict": {"threshold_match_probability": rng.choice([0.001, 0.01, 0.1])},
        "cluster_threshold": rng.choice([0.5, 0.8, 0.95]),
        "cluster_thresholds": sorted(rng.sample([0.2, 0.35, 0.5, 0.7, 0.9, 0.99, 0.999], 3)),
        "best_links": [],
        "deterministic_link": False,
    }


def dedupe(rng: random.Random) -> Case:
    return base(rng, "dedupe_only", ["people"], rng.randint(120, 220))


def linked(rng: random.Random) -> Case:
    """Two to four tables, across or across and within; names chosen so that their order is not the order given."""
    names = rng.sample(["north", "south", "east", "West"], rng.choice([2, 2, 3, 4]))
    case = base(rng, rng.choice(["link_only", "link_and_dedupe"]), names, rng.randint(150, 240))
    thresholds = rng.sample([0.2, 0.5, 0.8, 0.95], 2)
    for ties, threshold in zip(("lowest_id", "drop"), thresholds, strict=True):
        free = rng.sample(names, rng.randint(1, len(names)))
        case["best_links"].append(
            {"duplicate_free_datasets": free, "threshold_match_probability": threshold, "ties_method": ties}
        )
    return case


def three_tables(rng: random.Random, link_type: str) -> Case:
    case = base(rng, link_type, ["c", "a", "b"], rng.randint(150, 240))
    case["best_links"] = [
        {"duplicate_free_datasets": ["a", "b", "c"], "threshold_match_probability": 0.5, "ties_method": ties}
        for ties in ("lowest_id", "drop")
    ]
    return case


def exploding(rng: random.Random) -> Case:
    case = dedupe(rng) if rng.random() < 0.5 else linked(rng)
    rules: list[Any] = [*rng.sample(EXPLODING_RULES, rng.randint(1, 2)), *rng.sample(PLAIN_RULES, rng.randint(1, 2))]
    rng.shuffle(rules)
    case["settings"]["blocking_rules_to_generate_predictions"] = rules
    return case


def many_rules(rng: random.Random) -> Case:
    """More than ten rules with an exploding one: match keys are compared as text."""
    case = dedupe(rng)
    rules: list[Any] = [*PLAIN_RULES, *RESIDUAL_RULES[:5]]
    rng.shuffle(rules)
    rules.insert(rng.choice([0, 1, 5, 11]), EXPLODING_RULES[0])
    case["settings"]["blocking_rules_to_generate_predictions"] = rules
    return case


def residual(rng: random.Random) -> Case:
    case = dedupe(rng) if rng.random() < 0.5 else linked(rng)
    rules = rng.sample(RESIDUAL_RULES, rng.randint(2, 4)) + rng.sample(PLAIN_RULES, 1)
    rng.shuffle(rules)
    case["settings"]["blocking_rules_to_generate_predictions"] = rules
    case["deterministic_link"] = True
    return case


def every_pair(rng: random.Random) -> Case:
    """No rule at all, so that every pair is scored."""
    case = dedupe(rng) if rng.random() < 0.5 else linked(rng)
    case["settings"]["blocking_rules_to_generate_predictions"] = []
    case["settings"]["comparisons"].append(SWAPPED)
    case["predict"] = {"threshold_match_probability": 0.01}
    return case


def term_frequencies(rng: random.Random) -> Case:
    """Term frequencies on fuzzy levels, with weights, smallest values and without looking for the exact level; own tables."""
    case = dedupe(rng) if rng.random() < 0.5 else linked(rng)

    def knobs(column: str) -> Json:
        options: Json = {"tf_adjustment_column": column, "tf_adjustment_weight": rng.choice([0.25, 0.5, 1.0, 1.5])}
        if rng.random() < 0.5:
            options["tf_minimum_u_value"] = rng.choice([0.001, 0.02, 0.2])
        return options

    def fuzzy(column: str) -> Json:
        options = knobs(column)
        if rng.random() < 0.4:
            options["disable_tf_exact_match_detection"] = True
        return level(JARO_WINKLER_75.format(c=column), **options)

    kept = [
        each for each in case["settings"]["comparisons"] if each["output_column_name"] not in ("first_name", "surname", "city")
    ]
    case["settings"]["comparisons"] = [
        *(
            comparison(name, null_level(name), exact_level(name, **knobs(name)), fuzzy(name))
            for name in ("first_name", "surname")
        ),
        comparison("city", null_level("city"), exact_level("city", **knobs("city")), level(LEVENSHTEIN_1.format(c="city"))),
        *kept,
    ]
    case["settings"]["retain_intermediate_calculation_columns"] = True
    for column, values in (("first_name", FIRST_NAMES), ("city", CITIES)):
        if rng.random() < 0.5:
            known = rng.sample(values, len(values) - 3)
            case["tf_tables"][column] = [[value, round(rng.uniform(0.0005, 0.3), 6)] for value in known]
    return case


def from_label_column(rng: random.Random) -> Case:
    case = dedupe(rng) if rng.random() < 0.5 else linked(rng)
    labels: Json = {"method": "estimate_m_from_label_column", "label_colname": "label"}
    case["training"] = [*case["training"][:2], labels] if rng.random() < 0.5 else [*case["training"], labels]
    return case


def from_pairwise_labels(rng: random.Random) -> Case:
    """Pairs with the same label, a share of pairs with different ones, and a clerical score that plays no part."""
    case = dedupe(rng) if rng.random() < 0.5 else linked(rng)
    label = list(case["tables"][0]["columns"]).index("label")
    nodes = [(table["name"], row[0], row[label]) for table in case["tables"] for row in table["rows"]]
    many = len(case["tables"]) > 1
    # The pairs are given the way round in which the link type makes them; of two tables, the lesser name is left.
    two_linked = case["settings"]["link_type"] == "link_only" and len(case["tables"]) == 2

    def key(node: tuple[str, Any, Any]) -> Any:
        if two_linked:
            return node[0]
        return f"{node[0]}-__-{node[1]}" if many else node[1]

    for position, one in enumerate(nodes):
        for other in nodes[position + 1 :]:
            if two_linked and one[0] == other[0]:
                continue
            same = one[2] is not None and one[2] == other[2]
            if same or rng.random() < 0.002:
                left, right = sorted((one, other), key=key)
                case["labels"].append([left[0], left[1], right[0], right[1], round(rng.random(), 2)])
    case["training"] = [*case["training"][:2], {"method": "estimate_m_from_pairwise_labels"}, *case["training"][2:3]]
    return case


def em_options(rng: random.Random) -> Case:
    case = dedupe(rng) if rng.random() < 0.7 else linked(rng)
    names = (
        "estimate_without_term_frequencies",
        "fix_probability_two_random_records_match",
        "fix_m_probabilities",
        "fix_u_probabilities",
        "populate_probability_two_random_records_match_from_trained_values",
    )
    options = {name: rng.random() < 0.5 for name in names}
    if options["fix_m_probabilities"] and options["fix_u_probabilities"]:
        options["fix_m_probabilities"] = False
    case["training"] = training(rng, **options)
    case["settings"]["em_convergence"] = rng.choice([0.0001, 0.01, 0.00001])
    case["settings"]["max_iterations"] = rng.choice([3, 10, 25, 40])
    case["settings"]["probability_two_random_records_match"] = rng.choice([0.0001, 0.01])
    return case


def given_parameters(rng: random.Random) -> Case:
    """Some m and u are given, some of them for good; nothing else is trained in half of the cases."""
    case = dedupe(rng) if rng.random() < 0.5 else linked(rng)
    for each in case["settings"]["comparisons"]:
        for step in each["comparison_levels"]:
            if step.get("is_null_level"):
                continue
            for name in ("m", "u"):
                if rng.random() < 0.5:
                    step[f"{name}_probability"] = round(rng.uniform(0.001, 0.9), 4)
                    if rng.random() < 0.4:
                        step[f"fix_{name}_probability"] = True
    case["training"] = rng.choice([[], case["training"][:2], case["training"]])
    case["settings"]["probability_two_random_records_match"] = rng.choice([0.001, 0.02])
    return case


def weight_threshold(rng: random.Random) -> Case:
    case = dedupe(rng) if rng.random() < 0.5 else linked(rng)
    case["predict"] = {"threshold_match_weight": rng.choice([-3.5, 0, 1, 4.25])}
    case["cluster_threshold"] = 0.97
    case["cluster_thresholds"] = [0.96, 0.99]
    for links in case["best_links"]:
        links["threshold_match_probability"] = 0.96
    return case


def typed(rng: random.Random) -> Case:
    """Dates, whole numbers and truth values, in comparisons, rules and term frequencies; conditions on one side only."""
    case = dedupe(rng) if rng.random() < 0.5 else linked(rng)
    for table in case["tables"]:
        dob = list(table["columns"]).index("dob")
        table["columns"] = {**table["columns"], "born": "DATE", "house": "INTEGER", "active": "BOOLEAN"}
        for row in table["rows"]:
            valid = (
                row[dob] is not None
                and re.fullmatch(r"(19|20)\d\d-(0[1-9]|1[0-2])-([01]\d|2[0-8])", row[dob])
                and row[dob][8:] != "00"
            )
            house = None if rng.random() < 0.1 else rng.choice([1, 2, 3, 10, 11, 12, 200])
            row += [row[dob] if valid else None, house, rng.choice([True, False, None])]
    case["settings"]["comparisons"] += [
        graded("born", "abs(epoch({c}_l) - epoch({c}_r)) <= 2629800", "year({c}_l) = year({c}_r)"),
        graded("house", "abs({c}_l - {c}_r) <= 1", "{c}_l % 10 = {c}_r % 10", tf=True),
        graded("active"),
    ]
    rules = [
        "l.house = r.house AND l.born = r.born",
        "year(l.born) = year(r.born) AND l.surname = r.surname",
        "l.active AND r.active AND l.first_name = r.first_name",
        "l.house = r.house + 1 AND l.surname = r.surname",
        "l.born = r.born AND l.house > 2",
        "l.active = r.active AND l.house = r.house AND l.amount BETWEEN r.amount AND r.amount * 1.2",
    ]
    case["settings"]["blocking_rules_to_generate_predictions"] = rng.sample(rules, 4)
    case["deterministic_link"] = True
    return case


def no_threshold(rng: random.Random) -> Case:
    """Everything that blocking finds, with columns left out and other names."""
    case = dedupe(rng) if rng.random() < 0.5 else linked(rng)
    case["predict"] = {"threshold_match_probability": 0.0}
    case["deterministic_link"] = True
    case["settings"]["retain_matching_columns"] = rng.random() < 0.7
    case["settings"]["additional_columns_to_retain"] = ["label", "tags"]
    return case


SCENARIOS: dict[str, Callable[[random.Random], Case]] = {
    "exploding": exploding,
    "many_rules": many_rules,
    "three_tables_link_only": lambda rng: three_tables(rng, "link_only"),
    "three_tables_link_and_dedupe": lambda rng: three_tables(rng, "link_and_dedupe"),
    "linked": linked,
    "residual": residual,
    "every_pair": every_pair,
    "term_frequencies": term_frequencies,
    "from_label_column": from_label_column,
    "from_pairwise_labels": from_pairwise_labels,
    "em_options": em_options,
    "given_parameters": given_parameters,
    "weight_threshold": weight_threshold,
    "no_threshold": no_threshold,
    "typed": typed,
}


def make_case(scenario: str, seed: int) -> Case:
    """The case of a scenario and a seed."""
    case = SCENARIOS[scenario](random.Random(f"{scenario}/{seed}"))
    return {"name": f"{scenario}-{seed}", **case}
