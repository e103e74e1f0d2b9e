"""Writes what openlinktoken makes of hostile inputs, for the Rust test `differential_tokens` of kintsu-token.

Usage: python emit_tokens.py DIRECTORY [ROWS] [--vectors FOLDER] [--seed N]

Runs under openlinktoken 2.1.2 or 2.2.1. In DIRECTORY afterwards:
meta.json         the version, and the day on which it ran
attributes.jsonl  an attribute and a value a line, whether it is valid, and what it is normalised to (null where that raises)
expressions.jsonl an expression and a value a line, and the result (null where that raises)
records.jsonl     rules and a record a line, and the signatures, invalid attributes and blank tokens

With --vectors, the inputs of the golden vectors are put through this version too.
"""

import argparse
import json
import logging
import random
import sys
import unicodedata
import warnings
from collections.abc import Callable
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from openlinktoken.attributes.attribute_expression import AttributeExpression
from openlinktoken.attributes.attribute_loader import AttributeLoader
from openlinktoken.attributes.person.canadian_postal_code_attribute import CanadianPostalCodeAttribute
from openlinktoken.attributes.person.us_postal_code_attribute import USPostalCodeAttribute
from openlinktoken.tokens.base_token_definition import BaseTokenDefinition
from openlinktoken.tokens.token_definition import TokenDefinition
from openlinktoken.tokens.token_generator import TokenGenerator
from openlinktoken.tokens.tokenizer.passthrough_tokenizer import PassthroughTokenizer

Row = dict[str, Any]
Rules = list[list[Any]]

