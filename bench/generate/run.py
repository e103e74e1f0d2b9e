"""Measures `kintsu generate` and Faker side by side.

    cargo xtask bench generate [--records 1000000] [--peer-rows 10000] [--runs 3] [--work bench-data]

which hands over the command to measure and runs this file by a Python with Faker in it. kintsu makes all that a data set has: the
tables of three sources, the clean customers, the truth, the changes, digests and the manifest, as Parquet; every preset with one
thread and with two. Faker makes the clean customers alone, as CSV, in one process. What is compared:

* rows    those of the sources for kintsu, customers for Faker: what kintsu makes beside them counts for nothing.
* CPU     kintsu: user and system time of the whole process (wait4). Faker: of its work alone, without starting Python.
* memory  the peak resident set of the process.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from bench.measuring import Run, goal, in_megabytes, machine, measure, parser

HERE = Path(__file__).resolve().parent
# CPU microseconds of a source row: what may not be passed, and what is aimed at.
LIMITS_US = {"mdm": (2.5, 1.25), "realistic": (4.0, 2.0)}
MEMORY_LIMIT_MB = 500


def run_kintsu(kintsu: Path, preset: str, records: int, threads: int, work: Path) -> Run:
    output = work / f"generated_{preset}"
    shutil.rmtree(output, ignore_errors=True)
    # Under mdm a customer has 2.43 records; --records would make fewer.
    size = ["--customers", str(round(records / 2.43))] if preset == "mdm" else ["--records", str(records)]
    command = [str(kintsu), "generate", "-o", str(output), "--preset", preset, *size, "--threads", str(threads), "-qq"]
    measured = measure([*command, "--no-progress"])
    rows = json.loads((output / "manifest.json").read_text())["counts"]["records"]
    shutil.rmtree(output)
    return Run(rows, measured.cpu_s, measured.wall_s, measured.peak_mib)


def run_peer(rows: int, work: Path) -> Run:
    command = [sys.executable, str(HERE / "peer.py"), str(work / "faker.csv"), str(rows)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Run(**json.loads(done.stdout))


def line(label: str, runs: list[Run], peer_rate: float) -> float:
    """Prints a line of the table and gives the CPU microseconds of a row."""
    micros = statistics.median(run.cpu_s / run.rows * 1e6 for run in runs)
    rate = 1e6 / micros
    wall = statistics.median(run.wall_s for run in runs)
    rows = f"{runs[0].rows:,}"
    peak = max(run.peak_mib for run in runs)
    print(f"| {label} | {rows} | {micros:,.2f} | {rate:,.0f} | {rate / peer_rate:,.0f} | {wall:.2f} | {peak:.0f} |", flush=True)
    return micros


def main() -> int:
    options = parser("Measures kintsu generate and Faker side by side.")
    options.add_argument("--records", type=int, default=1_000_000)
    options.add_argument("--peer-rows", type=int, default=10_000)
    options.add_argument("--presets", nargs="+", default=list(LIMITS_US))
    arguments = options.parse_args()
    work: Path = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    kintsu = arguments.kintsu.resolve()
    print(f"about {arguments.records:,} records; median of {arguments.runs}; {machine()}")
    cases = [(preset, threads) for preset in arguments.presets for threads in (1, 2)]
    peers: list[Run] = []
    runs: dict[tuple[str, int], list[Run]] = {case: [] for case in cases}
    for _ in range(arguments.runs):
        peers.append(run_peer(arguments.peer_rows, work))
        for preset, threads in cases:
            runs[preset, threads].append(run_kintsu(kintsu, preset, arguments.records, threads, work))
    print("| program | rows | CPU, µs a row | rows per CPU second | ratio | wall, s | peak, MiB |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    peer_rate = statistics.median(run.rows / run.cpu_s for run in peers)
    line("Faker, customers alone", peers, peer_rate)
    verdicts = []
    for preset, threads in cases:
        micros = line(f"kintsu {preset}, {threads} thread{'s'[: threads - 1]}", runs[preset, threads], peer_rate)
        limit, aim = LIMITS_US.get(preset, (4.0, 2.0))
        verdicts.append(goal(f"{preset}, {threads}: at most {limit} µs: {micros:.2f}", micros <= limit))
        verdicts.append(goal(f"{preset}, {threads}: the aim of {aim} µs: {micros:.2f}", micros <= aim))
        peak = in_megabytes(max(run.peak_mib for run in runs[preset, threads]))
        verdicts.append(goal(f"{preset}, {threads}: at most {MEMORY_LIMIT_MB} MB: {peak:.0f}", peak <= MEMORY_LIMIT_MB))
    print("\n".join(verdicts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
