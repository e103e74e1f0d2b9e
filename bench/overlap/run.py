"""Measures `kintsu overlap` on two made-up files of tokens, and holds its pairs to those of a join in DuckDB.

    cargo xtask bench overlap [--work bench-data] [--records 1000000] [--runs 3]

which hands over the command to measure and runs this file by a Python with DuckDB and PyArrow in it. Each file holds five
tokens a record; half of the records of each stand in the other. One rule of the five repeats its tokens four times, one is blank
for every fiftieth record. What is measured, from process start to exit (wait4): wall, CPU, peak resident memory. Three ways: as
it comes, with a small `--memory` so that tokens and pairs wait on the disk, and by any rule with one partner at most. The first
two write the same bytes, which is checked. Goals that are missed are printed; only wrong pairs end the bench with 1.
"""

from __future__ import annotations

import base64
import hashlib
import statistics
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bench.measuring import goal, machine, measure, parser

RULES = ["T1", "T2", "T3", "T4", "T5"]
BLANK = "0" * 64
SMALL_MEMORY = "256MiB"
# For five million tokens a file, on two cores.
RECORDS_OF_GOALS, WALL_GOAL_S, MEMORY_GOAL_MIB = 1_000_000, 10, 1024


def token(rule: str, person: int) -> str:
    """The token of a person under a rule."""
    if rule == "T4" and person % 50 == 0:
        return BLANK
    shown = person // 4 if rule == "T5" else person
    return base64.b64encode(hashlib.sha256(f"{rule}:{shown}".encode()).digest()).decode()


def make_file(path: Path, first: int, records: int) -> None:
    """Writes the tokens of so many persons, the first of them by number."""
    if path.exists():
        return
    schema = pa.schema([("RuleId", pa.string()), ("Token", pa.string()), ("RecordId", pa.string())])
    with pq.ParquetWriter(path.with_suffix(".new"), schema) as writer:
        for begin in range(first, first + records, 50_000):
            persons = range(begin, min(begin + 50_000, first + records))
            rules = RULES * len(persons)
            tokens = [token(rule, person) for person in persons for rule in RULES]
            ids = [f"{path.stem}-{person * 7919 % 10_000_019:08d}" for person in persons for _ in RULES]
            writer.write_table(pa.table([rules, tokens, ids], schema=schema))
    path.with_suffix(".new").rename(path)


def report(name: str, command: list[str], runs: int) -> list[str]:
    """Runs a command a few times, prints the medians, and says which goals are reached."""
    found = [measure(command) for _ in range(runs)]
    wall = statistics.median(run.wall_s for run in found)
    cpu = statistics.median(run.cpu_s for run in found)
    peak = max(run.peak_mib for run in found)
    print(f"| {name} | {wall:.2f} | {cpu:.2f} | {peak:.0f} |", flush=True)
    return [
        goal(f"{name}: at most {WALL_GOAL_S} s: {wall:.2f}", wall <= WALL_GOAL_S),
        goal(f"{name}: at most {MEMORY_GOAL_MIB} MiB: {peak:.0f}", peak <= MEMORY_GOAL_MIB),
    ]


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def pairs_by_join(first: Path, second: Path, rules: list[str]) -> int:
    """The number of pairs that agree on all rules, by a join in DuckDB."""
    import duckdb

    chosen = ", ".join(f"'{rule}'" for rule in rules)
    query = f"""
        select count(*) from (
            select a.RecordId as l, b.RecordId as r from '{first}' a join '{second}' b using (RuleId, Token)
            where RuleId in ({chosen}) and Token <> '{BLANK}' group by all having count(distinct RuleId) = {len(rules)})"""
    return duckdb.sql(query).fetchall()[0][0]


def main() -> None:
    options = parser("Measures kintsu overlap on two made-up files of tokens.")
    options.add_argument("--records", type=int, default=1_000_000)
    options.add_argument("--threads", default="2")
    arguments = options.parse_args()
    work: Path = arguments.work
    work.mkdir(parents=True, exist_ok=True)
    files = [work / f"tokens_{side}_{arguments.records}.parquet" for side in "ab"]
    make_file(files[0], 0, arguments.records)
    make_file(files[1], arguments.records // 2, arguments.records)

    outputs = {name: work / f"pairs_{name}.parquet" for name in ["held", "spilled"]}
    rules = ",".join(RULES)

    def overlap(files: list[Path], output: Path, *more: str) -> list[str]:
        options = ["--rules", rules, "--threads", arguments.threads, "--overwrite", "--quiet"]
        return [str(arguments.kintsu.resolve()), "overlap", str(files[0]), str(files[1]), "-o", str(output), *options, *more]

    tokens = f"{5 * arguments.records:,} tokens a file, {arguments.threads} threads"
    print(f"{tokens}; medians of {arguments.runs}, largest memory; {machine()}")
    print("| | wall, s | CPU, s | peak, MiB |\n|---|---:|---:|---:|")
    goals = report("as it comes", overlap(files, outputs["held"]), arguments.runs)
    goals += report(f"--memory {SMALL_MEMORY}", overlap(files, outputs["spilled"], "--memory", SMALL_MEMORY), arguments.runs)
    goals += report("any rule, one to one", overlap(files, work / "pairs_any.parquet", "--any", "--one-to-one"), arguments.runs)
    if arguments.records == RECORDS_OF_GOALS:
        print("\n".join(goals))
    if digest(outputs["held"]) != digest(outputs["spilled"]):
        sys.exit("the small memory changes the pairs")
    found = pq.read_metadata(outputs["held"]).num_rows
    expected = pairs_by_join(files[0], files[1], RULES)
    print(f"{found:,} pairs; a join in DuckDB finds {expected:,}")
    if found != expected:
        sys.exit("the pairs are not those of the join")


if __name__ == "__main__":
    main()
