//! What a preset is: which tables there are, and the rows of any range of slots.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::types::UInt32Type;
use arrow_array::{ArrayRef, DictionaryArray, PrimitiveArray, RecordBatch};
use arrow_buffer::ScalarBuffer;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use kintsu_core::{Permutation, Stream};

use crate::column::{CodeColumn, TextColumn, code_type, values};
use crate::error::GenerateError;

/// Made-up customers and the sources that hold records of them. Everything is a pure function of the preset and the numbers given.
pub trait Preset: Send + Sync {
    /// The sources, in the order in which they are written.
    fn sources(&self) -> &[Source];

    /// The columns of [`Preset::customers`].
    fn customer_schema(&self) -> SchemaRef;

    /// The clean rows of the customers with these numbers, counted from 0, as they are before any source holds them.
    ///
    /// # Errors
    /// [`GenerateError::Defect`].
    fn customers(&self, numbers: Range<u64>) -> Result<RecordBatch, GenerateError>;

    /// The rows of these slots of a source, with their truth.
    ///
    /// # Errors
    /// [`GenerateError::Defect`].
    fn rows(&self, source: usize, delivery: &Delivery, slots: Range<u64>) -> Result<Made, GenerateError>;
}

/// A source system and the table that holds its records.
#[derive(Debug, Clone)]
pub struct Source {
    /// The name of the table, without the suffix that a user may give it.
    pub table: &'static str,
    /// What the records call it.
    pub system: &'static str,
    /// The columns of the table.
    pub schema: SchemaRef,
    /// A customer has at most so many records here, and so many slots.
    pub copies_max: u64,
    /// The slots of a row group.
    pub slots_per_group: u64,
    /// The expected number of records of a customer.
    pub records_mean: f64,
    /// The variance of the number of records of a customer.
    pub records_variance: f64,
}

/// Customers that are made together, and the order of their records in each source.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The first customer, counted from 0.
    pub first_customer: u64,
    /// How many there are.
    pub customers: u64,
    orders: Vec<Permutation>,
}

impl Delivery {
    /// The customers from `first_customer` on; for each source an order of its own.
    pub fn new(seed: u64, sources: &[Source], first_customer: u64, customers: u64) -> Self {
        let stream = Stream::new(seed, "order of the rows");
        let orders = sources.iter().enumerate().map(|(position, source)| {
            Permutation::new(stream.draws(position as u64).part(first_customer), customers * source.copies_max)
        });
        Self { first_customer, customers, orders: orders.collect() }
    }

    /// The number of slots of a source.
    pub fn slots(&self, source: usize) -> u64 {
        self.orders.get(source).map_or(0, Permutation::count)
    }

    /// The customer and the copy that the slot of a source with `copies_max` copies holds.
    #[inline]
    pub fn holder(&self, source: usize, slot: u64, copies_max: u64) -> (u64, u64) {
        let place = self.orders[source].apply(slot);
        (self.first_customer + place / copies_max, place % copies_max)
    }
}

/// Rows of a source, which customer each is of, and what was changed in them.
#[derive(Debug)]
pub struct Made {
    /// The rows.
    pub rows: RecordBatch,
    /// `record_id`, `source_system`, `customer_id`, a row each.
    pub truth: RecordBatch,
    /// `record_id`, `column`, `operation`, `before`, `after`, a row each change.
    pub changes: RecordBatch,
}

/// The columns of the truth.
pub fn truth_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("record_id", DataType::Utf8, false),
        Field::new("source_system", code_type(), false),
        Field::new("customer_id", DataType::Utf8, false),
    ]))
}

/// The columns of the changes.
pub fn changes_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("record_id", code_type(), false),
        Field::new("column", code_type(), false),
        Field::new("operation", code_type(), false),
        Field::new("before", DataType::Utf8, true),
        Field::new("after", DataType::Utf8, true),
    ]))
}

/// The truth of rows.
///
/// # Errors
/// [`GenerateError::Defect`] when the columns are not of one length.
pub fn truth_batch(
    record_ids: &ArrayRef,
    source_system: &ArrayRef,
    customer_ids: &ArrayRef,
) -> Result<RecordBatch, GenerateError> {
    let columns = vec![Arc::clone(record_ids), Arc::clone(source_system), Arc::clone(customer_ids)];
    Ok(RecordBatch::try_new(truth_schema(), columns)?)
}

/// Changes of rows, in the making.
#[derive(Debug)]
pub struct Changes {
    rows: Vec<u32>,
    columns: Vec<u32>,
    operations: Vec<u32>,
    before: TextColumn,
    after: TextColumn,
    names: (&'static [&'static str], &'static [&'static str]),
}

impl Changes {
    /// For changes whose columns and operations have these names; they are told by position.
    pub fn new(columns: &'static [&'static str], operations: &'static [&'static str], capacity: usize) -> Self {
        Self {
            rows: Vec::with_capacity(capacity),
            columns: Vec::with_capacity(capacity),
            operations: Vec::with_capacity(capacity),
            before: TextColumn::with_capacity(capacity, 20),
            after: TextColumn::with_capacity(capacity, 20),
            names: (columns, operations),
        }
    }

    /// Notes that `operation` turned a value of `row` into another one, or into none.
    #[inline]
    pub fn note(&mut self, row: usize, column: u32, operation: u32, before: &[u8], after: Option<&[u8]>) {
        if after == Some(before) {
            return;
        }
        self.rows.push(row as u32);
        self.columns.push(column);
        self.operations.push(operation);
        self.before.push(before);
        match after {
            Some(after) => self.after.push(after),
            None => self.after.push_null(),
        }
    }

    /// The changes; `record_ids` are those of the rows.
    ///
    /// # Errors
    /// [`GenerateError::Defect`] when a row has no id.
    pub fn finish(self, record_ids: &ArrayRef) -> Result<RecordBatch, GenerateError> {
        let rows = PrimitiveArray::<UInt32Type>::new(ScalarBuffer::from(self.rows), None);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(DictionaryArray::try_new(rows, Arc::clone(record_ids))?),
            CodeColumn::of(self.columns).finish(&values(self.names.0.iter().copied()))?,
            CodeColumn::of(self.operations).finish(&values(self.names.1.iter().copied()))?,
            self.before.finish()?,
            self.after.finish()?,
        ];
        Ok(RecordBatch::try_new(changes_schema(), columns)?)
    }
}
