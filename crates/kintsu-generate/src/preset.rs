//! What a preset is: which tables there are, and the rows of any range of slots.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::types::UInt32Type;
use arrow_array::{ArrayRef, Date32Array, DictionaryArray, PrimitiveArray, RecordBatch};
use arrow_buffer::ScalarBuffer;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use kintsu_core::{Permutation, Stream};

use crate::batch::{Batch, History};
use crate::calendar::days;
use crate::column::{CodeColumn, TextColumn, code_type, values};
use crate::copied::Coverage;
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

    /// How many records a source holds of the customer with this number.
    fn records(&self, source: usize, customer: u64) -> u64;

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

impl Source {
    /// A table whose records are as many as `coverage` says.
    pub(crate) fn new(table: &'static str, system: &'static str, schema: SchemaRef, coverage: &Coverage) -> Self {
        Self {
            table,
            system,
            schema,
            copies_max: coverage.copies_max(),
            slots_per_group: coverage.slots_per_group(),
            records_mean: coverage.mean,
            records_variance: coverage.variance,
        }
    }
}

/// Customers that are made together, and the order of their records in each source.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The first customer, counted from 0.
    pub first_customer: u64,
    /// How many there are.
    pub customers: u64,
    orders: Vec<Permutation>,
    /// Which of several dated deliveries it is, and what happens between them.
    pub(crate) batch: Option<(Batch, History)>,
    /// How many records of the last customer each source keeps; none keeps all.
    last_customer_records: Option<Vec<u64>>,
}

impl Delivery {
    /// The customers from `first_customer` on; for each source an order of its own.
    pub fn new(seed: u64, sources: &[Source], first_customer: u64, customers: u64) -> Self {
        let stream = Stream::new(seed, "order of the rows");
        let orders = orders(stream, sources, first_customer, customers);
        Self { first_customer, customers, orders, batch: None, last_customer_records: None }
    }

    /// One of several dated deliveries: of the customers that are new in it and of those before them.
    pub fn of_batch(seed: u64, sources: &[Source], batch: Batch) -> Self {
        let (first_new, new) = batch.new_customers();
        let stream = Stream::new(seed, "order of the rows of dated deliveries");
        let orders = orders(stream, sources, batch.number, first_new + new);
        let batch = Some((batch, History::new(seed)));
        Self { first_customer: 0, customers: first_new + new, orders, batch, last_customer_records: None }
    }

    /// The same where each source keeps only so many records of the last customer.
    #[must_use]
    pub fn keeping(self, last_customer_records: Option<Vec<u64>>) -> Self {
        Self { last_customer_records, ..self }
    }

    /// Whether a source keeps this copy of a customer.
    #[inline]
    pub(crate) fn keeps(&self, source: usize, customer: u64, copy: u64) -> bool {
        match &self.last_customer_records {
            Some(kept) if customer + 1 == self.first_customer + self.customers => {
                kept.get(source).is_none_or(|kept| copy < *kept)
            }
            _ => true,
        }
    }

    /// The number of slots of a source.
    pub fn slots(&self, source: usize) -> u64 {
        self.orders.get(source).map_or(0, Permutation::count)
    }

    /// The customer and the copy that each of these slots of a source with `copies_max` copies holds.
    pub fn holders(&self, source: usize, slots: Range<u64>, copies_max: u64) -> impl Iterator<Item = (u64, u64)> {
        let first_customer = self.first_customer;
        self.orders[source].apply_range(slots).map(move |place| (first_customer + place / copies_max, place % copies_max))
    }
}

/// For each source an order of the slots of so many customers.
fn orders(stream: Stream, sources: &[Source], key: u64, customers: u64) -> Vec<Permutation> {
    let order = |(position, source): (usize, &Source)| {
        Permutation::new(stream.draws(position as u64).part(key), customers * source.copies_max)
    };
    sources.iter().enumerate().map(order).collect()
}

/// Rows of a source, which customer each is of, and what was changed in them.
#[derive(Debug)]
pub struct Made {
    /// The rows.
    pub rows: RecordBatch,
    /// `record_id`, `source_system`, `customer_id`, a row each; only those that are new, where a delivery is one of several.
    pub truth: RecordBatch,
    /// `record_id`, `column`, `operation`, `before`, `after`, a row each change; where a delivery is one of several, its date too.
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

/// The columns of the changes; with the date of the delivery where there are several.
pub fn changes_schema(dated: bool) -> SchemaRef {
    let mut fields = vec![
        Field::new("record_id", code_type(), false),
        Field::new("column", code_type(), false),
        Field::new("operation", code_type(), false),
        Field::new("before", DataType::Utf8, true),
        Field::new("after", DataType::Utf8, true),
    ];
    if dated {
        fields.push(Field::new("delivery", DataType::Date32, false));
    }
    Arc::new(Schema::new(fields))
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

    /// The changes; `record_ids` are those of the rows, and `batch` is the delivery where there are several.
    ///
    /// # Errors
    /// [`GenerateError::Defect`] when a row has no id.
    pub fn finish(self, record_ids: &ArrayRef, batch: Option<Batch>) -> Result<RecordBatch, GenerateError> {
        let count = self.rows.len();
        let rows = PrimitiveArray::<UInt32Type>::new(ScalarBuffer::from(self.rows), None);
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(DictionaryArray::try_new(rows, Arc::clone(record_ids))?),
            CodeColumn::of(self.columns).finish(&values(self.names.0.iter().copied()))?,
            CodeColumn::of(self.operations).finish(&values(self.names.1.iter().copied()))?,
            self.before.finish()?,
            self.after.finish()?,
        ];
        if let Some(batch) = batch {
            columns.push(Arc::new(Date32Array::from_value(days(batch.date), count)));
        }
        Ok(RecordBatch::try_new(changes_schema(batch.is_some()), columns)?)
    }
}
