"""Runs cases through the Splink of the Python that runs this file, 4 or 5.

    splink_jobs.py FOLDER     every FOLDER/NAME/case.json; writes FOLDER/NAME/splink4.json or splink5.json beside it

What a step raises is written down as the case's error. Tables are also written as Parquet, for kintsu to read.
"""

import json
import logging
import sys
import warnings
from pathlib import Path
from typing import Any

import duckdb
import splink
from splink import DuckDBAPI, Linker
from splink.internals.clustering import cluster_pairwise_predictions_at_multiple_thresholds

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

V5 = splink.__version__.startswith("5")
NAME = "splink5" if V5 else "splink4"
Json = dict[str, Any]


def quoted(text: object) -> str:
    return "'" + str(text).replace("'", "''") + "'"


def create(connection: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str], rows: list[list[Any]]) -> None:
    """A table with given types and rows."""
    listed = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
    connection.execute(f'create table "{name}" ({listed})')
    if rows:
        connection.executemany(f'insert into "{name}" values ({", ".join("?" * len(columns))})', rows)


def rows_of(connection: duckdb.DuckDBPyConnection, query: str) -> Json:
    """Column names and rows of a query."""
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description]
    return {"columns": names, "rows": cursor.fetchall()}


class Job:
    """One case with its database and linker."""

    def __init__(self, case: Json) -> None:
        self.case = case
        self.connection = duckdb.connect(":memory:")
        self.connection.execute("SET threads=1")
        self.database = DuckDBAPI(connection=self.connection)
        self.names = [table["name"] for table in case["tables"]]
        for table in case["tables"]:
            create(self.connection, table["name"], table["columns"], table["rows"])
        self.linker = self.make_linker()
        self.register_term_frequencies()

    def make_linker(self) -> Any:
        settings = dict(self.case["settings"])
        settings.setdefault("sql_dialect", "duckdb")
        if V5:
            tables = [self.database.register(name, dataset_display_name=name) for name in self.names]
            return Linker(tables if len(tables) > 1 else tables[0], settings)
        many = len(self.names) > 1
        aliases = self.names if many else None
        return Linker(self.names if many else self.names[0], settings, self.database, False, aliases)

    def registered(self, name: str) -> Any:
        return self.database.register(name) if V5 else name

    def register_term_frequencies(self) -> None:
        for column, rows in self.case["tf_tables"].items():
            name = f"given_tf_{column}"
            create(self.connection, name, {column: "VARCHAR", f"tf_{column}": "DOUBLE"}, rows)
            self.linker.table_management.register_term_frequency_lookup(self.registered(name), column)

    def train(self) -> None:
        for step in self.case["training"]:
            arguments = {key: value for key, value in step.items() if key != "method"}
            if step["method"] == "estimate_u_using_random_sampling" and V5:
                arguments |= {"num_chunks": 1, "min_count_per_level": None}
            if step["method"] == "estimate_m_from_pairwise_labels":
                arguments["labels_splinkdataframe_or_table_name"] = self.labels()
            getattr(self.linker.training, step["method"])(**arguments)

    def labels(self) -> Any:
        kind = self.case["tables"][0]["columns"]["unique_id"]
        if len(self.names) > 1:
            columns = {"source_dataset_l": "VARCHAR", "unique_id_l": kind, "source_dataset_r": "VARCHAR", "unique_id_r": kind}
            rows = self.case["labels"]
        else:
            columns = {"unique_id_l": kind, "unique_id_r": kind}
            rows = [[row[1], row[3], row[4]] for row in self.case["labels"]]
        create(self.connection, "labels", {**columns, "clerical_match_score": "DOUBLE"}, rows)
        register = self.linker.table_management.register_labels_table
        return register(self.registered("labels") if V5 else self.connection.table("labels"))

    def all_rows(self, frame: Any) -> Json:
        return rows_of(self.connection, f"select * from {frame.physical_name}")

    def run(self) -> Json:
        case, linker, found = self.case, self.linker, {}
        self.train()
        found["model"] = linker.misc.save_model_to_json()
        scored = linker.inference.predict(**case["predict"])
        found["predictions"] = self.all_rows(scored)
        cluster = linker.clustering.cluster_pairwise_predictions_at_threshold
        found["clusters"] = self.clusters(cluster(scored, threshold_match_probability=case["cluster_threshold"]))
        found["clusters_at_thresholds"] = self.at_thresholds(scored, case["cluster_thresholds"])
        found["best_links"] = [
            self.clusters(linker.clustering.cluster_using_single_best_links(scored, **links)) for links in case["best_links"]
        ]
        if case["deterministic_link"]:
            found["deterministic_link"] = self.all_rows(linker.inference.deterministic_link())
        found["term_frequencies"] = {
            column: self.all_rows(linker.table_management.compute_tf_table(column)) for column in self.tf_columns()
        }
        return found

    def tf_columns(self) -> list[str]:
        levels = [level for each in self.case["settings"]["comparisons"] for level in each["comparison_levels"]]
        return sorted({level["tf_adjustment_column"] for level in levels if "tf_adjustment_column" in level})

    def clusters(self, frame: Any) -> Json:
        source = "source_dataset, " if len(self.names) > 1 else ""
        return rows_of(self.connection, f"select {source}unique_id, cluster_id from {frame.physical_name}")

    def at_thresholds(self, scored: Any, thresholds: list[float]) -> Json:
        """Composite ids are made here, because this function of Splink's knows none."""

        def node(side: str) -> str:
            source = f"source_dataset{side} || '-__-' || " if len(self.names) > 1 else ""
            return f"{source}unique_id{side}"

        stacked = " union all ".join(f"select {quoted(name)} source_dataset, unique_id from {name}" for name in self.names)
        self.connection.execute(f"create table nodes as select {node('')} as node from ({stacked})")
        self.connection.execute(
            f"create table links as select {node('_l')} as node_l, {node('_r')} as node_r, match_probability"
            f" from {scored.physical_name}"
        )
        frame = cluster_pairwise_predictions_at_multiple_thresholds(
            self.registered("nodes"),
            self.registered("links"),
            node_id_column_name="node",
            db_api=self.database,
            match_probability_thresholds=thresholds,
        )
        return self.all_rows(frame)


def run_case(folder: Path) -> None:
    case = json.loads((folder / "case.json").read_text())
    try:
        found = Job(case).run()
    except Exception as error:
        found = {"error": f"{type(error).__name__}: {str(error)[:300]}"}
    found |= {"splink": splink.__version__, "duckdb": duckdb.__version__}
    (folder / f"{NAME}.json").write_text(json.dumps(found, default=str))


def write_parquet(folder: Path) -> None:
    """The tables of a case as files, with the same types."""
    case = json.loads((folder / "case.json").read_text())
    connection = duckdb.connect(":memory:")
    for table in case["tables"]:
        create(connection, table["name"], table["columns"], table["rows"])
        path = folder / f"{table['name']}.parquet"
        connection.execute(f'copy "{table["name"]}" to {quoted(path)} (format parquet)')


def main() -> None:
    folders = sorted(path.parent for path in Path(sys.argv[1]).glob("*/case.json"))
    for folder in folders:
        if V5:
            write_parquet(folder)
        run_case(folder)


if __name__ == "__main__":
    main()
