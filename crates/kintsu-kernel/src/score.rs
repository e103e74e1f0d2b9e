//! Scoring the pairs that blocking rules find.

use arrow_array::RecordBatch;
use kintsu_core::{MatchWeight, RunContext};
use kintsu_link::block::Blocker;
use kintsu_link::compare::Comparators;
use kintsu_link::model::Model;
use kintsu_link::records::Records;
use kintsu_link::score::{Edges, Scorer, TermFrequencies, TermFrequencyTables, Threshold, predict};

use crate::batches::edges_batch;
use crate::error::KernelError;
use crate::frequencies::supplied;
use crate::prepare::Prepared;
use crate::spec::{RecordsSpec, ScoreBlocksSpec, TermFrequenciesSpec};

/// The kernel `score_blocks`.
///
/// Applied to a batch it blocks, compiles and scores. An engine that keeps records, comparators and frequencies between steps
/// calls the same three parts one by one: [`ScoreBlocks::block`], [`ScoreBlocks::compile`] and [`ScoreBlocks::score`].
#[derive(Debug)]
pub struct ScoreBlocks {
    records: RecordsSpec,
    model: Model,
    term_frequencies: Vec<TermFrequenciesSpec>,
    threshold: Threshold,
}

impl ScoreBlocks {
    /// The kernel that `spec` describes.
    ///
    /// # Errors
    /// [`KernelError::Model`] when the model cannot be read.
    pub fn new(spec: &ScoreBlocksSpec) -> Result<Self, KernelError> {
        let threshold = threshold(spec.match_weight_min);
        let (records, term_frequencies) = (spec.records.clone(), spec.term_frequencies.clone());
        Ok(Self { records, model: spec.model.model()?, term_frequencies, threshold })
    }

    /// Scores the blocks of `batch`.
    pub(crate) fn apply(&self, batch: &RecordBatch, ctx: &RunContext) -> Result<RecordBatch, KernelError> {
        let prepared = Prepared::new(batch, &self.records)?;
        let records = prepared.records();
        let compiled = Compiled::new(&self.model, records, supplied(&self.term_frequencies, records)?, ctx)?;
        edges_batch(&self.model, &self.score(&self.block(records, ctx)?, &compiled, ctx)?)
    }

    /// Groups prepared records by the blocking rules of the model.
    ///
    /// # Errors
    /// [`KernelError::Link`] when a column is missing or a rule cannot be computed.
    pub fn block<'a>(&self, records: &'a Records, ctx: &RunContext) -> Result<Blocker<'a>, KernelError> {
        Ok(Blocker::new(records, &self.model.blocking_rules, self.model.parity, ctx)?)
    }

    /// Puts the weights of the model to comparators and term frequencies of prepared records. Those depend on the levels alone,
    /// so they may stem from before training.
    ///
    /// # Errors
    /// [`KernelError::Link`] when the frequencies lack a column of the model.
    pub fn compile(&self, comparators: Comparators, frequencies: TermFrequencyTables) -> Result<Compiled, KernelError> {
        let scorer = Scorer::new(&self.model, &frequencies)?;
        Ok(Compiled { comparators, scorer, frequencies })
    }

    /// Scores the pairs of `blocks` and keeps those that reach the threshold of the spec, sorted by pair. `compiled` is this
    /// model, compiled for the records of the blocks.
    ///
    /// # Errors
    /// [`KernelError::Link`] when the edges outgrow the memory, or the run was stopped.
    pub fn score(&self, blocks: &Blocker<'_>, compiled: &Compiled, ctx: &RunContext) -> Result<Edges, KernelError> {
        Ok(predict(blocks, &compiled.comparators, &compiled.scorer, self.threshold, ctx)?)
    }
}

/// A model compiled for one set of records.
#[derive(Debug)]
pub struct Compiled {
    /// From pairs to levels.
    pub comparators: Comparators,
    /// From levels to weights.
    pub scorer: Scorer,
    /// The term frequencies behind the weights.
    pub frequencies: TermFrequencyTables,
}

impl Compiled {
    /// Compiles `model` for `records`; term frequencies that are not `supplied` are counted.
    ///
    /// # Errors
    /// [`KernelError::Link`] when a column is missing or an expression cannot be computed.
    pub fn new(model: &Model, records: &Records, supplied: Vec<TermFrequencies>, ctx: &RunContext) -> Result<Self, KernelError> {
        let frequencies = TermFrequencyTables::new(model, records, supplied)?;
        let comparators = Comparators::compile(model, records, ctx)?;
        let scorer = Scorer::new(model, &frequencies)?;
        Ok(Self { comparators, scorer, frequencies })
    }
}

/// The threshold of a spec.
pub(crate) fn threshold(match_weight_min: Option<f64>) -> Threshold {
    match_weight_min.map_or(Threshold::None, |weight| Threshold::Weight(MatchWeight::new(weight)))
}
