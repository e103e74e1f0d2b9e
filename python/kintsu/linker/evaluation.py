"""How right the model is, held against labels."""

from __future__ import annotations

from collections.abc import Sequence

from kintsu.errors import InputError
from kintsu.inputs import Data
from kintsu.linker.session import Session
from kintsu.linker.visualisations import no_chart
from kintsu.results import ResultTable

__all__ = ["LinkerEvaluation"]

_ROUNDED_TO = 0.1


class LinkerEvaluation:
    """Truth tables and prediction errors. Charts come later: ask for ``output_type="table"``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def accuracy_analysis_from_labels_column(
        self,
        labels_column_name: str,
        *,
        threshold_match_probability: float = 0.5,
        match_weight_round_to_nearest: float = _ROUNDED_TO,
        output_type: str = "threshold_selection",
        add_metrics: Sequence[str] = (),
        positives_not_captured_by_blocking_rules_scored_as_zero: bool = True,
    ) -> ResultTable:
        """The truth table against a column that says which records belong together."""
        _only_table("accuracy_analysis_from_labels_column", output_type, match_weight_round_to_nearest)
        return self._session.table(
            "accuracy_from_labels_column",
            labels_column_name=labels_column_name,
            positives_not_captured_by_blocking_rules_scored_as_zero=positives_not_captured_by_blocking_rules_scored_as_zero,
        )

    def accuracy_analysis_from_labels_table(
        self,
        labels_splinkdataframe_or_table_name: Data,
        *,
        threshold_match_probability: float = 0.5,
        match_weight_round_to_nearest: float = _ROUNDED_TO,
        output_type: str = "threshold_selection",
        add_metrics: Sequence[str] = (),
    ) -> ResultTable:
        """The truth table against labelled pairs: ids of both sides and ``clerical_match_score``."""
        _only_table("accuracy_analysis_from_labels_table", output_type, match_weight_round_to_nearest)
        return self._session.table(
            "accuracy_from_labels_table",
            labels=self._session.hold(labels_splinkdataframe_or_table_name),
            threshold_match_probability=threshold_match_probability,
        )

    def prediction_errors_from_labels_column(
        self,
        label_colname: str,
        include_false_positives: bool = True,
        include_false_negatives: bool = True,
        threshold_match_probability: float = 0.5,
    ) -> ResultTable:
        """The pairs on which the model and a column of labels differ."""
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
        """The pairs on which the model and labelled pairs differ."""
        return self.prediction_errors_from_labels_column(
            self._session.hold(labels_splinkdataframe_or_table_name),
            include_false_positives,
            include_false_negatives,
            threshold_match_probability,
        )

    def unlinkables(self) -> ResultTable:
        """How many records could not be linked even to themselves, by threshold: the data of ``unlinkables_chart``."""
        return self._session.table("unlinkables")

    def unlinkables_chart(self, *arguments: object, **options: object) -> ResultTable:
        """A chart, which is not there yet."""
        raise no_chart("unlinkables_chart", "its data are there: linker.evaluation.unlinkables()")

    def labelling_tool_for_specific_record(self, *arguments: object, **options: object) -> ResultTable:
        """A page for labelling, which is not there yet."""
        raise no_chart(
            "labelling_tool_for_specific_record", "its pairs are there: linker.inference.find_matches_to_new_records(...)"
        )


def _only_table(method: str, output_type: str, rounded_to: float) -> None:
    if output_type != "table":
        raise no_chart(f"{method}(output_type={output_type!r})", 'its data are there: output_type="table"')
    if rounded_to != _ROUNDED_TO:
        raise InputError(
            f"thresholds are rounded to {_ROUNDED_TO} bits, not to {rounded_to}",
            code="KN-PY-054",
            hint="leave `match_weight_round_to_nearest` out",
        )
