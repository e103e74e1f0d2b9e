"""How hard the presets are: the best exact keys and the trained models that come along, held against the truth.

    cargo xtask bench difficulty [--customers 100000] [--seed 42] [--presets realistic mdm people companies] [--work bench-data]

For each preset a data set is made. A key is a column that all sources have, or two of them together; records of one value are
taken for one customer. All keys are tried; the best column and the best two are told by the F1 of their pairs. Then the job
`jobs/PRESET.toml` runs.
"""

from __future__ import annotations

import argparse
import itertools
import json
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb

from bench.measuring import ROOT, WORK, goal

PRESETS = {
    "realistic": ["raw_crm_customers", "raw_erp_customers", "raw_ecommerce_customers"],
    "mdm": ["raw_crm_customers", "raw_erp_customers", "raw_ecommerce_customers"],
    "people": ["people"],
    "companies": ["companies"],
}
# What tells records apart, not customers.
IDS = {"record_id", "source_id", "source_system", "unique_id"}
KEY_F1_MAX, MODEL_F1 = 0.85, (0.90, 0.99)


def pairs(count: str) -> str:
    return f"coalesce(sum({count} * ({count} - 1) / 2), 0)"


class Keys:
    """The records of a data set with their truth, and how right keys are."""

    def __init__(self, data: Path, tables: list[str]) -> None:
        self.database = duckdb.connect()
        sources = ", ".join(f"'{data / table}/*.parquet'" for table in tables)
        stacked = f"read_parquet([{sources}], union_by_name = true)"
        id_column = "record_id" if "record_id" in self.columns(stacked) else "unique_id"
        self.database.execute(
            f"create table records as select truth.customer_id as entity, r.* "
            f"from {stacked} as r "
            f"join '{data / 'truth' / 'truth.parquet'}' as truth on truth.record_id = r.{id_column}"
        )
        [(self.true_pairs,)] = self.rows(f"select {pairs('n')} from (select count(*) n from records group by entity)")
        held = [f"'{data / table}/*.parquet'" for table in tables]
        self.names = [
            name for name in self.columns(held[0]) if name not in IDS and all(name in self.columns(table) for table in held)
        ]

    def rows(self, query: str) -> list[tuple]:
        return self.database.execute(query).fetchall()

    def columns(self, table: str) -> list[str]:
        return [row[0] for row in self.rows(f"describe select * from {table}")]

    def f1(self, key: tuple[str, ...]) -> float:
        names = ", ".join(f'"{name}"' for name in key)
        known = " and ".join(f'"{name}" is not null' for name in key)
        [(found,)] = self.rows(f"select {pairs('n')} from (select count(*) n from records where {known} group by {names})")
        query = f"select {pairs('n')} from (select count(*) n from records where {known} group by entity, {names})"
        [(right,)] = self.rows(query)
        return 2 * float(right) / (float(found) + float(self.true_pairs))

    def best(self, size: int) -> tuple[tuple[str, ...], float]:
        keys = itertools.combinations(self.names, size)
        return max(((key, self.f1(key)) for key in keys), key=lambda found: found[1])


def run(command: list[str]) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\nended with {done.returncode}:\n{done.stdout[-4000:]}")


def linked(kintsu: Path, preset: str, data: Path, tables: list[str], work: Path) -> dict[str, float]:
    """What the job file that comes along makes of the data set."""
    output = work / f"linked_{preset}"
    names = {"raw_crm_customers": "crm", "raw_erp_customers": "erp", "raw_ecommerce_customers": "ecommerce"}
    inputs = [part for table in tables for part in ("--input", f"{names.get(table, table)}={data / table}")]
    command = [str(kintsu), "run", str(ROOT / "jobs" / f"{preset}.toml"), *inputs]
    run([*command, "--truth", str(data / "truth" / "truth.parquet"), "-o", str(output), "--overwrite", "--no-progress"])
    card = json.loads((output / "run.json").read_text())
    shutil.rmtree(output)
    return card["evaluation"]


def main() -> int:
    parser = argparse.ArgumentParser(description="How hard the presets of kintsu generate are.")
    parser.add_argument("--kintsu", type=Path, default=ROOT / "target" / "release" / "kintsu")
    parser.add_argument("--work", type=Path, default=WORK, help="where data go")
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--presets", nargs="+", default=list(PRESETS), choices=list(PRESETS))
    arguments = parser.parse_args()
    work: Path = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    kintsu = arguments.kintsu.resolve()
    print("| preset | best column, F1 | best two columns, F1 | trained model, F1 | precision | recall |")
    print("|---|---|---|---:|---:|---:|")
    verdicts = []
    for preset in arguments.presets:
        data, tables = work / f"difficulty_{preset}", PRESETS[preset]
        shutil.rmtree(data, ignore_errors=True)
        size = ["--customers", str(arguments.customers), "--seed", str(arguments.seed)]
        run([str(kintsu), "generate", "-o", str(data), "--preset", preset, *size, "--no-progress", "-qq"])
        keys = Keys(data, tables)
        cells = [f"{' and '.join(f'`{name}`' for name in key)} {f1:.3f}" for key, f1 in (keys.best(1), keys.best(2))]
        model = linked(kintsu, preset, data, tables, work)
        cells += [f"{model[name]:.4f}" for name in ("f1", "precision", "recall")]
        print(f"| `{preset}` | {' | '.join(cells)} |", flush=True)
        if preset == "realistic":
            worst = max(keys.best(1)[1], keys.best(2)[1])
            verdicts.append(goal(f"{preset}: no exact key above {KEY_F1_MAX}: {worst:.3f}", worst <= KEY_F1_MAX))
        if preset != "mdm":
            least, most = MODEL_F1
            verdicts.append(goal(f"{preset}: a model from {least} to {most}: {model['f1']:.4f}", least <= model["f1"] <= most))
        shutil.rmtree(data)
    print("\n".join(verdicts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
