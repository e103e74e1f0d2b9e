//! What a job names and looks at, held against the headers of its files before anything else is read.
//!
//! Everything that is wrong is found here and told at once. Not for what only rows can tell, such as ids that repeat.

use std::path::Path;

use arrow_schema::SchemaRef;
use kintsu_table::{Input, ReadOptions};

use super::computable::uncomputable;
use super::consistency::{contradictions, records_of_steps};
use super::listed_pairs::JOIN_KEY;
use super::load::{LookedAt, Sources, listed, missing};
use super::model_source::{SourcedModel, Spot, read_rule, read_rules, source_model};
use super::rows::columns_of_frequencies;
use super::step_data::parse_expressions;
use super::truth::id_names;
use crate::error::JobError;
use crate::held::Held;
use crate::spec::{ColumnOrFile, JobSpec, Problem, StepSpec, TrainingStep, nearest};

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
    let model = sourced.as_ref().filter(|_| problems.is_empty()).map(|sourced| &sourced.model);
    let whole_model = model.is_some();
    let sources = Sources::look(job, held, sourced.as_ref().map(|sourced| &sourced.model), &mut problems)?;
    let looked_at = columns_looked_at(job, sourced.as_ref(), &sources, &mut problems);
    uncomputable(job, sourced.as_ref(), &sources, &mut problems);
    for column in job.types.keys() {
        sources.find_or_tell(column, "the column", &Spot::of_job(format!("types.{column}")), &mut problems);
    }
    retained_columns(job, sourced.as_ref(), &sources, &mut problems);
    check_files_of_labels(job, held, &sources, &mut problems)?;
    check_term_frequencies(job, held, &mut problems)?;
    records_of_steps(job, held, sourced.as_ref(), &sources, &mut problems)?;
    contradictions(job, sourced.as_ref(), whole_model, &sources, &mut problems);
    let mut told: Vec<Problem> = Vec::new();
    problems.retain(|problem| {
        let new = !told.contains(problem);
        told.push(problem.clone());
        new
    });
    if problems.is_empty() { Ok(Preflight { sourced, sources, looked_at }) } else { Err(JobError::Configuration(problems)) }
}

/// The columns that the job looks at, by their names in the input.
pub(super) fn columns_looked_at(
    job: &JobSpec,
    sourced: Option<&SourcedModel>,
    sources: &Sources,
    problems: &mut Vec<Problem>,
) -> Vec<String> {
    let mut wanted = LookedAt::default();
    if let Some(SourcedModel { model, spots, .. }) = sourced {
        wanted.add_model(model, spots);
    }
    for (position, step) in job.training.iter().enumerate() {
        add_training(&mut wanted, step, &format!("training[{position}]"), problems);
    }
    for (position, step) in job.steps.iter().enumerate() {
        add_step(&mut wanted, step, &format!("steps[{position}]"), sources, problems);
    }
    for column in job.term_frequencies.keys() {
        wanted.add(column, "the table of its term frequencies", Spot::of_job(format!("term_frequencies.{column}")));
    }
    wanted.resolve(sources, job, problems)
}

fn add_training(wanted: &mut LookedAt, step: &TrainingStep, path: &str, problems: &mut Vec<Problem>) {
    match step {
        TrainingStep::EstimateProbabilityTwoRandomRecordsMatch { deterministic_matching_rules: rules, .. } => {
            let rules = read_rules(rules, &format!("{path}.deterministic_matching_rules"), problems);
            wanted.add_rules(&rules);
        }
        TrainingStep::EstimateParametersUsingExpectationMaximisation { blocking_rule: rule, .. } => {
            let rule = read_rule(rule, &format!("{path}.blocking_rule"), problems);
            wanted.add_rules(rule.as_slice());
        }
        TrainingStep::EstimateMFromLabelColumn { label_colname } => {
            wanted.add_label(label_colname, Spot::of_job(format!("{path}.label_colname")));
        }
        TrainingStep::EstimateUUsingRandomSampling { .. } | TrainingStep::EstimateMFromPairwiseLabels { .. } => {}
    }
}

