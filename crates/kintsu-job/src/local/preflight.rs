//! What a job names and looks at, held against the headers of its files before anything else is read.
//!
//! Everything that is wrong is found here and told at once. Not for what only rows can tell, such as ids that repeat.

use std::path::Path;

use kintsu_link::model::Model;
use kintsu_table::ReadOptions;

use super::load::{LookedAt, Sources, find, listed, missing};
use super::model_source::{SourcedModel, blocking_rule, source_model};
use super::row_lookup::JOIN_KEY;
use super::step_data::parse_expressions;
use crate::error::JobError;
use crate::held::Held;
use crate::spec::{BlockingRuleSpec, ColumnOrFile, JobSpec, Problem, StepSpec, TrainingStep, nearest};

/// What a run needs to know before it reads its inputs.
#[derive(Debug)]
pub(super) struct Preflight {
    pub(super) sourced: Option<SourcedModel>,
    pub(super) sources: Sources,
    /// The columns that are compared, grouped or counted.
    pub(super) looked_at: Vec<String>,
}

/// Looks at the model, the headers of the inputs and the other files of `job`.
///
/// # Errors
/// [`JobError::Configuration`] with everything that is wrong.
pub(super) fn preflight(job: &JobSpec, held: &Held) -> Result<Preflight, JobError> {
    let mut problems = Vec::new();
    let sourced = source_model(job, held, &mut problems);
    let model = sourced.as_ref().map(|sourced| &sourced.model);
    let sources = Sources::look(job, held, model, &mut problems)?;
    let mut looked_at = Vec::new();
    if let Some(sources) = &sources {
        looked_at = columns_looked_at(job, model, sources, &mut problems);
        let unknown = job.types.keys().filter(|column| find(column, &sources.columns).is_none());
        problems.extend(unknown.map(|column| missing(column, "the column", &sources.columns)));
        check_files_of_labels(job, held, sources, &mut problems)?;
    }
    let mut told: Vec<Problem> = Vec::new();
    problems.retain(|problem| {
        let new = !told.contains(problem);
        told.push(problem.clone());
        new
    });
    match sources {
        Some(sources) if problems.is_empty() => Ok(Preflight { sourced, sources, looked_at }),
        _ => Err(JobError::Configuration(problems)),
    }
}

/// The columns that the job looks at, by their names in the input.
pub(super) fn columns_looked_at(
    job: &JobSpec,
    model: Option<&Model>,
    sources: &Sources,
    problems: &mut Vec<Problem>,
) -> Vec<String> {
    let mut wanted = LookedAt::default();
    if let Some(model) = model {
        wanted.add_model(model);
    }
    for step in &job.training {
        match step {
            TrainingStep::EstimateProbabilityTwoRandomRecordsMatch { deterministic_matching_rules: rules, .. } => {
                add_rules(&mut wanted, rules, problems);
            }
            TrainingStep::EstimateParametersUsingExpectationMaximisation { blocking_rule: rule, .. } => {
                add_rules(&mut wanted, std::slice::from_ref(rule), problems);
            }
            TrainingStep::EstimateMFromLabelColumn { label_colname } => wanted.add_label(label_colname),
            _ => {}
        }
    }
    for step in &job.steps {
        add_step(&mut wanted, step, sources, problems);
    }
    for column in job.term_frequencies.keys() {
        wanted.add(column, "the table of its term frequencies");
    }
    wanted.resolve(sources, job, problems)
}

fn add_rules(wanted: &mut LookedAt, rules: &[BlockingRuleSpec], problems: &mut Vec<Problem>) {
    for rule in rules {
        match blocking_rule(rule) {
            Ok(rule) => wanted.add_rule(&rule),
            Err(problem) => problems.push(problem),
        }
    }
}

fn add_step(wanted: &mut LookedAt, step: &StepSpec, sources: &Sources, problems: &mut Vec<Problem>) {
    match step {
        StepSpec::FindMatchesToNewRecords { blocking_rules: Some(rules), .. }
        | StepSpec::PredictBetween { blocking_rules: Some(rules), .. }
        | StepSpec::CountComparisons { blocking_rules: Some(rules), .. } => add_rules(wanted, rules, problems),
        StepSpec::LargestBlocks { blocking_rule, .. } => add_rules(wanted, std::slice::from_ref(blocking_rule), problems),
        StepSpec::AccuracyFromLabelsColumn { labels_column_name, .. } => wanted.add_label(labels_column_name),
        StepSpec::PredictionErrors { labels: ColumnOrFile(label), .. } if find(label, &sources.columns).is_some() => {
            wanted.add_label(label);
        }
        StepSpec::TermFrequencies { columns } => {
            for column in columns {
                wanted.add(column, "the step `term_frequencies`");
            }
        }
        StepSpec::ProfileColumns { column_expressions: Some(expressions), .. } => match parse_expressions(expressions) {
            Ok(parsed) => {
                for expression in &parsed {
                    wanted.add_expression(expression, "the step `profile_columns`");
                }
            }
            Err(found) => problems.extend(found),
        },
        StepSpec::ProfileColumns { column_expressions: None, .. } => {
            sources.columns.iter().for_each(|column| wanted.add_label(column));
        }
        StepSpec::Completeness { cols: Some(columns), .. } => columns.iter().for_each(|column| wanted.add_label(column)),
        _ => {}
    }
}

