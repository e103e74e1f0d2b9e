//! The model of a job: from a file of settings, from a trained model, or from the comparisons in the job itself.

use std::path::{Path, PathBuf};

use kintsu_link::library::block_on;
use kintsu_link::model::{BlockingRule, Dialect, JsonOptions, KintsuModel, LinkType, Model, Parity};
use kintsu_link::sql::parse_blocking_rule;

use crate::error::JobError;
use crate::held::{Held, is_held};
use crate::spec::{BlockingRuleSpec, DialectName, JobSpec, LinkTypeName, ParityName, Problem};

/// A model with how it came to be.
#[derive(Debug, Clone)]
pub(super) struct SourcedModel {
    /// The model, with what the job says put over what its file says.
    pub(super) model: Model,
    /// Whether it is scored as it is.
    pub(super) trained: bool,
    /// What stood beside it.
    pub(super) beside: Option<KintsuModel>,
    /// The file that it came from, where it was no text in memory.
    pub(super) file: Option<PathBuf>,
}

/// The model that the job names; none when it names none, or nothing of it can be read. What is wrong with it goes to `problems`,
/// and the model is then good for no more than to look at what it names.
pub(super) fn source_model(job: &JobSpec, held: &Held, problems: &mut Vec<Problem>) -> Option<SourcedModel> {
    let mut sourced = match (&job.settings, &job.model) {
        (Some(path), _) => from_file(path, job, held, false, problems)?,
        (None, Some(path)) => from_file(path, job, held, true, problems)?,
        (None, None) if !job.comparisons.is_empty() => from_job(job, problems),
        (None, None) => return None,
    };
    put_over(job, &mut sourced.model, problems);
    Some(sourced)
}

/// The link type of the settings or model that `job` names; none where it names none, or they cannot be read.
pub fn link_type_of_model(job: &JobSpec) -> Option<LinkTypeName> {
    let sourced = source_model(job, &Held::default(), &mut Vec::new())?;
    Some(match sourced.model.link_type {
        LinkType::DedupeOnly => LinkTypeName::DedupeOnly,
        LinkType::LinkOnly => LinkTypeName::LinkOnly,
        LinkType::LinkAndDedupe => LinkTypeName::LinkAndDedupe,
    })
}

fn from_file(path: &Path, job: &JobSpec, held: &Held, trained: bool, problems: &mut Vec<Problem>) -> Option<SourcedModel> {
    let text = text_of(path, held, problems)?;
    let options = JsonOptions { parity: job.parity.map(parity), ..JsonOptions::default() };
    let mut model = match Model::from_json(&text, options) {
        Ok(model) => model,
        Err(errors) => {
            problems.extend(errors.problems().iter().map(|problem| Problem::of(problem).within(Some(path))));
            errors.readable()?.clone()
        }
    };
    let beside_path = beside(path);
    let mut found = None;
    if held.is_file(&beside_path)
        && let Some(text) = text_of(&beside_path, held, problems)
    {
        match KintsuModel::from_json(&text) {
            Ok(read) => {
                read.apply(&mut model);
                found = Some(read);
            }
            Err(error) => problems.push(Problem::of(&error).within(Some(&beside_path))),
        }
    }
    if let Some(wanted) = job.parity {
        model.parity = parity(wanted);
    }
    Some(SourcedModel { model, trained, beside: found, file: (!is_held(path)).then(|| path.to_path_buf()) })
}

fn text_of(path: &Path, held: &Held, problems: &mut Vec<Problem>) -> Option<String> {
    let read = held.text(path);
    read.map_err(|source| problems.push(Problem::of(&JobError::Unreadable { path: path.to_path_buf(), source }))).ok()
}

/// What was made, or nothing and its problems among `problems`.
fn kept<Made: Default>(made: Result<Made, Vec<Problem>>, problems: &mut Vec<Problem>) -> Made {
    made.unwrap_or_else(|found| {
        problems.extend(found);
        Made::default()
    })
}

/// `model.kintsu.json` beside `model.json`.
pub(crate) fn beside(path: &Path) -> PathBuf {
    path.with_extension("kintsu.json")
}

/// A model of our own: its comparisons and rules stand in the job.
fn from_job(job: &JobSpec, problems: &mut Vec<Problem>) -> SourcedModel {
    let parity = job.parity.map_or(Parity::Characters, parity);
    let comparisons = kept(super::comparisons::build(&job.comparisons, parity), problems);
    let link_type = job.link_type.map_or_else(|| default_link_type(job.inputs.len()), link_type);
    let model = Model { link_type, parity, ..Model::new(comparisons, Vec::new()) };
    SourcedModel { model, trained: false, beside: None, file: None }
}

