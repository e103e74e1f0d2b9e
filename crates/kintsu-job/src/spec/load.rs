//! Reads a job file: syntax, then the schema, then what the schema cannot say, and reports everything that is wrong at once.

use std::path::{Path, PathBuf};

use super::check::check_job;
use super::document::{Located, parse_json, parse_toml};
use super::problem::Problem;
use super::schema::{job_schema, problems};
use super::{ColumnOrFile, InputSpec, JobSpec, StepSpec, TrainingStep};
use crate::error::JobError;

/// A job with the file that it came from.
#[derive(Debug, Clone)]
pub struct LoadedJob {
    /// The job, its paths made relative to the working directory.
    pub spec: JobSpec,
    /// Where the values stand, for errors that only show later.
    pub places: Places,
}

/// Where the values of a job stand.
#[derive(Debug, Clone, Default)]
pub struct Places {
    file: Option<PathBuf>,
    document: Option<Located>,
}

impl Places {
    /// Gives `problem` the place of the value under `keys`, when the job came from a file that has it.
    pub(crate) fn locate(&self, problem: Problem, keys: &[super::document::Step<'_>]) -> Problem {
        match (&self.file, &self.document) {
            (Some(file), Some(document)) => problem.at(document.line_of(keys)).within(Some(file)),
            _ => problem,
        }
    }
}

/// Reads the job file at `path`: JSON where its name ends in `.json`, TOML otherwise. Only its own contents are looked at; see
/// [`check_job`] for what must hold when it is run.
///
/// # Errors
/// [`JobError::Unreadable`] when there is no such file, [`JobError::Configuration`] with everything that is wrong in it.
pub fn load_job(path: &Path) -> Result<LoadedJob, JobError> {
    let text = std::fs::read_to_string(path).map_err(|source| JobError::Unreadable { path: path.to_path_buf(), source })?;
    parse_job(&text, path)
}

/// Reads a job from the content of the file at `path`, as [`load_job`] does; the file itself need not be there.
///
/// # Errors
/// [`JobError::Configuration`] with everything that is wrong in it.
pub fn parse_job(text: &str, path: &Path) -> Result<LoadedJob, JobError> {
    let json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    let within = |problems: Vec<Problem>| {
        JobError::Configuration(problems.into_iter().map(|problem| problem.within(Some(path))).collect())
    };
    let document = if json { parse_json(text) } else { parse_toml(text) }.map_err(within)?;
    let found = problems(&document, &job_schema());
    if !found.is_empty() {
        return Err(within(found));
    }
    let mut spec: JobSpec = serde_json::from_value(document.to_value())
        .map_err(|error| within(vec![Problem::new("KN-JOB-004", error.to_string()).at(1)]))?;
    resolve_paths(&mut spec, path.parent().unwrap_or(Path::new("")));
    let places = Places { file: Some(path.to_path_buf()), document: Some(document) };
    let wrong = check_job(&spec, &places);
    if wrong.is_empty() { Ok(LoadedJob { spec, places }) } else { Err(JobError::Configuration(wrong)) }
}

/// Makes every path that the job names relative to `folder`.
fn resolve_paths(spec: &mut JobSpec, folder: &Path) {
    let resolve = |path: &mut PathBuf| {
        if path.as_os_str() != "-" {
            *path = folder.join(&path);
        }
    };
    let resolve_input = |input: &mut InputSpec| match input {
        InputSpec::Path(path) => resolve(path),
        InputSpec::Full(table) => resolve(&mut table.path),
    };
    // Text that may be a column stays as it is unless there is such a file.
    let resolve_either = |either: &mut ColumnOrFile| {
        let path = folder.join(&either.0);
        if path.is_file() {
            either.0 = path.to_string_lossy().into_owned();
        }
    };
    spec.inputs.iter_mut().for_each(resolve_input);
    spec.settings.iter_mut().for_each(resolve);
    spec.model.iter_mut().for_each(resolve);
    spec.output.iter_mut().for_each(resolve);
    spec.term_frequencies.values_mut().for_each(resolve);
    spec.truth.iter_mut().for_each(resolve_either);
    for step in &mut spec.training {
        if let TrainingStep::EstimateMFromPairwiseLabels { labels } = step {
            resolve(labels);
        }
    }
    for step in &mut spec.steps {
        match step {
            StepSpec::ScorePairs { pairs: path, .. } | StepSpec::AccuracyFromLabelsTable { labels: path, .. } => resolve(path),
            StepSpec::FindMatchesToNewRecords { records, .. } => resolve_input(records),
            StepSpec::CompareTwoRecords { left, right, .. } => {
                resolve_input(left);
                resolve_input(right);
            }
            StepSpec::PredictionErrors { labels, .. } => resolve_either(labels),
            _ => {}
        }
    }
}
