"""The class `Linker`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kintsu.arguments import surroundings, text
from kintsu.inputs import Data, Memory, one_of, several
from kintsu.linker.blocking_analysis import LinkerBlockingAnalysis
from kintsu.linker.clustering import LinkerClustering
from kintsu.linker.database_api import looked_up
from kintsu.linker.evaluation import LinkerEvaluation
from kintsu.linker.exploratory import LinkerExploratory
from kintsu.linker.inference import LinkerInference
from kintsu.linker.job import inputs_of, settings_of
from kintsu.linker.misc import LinkerMisc
from kintsu.linker.session import Session
from kintsu.linker.table_management import LinkerTableManagement
from kintsu.linker.training import LinkerTraining
from kintsu.linker.visualisations import LinkerVisualisations

__all__ = ["Linker"]


class Linker:
    """Records and a model, in Splink's words.

    Args:
        input_table_or_tables: One table or several: paths, tables of pandas, Polars, Arrow or DuckDB, lists of records, or what
            `register` gives. Data in memory are taken over without copies.
        settings: Settings or a trained model: a dictionary, the path of a JSON file, or a `SettingsCreator`.
        db_api: A handle such as `DuckDBAPI`, in whose connection names of tables are looked up. Not needed.
        set_up_basic_logging: Splink's, and changes nothing: progress and warnings are Python's own.
        input_table_aliases: Names of the tables, which results have in ``source_dataset``.
        validate_settings: Splink's, and changes nothing: settings are always checked.
        splink_dataframe_or_dataframes: Splink 5's name of the tables.
        log_level: Splink 5's, and changes nothing.
        parity: How string measures count: ``characters``, ``duckdb-1.5``, ``duckdb-2.0`` or ``spark-jar``; as the dialect of the
            settings does unless given.
        threads: How many threads work; one a processor unless given.
        memory: How much memory the process may hold, such as ``"4GiB"``.
        seed: The seed of everything random; 42 unless given.
        progress: Whether progress is shown; on terminals and in notebooks unless given.

    Raises:
        ValueError: Something is wrong with the settings or the data; everything that is wrong is told at once.
        TypeError: The data or the settings are of a kind that cannot be used.
    """

    def __init__(
        self,
        input_table_or_tables: Data | Sequence[Data] = None,
        settings: Any = None,
        db_api: Any = None,
        set_up_basic_logging: bool = True,
        input_table_aliases: str | Sequence[str] | None = None,
        validate_settings: bool = True,
        *,
        splink_dataframe_or_dataframes: Data | Sequence[Data] = None,
        log_level: int | str | None = None,
        parity: str | None = None,
        threads: int | None = None,
        memory: str | None = None,
        seed: int | None = None,
        progress: bool | None = None,
    ) -> None:
        held = Memory()
        given = one_of(input_table_or_tables=input_table_or_tables, splink_dataframe_or_dataframes=splink_dataframe_or_dataframes)
        tables = [looked_up(table, db_api) for table in several(given)]
        inputs = inputs_of(tables, input_table_aliases, held)
        dialect = str(getattr(db_api, "sql_dialect", "duckdb"))
        counted = None if parity is None else text("parity", parity)
        job = {"inputs": inputs, "model": settings_of(settings, held, dialect), "parity": counted, "seed": seed}
        told = surroundings(threads, memory, seed, progress)
        self._session = Session({key: value for key, value in job.items() if value is not None}, held, told)
        self._dialect = str(self._session.model.get("sql_dialect") or "duckdb")

    @property
    def training(self) -> LinkerTraining:
        """Training of the model."""
        return LinkerTraining(self._session, self._dialect)

    @property
    def inference(self) -> LinkerInference:
        """Pairs and their scores."""
        return LinkerInference(self._session, self._dialect)

    @property
    def clustering(self) -> LinkerClustering:
        """From pairs to entities."""
        return LinkerClustering(self._session)

    @property
    def evaluation(self) -> LinkerEvaluation:
        """How right the model is."""
        return LinkerEvaluation(self._session)

    @property
    def blocking_analysis(self) -> LinkerBlockingAnalysis:
        """How many pairs blocking rules make."""
        return LinkerBlockingAnalysis(self._session, self._dialect)

    @property
    def exploratory(self) -> LinkerExploratory:
        """What the columns hold."""
        return LinkerExploratory(self._session)

    @property
    def misc(self) -> LinkerMisc:
        """Saving the model, and what else there is."""
        return LinkerMisc(self._session)

    @property
    def table_management(self) -> LinkerTableManagement:
        """Tables beside the records."""
        return LinkerTableManagement(self._session)

    @property
    def visualisations(self) -> LinkerVisualisations:
        """Charts, which are not there yet."""
        return LinkerVisualisations()

    def __repr__(self) -> str:
        summary = self._session.summary
        return f"Linker({summary['records']:,} records; {', '.join(summary['columns'])})"