fn add_step(wanted: &mut LookedAt, step: &StepSpec, path: &str, sources: &Sources, problems: &mut Vec<Problem>) {
    let spot = |key: &str| Spot::of_job(format!("{path}.{key}"));
    match step {
        StepSpec::FindMatchesToNewRecords { blocking_rules: Some(rules), .. }
        | StepSpec::PredictBetween { blocking_rules: Some(rules), .. }
        | StepSpec::CountComparisons { blocking_rules: Some(rules), .. } => {
            let rules = read_rules(rules, &format!("{path}.blocking_rules"), problems);
            wanted.add_rules(&rules);
        }
        StepSpec::LargestBlocks { blocking_rule, .. } => {
            let rule = read_rule(blocking_rule, &format!("{path}.blocking_rule"), problems);
            wanted.add_rules(rule.as_slice());
        }
        StepSpec::AccuracyFromLabelsColumn { labels_column_name, .. } => {
            wanted.add_label(labels_column_name, spot("labels_column_name"));
        }
        StepSpec::PredictionErrors { labels: ColumnOrFile(label), .. } if sources.find(label).is_some() => {
            wanted.add_label(label, spot("labels"));
        }
        StepSpec::TermFrequencies { columns } => {
            for column in columns {
                wanted.add(column, "the step `term_frequencies`", spot("columns"));
            }
        }
        StepSpec::ProfileColumns { column_expressions: Some(expressions), .. } => {
            for (expression, spot) in parse_expressions(expressions, &format!("{path}.column_expressions"), problems) {
                wanted.add_expression(&expression, "the step `profile_columns`", &spot);
            }
        }
        StepSpec::ProfileColumns { column_expressions: None, .. } => {
            for column in &sources.columns {
                wanted.add_label(column, Spot::default());
            }
        }
        StepSpec::Completeness { cols: Some(columns), .. } => {
            for column in columns {
                wanted.add_label(column, spot("cols"));
            }
        }
        _ => {}
    }
}

/// Tells of columns that edges are to carry and that are not there.
fn retained_columns(job: &JobSpec, sourced: Option<&SourcedModel>, sources: &Sources, problems: &mut Vec<Problem>) {
    let Some(SourcedModel { model, file, .. }) = sourced else { return };
    let of_job = job.additional_columns_to_retain.is_some();
    let file = file.clone().filter(|_| !of_job);
    let spot = Spot { file, path: "additional_columns_to_retain".to_owned(), has_levels: false };
    for column in &model.additional_columns_to_retain {
        if sources.source_dataset.as_ref() != Some(column) {
            sources.find_or_tell(column, "the column to retain", &spot, problems);
        }
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
        && sources.find(truth).is_none()
    {
        let path = Path::new(truth);
        if held.is_file(path) {
            check_truth(path, held, sources, problems)?;
        } else if sources.whole {
            problems.push(missing_truth(truth, &sources.columns).in_place("truth"));
        }
    }
    for (path, spot) in files_of_pairs(job, sources) {
        if held.is_file(path) {
            if let Some(columns) = columns_of(path, held, problems)? {
                check_pairs(path, &columns, sources, &spot, problems);
            }
        } else if spot.path.ends_with(".labels") && sources.whole && !path.is_dir() {
            problems.extend(neither_column_nor_file(job, path).map(|problem| spot.of(problem)));
        }
    }
    Ok(())
}

/// The files of pairs that training and steps read, each with its place.
pub(super) fn files_of_pairs<'a>(job: &'a JobSpec, sources: &Sources) -> Vec<(&'a Path, Spot)> {
    let mut files = Vec::new();
    for (position, step) in job.training.iter().enumerate() {
        if let TrainingStep::EstimateMFromPairwiseLabels { labels } = step {
            files.push((labels.as_path(), Spot::of_job(format!("training[{position}].labels"))));
        }
    }
    for (position, step) in job.steps.iter().enumerate() {
        let (path, key) = match step {
            StepSpec::ScorePairs { pairs, .. } | StepSpec::Predict { pairs: Some(pairs), .. } => (pairs.as_path(), "pairs"),
            StepSpec::AccuracyFromLabelsTable { labels, .. } => (labels.as_path(), "labels"),
            StepSpec::PredictionErrors { labels: ColumnOrFile(label), .. } if sources.find(label).is_none() => {
                (Path::new(label), "labels")
            }
            _ => continue,
        };
        files.push((path, Spot::of_job(format!("steps[{position}].{key}"))));
    }
    files
}