/// Checks the columns of the files with the truth, labels and pairs.
pub(super) fn check_files_of_labels(
    job: &JobSpec,
    held: &Held,
    sources: &Sources,
    problems: &mut Vec<Problem>,
) -> Result<(), JobError> {
    if let Some(ColumnOrFile(truth)) = &job.truth
        && find(truth, &sources.columns).is_none()
    {
        let path = Path::new(truth);
        if held.is_file(path) {
            check_truth(path, held, sources, problems)?;
        } else {
            problems.push(missing_truth(truth, &sources.columns));
        }
    }
    let of_training = job.training.iter().filter_map(|step| match step {
        TrainingStep::EstimateMFromPairwiseLabels { labels } => Some(labels.as_path()),
        _ => None,
    });
    let of_steps = job.steps.iter().filter_map(|step| match step {
        StepSpec::ScorePairs { pairs: path, .. }
        | StepSpec::Predict { pairs: Some(path), .. }
        | StepSpec::AccuracyFromLabelsTable { labels: path, .. } => Some(path.as_path()),
        StepSpec::PredictionErrors { labels: ColumnOrFile(label), .. } if find(label, &sources.columns).is_none() => {
            Some(Path::new(label))
        }
        _ => None,
    });
    for path in of_training.chain(of_steps).filter(|path| held.is_file(path)) {
        if let Some(columns) = columns_of(path, held, problems)? {
            check_pairs(path, &columns, sources, problems);
        }
    }
    Ok(())
}

/// Truth that is neither a column nor a file.
pub(super) fn missing_truth(truth: &str, columns: &[String]) -> Problem {
    let problem = missing(truth, "the truth", columns);
    Problem { message: format!("{}, nor a file", problem.message), ..problem }
}

/// The columns of a file; none when it cannot be looked at.
fn columns_of(path: &Path, held: &Held, problems: &mut Vec<Problem>) -> Result<Option<Vec<String>>, JobError> {
    match kintsu_table::schema_of(&held.input_at(path), &ReadOptions::default()) {
        Ok(schema) => Ok(Some(schema.fields().iter().map(|field| field.name().clone()).collect())),
        Err(error) => {
            problems.extend(JobError::part(error).into_problems()?);
            Ok(None)
        }
    }
}

/// A file of truth has ids and a column with the entity, or is a file of pairs.
fn check_truth(path: &Path, held: &Held, sources: &Sources, problems: &mut Vec<Problem>) -> Result<(), JobError> {
    let Some(columns) = columns_of(path, held, problems)? else { return Ok(()) };
    let ids = [sources.unique_id.as_deref().unwrap_or("unique_id"), "unique_id", "id", "record_id"];
    let Some(id) = ids.iter().find(|id| columns.iter().any(|name| name == *id)) else {
        check_pairs(path, &columns, sources, problems);
        return Ok(());
    };
    let named = sources.source_dataset.as_deref().unwrap_or("source_dataset");
    let source = [named, "source_dataset"].into_iter().find(|source| columns.iter().any(|name| name == source));
    if columns.iter().all(|name| name == id || Some(name.as_str()) == source) {
        problems.push(no_entities(path));
    }
    Ok(())
}

/// A file of entities without entities.
pub(super) fn no_entities(path: &Path) -> Problem {
    let message = format!("the file of entities `{}` has no column beside the ids", path.display());
    Problem::new("KN-JOB-033", message).hint("add one that says which entity each record belongs to")
}

fn check_pairs(path: &Path, columns: &[String], sources: &Sources, problems: &mut Vec<Problem>) {
    let has = |name: &str| columns.iter().any(|column| column == name);
    let id = sources.unique_id.as_deref().unwrap_or("unique_id");
    let side = |side: &str| ["unique_id", id, JOIN_KEY].iter().any(|stem| has(&format!("{stem}_{side}")));
    if !(side("l") && side("r")) && columns.len() != 2 {
        problems.push(no_pairs(path, id, columns));
    }
}

/// A file of pairs without the columns of ids.
pub(super) fn no_pairs(path: &Path, id: &str, columns: &[String]) -> Problem {
    let near = nearest(&format!("{id}_l"), columns.iter().map(String::as_str));
    let hint = near.map_or_else(|| format!("it has: {}", listed(columns)), |near| format!("did you mean `{near}`?"));
    let message = format!("the file of pairs `{}` has no columns `{id}_l` and `{id}_r`", path.display());
    Problem::new("KN-JOB-031", message).hint(hint)
}
