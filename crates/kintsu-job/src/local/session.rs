//! What a run holds while it goes through its steps.
//!
//! The runner of jobs follows a job from its beginning to its end with it; an interactive user (`super::interactive`) asks for one
//! training method or step after another. Both are made of the same parts, and every step hands its answers out as [`Tables`].

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kintsu_core::{MatchWeight, Probability, RunContext};
use kintsu_entity::Clusters;
use kintsu_kernel::{
    Compiled, Kernel, KernelSpec, ModelSpec, PrepareSpec, RecordsSpec, ScoreBlocks, ScoreBlocksSpec, ScorePairs, ScorePairsSpec,
};
use kintsu_link::block::{Blocker, Blocks, Chunk};
use kintsu_link::compare::Comparators;
use kintsu_link::diagnose::LabelledPair;
use kintsu_link::model::{KintsuModel, Model};
use kintsu_link::score::{EdgeColumns, Edges, TermFrequencies, TermFrequencyTables, Threshold, estimate_edges};
use kintsu_link::train::{Trainer, TrainingData};

use super::announce::{announce_prediction, announce_training};
use super::clock::Clock;
use super::consistency::no_comparisons;
use super::edges::{Extra, write_pairs};
use super::foreign_table::ForeignTable;
use super::links::Links;
use super::listed_pairs::ListedPairs;
use super::load::Loaded;
use super::memory_needed::{StillToCome, refuse_hopeless_inputs, refuse_if_too_large, usual_edges};
use super::model_source::{SourcedModel, default_link_type, link_type};
use super::output::Tables;
use super::preflight::{Preflight, files_of_pairs, preflight};
use super::row_lookup::RowLookup;
use super::rows::supplied_term_frequencies;
use super::train;
use super::truth::{Truth, evaluate};
use crate::card::{Counts, Evaluation};
use crate::codes::code_note;
use crate::error::JobError;
use crate::held::Held;
use crate::spec::{CLUSTER_THRESHOLD_DEFAULT, ChunkSpec, JobSpec, PREDICT_THRESHOLD_DEFAULT, Problem, StepSpec};

/// Records and a model, and what was made of them so far: the state of a run, and what an interactive user works with.
#[derive(Debug)]
pub struct LinkageSession {
    pub(super) job: JobSpec,
    pub(super) held: Held,
    pub(super) loaded: Loaded,
    /// The model with how it came to be; none for jobs that only look at data.
    pub(super) sourced: Option<SourcedModel>,
    pub(super) supplied: Vec<TermFrequencies>,
    /// The truth, read before anything is compared so that what is wrong with it is said first.
    truth: Option<Truth>,
    /// The pairs of the files that the job's training and steps name, read with the truth for the same reason.
    listed: BTreeMap<PathBuf, Vec<LabelledPair>>,
    /// The blocks of prediction, made before training so that what is wrong with them is said first.
    blocks: Option<Blocks>,
    /// The model compiled, once it is needed.
    pub(super) compiled: Option<Compiled>,
    pub(super) trainer: Option<Trainer>,
    /// The links that steps on edges work on: those of the last prediction, unless others are given.
    pub(super) links: Option<Arc<Links>>,
    pub(super) deterministic: Option<Arc<Links>>,
    pub(super) clusters: Option<Clusters>,
    pub(super) counts: Counts,
    pub(super) evaluation: Option<Evaluation>,
}

