"""Measures kintsu and Splink 5 on DuckDB side by side on made-up people.

    cargo xtask bench linkage [--work bench-data] [--rows 1000000] [--runs 3]

which hands over the command to measure and runs this file by a Python with Splink in it. Needs, beside the repository or where
KINTSU_SHARED points, the folder `shared` with the generator and Splink's side of the bench. Runs alternate between the two, so
that a slow minute of the machine meets both. What is compared:

* wall     kintsu: from process start to exit. Splink: its stages only, from loading to clusters, without starting Python.
* CPU      kintsu: user and system time of the process (wait4). Splink: the sum over its stages.
* memory   kintsu: the peak resident set of the process (wait4). Splink: sampled every 50 ms during its stages.
* quality  pairs inside final clusters at 0.95 against the truth.

The second leg scores the model that Splink saved, and compares every edge with Splink's. Goals that are missed are printed; only
edges that differ end the bench with 1.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.measuring import ROOT, WORK, capture, goal, in_megabytes, machine, measure, shared_file

HERE = Path(__file__).resolve().parent
WEIGHT_TOLERANCE = 1e-9
WALL_RATIO_GOAL, CPU_RATIO_GOAL, MEMORY_GOAL_MB = 20, 15, 600


@dataclass
class Side:
    """The runs of one of the two."""

    wall_s: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    peak_mib: list[float] = field(default_factory=list)
    stages_s: list[dict[str, float]] = field(default_factory=list)
    quality: dict[str, float] = field(default_factory=dict)
    candidate_pairs: int | None = None

    def median(self, name: str) -> float:
        values: list[float] = getattr(self, name)
        return statistics.median(values)


def people(python: Path, generator: Path, rows: int, seed: int, work: Path) -> Path:
    """The data, made once for a number of rows."""
    size = f"{rows // 1_000_000}m" if rows % 1_000_000 == 0 else f"{rows // 1_000}k" if rows % 1_000 == 0 else str(rows)
    path = work / f"people_{size}.parquet"
    if not path.exists():
        part = path.with_suffix(".part")
        subprocess.run([str(python), str(generator), str(rows), str(seed), str(part)], check=True, stdout=sys.stderr)
        part.rename(path)
    return path


def job_for(data: Path, work: Path) -> Path:
    """The job with its one input replaced by `data`."""
    text = (HERE / "people_1m.toml").read_text()
    replaced, count = re.subn(r'"[^"\n]*\.parquet"', lambda _: json.dumps(str(data.resolve())), text)
    if count != 1:
        raise SystemExit(f"people_1m.toml names {count} inputs that end in .parquet")
    path = work / "job.toml"
    path.write_text(replaced)
    return path


def run_kintsu(kintsu: Path, job: Path, run: int, side: Side, work: Path) -> Path:
    """One run of the job; the run directory stays for a look."""
    directory = work / f"kintsu_{run}"
    measured = measure(
        [str(kintsu), "run", str(job), "-o", str(directory), "--overwrite", "--no-progress"], work / f"kintsu_{run}.log"
    )
    card = json.loads((directory / "run.json").read_text())
    side.wall_s.append(measured.wall_s)
    side.cpu_s.append(measured.cpu_s)
    side.peak_mib.append(measured.peak_mib)
    side.stages_s.append(stages_of(card))
    side.candidate_pairs = candidate_pairs_of(card)
    return directory


def stages_of(card: dict[str, Any]) -> dict[str, float]:
    """The seconds of each stage in a run's card, in order."""
    stages = card.get("stages", card.get("timings", []))
    if isinstance(stages, dict):
        return {name: float(seconds) for name, seconds in stages.items()}
    return {stage.get("name", stage.get("stage")): float(stage.get("seconds", stage.get("wall_seconds"))) for stage in stages}


def candidate_pairs_of(card: dict[str, Any]) -> int | None:
    """The pairs that were scored."""
    counts = card.get("counts", {})
    found = counts.get("candidate_pairs", card.get("candidate_pairs"))
    return int(found) if found is not None else None


def run_splink(python: Path, bench: Path, data: Path, run: int, side: Side, work: Path) -> Path:
    """One run of Splink's side; gives the model that it saved."""
    out = work / f"splink_{run}.json"
    measure([str(python), str(bench), str(data), str(out), "--threads", "2"], work / f"splink_{run}.log")
    result = json.loads(out.read_text())
    side.wall_s.append(result["total_s"])
    side.cpu_s.append(sum(result["stages_cpu_s"].values()))
    side.peak_mib.append(result["peak_rss_mib"])
    side.stages_s.append(result["stages_s"])
    side.quality = result["cluster_pairwise_0_95"]
    side.candidate_pairs = result["candidate_pairs"]
    return out.with_suffix("").with_suffix(".model.json")


def second_leg(kintsu: Path, python: Path, model: Path, data: Path, work: Path) -> dict[str, float]:
    """Scores Splink's own model and compares the edges with Splink's."""
    expected = work / "splink_predictions.parquet"
    capture([str(python), str(HERE / "splink_side.py"), "predictions", str(model), str(data), str(expected)])
    directory = work / "kintsu_splink_model"
    command = [str(kintsu), "dedupe", str(data), "--model", str(model), "--predict-threshold", "0.01"]
    measured = measure([*command, "-o", str(directory), "--overwrite", "--no-progress"], work / "kintsu_splink_model.log")
    edges = str(directory / "edges.parquet")
    compared = capture([str(python), str(HERE / "splink_side.py"), "compare", edges, str(expected)])
    found: dict[str, float] = json.loads(compared)
    return {**found, "wall_s": measured.wall_s, "cpu_s": measured.cpu_s, "peak_mib": measured.peak_mib}


