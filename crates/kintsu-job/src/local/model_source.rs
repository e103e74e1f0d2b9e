//! The model of a job: from a file of settings, from a trained model, or from the comparisons in the job itself.

use std::path::{Path, PathBuf};

use kintsu_link::library::block_on;
use kintsu_link::model::{BlockingRule, Dialect, JsonOptions, KintsuModel, LinkType, Model, Parity};
use kintsu_link::sql::parse_blocking_rule;

use crate::error::JobError;
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
    /// The file that it came from.
    pub(super) file: Option<PathBuf>,
}

/// The model that the job names; none when it names none.
pub(super) fn source_model(job: &JobSpec) -> Result<Option<SourcedModel>, JobError> {
    let mut sourced = match (&job.settings, &job.model) {
        (Some(path), _) => from_file(path, job, false)?,
        (None, Some(path)) => from_file(path, job, true)?,
        (None, None) if !job.comparisons.is_empty() => from_job(job)?,
        (None, None) => return Ok(None),
    };
    put_over(job, &mut sourced.model)?;
    Ok(Some(sourced))
}

fn from_file(path: &Path, job: &JobSpec, trained: bool) -> Result<SourcedModel, JobError> {
    let unreadable = |path: &Path| {
        let path = path.to_path_buf();
        move |source| JobError::Unreadable { path, source }
    };
    let text = std::fs::read_to_string(path).map_err(unreadable(path))?;
    let options = JsonOptions { parity: job.parity.map(parity), ..JsonOptions::default() };
    let mut model = Model::from_json(&text, options).map_err(|errors| JobError::within(path, &errors))?;
    let beside_path = beside(path);
    let mut found = None;
    if beside_path.is_file() {
        let text = std::fs::read_to_string(&beside_path).map_err(unreadable(&beside_path))?;
        let read = KintsuModel::from_json(&text).map_err(JobError::part)?;
        read.apply(&mut model);
        found = Some(read);
    }
    if let Some(wanted) = job.parity {
        model.parity = parity(wanted);
    }
    Ok(SourcedModel { model, trained, beside: found, file: Some(path.to_path_buf()) })
}

/// `model.kintsu.json` beside `model.json`.
pub(crate) fn beside(path: &Path) -> PathBuf {
    path.with_extension("kintsu.json")
}

/// A model of our own: its comparisons and rules stand in the job.
fn from_job(job: &JobSpec) -> Result<SourcedModel, JobError> {
    let parity = job.parity.map_or(Parity::Characters, parity);
    let comparisons = super::comparisons::build(&job.comparisons, parity)?;
    let link_type = job.link_type.map_or_else(|| default_link_type(job.inputs.len()), link_type);
    let model = Model { link_type, parity, ..Model::new(comparisons, Vec::new()) };
    Ok(SourcedModel { model, trained: false, beside: None, file: None })
}

/// One input is deduplicated, several are linked.
pub(super) fn default_link_type(inputs: usize) -> LinkType {
    if inputs > 1 { LinkType::LinkOnly } else { LinkType::DedupeOnly }
}

/// Puts what the job says over what the model says.
fn put_over(job: &JobSpec, model: &mut Model) -> Result<(), JobError> {
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
        model.blocking_rules = blocking_rules(rules)?;
    }
    Ok(())
}

/// The rules as they are computed; everything that is wrong with them is reported at once.
pub(super) fn blocking_rules(rules: &[BlockingRuleSpec]) -> Result<Vec<BlockingRule>, JobError> {
    let mut problems = Vec::new();
    let mut read = Vec::new();
    for rule in rules {
        match blocking_rule(rule) {
            Ok(rule) => read.push(rule),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(read) } else { Err(JobError::Configuration(problems)) }
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
