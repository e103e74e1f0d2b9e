//! Tables in memory.
//!
//! Their buffers are shared with whoever made them; only what is encoded, or has to become another type, is new.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use super::batches::Batch;
use super::file::InputFile;
use crate::error::TableError;
use crate::input::HeldTable;

/// So many rows are given out at once at most, so that a run can be stopped between them.
const ROWS_AT_ONCE: usize = 1 << 20;

/// A table in memory, given out some rows at a time.
pub(super) struct HeldFile {
    table: HeldTable,
    wanted: Vec<usize>,
    /// The next row to give out: a batch, and a row of it.
    next: (usize, usize),
}

impl HeldFile {
    pub(super) fn open(file: &InputFile, columns_max: usize) -> Result<Self, TableError> {
        let Some(table) = file.table.clone() else { return Err(TableError::Empty { path: file.path.clone() }) };
        if table.schema.fields().len() > columns_max {
            return Err(TableError::Limit { path: file.path.clone(), what: "columns", maximum: columns_max as u64 });
        }
        Ok(Self { table, wanted: Vec::new(), next: (0, 0) })
    }

    pub(super) fn schema(&self) -> SchemaRef {
        SchemaRef::clone(&self.table.schema)
    }

    pub(super) fn rows(&self) -> u64 {
        self.table.rows() as u64
    }

    pub(super) fn want(&mut self, positions: &[usize]) {
        self.wanted = positions.to_vec();
    }

    pub(super) fn next_batches(&mut self) -> Vec<Batch> {
        let mut given = Vec::new();
        let mut left = ROWS_AT_ONCE;
        while let Some(batch) = self.table.batches.get(self.next.0).filter(|_| left > 0) {
            let rows = left.min(batch.num_rows() - self.next.1);
            if rows > 0 {
                given.push(self.some_rows(batch, self.next.1, rows));
            }
            left -= rows;
            self.next =
                if self.next.1 + rows == batch.num_rows() { (self.next.0 + 1, 0) } else { (self.next.0, self.next.1 + rows) };
        }
        given
    }

    fn some_rows(&self, batch: &RecordBatch, start: usize, rows: usize) -> Batch {
        let columns = self.wanted.iter().map(|position| batch.column(*position).slice(start, rows)).collect();
        Batch { columns, rows }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;

    use arrow_array::cast::AsArray;
    use arrow_array::{Array, ArrayRef, Int64Array, LargeStringArray, NullArray, RecordBatch};
    use kintsu_core::RunContext;

    use crate::{ColumnChoice, HeldTable, Input, ReadOptions, read};

    fn batch(names: &[&str], numbers: &[i64]) -> RecordBatch {
        let names: ArrayRef = Arc::new(LargeStringArray::from(names.to_vec()));
        let numbers: ArrayRef = Arc::new(Int64Array::from(numbers.to_vec()));
        RecordBatch::try_from_iter([("name", names), ("number", numbers)]).unwrap()
    }

    #[test]
    fn every_row_of_every_batch_is_read_and_carried_buffers_are_shared() {
        let whole = batch(&["a", "b", "a"], &[1, 2, 3]);
        let table = HeldTable::new(whole.schema(), vec![whole.slice(0, 0), whole.clone()]);
        let options = ReadOptions { encode: ColumnChoice::names(["name"]), carry: ColumnChoice::All, ..ReadOptions::default() };
        let read = read(&[Input::of_table("memory:people", table)], &options, &RunContext::default()).unwrap();
        assert_eq!(&read.column("name").unwrap().encoded().unwrap().codes[..], &[0, 1, 0]);
        let carried = read.column("number").unwrap().to_array().unwrap();
        let same = |array: &ArrayRef| array.as_primitive::<arrow_array::types::Int64Type>().values().as_ptr();
        assert_eq!(same(&carried), same(whole.column(1)));
    }

    #[test]
    fn rows_come_in_order_however_they_are_cut() {
        let parts = [batch(&["a", "b"], &[1, 2]), batch(&["c"], &[3]), batch(&["d", "e", "f"], &[4, 5, 6])];
        let table = HeldTable::new(parts[0].schema(), parts.to_vec());
        let options = ReadOptions::default();
        let read = read(&[Input::of_table("memory:people", table)], &options, &RunContext::default()).unwrap();
        let numbers = read.column("number").unwrap().to_array().unwrap();
        assert_eq!(numbers.as_primitive::<arrow_array::types::Int64Type>().values(), &[1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn a_column_of_nulls_goes_with_text() {
        let names = batch(&["a", "b"], &[1, 2]);
        let nulls: ArrayRef = Arc::new(NullArray::new(1));
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![3]));
        let nameless = RecordBatch::try_from_iter([("name", nulls), ("number", numbers)]).unwrap();
        for parts in [[&names, &nameless], [&nameless, &names]] {
            let input = |(at, part): (usize, &&RecordBatch)| {
                Input::of_table(format!("memory:{at}"), HeldTable::new(part.schema(), vec![(*part).clone()]))
            };
            let inputs: Vec<Input> = parts.iter().enumerate().map(input).collect();
            for encode in [ColumnChoice::names(["name"]), ColumnChoice::None] {
                let options = ReadOptions { encode, carry: ColumnChoice::All, ..ReadOptions::default() };
                let read = read(&inputs, &options, &RunContext::default()).unwrap();
                let array = read.column("name").unwrap().to_array().unwrap();
                assert_eq!((array.len(), array.null_count()), (3, 1));
            }
        }
    }
}
