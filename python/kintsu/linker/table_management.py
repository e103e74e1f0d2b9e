"""Tables beside the records: labels, predictions and term frequencies."""

from __future__ import annotations

from kintsu.inputs import Data, RegisteredTable, native_table
from kintsu.linker.session import Session
from kintsu.results import ResultTable

__all__ = ["LinkerTableManagement"]


class LinkerTableManagement:
    """Registers tables under names that the other methods take."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def register_table(self, input_table: Data, table_name: str, overwrite: bool = False) -> RegisteredTable:
        """Gives a table a name for methods that take labels, pairs or records."""
        registered = RegisteredTable(table_name, input_table)
        self._session.registered[table_name] = registered
        return registered

    def register_labels_table(self, input_data: Data, overwrite: bool = False) -> RegisteredTable:
        """A table of labelled pairs."""
        return RegisteredTable("labels", input_data)

    def register_table_predict(self, input_data: Data, overwrite: bool = False) -> ResultTable:
        """A table of predictions: ids, and ``match_weight`` or ``match_probability``."""
        table = input_data if isinstance(input_data, ResultTable) else ResultTable(native_table(input_data), "predict")
        return ResultTable(table.native, table.name, self._session.links(table))

    def compute_tf_table(self, column_name: str) -> ResultTable:
        """The term frequencies of a column, as the model uses them."""
        return ResultTable(self._session.native.term_frequencies(column_name), f"term_frequencies_{column_name}")

    def register_term_frequency_lookup(self, input_data: Data, col_name: str, overwrite: bool = False) -> RegisteredTable:
        """Takes the term frequencies of a column from a table with ``COLUMN`` and ``tf_COLUMN`` in place of counting."""
        self._session.supply_term_frequencies(col_name, input_data)
        return RegisteredTable(f"term_frequencies_{col_name}", input_data)

    def invalidate_cache(self) -> None:
        """Does nothing: nothing is cached that can be out of date."""

    def delete_tables_created_by_splink_from_db(self) -> None:
        """Does nothing: no table is made in a database."""
