"""What the bench needs from the environment that Splink is installed in.

splink_side.py predictions MODEL DATA OUT      Splink scores DATA with a saved model; OUT is a Parquet file
splink_side.py compare EDGES PREDICTIONS       prints how two sets of scored pairs differ, as JSON
splink_side.py quality CLUSTERS DATA           prints pairwise precision, recall and F1 of clusters, as JSON
"""

import argparse
import json
from pathlib import Path
from typing import Any

import duckdb

PREDICT_THRESHOLD = 0.01


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = connection.execute(query).fetchall()
    return found


def quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def predictions(model: Path, data: Path, out: Path, threads: int) -> None:
    """Lets Splink score the candidate pairs of `data` with the model that it saved."""
    from splink import DuckDBAPI, Linker

    connection = duckdb.connect(":memory:")
    connection.execute(f"SET threads={threads}")
    connection.execute(f"create table people as select * from read_parquet({quoted(data)})")
    settings = json.loads(model.read_text())
    linker = Linker(DuckDBAPI(connection=connection).register("people"), settings)
    scored = linker.inference.predict(threshold_match_probability=PREDICT_THRESHOLD)
    columns = "unique_id_l, unique_id_r, match_weight, match_probability, match_key"
    connection.execute(f"copy (select {columns} from {scored.physical_name}) to {quoted(out)} (format parquet)")


def compare(edges: Path, expected: Path) -> dict[str, float | int]:
    """Pairs on one side only, and the largest difference of weights among the pairs on both."""
    connection = duckdb.connect(":memory:")
    connection.execute(f"create view ours as select * from read_parquet({quoted(edges)})")
    connection.execute(f"create view theirs as select * from read_parquet({quoted(expected)})")
    found = rows(
        connection,
        """select count(*) filter (t.unique_id_l is null), count(*) filter (o.unique_id_l is null),
                  count(*) filter (o.match_key <> t.match_key), max(abs(o.match_weight - t.match_weight)), count(*)
           from ours o full join theirs t on o.unique_id_l = t.unique_id_l and o.unique_id_r = t.unique_id_r""",
    )[0]
    names = ("only_ours", "only_theirs", "match_keys_different", "weight_difference_max", "pairs")
    return dict(zip(names, found, strict=True))


def quality(clusters: Path, data: Path) -> dict[str, float | int]:
    """Every pair inside a cluster counts once; the truth is the column `cluster` of the data."""
    connection = duckdb.connect(":memory:")
    connection.execute(f"create view truth as select unique_id, cluster from read_parquet({quoted(data)})")
    connection.execute(f"create view found as select unique_id, cluster_id from read_parquet({quoted(clusters)})")
    records, distinct, total = rows(
        connection, "select (select count(*) from found), (select count(distinct unique_id) from found), count(*) from truth"
    )[0]
    if not records == distinct == total:
        raise SystemExit(f"{clusters}: {records} rows with {distinct} ids for {total} records")

    def pairs(grouped: str) -> int:
        return int(rows(connection, f"select coalesce(sum(c * (c - 1) // 2), 0) from (select count(*) c {grouped})")[0][0])

    true = pairs("from truth group by cluster")
    predicted = pairs("from found group by cluster_id")
    both = pairs("from found join truth using (unique_id) group by cluster_id, cluster")
    precision, recall = both / predicted, both / true
    return {"pairs": predicted, "precision": precision, "recall": recall, "f1": 2 * both / (predicted + true)}


def main() -> None:
    parser = argparse.ArgumentParser(description="What the bench needs from the environment that Splink is installed in.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, paths in (
        ("predictions", ("model", "data", "out")),
        ("compare", ("edges", "expected")),
        ("quality", ("clusters", "data")),
    ):
        command = commands.add_parser(name)
        for path in paths:
            command.add_argument(path, type=Path)
        if name == "predictions":
            command.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    if arguments.command == "predictions":
        predictions(arguments.model, arguments.data, arguments.out, arguments.threads)
    elif arguments.command == "compare":
        print(json.dumps(compare(arguments.edges, arguments.expected)))
    else:
        print(json.dumps(quality(arguments.clusters, arguments.data)))


if __name__ == "__main__":
    main()
