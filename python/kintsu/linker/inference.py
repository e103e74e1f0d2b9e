"""Pairs and their scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Literal, TypeAlias

from kintsu.arguments import number, probability, whole
from kintsu.blocking_rule_library import Rule
from kintsu.errors import InputError, InputTypeError, without_warnings
from kintsu.inputs import Data, Memory, RegisteredTable, several
from kintsu.linker.job import inputs_of, settings_of
from kintsu.linker.session import Session, rules_json
from kintsu.results import ResultTable

__all__ = ["LinkerInference"]

LinkType: TypeAlias = Literal["link_only", "link_and_dedupe", "dedupe_only"]
WarningMode: TypeAlias = Literal["auto", "always", "never"]
# A chunk, counted from 1, and how many there are.
Chunk: TypeAlias = "tuple[int, int]"
# One record in a dictionary, several, or a table.
Records: TypeAlias = "Mapping[str, Any] | Sequence[Mapping[str, Any]] | Data"

# What the codes of warnings about untrained models begin with.
_OF_TRAINING = ("KN-W-LINK-04", "KN-W-JOB-007")


class LinkerInference:
    """Finds and scores pairs with the model as it stands.

    What comes back has a row a pair: ``match_weight`` in bits, ``match_probability`` from 0 to 1, the ids of both records with
    their tables where there are several, a ``gamma_`` a comparison (-1 where it could say nothing), and ``match_key``, the
    number of the blocking rule that found the pair.
    """

    def __init__(self, session: Session, dialect: str) -> None:
        self._session = session
        self._dialect = dialect

    def predict(
        self,
        threshold_match_probability: float | None = None,
        threshold_match_weight: float | None = None,
        materialise_after_computing_term_frequencies: bool = True,
        materialise_blocked_pairs: bool = True,
        *,
        num_chunks_left: int | None = None,
        num_chunks_right: int | None = None,
        warning_mode: WarningMode = "auto",
    ) -> ResultTable:
        """Scores the pairs that the blocking rules find and keeps those at or above a threshold; all of them where there is none.

        Pairs that `register_blocked_pairs_for_predict` was given are scored in place of those of the rules. Arguments about
        materialising and numbers of chunks are Splink's and change nothing: pairs stream by, and only what is kept takes memory.

        Args:
            threshold_match_probability: The least probability that is kept, from 0 to 1.
            threshold_match_weight: The least weight that is kept, in bits, instead.
            warning_mode: ``"never"`` leaves out the warnings about an untrained model.

        Raises:
            ValueError: Both thresholds are given, or one that is none.

        >>> pairs = linker.inference.predict(threshold_match_probability=0.5)
        >>> [(pair["unique_id_l"], pair["unique_id_r"], round(pair["match_probability"], 2)) for pair in pairs.to_dicts()]
        [(1, 2, 0.99), (4, 5, 0.99)]
        """
        if self._session.blocked_pairs is not None and (num_chunks_left is not None or num_chunks_right is not None):
            raise _registered_pairs_are_whole()
        with _warnings(warning_mode):
            return self._session.table(
                "predict",
                **_thresholds(threshold_match_probability, threshold_match_weight),
                pairs=self._session.blocked_pairs,
            )

    def predict_chunk(
        self,
        left_chunk: Chunk | None = None,
        right_chunk: Chunk | None = None,
        threshold_match_probability: float | None = None,
        threshold_match_weight: float | None = None,
        warning_mode: WarningMode = "auto",
    ) -> ResultTable:
        """Scores those pairs of `predict` whose left and right record are in a chunk of the records each.

        Chunks are told by a hash of the ids, so that several machines may score one each; the results of all chunks of the left
        with all of the right are those of `predict`, each pair once. They are not the chunks into which Splink's databases hash
        ids.

        Args:
            left_chunk: Such as ``(1, 3)`` for the first of three; all records unless given.
            right_chunk: The same for the right records.
            threshold_match_probability: As for `predict`.
            threshold_match_weight: As for `predict`.
            warning_mode: As for `predict`.

        Raises:
            ValueError: There is no such chunk, or blocked pairs are registered, which are scored all together.
            TypeError: A chunk is no pair of whole numbers.

        >>> halves = [linker.inference.predict_chunk(left_chunk=(number, 2)) for number in (1, 2)]
        >>> [len(half) for half in halves], len(linker.inference.predict())
        ([5, 2], 7)
        """
        if self._session.blocked_pairs is not None:
            raise _registered_pairs_are_whole()
        with _warnings(warning_mode):
            return self._session.table(
                "predict",
                **_thresholds(threshold_match_probability, threshold_match_weight),
                left_chunk=_chunk(left_chunk),
                right_chunk=_chunk(right_chunk),
            )

    def predict_between(
        self,
        left: Data | Sequence[Data],
        right: Data | Sequence[Data],
        *,
        link_type: LinkType | None = None,
        blocking_rules_to_generate_predictions: Sequence[Rule] | None = None,
        threshold_match_probability: float | None = None,
        threshold_match_weight: float | None = None,
        warning_mode: WarningMode = "auto",
    ) -> ResultTable:
        """Scores pairs of a record of the left tables and one of the right ones with the linker's model, never pairs on one side.

        A name stands for the table of the linker, or the registered one, that is called so. The left record of a pair is always
        one of the left tables. Term frequencies stay those of the linker's records.

        Args:
            left: A name, a path or a table, or several.
            right: The same for the other side. Where tables are told apart, those of both sides need names of their own.
            link_type: In place of the model's. ``"link_only"`` drops pairs of tables of one name, ``"dedupe_only"`` tells no
                tables apart.
            blocking_rules_to_generate_predictions: In place of the model's.
            threshold_match_probability: As for `predict`.
            threshold_match_weight: As for `predict`.
            warning_mode: As for `predict`.

        Raises:
            ValueError: A table lacks a column of the model, two tables have one name, or thresholds are wrong.
            TypeError: Something is no table.

        >>> linker.inference.predict_between(people[:3], people[3:]).to_pandas()[["unique_id_l", "unique_id_r"]].values.tolist()
        [[1, 5], [1, 6], [2, 5], [2, 6]]
        """
        rules = blocking_rules_to_generate_predictions
        with _warnings(warning_mode):
            return self._session.table(
                "predict_between",
                left=self._named(left, 0),
                right=self._named(right, len(several(left))),
                link_type=link_type,
                blocking_rules=None if rules is None else rules_json(rules, self._dialect),
                **_thresholds(threshold_match_probability, threshold_match_weight),
            )

    def predict_within(
        self,
        splink_dataframe_or_dataframes: Data | Sequence[Data],
        *,
        link_type: LinkType | None = None,
        blocking_rules_to_generate_predictions: Sequence[Rule] | None = None,
        threshold_match_probability: float | None = None,
        threshold_match_weight: float | None = None,
        warning_mode: WarningMode = "auto",
    ) -> ResultTable:
        """Scores pairs among other records, or some of the linker's tables, with the linker's model.

        Names and term frequencies are those of `predict_between`. The link type is ``"dedupe_only"`` for one table and
        ``"link_and_dedupe"`` for several unless given.

        >>> len(linker.inference.predict_within(people[:3]))
        1
        """
        tables = [self._session.found(table) for table in several(splink_dataframe_or_dataframes)]
        kind = link_type or ("dedupe_only" if len(tables) == 1 else "link_and_dedupe")
        others = self._with_other_tables(tables, kind, blocking_rules_to_generate_predictions)
        return others.predict(threshold_match_probability, threshold_match_weight, warning_mode=warning_mode)

    def deterministic_link(self) -> ResultTable:
        """The pairs that the blocking rules find, each once, without scores: what some rule finds counts as a link.

        >>> links = linker.inference.deterministic_link()
        >>> len(links), "match_weight" in links.columns
        (7, False)
        """
        return self._session.table("deterministic_link")

    def compute_blocked_pairs_for_predict(self) -> ResultTable:
        """The pairs that `predict` scores: those of `deterministic_link`, to be kept and registered again elsewhere.

        Splink's table has ``join_key_l`` and ``join_key_r``; this one has the ids themselves, and both are taken by
        `register_blocked_pairs_for_predict`.
        """
        return self.deterministic_link()

    def compute_blocked_pairs_for_predict_chunk(
        self, left_chunk: Chunk | None = None, right_chunk: Chunk | None = None
    ) -> ResultTable:
        """The pairs that `predict_chunk` scores."""
        return self._session.table("deterministic_link", left_chunk=_chunk(left_chunk), right_chunk=_chunk(right_chunk))

    def score_listed_pairs(self, pairs: Data) -> ResultTable:
        """Scores the pairs of a table of ids, in its order, whatever blocking says.

        Args:
            pairs: ``unique_id_l`` and ``unique_id_r``, and ``source_dataset_l`` and ``source_dataset_r`` where there are several
                tables. ``found_by_blocking_rules`` of the result says whether the rules find the pair.

        Raises:
            ValueError: A pair names a record that is not there, a record with itself, or two of one table that are never linked.

        >>> linker.inference.score_listed_pairs([{"unique_id_l": 1, "unique_id_r": 3}]).as_dict()["found_by_blocking_rules"]
        [False]
        """
        return self._session.table("score_pairs", pairs=self._session.hold(pairs))

    def score_missing_cluster_edges(
        self,
        df_clusters: Data,
        df_predict: Data | None = None,
        threshold_match_probability: float | None = None,
        threshold_match_weight: float | None = None,
    ) -> ResultTable:
        """Scores the pairs of records that are in one cluster: those that blocking missed, or that fell below a threshold.

        Time and memory grow with the square of the size of clusters. ``match_key`` is the rule that finds the pair, or the
        number of rules where none does. Splink has the method under a name with an underscore before it, which works, too.

        Args:
            df_clusters: What a clustering gave, or any table of ids and ``cluster_id``.
            df_predict: What `predict` gave: these pairs are left out. All pairs are scored without it.
            threshold_match_probability: The least probability that is kept; everything unless given.
            threshold_match_weight: The least weight that is kept, in bits, instead.

        Raises:
            ValueError: The clusters lack a column, or both thresholds are given.

        >>> clusters = [{"unique_id": person["unique_id"], "cluster_id": person["person"]} for person in people]
        >>> missing = linker.inference.score_missing_cluster_edges(clusters, linker.inference.predict())
        >>> [(pair["unique_id_l"], pair["unique_id_r"], round(pair["match_weight"], 1)) for pair in missing.to_dicts()]
        [(1, 3, 3.8), (2, 3, 3.8)]
        """
        return self._session.table(
            "score_missing_cluster_edges",
            None if df_predict is None else self._session.links(df_predict),
            clusters=self._session.hold(df_clusters),
            leave_out_edges=df_predict is not None,
            **_thresholds(threshold_match_probability, threshold_match_weight),
        )

    _score_missing_cluster_edges = score_missing_cluster_edges

    def find_matches_to_new_records(
        self,
        records_or_tablename: Records,
        blocking_rules: Rule | Sequence[Rule] | None = (),
        match_weight_threshold: float = -4,
    ) -> ResultTable:
        """Scores new records against those of the linker, not among themselves.

        Args:
            records_or_tablename: Records in dictionaries, which take the types of the linker's columns, a table, or a name.
            blocking_rules: The rules that find pairs; with none, as unless given, each new record is scored against every record.
                None means the rules of the model.
            match_weight_threshold: The least weight that is kept, in bits.

        Raises:
            ValueError: The records lack a column of the model, or a value does not fit its column.

        >>> late = {"unique_id": 7, "first_name": "Ann", "surname": "Lee", "city": None, "person": None}
        >>> linker.inference.find_matches_to_new_records(late).as_dict()["unique_id_l"]
        [1, 2, 3]
        """
        rules = None if blocking_rules is None else rules_json(blocking_rules, self._dialect)
        return self._session.table(
            "find_matches_to_new_records",
            records={"path": self._session.hold_records(records_or_tablename), "name": "new_records"},
            blocking_rules=rules,
            match_weight_threshold=number("match_weight_threshold", match_weight_threshold),
        )

    def compare_two_records(
        self, record_1: Records, record_2: Records, include_found_by_blocking_rules: bool = False
    ) -> ResultTable:
        """Scores one record against another, whatever blocking says.

        >>> [round(pair["match_weight"], 1) for pair in linker.inference.compare_two_records(people[0], people[2]).to_dicts()]
        [3.8]
        """
        return self.score_pairs(record_1, record_2, include_found_by_blocking_rules)

    def score_pair(
        self, record_left: Records, record_right: Records, include_found_by_blocking_rules: bool = False
    ) -> ResultTable:
        """Splink 5's name of `compare_two_records`."""
        return self.score_pairs(record_left, record_right, include_found_by_blocking_rules)

    def score_pairs(
        self, records_left: Records, records_right: Records, include_found_by_blocking_rules: bool = False
    ) -> ResultTable:
        """Scores every record of one table against every record of another.

        Args:
            records_left: Records in dictionaries, a table, or a name.
            records_right: The same for the other side.
            include_found_by_blocking_rules: Adds a column that says whether the rules would have found the pair.

        Raises:
            ValueError: The records lack a column of the model, or a value does not fit its column.

        >>> len(linker.inference.score_pairs(people[:2], people[2:]))
        8
        """
        return self._session.table(
            "compare_two_records",
            left={"path": self._session.hold_records(records_left)},
            right={"path": self._session.hold_records(records_right)},
            include_found_by_blocking_rules=include_found_by_blocking_rules,
        )

    def _named(self, tables: Data | Sequence[Data], first: int) -> list[dict[str, str]]:
        """Tables as a step names them; those without a name are numbered from ``first`` on."""
        inputs = []
        for position, table in enumerate(map(self._session.found, several(tables)), first):
            path = self._session.hold(table)
            name = table.name if isinstance(table, RegisteredTable) else None
            if name is None and path.startswith("memory:"):
                name = f"input_table_{position}"
            inputs.append({"path": path, "name": name} if name else {"path": path})
        return inputs

    def _with_other_tables(self, tables: list[Data], link_type: str, rules: Sequence[Rule] | None) -> LinkerInference:
        """The linker's model on other tables."""
        held = Memory()
        model = {**self._session.model, "link_type": link_type}
        if rules is not None:
            model["blocking_rules_to_generate_predictions"] = rules_json(rules, self._dialect)
        job = {"inputs": inputs_of(tables, None, held), "model": settings_of(model, held)}
        session = Session(job, held, {})
        levels = [level for comparison in model["comparisons"] for level in comparison["comparison_levels"]]
        for column in sorted({level["tf_adjustment_column"] for level in levels if level.get("tf_adjustment_column")}):
            session.supply_term_frequencies(column, self._session.native.term_frequencies(column))
        return LinkerInference(session, self._dialect)