impl LinkageSession {
    /// Reads the model and the inputs.
    pub(super) fn prepare(job: JobSpec, held: Held, ctx: &RunContext, clock: &mut Clock) -> Result<Self, JobError> {
        let Preflight { sourced, sources, looked_at } = preflight(&job, &held)?;
        refuse_hopeless_inputs(&sources.inputs, ctx)?;
        let pairs = sourced.as_ref().map(|sourced| sourced.model.link_type);
        let pairs = pairs.or(job.link_type.map(link_type)).unwrap_or_else(|| default_link_type(job.inputs.len()));
        let loaded = clock.stage("read", ctx, || sources.read(&looked_at, &job.types, pairs, ctx))?;
        let mut problems = Vec::new();
        let supplied = supplied_term_frequencies(&job, &held, &loaded.records, ctx, &mut problems)?;
        let read_truth = |truth| Truth::read(truth, &loaded.records, &loaded.sources.columns, &held, ctx);
        let truth = told(job.truth.as_ref().map(read_truth).transpose(), &mut problems)?.flatten();
        let listed = read_files_of_pairs(&job, &loaded, &held, ctx, &mut problems)?;
        if !problems.is_empty() {
            return Err(JobError::Configuration(problems));
        }
        let mut counts = Counts::default();
        counts.put("records", loaded.records.rows() as u64);
        for (name, size) in loaded.records.sources().iter().zip(loaded.records.source_sizes()) {
            counts.put(&format!("records of {name}"), size);
        }
        let state = Self {
            job,
            held,
            loaded,
            sourced,
            supplied,
            truth,
            listed,
            blocks: None,
            compiled: None,
            trainer: None,
            links: None,
            deterministic: None,
            clusters: None,
            counts,
            evaluation: None,
        };
        Ok(state)
    }

    /// The model.
    pub(super) fn model(&self) -> Result<&Model, JobError> {
        let sourced =
            self.sourced.as_ref().ok_or_else(|| JobError::Defect("a step needs a model and there is none".to_owned()))?;
        Ok(&sourced.model)
    }

    /// The model compiled.
    pub(super) fn compiled(&self) -> Result<&Compiled, JobError> {
        self.compiled.as_ref().ok_or_else(|| JobError::Defect("a step needs a model and there is none".to_owned()))
    }

    /// Follows the job: blocks, trains, takes its steps and measures what came of it.
    pub(super) fn follow(&mut self, tables: &mut dyn Tables, ctx: &RunContext, clock: &mut Clock) -> Result<(), JobError> {
        let steps = steps_of(&self.job);
        if let Some(sourced) = &self.sourced {
            clock.stage("block", ctx, || announce_training(&self.job, sourced, &self.loaded.records, ctx))?;
        }
        self.block(&steps, ctx, clock)?;
        if !self.job.training.is_empty() || !steps.iter().all(StepSpec::looks_at_data_alone) {
            self.train_as_told(ctx, clock)?;
        }
        for step in &steps {
            self.take(step, tables, ctx, clock)?;
        }
        self.measure()
    }

    /// Groups the records by the blocking rules of prediction, where the steps predict; says which of them explode and refuses a
    /// run that would take too much memory, before any pair is looked at.
    fn block(&mut self, steps: &[StepSpec], ctx: &RunContext, clock: &mut Clock) -> Result<(), JobError> {
        let Some(sourced) = &self.sourced else { return Ok(()) };
        let model = &sourced.model;
        if !steps.iter().any(|step| matches!(step, StepSpec::Predict { pairs: None, .. } | StepSpec::DeterministicLink { .. })) {
            return Ok(());
        }
        let blocks = clock.stage("block", ctx, || {
            let kernel = score_blocks(&self.loaded.spec, model, Threshold::None)?;
            let blocker = kernel.block(&self.loaded.records, ctx).map_err(JobError::part)?;
            announce_prediction(&blocker, &model.blocking_rules, ctx);
            let to_come = StillToCome::after_blocking(&blocker, model.comparisons.len(), usual_edges(&blocker));
            refuse_if_too_large(to_come, ctx)?;
            Ok(blocker.into_blocks())
        })?;
        if steps.iter().any(|step| matches!(step, StepSpec::Predict { pairs: None, .. })) {
            self.blocks = Some(blocks);
        }
        Ok(())
    }

    /// Makes the model ready for the records, with the parameters that it has now.
    pub(super) fn compile(&mut self, ctx: &RunContext, clock: &mut Clock) -> Result<(), JobError> {
        let Some(sourced) = &self.sourced else { return Ok(()) };
        let records = &self.loaded.records;
        let (comparators, frequencies) = clock.stage("prepare", ctx, || {
            let frequencies = TermFrequencyTables::new(&sourced.model, records, self.supplied.clone());
            let comparators = Comparators::compile(&sourced.model, records, ctx).map_err(JobError::part)?;
            Ok((comparators, frequencies.map_err(JobError::part)?))
        })?;
        let kernel = score_blocks(&self.loaded.spec, &sourced.model, Threshold::None)?;
        self.compiled = Some(kernel.compile(comparators, frequencies).map_err(JobError::part)?);
        Ok(())
    }

