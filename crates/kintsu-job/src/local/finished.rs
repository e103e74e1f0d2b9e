//! A run directory that stands: why its pairs and entities are what they are, and how right they are.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use kintsu_core::RunContext;
use kintsu_entity::evaluate::{ThresholdRow, threshold_table};
use kintsu_entity::{Clusters, Components, connected_components};
use kintsu_link::compare::Scratch;
use kintsu_link::diagnose::{PairEvidence, Waterfall, waterfall};
use serde::Serialize;

use super::clock::Clock;
use super::clusters::CLUSTER_ID;
use super::load::LookedAt;
use super::row_lookup::{RowLookup, TextTable};
use super::run_state::RunState;
use super::truth::{Truth, column_labels, evaluate};
use crate::card::{Evaluation, RunCard};
use crate::error::JobError;
use crate::spec::{ColumnOrFile, InputSpec, InputTable, JobSpec, Problem};

/// Why a pair weighs what it weighs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairExplanation {
    /// The id of the left record.
    pub left: String,
    /// The id of the right record.
    pub right: String,
    /// Whether the run put both into one cluster.
    pub same_cluster: bool,
    /// The rule that finds the pair; none when no rule does.
    pub blocking_rule: Option<String>,
    /// The weight, step by step.
    pub waterfall: Waterfall,
}

/// What holds an entity together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EntityExplanation {
    /// The id of the cluster.
    pub cluster_id: String,
    /// The ids of its records.
    pub records: Vec<String>,
    /// The links among them that the run kept, strongest first.
    pub links: Vec<LinkExplanation>,
    /// The weakest of the links without which the entity would fall apart at that strength.
    pub weakest_link: Option<LinkExplanation>,
}

/// A link inside an entity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LinkExplanation {
    /// The id of the left record.
    pub left: String,
    /// The id of the right record.
    pub right: String,
    /// Its weight, in bits.
    pub match_weight: f64,
    /// Its probability.
    pub match_probability: f64,
}

/// How right a run is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunEvaluation {
    /// The measures of its clusters.
    pub measures: Evaluation,
    /// What other thresholds would give; empty where the truth is a list of pairs.
    pub thresholds: Vec<ThresholdRow>,
}

/// A run directory.
#[derive(Debug, Clone)]
pub struct FinishedRun {
    directory: PathBuf,
    card: RunCard,
    job: JobSpec,
}

impl FinishedRun {
    /// Opens the run directory at `directory`.
    ///
    /// # Errors
    /// [`JobError::Unreadable`] or a problem when it is no finished run.
    pub fn open(directory: &Path) -> Result<Self, JobError> {
        let path = directory.join("run.json");
        if !path.is_file() {
            let why = match directory {
                directory if directory.is_dir() => "is no run directory: it has no run.json",
                directory if directory.exists() => "is no run directory: it is a file",
                _ => "does not exist",
            };
            return Err(JobError::problem(Problem::new("KN-JOB-040", format!("`{}` {why}", directory.display()))));
        }
        let text = std::fs::read_to_string(&path).map_err(|source| JobError::Unreadable { path: path.clone(), source })?;
        let card: RunCard = serde_json::from_str(&text).map_err(|error| {
            JobError::problem(Problem::new("KN-JOB-041", format!("`{}` cannot be read: {error}", path.display())))
        })?;
        if let Some(file) = card.files.keys().find(|file| !directory.join(file).is_file()) {
            return Err(not_whole(directory, file));
        }
        let job = job_of(directory, &card)?;
        Ok(Self { directory: directory.to_path_buf(), card, job })
    }

    /// The card of the run.
    pub fn card(&self) -> &RunCard {
        &self.card
    }

    /// Explains a pair of records; where there are several tables, ids are written `TABLE-__-ID`.
    ///
    /// # Errors
    /// When there is no such record.
    pub fn explain_pair(
        &self,
        first: &str,
        second: &str,
        show_values: bool,
        ctx: &RunContext,
    ) -> Result<PairExplanation, JobError> {
        let ctx = &ctx.silent();
        let mut state = RunState::prepare(&self.job, ctx, &mut Clock::start())?;
        refuse_hidden_column(&state, &self.card)?;
        state.train(ctx, &mut Clock::start())?;
        let records = &state.loaded.records;
        let lookup = RowLookup::new(records);
        let (a, b) = (row_of(&lookup, first)?, row_of(&lookup, second)?);
        if a == b {
            let problem = Problem::new("KN-JOB-042", "both ids are of the same record");
            return Err(JobError::problem(problem.hint("give two different records, or one to explain its entity")));
        }
        let (left, right) = (a.min(b), a.max(b));
        let clusters = column_labels(records, CLUSTER_ID)?;
        let model = state.model()?;
        let rule = state.rules_of(&[(left, right)], ctx)?.first().copied().flatten();
        let evidence = evidence(&state, left, right, show_values)?;
        Ok(PairExplanation {
            left: records.composite_id(left as usize),
            right: records.composite_id(right as usize),
            same_cluster: clusters.get(left as usize) == clusters.get(right as usize),
            blocking_rule: rule.and_then(|rule| model.blocking_rules.get(rule as usize)).map(|rule| rule.blocking_rule.clone()),
            waterfall: waterfall(model, &evidence).map_err(JobError::part)?,
        })
    }

