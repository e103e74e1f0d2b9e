"""`dedupe` and `link`: from records to entities in one call.

>>> import kintsu
>>> import kintsu.comparison_library as cl
>>> people = [{"id": i, "name": name, "city": "York"} for i, name in enumerate(["Ann Lee", "Ann Lee", "Bob Ray", "Cy Poe"])]
>>> model = kintsu.SettingsCreator(
...     link_type="dedupe_only",
...     comparisons=[cl.ExactMatch("name").configure(m_probabilities=[0.9, 0.1], u_probabilities=[0.01, 0.99])],
...     blocking_rules_to_generate_predictions=[kintsu.block_on("city")],
...     probability_two_random_records_match=0.2,
... )
>>> run = kintsu.dedupe(people, model=model)
>>> [record["cluster_id"] for record in run.clusters.to_dicts()]
[0, 0, 2, 3]
>>> run.explain("0", "1").data["same_cluster"]
True
"""

from __future__ import annotations

import html
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kintsu import _native
from kintsu.arguments import as_json, list_of, probability, surroundings, text
from kintsu.blocking_rule_library import Rule
from kintsu.errors import InputError, InputTypeError
from kintsu.frames import html_table
from kintsu.inputs import Data, Memory, native_table, several
from kintsu.linker.job import inputs_of, settings_of
from kintsu.linker.session import rules_json
from kintsu.results import ResultTable

__all__ = ["Evaluation", "Explanation", "Run", "dedupe", "link"]


def dedupe(
    data: Data | Sequence[Data],
    *,
    settings: Any = None,
    model: Any = None,
    job: str | os.PathLike[str] | Mapping[str, Any] | None = None,
    names: str | Sequence[str] | None = None,
    output: str | os.PathLike[str] | None = None,
    overwrite: bool = False,
    unique_id: str | None = None,
    blocking_rules: Rule | Sequence[Rule] | None = None,
    predict_threshold: float | None = None,
    cluster_threshold: float | None = None,
    ignore: str | Sequence[str] = (),
    truth: Data | None = None,
    parity: str | None = None,
    seed: int | None = None,
    threads: int | None = None,
    memory: str | None = None,
    progress: bool | None = None,
) -> Run:
    """Finds the records of a table, or of several that are stacked, that belong to the same entity.

    Args:
        data: A path, a table of pandas, Polars, Arrow or DuckDB, or a list of records.
        settings: Settings, which are trained first: a dictionary, a path or a `SettingsCreator`.
        model: A trained model, scored as it is.
        job: A job file, or what would stand in one, that says everything but the data. What is given beside it wins.
        names: Names of the tables, which results have in ``source_dataset``.
        output: Where a run directory is written. Without it, everything stays in memory.
        overwrite: Replace a run directory that is there already.
        unique_id: The id column; ``unique_id``, ``id`` or the row number unless given.
        blocking_rules: Which pairs are looked at, in place of those of the settings or model.
        predict_threshold: Pairs at or above this match probability are kept; 0.5 unless given.
        cluster_threshold: Records joined at or above this match probability are one entity; 0.95 unless given.
        ignore: Columns that are never looked at, and kept.
        truth: A column, which is never looked at, a path or a table that tells the true entities; the run is measured against it.
        parity: How string measures count: ``characters``, ``duckdb-1.5``, ``duckdb-2.0`` or ``spark-jar``.
        seed: The seed of everything random; 42 unless given.
        threads: How many threads work; one a processor unless given.
        memory: How much memory the process may hold, such as ``"4GiB"``.
        progress: Whether progress is shown; on terminals and in notebooks unless given.

    Raises:
        ValueError: Something is wrong with the data or the settings, or there are none: finding them by itself is not there yet.
        TypeError: The data or the settings are of a kind that cannot be used.
    """
    tables = several(data)
    return _run(tables, "link_and_dedupe" if len(tables) > 1 else "dedupe_only", locals())


