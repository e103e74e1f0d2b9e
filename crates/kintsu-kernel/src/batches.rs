//! Edges and pattern counts as record batches.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int8Array, RecordBatch, UInt32Array, UInt64Array};
use arrow_schema::{Field, Schema};
use kintsu_link::model::Model;
use kintsu_link::score::{Edges, PatternCounts};

use crate::error::KernelError;

/// Edges as a batch: `left`, `right`, `match_weight`, `match_key` and a gamma column for each comparison.
///
/// # Errors
/// [`KernelError::Output`] when the edges are not of this model.
pub fn edges_batch(model: &Model, edges: &Edges) -> Result<RecordBatch, KernelError> {
    let mut columns: Vec<(String, ArrayRef)> = vec![
        ("left".to_owned(), Arc::new(UInt32Array::from(edges.left.clone()))),
        ("right".to_owned(), Arc::new(UInt32Array::from(edges.right.clone()))),
        ("match_weight".to_owned(), Arc::new(Float64Array::from(edges.weights.clone()))),
        ("match_key".to_owned(), Arc::new(UInt32Array::from(edges.rules.clone()))),
    ];
    columns.extend((0..edges.comparisons).map(|comparison| {
        let gammas = edges.gammas.iter().skip(comparison).step_by(edges.comparisons).copied();
        (gamma_name(model, comparison), Arc::new(Int8Array::from_iter_values(gammas)) as ArrayRef)
    }));
    batch_of(columns)
}

/// Pattern counts as a batch: a gamma column for each comparison looked at, and `count`.
///
/// # Errors
/// [`KernelError::Output`] when the counts are not of this model.
pub fn patterns_batch(model: &Model, counts: &PatternCounts) -> Result<RecordBatch, KernelError> {
    let width = counts.comparisons.len();
    let mut columns: Vec<(String, ArrayRef)> = Vec::with_capacity(width + 1);
    for (place, &comparison) in counts.comparisons.iter().enumerate() {
        let gammas = counts.gammas.iter().skip(place).step_by(width).copied();
        columns.push((gamma_name(model, comparison), Arc::new(Int8Array::from_iter_values(gammas))));
    }
    columns.push(("count".to_owned(), Arc::new(UInt64Array::from(counts.counts.clone()))));
    batch_of(columns)
}

fn gamma_name(model: &Model, comparison: usize) -> String {
    let name = model.comparisons.get(comparison).map_or("", |comparison| comparison.output_column_name.as_str());
    format!("{}{}", model.comparison_vector_value_column_prefix, name.replace(' ', "_"))
}

fn batch_of(columns: Vec<(String, ArrayRef)>) -> Result<RecordBatch, KernelError> {
    let fields: Vec<Field> = columns.iter().map(|(name, array)| Field::new(name, array.data_type().clone(), false)).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(|error| KernelError::Output(error.to_string()))
}