    /// Explains the entity of a record.
    ///
    /// # Errors
    /// When there is no such record.
    pub fn explain_entity(&self, id: &str, ctx: &RunContext) -> Result<EntityExplanation, JobError> {
        let ctx = &ctx.silent();
        let state = RunState::prepare(&self.job, ctx, &mut Clock::start())?;
        let records = &state.loaded.records;
        let row = row_of(&RowLookup::new(records), id)? as usize;
        let labels = column_labels(records, CLUSTER_ID)?;
        let members: Vec<u32> = (0..records.rows() as u32).filter(|other| labels[*other as usize] == labels[row]).collect();
        let mut links = self.links(&state, ctx)?;
        links.retain(|link| labels[link.0 as usize] == labels[row] && labels[link.1 as usize] == labels[row]);
        links.sort_by(|a, b| b.2.total_cmp(&a.2).then((a.0, a.1).cmp(&(b.0, b.1))));
        let named = |link: &(u32, u32, f64)| LinkExplanation {
            left: records.composite_id(link.0 as usize),
            right: records.composite_id(link.1 as usize),
            match_weight: link.2,
            match_probability: kintsu_core::MatchWeight::new(link.2).probability().value(),
        };
        let mut components = Components::new(records.rows()).map_err(JobError::part)?;
        let joining = links.iter().filter(|link| components.union(link.0, link.1)).last().map(named);
        let cluster = super::row_lookup::column_text(records, CLUSTER_ID, row)?;
        Ok(EntityExplanation {
            cluster_id: cluster.unwrap_or_default(),
            records: members.iter().map(|row| records.composite_id(*row as usize)).collect(),
            links: links.iter().map(named).collect(),
            weakest_link: joining,
        })
    }

    /// Measures the run against `truth`, a column of its input or a file.
    ///
    /// # Errors
    /// When there is no such column or file.
    pub fn evaluate(&self, truth: &str, ctx: &RunContext) -> Result<RunEvaluation, JobError> {
        let (told, ctx) = (ctx, &ctx.silent());
        let state = RunState::prepare(&self.job, ctx, &mut Clock::start())?;
        let records = &state.loaded.records;
        let truth = ColumnOrFile(name_in_run(truth, &self.card, &state.loaded.columns)?);
        let truth = Truth::read(&truth, records, &state.loaded.columns, told)?;
        let clusters = clusters_of(&column_labels(records, CLUSTER_ID)?)?;
        let link_type = state.model()?.link_type;
        let measures = evaluate(&truth, &clusters, records, link_type)?;
        let Truth::Labels(labels) = &truth else { return Ok(RunEvaluation { measures, thresholds: Vec::new() }) };
        let links = self.links(&state, ctx)?;
        let pairs: Vec<(u32, u32)> = links.iter().map(|link| (link.0, link.1)).collect();
        let scores: Vec<f64> = links.iter().map(|link| kintsu_core::MatchWeight::new(link.2).probability().value()).collect();
        let across = records.source_codes().filter(|_| link_type == kintsu_link::model::LinkType::LinkOnly);
        let thresholds = threshold_table(&pairs, &scores, labels, across, &[0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999]);
        Ok(RunEvaluation { measures, thresholds: thresholds.map_err(JobError::part)? })
    }

    /// The edges of the run as rows with their weights.
    fn links(&self, state: &RunState<'_>, ctx: &RunContext) -> Result<Vec<(u32, u32, f64)>, JobError> {
        let path = self.directory.join(format!("edges.{}", self.card.file_format));
        if !path.is_file() {
            return Ok(Vec::new());
        }
        let records = &state.loaded.records;
        let lookup = RowLookup::new(records);
        let table = TextTable::read(&path, ctx)?;
        let column = |name: &str| table.text(name).map(Option::unwrap_or_default);
        let (id, source) = (records.id_column(), records.source_column());
        let (ids_l, ids_r) = (column(&format!("{id}_l"))?, column(&format!("{id}_r"))?);
        let (sources_l, sources_r) = (column(&format!("{source}_l"))?, column(&format!("{source}_r"))?);
        let weights = column("match_weight")?;
        let row = |ids: &[Option<String>], sources: &[Option<String>], at: usize| {
            lookup.row(sources.get(at).and_then(Option::as_deref), ids.get(at)?.as_deref()?)
        };
        let link = |at: usize| {
            let weight: f64 = weights.get(at)?.as_deref()?.parse().ok()?;
            Some((row(&ids_l, &sources_l, at)?, row(&ids_r, &sources_r, at)?, weight))
        };
        Ok((0..table.rows()).filter_map(link).collect())
    }
}

