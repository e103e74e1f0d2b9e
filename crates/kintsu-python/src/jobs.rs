//! Jobs that the command has too: made from JSON, handed to the local engine, answered in JSON.

use kintsu_generate::Volumes;
use kintsu_job::{CorruptJob, Engine, FileFormat, JobError, JobSpec, LocalEngine, corrupt, corrupt_in_memory, plan_generation};
use kintsu_table::Input;
use pyo3::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::error;
use crate::linkage::Table;
use crate::running::{self, Surroundings};

/// Makes the data that a job asks for, or with `plan_only` only says what would be made.
#[pyfunction]
pub(crate) fn generate(py: Python<'_>, job: &str, plan_only: bool, surroundings: &str) -> PyResult<String> {
    let job: JobSpec = read(py, job)?;
    let surroundings = read_surroundings(py, surroundings)?;
    let made = running::run(py, &surroundings, |context| {
        if plan_only {
            return plan_generation(&job).map(|plan| planned(&job, &plan.volumes));
        }
        LocalEngine::default().generate(&job, context).map(|made| json!(made))
    })?;
    Ok(made.to_string())
}

fn planned(job: &JobSpec, volumes: &Volumes) -> Value {
    json!({ "output": job.output, "volumes": volumes })
}

/// What is to be corrupted, with the options of the command.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CorruptSpec {
    input: std::path::PathBuf,
    output: Option<std::path::PathBuf>,
    file_format: FileFormat,
    corruption: Option<std::path::PathBuf>,
    lists: Option<std::path::PathBuf>,
    record_id: Option<String>,
    overwrite: bool,
}

/// Puts errors into a table: into that in memory, whose records and changes come back, or into the file that the job names.
#[pyfunction]
pub(crate) fn corrupt_table(
    py: Python<'_>,
    job: &str,
    table: Option<Bound<'_, Table>>,
    surroundings: &str,
) -> PyResult<(String, Option<(Table, Table)>)> {
    let spec: CorruptSpec = read(py, job)?;
    let surroundings = read_surroundings(py, surroundings)?;
    let held = table.map(|table| table.get().held().clone());
    let in_memory = held.is_some();
    let job = CorruptJob {
        input: held.map_or_else(|| Input::new(&spec.input), |table| Input::of_table(&spec.input, table)),
        output: spec.output.unwrap_or_default(),
        format: spec.file_format.into(),
        corruption: spec.corruption,
        lists: spec.lists,
        record_id: spec.record_id,
        overwrite: spec.overwrite,
    };
    let (counts, tables) = running::run(py, &surroundings, |context| {
        if in_memory {
            corrupt_in_memory(&job, context).map(|(counts, tables)| (counts, Some(tables)))
        } else {
            corrupt(&job, context).map(|counts| (counts, None))
        }
    })?;
    let tables = tables.map(|[records, changes]| (Table::new(records), Table::new(changes)));
    Ok((json!({ "output": (!in_memory).then_some(&job.output), "counts": counts }).to_string(), tables))
}

/// Reads an argument that Python has written.
pub(crate) fn read<T: DeserializeOwned>(py: Python<'_>, text: &str) -> PyResult<T> {
    crate::arguments::read(text).map_err(|failed: JobError| error::job_exception(py, &failed))
}

/// Reads what a call is told beside its work.
pub(crate) fn read_surroundings(py: Python<'_>, text: &str) -> PyResult<Surroundings> {
    Surroundings::read(text).map_err(|failed| error::job_exception(py, &failed))
}