    /// Takes the model of the trainer over, and its weights into what is compiled.
    pub(super) fn take_over(&mut self) -> Result<(), JobError> {
        let (Some(sourced), Some(trainer)) = (&mut self.sourced, &self.trainer) else { return Ok(()) };
        sourced.model = trainer.model().clone();
        let kernel = score_blocks(&self.loaded.spec, &sourced.model, Threshold::None)?;
        if let Some(Compiled { comparators, frequencies, .. }) = self.compiled.take() {
            self.compiled = Some(kernel.compile(comparators, frequencies).map_err(JobError::part)?);
        }
        Ok(())
    }

    /// What training looks at.
    pub(super) fn training_data(&self) -> Result<TrainingData<'_>, JobError> {
        let Compiled { comparators, frequencies, .. } = self.compiled()?;
        Ok(TrainingData { records: &self.loaded.records, comparators, frequencies })
    }

    /// Compiles the model and trains it where the job asks for that.
    pub(super) fn train_as_told(&mut self, ctx: &RunContext, clock: &mut Clock) -> Result<(), JobError> {
        self.compile(ctx, clock)?;
        let Some(sourced) = &self.sourced else { return Ok(()) };
        let (model, data) = (sourced.model.clone(), self.training_data()?);
        if !self.job.training.is_empty() {
            let labels = |path: &Path| self.matching_pairs(path, ctx);
            self.trainer = Some(train::follow(model, data, &self.job.training, &labels, ctx, clock)?);
        } else if !sourced.trained {
            self.trainer = Some(train::follow_own_plan(model, data, ctx, clock)?);
        }
        self.warn_about_model(ctx)?;
        self.take_over()
    }

    /// The pairs of a file, in its order.
    pub(super) fn listed_pairs(&self, path: &Path, ctx: &RunContext) -> Result<Cow<'_, [LabelledPair]>, JobError> {
        match self.listed.get(path) {
            Some(known) => Ok(Cow::Borrowed(known)),
            None => Ok(Cow::Owned(self.read_pairs(path, &[], ctx)?.labelled())),
        }
    }

    /// The pairs of a file with its columns `numbers`, where it has them.
    pub(super) fn read_pairs(&self, path: &Path, numbers: &[&'static str], ctx: &RunContext) -> Result<ListedPairs, JobError> {
        let table = ForeignTable::open(path, &self.held, ctx)?;
        RowLookup::new(&self.loaded.records).pairs(&table, numbers, ctx)
    }

    /// The rows of the pairs of a file, in its order.
    pub(super) fn matching_pairs(&self, path: &Path, ctx: &RunContext) -> Result<Vec<(u32, u32)>, JobError> {
        match self.listed.get(path) {
            Some(known) => Ok(known.iter().map(|pair| (pair.left, pair.right)).collect()),
            None => Ok(self.read_pairs(path, &[], ctx)?.rows),
        }
    }

    /// Says what the model lacks.
    pub(super) fn warn_about_model(&self, ctx: &RunContext) -> Result<(), JobError> {
        match (&self.trainer, &self.sourced) {
            (Some(trainer), _) => trainer.warn_about_model(ctx),
            (None, Some(sourced)) if sourced.trained && never_trained(&sourced.model) => warn_of_settings(sourced, ctx),
            (None, _) => self.model()?.warn_about_model(ctx),
        }
        Ok(())
    }

    /// Takes one step.
    pub(super) fn take(
        &mut self,
        step: &StepSpec,
        tables: &mut dyn Tables,
        ctx: &RunContext,
        clock: &mut Clock,
    ) -> Result<(), JobError> {
        match step {
            StepSpec::Predict { threshold_match_probability, threshold_match_weight, left_chunk, right_chunk, pairs } => {
                let threshold = self.threshold(*threshold_match_probability, *threshold_match_weight)?;
                match pairs {
                    Some(pairs) => self.predict_given(pairs, threshold, tables, ctx, clock),
                    None => self.predict(threshold, [chunk_of(*left_chunk), chunk_of(*right_chunk)], tables, ctx, clock),
                }
            }
            StepSpec::DeterministicLink { .. }
            | StepSpec::Cluster { .. }
            | StepSpec::SingleBestLinks { .. }
            | StepSpec::ScoreMissingClusterEdges { .. }
            | StepSpec::GraphMetrics { .. } => self.take_edge_step(step, tables, ctx, clock),
            StepSpec::AccuracyFromLabelsTable { .. }
            | StepSpec::AccuracyFromLabelsColumn { .. }
            | StepSpec::PredictionErrors { .. }
            | StepSpec::ScorePairs { .. }
            | StepSpec::Unlinkables { .. } => clock.stage(step.kind(), ctx, || self.take_label_step(step, tables, ctx)),
            StepSpec::FindMatchesToNewRecords { .. } | StepSpec::CompareTwoRecords { .. } | StepSpec::PredictBetween { .. } => {
                clock.stage(step.kind(), ctx, || self.take_new_record_step(step, tables, ctx))
            }
            StepSpec::ProfileColumns { .. }
            | StepSpec::Completeness { .. }
            | StepSpec::CountComparisons { .. }
            | StepSpec::LargestBlocks { .. }
            | StepSpec::TermFrequencies { .. } => clock.stage(step.kind(), ctx, || self.take_data_step(step, tables, ctx)),
        }
    }

    pub(super) fn threshold(&self, probability: Option<f64>, weight: Option<f64>) -> Result<Threshold, JobError> {
        if let Some(weight) = weight {
            return Ok(Threshold::Weight(MatchWeight::new(weight)));
        }
        let wanted = probability.or(self.job.predict_threshold).unwrap_or(PREDICT_THRESHOLD_DEFAULT);
        let probability = Probability::new(wanted).map_err(|error| JobError::Defect(error.to_string()))?;
        Ok(Threshold::Probability(probability))
    }

    /// Scores the pairs that the blocking rules find, those of the chunks alone, and hands the edges out.
    pub(super) fn predict(
        &mut self,
        threshold: Threshold,
        [left, right]: [Option<Chunk>; 2],
        tables: &mut dyn Tables,
        ctx: &RunContext,
        clock: &mut Clock,
    ) -> Result<(), JobError> {
        if self.sourced.as_ref().is_some_and(|sourced| !sourced.trained && sourced.model.comparisons.is_empty()) {
            return Err(JobError::problem(no_comparisons()));
        }
        if self.blocks.is_none() {
            self.block(&[StepSpec::predict()], ctx, clock)?;
        }
        let blocks = self.blocks.take().ok_or_else(|| JobError::Defect("there are no blocks to predict on".to_owned()))?;
        let blocker = Blocker::with_blocks(&self.loaded.records, blocks).in_chunks(left, right);
        let kernel = score_blocks(&self.loaded.spec, self.model()?, threshold)?;
        let edges = clock.stage("predict", ctx, || {
            self.refuse_many_edges(&blocker, threshold, ctx)?;
            ctx.progress().begin("scoring pairs", Some(blocker.pairs()), "pairs");
            let edges = kernel.score(&blocker, self.compiled()?, ctx).map_err(JobError::part)?;
            ctx.progress().finish();
            Ok(edges)
        })?;
        drop(blocker);
        self.hand_out(edges, tables, ctx, clock)
    }

    /// Hands the edges of a prediction out and keeps their links.
    pub(super) fn hand_out(
        &mut self,
        edges: Edges,
        tables: &mut dyn Tables,
        ctx: &RunContext,
        clock: &mut Clock,
    ) -> Result<(), JobError> {
        self.counts.put("candidate_pairs", edges.candidate_pairs);
        self.counts.put("edges", edges.len() as u64);
        clock.stage("write", ctx, || write_pairs(self.edge_columns()?, "edges", &edges, &Extra::default(), tables))?;
        self.links = Some(Arc::new(Links::scored(edges)));
        Ok(())
    }

    /// Refuses a prediction whose edges would take more memory than the run may, told from a sample of its pairs.
    fn refuse_many_edges(&self, blocker: &Blocker<'_>, threshold: Threshold, ctx: &RunContext) -> Result<(), JobError> {
        if ctx.memory_bytes_max.is_none() {
            return Ok(());
        }
        let Some(edges) = self.estimate_edges(blocker, threshold, ctx)? else { return Ok(()) };
        let comparisons = self.model()?.comparisons.len();
        let rows = self.loaded.records.rows() as u64;
        refuse_if_too_large(StillToCome { rows, to_compile: 0, comparisons, edges }, ctx)
    }

    /// About how many edges a prediction keeps with the model as it is; none where no sample could tell.
    pub(super) fn estimate_edges(
        &self,
        blocker: &Blocker<'_>,
        threshold: Threshold,
        ctx: &RunContext,
    ) -> Result<Option<u64>, JobError> {
        let compiled = self.compiled()?;
        estimate_edges(blocker, &compiled.comparators, &compiled.scorer, threshold, ctx).map_err(JobError::part)
    }

    /// Scored pairs as they are written.
    pub(super) fn edge_columns(&self) -> Result<EdgeColumns<'_>, JobError> {
        let compiled = self.compiled()?;
        Ok(EdgeColumns {
            records: &self.loaded.records,
            model: self.model()?,
            source_column: self.source_column(),
            scorer: Some(&compiled.scorer),
            frequencies: &compiled.frequencies,
        })
    }

    /// The column with the tables, where records are told apart by it.
    pub(super) fn source_column(&self) -> Option<&str> {
        self.loaded.records.source_codes().map(|_| self.loaded.records.source_column())
    }

    /// The threshold of clustering.
    pub(super) fn cluster_threshold(&self, given: Option<f64>) -> f64 {
        given.or(self.job.cluster_threshold).unwrap_or(CLUSTER_THRESHOLD_DEFAULT)
    }

    /// Measures the clusters against the truth, where there is one.
    fn measure(&mut self) -> Result<(), JobError> {
        if let (Some(truth), Some(clusters)) = (&self.truth, &self.clusters) {
            self.evaluation = Some(evaluate(truth, clusters, &self.loaded.records, self.model()?.link_type)?);
        }
        Ok(())
    }

    /// What stands beside the model.
    pub(super) fn beside(&self, ctx: &RunContext) -> Result<KintsuModel, JobError> {
        let records = Some(self.loaded.records.rows() as u64);
        let mut beside = match (&self.trainer, self.sourced.as_ref().and_then(|sourced| sourced.beside.clone())) {
            (Some(trainer), _) => {
                let mut file = trainer.kintsu_model(ctx);
                file.provenance.records = records;
                file
            }
            (None, Some(known)) => known,
            (None, None) => KintsuModel::of(self.model()?),
        };
        beside.parity = self.model()?.parity;
        if self.trainer.is_none() {
            let file = self.sourced.as_ref().and_then(|sourced| sourced.file.as_ref()).and_then(|file| file.file_name());
            let name = file.map(|name| name.to_string_lossy().into_owned());
            beside.provenance.read_from = beside.provenance.read_from.or(name);
        }
        Ok(beside)
    }
}

