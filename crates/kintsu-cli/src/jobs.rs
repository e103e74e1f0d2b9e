//! From the command line to a job.

use std::path::{Path, PathBuf};

use kintsu_core::RunContext;
use kintsu_job::{
    ColumnOrFile, InputSpec, InputTable, JobError, JobSpec, LinkTypeName, LoadedJob, LocalEngine, Places, Problem, check_ready,
    link_type_of_model, read_job,
};

use crate::arguments::LinkageOptions;
use crate::session::Session;
use crate::values::LinkageValues;

/// A job with where its values stand.
pub(crate) struct BuiltJob {
    pub(crate) spec: JobSpec,
    pub(crate) places: Places,
    /// What is wrong with the file and the options.
    problems: Vec<Problem>,
}

impl From<LoadedJob> for BuiltJob {
    fn from(loaded: LoadedJob) -> Self {
        Self { spec: loaded.spec, places: loaded.places, problems: loaded.problems }
    }
}

impl BuiltJob {
    /// Refuses a job that cannot run, with everything that is wrong with it: in its file, the options, the files that it names
    /// and their headers. `further` problems are told with them.
    ///
    /// # Errors
    /// [`JobError::Configuration`].
    pub(crate) fn check(&self, further: Option<Problem>) -> Result<(), JobError> {
        let mut problems = self.problems.clone();
        problems.extend(check_ready(&self.spec, &self.places));
        problems.extend(further);
        if problems.is_empty() {
            return Ok(());
        }
        // What is missing may have been meant by a key or an option that is wrong.
        if !self.problems.is_empty() {
            problems.retain(|problem| !["KN-JOB-010", "KN-JOB-011", "KN-JOB-022"].contains(&problem.code));
        }
        Err(JobError::Configuration(LocalEngine::default().problems_beside(problems, &self.spec, &self.places)))
    }

    /// `error` with the lines of the job file where its problems stand.
    pub(crate) fn locate(&self, error: JobError) -> JobError {
        self.places.find_all(error)
    }
}

/// A job on `files` with what the options say.
///
/// # Errors
/// When `--settings` names a job file that is wrong.
pub(crate) fn from_files(
    files: &[PathBuf],
    output: Option<&PathBuf>,
    linkage: &LinkageOptions,
    session: &Session,
) -> Result<BuiltJob, JobError> {
    let mut job = match &linkage.settings {
        Some(path) if is_job_file(path) => built(path, session)?,
        _ => BuiltJob { spec: JobSpec::default(), places: Places::default(), problems: Vec::new() },
    };
    job.places.replace("inputs");
    job.spec.inputs = files.iter().map(|path| InputSpec::Path(path.clone())).collect();
    apply(&mut job, output, linkage, session);
    Ok(job)
}

/// The job file at `path` with what the options say.
///
/// # Errors
/// When the file is wrong, or an option names an input that it has not.
pub(crate) fn from_file(
    path: &Path,
    output: Option<&PathBuf>,
    inputs: &[String],
    linkage: &LinkageOptions,
    session: &Session,
) -> Result<BuiltJob, JobError> {
    let mut job = built(path, session)?;
    if !inputs.is_empty() {
        job.places.replace("inputs");
    }
    job.problems.extend(replace_inputs(&mut job.spec, inputs));
    apply(&mut job, output, linkage, session);
    Ok(job)
}

/// The job file at `path`; where nothing of it can be read, that is told with what is wrong with the options.
fn built(path: &Path, session: &Session) -> Result<BuiltJob, JobError> {
    let (_, problems) = session.values();
    read_job(path).map(BuiltJob::from).map_err(|error| error.with(problems.to_vec()))
}

/// Whether `path` is named as a job file.
pub(crate) fn is_job_file(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"))
}

