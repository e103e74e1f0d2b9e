"""Charts, which come with the reports: until then asking for one says so by name."""

from __future__ import annotations

from typing import Any, NoReturn

from kintsu.errors import NotAvailableError

__all__ = ["Charts", "LinkerVisualisations", "no_chart"]


def no_chart(name: str, instead: str | None = None) -> NotAvailableError:
    """The error for a chart."""
    hint = instead or "the numbers behind it are there: linker.misc.save_model_to_json(), and the tables that methods give"
    return NotAvailableError(f"`{name}` is a chart; charts come with the reports of a later version", code="KN-PY-051", hint=hint)


def _refused(name: str) -> Any:
    def chart(self: object, *arguments: object, **options: object) -> NoReturn:
        raise no_chart(name)

    chart.__name__ = name
    chart.__doc__ = "A chart, which is not there yet."
    return chart


class Charts:
    """The charts of a session of training."""

    match_weights_interactive_history_chart = _refused("match_weights_interactive_history_chart")
    m_u_values_interactive_history_chart = _refused("m_u_values_interactive_history_chart")
    probability_two_random_records_match_iteration_chart = _refused("probability_two_random_records_match_iteration_chart")


class LinkerVisualisations:
    """The charts of a linker."""

    cluster_studio_dashboard = _refused("cluster_studio_dashboard")
    comparison_viewer_dashboard = _refused("comparison_viewer_dashboard")
    m_u_parameters_chart = _refused("m_u_parameters_chart")
    match_weights_chart = _refused("match_weights_chart")
    match_weights_histogram = _refused("match_weights_histogram")
    parameter_estimate_comparisons_chart = _refused("parameter_estimate_comparisons_chart")
    tf_adjustment_chart = _refused("tf_adjustment_chart")
    waterfall_chart = _refused("waterfall_chart")