def _thresholds(match_probability: float | None, match_weight: float | None) -> dict[str, Any]:
    """The thresholds as a step has them; everything is kept where there is none."""
    if match_probability is None and match_weight is None:
        match_probability = 0.0
    return {
        "threshold_match_probability": probability("threshold_match_probability", match_probability),
        "threshold_match_weight": None if match_weight is None else number("threshold_match_weight", match_weight),
    }


def _warnings(mode: WarningMode) -> AbstractContextManager[None]:
    """What leaves out the warnings that nobody wants."""
    if mode not in ("auto", "always", "never"):
        raise InputError(f"there is no warning mode {mode!r}", code="KN-PY-060", hint='write "auto", "always" or "never"')
    return without_warnings(*_OF_TRAINING) if mode == "never" else nullcontext()


def _chunk(chunk: Chunk | None) -> dict[str, int] | None:
    """A chunk as a step has it."""
    if chunk is None:
        return None
    try:
        which, of = (whole("chunk", part) for part in chunk)
    except (TypeError, ValueError):
        raise InputTypeError("a chunk is its number and how many there are", code="KN-PY-061", hint="such as (1, 4)") from None
    if not 1 <= which <= of:
        raise InputError(f"there is no chunk {which} of {of}", code="KN-PY-061", hint="chunks are counted from 1")
    return {"number": which, "of": of}


def _registered_pairs_are_whole() -> InputError:
    return InputError(
        "blocked pairs are registered, which are scored all together",
        code="KN-PY-062",
        hint="call predict() without chunks, or drop them by linker.table_management.invalidate_cache()",
    )