/// Labels that may be a column or a file and are neither; files that can be nothing else are missed elsewhere.
fn neither_column_nor_file(job: &JobSpec, path: &Path) -> Option<Problem> {
    let either = |step: &StepSpec| matches!(step, StepSpec::PredictionErrors { labels, .. } if Path::new(&labels.0) == path);
    job.steps.iter().any(either).then(|| no_labels(&path.to_string_lossy()))
}

/// Labels that are neither a column nor a file.
pub(super) fn no_labels(labels: &str) -> Problem {
    Problem::new("KN-JOB-013", format!("`{labels}` is neither a column nor a file of labels"))
}

/// Checks the columns of the tables of term frequencies.
fn check_term_frequencies(job: &JobSpec, held: &Held, problems: &mut Vec<Problem>) -> Result<(), JobError> {
    for (column, path) in job.term_frequencies.iter().filter(|(_, path)| held.is_file(path)) {
        if let Some(names) = columns_of(path, held, problems)?
            && let Err(problem) = columns_of_frequencies(column, path, &names)
        {
            problems.push(problem.in_place(&format!("term_frequencies.{column}")));
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
pub(super) fn columns_of(path: &Path, held: &Held, problems: &mut Vec<Problem>) -> Result<Option<Vec<String>>, JobError> {
    let schema = schema_of_file(&held.input_at(path), problems)?;
    Ok(schema.map(|schema| schema.fields().iter().map(|field| field.name().clone()).collect()))
}

/// The columns of a file with their types; none when it cannot be looked at.
pub(super) fn schema_of_file(input: &Input, problems: &mut Vec<Problem>) -> Result<Option<SchemaRef>, JobError> {
    match kintsu_table::schema_of(input, &ReadOptions::default()) {
        Ok(schema) => Ok(Some(schema)),
        Err(error) => {
            problems.extend(JobError::part(error).into_problems()?);
            Ok(None)
        }
    }
}

/// A file of truth has ids and a column with the entity, or is a file of pairs.
fn check_truth(path: &Path, held: &Held, sources: &Sources, problems: &mut Vec<Problem>) -> Result<(), JobError> {
    let Some(columns) = columns_of(path, held, problems)? else { return Ok(()) };
    let ids = id_names(sources.unique_id.as_deref().unwrap_or("unique_id"));
    let Some(id) = ids.iter().find(|id| columns.iter().any(|name| name == *id)) else {
        check_pairs(path, &columns, sources, &Spot::of_job("truth"), problems);
        return Ok(());
    };
    let named = sources.source_dataset.as_deref().unwrap_or("source_dataset");
    let source = [named, "source_dataset"].into_iter().find(|source| columns.iter().any(|name| name == source));
    if columns.iter().all(|name| name == id || Some(name.as_str()) == source) {
        problems.push(no_entities(path).in_place("truth"));
    }
    Ok(())
}

/// A file of entities without entities.
pub(super) fn no_entities(path: &Path) -> Problem {
    let message = format!("the file of entities `{}` has no column beside the ids", path.display());
    Problem::new("KN-JOB-033", message).hint("add one that says which entity each record belongs to")
}

fn check_pairs(path: &Path, columns: &[String], sources: &Sources, spot: &Spot, problems: &mut Vec<Problem>) {
    let has = |name: &str| columns.iter().any(|column| column == name);
    let id = sources.unique_id.as_deref().unwrap_or("unique_id");
    let side = |side: &str| ["unique_id", id, JOIN_KEY].iter().any(|stem| has(&format!("{stem}_{side}")));
    if !(side("l") && side("r")) && columns.len() != 2 {
        problems.push(spot.of(no_pairs(path, id, columns)));
    }
}

/// A file of pairs without the columns of ids.
pub(super) fn no_pairs(path: &Path, id: &str, columns: &[String]) -> Problem {
    let near = nearest(&format!("{id}_l"), columns.iter().map(String::as_str));
    let hint = near.map_or_else(|| format!("it has: {}", listed(columns)), |near| format!("did you mean `{near}`?"));
    let message = format!("the file of pairs `{}` has no columns `{id}_l` and `{id}_r`", path.display());
    Problem::new("KN-JOB-031", message).hint(hint)
}
