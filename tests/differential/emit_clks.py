"""Writes linkage schemas, rows and what clkhash makes of them, for the tests of fuzzy tokens.

A file per schema: {"schema", "secret", "columns", "rows", "clks", "seconds"}, a CLK null where clkhash refuses the row. The file
`accepted.json` holds schemas that are nearly right and whether clkhash takes each.
"""

import argparse
import base64
import copy
import json
import random
import time
from pathlib import Path

from clkhash import clk, key_derivation, schema
from clkhash.serialization import serialize_bitarray

ROWS = 10_000
LONGEST = 1 << 20
INVALID_SHARE = 0.1
SECRET = "a secret of both parties"


def kdf(**settings):
    return {"type": "HKDF", **settings}


def text64(text):
    return base64.b64encode(text.encode()).decode()


def feature(identifier, form, comparison, strategy, **hashing):
    return {"identifier": identifier, "format": form, "hashing": {"comparison": comparison, "strategy": strategy, **hashing}}


def grams(n, positional=None):
    settings = {"type": "ngram", "n": n}
    return settings if positional is None else {**settings, "positional": positional}


DOUBLE = {"type": "doubleHash"}
STEADY = {"type": "doubleHash", "prevent_singularity": True}
BLAKE = {"type": "blakeHash"}
EMPTY_IS_MISSING = {"sentinel": ""}


def people():
    """Names, a birth date, a sex and a postal code, as most parties would write it."""
    return {
        "version": 3,
        "clkConfig": {
            "l": 1024,
            "kdf": kdf(hash="SHA256", salt=text64("the salt of a project"), info=text64("people"), keySize=64),
        },
        "features": [
            {"identifier": "id", "ignored": True, "description": "stays at home"},
            feature(
                "given", {"type": "string", "encoding": "utf-8", "case": "mixed"}, grams(2), {"bitsPerFeature": 200}, hash=BLAKE
            ),
            feature("family", {"type": "string", "maxLength": 60}, grams(2), {"bitsPerFeature": 300}),
            feature(
                "born",
                {"type": "date", "format": "%Y-%m-%d"},
                grams(1, True),
                {"bitsPerToken": 20},
                missingValue=EMPTY_IS_MISSING,
            ),
            feature("sex", {"type": "enum", "values": ["f", "m", ""]}, {"type": "exact"}, {"bitsPerToken": 40}),
            feature(
                "code",
                {"type": "integer", "minimum": 0, "maximum": 99_999},
                grams(1, True),
                {"bitsPerFeature": 120},
                missingValue={"sentinel": "", "replaceWith": "none"},
            ),
        ],
    }


def double_folded():
    """Double hashing, filters folded twice, a length that is no power of two, all encodings."""
    return {
        "version": 3,
        "clkConfig": {"l": 500, "xor_folds": 2, "kdf": kdf(hash="SHA512", keySize=20)},
        "features": [
            feature("given", {"type": "string", "encoding": "ascii"}, grams(3), {"bitsPerToken": 7}, hash=DOUBLE),
            feature("family", {"type": "string", "encoding": "utf-16"}, grams(2, False), {"bitsPerToken": 11}, hash=STEADY),
            feature(
                "born",
                {"type": "date", "format": "%d %b %y"},
                grams(2, True),
                {"bitsPerFeature": 61},
                hash=DOUBLE,
                missingValue={"sentinel": "unknown", "replaceWith": "none at all"},
            ),
            {"identifier": "sex", "ignored": True},
            feature("code", {"type": "string", "encoding": "utf-32"}, grams(1), {"bitsPerFeature": 100}, hash=DOUBLE),
            feature(
                "id", {"type": "string", "pattern": r"\w+-[0-9]{1,3}|x\d\Z"}, {"type": "exact"}, {"bitsPerToken": 9}, hash=STEADY
            ),
        ],
    }


def numbers():
    """Numeric comparison of whole numbers and fractions, long keys, a tiny filter where steps of zero come up."""
    return {
        "version": 3,
        "clkConfig": {"l": 32, "xor_folds": 1, "kdf": kdf(hash="SHA512", keySize=100)},
        "features": [
            feature(
                "code",
                {"type": "integer"},
                {"type": "numeric", "thresholdDistance": 5, "resolution": 3},
                {"bitsPerToken": 1},
                hash=STEADY,
            ),
            feature(
                "height",
                {"type": "string"},
                {"type": "numeric", "thresholdDistance": 0.35, "resolution": 4, "fractional_precision": 2},
                {"bitsPerFeature": 5},
                hash=DOUBLE,
                missingValue=EMPTY_IS_MISSING,
            ),
            feature("sex", {"type": "enum", "values": ["f", "m", "", "ü"]}, {"type": "exact"}, {"bitsPerToken": 2}, hash=STEADY),
        ],
    }


