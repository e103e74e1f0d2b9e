//! `clusters`: every input record once, with the id of its cluster.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, DictionaryArray, RecordBatch, StringArray, UInt32Array};
use arrow_schema::{DataType, Field, Schema};
use arrow_select::take::take;
use kintsu_core::RunContext;
use kintsu_entity::Clusters;
use kintsu_link::records::Records;
use kintsu_table::{Column, ColumnData};

use crate::error::JobError;

/// The name of the column with the clusters.
pub(crate) const CLUSTER_ID: &str = "cluster_id";

/// The clusters with the columns of the input, in the order of the records.
pub(super) fn clusters_batch(records: &Records, clusters: &Clusters, ctx: &RunContext) -> Result<RecordBatch, JobError> {
    let mut columns = vec![(CLUSTER_ID.to_owned(), cluster_ids(records, clusters.labels())?)];
    columns.extend(input_columns(records, ctx)?);
    batch_of(columns)
}

/// The ids of the records `labels`: text with the table's name where there are several tables, the type of the ids otherwise.
pub(super) fn cluster_ids(records: &Records, labels: &[u32]) -> Result<ArrayRef, JobError> {
    if records.source_codes().is_none() {
        let ids = records.ids().array();
        let rows = UInt32Array::from(labels.to_vec());
        if *ids.data_type() == DataType::Utf8 {
            let dictionary = DictionaryArray::try_new(rows, Arc::clone(ids)).map_err(defect)?;
            return Ok(Arc::new(dictionary));
        }
        return take(ids, &rows, None).map_err(defect);
    }
    let mut code_of_row = vec![u32::MAX; records.rows()];
    let mut names: Vec<String> = Vec::new();
    let mut codes = Vec::with_capacity(labels.len());
    for &label in labels {
        let code = &mut code_of_row[label as usize];
        if *code == u32::MAX {
            *code = names.len() as u32;
            names.push(records.composite_id(label as usize));
        }
        codes.push(*code);
    }
    let names: ArrayRef = Arc::new(StringArray::from_iter_values(names));
    Ok(Arc::new(DictionaryArray::try_new(UInt32Array::from(codes), names).map_err(defect)?))
}

/// The columns of the input in the order of the records; ids are added where rows were numbered.
pub(super) fn input_columns(records: &Records, ctx: &RunContext) -> Result<Vec<(String, ArrayRef)>, JobError> {
    let rows = records.input_rows().map(|rows| UInt32Array::from(rows.to_vec()));
    let mut columns = Vec::new();
    if records.table().position(records.id_column()).is_none() {
        columns.push((records.id_column().to_owned(), Arc::clone(records.ids().array())));
    }
    for column in records.table().columns() {
        let array = match (&column.data, &rows) {
            (ColumnData::Plain(array), Some(rows)) => take(array, rows, None).map_err(defect)?,
            _ => Column::to_batch_array(column).map_err(JobError::part)?,
        };
        columns.push((output_name(&column.name, records, ctx), array));
    }
    Ok(columns)
}

/// A column of the input that bears the name of a column of ours is renamed.
fn output_name(name: &str, records: &Records, ctx: &RunContext) -> String {
    if name != CLUSTER_ID {
        return name.to_owned();
    }
    let renamed = renamed(name, records);
    let message = format!("the input has a column `{CLUSTER_ID}`; in the output it is called `{renamed}`");
    ctx.warn("KN-W-JOB-001", message, None);
    renamed
}

/// The name in the output of a column of the input that bears the name of one of ours; none that the input has.
pub(super) fn renamed(name: &str, records: &Records) -> String {
    let mut renamed = format!("input_{name}");
    while records.table().position(&renamed).is_some() {
        renamed.insert_str(0, "input_");
    }
    renamed
}

/// Named arrays of equal length as a batch.
pub(super) fn batch_of(columns: Vec<(String, ArrayRef)>) -> Result<RecordBatch, JobError> {
    let fields: Vec<Field> = columns.iter().map(|(name, array)| Field::new(name, array.data_type().clone(), true)).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(defect)
}

/// An operation on arrays that cannot fail failed.
#[allow(clippy::needless_pass_by_value)]
pub(super) fn defect(error: arrow_schema::ArrowError) -> JobError {
    JobError::Defect(error.to_string())
}
