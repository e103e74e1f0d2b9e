//! Scoring pairs that come as rows.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_select::concat::concat;
use kintsu_core::RunContext;
use kintsu_link::block::Blocker;
use kintsu_link::model::{LinkType, Model};
use kintsu_link::records::{Records, RecordsOptions};
use kintsu_link::score::{Edges, Threshold, score_in_order};
use kintsu_table::{Column, Table};

use crate::batches::edges_batch;
use crate::error::KernelError;
use crate::frequencies::supplied;
use crate::score::{Compiled, threshold};
use crate::spec::{ScorePairsSpec, TermFrequenciesSpec};

/// The kernel `score_pairs`.
#[derive(Debug)]
pub struct ScorePairs {
    model: Model,
    term_frequencies: Vec<TermFrequenciesSpec>,
    threshold: Threshold,
}

impl ScorePairs {
    /// The kernel that `spec` describes.
    ///
    /// # Errors
    /// [`KernelError::Model`] when the model cannot be read.
    pub fn new(spec: &ScorePairsSpec) -> Result<Self, KernelError> {
        let (term_frequencies, threshold) = (spec.term_frequencies.clone(), threshold(spec.match_weight_min));
        Ok(Self { model: spec.model.model()?, term_frequencies, threshold })
    }

    /// Scores the pairs of `batch`; `left` and `right` of the result are the rows of the batch, the right ones counted on from
    /// its length.
    pub(crate) fn apply(&self, batch: &RecordBatch, ctx: &RunContext) -> Result<RecordBatch, KernelError> {
        let table = both_sides(batch)?;
        let rows = batch.num_rows() as u32;
        let options = RecordsOptions {
            unique_id_column: None,
            source_dataset_column: "source_dataset".to_owned(),
            link_type: LinkType::DedupeOnly,
            sources: Vec::new(),
        };
        let records = Records::new(table, &options)?;
        let compiled = Compiled::new(&self.model, &records, supplied(&self.term_frequencies, &records)?, ctx)?;
        let pairs: Vec<(u32, u32)> = (0..rows).map(|row| (row, rows + row)).collect();
        edges_batch(&self.model, &self.score(&records, &pairs, &compiled, ctx)?)
    }

    /// Scores pairs of rows, in their order, and keeps those that reach the threshold of the spec. `compiled` is this model,
    /// compiled for the records. Long lists may come in parts: a pair's score does not depend on the others.
    ///
    /// # Errors
    /// [`KernelError::Link`] when the edges outgrow the memory, or the run was stopped.
    pub fn score(
        &self,
        records: &Records,
        pairs: &[(u32, u32)],
        compiled: &Compiled,
        ctx: &RunContext,
    ) -> Result<Edges, KernelError> {
        let blocker = Blocker::given(records, pairs);
        Ok(score_in_order(&blocker, &compiled.comparators, &compiled.scorer, self.threshold, ctx)?)
    }
}

/// The left records of the pairs, then the right ones, with every column that has both sides.
fn both_sides(batch: &RecordBatch) -> Result<Table, KernelError> {
    let schema = batch.schema();
    let mut columns = Vec::new();
    for (field, left) in schema.fields().iter().zip(batch.columns()) {
        let Some(name) = field.name().strip_suffix("_l") else { continue };
        let Some(right) = batch.column_by_name(&format!("{name}_r")) else { continue };
        columns.push(Column::encode(name, &stacked(left, right)?)?);
    }
    Table::new(columns).map_err(|error| KernelError::Output(error.to_string()))
}

fn stacked(left: &ArrayRef, right: &ArrayRef) -> Result<ArrayRef, KernelError> {
    let plain = |array: &ArrayRef| match array.data_type() {
        arrow_schema::DataType::Dictionary(_, values) => arrow_cast::cast(array, values),
        _ => Ok(Arc::clone(array)),
    };
    let join = || concat(&[plain(left)?.as_ref() as &dyn Array, plain(right)?.as_ref()]);
    join().map_err(|error| KernelError::Output(error.to_string()))
}
