//! Scoring pairs that come as rows.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_select::concat::concat;
use kintsu_core::RunContext;
use kintsu_link::block::Blocker;
use kintsu_link::model::{LinkType, Model};
use kintsu_link::records::{Records, RecordsOptions};
use kintsu_link::score::{Threshold, score_in_order};
use kintsu_table::{Column, Table};

use crate::batches::edges_batch;
use crate::error::KernelError;
use crate::score::{Compiled, threshold};
use crate::spec::ScorePairsSpec;

/// The kernel `score_pairs`.
#[derive(Debug)]
pub struct ScorePairs {
    model: Model,
    threshold: Threshold,
}

impl ScorePairs {
    /// The kernel that `spec` describes.
    ///
    /// # Errors
    /// [`KernelError::Model`] when the model cannot be read.
    pub fn new(spec: &ScorePairsSpec) -> Result<Self, KernelError> {
        Ok(Self { model: spec.model.model()?, threshold: threshold(spec.match_weight_min) })
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
        let compiled = Compiled::new(&self.model, &records, Vec::new(), ctx)?;
        let pairs: Vec<(u32, u32)> = (0..rows).map(|row| (row, rows + row)).collect();
        let blocker = Blocker::given(&records, &pairs);
        let edges = score_in_order(&blocker, &compiled.comparators, &compiled.scorer, self.threshold, ctx)?;
        edges_batch(&self.model, &edges)
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
