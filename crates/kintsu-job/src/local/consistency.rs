//! Whether the parts of a job go together: tables with what needs several of them, training rules with the model, records of steps
//! with those of the job.
//!
//! Not for what one part alone gets wrong. Only headers are looked at, and everything is told at once.

use kintsu_link::LinkError;
use kintsu_link::model::{LinkType, Model};
use kintsu_link::train::{EmSettings, Trainer};

use super::load::{LookedAt, Sources, find, lacks_ids, listed};
use super::model_source::{SourcedModel, Spot, default_link_type, link_type, read_rule};
use super::preflight::schema_of_file;
use crate::error::JobError;
use crate::held::Held;
use crate::spec::{InputSpec, JobSpec, Problem, StepSpec, TrainingStep};

/// Tells of everything in `job` that contradicts something else in it. Training rules are held against the model where `whole_model`
/// says that nothing of it is missing.
pub(super) fn contradictions(
    job: &JobSpec,
    sourced: Option<&SourcedModel>,
    whole_model: bool,
    sources: &Sources,
    problems: &mut Vec<Problem>,
) {
    let of_model = sourced.map(|sourced| sourced.model.link_type).or(job.link_type.map(link_type));
    let pairs = of_model.unwrap_or_else(|| default_link_type(job.inputs.len()));
    needs_several_tables(job, pairs, problems);
    one_table_to_link(pairs, sources, problems);
    unknown_tables(job, pairs, sources, problems);
    if let Some(sourced) = sourced.filter(|_| whole_model) {
        hopeless_training(job, &sourced.model, problems);
        compares_nothing(job, sourced, problems);
    }
}

/// Best links and one-to-one where one table is deduplicated.
fn needs_several_tables(job: &JobSpec, pairs: LinkType, problems: &mut Vec<Problem>) {
    if pairs != LinkType::DedupeOnly {
        return;
    }
    if job.one_to_one {
        let problem = Problem::new("KN-JOB-017", "`one_to_one` needs several tables, but the link type is dedupe_only");
        problems.push(problem.hint("leave it out, or link two tables").in_place("one_to_one"));
    }
    for (position, _) in job.steps.iter().enumerate().filter(|(_, step)| matches!(step, StepSpec::SingleBestLinks { .. })) {
        problems.push(one_table().in_place(&format!("steps[{position}]")));
    }
}

/// Best links where there is one table.
pub(super) fn one_table() -> Problem {
    let problem = Problem::new("KN-JOB-017", "best links need several tables, but there is one");
    problem.hint("use connected components for a single table")
}

/// One file that does not say which tables its records are of, to be linked.
fn one_table_to_link(pairs: LinkType, sources: &Sources, problems: &mut Vec<Problem>) {
    if let Some(column) = &sources.source_dataset
        && (pairs, sources.inputs.len(), sources.whole) == (LinkType::LinkOnly, 1, true)
        && sources.find(column).is_none()
    {
        problems.push(Problem::of(&LinkError::TooFewSources { column: column.clone(), sources: 1 }));
    }
}

/// Tables that a step names and that are not there, where tables are the inputs.
fn unknown_tables(job: &JobSpec, pairs: LinkType, sources: &Sources, problems: &mut Vec<Problem>) {
    let by_column = sources.source_dataset.as_ref().is_some_and(|column| sources.find(column).is_some());
    let Ok(names) = kintsu_table::data_set_names(&sources.inputs) else { return };
    if by_column || !sources.whole || pairs == LinkType::DedupeOnly {
        return;
    }
    for (position, step) in job.steps.iter().enumerate() {
        let StepSpec::SingleBestLinks { duplicate_free_datasets: Some(free), .. } = step else { continue };
        for unknown in free.iter().filter(|name| !names.contains(name)) {
            problems.push(unknown_table(unknown, &names).in_place(&format!("steps[{position}].duplicate_free_datasets")));
        }
    }
}

/// A table without duplicates that is not there.
pub(super) fn unknown_table(unknown: &str, names: &[String]) -> Problem {
    let problem = Problem::new("KN-JOB-035", format!("`duplicate_free_datasets` names `{unknown}`, which is no table"));
    problem.hint(format!("the tables: {}", listed(names)))
}

