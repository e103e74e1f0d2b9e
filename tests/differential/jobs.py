"""Whole jobs on random small tables, through Splink 4, Splink 5 and kintsu: the answers must be the same.

    python3 tests/differential/jobs.py --kintsu BINARY --splink4 PYTHON --splink5 PYTHON [--seeds 2] [--scenario NAME]

Each scenario of cases.py is run with so many seeds. Compared are the trained model (m, u, lambda), the predictions (pairs,
levels, weights, probabilities, match keys, term frequencies, every intermediate column), clusters at one and several thresholds,
single best links, deterministic links and term-frequency tables. Ends with 1 and a summary where anything differs.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from cases import SCENARIOS, Case, make_case
from command_line import in_work_folder, parser_of
from compare import (
    Differences,
    compare_clusters,
    compare_links,
    compare_model,
    compare_pairs,
    compare_term_frequencies,
    compare_thresholds,
    torn_apart,
)

HERE = Path(__file__).resolve().parent
VERSION_KEY = {"splink4": ("bayes_factor_column_prefix", "bf_"), "splink5": ("match_weight_column_prefix", "mw_")}
Json = dict[str, Any]


def write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=1))


def write_csv(path: Path, header: list[str], rows: list[list[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])


def read_rows(directory: Path, name: str) -> list[Json]:
    """A data file of a run directory."""
    with (directory / f"{name}.jsonl").open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def run_splink(python: Path, folder: Path) -> None:
    """All cases of a folder in one process."""
    subprocess.run([str(python), str(HERE / "splink_jobs.py"), str(folder)], check=True)


def run_kintsu(kintsu: Path, job: Json, name: str, folder: Path) -> Path:
    """Writes the job and runs it; gives the run directory. Raises with what kintsu printed when it fails."""
    directory = folder / f"run_{name}"
    path = folder / f"job_{name}.json"
    write_json(path, job)
    command = [str(kintsu), "run", str(path), "-o", str(directory), "--overwrite", "--no-progress"]
    finished = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if finished.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {finished.returncode}:\n{finished.stdout[-1500:]}")
    return directory


def write_inputs(case: Case, folder: Path) -> Json:
    """The labels and term-frequency tables as files; gives the parts of a job that are the same for both versions."""
    for column, rows in case["tf_tables"].items():
        write_csv(folder / f"given_tf_{column}.csv", [column, f"tf_{column}"], rows)
    many = len(case["tables"]) > 1
    if case["labels"]:
        header = ["source_dataset_l", "unique_id_l", "source_dataset_r", "unique_id_r", "clerical_match_score"]
        rows = case["labels"] if many else [[row[1], row[3], row[4]] for row in case["labels"]]
        write_csv(folder / "labels.csv", header if many else [header[1], header[3], header[4]], rows)
    return {
        "inputs": [{"path": f"{table['name']}.parquet", "name": table["name"]} for table in case["tables"]],
        "term_frequencies": {column: f"given_tf_{column}.csv" for column in case["tf_tables"]},
        "file_format": "jsonl",
        "predict_threshold": 0.0,
    }


def training_of(case: Case) -> list[Json]:
    """Splink's steps with the labels named."""
    named = {"estimate_m_from_pairwise_labels": {"labels": "labels.csv"}}
    return [{**step, **named.get(step["method"], {})} for step in case["training"]]


def main_job(case: Case, common: Json, version: str, parity: str, folder: Path) -> Json:
    """Everything in one job, except the single best links, which are clusters of their own."""
    key, prefix = VERSION_KEY[version]
    settings = folder / f"settings_{version}.json"
    write_json(settings, {**case["settings"], key: prefix, "sql_dialect": "duckdb"})
    steps: list[Json] = [{"step": "predict", **case["predict"]}]
    if case["deterministic_link"]:
        steps.append({"step": "deterministic_link"})
    steps.append({"step": "cluster", "threshold_match_probability": case["cluster_threshold"]})
    steps.append({"step": "cluster", "thresholds": case["cluster_thresholds"]})
    # Settings without training steps would be trained by a plan of kintsu's own; a model is scored as it is.
    source = "settings" if case["training"] else "model"
    return {**common, source: settings.name, "parity": parity, "training": training_of(case), "steps": steps}


