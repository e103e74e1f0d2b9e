//! A session that somebody works with: records and a model stand, and training methods and steps are asked for one by one.
//!
//! Each of them is the method or step of a job and gives what the job would; tables come as Arrow batches in memory. Columns that a
//! later step is the first to look at are made ready when it comes.

use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::ArrayRef;
use kintsu_core::RunContext;
use kintsu_entity::Clusters;
use kintsu_link::score::TermFrequencies;
use kintsu_link::train::{EmSession, Trainer};
use kintsu_table::{ColumnChoice, FileFormat, HeldTable, Input, ReadOptions, TableError};
use serde::Serialize;

use super::clock::Clock;
use super::clusters::batch_of;
use super::explain::{EntityExplanation, PairExplanation, RunEvaluation};
use super::links::{Links, MATCH_PROBABILITY, MATCH_WEIGHT};
use super::output::TablesInMemory;
use super::preflight::{check_files_of_labels, columns_looked_at};
use super::rows::{frequencies_batch, supplied_term_frequencies};
use super::session::LinkageSession;
use super::train;
use crate::card::{Counts, Evaluation};
use crate::error::{JobError, MemoryNeed};
use crate::held::Held;
use crate::spec::{JobSpec, Places, Problem, StepSpec, TrainingStep, check_added, check_opened};

/// What came of a step.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The tables that the step made, by the names that their files would have.
    pub tables: Vec<(String, HeldTable)>,
    /// The links that it found, where it predicts or links deterministically.
    pub links: Option<Arc<Links>>,
}

/// What a session of expectation maximisation went through.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EmReport {
    /// The rule whose pairs it looked at.
    pub blocking_rule: String,
    /// How many pairs those are.
    pub pairs: u64,
    /// How many iterations it took.
    pub iterations: u32,
    /// Whether it came to rest before the limit of iterations.
    pub converged: bool,
    /// The parameters at the start and after each iteration.
    pub history: Vec<EmReportIteration>,
}

/// The parameters after an iteration.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EmReportIteration {
    /// Lambda among the pairs of the rule.
    pub probability_two_random_records_match: f64,
    /// The comparisons that the session estimates.
    pub comparisons: Vec<EmReportComparison>,
}

/// The parameters of a comparison after an iteration, from the highest level that is not null down.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EmReportComparison {
    /// The name of the comparison.
    pub comparison: String,
    /// m by gamma, from 0 up.
    pub m_probabilities: Vec<f64>,
    /// u by gamma, from 0 up.
    pub u_probabilities: Vec<f64>,
}

/// What a session works on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SessionSummary {
    /// The number of records.
    pub records: u64,
    /// The tables, where there are several.
    pub sources: Vec<String>,
    /// The columns of the inputs.
    pub columns: Vec<String>,
    /// The id column; none where rows are numbered.
    pub unique_id: Option<String>,
    /// The column that names a record's table, where there are several.
    pub source_dataset: Option<String>,
}

impl LinkageSession {
    /// Reads the inputs and the model of `job` and makes both ready. What the job says of training and steps is not followed.
    ///
    /// # Errors
    /// [`JobError`] for everything wrong with the job or its inputs, and when it was stopped.
    pub fn open(job: JobSpec, held: Held, ctx: &RunContext) -> Result<Self, JobError> {
        let problems = check_opened(&job, &Places::default());
        if !problems.is_empty() {
            return Err(JobError::Configuration(problems));
        }
        let open = || {
            let mut session = Self::prepare(job, held, ctx, &mut Clock::start())?;
            session.compile(ctx, &mut Clock::start())?;
            Ok(session)
        };
        open().map_err(|error: JobError| error.or_memory_for(ctx, MemoryNeed::Linkage))
    }

