"""What the benches have in common: a process measured from outside, the machine, goals, the folder `shared`.

The benches are run from the root of the repository as modules (`python -m bench.tokens.run`), as `cargo xtask bench` does.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "bench-data"


@dataclass
class Measured:
    """One process, measured from outside."""

    wall_s: float
    cpu_s: float
    peak_mib: float


@dataclass
class Run:
    """One run over so many rows, with what it took."""

    rows: int
    cpu_s: float
    wall_s: float
    peak_mib: float

    def rate(self) -> float:
        """Rows per CPU second."""
        return self.rows / self.cpu_s


def parser(description: str, runs: int = 3) -> argparse.ArgumentParser:
    """A parser of what every bench is told: the command to measure, where files go, how often."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--kintsu", type=Path, default=ROOT / "target" / "release" / "kintsu")
    made.add_argument("--work", type=Path, default=WORK, help="where data and results go")
    made.add_argument("--runs", type=int, default=runs)
    return made


def measure(command: list[str], log: Path | None = None) -> Measured:
    """Runs a command that must succeed, its output in `log` where that is named. wait4 gives the times and peak memory of this
    one process and its children.
    """
    with log.open("w+b") if log else tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            output.seek(0)
            text = output.read().decode(errors="replace")
            raise SystemExit(f"{' '.join(command)}\nended with {process.returncode}:\n{text[-4000:]}")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Measured(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def measure_rows(command: list[str], rows: int) -> Run:
    """Runs a command that must succeed and goes over so many rows."""
    measured = measure(command)
    return Run(rows, measured.cpu_s, measured.wall_s, measured.peak_mib)


def capture(command: list[str]) -> str:
    """The standard output of a command that must succeed."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def machine() -> str:
    """The processor, the cores that may be used, and how busy the machine is."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        found = re.search(r"model name\s*:\s*(.*)", info.read_text())
        name = found.group(1) if found else name
    return f"{name}, {len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}"


def goal(text: str, reached: bool) -> str:
    """A line that says whether a goal was reached. A missed one changes no exit code, as wrong results do, because figures depend
    on the machine and on what else it does.
    """
    return f"{'reached' if reached else 'MISSED '} {text}"


def in_megabytes(mib: float) -> float:
    """Memory in the unit of the goals."""
    return mib * 2**20 / 1e6


def shared_file(*place: str, folder: Path | None = None) -> Path:
    """A file of the folder `shared`: as given, as the environment says, or beside the repository. The bench is skipped else."""
    named = os.environ.get("KINTSU_SHARED")
    path = (folder or (Path(named) if named else ROOT.parent / "shared")).joinpath(*place)
    if not path.exists():
        print(f"skipped: {path} is not here")
        raise SystemExit(0)
    return path