/// What came of something, or nothing where it is the user's input that is wrong, which then goes to `problems`.
pub(super) fn told<Made>(made: Result<Made, JobError>, problems: &mut Vec<Problem>) -> Result<Option<Made>, JobError> {
    match made.map_err(JobError::into_problems) {
        Ok(made) => Ok(Some(made)),
        Err(Ok(found)) => {
            problems.extend(found);
            Ok(None)
        }
        Err(Err(error)) => Err(error),
    }
}

/// The pairs of every file of pairs that the job names.
fn read_files_of_pairs(
    job: &JobSpec,
    loaded: &Loaded,
    held: &Held,
    ctx: &RunContext,
    problems: &mut Vec<Problem>,
) -> Result<BTreeMap<PathBuf, Vec<LabelledPair>>, JobError> {
    let files = files_of_pairs(job, &loaded.sources);
    let mut listed = BTreeMap::new();
    if files.is_empty() {
        return Ok(listed);
    }
    let lookup = RowLookup::new(&loaded.records);
    for (path, spot) in files {
        if !listed.contains_key(path) {
            let mut found = Vec::new();
            let read = ForeignTable::open(path, held, ctx).and_then(|table| lookup.pairs(&table, &[], ctx));
            let pairs = told(read.map(|listed| listed.labelled()), &mut found)?;
            problems.extend(found.into_iter().map(|problem| spot.of(problem)));
            listed.extend(pairs.map(|pairs| (path.to_path_buf(), pairs)));
        }
    }
    Ok(listed)
}

