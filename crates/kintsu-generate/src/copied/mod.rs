//! What the presets whose records are corrupted copies of clean ones have in common: which copies there are, and columns made of
//! values.

mod distribution;

use std::ops::Range;
use std::sync::Arc;

use arrow_array::types::Date32Type;
use arrow_array::{ArrayRef, PrimitiveArray};
use arrow_buffer::{NullBufferBuilder, ScalarBuffer};
use kintsu_core::{Draws, Stream};

pub use distribution::Copies;
pub(crate) use distribution::Coverage;

use crate::column::{TextColumn, append_uuid};
use crate::corrupt::{Change, CorruptColumn, Operation, Record, Value};
use crate::error::GenerateError;
use crate::preset::{Changes, Delivery};

/// Rows that a row group is to have, about.
const ROWS_PER_GROUP: f64 = 65_536.0;

/// Slots of a row group of a source of this coverage.
pub(crate) fn slots_per_group(coverage: &Coverage) -> u64 {
    ((ROWS_PER_GROUP * coverage.copies_max() as f64 / coverage.mean) as u64).max(1)
}

/// Records of a source.
pub(crate) struct Held {
    /// The entity of each, counted from 0.
    pub(crate) entities: Vec<u64>,
    /// Its random numbers.
    pub(crate) own: Vec<Draws>,
}

impl Held {
    /// The records in these slots of a source.
    pub(crate) fn new(coverage: &Coverage, stream: Stream, source: usize, delivery: &Delivery, slots: Range<u64>) -> Self {
        let mut held = Self { entities: Vec::new(), own: Vec::new() };
        for slot in slots {
            let (entity, copy) = delivery.holder(source, slot, coverage.copies_max());
            let draws = stream.draws(entity);
            if coverage.holds(draws.at(0), draws.at(1), copy) {
                held.entities.push(entity);
                held.own.push(draws.part(copy));
            }
        }
        held
    }

    pub(crate) fn len(&self) -> usize {
        self.entities.len()
    }

    pub(crate) fn record_ids(&self) -> Result<ArrayRef, GenerateError> {
        let mut column = TextColumn::with_capacity(self.len(), 36);
        for draws in &self.own {
            append_uuid(column.writer(), draws.at(0), draws.at(1));
            column.end();
        }
        column.finish()
    }
}

/// Columns in the making, of the values of records.
pub(crate) enum ValueColumn {
    Text(TextColumn),
    Date(Vec<i32>, NullBufferBuilder),
}

impl ValueColumn {
    pub(crate) fn new(is_date: bool, rows: usize) -> Self {
        if is_date {
            Self::Date(Vec::with_capacity(rows), NullBufferBuilder::new(rows))
        } else {
            Self::Text(TextColumn::with_capacity(rows, 14))
        }
    }

    #[inline]
    pub(crate) fn push(&mut self, value: &Value) {
        match self {
            Self::Text(column) if value.missing => column.push_null(),
            Self::Text(column) => column.push(value.text.as_bytes()),
            Self::Date(days, nulls) => {
                days.push(value.days);
                nulls.append(!value.missing);
            }
        }
    }

    pub(crate) fn finish(self) -> Result<ArrayRef, GenerateError> {
        match self {
            Self::Text(column) => column.finish(),
            Self::Date(days, mut nulls) => {
                Ok(Arc::new(PrimitiveArray::<Date32Type>::new(ScalarBuffer::from(days), nulls.finish())))
            }
        }
    }
}

/// The names of all operations, by position.
pub(crate) const OPERATIONS: [&str; Operation::ALL.len()] = {
    let mut names = [""; Operation::ALL.len()];
    let mut position = 0;
    while position < names.len() {
        names[position] = Operation::ALL[position].name();
        position += 1;
    }
    names
};

/// The columns of records: `fill` writes the clean values of one, and `corrupt` changes them where records have random numbers of
/// their own.
pub(crate) fn made_columns(
    columns: &[CorruptColumn],
    names: &'static [&'static str],
    entities: &[u64],
    own: Option<&[Draws]>,
    fill: impl Fn(u64, &mut Record),
    corrupt: impl Fn(u64, &mut Record, Draws, &mut Vec<Change>),
) -> Result<(Vec<ArrayRef>, Changes), GenerateError> {
    let rows = entities.len();
    let mut noted = Changes::new(names, &OPERATIONS, if own.is_some() { rows } else { 0 });
    let mut made: Vec<ValueColumn> = columns.iter().map(|column| ValueColumn::new(column.is_date, rows)).collect();
    let mut record = vec![Value::default(); columns.len()];
    let mut changes: Vec<Change> = Vec::new();
    for (row, entity) in entities.iter().enumerate() {
        for value in &mut record {
            value.text.clear();
            value.missing = false;
        }
        fill(*entity, &mut record);
        if let Some(own) = own {
            corrupt(*entity, &mut record, own[row].part(CORRUPTION), &mut changes);
            for change in changes.drain(..) {
                let after = change.after.as_deref().map(str::as_bytes);
                noted.note(row, change.column as u32, change.operation as u32, change.before.as_bytes(), after);
            }
        }
        for (value, column) in record.iter().zip(&mut made) {
            column.push(value);
        }
    }
    Ok((made.into_iter().map(ValueColumn::finish).collect::<Result<_, _>>()?, noted))
}

/// The part of a record's random numbers that its errors are drawn from.
const CORRUPTION: u64 = 1;
