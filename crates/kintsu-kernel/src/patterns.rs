//! Counting pairs by their levels, for training.

use arrow_array::RecordBatch;
use kintsu_core::RunContext;
use kintsu_link::compare::Comparators;
use kintsu_link::model::{BlockingRule, Model};
use kintsu_link::score::TermFrequencyTables;
use kintsu_link::train::{PatternsWanted, TrainingData};

use crate::batches::patterns_batch;
use crate::error::KernelError;
use crate::frequencies::supplied;
use crate::prepare::Prepared;
use crate::spec::{CountPatternsSpec, RecordsSpec, RuleSpec, TermFrequenciesSpec};

/// The kernel `count_patterns`.
#[derive(Debug)]
pub struct CountPatterns {
    records: RecordsSpec,
    model: Model,
    rules: Vec<BlockingRule>,
    comparisons: Vec<usize>,
    by_term_frequency: bool,
    term_frequencies: Vec<TermFrequenciesSpec>,
    pairs_max: Option<f64>,
}

impl CountPatterns {
    /// The kernel that `spec` describes.
    ///
    /// # Errors
    /// [`KernelError`] when the model or a rule cannot be read, or a comparison is named that the model has not.
    pub fn new(spec: &CountPatternsSpec) -> Result<Self, KernelError> {
        let model = spec.model.model()?;
        let count = model.comparisons.len();
        if let Some(position) = spec.comparisons.iter().find(|position| **position >= count) {
            return Err(KernelError::Spec(format!("comparison {position} of a model with {count}")));
        }
        let comparisons = if spec.comparisons.is_empty() { (0..count).collect() } else { spec.comparisons.clone() };
        let rules = spec.rules.iter().map(RuleSpec::rule).collect::<Result<_, _>>()?;
        if spec.pairs_max.is_some_and(|pairs_max| pairs_max.is_nan() || pairs_max < 1.0) {
            return Err(KernelError::Spec("`pairs_max` is below 1".to_owned()));
        }
        Ok(Self {
            records: spec.records.clone(),
            model,
            rules,
            comparisons,
            by_term_frequency: spec.by_term_frequency,
            term_frequencies: spec.term_frequencies.clone(),
            pairs_max: spec.pairs_max,
        })
    }

    pub(crate) fn apply(&self, batch: &RecordBatch, ctx: &RunContext) -> Result<RecordBatch, KernelError> {
        let prepared = Prepared::new(batch, &self.records)?;
        let records = prepared.records();
        let comparators = Comparators::compile(&self.model, records, ctx)?;
        let frequencies = if self.by_term_frequency {
            TermFrequencyTables::new(&self.model, records, supplied(&self.term_frequencies, records)?)?
        } else {
            TermFrequencyTables::default()
        };
        let data = TrainingData { records, comparators: &comparators, frequencies: &frequencies };
        let (comparisons, by_term_frequency) = (&self.comparisons, self.by_term_frequency);
        let wanted = PatternsWanted { comparisons, by_term_frequency, pairs_max: self.pairs_max };
        let counts = data.count_pairs(&self.model, &self.rules, wanted, ctx)?;
        patterns_batch(&self.model, &counts)
    }
}