ATTRIBUTES = {attribute.get_name(): attribute for attribute in AttributeLoader.load()}
STAND_ALONE = {attribute.get_name(): attribute for attribute in (USPostalCodeAttribute(), CanadianPostalCodeAttribute())}
SPACES = " \t\n\r\x0b\x0c\x1c\x1f\x85\xa0\u1680\u2003\u2028\u3000\u200b\ufeff"
DIGITS = "0123456789" * 4 + "٠٣٥۹०७𝟎𝟗"
# Characters that every Python knows alike: later ones have properties in some versions only.
ASSIGNED = [
    chr(code)
    for code in range(0x30000)
    if unicodedata.ucd_3_2_0.category(chr(code)) not in ("Cn", "Cs", "Co")
    and unicodedata.ucd_3_2_0.category(chr(code)) == unicodedata.category(chr(code))
]
TITLES = [
    "mr",
    "MRS",
    "Ms",
    "mſ",
    "miss",
    "Mıss",
    "Dr",
    "prof",
    "Capt",
    "sir",
    "Hon",
    "Honorable",
    "rev",
    "Reverend",
    "doctor",
    "Dra",
    "sıſter",
]
SUFFIXES = [
    "Jr",
    "jr.",
    "JUNIOR",
    "Sr",
    "sr.",
    "senior",
    "ſr",
    "I",
    "ii",
    "III",
    "ııı",
    "IIII",
    "IV",
    "v",
    "VIII",
    "IX",
    "x",
    "XI",
    "2nd",
    "21ST",
    "٣rd",
    "5th",
    "th",
    "1ſt",
]
NAMES = [
    "Mary",
    "Mary Ann",
    "mary-ann",
    "Jean‐Luc Marie",
    "O'Brien",
    "D’Arcy",
    "José",
    "Jose\u0301",
    "Łukasz",
    "Søren",
    "Groß",
    "ẞa",
    "ǅ",
    "ŉx",
    "ı",
    "İpek",
    "ſam",
    "李明",
    "Мария",
    "Ng",
    "ng",
    "Ly",
    "Li",
    "Oo",
    "X",
    "A.",
    "J R",
    "J. R. R.",
    "Test",
    "TEST16",
    "n/a",
    "N/A ",
    "<masked>",
    "Un\u212anown",
    "unknown",
    "not available",
    "Patient not found",
    "Anonymous",
    "Al",
    "Al.B",
    "Ann/Sue Lee",
    "Abc.Def",
    "Abc-Def Ghi",
    "\u0301Mr X",
    "Ṡ",
    "Kelvin",
    "\u212aim",
]
PARTS = [
    "T",
    "U",
    "D",
    "t",
    "u",
    "d",
    "S(0,3)",
    "S(1,3)",
    "S(0,-1)",
    "S(-2,4)",
    "S(3,1)",
    "S( 0 , 2 )",
    "S(1_0,20)",
    "S(٠,٣)",
    "M(\\d+)",
    "M([a-z]+)",
    "M(x*)",
    "R('a','b')",
    "R('','z')",
    "R(' ','')",
    "T ",
    " T",
    "T U",
    "X",
    "",
    "S(0)",
    "M(",
    "T)",
    "ſ(0,2)",
]
ATOMS = [
    "a",
    "b",
    "1",
    ".",
    "\\d",
    "\\D",
    "\\w",
    "\\W",
    "\\s",
    "\\S",
    "[a-c]",
    "[^a-c]",
    "[\\d_]",
    "[^\\w]",
    "[]a]",
    "[a-]",
    "[[a]",
    "\\.",
    "\\x61",
    "\\u0062",
    "\\101",
    "\\0",
    "é",
    "ß",
    "\\-",
    "{",
    "}",
    "]",
]
PLACES = ["^", "$", "\\b", "\\B", "\\A", "\\Z"]
QUANTIFIERS = ["", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{0}", "{2}?", "{,", "{x}"]
if sys.version_info >= (3, 11):
    QUANTIFIERS += ["*+", "++", "?+", "{2}+"]


def character(draw: random.Random) -> str:
    return draw.choice([draw.choice(SPACES), draw.choice(DIGITS), draw.choice("abcxyzABCXYZ.-/,'()|_"), draw.choice(ASSIGNED)])


def noise(draw: random.Random, longest: int = 8) -> str:
    return "".join(character(draw) for _ in range(draw.randint(0, longest)))


def spoiled(draw: random.Random, text: str) -> str:
    """The text with one or two characters put in, taken out or changed, most of the time as it is."""
    for _ in range(draw.choice([0, 0, 0, 1, 1, 2])):
        place = draw.randint(0, len(text))
        text = text[:place] + draw.choice(["", character(draw)]) + text[place + draw.randint(0, 1) :]
    return text


def space(draw: random.Random) -> str:
    return draw.choice([" ", " ", " ", "  ", draw.choice(SPACES), "", "."])


def name(draw: random.Random) -> str:
    words = [draw.choice(TITLES) + draw.choice(["", ".", ".."]) for _ in range(draw.choice([0, 0, 0, 1, 2]))]
    words += [draw.choice(NAMES) for _ in range(draw.choice([1, 1, 2]))]
    words += [draw.choice(["J", "J.", "-", "é", "9"]) for _ in range(draw.choice([0, 0, 1]))]
    words += [draw.choice(SUFFIXES) for _ in range(draw.choice([0, 0, 1, 2]))]
    text = "".join(word + space(draw) for word in words)
    return spoiled(draw, draw.choice(["", "", " "]) + (text if draw.random() < 0.3 else text.rstrip()))


def a_date(draw: random.Random) -> str:
    near = draw.choice(
        [date(1910, 1, 1), date.today(), date(1980, 2, 28), date(2000, 2, 29), date(1582, 10, 15), date(500, 3, 1)]
    )
    day = near + timedelta(days=draw.randint(-40, 40))
    year, month, dom = f"{day.year:04}", f"{day.month:02}", f"{day.day:02}"
    if draw.random() < 0.2:
        month, dom = f"{draw.randint(0, 14):02}", f"{draw.randint(0, 33):02}"
    zone = draw.choice(["Z", "z", "", "+05:30", "-23:59", "+24:00", "+00:60", "+0530"])
    time = f"T{draw.choice(['00', '23', '24', '1٣'])}:{draw.choice(['00', '59', '60'])}:{draw.choice(['00', '59', '60', '61'])}{draw.choice(['', '.123', '.1'])}{zone}"
    forms = [
        f"{year}-{month}-{dom}",
        f"{year}/{month}/{dom}",
        f"{month}/{dom}/{year}",
        f"{month}-{dom}-{year}",
        f"{dom}.{month}.{year}",
        f"{year}-{month}-{dom}{time}",
        f"{year}-{month}/{dom}",
        f"{month}.{dom}-{year}",
    ]
    return spoiled(draw, foreign(draw, draw.choice(forms)))


def foreign(draw: random.Random, text: str) -> str:
    """Sometimes with digits of another script."""
    if draw.random() < 0.8:
        return text
    return "".join(draw.choice([c, chr(0x660 + int(c))]) if c in "0123456789" else c for c in text)


def a_number(draw: random.Random, digits: int) -> str:
    return "".join(draw.choice("0123456789") for _ in range(digits))


def ssn(draw: random.Random) -> str:
    listed = [
        "111-11-1111",
        "123-45-6789",
        "078-05-1120",
        "899-99-9999",
        "454-54-5454",
        "000-12-3456",
        "666-12-3456",
        "900-12-3456",
        "123-00-4567",
        "123-45-0000",
    ]
    text = draw.choice(
        [
            *listed,
            f"{a_number(draw, 3)}-{a_number(draw, 2)}-{a_number(draw, 4)}",
            a_number(draw, draw.randint(5, 10)),
            a_number(draw, 9) + ".0",
            a_number(draw, 8) + ".00",
            a_number(draw, 7) + ".5",
            f"{a_number(draw, 3)}-{a_number(draw, 6)}",
            f"{a_number(draw, 5)}-{a_number(draw, 4)}",
        ]
    )
    return spoiled(draw, foreign(draw, text.replace("-", draw.choice(["-", "-", "", " ", "--"]))))


def postal(draw: random.Random) -> str:
    canadian = "".join(draw.choice("AKMHXbcz") if place % 2 == 0 else draw.choice("0126") for place in range(draw.randint(2, 7)))
    if draw.random() < 0.5:
        canadian = canadian[:3] + draw.choice([" ", " ", "-", "  ", "\xa0"]) + canadian[3:]
    us = draw.choice(
        [
            a_number(draw, draw.randint(2, 10)),
            f"{a_number(draw, 5)}-{a_number(draw, 4)}",
            "00012",
            "555",
            "888",
            "1234",
            "01234",
            "12345-6789",
            "123",
        ]
    )
    listed = ["K1A 0A6", "k1a 0b0", "A1A1A1", "m7a", "H0H", "K1A1A", "X0X 0X0"]
    text = draw.choice([canadian, us, draw.choice(listed)])
    return spoiled(draw, foreign(draw, draw.choice(["", "", " ", "\xa0"]) + text + draw.choice(["", "", " ", "\n"])))


def sex(draw: random.Random) -> str:
    word = draw.choice(["M", "m", "Male", "male", "MALE", "F", "f", "Female", "female", "fEmale", "U", "Mal", "Females"])
    return spoiled(draw, draw.choice(["", " ", "\xa0"]) + word + draw.choice(["", " ", "\n"]))


def number(draw: random.Random) -> str:
    whole = draw.choice(
        [
            "0",
            "007",
            "120",
            "121",
            "42",
            "1999",
            "1909",
            "0042",
            "9223372036854775808",
            "1" * 30,
            "1" * 4300,
            "1" * 4301,
            a_number(draw, draw.randint(1, 20)),
        ]
    )
    if draw.random() < 0.4:
        whole += draw.choice([".", ".5", ".0", ".25e3", "e10", "E-5", "e400", "e-400", "e+16", "e15", ".123456789012345678"])
    return spoiled(
        draw, foreign(draw, draw.choice(["", "", " "]) + draw.choice(["", "", "+", "-"]) + whole + draw.choice(["", "", "\n"]))
    )


MAKERS = {
    "FirstName": name,
    "LastName": name,
    "BirthDate": a_date,
    "Date": a_date,
    "SocialSecurityNumber": ssn,
    "PostalCode": postal,
    "USPostalCode": postal,
    "CanadianPostalCode": postal,
    "Sex": sex,
    "Age": number,
    "BirthYear": number,
    "Year": number,
    "Integer": number,
    "Decimal": number,
    "String": noise,
    "RecordId": noise,
}


def value_of(draw: random.Random, attribute: str) -> str:
    return noise(draw) if draw.random() < 0.05 else MAKERS[attribute](draw)


def expression(draw: random.Random) -> str:
    if draw.random() < 0.4:
        pattern = "".join(
            draw.choice([draw.choice(ATOMS) + draw.choice(QUANTIFIERS)] * 5 + [draw.choice(PLACES)])
            for _ in range(draw.randint(1, 4))
        )
        return draw.choice(["", "T|", "U|"]) + f"M({pattern})"
    text = "|".join(draw.choice(PARTS) for _ in range(draw.randint(1, 3)))
    return spoiled(draw, text) if draw.random() < 0.3 else text


def answer(function: Callable[..., str | None], *arguments: str) -> str | None:
    try:
        return function(*arguments)
    except Exception:  # every error of the package counts as one
        return None


def attribute_row(kind: str, raw: str | None) -> Row:
    attribute = ATTRIBUTES.get(kind) or STAND_ALONE[kind]
    valid = bool(attribute.validate(raw))
    return {"attribute": kind, "raw": raw, "valid": valid, "normalized": answer(attribute.normalize, raw) if valid else None}


def expression_row(text: str | None, value: str | None) -> Row:
    evaluator = AttributeExpression(type(ATTRIBUTES["String"]), text)
    return {"expression": text, "value": value, "result": answer(evaluator.get_effective_value, value)}


class Definition(BaseTokenDefinition):
    """One rule with an id of its own."""

    def __init__(self, rule: str, components: Rules) -> None:
        self.rule = rule
        self.components = [AttributeExpression(type(ATTRIBUTES[kind]), text, field_id=kind) for kind, text in components]

    def get_version(self) -> str:
        return "2.0-custom"

    def get_token_identifiers(self) -> set[str]:
        return {self.rule}

    def get_token_definition(self, token_id: str) -> list[AttributeExpression] | None:
        return self.components if token_id == self.rule else None


def record_row(definition: BaseTokenDefinition, record: dict[str, str | None], rules: Rules | None) -> Row:
    generator = TokenGenerator(definition, PassthroughTokenizer([]))
    result = generator.get_all_tokens_via_field_id(record)
    return {
        "rules": rules,
        "record": record,
        "tokens": result.tokens,
        "invalid": sorted(result.invalid_attributes),
        "blank": sorted(result.blank_tokens_by_rule),
    }


def a_record(draw: random.Random) -> dict[str, str | None]:
    kinds = ["FirstName", "LastName", "BirthDate", "Sex", "PostalCode", "SocialSecurityNumber"]
    return {kind: value_of(draw, kind) if draw.random() < 0.95 else None for kind in kinds if draw.random() < 0.97}


def a_rule(draw: random.Random) -> Rules:
    kinds = [draw.choice(sorted(ATTRIBUTES)) for _ in range(draw.randint(1, 3))]
    return [[kind, draw.choice([expression(draw), "T|U", "T|S(0,3)|U", "T", ""])] for kind in kinds]


def write(path: Path, rows: list[Row]) -> None:
    with path.open("w", encoding="ascii") as file:
        for row in rows:
            file.write(json.dumps(row) + "\n")


def from_vectors(
    folder: Path, attributes: list[Row], expressions: list[Row], records: list[Row], built_in: BaseTokenDefinition
) -> None:
    def rows(name: str) -> list[Any]:
        return [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]

    attributes += [attribute_row(row["attribute"], row["raw"]) for row in rows("attributes.jsonl")]
    expressions += [expression_row(row["expression"], row["value"]) for row in rows("expressions.jsonl")]
    records += [record_row(built_in, row["input"], None) for row in rows("persons.jsonl")]
    for row in rows("custom_tokens.jsonl"):
        if all(kind in ATTRIBUTES for kind, _ in row["definition"]):
            records.append(record_row(Definition("X", row["definition"]), row["input"], row["definition"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("rows", type=int, nargs="?", default=20_000)
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    draw = random.Random(options.seed)
    built_in = TokenDefinition()
    kinds = sorted(MAKERS)
    attributes = [attribute_row(kind, value_of(draw, kind)) for kind in (draw.choice(kinds) for _ in range(options.rows))]
    values = [lambda: noise(draw, 12), lambda: name(draw), lambda: a_date(draw), lambda: ssn(draw)]
    expressions = [expression_row(expression(draw), draw.choice(values)()) for _ in range(options.rows)]
    records = [record_row(built_in, a_record(draw), None) for _ in range(options.rows // 4)]
    for _ in range(options.rows // 4):
        rules = a_rule(draw)
        record = {kind: value_of(draw, kind) for kind, _ in rules if draw.random() < 0.95}
        records.append(record_row(Definition("X", rules), record, rules))
    if options.vectors and options.vectors.is_dir():
        from_vectors(options.vectors, attributes, expressions, records, built_in)
    options.directory.mkdir(parents=True, exist_ok=True)
    write(options.directory / "attributes.jsonl", attributes)
    write(options.directory / "expressions.jsonl", expressions)
    write(options.directory / "records.jsonl", records)
    meta = {"reference": f"openlinktoken {version('openlinktoken')}", "today": date.today().isoformat()}
    (options.directory / "meta.json").write_text(json.dumps(meta), encoding="ascii")


if __name__ == "__main__":
    main()