def long_filter():
    """BLAKE2b on a filter longer than its slices reach, many insertions, trigrams with their positions."""
    return {
        "version": 3,
        "clkConfig": {"l": 65_536, "xor_folds": 1, "xorFolds": 3, "kdf": kdf(salt=text64("s") + "*")},
        "features": [
            feature("given", {"type": "string", "case": "lower"}, grams(3, True), {"bitsPerToken": 75}),
            feature("height", {"type": "string", "minLength": 1, "maxLength": 5}, grams(2), {"bitsPerFeature": 3}),
            feature(
                "code",
                {"type": "integer", "minimum": -50},
                {"type": "numeric", "thresholdDistance": 12, "resolution": 40},
                {"bitsPerFeature": 800},
            ),
        ],
    }


def version_two():
    return {
        "version": 2,
        "clkConfig": {"l": 256, "kdf": kdf()},
        "features": [
            {
                "identifier": "given",
                "format": {"type": "string", "case": "upper"},
                "hashing": {"ngram": 2, "strategy": {"k": 13}},
            },
            {
                "identifier": "family",
                "format": {"type": "string"},
                "hashing": {
                    "ngram": 2,
                    "positional": True,
                    "strategy": {"numBits": 90},
                    "hash": DOUBLE,
                    "missingValue": EMPTY_IS_MISSING,
                },
            },
            {"identifier": "born", "ignored": True},
        ],
    }


def version_one():
    plain = {"type": "string"}
    return {
        "version": 1,
        "clkConfig": {"l": 512, "k": 15, "hash": STEADY, "xor_folds": 1, "kdf": kdf(hash="SHA512", info=text64("first"))},
        "features": [
            {"identifier": "given", "format": plain, "hashing": {"ngram": 2, "weight": 0.5}},
            {"identifier": "family", "format": plain, "hashing": {"ngram": 1, "positional": True, "weight": 2.5}},
            {"identifier": "sex", "format": plain, "hashing": {"ngram": 1, "weight": 0}},
            {"identifier": "born", "format": {"type": "date", "format": "%Y-%m-%d"}, "hashing": {"ngram": 2}},
            {"identifier": "code", "ignored": True},
        ],
    }


SCHEMAS = {
    "people": people,
    "double_folded": double_folded,
    "numbers": numbers,
    "long_filter": long_filter,
    "version_two": version_two,
    "version_one": version_one,
}

LETTERS = "aabcdeefghiijklmnoopqrstuuvwxyz"
STRANGE = "éÈßøŁńΣσςİıÅ한字🙂 -'.\u0301\u00a0"


def name(draw):
    length = draw.choice([0, 1, 2, *range(3, 14)])
    text = "".join(draw.choice(LETTERS if draw.random() < 0.96 else STRANGE) for _ in range(length))
    return draw.choice([text, text, text, text.title(), text.upper()])


def date(draw):
    year, month, day = (
        draw.randint(1, 2030) if draw.random() < 0.02 else draw.randint(1920, 2024),
        draw.randint(1, 12),
        draw.randint(1, 31),
    )
    short = ["Jan", "Feb", "mar", "APR", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][month - 1]
    forms = [f"{year:04}-{month:02}-{day:02}"] * 8 + [f"{year:04}-{month}-{day}", f"{day:02} {short} {year % 100:02}"] * 3
    return draw.choice(
        [*forms, f"{day}\t{short}  {year % 100:02}", f"{year}-{month:02}-{day:02} ", "", "unknown", "1980/01/02", "٢٠٠١-02-03"]
    )


def number(draw):
    value = draw.randint(0, 99_999)
    forms = [str(value)] * 12 + [
        f"{value:05}",
        f"+{value}",
        f" {value}",
        f"{value}\n",
        f"-{value % 60}",
        f"{value:_}",
        f"{value:,}",
    ]
    return draw.choice([*forms, "", "-0", "٤٢", "1__2", "123456789012345678901234567890", "x1", "\u2003 7\u00a0"])


