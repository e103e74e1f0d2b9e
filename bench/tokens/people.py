"""Made-up people for the bench of tokens: ordinary names that repeat as names do, dates, codes and numbers, some of them missing.

    python people.py ROWS SEED NAMES.json OUT_WITHOUT_ENDING

writes OUT.csv and OUT.parquet with the columns RecordId, FirstName, LastName, BirthDate, Sex, PostalCode and
SocialSecurityNumber.
Equal numbers give equal people.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

MISSING_SHARE = {
    "FirstName": 0.01,
    "LastName": 0.005,
    "BirthDate": 0.01,
    "Sex": 0.005,
    "PostalCode": 0.02,
    "SocialSecurityNumber": 0.05,
}


def drawn(random: np.random.Generator, weights: dict[str, float], rows: int) -> np.ndarray:
    """Values drawn by their weights, written as names are."""
    values = np.array([value.title() for value in weights], dtype=object)
    shares = np.array(list(weights.values()), dtype=float)
    return values[random.choice(len(values), rows, p=shares / shares.sum())]


def people(rows: int, seed: int, names: Path) -> pa.Table:
    random = np.random.default_rng(seed)
    weights = json.loads(names.read_text())
    days = np.datetime64("1930-01-01") + (random.beta(1.6, 1.3, rows) * 28_800).astype(int)
    numbers = zip(random.integers(1, 665, rows), random.integers(1, 100, rows), random.integers(1, 10_000, rows), strict=True)
    postal_codes = 10_000 + (random.beta(1.2, 1.2, 30_000) * 89_999).astype(int)
    columns = {
        "FirstName": drawn(random, weights["first"], rows),
        "LastName": drawn(random, weights["last"], rows),
        "BirthDate": days.astype(str).astype(object),
        "Sex": np.array(["Male", "Female", "M", "F"], dtype=object)[random.choice(4, rows, p=[0.4, 0.4, 0.1, 0.1])],
        "PostalCode": np.char.mod("%05d", postal_codes[random.integers(0, len(postal_codes), rows)]).astype(object),
        "SocialSecurityNumber": np.array([f"{a:03d}-{g:02d}-{s:04d}" for a, g, s in numbers], dtype=object),
    }
    for name, share in MISSING_SHARE.items():
        columns[name][random.random(rows) < share] = None
    ids = pa.array([f"p{row:09d}" for row in range(rows)])
    return pa.table({"RecordId": ids, **{name: pa.array(values.tolist(), pa.string()) for name, values in columns.items()}})


if __name__ == "__main__":
    table = people(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
    pyarrow.csv.write_csv(table, f"{sys.argv[4]}.csv", pyarrow.csv.WriteOptions(quoting_style="none"))
    pyarrow.parquet.write_table(table, f"{sys.argv[4]}.parquet")
