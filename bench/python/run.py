"""Measures what Python adds: one job by the command and by `kintsu.Linker`, and the import of the package.

    cargo xtask bench python [--work bench-data] [--rows 1000000] [--runs 5] [--people FILE]

which builds the extension module and runs this file by a Python with PyArrow in it. The job is `bench/linkage/people_1m.toml`,
the script `bench/python/side.py`. Needs, beside the repository or where KINTSU_SHARED points, the folder `shared` with the
generator, unless the people are given. Runs alternate between the two. What is compared:

* wall and CPU  of the whole process, the start of Python and the import included (wait4).
* import        `import kintsu`, and with it the first name that needs the extension module (-X importtime, cumulative).
* results       the same edges and clusters, in the same order.

Goals that are missed are printed; only results that differ end the bench with 1.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet

from bench.linkage.run import job_for, people
from bench.measuring import ROOT, WORK, Measured, goal, machine, measure, shared_file

HERE = Path(__file__).resolve().parent
MORE_THAN_COMMAND_GOAL = 0.05
IMPORT_MS_GOAL = 100
IMPORTS = {"import kintsu": "import kintsu", "from kintsu import Linker": "from kintsu import Linker"}


def import_ms(python: Path, statement: str) -> float:
    """How long an import takes, by the interpreter's own account, all modules of the package together."""
    done = subprocess.run([str(python), "-X", "importtime", "-c", statement], capture_output=True, text=True, check=True)
    lines = re.findall(r"import time:\s+\d+ \|\s+(\d+) \| ( *)(\S+)", done.stderr)
    # What stands furthest to the left is not part of another import.
    return sum(int(microseconds) for microseconds, indent, name in lines if len(indent) == 0 and name.startswith("kintsu")) / 1000


def same_tables(first: Path, second: Path) -> bool:
    """Whether both runs found the same edges and clusters."""
    tables = (
        (pyarrow.parquet.read_table(folder / name) for folder in (first, second))
        for name in ("edges.parquet", "clusters.parquet")
    )
    return all(one.equals(other) for one, other in tables)


def median(runs: list[Measured], name: str) -> float:
    return statistics.median(getattr(run, name) for run in runs)


def arguments_of_command() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures what Python adds to a job.")
    parser.add_argument("--kintsu", type=Path, default=ROOT / "target" / "release" / "kintsu")
    parser.add_argument("--python", type=Path, default=Path(sys.executable))
    parser.add_argument("--work", type=Path, default=WORK, help="where data and runs go")
    parser.add_argument("--people", type=Path, help="a Parquet file of people in place of those that are made")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--shared", type=Path)
    return parser.parse_args()


def main() -> int:
    arguments = arguments_of_command()
    work, python = arguments.work.resolve(), arguments.python.absolute()
    work.mkdir(parents=True, exist_ok=True)
    os.environ["PYTHONPATH"] = str(ROOT / "python")
    data = arguments.people
    if data is None:
        generator = shared_file("bench", "linkage", "gen.py", folder=arguments.shared)
        data = people(python, generator, arguments.rows, 42, work)
    folders = {"command": work / "python_command", "Linker": work / "python_linker"}
    job = [str(arguments.kintsu.resolve()), "run", str(job_for(data, work)), "-o", str(folders["command"])]
    commands = {
        "command": [*job, "--overwrite", "--no-progress"],
        "Linker": [str(python), str(HERE / "side.py"), str(data), str(folders["Linker"])],
    }
    print(machine())
    runs: dict[str, list[Measured]] = {name: [] for name in commands}
    for number in range(1, arguments.runs + 1):
        for name, command in commands.items():
            measured = measure(command, work / f"python_{name}.log")
            runs[name].append(measured)
            figures = f"{measured.wall_s:.2f} s, CPU {measured.cpu_s:.2f} s, {measured.peak_mib:.0f} MiB"
            print(f"run {number}: {name} {figures}", flush=True)
    print("| | command | `kintsu.Linker` | more |\n|---|---:|---:|---:|")
    more = {}
    for label, name in (("wall, s", "wall_s"), ("CPU, s", "cpu_s"), ("peak memory, MiB", "peak_mib")):
        theirs, ours = median(runs["command"], name), median(runs["Linker"], name)
        more[name] = ours / theirs - 1
        print(f"| {label} | {theirs:.2f} | {ours:.2f} | {100 * more[name]:+.1f} % |")
    imports = {name: statistics.median(import_ms(python, statement) for _ in range(5)) for name, statement in IMPORTS.items()}
    print(*(f"{name}: {milliseconds:.1f} ms" for name, milliseconds in imports.items()), sep="\n")
    for name in ("wall_s", "cpu_s"):
        print(goal(f"at most {MORE_THAN_COMMAND_GOAL:.0%} more {name}: {more[name]:+.1%}", more[name] <= MORE_THAN_COMMAND_GOAL))
    slowest = max(imports.values())
    print(goal(f"imported in less than {IMPORT_MS_GOAL} ms: {slowest:.1f}", slowest < IMPORT_MS_GOAL))
    same = same_tables(*folders.values())
    print(f"results: {'the same' if same else 'DIFFERENT'}")
    results = {"machine": machine(), "runs": {name: [vars(run) for run in several] for name, several in runs.items()}}
    (work / "python_results.json").write_text(json.dumps({**results, "import_ms": imports}, indent=1) + "\n")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
