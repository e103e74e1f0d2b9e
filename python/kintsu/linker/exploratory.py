"""What the columns hold."""

from __future__ import annotations

from collections.abc import Sequence

from kintsu.linker.session import Session
from kintsu.results import ResultTable

__all__ = ["LinkerExploratory"]


class LinkerExploratory:
    """Profiles of columns, as data."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def completeness(self, cols: Sequence[str] | None = None) -> ResultTable:
        """The share of values that are not null, from 0 to 1, a row a column and table.

        >>> [round(share, 2) for share in linker.exploratory.completeness(["city"]).as_dict()["completeness"]]
        [0.83]
        """
        return self._session.table("completeness", cols=None if cols is None else list(cols))

    def profile_columns(
        self, column_expressions: Sequence[str] | None = None, top_n: int = 10, bottom_n: int = 10
    ) -> ResultTable:
        """The distribution of values of columns or column expressions, and the most and least frequent values.

        A row of ``kind`` ``"distribution"`` is a step of it, ``"top"`` and ``"bottom"`` a value with the number of its rows.

        Raises:
            ValueError: An expression cannot be read, or names a column that is not there.
        """
        expressions = None if column_expressions is None else [str(expression) for expression in column_expressions]
        return self._session.table("profile_columns", column_expressions=expressions, top_n=top_n, bottom_n=bottom_n)