/// The name in the files of a run of a column of its input, by the name `wanted`, letters of either case being the same.
fn name_in_run(wanted: &str, card: &RunCard, columns: &[String]) -> Result<String, JobError> {
    let other = columns.iter().any(|column| column == wanted && column != CLUSTER_ID);
    if other || !wanted.eq_ignore_ascii_case(CLUSTER_ID) {
        return Ok(wanted.to_owned());
    }
    card.input_cluster_id.clone().ok_or_else(|| {
        let message = format!("`{CLUSTER_ID}` is what the run found, and no truth");
        JobError::problem(Problem::new("KN-JOB-049", message))
    })
}

/// Refuses a model that looks at the column of the input which the run holds under another name.
fn refuse_hidden_column(state: &RunState<'_>, card: &RunCard) -> Result<(), JobError> {
    let Some(hidden) = &card.input_cluster_id else { return Ok(()) };
    let mut looked_at = LookedAt::default();
    looked_at.add_model(state.model()?);
    if !looked_at.names().any(|name| name.eq_ignore_ascii_case(CLUSTER_ID)) {
        return Ok(());
    }
    let message = format!("the model looks at a column `{CLUSTER_ID}`, which the run holds under the name `{hidden}`");
    let hint = "give the column of the input another name, in the model too, and run again";
    Err(JobError::problem(Problem::new("KN-JOB-049", message).hint(hint)))
}

/// A run directory that lacks a file which it held when it was written.
fn not_whole(directory: &Path, file: &str) -> JobError {
    JobError::problem(Problem::new("KN-JOB-046", format!("`{}` is not whole: {file} is not there", directory.display())))
}

/// A job that reads the clusters of a run with its model.
fn job_of(directory: &Path, card: &RunCard) -> Result<JobSpec, JobError> {
    let ending = &card.file_format;
    let clusters = directory.join(format!("clusters.{ending}"));
    if !clusters.is_file() {
        let problem = Problem::new("KN-JOB-043", format!("`{}` holds no clusters", directory.display()));
        return Err(JobError::problem(problem.hint("add a cluster step to the job")));
    }
    let model = directory.join("model.json");
    if !model.is_file() {
        return Err(not_whole(directory, "model.json"));
    }
    let mut job = JobSpec {
        inputs: vec![InputSpec::Full(InputTable { path: clusters, name: None, format: None })],
        model: Some(model),
        unique_id: card.unique_id.clone(),
        source_dataset: card.source_dataset.clone(),
        types: card.types.clone(),
        ..JobSpec::default()
    };
    for file in card.files.keys().filter_map(|file| file.strip_prefix("term_frequencies/")) {
        let Some(column) = file.strip_suffix(&format!(".{ending}")) else { continue };
        job.term_frequencies.insert(column.to_owned(), directory.join("term_frequencies").join(file));
    }
    Ok(job)
}

fn row_of(lookup: &RowLookup<'_>, id: &str) -> Result<u32, JobError> {
    let of_source = || id.split_once("-__-").and_then(|(source, id)| lookup.row(Some(source), id));
    lookup.row(None, id).or_else(of_source).ok_or_else(|| {
        let problem = Problem::new("KN-JOB-044", "the run has no record with that id, or several tables have one");
        JobError::problem(problem.hint("ids are those of the input; where there are several tables write TABLE-__-ID"))
    })
}

fn evidence(state: &RunState<'_>, left: u32, right: u32, show_values: bool) -> Result<Vec<PairEvidence>, JobError> {
    let (model, compiled, records) = (state.model()?, state.compiled()?, &state.loaded.records);
    let gammas = compiled.comparators.levels_of_pair(left, right, &mut Scratch::default());
    let mut evidence = Vec::new();
    for (comparison, gamma) in model.comparisons.iter().zip(gammas) {
        let level = comparison.level_with_gamma(i32::from(gamma));
        let frequencies =
            level.and_then(|level| level.tf_adjustment_column.as_deref()).and_then(|column| compiled.frequencies.of(column));
        let mut found = PairEvidence {
            gamma: i32::from(gamma),
            frequency_left: frequencies.and_then(|table| table.of_row(left as usize)),
            frequency_right: frequencies.and_then(|table| table.of_row(right as usize)),
            ..PairEvidence::default()
        };
        if show_values {
            for column in comparison.columns() {
                found.values_left.push(super::row_lookup::column_text(records, &column, left as usize)?);
                found.values_right.push(super::row_lookup::column_text(records, &column, right as usize)?);
            }
        }
        evidence.push(found);
    }
    Ok(evidence)
}

/// Clusters from a label a row.
fn clusters_of(labels: &[u32]) -> Result<Clusters, JobError> {
    let mut first: HashMap<u32, u32> = HashMap::new();
    let links: Vec<(u32, u32)> = labels
        .iter()
        .enumerate()
        .filter_map(|(row, label)| {
            let known = *first.entry(*label).or_insert(row as u32);
            (known != row as u32).then_some((known, row as u32))
        })
        .collect();
    connected_components(labels.len(), &links, &[], 0.0).map_err(JobError::part)
}