    /// Runs `job` to its end and gives the session with the tables that the run directory would hold.
    ///
    /// # Errors
    /// [`JobError`] for everything wrong with the job or its inputs, and when it was stopped.
    pub fn run(job: JobSpec, held: Held, ctx: &RunContext) -> Result<(Self, Answer), JobError> {
        let run = || {
            let mut clock = Clock::start();
            let mut tables = TablesInMemory::default();
            let mut session = Self::prepare(job, held, ctx, &mut clock)?;
            session.follow(&mut tables, ctx, &mut clock)?;
            let links = session.links.clone();
            Ok((session, Answer { tables: tables.0, links }))
        };
        run().map_err(|error: JobError| error.or_memory_for(ctx, MemoryNeed::Linkage))
    }

    /// What the session works on.
    pub fn summary(&self) -> SessionSummary {
        let records = &self.loaded.records;
        SessionSummary {
            records: records.rows() as u64,
            sources: records.sources().iter().map(ToString::to_string).collect(),
            columns: self.loaded.sources.columns.clone(),
            unique_id: self.loaded.sources.unique_id.clone(),
            source_dataset: self.source_column().map(str::to_owned),
        }
    }

    /// Takes one training method.
    ///
    /// # Errors
    /// [`JobError`] for what is wrong with the method or the columns that it names; the model is then as it was.
    pub fn train(&mut self, step: &TrainingStep, ctx: &RunContext) -> Result<(), JobError> {
        let taken = self.train_once(step, ctx);
        taken.map_err(|error| error.or_memory_for(ctx, MemoryNeed::Linkage))
    }

    fn train_once(&mut self, step: &TrainingStep, ctx: &RunContext) -> Result<(), JobError> {
        self.look_at(&JobSpec { training: vec![step.clone()], ..JobSpec::default() })?;
        let mut trainer = match &self.trainer {
            Some(trainer) => trainer.clone(),
            None => Trainer::new(self.model()?.clone()),
        };
        let data = self.training_data()?;
        let stage = train::stage_name(step);
        let labels = |path: &std::path::Path| self.matching_pairs(path, ctx);
        Clock::start().stage(stage, ctx, || train::take(&mut trainer, data, step, &labels, ctx))?;
        self.trainer = Some(trainer);
        self.take_over()
    }

    /// The last session of expectation maximisation, where there was one.
    pub fn last_em_session(&self) -> Option<EmReport> {
        let trainer = self.trainer.as_ref()?;
        trainer.sessions().last().map(|session| em_report(session, trainer))
    }

    /// Takes one step, on `links` where it works on links and they are given, else on those of the last prediction.
    ///
    /// # Errors
    /// [`JobError`] for what is wrong with the step or the columns that it names.
    pub fn take_step(&mut self, step: &StepSpec, links: Option<Arc<Links>>, ctx: &RunContext) -> Result<Answer, JobError> {
        let taken = self.take_once(step, links, ctx);
        taken.map_err(|error| error.or_memory_for(ctx, MemoryNeed::Linkage))
    }

    fn take_once(&mut self, step: &StepSpec, links: Option<Arc<Links>>, ctx: &RunContext) -> Result<Answer, JobError> {
        self.look_at(&JobSpec { steps: vec![step.clone()], predict_threshold: Some(0.0), ..JobSpec::default() })?;
        if links.is_some() {
            self.links = links;
        }
        let mut tables = TablesInMemory::default();
        if matches!(step, StepSpec::Predict { .. } | StepSpec::PredictBetween { .. } | StepSpec::ScoreMissingClusterEdges { .. })
        {
            self.warn_about_model(ctx)?;
        }
        self.take(step, &mut tables, ctx, &mut Clock::start())?;
        let links = match step {
            StepSpec::Predict { .. } => self.links.clone(),
            StepSpec::DeterministicLink { .. } => self.deterministic.clone(),
            _ => None,
        };
        Ok(Answer { tables: tables.0, links })
    }