def agrees(leg: dict[str, float]) -> bool:
    """Whether the second leg found the same edges with the same weights."""
    exact = all(leg[name] == 0 for name in ("only_ours", "only_theirs", "match_keys_different"))
    difference = leg["weight_difference_max"]
    return exact and difference is not None and not math.isnan(difference) and difference <= WEIGHT_TOLERANCE


def stage_lines(name: str, side: Side) -> list[str]:
    """The median of each stage of one side."""
    stages = side.stages_s[0] if side.stages_s else {}
    medians = {stage: statistics.median(run.get(stage, 0.0) for run in side.stages_s) for stage in stages}
    return [f"{name:8}{stage:40}{seconds:9.3f} s" for stage, seconds in medians.items()]


def table(ours: Side, theirs: Side | None) -> list[str]:
    """The summary, in Markdown."""
    lines = ["| | kintsu | Splink 5.0.0 | ratio |", "|---|---:|---:|---:|"]
    rows = (("wall, s", "wall_s", 2), ("CPU, s", "cpu_s", 2), ("peak memory, MiB", "peak_mib", 0))
    for label, name, digits in rows:
        own = ours.median(name)
        other = theirs.median(name) if theirs else None
        cells = (f"{other:.{digits}f}", f"{other / own:.1f}") if other is not None else ("", "")
        lines.append(f"| {label} (median of {len(getattr(ours, name))}) | {own:.{digits}f} | {cells[0]} | {cells[1]} |")
    for label, name in (("precision", "precision"), ("recall", "recall"), ("F1", "f1")):
        other_quality = f"{theirs.quality[name]:.4f}" if theirs else ""
        lines.append(f"| {label}, pairs in clusters at 0.95 | {ours.quality[name]:.4f} | {other_quality} | |")
    pairs = theirs.candidate_pairs if theirs else ""
    lines.append(f"| candidate pairs | {ours.candidate_pairs} | {pairs} | |")
    return lines


def arguments_of_command() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures kintsu and Splink 5 on DuckDB side by side.")
    parser.add_argument("--kintsu", type=Path, default=ROOT / "target" / "release" / "kintsu")
    parser.add_argument("--work", type=Path, default=WORK, help="where data and runs go")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--shared", type=Path)
    parser.add_argument("--python", type=Path, default=Path(sys.executable), help="a Python with splink 5.0.0 in it")
    parser.add_argument("--no-splink", action="store_true", help="measure kintsu alone")
    return parser.parse_args()


def main() -> int:
    arguments = arguments_of_command()
    bench = shared_file("bench", "linkage", "gen.py", folder=arguments.shared).parent
    work: Path = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    kintsu: Path = arguments.kintsu.resolve()
    python = arguments.python.absolute()
    data = people(python, bench / "gen.py", arguments.rows, arguments.seed, work)
    job = job_for(data, work)

    print(f"{arguments.rows:,} people; {machine()}")
    ours, theirs, directory, model = Side(), None if arguments.no_splink else Side(), None, None
    for run in range(1, arguments.runs + 1):
        directory = run_kintsu(kintsu, job, run, ours, work)
        print(f"run {run}: kintsu {ours.wall_s[-1]:.2f} s, CPU {ours.cpu_s[-1]:.2f} s, {ours.peak_mib[-1]:.0f} MiB", flush=True)
        if theirs is not None:
            model = run_splink(python, bench / "bench_splink.py", data, run, theirs, work)
            print(f"run {run}: Splink {theirs.wall_s[-1]:.2f} s, CPU {theirs.cpu_s[-1]:.2f} s, {theirs.peak_mib[-1]:.0f} MiB")
    if directory is None:
        raise SystemExit("--runs must be at least 1")
    quality = capture([str(python), str(HERE / "splink_side.py"), "quality", str(directory / "clusters.parquet"), str(data)])
    ours.quality = json.loads(quality)

    print("\n".join(stage_lines("kintsu", ours) + (stage_lines("Splink", theirs) if theirs else [])))
    print("\n".join(table(ours, theirs)))
    if ours.candidate_pairs:
        print(f"kintsu: {ours.median('cpu_s') / ours.candidate_pairs * 1e9:.1f} ns CPU a candidate pair")
    results: dict[str, Any] = {"rows": arguments.rows, "machine": machine(), "kintsu": vars(ours)}
    failed = False
    if theirs is not None and model is not None:
        leg = second_leg(kintsu, python, model, data, work)
        failed = not agrees(leg)
        verdict = "DIFFERENT" if failed else "the same"
        print(f"Splink's own model, scored by both: {verdict}: {json.dumps(leg)}")
        results |= {"splink": vars(theirs), "splink_model": leg}
        if arguments.rows == 1_000_000:
            print(goals(ours, theirs))
    (work / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    return 1 if failed else 0


def goals(ours: Side, theirs: Side) -> str:
    """What was to be reached, and whether it was."""
    wall = theirs.median("wall_s") / ours.median("wall_s")
    cpu = theirs.median("cpu_s") / ours.median("cpu_s")
    megabytes = in_megabytes(ours.median("peak_mib"))
    lines = (
        goal(f"{WALL_RATIO_GOAL} times less wall: {wall:.1f}", wall >= WALL_RATIO_GOAL),
        goal(f"{CPU_RATIO_GOAL} times less CPU: {cpu:.1f}", cpu >= CPU_RATIO_GOAL),
        goal(f"at most {MEMORY_GOAL_MB} MB: {megabytes:.0f}", megabytes <= MEMORY_GOAL_MB),
        goal("F1 not below Splink's", ours.quality["f1"] >= theirs.quality["f1"]),
    )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