/// Sessions of expectation maximisation that could estimate nothing.
fn hopeless_training(job: &JobSpec, model: &Model, problems: &mut Vec<Problem>) {
    let trainer = Trainer::new(model.clone());
    for (position, step) in job.training.iter().enumerate() {
        let TrainingStep::EstimateParametersUsingExpectationMaximisation { blocking_rule, .. } = step else { continue };
        // What is wrong with the rule itself is told where it is read.
        let rule = read_rule(blocking_rule, "", &mut Vec::new());
        let planned = rule.map(|(rule, _)| trainer.plan_em(&rule, EmSettings::default()));
        if let Some(Err(error)) = planned {
            problems.push(Problem::of(&error).in_place(&format!("training[{position}].blocking_rule")));
        }
    }
}

/// Settings without comparisons where pairs are to be scored; a model without any scores them by its prior. A job without steps
/// and without an output only makes a model ready.
fn compares_nothing(job: &JobSpec, sourced: &SourcedModel, problems: &mut Vec<Problem>) {
    let predicts = job.steps.iter().any(|step| matches!(step, StepSpec::Predict { .. }));
    let predicts = predicts || (job.steps.is_empty() && job.output.is_some());
    if predicts && !sourced.trained && sourced.model.comparisons.is_empty() {
        let spot = Spot { file: sourced.file.clone(), ..Spot::default() };
        problems.push(spot.of(no_comparisons()));
    }
}

/// A model that would score every pair alike.
pub(super) fn no_comparisons() -> Problem {
    Problem::new("KN-JOB-051", "the settings compare nothing, so no pair can be scored")
}

/// Tells of records that steps bring along and that cannot be read, have no ids, or lack what is compared.
pub(super) fn records_of_steps(
    job: &JobSpec,
    held: &Held,
    sourced: Option<&SourcedModel>,
    sources: &Sources,
    problems: &mut Vec<Problem>,
) -> Result<(), JobError> {
    for (position, step) in job.steps.iter().enumerate() {
        let path = format!("steps[{position}]");
        match step {
            StepSpec::FindMatchesToNewRecords { records, .. } => {
                look_at(records, held, sources, &Spot::of_job(format!("{path}.records")), problems)?;
            }
            StepSpec::CompareTwoRecords { left, right, .. } => {
                let left = look_at(left, held, sources, &Spot::of_job(format!("{path}.left")), problems)?;
                let right = look_at(right, held, sources, &Spot::of_job(format!("{path}.right")), problems)?;
                if let (Some(left), Some(right), Some(sourced)) = (left, right, sourced) {
                    let mut both = left;
                    both.extend(right.into_iter().filter(|name| !both.contains(name)).collect::<Vec<_>>());
                    lacking_columns(sourced, sources, &both, &Spot::of_job(&path), problems);
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The columns of other records; none where they cannot be looked at, or not without reading them.
fn look_at(
    records: &InputSpec,
    held: &Held,
    sources: &Sources,
    spot: &Spot,
    problems: &mut Vec<Problem>,
) -> Result<Option<Vec<String>>, JobError> {
    let (path, _, _) = records.parts();
    if !(held.is_file(path) || path.is_dir()) {
        return Ok(None);
    }
    let Some(schema) = schema_of_file(&held.input(records), problems)? else { return Ok(None) };
    if let Some(id) = &sources.unique_id
        && schema.column_with_name(id).is_none()
    {
        problems.push(spot.of(lacks_ids(id, path, &schema)));
    }
    Ok(Some(schema.fields().iter().map(|field| field.name().clone()).collect()))
}

/// Columns that the model compares, that the job's records have, and that neither side of a comparison has.
fn lacking_columns(sourced: &SourcedModel, sources: &Sources, columns: &[String], spot: &Spot, problems: &mut Vec<Problem>) {
    let mut wanted = LookedAt::default();
    let comparisons = Model { blocking_rules: Vec::new(), ..sourced.model.clone() };
    wanted.add_model(&comparisons, &sourced.spots);
    let mut told: Vec<&str> = Vec::new();
    for name in wanted.names().filter_map(|name| sources.find(name)) {
        if find(name, columns).is_none() && !told.contains(&name) {
            told.push(name);
            let problem = Problem::new("KN-JOB-023", format!("the column `{name}` is in neither of the files to compare"));
            problems.push(spot.of(problem.hint(format!("they have: {}", listed(columns)))));
        }
    }
}
