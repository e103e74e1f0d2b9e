//! Counting pairs by their levels, for training.

use arrow_array::RecordBatch;
use kintsu_core::RunContext;
use kintsu_link::block::Blocker;
use kintsu_link::compare::Comparators;
use kintsu_link::model::{BlockingRule, Model};
use kintsu_link::score::count_patterns;

use crate::batches::patterns_batch;
use crate::error::KernelError;
use crate::prepare::Prepared;
use crate::spec::{CountPatternsSpec, RecordsSpec, RuleSpec};

/// The kernel `count_patterns`.
#[derive(Debug)]
pub struct CountPatterns {
    records: RecordsSpec,
    model: Model,
    rules: Vec<BlockingRule>,
    comparisons: Vec<usize>,
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
        Ok(Self { records: spec.records.clone(), model, rules, comparisons })
    }

    pub(crate) fn apply(&self, batch: &RecordBatch, ctx: &RunContext) -> Result<RecordBatch, KernelError> {
        let prepared = Prepared::new(batch, &self.records)?;
        let records = prepared.records();
        let comparators = Comparators::compile(&self.model, records, ctx)?;
        let blocker = Blocker::new(records, &self.rules, self.model.parity, ctx)?;
        let counts = count_patterns(&blocker, &comparators, &self.model, &self.comparisons, None, ctx)?;
        patterns_batch(&self.model, &counts)
    }
}
