//! A run directory that stands: why its pairs and entities are what they are, and how right they are.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use kintsu_core::RunContext;
use kintsu_entity::{Clusters, connected_components};

use super::clock::Clock;
use super::clusters::CLUSTER_ID;
use super::explain::{EntityExplanation, PairExplanation, RunEvaluation};
use super::foreign_table::ForeignTable;
use super::links::{Links, MATCH_WEIGHT};
use super::listed_pairs::SideColumns;
use super::load::LookedAt;
use super::model_source::Spots;
use super::row_lookup::{RowLookup, column_text};
use super::session::LinkageSession;
use super::truth::column_labels;
use crate::card::RunCard;
use crate::error::JobError;
use crate::held::Held;
use crate::spec::{InputSpec, InputTable, JobSpec, Problem};

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
        let mut session = self.session(ctx)?;
        refuse_hidden_column(&session, &self.card)?;
        session.train_as_told(ctx, &mut Clock::start())?;
        let labels = column_labels(&session.loaded.records, CLUSTER_ID)?;
        session.pair_explanation(first, second, &labels, show_values, ctx)
    }

    /// Explains the entity of a record.
    ///
    /// # Errors
    /// When there is no such record.
    pub fn explain_entity(&self, id: &str, ctx: &RunContext) -> Result<EntityExplanation, JobError> {
        let ctx = &ctx.silent();
        let session = self.session(ctx)?;
        let records = &session.loaded.records;
        let labels = column_labels(records, CLUSTER_ID)?;
        let links = self.links(&session, ctx)?;
        let called = |row| Ok(column_text(records, CLUSTER_ID, row)?.unwrap_or_default());
        session.entity_explanation(id, &labels, &links, called)
    }

    /// Measures the run against `truth`, a column of its input or a file.
    ///
    /// # Errors
    /// When there is no such column or file.
    pub fn evaluate(&self, truth: &str, ctx: &RunContext) -> Result<RunEvaluation, JobError> {
        let (told, ctx) = (ctx, &ctx.silent());
        let session = self.session(ctx)?;
        let clusters = clusters_of(&column_labels(&session.loaded.records, CLUSTER_ID)?)?;
        let truth = name_in_run(truth, &self.card, &session.loaded.sources.columns)?;
        session.evaluation_against(&truth, &clusters, || self.links(&session, ctx), told)
    }

    /// The clusters of the run as records, with its model.
    fn session(&self, ctx: &RunContext) -> Result<LinkageSession, JobError> {
        LinkageSession::prepare(self.job.clone(), Held::default(), ctx, &mut Clock::start())
    }

    /// The edges of the run as rows with their weights.
    fn links(&self, session: &LinkageSession, ctx: &RunContext) -> Result<Links, JobError> {
        let path = self.directory.join(format!("edges.{}", self.card.file_format));
        if !path.is_file() {
            return Ok(Links::default());
        }
        let records = &session.loaded.records;
        let lookup = RowLookup::new(records);
        let table = ForeignTable::open(&path, &Held::default(), ctx)?;
        let side = |side: &str| {
            let named = |column: &str| table.first_of(&[format!("{column}_{side}")]);
            Some(SideColumns { id: named(records.id_column())?, source: named(records.source_column()) })
        };
        let (Some(left), Some(right), true) = (side("l"), side("r"), table.has(MATCH_WEIGHT)) else {
            return Ok(Links::default());
        };
        let columns = table.read(&[left.names(), right.names()].concat(), &[MATCH_WEIGHT], ctx)?;
        let named = |side: &SideColumns| lookup.side(&columns, side, None, ctx);
        let (left, right, weights) = (named(&left)?, named(&right)?, columns.numbers(MATCH_WEIGHT, ctx)?);
        let link = |place: usize| Some(((left.at(place)?, right.at(place)?), weights.at(place)?));
        let mut links = Links::default();
        (0..columns.rows()).filter_map(link).for_each(|(pair, weight)| links.push(pair, weight));
        Ok(links)
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
fn refuse_hidden_column(session: &LinkageSession, card: &RunCard) -> Result<(), JobError> {
    let Some(hidden) = &card.input_cluster_id else { return Ok(()) };
    let mut looked_at = LookedAt::default();
    looked_at.add_model(session.model()?, &Spots::default());
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
