"""Measures tokens on Spark, hash-only and encrypting: kintsu and openlinktoken-pyspark 2.1.2 side by side, and the bridge alone.

    cargo xtask bench spark-tokens [--rows 1000000] [--peer-rows 30000] [--runs 2] [--work bench-data]

which runs this file by a Python with PySpark 3.5 and openlinktoken-pyspark in it. Each side runs in a session of its own on
local[2], from Parquet to a sink that takes all and keeps nothing; the last run in the session counts, when everything is warm.
The peer needs 15 to 30 CPU minutes for a million rows, so it gets fewer unless `--peer-rows` says otherwise; rates are compared.

* CPU     user and system time of all processes: driver, JVM and Python workers. The start of the session is left out.
* peer    as it comes, and, where it encrypts, also without the second encryption in which it wraps every token (`olt.V1`),
          because kintsu makes no such tokens: goals are held against the latter.
* bridge  the same query with a kernel that does nothing but give out as many tokens, as long as the real ones.
* kernel  what kintsu costs beyond the bridge, beside `kintsu tokenize` from Parquet to Parquet without Spark, and beside the
          kernel alone, called by Python for batches in memory.
* tokens  those of the first people must be the same as the peer's (hash-only), or decrypt to the same (encrypting).

Goals that are missed are printed; only tokens that differ end the bench with 1.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.measuring import ROOT, Run, goal, machine, measure_rows, parser
from bench.tokens.inputs import key_files, people_file, tokenize_command

SIDE = Path(__file__).resolve().with_name("side.py")
FILES = 8
#: The side that makes the same tokens.
PEERS = {"hash-only": "peer", "encrypt": "peer_unwrapped"}
RATIO_GOAL, RATIO_AIM, KERNEL_GOAL = 75, 120, 1.5


def people_folder(rows: int, work: Path) -> Path:
    """The people as a folder of Parquet files that two cores can share, however few they are."""
    import pyarrow.parquet

    folder = work / f"spark_persons_{rows}"
    if not folder.exists():
        table = pyarrow.parquet.read_table(people_file(rows, work))
        made = folder.with_suffix(".new")
        made.mkdir(exist_ok=True)
        size = -(-rows // FILES)
        for number in range(FILES):
            pyarrow.parquet.write_table(table.slice(number * size, size), made / f"part-{number}.parquet")
        made.rename(folder)
    return folder


class Bench:
    """Runs sides, prints a line for each, and keeps the CPU seconds of a million rows."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.work: Path = arguments.work.resolve()
        self.work.mkdir(parents=True, exist_ok=True)
        self.kintsu: Path = arguments.kintsu.resolve()
        self.runs: int = arguments.runs
        self.rows: int = arguments.rows
        self.peer_rows: int = arguments.peer_rows
        self.people, self.few = people_folder(self.rows, self.work), people_folder(self.peer_rows, self.work)
        self.keys = key_files(self.work)
        self.runs_of: dict[tuple[str, str], list[Run]] = {}
        self.cost: dict[tuple[str, str], float] = {}
        self.digests: dict[tuple[str, str], str] = {}

    def side(self, side: str, mode: str = "") -> None:
        """The last run of a side in a session of its own."""
        source, rows = (self.few, self.peer_rows) if side.startswith("peer") else (self.people, self.rows)
        command = [sys.executable, str(SIDE), side, str(source), str(self.few), str(self.runs), *self.keys_of(mode)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "python")}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"{side} ended with {done.returncode}:\n{done.stderr[-4000:]}")
        measured = json.loads(done.stdout.splitlines()[-1])
        self.digests[side, mode] = measured.pop("digest", "")
        self.runs_of.setdefault((side, mode), []).append(Run(rows, **measured, peak_mib=0))

    def command(self, mode: str) -> None:
        """The command for the same work, Parquet to Parquet."""
        with tempfile.TemporaryDirectory() as folder:
            target, keys = Path(folder) / "tokens.parquet", [Path(key) for key in self.keys_of(mode)]
            source = people_file(self.rows, self.work)
            run = measure_rows(tokenize_command(self.kintsu, source, target, keys, 2), self.rows)
            self.runs_of.setdefault(("command", mode), []).append(run)

    def report(self, side: str, mode: str = "") -> None:
        """The session with the median of CPU seconds."""
        runs = sorted(self.runs_of[side, mode], key=lambda run: run.cpu_s)
        run = runs[(len(runs) - 1) // 2]
        self.cost[side, mode] = 1e6 / run.rate()
        print(f"| {side} | {mode} | {run.rows:,} | {1e6 / run.rate():,.2f} | {run.rate():,.0f} | {run.wall_s:.2f} |", flush=True)

    def keys_of(self, mode: str) -> list[str]:
        return [str(key) for key in (self.keys if mode == "encrypt" else self.keys[:1])]

    def verdicts(self, mode: str) -> list[str]:
        """Which goals are reached."""
        ours = self.cost["kintsu", mode]
        ratio, beyond = self.cost[PEERS[mode], mode] / ours, ours - self.cost["identity5", mode]
        command, kernel = beyond / self.cost["command", mode], beyond / self.cost["kernel", mode]
        return [
            goal(f"{mode}: {RATIO_GOAL} times less CPU than the peer: {ratio:.0f}", ratio >= RATIO_GOAL),
            goal(f"{mode}: the aim of {RATIO_AIM} times: {ratio:.0f}", ratio >= RATIO_AIM),
            goal(f"{mode}: beyond the bridge {KERNEL_GOAL} times the command's cost: {command:.2f}", command <= KERNEL_GOAL),
            goal(f"{mode}: beyond the bridge {KERNEL_GOAL} times the kernel's in memory: {kernel:.2f}", kernel <= KERNEL_GOAL),
            f"        {mode}: beyond the bridge {beyond:.2f} CPU s per million rows",
        ]


def main() -> int:
    options = parser("Measures tokens on Spark.", runs=2)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--peer-rows", type=int, default=30_000, help="1000000 takes 15 to 30 minutes of two cores for each way")
    options.add_argument(
        "--sessions", type=int, default=3, help="sessions of each side but the peer's, in turn; the median counts"
    )
    arguments = options.parse_args()
    bench = Bench(arguments)
    print(f"{arguments.rows:,} people, the peer on {arguments.peer_rows:,}; run {arguments.runs} of a session; {machine()}")
    print(f"medians of {arguments.sessions} sessions, one of the peer")
    print("| side | tokens | rows | CPU s per million rows | rows per CPU second | wall, s |\n|---|---|---:|---:|---:|---:|")
    modes = ("hash-only", "encrypt")
    own = [("scan", ""), ("identity1", ""), *((side, mode) for mode in modes for side in ("identity5", "kintsu", "kernel"))]
    for _ in range(arguments.sessions):
        for side, mode in own:
            bench.side(side, mode)
        for mode in modes:
            bench.command(mode)
    for side, mode in (*own, *(("command", mode) for mode in modes)):
        bench.report(side, mode)
    for side, mode in (("peer", "hash-only"), ("peer_unwrapped", "encrypt"), ("peer", "encrypt")):
        bench.side(side, mode)
        bench.report(side, mode)
    print("\n".join(line for mode in modes for line in bench.verdicts(mode)))
    same = {mode: bench.digests["kintsu", mode] == bench.digests[PEERS[mode], mode] for mode in modes}
    print("\n".join(f"{mode}: tokens {'the same' if equal else 'DIFFERENT'}" for mode, equal in same.items()))
    return 0 if all(same.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
