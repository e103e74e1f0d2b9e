"""Both Splinks load the models that kintsu saves, and score as kintsu did.

    python3 tests/differential/load_saved.py --kintsu BINARY --splink4 PYTHON --splink5 PYTHON [--seeds 1]

kintsu trains the cases of cases.py from their settings and saves `model.json`; each Splink loads that very file as its settings,
predicts without any training, and must find the edges and clusters that kintsu wrote beside it. Tables travel as JSON lines.
"""

from __future__ import annotations

import argparse
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from cases import SCENARIOS, Case, make_case
from command_line import in_work_folder, parser_of
from compare import Differences, compare_clusters, compare_pairs

from jobs import main_job, read_rows, run_kintsu, run_splink, write_inputs, write_json

# Splink runs the saved model and trains nothing.
SCORE_ONLY: dict[str, Any] = {"training": [], "labels": [], "best_links": [], "deterministic_link": False}
PARITY = "duckdb-2.0"
# JSON has no dates.
NOT_IN_JSON = {"typed"}


def write_tables(case: Case, folder: Path) -> list[dict[str, str]]:
    """The tables as JSON lines; gives the inputs of the job."""
    for table in case["tables"]:
        lines = [json.dumps(dict(zip(table["columns"], row, strict=True)), ensure_ascii=False) for row in table["rows"]]
        (folder / f"{table['name']}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [{"path": f"{table['name']}.jsonl", "name": table["name"]} for table in case["tables"]]


def train(case: Case, kintsu: Path, folder: Path) -> Path:
    """kintsu trains and scores; Splink's case is the same with the saved model for its settings."""
    folder.mkdir(parents=True)
    common = {**write_inputs(case, folder), "inputs": write_tables(case, folder)}
    directory = run_kintsu(kintsu, main_job(case, common, "splink5", PARITY, folder), "train", folder)
    model = json.loads((directory / "model.json").read_text())
    write_json(folder / "case.json", {**case, **SCORE_ONLY, "settings": model})
    return directory


def without_weights(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Splink 4 names Bayes factors, Splink 5 weights, whatever the model says; the sum of them is compared anyway."""
    return [{name: value for name, value in record.items() if not name.startswith(("bf_", "mw_"))} for record in records]


def check(case: Case, version: str, folder: Path, directory: Path) -> Differences:
    differences = Differences(f"{case['name']}, {version}")
    found = json.loads((folder / f"{version}.json").read_text())
    if "error" in found:
        differences.report("the model is refused", found["error"])
        return differences
    predictions = found["predictions"]
    kept = [name for name in predictions["columns"] if not name.startswith(("bf_", "mw_"))]
    places = [predictions["columns"].index(name) for name in kept]
    expected = {"columns": kept, "rows": [[row[place] for place in places] for row in predictions["rows"]]}
    compare_pairs(differences, "predictions", expected, without_weights(read_rows(directory, "edges")), case["predict"])
    compare_clusters(differences, "clusters", found["clusters"], read_rows(directory, "clusters"))
    return differences


def check_all(arguments: argparse.Namespace, work: Path) -> int:
    numbers = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
    cases = [make_case(name, seed) for seed in numbers for name in SCENARIOS if name not in NOT_IN_JSON]
    directories: dict[str, Path] = {}
    results: list[Differences] = []
    for case in cases:
        try:
            directories[case["name"]] = train(case, arguments.kintsu, work / case["name"])
        except RuntimeError as error:
            results.append(Differences(case["name"], {"run": [str(error)]}))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda python: run_splink(python, work), (arguments.splink4, arguments.splink5)))
    trained = [case for case in cases if case["name"] in directories]
    for version in ("splink4", "splink5"):
        results += [check(case, version, work / case["name"], directories[case["name"]]) for case in trained]
    wrong = [each for each in results if each.found]
    for each in wrong:
        print("\n".join(each.lines()))
    print(f"{len(directories)} saved models, loaded by Splink 4 and by Splink 5; {len(wrong)} differ")
    return 1 if wrong else 0


def main() -> int:
    parser = parser_of("Both Splinks must load the models that kintsu saves.", seeds=1, first_seed=100)
    return in_work_folder(parser.parse_args(), check_all)


if __name__ == "__main__":
    sys.exit(main())
