"""Measures tokens on Spark, hashed and encrypted: kintsu and openlinktoken-pyspark 2.1.2 side by side, and the bridge alone.

    cargo xtask bench spark-tokens [--rows 1000000] [--peer-rows 20000] [--runs 2] [--work bench-data]

which runs this file by a Python with PySpark 3.5 and openlinktoken-pyspark in it. Each side runs in a session of its own on
local[2], from Parquet to a sink that takes all and keeps nothing; the last run in the session counts, when everything is warm.
CPU seconds are those of all processes: driver, JVM and Python workers. The kernel's own cost is what `kintsu tokenize` needs for
the same work without Spark. Goals that are missed are printed and fail nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
RATIO_GOAL = 75
KERNEL_GOAL = 1.5


def names_file() -> Path:
    named = os.environ.get("KINTSU_SHARED")
    path = (Path(named) if named else ROOT.parent / "shared") / "bench" / "linkage" / "names.json"
    if not path.exists():
        print(f"skipped: {path} is not here")
        raise SystemExit(0)
    return path


def people(rows: int, work: Path) -> Path:
    """The people as Parquet in row groups that two cores can share."""
    import pyarrow.parquet

    path = work / f"spark_persons_{rows}.parquet"
    if not path.exists():
        made = work / f"persons_{rows}"
        if not made.with_suffix(".parquet").exists():
            subprocess.run(
                [sys.executable, str(ROOT / "bench/tokens/people.py"), str(rows), "7", str(names_file()), str(made)], check=True
            )
        pyarrow.parquet.write_table(
            pyarrow.parquet.read_table(made.with_suffix(".parquet")), path, row_group_size=max(rows // 8, 1)
        )
    return path


def secret_file(work: Path, name: str, characters: int) -> Path:
    path = work / name
    if not path.exists():
        path.write_text(secrets.token_urlsafe(characters)[:characters])
    return path


def measure(side: str, source: Path, runs: int, keys: list[Path]) -> dict[str, float]:
    """The last run of a side."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "python")}
    command = [sys.executable, str(HERE / "side.py"), side, str(source), str(runs), *map(str, keys)]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def local_engine(kintsu: Path, source: Path, keys: list[Path]) -> float:
    """CPU seconds of the command for the same work, Parquet to Parquet."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            str(kintsu),
            "tokenize",
            str(source),
            "-o",
            f"{folder}/tokens.parquet",
            "--mode",
            "encrypt",
            "--threads",
            "2",
            "-qq",
        ]
        command += [
            "--hashing-secret-file",
            str(keys[0]),
            "--encryption-key-file",
            str(keys[1]),
            "--token-profile",
            "openlinktoken-2",
        ]
        process = subprocess.Popen(command)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise SystemExit(f"kintsu tokenize ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def main() -> int:
    parser = argparse.ArgumentParser(description="Measures tokens on Spark.")
    parser.add_argument("--kintsu", type=Path, default=ROOT / "target" / "release" / "kintsu")
    parser.add_argument("--work", type=Path, default=ROOT / "bench-data", help="where people go")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--peer-rows", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=2)
    arguments = parser.parse_args()
    work: Path = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    keys = [secret_file(work, "hashing.secret", 40), secret_file(work, "encryption.key", 32)]
    many, few = people(arguments.rows, work), people(arguments.peer_rows, work)
    load = os.getloadavg()[0]
    print(f"{arguments.rows:,} people, the peer on {arguments.peer_rows:,}; run {arguments.runs} of a session; load {load:.1f}")
    print("| side | CPU s per million rows | rows per CPU second | wall, s |\n|---|---:|---:|---:|")
    cost = {}
    for side, source, rows in (
        ("scan", many, arguments.rows),
        ("identity1", many, arguments.rows),
        ("identity5", many, arguments.rows),
        ("kintsu", many, arguments.rows),
        ("peer", few, arguments.peer_rows),
    ):
        measured = measure(side, source, arguments.runs, keys)
        cost[side] = measured["cpu_s"] / rows * 1e6
        print(f"| {side} | {cost[side]:,.2f} | {rows / measured['cpu_s']:,.0f} | {measured['wall_s']:.2f} |", flush=True)
    local = local_engine(arguments.kintsu.resolve(), many, keys) / arguments.rows * 1e6
    ratio, kernel = cost["peer"] / cost["kintsu"], (cost["kintsu"] - cost["identity5"]) / local
    print(f"kintsu costs {ratio:.0f} times less than the peer (goal: {RATIO_GOAL})")
    print(f"beyond the bridge {kernel:.2f} times the local engine's {local:.2f} CPU s per million rows (goal: {KERNEL_GOAL})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
