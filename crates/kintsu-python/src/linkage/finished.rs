//! Runs that leave a directory behind, and what can be asked of one.

use std::path::PathBuf;

use kintsu_core::RunContext;
use kintsu_job::{Engine, JobError, LocalEngine};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::session::{held, long, ready};
use super::{in_both_forms, written};
use crate::error;

/// Runs `job`, which names its output, and gives the run directory.
#[pyfunction]
pub(crate) fn run_job_into(
    py: Python<'_>,
    job: &str,
    tables: &Bound<'_, PyDict>,
    texts: &Bound<'_, PyDict>,
    surroundings: &str,
) -> PyResult<PathBuf> {
    let held = held(tables, texts)?;
    let engine = LocalEngine::holding(held.clone());
    long(py, surroundings, |ctx| Ok(engine.run(&ready(job, &held)?, ctx)?.directory))
}

/// A run directory.
#[pyclass(frozen, module = "kintsu._native")]
pub(crate) struct FinishedRun(kintsu_job::FinishedRun);

impl FinishedRun {
    fn ask<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&kintsu_job::FinishedRun, &RunContext) -> Result<T, JobError> + Send,
    ) -> PyResult<T> {
        long(py, "{}", |ctx| work(&self.0, ctx))
    }
}

#[pymethods]
impl FinishedRun {
    /// Opens the run directory at `path`.
    #[new]
    fn open(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        kintsu_job::FinishedRun::open(&path).map(Self).map_err(|failed| error::job_exception(py, &failed))
    }

    /// The card of the run as JSON.
    fn card(&self, py: Python<'_>) -> PyResult<String> {
        written(self.0.card()).map_err(|failed| error::job_exception(py, &failed))
    }

    /// Why a pair weighs what it weighs: JSON, and the same in words.
    fn explain_pair(&self, py: Python<'_>, first: &str, second: &str, show_values: bool) -> PyResult<(String, String)> {
        self.ask(py, |run, ctx| in_both_forms(&run.explain_pair(first, second, show_values, ctx)?))
    }

    /// What holds the entity of a record together: JSON, and the same in words.
    fn explain_entity(&self, py: Python<'_>, id: &str) -> PyResult<(String, String)> {
        self.ask(py, |run, ctx| in_both_forms(&run.explain_entity(id, ctx)?))
    }

    /// How right the clusters are against `truth`, a column or a path, as JSON.
    fn evaluate(&self, py: Python<'_>, truth: &str) -> PyResult<String> {
        self.ask(py, |run, ctx| written(&run.evaluate(truth, ctx)?))
    }
}
