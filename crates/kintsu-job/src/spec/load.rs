//! Reads a job file: syntax, then the schema, then what the schema cannot say, and reports everything that is wrong at once.

use std::path::{Path, PathBuf};

use serde_json::Value;

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
    /// What is wrong with the file; the job lacks it.
    pub problems: Vec<Problem>,
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
    read_job(path).and_then(whole)
}

/// Reads a job from the content of the file at `path`, as [`load_job`] does; the file itself need not be there.
///
/// # Errors
/// [`JobError::Configuration`] with everything that is wrong in it.
pub fn parse_job(text: &str, path: &Path) -> Result<LoadedJob, JobError> {
    read_text(text, path).and_then(whole)
}

/// Reads as much of the job file at `path` as can be read, with what is wrong in the rest, so that the job can be checked too.
///
/// # Errors
/// [`JobError::Unreadable`] when there is no such file, [`JobError::Configuration`] when nothing of it is left to check.
pub fn read_job(path: &Path) -> Result<LoadedJob, JobError> {
    let text = std::fs::read_to_string(path).map_err(|source| JobError::Unreadable { path: path.to_path_buf(), source })?;
    read_text(&text, path)
}

/// The job, unless something is wrong with it.
fn whole(mut loaded: LoadedJob) -> Result<LoadedJob, JobError> {
    loaded.problems.extend(check_job(&loaded.spec, &loaded.places));
    if loaded.problems.is_empty() { Ok(loaded) } else { Err(JobError::Configuration(loaded.problems)) }
}

/// A key that all settings and models of Splink have, and no job.
const OF_SETTINGS: &str = "blocking_rules_to_generate_predictions";

fn read_text(text: &str, path: &Path) -> Result<LoadedJob, JobError> {
    let json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    let within = |problems: Vec<Problem>| {
        JobError::Configuration(problems.into_iter().map(|problem| problem.within(Some(path))).collect())
    };
    let document = if json { parse_json(text) } else { parse_toml(text) }.map_err(within)?;
    if document.get(OF_SETTINGS).is_some() {
        let problem = Problem::new("KN-JOB-045", "the file holds settings or a model, and no job");
        return Err(within(vec![problem.at(1)]));
    }
    let (found, wrong_places) = problems(&document, &job_schema());
    let readable = document.without(&wrong_places, "").map_or(Value::Null, |document| document.to_value());
    let mut spec: JobSpec = match serde_json::from_value(readable) {
        Ok(spec) => spec,
        Err(error) if found.is_empty() => return Err(within(vec![Problem::new("KN-JOB-004", error.to_string()).at(1)])),
        Err(_) => return Err(within(found)),
    };
    resolve_paths(&mut spec, path.parent().unwrap_or(Path::new("")));
    let problems = found.into_iter().map(|problem| problem.within(Some(path))).collect();
    Ok(LoadedJob { spec, places: Places { file: Some(path.to_path_buf()), document: Some(document) }, problems })
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
    if let Some(tokenize) = &mut spec.tokenize {
        let files = [&mut tokenize.rules, &mut tokenize.hashing_secret_file, &mut tokenize.encryption_key_file];
        files.into_iter().flatten().for_each(resolve);
        tokenize.fuzzy.iter_mut().for_each(|fuzzy| resolve(&mut fuzzy.schema));
    }
    if let Some(generate) = &mut spec.generate {
        [&mut generate.lists, &mut generate.corruption].into_iter().flatten().for_each(resolve);
    }
    spec.term_frequencies.values_mut().for_each(resolve);
    spec.truth.iter_mut().for_each(resolve_either);
    for step in &mut spec.training {
        if let TrainingStep::EstimateMFromPairwiseLabels { labels } = step {
            resolve(labels);
        }
    }
    for step in &mut spec.steps {
        match step {
            StepSpec::ScorePairs { pairs: path, .. }
            | StepSpec::Predict { pairs: Some(path), .. }
            | StepSpec::ScoreMissingClusterEdges { clusters: Some(path), .. }
            | StepSpec::AccuracyFromLabelsTable { labels: path, .. } => resolve(path),
            StepSpec::PredictBetween { left, right, .. } => left.iter_mut().chain(right).for_each(resolve_input),
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