/// Whether no level of any comparison has a parameter.
fn never_trained(model: &Model) -> bool {
    let mut levels = model.comparisons.iter().flat_map(|comparison| &comparison.levels);
    levels.all(|level| level.m_probability.is_none() && level.u_probability.is_none())
}

/// Says that settings are scored as if they were a trained model.
fn warn_of_settings(sourced: &SourcedModel, ctx: &RunContext) {
    let file = sourced.file.as_ref().map(|file| format!(" `{}`", file.display())).unwrap_or_default();
    let names: Vec<String> =
        sourced.model.comparisons.iter().map(|comparison| format!("`{}`", comparison.output_column_name)).collect();
    let message = format!("the model{file} was never trained: the m and u of {} are starting values", names.join(", "));
    ctx.warn("KN-W-JOB-007", message, code_note("KN-W-JOB-007").map(|note| note.hint.to_owned()));
}

/// Prepares the records of a table through the kernel.
pub(super) fn prepare_records(table: &kintsu_table::Table, spec: RecordsSpec) -> Result<kintsu_link::records::Records, JobError> {
    let kernel = Kernel::new(&KernelSpec::Prepare(PrepareSpec { records: spec, derive: Vec::new() })).map_err(JobError::part)?;
    let kernel = kernel.into_prepare().ok_or_else(other_kernel)?;
    let batch = table.to_dictionary_batch().map_err(JobError::part)?;
    Ok(kernel.run(&batch).map_err(JobError::part)?.into_records())
}