def height(draw):
    value = draw.uniform(-3, 210)
    forms = [f"{value:.2f}"] * 6 + [f"{value:.1f}", f"{value:.0f}", str(value), f"{value:e}", f"{value:.3f}", f" {value:.2f}"]
    return draw.choice([*forms, "", "1_0.5", ".5", "5.", "nan", "inf", "tall", "0.125", "0.135", "2.5E1", "-.25", "1e400"])


MAKERS = {
    "id": lambda draw: draw.choice(
        [f"p-{draw.randint(0, 1200)}", f"é_{draw.randint(0, 9)}-12", f"x{draw.randint(0, 9)}", "x5\n", "-"]
    ),
    "given": name,
    "family": name,
    "born": date,
    "sex": lambda draw: draw.choice(["f", "m", "f", "m", "", "ü"]),
    "code": number,
    "height": height,
}


def answers(name_of_schema, make):
    draw = random.Random(name_of_schema)
    settings = make()
    parsed = schema.from_json_dict(copy.deepcopy(settings))
    columns = [field["identifier"] for field in settings["features"]]
    keys = key_derivation.generate_key_lists(
        SECRET,
        len(parsed.fields),
        key_size=parsed.kdf_key_size,
        salt=parsed.kdf_salt,
        info=parsed.kdf_info,
        kdf=parsed.kdf_type,
        hash_algo=parsed.kdf_hash,
    )
    rows, clks = [], []
    start = time.process_time()
    while len(rows) < ROWS:
        row = [MAKERS[column](draw) for column in columns]
        try:
            encoded = serialize_bitarray(clk.hash_chunk([row], keys, parsed)[0][0])
        except (ValueError, OverflowError):
            encoded = None
        if encoded is not None or draw.random() < INVALID_SHARE:
            rows.append(row)
            clks.append(encoded)
    seconds = time.process_time() - start
    return {"schema": settings, "secret": SECRET, "columns": columns, "rows": rows, "clks": clks, "seconds": seconds}


VALUES = [None, True, False, 0, 1, -1, 2, 3, 1.0, 2.5, "", "x", "HKDF", "exact", "numeric", "blakeHash", "%Y", [], {}, [""], 16]


def places(node, place=()):
    """Every place in a schema."""
    if place:
        yield place
    for key in node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
        yield from places(node[key], (*place, key))


def changed(settings, draw):
    """A schema with one place changed, taken out or added to."""
    settings = copy.deepcopy(settings)
    *parents, last = draw.choice(list(places(settings)))
    node = settings
    for key in parents:
        node = node[key]
    action = draw.choice(["change", "remove", "add", "rename"])
    if action == "remove":
        del node[last]
    elif action == "add" and isinstance(node[last], dict):
        node[last][draw.choice(["other", "ignored", "weight", "encoding", "pattern", "hash", "k", "numBits", "positional"])] = (
            draw.choice(VALUES)
        )
    elif action == "rename" and isinstance(node, dict):
        node[last + "s"] = node.pop(last)
    else:
        node[last] = draw.choice(VALUES)
    return settings


def takes(settings):
    """Whether clkhash reads a schema and makes a CLK with it."""
    try:
        parsed = schema.from_json_dict(copy.deepcopy(settings))
        if parsed.l << parsed.xor_folds > LONGEST:
            return False
        keys = key_derivation.generate_key_lists(
            SECRET,
            len(parsed.fields),
            key_size=parsed.kdf_key_size,
            salt=parsed.kdf_salt,
            info=parsed.kdf_info,
            kdf=parsed.kdf_type,
            hash_algo=parsed.kdf_hash,
        )
        clk.hash_chunk([["12"] * len(parsed.fields)], keys, parsed, validate_data=False)
    except Exception as error:
        # Whatever clkhash raises, the schema is of no use.
        return "Unable to format date" in str(error)
    return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for name_of_schema, make in SCHEMAS.items():
        (folder / f"{name_of_schema}.json").write_text(json.dumps(answers(name_of_schema, make)))
    draw = random.Random("nearly right")
    nearly = [changed(draw.choice(list(SCHEMAS.values()))(), draw) for _ in range(1_500)]
    (folder / "accepted.json").write_text(json.dumps([{"schema": settings, "accepted": takes(settings)} for settings in nearly]))


if __name__ == "__main__":
    main()
