"""The session behind a `Linker`: asks for training methods and steps as data, and gives tables back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kintsu import _native
from kintsu.arguments import as_json, threads_of_ones_own
from kintsu.blocking_rule_library import Rule
from kintsu.errors import InputError
from kintsu.inputs import Data, Memory, RegisteredTable, is_row, json_lines, native_table
from kintsu.results import ResultTable

__all__ = ["Session", "rule_json", "rules_json"]


class Session:
    """A native session with the tables that were registered for it."""

    def __init__(self, job: dict[str, Any], memory: Memory, surroundings: dict[str, Any]) -> None:
        self._told = surroundings
        self.native = _native.open_session(as_json(job), memory.tables, memory.texts, self._surroundings)
        #: Tables by the names that methods take in their place: those of the linker, and those that are registered.
        self.registered: dict[str, Data] = {name: memory.tables.get(name, path) for name, path in _named_inputs(job)}
        #: The path of the pairs that a prediction scores in place of those that the rules find.
        self.blocked_pairs: str | None = None
        self._held = 0

    @property
    def _surroundings(self) -> str:
        """What long calls are told; a linker of a parent process may be used in a forked one."""
        return json.dumps({**threads_of_ones_own(), **self._told})

    @property
    def summary(self) -> dict[str, Any]:
        """What the session works on."""
        return json.loads(self.native.summary())  # type: ignore[no-any-return]

    @property
    def model(self) -> dict[str, Any]:
        """The model as it stands."""
        return json.loads(self.native.model())  # type: ignore[no-any-return]

    @property
    def model_notes(self) -> str:
        """What Splink's format cannot hold of the model, as the file beside it has it."""
        return self.native.model_notes(self._surroundings)

    def train(self, method: str, **arguments: Any) -> None:
        """Takes a training method."""
        self.native.train(as_json({"method": method, **_given(arguments)}), self._surroundings)

    def step(self, step: str, links: _native.Links | None = None, **arguments: Any) -> dict[str, ResultTable]:
        """Takes a step and gives its tables by name."""
        taken, found = self.native.take_step(as_json({"step": step, **_given(arguments)}), links, self._surroundings)
        return {name: ResultTable(table, name, found) for name, table in taken}

    def table(self, step: str, links: _native.Links | None = None, **arguments: Any) -> ResultTable:
        """Takes a step that makes one table."""
        (table,) = self.step(step, links, **arguments).values()
        return table

    def hold(self, data: Data) -> str:
        """Holds a table and gives the path by which steps name it; a path stays one, and a registered name is looked up."""
        data = self.found(data)
        while isinstance(data, RegisteredTable):
            data = data.data
        if isinstance(data, (str, Path)):
            return str(data)
        self._held += 1
        return str(self.native.hold_table(f"held_{self._held}", native_table(data)))

    def found(self, data: Data) -> Data:
        """What is registered under a name, where there is something, with its name."""
        if isinstance(data, str) and data in self.registered:
            return RegisteredTable(data, self.registered[data])
        return data

    def hold_records(self, data: Data) -> str:
        """As `hold`; records in dictionaries take the types of the columns of the session."""
        if is_row(data):
            data = data.to_dict()
        if isinstance(data, Mapping) and not any(isinstance(value, (list, tuple)) for value in data.values()):
            data = [data]
        if isinstance(data, Sequence) and not isinstance(data, str) and all(isinstance(row, Mapping) for row in data):
            if not data:
                raise InputError("there are no records", code="KN-PY-048", hint="give at least one")
            self._held += 1
            return str(self.native.hold_records(f"held_{self._held}", json_lines(data)))
        return self.hold(data)

    def links(self, table: Data) -> _native.Links:
        """The links of a table of predictions: those that it brings along, or, where it is of another linker, by its ids."""
        if isinstance(table, ResultTable) and table.links is not None and table.links.are_of(self.native):
            return table.links
        return self.native.read_links(self.hold(table), self._surroundings)

    def supply_term_frequencies(self, column: str, data: Data) -> None:
        """Takes the term frequencies of a column from a table."""
        self.native.supply_term_frequencies(column, self.hold(data), self._surroundings)


def _given(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value is not None}


def _named_inputs(job: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The inputs of a job by name: the one that they are given, or their file's up to its endings."""
    return [(named.get("name") or Path(named["path"]).name.split(".")[0], named["path"]) for named in job["inputs"]]


def rule_json(rule: Rule, dialect: str) -> dict[str, Any]:
    """A blocking rule as a job has it."""
    from kintsu.blocking_rule_library import rule_creator

    create = getattr(rule, "create_blocking_rule_dict", None)
    found: dict[str, Any] = create(dialect) if create else rule_creator(rule).create_blocking_rule_dict(dialect)
    keys = ("blocking_rule", "sql_dialect", "arrays_to_explode", "salting_partitions")
    return {key: found[key] for key in keys if found.get(key)}


def rules_json(rules: Rule | Sequence[Rule], dialect: str) -> list[dict[str, Any]]:
    """One or several blocking rules as a job has them."""
    if isinstance(rules, Sequence) and not isinstance(rules, str):
        return [rule_json(rule, dialect) for rule in rules]
    return [rule_json(rules, dialect)]
