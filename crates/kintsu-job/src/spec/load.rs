//! Reads a job file: syntax, then the schema, then what the schema cannot say, and reports everything that is wrong at once.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::check::check_job;
use super::document::{Located, parse_json, parse_toml, steps_of};
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
    /// The paths of what the job lacks because it is wrong.
    left_out: Vec<String>,
    /// The keys whose values do not come from the file.
    replaced: Vec<&'static str>,
}

impl Places {
    /// Gives `problem` the place of the value under `keys`, when the job came from a file that has it.
    pub(crate) fn locate(&self, problem: Problem, keys: &[super::document::Step<'_>]) -> Problem {
        match self.follow(keys) {
            Some((file, _, line)) => problem.at(line).within(Some(file)),
            None => problem,
        }
    }

    /// Gives a problem of the job that names its place the line of it, when the job came from a file that has it.
    #[must_use]
    pub fn find(&self, problem: Problem) -> Problem {
        let (Some(place), None, None) = (&problem.place, &problem.file, problem.line) else { return problem };
        match self.follow(&steps_of(place)) {
            Some((file, place, line)) => problem.in_place(&place).at(line).within(Some(file)),
            None => problem,
        }
    }

    /// As [`Places::find`], for every problem of an error.
    #[must_use]
    pub fn find_all(&self, error: JobError) -> JobError {
        match error {
            JobError::Configuration(problems) => {
                JobError::Configuration(problems.into_iter().map(|problem| self.find(problem)).collect())
            }
            other => other,
        }
    }

    /// Says that the value of `key`, one of the job's own, does not come from its file.
    pub fn replace(&mut self, key: &'static str) {
        self.replaced.push(key);
    }

    /// The file with the path and the line that `steps` lead to.
    fn follow(&self, steps: &[super::document::Step<'_>]) -> Option<(&Path, String, u32)> {
        let (file, document) = (self.file.as_deref()?, self.document.as_ref()?);
        if self.replaced.iter().any(|key| steps.first() == Some(&super::document::Step::Key(key))) {
            return None;
        }
        let (path, line) = document.follow(steps, &self.left_out);
        Some((file, path, line))
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
        Err(error) => {
            let problem = Problem::new("KN-JOB-004", format!("the rest of the file cannot be read: {error}")).at(1);
            return Err(within(found.into_iter().chain([problem]).collect()));
        }
    };
    resolve_paths(&mut spec, path.parent().unwrap_or(Path::new("")));
    let problems = found.into_iter().map(|problem| problem.within(Some(path))).collect();
    let (file, document, left_out, replaced) = (Some(path.to_path_buf()), Some(document), wrong_places, Vec::new());
    Ok(LoadedJob { spec, places: Places { file, document, left_out, replaced }, problems })
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
