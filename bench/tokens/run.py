"""Measures `kintsu tokenize` and openlinktoken 2.1.2 side by side on made-up people.

    cargo xtask bench tokens [--rows 1000000] [--peer-rows 20000] [--runs 3] [--work bench-data]

which hands over the command to measure and runs this file by a Python with openlinktoken in it. Needs the folder `shared` beside
the repository, or where KINTSU_SHARED points, for its lists of names. Every way of making tokens is measured for both in turn:
CSV to CSV and Parquet to Parquet, hash-only and encrypting; kintsu with one thread and with two. What is compared:

* CPU     kintsu: user and system time of the whole process (wait4). The peer: of its work alone, without starting Python.
* memory  the peak resident set of the process.
* tokens  those of the first people must be the same (hash-only), or decrypt to the same (encrypting).

Goals that are missed are printed; only tokens that differ end the bench with 1.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.measuring import Run, capture, goal, in_megabytes, machine, measure_rows, parser
from bench.tokens.inputs import key_files, people_file, tokenize_command

HERE = Path(__file__).resolve().parent
RATIO_GOAL = 100
MEMORY_GOAL_MB = 200


@dataclass
class Case:
    """A way of making tokens."""

    ending: str
    mode: str

    def name(self) -> str:
        return f"{self.ending} to {self.ending}, {self.mode}"


def run_peer(python: Path, arguments: list[str]) -> Run:
    return Run(**json.loads(capture([str(python), str(HERE / "peer.py"), *arguments])))


def rows_of(path: Path, count: int) -> list[list[str]]:
    """The first rows of a file of tokens."""
    if path.suffix == ".parquet":
        import pyarrow.parquet

        batch = next(pyarrow.parquet.ParquetFile(path).iter_batches(batch_size=count))
        return [[str(value) for value in row.values()] for row in batch.to_pylist()]
    with path.open(newline="") as file:
        return list(itertools.islice(itertools.islice(csv.reader(file), 1, None), count))


def same_tokens(case: Case, kintsu: Path, ours: Path, theirs: Path, keys: list[Path], people_compared: int) -> bool:
    """Whether both made the same tokens of the first people."""
    if case.mode == "encrypt":
        decrypted = [path.with_name(f"decrypted_{path.name}") for path in (ours, theirs)]
        for path, plain in zip((ours, theirs), decrypted, strict=True):
            command = [str(kintsu), "decrypt", str(path), "-o", str(plain), "--encryption-key-file", str(keys[1])]
            measure_rows([*command, "--overwrite", "-qq"], 1)
        ours, theirs = decrypted
    count = people_compared * 5
    return rows_of(ours, count) == rows_of(theirs, count)


def compare(case: Case, arguments: argparse.Namespace, source: Path, keys: list[Path]) -> tuple[bool, list[str]]:
    """Measures both in turn, prints a line for each, and says whether the tokens are the same and which goals are reached."""
    work, kintsu = arguments.work.resolve(), arguments.kintsu.resolve()
    ours, theirs = work / f"tokens{case.ending}", work / f"peer{case.ending}"
    file, keys_used = source.with_suffix(case.ending), keys if case.mode == "encrypt" else keys[:1]
    peer_arguments = [str(file), str(theirs), str(arguments.peer_rows), *map(str, keys_used)]
    peers, singles, doubles = [], [], []
    for _ in range(arguments.runs):
        peers.append(run_peer(Path(sys.executable), peer_arguments))
        singles.append(measure_rows(tokenize_command(kintsu, file, ours, keys_used, 1), arguments.rows))
        doubles.append(measure_rows(tokenize_command(kintsu, file, ours, keys_used, 2), arguments.rows))
    peer = statistics.median(run.rate() for run in peers)
    goals = []
    for label, runs in (("openlinktoken 2.1.2", peers), ("kintsu, 1 thread", singles), ("kintsu, 2 threads", doubles)):
        rate = statistics.median(run.rate() for run in runs)
        wall = statistics.median(run.wall_s for run in runs)
        peak = max(run.peak_mib for run in runs)
        print(f"| {case.name()} | {label} | {rate:,.0f} | {wall:.2f} | {peak:.0f} | {rate / peer:.0f} |", flush=True)
        if label.startswith("kintsu"):
            ratio, megabytes = rate / peer, in_megabytes(peak)
            goals.append(goal(f"{RATIO_GOAL} times the rows per CPU second, {label}: {ratio:.0f}", ratio >= RATIO_GOAL))
            goals.append(goal(f"at most {MEMORY_GOAL_MB} MB, {label}: {megabytes:.0f}", megabytes <= MEMORY_GOAL_MB))
    same = same_tokens(case, kintsu, ours, theirs, keys, min(arguments.peer_rows, 2000))
    return same, [f"{case.name()}: tokens {'the same' if same else 'DIFFERENT'}", *goals]


def main() -> int:
    options = parser("Measures kintsu tokenize and openlinktoken 2.1.2 side by side.")
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--peer-rows", type=int, default=20_000)
    arguments = options.parse_args()
    work: Path = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    source, keys = people_file(arguments.rows, work), key_files(work)
    print(f"{arguments.rows:,} people, the peer on {arguments.peer_rows:,}; median of {arguments.runs}; {machine()}")
    print("| way | program | rows per CPU second | wall, s | peak, MiB | ratio |\n|---|---|---:|---:|---:|---:|")
    cases = [Case(ending, mode) for ending in (".csv", ".parquet") for mode in ("hash-only", "encrypt")]
    compared = [compare(case, arguments, source, keys) for case in cases]
    print("\n".join(line for _, lines in compared for line in lines))
    return 0 if all(same for same, _ in compared) else 1


if __name__ == "__main__":
    sys.exit(main())