    /// Checks what `added` adds to the job and makes the columns ready that it looks at.
    fn look_at(&mut self, added: &JobSpec) -> Result<(), JobError> {
        let added = JobSpec { truth: self.job.truth.clone(), ignore: self.job.ignore.clone(), ..added.clone() };
        let mut problems = check_added(&added, &Places::default());
        let columns = columns_looked_at(&added, None, &self.loaded.sources, &mut problems);
        check_files_of_labels(&added, &self.held, &self.loaded.sources, &mut problems)?;
        if !problems.is_empty() {
            return Err(JobError::Configuration(problems));
        }
        columns.iter().try_for_each(|column| self.loaded.records.encode(column).map_err(JobError::part))
    }

    /// Holds a table that a later step can name by the path that this gives.
    pub fn hold_table(&mut self, name: &str, table: HeldTable) -> PathBuf {
        self.held.hold_table(name, table)
    }

    /// Holds records that are written as JSON, one object a line, with the types that the columns of the inputs have.
    ///
    /// # Errors
    /// [`JobError`] when they are no JSON, or a value does not fit its column.
    pub fn hold_json_records(&mut self, name: &str, json_lines: String, ctx: &RunContext) -> Result<PathBuf, JobError> {
        let options = ReadOptions { encode: ColumnChoice::None, carry: ColumnChoice::All, ..ReadOptions::default() };
        let input = Input::held(json_lines).of_format(FileFormat::JsonLines).named(name);
        let table = kintsu_table::read(&[input], &options, ctx).map_err(JobError::part)?;
        let mut columns: Vec<(String, ArrayRef)> = Vec::new();
        for column in table.columns() {
            let array = column.to_array().map_err(JobError::part)?;
            let known = self.loaded.records.find(&column.name).ok();
            let data_type = known.map_or_else(|| array.data_type().clone(), |known| known.data_type().clone());
            let strict = arrow_cast::CastOptions { safe: false, ..arrow_cast::CastOptions::default() };
            let fitted = arrow_cast::cast_with_options(&array, &data_type, &strict).map_err(|_| {
                let (column, data_type) = (column.name.to_string(), data_type.to_string());
                JobError::part(TableError::DoesNotFit { column, data_type })
            })?;
            columns.push((column.name.to_string(), fitted));
        }
        let batch = batch_of(columns)?;
        Ok(self.held.hold_table(name, HeldTable::new(batch.schema(), vec![batch])))
    }

    /// The links of a table of pairs with `match_weight` or `match_probability`; a pair without either counts as certain.
    ///
    /// # Errors
    /// [`JobError`] when it lacks ids, or names records that are not there.
    pub fn read_links(&self, table: &std::path::Path, ctx: &RunContext) -> Result<Links, JobError> {
        Ok(Links::listed(self.read_pairs(table, &[MATCH_WEIGHT, MATCH_PROBABILITY], ctx)?))
    }

    /// Takes the term frequencies of a column from a table with `COLUMN` and `tf_COLUMN` in place of counting.
    ///
    /// # Errors
    /// [`JobError`] when the table lacks a column.
    pub fn supply_term_frequencies(&mut self, column: &str, table: PathBuf, ctx: &RunContext) -> Result<(), JobError> {
        let mut added = JobSpec::default();
        added.term_frequencies.insert(column.to_owned(), table.clone());
        self.look_at(&added)?;
        self.job.term_frequencies.insert(column.to_owned(), table);
        let mut problems = Vec::new();
        let supplied = supplied_term_frequencies(&self.job, &self.held, &self.loaded.records, ctx, &mut problems)?;
        if !problems.is_empty() {
            return Err(JobError::Configuration(problems));
        }
        self.supplied = supplied;
        self.compile(ctx, &mut Clock::start())
    }

