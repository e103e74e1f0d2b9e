//! Linkage: tables in and out, interactive sessions, runs of whole jobs and the directories that they leave behind.
//!
//! Everything that is asked of it is data: jobs, training methods and steps come as JSON, as they stand in job files. The classes
//! here hold what cannot be written down: tables, records, links.

// Arguments come from Python as values of their own.
#![allow(clippy::needless_pass_by_value)]

mod finished;
mod session;
mod table;

use std::fmt::Display;
use std::sync::{Mutex, MutexGuard, PoisonError};

use kintsu_job::JobError;
use pyo3::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use table::Table;

/// Adds what is here to the module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<table::Table>()?;
    module.add_class::<session::Links>()?;
    module.add_class::<session::LinkageSession>()?;
    module.add_class::<finished::FinishedRun>()?;
    module.add_function(wrap_pyfunction!(table::read_table, module)?)?;
    module.add_function(wrap_pyfunction!(table::write_table, module)?)?;
    module.add_function(wrap_pyfunction!(session::open_session, module)?)?;
    module.add_function(wrap_pyfunction!(session::run_job, module)?)?;
    module.add_function(wrap_pyfunction!(session::read_job, module)?)?;
    module.add_function(wrap_pyfunction!(finished::run_job_into, module)?)
}

/// Reads a part of a job from JSON.
fn read<T: DeserializeOwned>(what: &str, text: &str) -> Result<T, JobError> {
    crate::arguments::read_as(what, text)
}

/// Writes an answer as JSON.
fn written(answer: &impl Serialize) -> Result<String, JobError> {
    serde_json::to_string(answer).map_err(|error| JobError::Defect(error.to_string()))
}

/// An answer as JSON, and the same in words.
fn in_both_forms<Answer: Serialize + Display>(answer: &Answer) -> Result<(String, String), JobError> {
    Ok((written(answer)?, answer.to_string()))
}

/// What `lock` guards, also where a call before this one has panicked: every call leaves it whole.
fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
