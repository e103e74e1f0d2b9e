"""How right the model is, held against labels."""

from __future__ import annotations

from collections.abc import Sequence

from kintsu.arguments import number
from kintsu.errors import InputError, warn
from kintsu.inputs import Data
from kintsu.linker.session import Session
from kintsu.linker.visualisations import no_chart
from kintsu.results import ResultTable

__all__ = ["LinkerEvaluation"]

_CHARTS = ("threshold_selection", "roc", "precision_recall", "accuracy")


class LinkerEvaluation:
    """Truth tables and prediction errors.

    A truth table has a row a threshold: ``truth_threshold`` in bits, ``match_probability``, the numbers of pairs (``p``, ``n``,
    ``tp``, ``tn``, ``fp``, ``fn``) and the measures that follow from them. It is what ``output_type="table"`` gives. Splink's
    other output types are charts of the same table: as charts come with the reports, the table is given in their place, with a
    warning that says so.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def accuracy_analysis_from_labels_column(
        self,
        labels_column_name: str,
        *,
        threshold_match_probability: float = 0.5,
        match_weight_round_to_nearest: float | None = 0.1,
        output_type: str = "threshold_selection",
        add_metrics: Sequence[str] = (),
        positives_not_captured_by_blocking_rules_scored_as_zero: bool = True,
    ) -> ResultTable:
        """The truth table against a column of the records that says which of them belong together; null is not known.

        Args:
            labels_column_name: The column.
            threshold_match_probability: Splink's, and changes nothing: pairs of a column match or do not.
            match_weight_round_to_nearest: The step of the thresholds in bits; None makes every weight that occurs a threshold.
            output_type: ``"table"``; the names of charts give the table, too, and warn.
            add_metrics: Changes nothing: the table has all measures.
            positives_not_captured_by_blocking_rules_scored_as_zero: Matches that the blocking rules miss count as missed.

        Raises:
            ValueError: There is no such column or output type.

        >>> table = linker.evaluation.accuracy_analysis_from_labels_column("person", output_type="table")
        >>> table.as_dict()["precision"][-1], table.as_dict()["recall"][-1]
        (1.0, 0.5)
        """
        _check_output("accuracy_analysis_from_labels_column", output_type)
        return self._session.table(
            "accuracy_from_labels_column",
            labels_column_name=labels_column_name,
            positives_not_captured_by_blocking_rules_scored_as_zero=positives_not_captured_by_blocking_rules_scored_as_zero,
            match_weight_round_to_nearest=_step(match_weight_round_to_nearest),
        )

    def accuracy_analysis_from_labels_table(
        self,
        labels_splinkdataframe_or_table_name: Data,
        *,
        threshold_match_probability: float = 0.5,
        match_weight_round_to_nearest: float | None = 0.1,
        output_type: str = "threshold_selection",
        add_metrics: Sequence[str] = (),
    ) -> ResultTable:
        """The truth table against labelled pairs: ids of both sides and ``clerical_match_score``.

        Args:
            labels_splinkdataframe_or_table_name: A table, a path, or a name that is registered.
            threshold_match_probability: Labels with a score at or above it are matches.
            match_weight_round_to_nearest: The step of the thresholds in bits; None makes every weight that occurs a threshold.
            output_type: ``"table"``; the names of charts give the table, too, and warn.
            add_metrics: Changes nothing: the table has all measures.

        Raises:
            ValueError: The table lacks a column, names records that are not there, or there is no such output type.

        >>> labels = [{"unique_id_l": 1, "unique_id_r": 2, "clerical_match_score": 1.0},
        ...           {"unique_id_l": 1, "unique_id_r": 5, "clerical_match_score": 0.0}]
        >>> table = linker.evaluation.accuracy_analysis_from_labels_table(labels, output_type="table")
        >>> table.as_dict()["f1"][-1]
        1.0
        """
        _check_output("accuracy_analysis_from_labels_table", output_type)
        return self._session.table(
            "accuracy_from_labels_table",
            labels=self._session.hold(labels_splinkdataframe_or_table_name),
            threshold_match_probability=threshold_match_probability,
            match_weight_round_to_nearest=_step(match_weight_round_to_nearest),
        )

    def prediction_errors_from_labels_column(
        self,
        label_colname: str,
        include_false_positives: bool = True,
        include_false_negatives: bool = True,
        threshold_match_probability: float = 0.5,
    ) -> ResultTable:
        """The pairs on which the model and a column of labels differ: the columns of `predict`, and ``truth_status``.

        Pairs that the blocking rules miss are scored and count as missed whatever they weigh.

        Args:
            label_colname: The column that says which records belong together.
            include_false_positives: Give the pairs that are wrongly predicted.
            include_false_negatives: Give the pairs that are missed.
            threshold_match_probability: Pairs at or above it are predicted matches.

        Raises:
            ValueError: There is no such column.

        >>> errors = linker.evaluation.prediction_errors_from_labels_column("person")
        >>> [(pair["unique_id_l"], pair["unique_id_r"], pair["truth_status"]) for pair in errors.to_dicts()]
        [(1, 3, 'FN'), (2, 3, 'FN')]
        """
        return self._session.table(
            "prediction_errors",
            labels=label_colname,
            include_false_positives=include_false_positives,
            include_false_negatives=include_false_negatives,
            threshold_match_probability=threshold_match_probability,
        )

    def prediction_errors_from_labels_table(
        self,
        labels_splinkdataframe_or_table_name: Data,
        include_false_positives: bool = True,
        include_false_negatives: bool = True,
        threshold_match_probability: float = 0.5,
    ) -> ResultTable:
        """The pairs on which the model and labelled pairs differ.

        The labels are those of `accuracy_analysis_from_labels_table`.
        """
        return self.prediction_errors_from_labels_column(
            self._session.hold(labels_splinkdataframe_or_table_name),
            include_false_positives,
            include_false_negatives,
            threshold_match_probability,
        )

    def unlinkables(self) -> ResultTable:
        """How many records could not be linked even to themselves, by threshold: the data of ``unlinkables_chart``.

        A row a threshold: ``match_weight`` in bits, ``match_probability``, and the shares of records at it and up to it.

        >>> linker.evaluation.unlinkables().columns
        ['match_weight', 'match_probability', 'prop', 'cum_prop']
        """
        return self._session.table("unlinkables")

    def unlinkables_chart(self, *arguments: object, **options: object) -> ResultTable:
        """A chart, which is not there yet."""
        raise no_chart("unlinkables_chart", "its data are there: linker.evaluation.unlinkables()")

    def labelling_tool_for_specific_record(self, *arguments: object, **options: object) -> ResultTable:
        """A page for labelling, which is not there yet."""
        raise no_chart(
            "labelling_tool_for_specific_record", "its pairs are there: linker.inference.find_matches_to_new_records(...)"
        )


def _step(rounded_to: float | None) -> float:
    """The step of the thresholds as a job has it, 0 for none."""
    return 0.0 if rounded_to is None else number("match_weight_round_to_nearest", rounded_to, least=0)


def _check_output(method: str, output_type: str) -> None:
    """Refuses what there is not, and says what is given in the place of a chart."""
    if output_type != "table" and output_type not in _CHARTS:
        raise InputError(
            f"`{method}` has no output type {output_type!r}", code="KN-PY-065", hint=f'write "table", or {", ".join(_CHARTS)}'
        )
    if output_type != "table":
        warn(
            "KN-W-PY-001",
            f"`{method}` gives the table behind the chart `{output_type}`: charts come with the reports of a later version",
            'write output_type="table" to ask for the table',
        )