/// The kernel that finds and scores the pairs of records prepared as `records` says.
pub(super) fn score_blocks(records: &RecordsSpec, model: &Model, threshold: Threshold) -> Result<ScoreBlocks, JobError> {
    let spec = ScoreBlocksSpec::of(records.clone(), model, threshold).map_err(JobError::part)?;
    let kernel = Kernel::new(&KernelSpec::ScoreBlocks(spec)).map_err(JobError::part)?;
    kernel.into_score_blocks().ok_or_else(other_kernel)
}

/// The kernel that scores given pairs, all of which it keeps.
pub(super) fn score_pairs(model: &Model) -> Result<ScorePairs, JobError> {
    let model = ModelSpec::of(model).map_err(JobError::part)?;
    let spec = ScorePairsSpec { model, term_frequencies: Vec::new(), match_weight_min: None };
    let kernel = Kernel::new(&KernelSpec::ScorePairs(spec)).map_err(JobError::part)?;
    kernel.into_score_pairs().ok_or_else(other_kernel)
}

/// A chunk as the blocker takes it; that there is such a chunk was checked with the step.
pub(super) fn chunk_of(spec: Option<ChunkSpec>) -> Option<Chunk> {
    spec.and_then(|chunk| Chunk::new(chunk.number, chunk.of))
}

fn other_kernel() -> JobError {
    JobError::Defect("a kernel is not the one that its spec names".to_owned())
}

/// The steps of a job; predict and cluster where it lists none.
pub(super) fn steps_of(job: &JobSpec) -> Vec<StepSpec> {
    if !job.steps.is_empty() {
        return job.steps.clone();
    }
    let cluster = StepSpec::Cluster {
        threshold_match_probability: None,
        thresholds: Vec::new(),
        output_cluster_summary_stats: false,
        deterministic: false,
    };
    vec![StepSpec::predict(), cluster]
}