def link(
    left: Data,
    right: Data,
    *others: Data,
    settings: Any = None,
    model: Any = None,
    job: str | os.PathLike[str] | Mapping[str, Any] | None = None,
    names: Sequence[str] | None = None,
    one_to_one: bool = False,
    output: str | os.PathLike[str] | None = None,
    overwrite: bool = False,
    unique_id: str | None = None,
    blocking_rules: Rule | Sequence[Rule] | None = None,
    predict_threshold: float | None = None,
    cluster_threshold: float | None = None,
    ignore: str | Sequence[str] = (),
    truth: Data | None = None,
    parity: str | None = None,
    seed: int | None = None,
    threads: int | None = None,
    memory: str | None = None,
    progress: bool | None = None,
) -> Run:
    """Finds the records of different tables that belong to the same entity; records of one table are never compared.

    With ``one_to_one`` an entity has at most one record of each table. The other arguments, and what is raised, are those of
    `dedupe`.

    >>> import kintsu
    >>> import kintsu.comparison_library as cl
    >>> model = kintsu.SettingsCreator(
    ...     link_type="link_only",
    ...     comparisons=[cl.ExactMatch("name").configure(m_probabilities=[0.9, 0.1], u_probabilities=[0.01, 0.99])],
    ...     blocking_rules_to_generate_predictions=[kintsu.block_on("name")],
    ...     probability_two_random_records_match=0.3,
    ... )
    >>> run = kintsu.link([{"id": 1, "name": "Ann"}], [{"id": 7, "name": "Ann"}], model=model, names=["crm", "shop"])
    >>> [record["cluster_id"] for record in run.clusters.to_dicts()]
    ['crm-__-1', 'crm-__-1']
    """
    return _run([left, right, *others], "link_only", locals())


@dataclass(frozen=True)
class Explanation:
    """Why a pair weighs what it weighs, or what holds an entity together: as data, and in words by ``print``."""

    data: dict[str, Any]
    text: str

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.text)}</pre>"


@dataclass(frozen=True)
class Evaluation:
    """How right the clusters are, and what other thresholds would give."""

    measures: dict[str, float]
    thresholds: list[dict[str, Any]]

    def __getitem__(self, measure: str) -> float:
        return self.measures[measure]

    def __repr__(self) -> str:
        return f"Evaluation({', '.join(f'{name}={value:.4f}' for name, value in self.measures.items())})"

    def _repr_html_(self) -> str:
        rows = [[name.replace("_", " "), f"{value:.4f}"] for name, value in self.measures.items()]
        return html_table(["measure", "value"], rows, "evaluation")