    /// The term frequencies of a column as the model uses them, or counted where it does not.
    ///
    /// # Errors
    /// [`JobError`] when there is no such column.
    pub fn term_frequencies(&mut self, column: &str) -> Result<HeldTable, JobError> {
        let step = StepSpec::TermFrequencies { columns: vec![column.to_owned()] };
        self.look_at(&JobSpec { steps: vec![step], ..JobSpec::default() })?;
        let prefix = self.sourced.as_ref().map_or("tf_", |sourced| &sourced.model.term_frequency_adjustment_column_prefix);
        let of_model = self.compiled.as_ref().and_then(|compiled| compiled.frequencies.of(column));
        let batch = match of_model {
            Some(table) => frequencies_batch(table, prefix)?,
            None => frequencies_batch(&TermFrequencies::compute(&self.loaded.records, column).map_err(JobError::part)?, prefix)?,
        };
        Ok(HeldTable::new(batch.schema(), vec![batch]))
    }

    /// The model with its parameters in Splink's format.
    ///
    /// # Errors
    /// [`JobError::Defect`] when the session has no model.
    pub fn model_json(&self) -> Result<String, JobError> {
        Ok(self.model()?.to_json())
    }

    /// What stands beside the model: semantics, notes and estimates that Splink's format cannot hold.
    ///
    /// # Errors
    /// [`JobError::Defect`] when the session has no model.
    pub fn model_notes_json(&self, ctx: &RunContext) -> Result<String, JobError> {
        Ok(self.beside(ctx)?.to_json())
    }

    /// What was counted so far.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// How right the clusters are, where the job names a truth.
    pub fn evaluation(&self) -> Option<&Evaluation> {
        self.evaluation.as_ref()
    }

    /// Explains a pair of records; where there are several tables, ids are written `TABLE-__-ID`.
    ///
    /// # Errors
    /// When there is no such record, or nothing is clustered yet.
    pub fn explain_pair(
        &self,
        first: &str,
        second: &str,
        show_values: bool,
        ctx: &RunContext,
    ) -> Result<PairExplanation, JobError> {
        self.pair_explanation(first, second, self.clustered()?.labels(), show_values, ctx)
    }

    /// Explains the entity of a record.
    ///
    /// # Errors
    /// When there is no such record, or nothing is clustered yet.
    pub fn explain_entity(&self, id: &str) -> Result<EntityExplanation, JobError> {
        let labels = self.clustered()?.labels();
        let none = Links::default();
        let links = self.links.as_deref().unwrap_or(&none);
        let called = |row: usize| Ok(self.loaded.records.composite_id(labels.get(row).map_or(row, |label| *label as usize)));
        self.entity_explanation(id, labels, links, called)
    }

    /// Measures the last clusters against `truth`, a column of the input or the path of a file.
    ///
    /// # Errors
    /// When there is no such column or file, or nothing is clustered yet.
    pub fn evaluate(&self, truth: &str, ctx: &RunContext) -> Result<RunEvaluation, JobError> {
        let links = || Ok(self.links.as_deref().cloned().unwrap_or_default());
        self.evaluation_against(truth, self.clustered()?, links, ctx)
    }

    pub(super) fn clustered(&self) -> Result<&Clusters, JobError> {
        self.clusters.as_ref().ok_or_else(|| JobError::problem(Problem::new("KN-JOB-043", "there are no clusters yet")))
    }
}

fn em_report(session: &EmSession, trainer: &Trainer) -> EmReport {
    let name = |position: usize| {
        trainer.model().comparisons.get(position).map(|comparison| comparison.output_column_name.clone()).unwrap_or_default()
    };
    let history = session.history.iter().map(|iteration| EmReportIteration {
        probability_two_random_records_match: iteration.probability_two_random_records_match,
        comparisons: iteration
            .comparisons
            .iter()
            .map(|found| EmReportComparison {
                comparison: name(found.comparison),
                m_probabilities: found.m.clone(),
                u_probabilities: found.u.clone(),
            })
            .collect(),
    });
    EmReport {
        blocking_rule: session.plan.rule.blocking_rule.clone(),
        pairs: session.pairs,
        iterations: session.iterations(),
        converged: session.converged,
        history: history.collect(),
    }
}
