"""One side of the bench of tokens on Spark, in a process of its own.

    python side.py SIDE PEOPLE FEW_PEOPLE RUNS HASHING_SECRET_FILE [ENCRYPTION_KEY_FILE]

SIDE is kintsu, peer (openlinktoken-pyspark 2.1.2), peer_unwrapped (the peer without the JSON web encryption in which it wraps
tokens that are encrypted already), scan (Parquet to nowhere), identity1 (the bridge alone, a row for each), identity5 (the bridge
alone, five rows for each) or kernel (kintsu's kernel over batches in memory, without Spark). Prints for each run the CPU seconds
of all processes, driver, JVM and workers, and the seconds that passed; where both make the same tokens also a digest of those of
the first of FEW_PEOPLE, decrypted.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PROFILE = "openlinktoken-2"
#: Characters of a token, by whether it is encrypted.
LENGTHS = {False: 44, True: 96}
#: Rows of the batches that Spark hands out.
BATCH_ROWS = 10_000
DIGESTED = 1000


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


def measured(work: Callable[[], None]) -> dict[str, float]:
    cpu, wall = cpu_seconds(), time.perf_counter()
    work()
    return {"cpu_s": cpu_seconds() - cpu, "wall_s": time.perf_counter() - wall}


def identity(copies: int, length: int) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """A kernel that makes rows and no tokens."""

    def run(batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow

        token = "A" * length
        for batch in batches:
            ids = pyarrow.concat_arrays([batch.column(0)] * copies)
            rows = len(ids)
            tokens = pyarrow.array([token]).take(pyarrow.array([0] * rows, pyarrow.int32()))
            rules = pyarrow.array(["T1"]).take(pyarrow.array([0] * rows, pyarrow.int32()))
            yield pyarrow.record_batch([ids, rules, tokens], names=["RecordId", "RuleId", "Token"])

    return run


class Unwrapped:
    """Stands in for what wraps the peer's tokens, and leaves them as they are."""

    def __init__(self, **_: object) -> None:
        pass

    def transform(self, token: str) -> str:
        return token


def tokens_of(side: str, source: Any, secrets: list[str]) -> Any:
    """The frame that a side makes of people."""
    if side == "kintsu":
        from kintsu.spark import OpenTokenProcessor

        return OpenTokenProcessor(*secrets, token_profile=PROFILE).process_dataframe(source)
    if side.startswith("peer"):
        from openlinktoken_pyspark import token_processor

        # The peer refuses versions of PyArrow with which it works.
        token_processor.OpenLinkTokenProcessor._validate_python_env = lambda _: None
        if side == "peer_unwrapped":
            token_processor.JweMatchTokenFormatter = Unwrapped
        return token_processor.OpenLinkTokenProcessor(*secrets).process_dataframe(source)
    if side.startswith("identity"):
        kernel = identity(int(side.removeprefix("identity")), LENGTHS[len(secrets) > 1])
        return source.mapInArrow(kernel, "RecordId string, RuleId string, Token string")
    return source


def digest(tokens: Any, secrets: list[str]) -> str:
    """A digest of tokens that does not depend on their order, nor on how they were encrypted."""
    from kintsu.spark import OpenTokenOverlapAnalyzer

    if secrets[1:]:
        # Blank tokens are left out when tokens are opened.
        tokens = OpenTokenOverlapAnalyzer(secrets[1], token_profile=PROFILE).decrypt(tokens)
    rows = sorted((row["RecordId"], row["RuleId"], row["Token"]) for row in tokens.collect())
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def on_spark(side: str, people: str, few: str, runs: int, secrets: list[str]) -> None:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.driver.memory", "2g")
    spark = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    first = spark.read.parquet(few).filter(f"RecordId < 'p{DIGESTED:09d}'")
    comparable = side in ("kintsu", "peer_unwrapped") or (side == "peer" and not secrets[1:])
    found = {"digest": digest(tokens_of(side, first, secrets), secrets)} if comparable else {}
    for _ in range(runs):
        made = tokens_of(side, spark.read.parquet(people), secrets)
        print(json.dumps({**measured(made.write.format("noop").mode("overwrite").save), **found}), flush=True)
    spark.stop()


def in_memory(people: str, runs: int, secrets: list[str]) -> None:
    import pyarrow.parquet
    from kintsu.spark import OpenTokenProcessor, executor

    processor = OpenTokenProcessor(*secrets, token_profile=PROFILE)
    batches = pyarrow.parquet.read_table(people).to_batches(BATCH_ROWS)
    keys = [secret.encode() for secret in secrets] + [None]

    def run() -> None:
        for _ in executor.tokenize(batches, processor._spec(None), keys[0], keys[1], None):
            pass

    for _ in range(runs):
        print(json.dumps(measured(run)), flush=True)


def main() -> None:
    side, people, few, runs, *files = sys.argv[1:]
    warnings.simplefilter("ignore")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    secrets = [Path(file).read_text() for file in files]
    if side == "kernel":
        in_memory(people, int(runs), secrets)
    else:
        on_spark(side, people, few, int(runs), secrets)


if __name__ == "__main__":
    main()
