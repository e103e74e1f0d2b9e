//! `edges` and every other table of pairs: the columns of the library, and those that a step adds.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray};
use kintsu_link::score::{EdgeColumns, Edges};

use super::clusters::batch_of;
use super::output::{OpenTable, Tables};
use crate::error::JobError;

/// How many pairs are written at once.
const PAIRS_PER_BATCH: usize = 1 << 16;

/// Columns beside the usual ones, one value a pair.
#[derive(Default)]
pub(super) struct Extra {
    pub(super) found_by_blocking_rules: Option<Vec<bool>>,
    pub(super) clerical_match_score: Option<Vec<f64>>,
    pub(super) truth_status: Option<Vec<&'static str>>,
}

impl Extra {
    /// The columns of some of the pairs, by name.
    fn columns(&self, range: Range<usize>) -> Vec<(String, ArrayRef)> {
        let mut columns: Vec<(String, ArrayRef)> = Vec::new();
        if let Some(found) = &self.found_by_blocking_rules {
            columns.push(("found_by_blocking_rules".to_owned(), Arc::new(BooleanArray::from(found[range.clone()].to_vec()))));
        }
        if let Some(scores) = &self.clerical_match_score {
            columns.push(("clerical_match_score".to_owned(), Arc::new(Float64Array::from(scores[range.clone()].to_vec()))));
        }
        if let Some(status) = &self.truth_status {
            columns.push(("truth_status".to_owned(), Arc::new(StringArray::from(status[range].to_vec()))));
        }
        columns
    }
}

/// A table of pairs in the making.
pub(super) struct PairsTable<'a> {
    columns: EdgeColumns<'a>,
    name: &'a str,
    table: OpenTable,
}

impl<'a> PairsTable<'a> {
    /// Opens the table `name` for parts that have the columns of `edges` and `extra`.
    pub(super) fn open(
        columns: EdgeColumns<'a>,
        name: &'a str,
        edges: &Edges,
        extra: &Extra,
        tables: &dyn Tables,
    ) -> Result<Self, JobError> {
        let table = tables.open(name, &pairs_batch(columns, edges, extra, 0..0)?)?;
        Ok(Self { columns, name, table })
    }

    /// Adds some pairs.
    pub(super) fn write(&mut self, edges: &Edges, extra: &Extra) -> Result<(), JobError> {
        for start in (0..edges.len()).step_by(PAIRS_PER_BATCH) {
            let end = edges.len().min(start + PAIRS_PER_BATCH);
            self.table.write(&pairs_batch(self.columns, edges, extra, start..end)?)?;
        }
        Ok(())
    }

    /// Completes the table.
    pub(super) fn close(self, tables: &mut dyn Tables) -> Result<(), JobError> {
        tables.close(self.name, self.table)
    }
}

/// Hands `edges` out as the table `name`.
pub(super) fn write_pairs(
    columns: EdgeColumns<'_>,
    name: &str,
    edges: &Edges,
    extra: &Extra,
    tables: &mut dyn Tables,
) -> Result<(), JobError> {
    let mut table = PairsTable::open(columns, name, edges, extra, tables)?;
    table.write(edges, extra)?;
    table.close(tables)
}

/// Some of the pairs.
fn pairs_batch(columns: EdgeColumns<'_>, edges: &Edges, extra: &Extra, range: Range<usize>) -> Result<RecordBatch, JobError> {
    let usual = columns.batch(edges, range.clone()).map_err(JobError::part)?;
    let names = usual.schema();
    let named = names.fields().iter().map(|field| field.name().clone()).zip(usual.columns().iter().cloned());
    let added = extra.columns(range).into_iter().filter(|(name, _)| names.column_with_name(name).is_none());
    batch_of(named.chain(added).collect())
}
