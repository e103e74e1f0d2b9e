//! Errors and warnings as those of `kintsu.errors`, which has a class for each kind of blame.

use std::error::Error;
use std::io::ErrorKind;

use kintsu_core::{Blame, Explain, Warning};
use kintsu_job::JobError;
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use pyo3::types::PyModule;

/// The module that has the classes.
const ERRORS: &str = "kintsu.errors";
/// The code of arguments of a wrong type.
pub(crate) const WRONG_TYPE: &str = "KN-PY-025";
/// The code of files that are named and are not there.
const FILE_NOT_THERE: &str = "KN-JOB-013";
/// The codes of outputs that are there already.
const FILES: [&str; 1] = ["KN-TABLE-021"];

/// `error` as the exception that a user of Python expects, with its code, hint and parts.
pub(crate) fn exception(py: Python<'_>, error: &dyn Explain) -> PyErr {
    if error.blame() == Blame::Interrupted {
        return PyKeyboardInterrupt::new_err(error.to_string());
    }
    made(py, error, kind(error)).unwrap_or_else(|failed| failed)
}

/// As [`exception`]; arguments of a wrong type, files and memory have classes of their own.
pub(crate) fn job_exception(py: Python<'_>, error: &JobError) -> PyErr {
    let kind = match error {
        JobError::Memory { .. } => "memory",
        _ if error.code() == WRONG_TYPE => "type",
        _ if error.code() == FILE_NOT_THERE => "file_not_found",
        _ if FILES.contains(&error.code()) => "file",
        _ => match failed_io(error) {
            Some(ErrorKind::NotFound) => "file_not_found",
            Some(_) => "file",
            None => return exception(py, error),
        },
    };
    made(py, error, kind).unwrap_or_else(|failed| failed)
}

/// What the system said of a file, where that is behind the error.
fn failed_io(error: &JobError) -> Option<ErrorKind> {
    let mut current: Option<&(dyn Error + 'static)> = match error {
        JobError::Unreadable { source, .. } | JobError::Unwritable { source, .. } => return Some(source.kind()),
        JobError::Part(part) => part.source(),
        _ => None,
    };
    while let Some(cause) = current {
        if let Some(failed) = cause.downcast_ref::<std::io::Error>() {
            return Some(failed.kind());
        }
        current = cause.source();
    }
    None
}

fn kind(error: &dyn Explain) -> &'static str {
    match error.blame() {
        Blame::Input => "input",
        Blame::Internal | Blame::Interrupted => "internal",
    }
}

fn made(py: Python<'_>, error: &dyn Explain, kind: &str) -> PyResult<PyErr> {
    let parts: Vec<(&str, String, Option<String>)> =
        error.parts().into_iter().map(|part| (part.code(), part.to_string(), part.hint())).collect();
    let maker = PyModule::import(py, ERRORS)?.getattr("from_native")?;
    let made = maker.call1((kind, error.code(), error.to_string(), error.hint(), parts))?;
    Ok(PyErr::from_value(made))
}

/// Raises `warning` by Python's `warnings`.
///
/// # Errors
/// Where the user has made errors of warnings.
pub(crate) fn warn(py: Python<'_>, warning: &Warning) -> PyResult<()> {
    let warn = PyModule::import(py, ERRORS)?.getattr("warn")?;
    warn.call1((&warning.code, &warning.message, warning.hint.as_deref())).map(|_| ())
}
