//! The model of a job: from a file of settings, from a trained model, or from the comparisons in the job itself.

use std::path::{Path, PathBuf};

use kintsu_link::library::{LibraryError, block_on};
use kintsu_link::model::{BlockingRule, Dialect, JsonOptions, KintsuModel, LinkType, Model, Parity};
use kintsu_link::sql::parse_blocking_rule;

use crate::error::JobError;
use crate::held::{Held, is_held};
use crate::spec::{BlockingRuleSpec, DialectName, JobSpec, LinkTypeName, ParityName, Problem, no_condition};

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
    /// Where its comparisons and rules stand.
    pub(super) spots: Spots,
}

/// Where the parts of a model stand, in its order; what is not known is not there.
#[derive(Debug, Clone, Default)]
pub(super) struct Spots {
    pub(super) comparisons: Vec<Spot>,
    pub(super) rules: Vec<Spot>,
}

/// Where something stands: a path in a file, or in the job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Spot {
    /// The file; none for the job.
    pub(super) file: Option<PathBuf>,
    /// The path, as in [`Problem::place`].
    pub(super) path: String,
    /// Whether it is a comparison whose levels are written out.
    pub(super) has_levels: bool,
}

impl Spot {
    /// A place in the job.
    pub(super) fn of_job(path: impl Into<String>) -> Self {
        Self { path: path.into(), ..Self::default() }
    }

    /// A place below this one.
    pub(super) fn below(&self, rest: &str) -> Self {
        Self { path: format!("{}{rest}", self.path), ..self.clone() }
    }

    /// `problem`, standing here.
    pub(super) fn of(&self, problem: Problem) -> Problem {
        problem.in_place(&self.path).within(self.file.as_deref())
    }
}

/// The model that the job names; none when it names none, or nothing of it can be read. What is wrong with it goes to `problems`,
/// and the model is then good for no more than to look at what it names.
pub(super) fn source_model(job: &JobSpec, held: &Held, problems: &mut Vec<Problem>) -> Option<SourcedModel> {
    let mut found = [(&job.settings, false), (&job.model, true)]
        .into_iter()
        .filter_map(|(path, trained)| path.as_ref().map(|path| from_file(path, job, held, trained, problems)))
        .collect::<Vec<_>>();
    if !job.comparisons.is_empty() {
        found.push(Some(from_job(job, problems)));
    }
    // Of several, which is refused elsewhere, the others are only looked at.
    let mut sourced = found.into_iter().next()?;
    let rules = job.blocking_rules.as_ref().map(|rules| read_rules(rules, "blocking_rules", problems));
    if let Some(sourced) = &mut sourced {
        put_over(job, &mut sourced.model);
        if let Some(rules) = rules {
            (sourced.model.blocking_rules, sourced.spots.rules) = rules.into_iter().unzip();
        }
    }
    sourced
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
    let file = (!is_held(path)).then(|| path.to_path_buf());
    let read = Model::from_json(&text, options);
    let whole = read.is_ok();
    let mut model = match read {
        Ok(model) => model,
        Err(errors) => {
            problems.extend(errors.problems().iter().map(|problem| Problem::of(problem).within(Some(path))));
            errors.readable()?.clone()
        }
    };
    let spots = spots_of(&model, file.as_deref(), whole);
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
    Some(SourcedModel { model, trained, beside: found, file, spots })
}

/// Where the parts of a model stand in its JSON. What could not be read is not counted, so unless `whole` only the file is known.
fn spots_of(model: &Model, file: Option<&Path>, whole: bool) -> Spots {
    let spot = |key: &str, place: usize| Spot {
        file: file.map(Path::to_path_buf),
        path: if whole { format!("{key}[{place}]") } else { String::new() },
        has_levels: whole,
    };
    Spots {
        comparisons: (0..model.comparisons.len()).map(|place| spot("comparisons", place)).collect(),
        rules: (0..model.blocking_rules.len()).map(|place| spot("blocking_rules_to_generate_predictions", place)).collect(),
    }
}

fn text_of(path: &Path, held: &Held, problems: &mut Vec<Problem>) -> Option<String> {
    let read = held.text(path);
    read.map_err(|source| problems.push(Problem::of(&JobError::Unreadable { path: path.to_path_buf(), source }))).ok()
}

/// `model.kintsu.json` beside `model.json`.
pub(crate) fn beside(path: &Path) -> PathBuf {
    path.with_extension("kintsu.json")
}