class Run:
    """A finished run: its tables, and why and how right they are.

    ``clusters`` has every record once, ``edges`` the pairs that were kept; ids are those of the input.
    """

    def __init__(
        self,
        finished: _native.LinkageSession | _native.FinishedRun,
        tables: dict[str, ResultTable],
        directory: Path | None,
        surroundings: str,
    ) -> None:
        self._finished = finished
        self._tables = tables
        self._surroundings = surroundings
        #: The run directory, where one was asked for.
        self.directory = directory

    @property
    def clusters(self) -> ResultTable:
        """Every record once, with the id of its entity."""
        return self.table("clusters")

    @property
    def edges(self) -> ResultTable:
        """The pairs that were kept, with their weights."""
        return self.table("edges")

    @property
    def tables(self) -> list[str]:
        """The names of the tables of the run."""
        return sorted(self._tables) if self.directory is None else sorted(self._files())

    def table(self, name: str) -> ResultTable:
        """A table of the run by its name, one of `tables`.

        Raises:
            ValueError: The run made no such table.
        """
        if name not in self._tables:
            path = None if self.directory is None else self._files().get(name)
            if path is None:
                raise InputError(f"the run made no table `{name}`", code="KN-PY-057", hint=f"it made {', '.join(self.tables)}")
            self._tables[name] = ResultTable(_native.read_table(path, self._surroundings), name)
        return self._tables[name]

    @property
    def model(self) -> dict[str, Any]:
        """The model that was scored with, in Splink's format."""
        if isinstance(self._finished, _native.LinkageSession):
            return json.loads(self._finished.model())  # type: ignore[no-any-return]
        assert self.directory is not None
        return json.loads((self.directory / "model.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]

    @property
    def counts(self) -> dict[str, int]:
        """What was counted: records, pairs, edges, clusters."""
        if isinstance(self._finished, _native.LinkageSession):
            return json.loads(self._finished.counts())  # type: ignore[no-any-return]
        return json.loads(self._finished.card())["counts"]  # type: ignore[no-any-return]

    def explain(self, first: object, second: object | None = None, *, show_values: bool = False) -> Explanation:
        """Why two records match or not, or, for one id, what holds its entity together.

        Where there are several tables, ids are written ``TABLE-__-ID``. Values of records are shown only by ``show_values``.

        Raises:
            ValueError: There is no record of such an id.
        """
        if second is None:
            found, text = self._finished.explain_entity(str(first))
        else:
            found, text = self._finished.explain_pair(str(first), str(second), show_values)
        return Explanation(json.loads(found), text)

    def evaluate(self, truth: Data) -> Evaluation:
        """How right the clusters are against a column of the input, a file, or a table with ids and entities.

        Measures are from 0 to 1: precision, recall and F1 of pairs, B-cubed, and the shares of clusters that are exactly right.
        Records without an entity are left out.

        Raises:
            ValueError: There is no such column or file, or it says of no record to which entity it belongs.
            TypeError: A run that is in a directory is measured against a table in memory.
        """
        if isinstance(truth, (str, os.PathLike)):
            named = os.fspath(truth)
        elif isinstance(self._finished, _native.LinkageSession):
            named = str(self._finished.hold_table("truth", native_table(truth)))
        else:
            raise InputTypeError(
                "a run directory is measured against a column or a file", code="KN-PY-058", hint="write the truth as a file"
            )
        if isinstance(self._finished, _native.LinkageSession):
            found = json.loads(self._finished.evaluate(named, self._surroundings))
        else:
            found = json.loads(self._finished.evaluate(named))
        return Evaluation(found["measures"], found["thresholds"])

    def _files(self) -> dict[str, Path]:
        assert self.directory is not None and isinstance(self._finished, _native.FinishedRun)
        files = json.loads(self._finished.card())["files"]
        return {name.rsplit(".", 1)[0]: self.directory / name for name in files}

    def __repr__(self) -> str:
        counts = ", ".join(f"{value:,} {name}" for name, value in self.counts.items() if " of " not in name)
        return f"Run({counts})"

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><td>{html.escape(name)}</td><td>{value:,}</td></tr>" for name, value in self.counts.items())
        return f"<table><caption>run</caption><tbody>{rows}</tbody></table>"


# What a call says that stands in a job under the same name.
_IN_JOBS = ("one_to_one", "unique_id", "parity", "overwrite")
_TEXTS = ("unique_id", "parity")
_THRESHOLDS = ("predict_threshold", "cluster_threshold")
_SURROUNDINGS = ("threads", "memory", "seed", "progress")


def _run(tables: list[Data], link_type: str, call: Mapping[str, Any]) -> Run:
    """Runs what a call of `dedupe` or `link` asks for, whose arguments are given by their names."""
    held = Memory()
    spec = _spec(tables, link_type, call, held)
    told = surroundings(**{name: call[name] for name in _SURROUNDINGS})
    if "seed" not in told and spec.get("seed") is not None:
        told["seed"] = spec["seed"]
    said = json.dumps(told)
    output = call["output"]
    if output is None:
        for key in ("output", "overwrite", "file_format"):
            spec.pop(key, None)
        session, (made, links) = _native.run_job(as_json(spec), held.tables, held.texts, said)
        found = {name: ResultTable(table, name, links if name == "edges" else None) for name, table in made}
        return Run(session, found, None, said)
    spec["output"] = os.fspath(output)
    directory = Path(_native.run_job_into(as_json(spec), held.tables, held.texts, said))
    return Run(_native.FinishedRun(directory), {}, directory, said)


def _spec(tables: list[Data], link_type: str, call: Mapping[str, Any], held: Memory) -> dict[str, Any]:
    """The job of a call: what it names, with what the call says beside it."""
    spec = {"link_type": link_type, **_job(call["job"])}
    # What is false or nothing leaves the job as it is.
    said = {name: call[name] for name in _IN_JOBS if call.get(name) not in (None, False)}
    spec.update({name: text(name, value) if name in _TEXTS else value for name, value in said.items()})
    spec.update({name: probability(name, call[name]) for name in _THRESHOLDS if call[name] is not None})
    spec["inputs"] = inputs_of(tables, call["names"], held)
    ignored = call["ignore"]
    if ignored:
        spec["ignore"] = [ignored] if isinstance(ignored, str) else list_of("ignore", ignored)
    given = {key: call[key] for key in ("settings", "model") if call[key] is not None}
    if not given and call["job"] is None:
        raise InputError(
            "there are neither settings nor a model to compare records with",
            code="KN-PY-056",
            hint="give settings=... (trained first) or model=... (scored as it is); finding them by itself is not there yet",
        )
    if given:
        spec = {name: kept for name, kept in spec.items() if name not in ("settings", "model", "comparisons")}
        spec.update({key: settings_of(value, held) for key, value in given.items()})
    if call["blocking_rules"] is not None:
        spec["blocking_rules"] = rules_json(call["blocking_rules"], "duckdb")
    truth = call["truth"]
    if truth is not None:
        in_file = isinstance(truth, (str, os.PathLike))
        spec["truth"] = os.fspath(truth) if in_file else held.hold_table("truth", native_table(truth))
    return spec


def _job(job: str | os.PathLike[str] | Mapping[str, Any] | None) -> dict[str, Any]:
    if job is None:
        return {}
    if isinstance(job, Mapping):
        return dict(job)
    return json.loads(_native.read_job(Path(job)))  # type: ignore[no-any-return]
