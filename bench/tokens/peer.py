"""The peer's side of the bench of tokens: openlinktoken's own classes, called for each record, from file to file.

    python peer.py IN OUT ROWS HASHING_SECRET_FILE [ENCRYPTION_KEY_FILE]

IN and OUT are both .csv or both .parquet. Prints one JSON object: rows, CPU seconds and wall seconds from the first byte read to
the last one written, the start of Python and the loading of its modules left out, and the peak resident set.
"""

from __future__ import annotations

import csv
import itertools
import json
import logging
import resource
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from openlinktoken.tokens.token_definition import TokenDefinition
from openlinktoken.tokens.token_generator import TokenGenerator
from openlinktoken.tokentransformer.encrypt_token_transformer import EncryptTokenTransformer
from openlinktoken.tokentransformer.hash_token_transformer import HashTokenTransformer

COLUMNS = ("RuleId", "Token", "RecordId")
Row = tuple[str, str, str]


def tokens(generator: TokenGenerator, records: Iterable[dict[str, str | None]]) -> Iterator[Row]:
    for record in records:
        record_id = record.pop("RecordId")
        made = generator.get_all_tokens_via_field_id(record).tokens
        for rule in sorted(made):
            yield rule, made[rule], record_id


def csv_to_csv(generator: TokenGenerator, source: Path, target: Path, rows: int) -> None:
    with source.open(newline="") as read, target.open("w", newline="") as write:
        writer = csv.writer(write, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(tokens(generator, itertools.islice(csv.DictReader(read), rows)))


def parquet_to_parquet(generator: TokenGenerator, source: Path, target: Path, rows: int) -> None:
    import pyarrow
    import pyarrow.parquet

    records = pyarrow.parquet.read_table(source).slice(0, rows).to_pylist()
    columns = zip(*tokens(generator, records), strict=True)
    pyarrow.parquet.write_table(pyarrow.table(dict(zip(COLUMNS, map(list, columns), strict=True))), target)


def main() -> None:
    source, target, rows = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    logging.disable(logging.CRITICAL)
    steps = [HashTokenTransformer(Path(sys.argv[4]).read_text())]
    if len(sys.argv) > 5:
        steps.append(EncryptTokenTransformer(Path(sys.argv[5]).read_text()))
    generator = TokenGenerator.from_transformers(TokenDefinition(), steps)
    convert = parquet_to_parquet if source.suffix == ".parquet" else csv_to_csv
    wall, cpu = time.perf_counter(), time.process_time()
    convert(generator, source, target, rows)
    measured = {"rows": rows, "cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall}
    measured["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