/// Puts the options over what the job says.
fn apply(job: &mut BuiltJob, output: Option<&PathBuf>, linkage: &LinkageOptions, session: &Session) {
    let (global, problems) = session.values();
    job.problems.extend_from_slice(problems);
    let values = LinkageValues::read(linkage, &mut job.problems);
    let BuiltJob { spec, places, .. } = job;
    if let Some(settings) = linkage.settings.as_ref().filter(|path| !is_job_file(path)) {
        spec.settings = Some(settings.clone());
        spec.model = None;
        spec.comparisons.clear();
    }
    if linkage.model.is_some() {
        spec.model.clone_from(&linkage.model);
        spec.settings = None;
        spec.comparisons.clear();
        spec.training.clear();
    }
    let mut given = |key, given: bool| {
        if given {
            places.replace(key);
        }
    };
    given("settings", linkage.settings.is_some());
    given("model", linkage.model.is_some());
    given("unique_id", linkage.unique_id.is_some());
    given("truth", linkage.truth.is_some());
    given("ignore", !linkage.ignore.is_empty());
    given("predict_threshold", values.predict_threshold.is_some());
    given("cluster_threshold", values.cluster_threshold.is_some());
    put(&mut spec.output, output);
    put(&mut spec.unique_id, linkage.unique_id.as_ref());
    put(&mut spec.predict_threshold, values.predict_threshold.as_ref());
    put(&mut spec.cluster_threshold, values.cluster_threshold.as_ref());
    put(&mut spec.truth, linkage.truth.as_ref().map(|truth| ColumnOrFile(truth.clone())).as_ref());
    put(&mut spec.file_format, values.file_format.as_ref());
    if !linkage.ignore.is_empty() {
        spec.ignore.clone_from(&linkage.ignore);
    }
    put(&mut spec.threads, global.threads.as_ref());
    put(&mut spec.memory, global.memory.as_ref());
    put(&mut spec.seed, global.seed.as_ref());
    put(&mut spec.engine, global.engine.as_ref());
    put(&mut spec.parity, global.parity.as_ref());
    spec.overwrite |= session.options().overwrite;
}

fn put<Value: Clone>(place: &mut Option<Value>, given: Option<&Value>) {
    if let Some(given) = given {
        *place = Some(given.clone());
    }
}

/// Links across tables, as the settings or the model say; those that deduplicate are wrong here.
pub(crate) fn link_across(job: &mut BuiltJob, one_to_one: bool) {
    let spec = &mut job.spec;
    if spec.settings.is_none() && spec.model.is_none() && spec.link_type.is_none() {
        spec.link_type = Some(LinkTypeName::LinkOnly);
    }
    spec.one_to_one |= one_to_one;
    if link_type_of_model(spec) == Some(LinkTypeName::DedupeOnly) {
        let message = "the settings or model deduplicate (their link_type is dedupe_only), and `kintsu link` links tables";
        job.problems.push(Problem::new("KN-CLI-008", message));
    }
}

/// Compares tables with each other and with themselves, where neither settings nor model nor job say what is compared.
pub(crate) fn dedupe_together(job: &mut BuiltJob) {
    let spec = &mut job.spec;
    if spec.inputs.len() > 1 && spec.settings.is_none() && spec.model.is_none() && spec.link_type.is_none() {
        spec.link_type = Some(LinkTypeName::LinkAndDedupe);
    }
}

/// Says so where `kintsu dedupe` is told by settings, model or job to leave pairs within a table alone.
pub(crate) fn warn_of_linking_alone(job: &BuiltJob, context: &RunContext) {
    let link_type = job.spec.link_type.or_else(|| link_type_of_model(&job.spec));
    if link_type == Some(LinkTypeName::LinkOnly) {
        let message = "the settings, model or job only link (link_type is link_only): no pair within a table is compared";
        let hint = "take settings whose link_type is link_and_dedupe to find duplicates within tables, or write `kintsu link`";
        context.warn("KN-W-CLI-001", message, Some(hint.to_owned()));
    }
}

fn replace_inputs(spec: &mut JobSpec, replacements: &[String]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for replacement in replacements {
        let Some((name, path)) = replacement.split_once('=') else {
            let problem = Problem::new("KN-CLI-002", format!("`--input {replacement}` names no input"));
            problems.push(problem.hint("write --input NAME=PATH"));
            continue;
        };
        let names: Vec<String> = spec.inputs.iter().map(input_name).collect();
        if let Some((input, _)) = spec.inputs.iter_mut().zip(&names).find(|(_, known)| *known == name) {
            *input = replaced(input, name, path);
        } else {
            let problem = Problem::new("KN-CLI-003", format!("the job has no input called `{name}`"));
            problems.push(problem.hint(format!("its inputs: {}", names.join(", "))));
        }
    }
    problems
}

fn replaced(input: &InputSpec, name: &str, path: &str) -> InputSpec {
    let (_, _, format) = input.parts();
    let format = format.filter(|_| Path::new(path).extension().is_none());
    InputSpec::Full(InputTable { path: PathBuf::from(path), name: Some(name.to_owned()), format })
}

/// The name of an input: the one it was given, else that of its file.
fn input_name(input: &InputSpec) -> String {
    kintsu_job::table_input(input).data_set_name()
}