/// One input is deduplicated, several are linked.
pub(super) fn default_link_type(inputs: usize) -> LinkType {
    if inputs > 1 { LinkType::LinkOnly } else { LinkType::DedupeOnly }
}

/// Puts what the job says over what the model says.
fn put_over(job: &JobSpec, model: &mut Model, problems: &mut Vec<Problem>) {
    fn put<Value: Clone>(place: &mut Value, given: Option<&Value>) {
        if let Some(given) = given {
            place.clone_from(given);
        }
    }
    put(&mut model.link_type, job.link_type.map(link_type).as_ref());
    put(&mut model.unique_id_column_name, job.unique_id.as_ref());
    put(&mut model.source_dataset_column_name, job.source_dataset.as_ref());
    put(&mut model.probability_two_random_records_match, job.probability_two_random_records_match.as_ref());
    put(&mut model.em_convergence, job.em_convergence.as_ref());
    put(&mut model.max_iterations, job.max_iterations.as_ref());
    put(&mut model.retain_matching_columns, job.retain_matching_columns.as_ref());
    let intermediate = job.retain_intermediate_calculation_columns.as_ref();
    put(&mut model.retain_intermediate_calculation_columns, intermediate);
    put(&mut model.additional_columns_to_retain, job.additional_columns_to_retain.as_ref());
    if let Some(rules) = &job.blocking_rules {
        model.blocking_rules = kept(readable_rules(rules), problems);
    }
}

/// The rules as they are computed; everything that is wrong with them is reported at once.
pub(super) fn blocking_rules(rules: &[BlockingRuleSpec]) -> Result<Vec<BlockingRule>, JobError> {
    readable_rules(rules).map_err(JobError::Configuration)
}

fn readable_rules(rules: &[BlockingRuleSpec]) -> Result<Vec<BlockingRule>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut read = Vec::new();
    for rule in rules {
        match blocking_rule(rule) {
            Ok(rule) => read.push(rule),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(read) } else { Err(problems) }
}

/// One rule as it is computed.
pub(super) fn blocking_rule(rule: &BlockingRuleSpec) -> Result<BlockingRule, Problem> {
    let (text, sql_dialect, arrays_to_explode, salting_partitions) = match rule {
        BlockingRuleSpec::Sql(text) => (text.clone(), Dialect::DuckDb, Vec::new(), None),
        BlockingRuleSpec::Full(table) => {
            let dialect = dialect(table.sql_dialect.unwrap_or_default());
            let Some(text) = &table.blocking_rule else {
                let rule = block_on(table.columns.iter().cloned()).exploding(table.arrays_to_explode.iter().cloned());
                let built = rule
                    .build(dialect)
                    .map_err(|error| problem_of(&format!("the blocking rule cannot be used: {error}"), &error));
                return built.map(|rule| BlockingRule { salting_partitions: table.salting_partitions, ..rule });
            };
            (text.clone(), dialect, table.arrays_to_explode.clone(), table.salting_partitions)
        }
    };
    let condition = parse_blocking_rule(&text, sql_dialect)
        .map_err(|error| problem_of(&format!("the blocking rule `{text}` cannot be used: {error}"), &error))?;
    Ok(BlockingRule { blocking_rule: text, condition, sql_dialect, salting_partitions, arrays_to_explode })
}

fn problem_of(message: &str, error: &dyn kintsu_core::Explain) -> Problem {
    let problem = Problem::new(error.code(), message);
    match error.hint() {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}

pub(super) fn parity(name: ParityName) -> Parity {
    match name {
        ParityName::Characters => Parity::Characters,
        ParityName::DuckDb1_5 => Parity::DuckDb1_5,
        ParityName::DuckDb2_0 => Parity::DuckDb2_0,
        ParityName::SparkJar => Parity::SparkJar,
    }
}

pub(super) fn link_type(name: LinkTypeName) -> LinkType {
    match name {
        LinkTypeName::DedupeOnly => LinkType::DedupeOnly,
        LinkTypeName::LinkOnly => LinkType::LinkOnly,
        LinkTypeName::LinkAndDedupe => LinkType::LinkAndDedupe,
    }
}

pub(super) fn dialect(name: DialectName) -> Dialect {
    match name {
        DialectName::Duckdb => Dialect::DuckDb,
        DialectName::Spark => Dialect::Spark,
        DialectName::Sqlite => Dialect::Sqlite,
        DialectName::Postgres => Dialect::Postgres,
    }
}