def check_case(case: Case, version: str, kintsu: Path, folder: Path, differences: Differences) -> None:
    """Runs one case as one version would, and compares everything."""
    expected = json.loads((folder / f"{version}.json").read_text())
    if "error" in expected:
        differences.skip(expected["error"])
        return
    parity = "duckdb-2.0" if expected["duckdb"].startswith("2") else "duckdb-1.5"
    common = write_inputs(case, folder)
    try:
        directory = run_kintsu(kintsu, main_job(case, common, version, parity, folder), version, folder)
    except RuntimeError as error:
        differences.report("run", str(error))
        return
    compare_model(differences, expected["model"], json.loads((directory / "model.json").read_text()))
    compare_pairs(differences, "predictions", expected["predictions"], read_rows(directory, "edges"), case["predict"])
    compare_clusters(differences, "clusters", expected["clusters"], read_rows(directory, "clusters"))
    at_thresholds = read_rows(directory, "clusters_at_thresholds")
    compare_thresholds(differences, expected["clusters_at_thresholds"], at_thresholds, len(case["tables"]) > 1)
    if case["deterministic_link"]:
        compare_links(differences, expected["deterministic_link"], read_rows(directory, "deterministic_link"))
    for column, table in expected["term_frequencies"].items():
        if column in case["tf_tables"]:
            table = among(table, column, case["tables"])
        compare_term_frequencies(differences, column, table, read_rows(directory / "term_frequencies", column))
    check_best_links(case, version, kintsu, folder, expected, common, directory, differences)


def among(frequencies: Json, column: str, tables: list[Json]) -> Json:
    """The frequencies of values that occur: what a given table says of others is of no use to a run, and kintsu leaves it out."""
    occurring = {row[list(table["columns"]).index(column)] for table in tables for row in table["rows"]}
    place = frequencies["columns"].index(column)
    return {**frequencies, "rows": [row for row in frequencies["rows"] if row[place] in occurring]}


def check_best_links(
    case: Case, version: str, kintsu: Path, folder: Path, expected: Json, common: Json, directory: Path, differences: Differences
) -> None:
    """Single best links from the model that the first run saved, which must score as before."""
    for position, links in enumerate(case["best_links"]):
        steps = [{"step": "predict", **case["predict"]}, {"step": "single_best_links", **links}]
        job = {**common, "model": f"{directory.name}/model.json", "steps": steps}
        try:
            again = run_kintsu(kintsu, job, f"{version}_best_links_{position}", folder)
        except RuntimeError as error:
            differences.report("run", str(error))
            continue
        compare_pairs(differences, "edges, model loaded", expected["predictions"], read_rows(again, "edges"), case["predict"])
        name = f"single best links, {json.dumps(links)}"
        if torn_apart(expected["best_links"][position]):
            print(f"skipped {differences.name}, {name}: Splink's own clusters are torn apart")
            continue
        compare_clusters(differences, name, expected["best_links"][position], read_rows(again, "clusters"))


def check_all(arguments: argparse.Namespace, work: Path) -> int:
    scenarios = [name for name in SCENARIOS if not arguments.scenario or name in arguments.scenario]
    numbers = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
    chosen = [make_case(name, seed) for seed in numbers for name in scenarios]
    for case in chosen:
        folder = work / case["name"]
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / "case.json", case)
    pythons = {"splink4": arguments.splink4, "splink5": arguments.splink5}
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda python: run_splink(python, work), pythons.values()))
    results = []
    for case in chosen:
        for version in pythons:
            differences = Differences(f"{case['name']}, {version}")
            check_case(case, version, arguments.kintsu, work / case["name"], differences)
            results.append(differences)
            if differences.found:
                print("\n".join(differences.lines()), flush=True)
    wrong = [each for each in results if each.found]
    skipped = [each for each in results if each.skipped]
    for each in skipped:
        print(f"skipped {each.name}: {each.skipped}")
    print(f"{len(results)} jobs, {len(wrong)} differ, {len(skipped)} skipped because Splink itself fails")
    # A test in which nothing is compared would prove nothing.
    return 1 if wrong or len(skipped) * 5 > len(results) else 0


def main() -> int:
    parser = parser_of("Whole jobs through both Splinks and kintsu must agree.", seeds=2, first_seed=0)
    parser.add_argument("--scenario", action="append", choices=sorted(SCENARIOS), help="only this scenario; may be repeated")
    return in_work_folder(parser.parse_args(), check_all)


if __name__ == "__main__":
    sys.exit(main())
