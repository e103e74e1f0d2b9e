//! Edges and pattern counts as record batches.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int8Type, UInt64Type};
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, Float64Array, Int8Array, PrimitiveArray, RecordBatch, UInt32Array, UInt64Array,
};
use arrow_schema::{DataType, Field, Schema};
use kintsu_link::model::Model;
use kintsu_link::score::{Edges, NO_TERM_FREQUENCY, PatternCounts};

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

/// Pattern counts as a batch: a gamma column for each comparison looked at, then, where pairs were told apart by term
/// frequencies, a `tf_` column for each (null where the level taken has none), and `count`.
///
/// # Errors
/// [`KernelError::Output`] when the counts are not of this model.
pub fn patterns_batch(model: &Model, counts: &PatternCounts) -> Result<RecordBatch, KernelError> {
    let width = counts.comparisons.len();
    let mut columns: Vec<(Field, ArrayRef)> = Vec::with_capacity(2 * width + 1);
    for (place, &comparison) in counts.comparisons.iter().enumerate() {
        let gammas = counts.gammas.iter().skip(place).step_by(width).copied();
        let field = Field::new(gamma_name(model, comparison), DataType::Int8, false);
        columns.push((field, Arc::new(Int8Array::from_iter_values(gammas))));
    }
    if !counts.ranks.is_empty() {
        for (place, &comparison) in counts.comparisons.iter().enumerate() {
            let frequencies = (0..counts.len()).map(|pattern| counts.term_frequency(pattern, place));
            let field = Field::new(frequency_name(model, comparison), DataType::Float64, true);
            columns.push((field, Arc::new(frequencies.collect::<Float64Array>())));
        }
    }
    let count = Field::new("count", DataType::UInt64, false);
    columns.push((count, Arc::new(UInt64Array::from(counts.counts.clone()))));
    batch_of_fields(columns)
}

/// Pattern counts from batches as [`patterns_batch`] makes them, as training takes them; patterns that come in several batches,
/// each from a part of the pairs, are added up.
///
/// # Errors
/// [`KernelError::Spec`] when a batch is not of this model, or lacks columns that another one has.
pub fn pattern_counts(model: &Model, batches: &[RecordBatch]) -> Result<PatternCounts, KernelError> {
    let has = |name: &str| batches.iter().any(|batch| batch.column_by_name(name).is_some());
    let comparisons: Vec<usize> = (0..model.comparisons.len()).filter(|at| has(&gamma_name(model, *at))).collect();
    let by_term_frequency = comparisons.iter().any(|at| has(&frequency_name(model, *at)));
    // Frequencies are never negative, so their bits order as they do; none comes last.
    let mut total: BTreeMap<(Vec<i8>, Vec<u64>), u64> = BTreeMap::new();
    for batch in batches {
        let gammas =
            comparisons.iter().map(|at| column::<Int8Type>(batch, &gamma_name(model, *at))).collect::<Result<Vec<_>, _>>()?;
        let ranked = if by_term_frequency { comparisons.as_slice() } else { &[] };
        let frequencies = ranked.iter().map(|at| column::<Float64Type>(batch, &frequency_name(model, *at)));
        let frequencies = frequencies.collect::<Result<Vec<_>, _>>()?;
        let counts = column::<UInt64Type>(batch, "count")?;
        for row in 0..batch.num_rows() {
            let bits = |column: &&Float64Array| if column.is_valid(row) { column.value(row).to_bits() } else { u64::MAX };
            let pattern = (gammas.iter().map(|column| column.value(row)).collect(), frequencies.iter().map(bits).collect());
            *total.entry(pattern).or_default() += counts.value(row);
        }
    }
    Ok(counts_of(comparisons, by_term_frequency, total))
}

fn counts_of(comparisons: Vec<usize>, by_term_frequency: bool, total: BTreeMap<(Vec<i8>, Vec<u64>), u64>) -> PatternCounts {
    let mut frequencies: Vec<Vec<f64>> = vec![Vec::new(); comparisons.len()];
    if by_term_frequency {
        for (place, known) in frequencies.iter_mut().enumerate() {
            let bits: BTreeSet<u64> = total.keys().map(|(_, bits)| bits[place]).filter(|bits| *bits != u64::MAX).collect();
            known.extend(bits.into_iter().map(f64::from_bits));
        }
    }
    let mut found = PatternCounts { comparisons, ..PatternCounts::default() };
    for ((gammas, bits), count) in total {
        found.gammas.extend(gammas);
        let rank = |(place, bits): (usize, u64)| {
            let found = frequencies[place].binary_search_by(|known| known.to_bits().cmp(&bits));
            found.map_or(NO_TERM_FREQUENCY, |rank| rank as u32)
        };
        found.ranks.extend(bits.into_iter().enumerate().map(rank));
        found.counts.push(count);
    }
    PatternCounts { frequencies, ..found }
}

fn column<'a, Type: ArrowPrimitiveType>(batch: &'a RecordBatch, name: &str) -> Result<&'a PrimitiveArray<Type>, KernelError> {
    let found = batch.column_by_name(name).and_then(|array| array.as_primitive_opt::<Type>());
    found.ok_or_else(|| KernelError::Spec(format!("the pattern counts lack the column `{name}`, or it is of another type")))
}

fn frequency_name(model: &Model, comparison: usize) -> String {
    let name = model.comparisons.get(comparison).map_or("", |comparison| comparison.output_column_name.as_str());
    format!("{}{}", model.term_frequency_adjustment_column_prefix, name.replace(' ', "_"))
}

fn gamma_name(model: &Model, comparison: usize) -> String {
    let name = model.comparisons.get(comparison).map_or("", |comparison| comparison.output_column_name.as_str());
    format!("{}{}", model.comparison_vector_value_column_prefix, name.replace(' ', "_"))
}

fn batch_of(columns: Vec<(String, ArrayRef)>) -> Result<RecordBatch, KernelError> {
    let columns = columns.into_iter().map(|(name, array)| (Field::new(name, array.data_type().clone(), false), array));
    batch_of_fields(columns.collect())
}

fn batch_of_fields(columns: Vec<(Field, ArrayRef)>) -> Result<RecordBatch, KernelError> {
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(|error| KernelError::Output(error.to_string()))
}