/// A model of our own: its comparisons and rules stand in the job.
fn from_job(job: &JobSpec, problems: &mut Vec<Problem>) -> SourcedModel {
    let parity = job.parity.map_or(Parity::Characters, parity);
    let (comparisons, spots) = super::comparisons::build(&job.comparisons, parity, problems).into_iter().unzip();
    let link_type = job.link_type.map_or_else(|| default_link_type(job.inputs.len()), link_type);
    let model = Model { link_type, parity, ..Model::new(comparisons, Vec::new()) };
    let spots = Spots { comparisons: spots, rules: Vec::new() };
    SourcedModel { model, trained: false, beside: None, file: None, spots }
}

/// One input is deduplicated, several are linked.
pub(super) fn default_link_type(inputs: usize) -> LinkType {
    if inputs > 1 { LinkType::LinkOnly } else { LinkType::DedupeOnly }
}

/// Puts what the job says over what the model says.
fn put_over(job: &JobSpec, model: &mut Model) {
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
}

/// The rules as they are computed, each with its place; `path` is that of their list. What is wrong goes to `problems`, and of a rule
/// with a problem there is as much as tells which columns it names.
pub(super) fn read_rules(rules: &[BlockingRuleSpec], path: &str, problems: &mut Vec<Problem>) -> Vec<(BlockingRule, Spot)> {
    let places = (0..rules.len()).map(|place| format!("{path}[{place}]"));
    rules.iter().zip(places).filter_map(|(rule, path)| read_rule(rule, &path, problems)).collect()
}

/// As [`read_rules`], for one rule at `path`.
pub(super) fn read_rule(rule: &BlockingRuleSpec, path: &str, problems: &mut Vec<Problem>) -> Option<(BlockingRule, Spot)> {
    let rule = match rule {
        BlockingRuleSpec::Sql(text) => rule_of_text(text, Dialect::DuckDb, path, problems)?,
        BlockingRuleSpec::Full(table) => {
            let dialect = dialect(table.sql_dialect.unwrap_or_default());
            let (arrays_to_explode, salting_partitions) = (table.arrays_to_explode.clone(), table.salting_partitions);
            let rule = match &table.blocking_rule {
                Some(text) => rule_of_text(text, dialect, &format!("{path}.blocking_rule"), problems)?,
                None => rule_of_columns(&table.columns, &table.arrays_to_explode, dialect, path, problems)?,
            };
            BlockingRule { arrays_to_explode, salting_partitions, ..rule }
        }
    };
    Some((rule, Spot::of_job(path)))
}

fn rule_of_text(text: &str, dialect: Dialect, path: &str, problems: &mut Vec<Problem>) -> Option<BlockingRule> {
    match parse_blocking_rule(text, dialect) {
        Ok(condition) => Some(BlockingRule::new(text.to_owned(), condition, dialect)),
        Err(error) => {
            let message = format!("the blocking rule `{text}` cannot be used: {error}");
            problems.push(Problem { message, ..Problem::of(&error) }.in_place(path));
            None
        }
    }
}

/// A rule on those of the columns that can be read.
fn rule_of_columns(
    columns: &[String],
    exploded: &[String],
    dialect: Dialect,
    path: &str,
    problems: &mut Vec<Problem>,
) -> Option<BlockingRule> {
    let build = |columns: &[String]| block_on(columns.iter().cloned()).exploding(exploded.iter().cloned()).build(dialect);
    if columns.is_empty() {
        problems.push(no_condition().in_place(path));
        return None;
    }
    let whole = match build(columns) {
        Ok(rule) => return Some(rule),
        Err(error) => error,
    };
    let told = problems.len();
    let mut good = Vec::new();
    for (place, column) in columns.iter().enumerate() {
        match block_on([column.clone()]).build(dialect) {
            Ok(_) => good.push(column.clone()),
            Err(error) => problems.push(unusable(&error).in_place(&format!("{path}.columns[{place}]"))),
        }
    }
    if problems.len() == told {
        problems.push(unusable(&whole).in_place(path));
    }
    block_on(good).build(dialect).ok()
}

fn unusable(error: &LibraryError) -> Problem {
    Problem { message: format!("the blocking rule cannot be used: {error}"), ..Problem::of(error) }
}

/// The rules as they are computed; everything that is wrong with them is reported at once.
pub(super) fn blocking_rules(rules: &[BlockingRuleSpec]) -> Result<Vec<BlockingRule>, JobError> {
    let mut problems = Vec::new();
    let read = read_rules(rules, "blocking_rules", &mut problems);
    if problems.is_empty() {
        Ok(read.into_iter().map(|(rule, _)| rule).collect())
    } else {
        Err(JobError::Configuration(problems))
    }
}

/// One rule as it is computed.
pub(super) fn blocking_rule(rule: &BlockingRuleSpec) -> Result<BlockingRule, JobError> {
    let rules = blocking_rules(std::slice::from_ref(rule))?;
    rules.into_iter().next().ok_or_else(|| JobError::Defect("a blocking rule came to nothing".to_owned()))
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
