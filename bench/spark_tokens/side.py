"""One side of the bench of tokens on Spark, in a process of its own.

    python side.py SIDE SOURCE RUNS HASHING_SECRET_FILE KEY_FILE

SIDE is kintsu, peer (openlinktoken-pyspark 2.1.2), scan (Parquet to nowhere), identity1 (the bridge alone, a row for each) or
identity5 (the bridge alone, five rows for each). Prints, for each run, the CPU seconds of all processes, driver, JVM and
workers, and the seconds that passed.
"""

from __future__ import annotations

import json
import os
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def cpu_seconds() -> float:
    """Of this process and all that descend from it, those that ended included."""
    times: dict[int, tuple[int, int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            times[int(entry.name)] = (int(fields[1]), sum(int(field) for field in fields[11:15]))
    family = {os.getpid()}
    while True:
        grown = family | {process for process, (parent, _) in times.items() if parent in family}
        if grown == family:
            break
        family = grown
    return sum(times[process][1] for process in family if process in times) / os.sysconf("SC_CLK_TCK")


def identity(copies: int) -> Any:
    def run(batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow

        token = "A" * 96
        for batch in batches:
            ids = pyarrow.concat_arrays([batch.column(0)] * copies)
            rows = len(ids)
            tokens = pyarrow.array([token]).take(pyarrow.array([0] * rows, pyarrow.int32()))
            rules = pyarrow.array(["T1"]).take(pyarrow.array([0] * rows, pyarrow.int32()))
            yield pyarrow.record_batch([ids, rules, tokens], names=["RecordId", "RuleId", "Token"])

    return run


def tokens_of(side: str, source: Any, hashing_secret: str, encryption_key: str) -> Any:
    if side == "kintsu":
        from kintsu.spark import OpenTokenProcessor

        return OpenTokenProcessor(hashing_secret, encryption_key, token_profile="openlinktoken-2").process_dataframe(source)
    if side == "peer":
        from openlinktoken_pyspark.token_processor import OpenLinkTokenProcessor

        # The peer refuses versions of PyArrow with which it works.
        OpenLinkTokenProcessor._validate_python_env = lambda _: None
        return OpenLinkTokenProcessor(hashing_secret, encryption_key).process_dataframe(source)
    if side.startswith("identity"):
        return source.mapInArrow(identity(int(side.removeprefix("identity"))), "RecordId string, RuleId string, Token string")
    return source


def main() -> None:
    side, path, runs, hashing, key = sys.argv[1:6]
    warnings.simplefilter("ignore")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.driver.memory", "2g")
    spark = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    for _ in range(int(runs)):
        source = spark.read.parquet(path)
        made = tokens_of(side, source, Path(hashing).read_text(), Path(key).read_text())
        cpu, wall = cpu_seconds(), time.perf_counter()
        made.write.format("noop").mode("overwrite").save()
        print(json.dumps({"cpu_s": cpu_seconds() - cpu, "wall_s": time.perf_counter() - wall}), flush=True)
    spark.stop()


if __name__ == "__main__":
    main()
