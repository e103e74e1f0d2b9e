"""Tables beside the records: labels, predictions, blocked pairs and term frequencies."""

from __future__ import annotations

from kintsu.errors import InputError
from kintsu.inputs import Data, RegisteredTable, native_table
from kintsu.linker.session import Session
from kintsu.results import ResultTable

__all__ = ["LinkerTableManagement"]


class LinkerTableManagement:
    """Registers tables under names that the other methods take. Nothing is copied, and no database holds them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def register_table(self, input_table: Data, table_name: str, overwrite: bool = False) -> RegisteredTable:
        """Gives a table a name for methods that take labels, pairs, clusters or records, and for `query_sql`.

        Raises:
            ValueError: There is a table of that name, and ``overwrite`` is not given.

        >>> linker.table_management.register_table(people[:2], "early").name
        'early'
        >>> len(linker.inference.score_pairs("early", people[3:4]))
        2
        """
        if table_name in self._session.registered and not overwrite:
            raise InputError(
                f"there is a table `{table_name}` already", code="KN-PY-063", hint="give overwrite=True, or another name"
            )
        self._session.registered[table_name] = input_table
        return RegisteredTable(table_name, input_table)

    def register_labels_table(self, input_data: Data, overwrite: bool = False) -> RegisteredTable:
        """A table of labelled pairs: ids of both sides and ``clerical_match_score`` from 0 to 1."""
        return RegisteredTable("labels", input_data)

    def register_table_predict(self, input_data: Data, overwrite: bool = False) -> ResultTable:
        """A table of predictions: ids, and ``match_weight`` or ``match_probability``; a pair without either counts as certain.

        Raises:
            ValueError: It lacks ids, or names records that are not there.
        """
        table = input_data if isinstance(input_data, ResultTable) else ResultTable(native_table(input_data), "predict")
        return ResultTable(table.native, table.name, self._session.links(table))

    def register_blocked_pairs_for_predict(self, input_data: Data) -> RegisteredTable:
        """A table of pairs that `predict` scores from then on, in place of those that the blocking rules find.

        Ids are named as `compute_blocked_pairs_for_predict` names them, or ``join_key_l`` and ``join_key_r`` as Splink does.
        The pairs replace those that were registered before; `invalidate_cache` drops them.

        >>> registered = linker.table_management.register_blocked_pairs_for_predict([{"unique_id_l": 1, "unique_id_r": 3}])
        >>> linker.inference.predict().as_dict()["unique_id_r"]
        [3]
        """
        self._session.blocked_pairs = self._session.hold(input_data)
        return RegisteredTable("blocked_pairs", input_data)

    def register_table_input_nodes_concat_with_tf(self, input_data: Data, overwrite: bool = False) -> RegisteredTable:
        """Splink 4's table of all records with their term frequencies: the frequencies are taken from it in place of counting.

        The records stay those of the linker, so that the table must have as many rows. For each column ``tf_COLUMN`` there must
        be ``COLUMN``; where rows of one value differ, the last one counts.

        Raises:
            ValueError: The table has another number of rows, or no term frequencies.
        """
        table = native_table(self._session.found(input_data))
        records = self._session.summary["records"]
        prefix = str(self._session.model.get("term_frequency_adjustment_column_prefix", "tf_"))
        columns = [name for name in table.column_names if f"{prefix}{name}" in table.column_names]
        if table.num_rows != records or not columns:
            raise InputError(
                f"the table has {table.num_rows:,} rows and {len(columns)} columns with term frequencies; the linker has "
                f"{records:,} records",
                code="KN-PY-064",
                hint="give the linker's own records, or each table of frequencies by register_term_frequency_lookup",
            )
        for column in columns:
            self._session.supply_term_frequencies(column, table)
        return RegisteredTable("input_nodes_concat_with_tf", input_data)

    def compute_tf_table(self, column_name: str) -> ResultTable:
        """The term frequencies of a column, as the model uses them: each value once, and its share of the values that are not
        null.

        Raises:
            ValueError: There is no such column.

        >>> linker.table_management.compute_tf_table("city").to_dicts()
        [{'city': 'Leeds', 'tf_city': 0.2}, {'city': 'York', 'tf_city': 0.8}]
        """
        return ResultTable(self._session.native.term_frequencies(column_name), f"term_frequencies_{column_name}")

    def register_term_frequency_lookup(self, input_data: Data, col_name: str, overwrite: bool = False) -> RegisteredTable:
        """Takes the term frequencies of a column from a table with ``COLUMN`` and ``tf_COLUMN`` in place of counting.

        Values that are not in the table are not adjusted for.

        Raises:
            ValueError: The table lacks one of the two columns.
        """
        self._session.supply_term_frequencies(col_name, input_data)
        return RegisteredTable(f"term_frequencies_{col_name}", input_data)

    def invalidate_cache(self) -> None:
        """Drops blocked pairs that were registered. Nothing else is kept that could be out of date."""
        self._session.blocked_pairs = None

    def delete_tables_created_by_splink_from_db(self) -> None:
        """Does nothing: no table is made in a database."""
