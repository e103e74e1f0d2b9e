"""Saving the model, and what else there is."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NoReturn

from kintsu.errors import FileError, NotAvailableError
from kintsu.linker.session import Session

__all__ = ["LinkerMisc"]


class LinkerMisc:
    """Saves the model."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save_model_to_json(self, out_path: str | os.PathLike[str] | None = None, overwrite: bool = False) -> dict[str, Any]:
        """The model in Splink's format, written to ``out_path`` where it is given.

        What that format cannot hold (how strings are measured, notes of training) goes beside it into ``NAME.kintsu.json``.
        """
        if out_path is not None:
            path = Path(out_path)
            if path.exists() and not overwrite:
                raise FileError(f"`{path}` exists already", code="KN-PY-045", hint="give overwrite=True, or another path")
            path.write_text(self._session.native.model(), encoding="utf-8")
            path.with_suffix(".kintsu.json").write_text(self._session.native.model_notes(), encoding="utf-8")
        return json.loads(self._session.native.model())  # type: ignore[no-any-return]

    def query_sql(self, sql: str, output_type: str = "pandas") -> NoReturn:
        """Not there: no database holds the tables."""
        raise NotAvailableError(
            "`query_sql` is not there: no database holds the tables",
            code="KN-PY-055",
            hint="ask a result with DuckDB: table.to_duckdb().query('t', 'select * from t')",
        )
