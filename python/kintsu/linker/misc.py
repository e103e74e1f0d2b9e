"""Saving the model, and SQL over results."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from kintsu.arguments import file_path
from kintsu.errors import FileError, file_error
from kintsu.linker.session import Session
from kintsu.results import ResultTable, query_as

if TYPE_CHECKING:
    import pandas

__all__ = ["LinkerMisc"]


class LinkerMisc:
    """Saves the model, and asks results with SQL."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save_model_to_json(self, out_path: str | os.PathLike[str] | None = None, overwrite: bool = False) -> dict[str, Any]:
        """The model in Splink's format, written to ``out_path`` where it is given.

        What that format cannot hold (how strings are measured, notes of training) goes beside it into ``NAME.kintsu.json``.

        Raises:
            OSError: The file is there already and ``overwrite`` is not given, or it cannot be written.
        """
        if out_path is not None:
            path = file_path("out_path", out_path)
            beside = path.with_suffix(".kintsu.json")
            for file in (path, beside):
                if file.exists() and not overwrite:
                    raise FileError(f"`{file}` exists already", code="KN-PY-045", hint="give overwrite=True, or another path")
            try:
                path.write_text(self._session.native.model(), encoding="utf-8")
                beside.write_text(self._session.model_notes, encoding="utf-8")
            except OSError as error:
                raise file_error(path, error, "write") from error
        return json.loads(self._session.native.model())  # type: ignore[no-any-return]

    def query_sql(self, sql: str, output_type: str = "pandas") -> ResultTable | pandas.DataFrame:
        """Asks DuckDB, which has to be installed, about results of this linker and tables that were registered.

        A result is called by its ``physical_name`` as long as something refers to it, a table by the name that it was given. No
        database holds them: each question is asked of the tables as they are in memory.

        Args:
            sql: A query in DuckDB's dialect.
            output_type: ``"pandas"``, or ``"splink_df"`` for a `ResultTable`, which is what Splink 5 gives unless told otherwise.

        Raises:
            ValueError: There is no such output type.
            ImportError: DuckDB is not installed.

        >>> pairs = linker.inference.predict()
        >>> linker.misc.query_sql(f"select count(*) as n from {pairs.physical_name}", output_type="splink_df").to_dicts()
        [{'n': 7}]
        """
        return query_as(output_type, sql, self._session.registered)
