//! What the presets whose records are corrupted copies of clean ones have in common: which copies there are, and columns made of
//! values.

mod distribution;

use std::ops::Range;
use std::sync::Arc;

use arrow_array::types::Date32Type;
use arrow_array::{ArrayRef, BooleanArray, PrimitiveArray, RecordBatch};
use arrow_buffer::{NullBufferBuilder, ScalarBuffer};
use arrow_select::filter::filter_record_batch;
use kintsu_core::{Draws, Stream};

pub use distribution::Copies;
pub(crate) use distribution::Coverage;

use crate::batch::{Batch, History, Reason};
use crate::column::{CodeColumn, TextColumn, append_uuid, values};
use crate::corrupt::{Change, CorruptColumn, Corruptor, Operation, Record, Value};
use crate::distinct::{DistinctTexts, ListedTexts};
use crate::error::GenerateError;
use crate::mdm::customer_ids;
use crate::preset::{Changes, Delivery, Made, Source, truth_schema};

/// Records of a source.
pub(crate) struct Held {
    /// The entity of each, counted from 0.
    pub(crate) entities: Vec<u64>,
    /// Its random numbers.
    pub(crate) own: Vec<Draws>,
    /// Why each is delivered, where there are several deliveries; else all are new.
    reasons: Vec<Reason>,
    batch: Option<(Batch, History)>,
}

impl Held {
    /// The records in these slots of a source.
    pub(crate) fn new(coverage: &Coverage, stream: Stream, source: usize, delivery: &Delivery, slots: Range<u64>) -> Self {
        let copies_max = coverage.copies_max();
        let capacity = ((slots.end - slots.start) as f64 * coverage.mean / copies_max as f64 * 1.02) as usize + 64;
        let batch = delivery.batch;
        let capacity = if batch.is_some() { 0 } else { capacity };
        let mut held =
            Self { entities: Vec::with_capacity(capacity), own: Vec::with_capacity(capacity), reasons: Vec::new(), batch };
        for (entity, copy) in delivery.holders(source, slots, copies_max) {
            let draws = stream.draws(entity);
            if !coverage.holds(draws.at(0), draws.at(1), copy) || !delivery.keeps(source, entity, copy) {
                continue;
            }
            let own = draws.part(copy);
            if let Some((batch, history)) = batch {
                let Some(reason) = history.reason(entity, own, batch) else { continue };
                held.reasons.push(reason);
            }
            held.entities.push(entity);
            held.own.push(own);
        }
        held
    }

    fn record_ids(&self) -> Result<ArrayRef, GenerateError> {
        let mut column = TextColumn::with_capacity(self.own.len(), 36);
        for draws in &self.own {
            append_uuid(column.writer(), draws.at(0), draws.at(1));
            column.end();
        }
        column.finish()
    }

    /// Puts into a clean record what has happened to its entity, and the errors of the record.
    pub(crate) fn change(&self, row: usize, corruptor: &Corruptor, record: &mut Record, changes: &mut Vec<Change>) {
        let (entity, own) = (self.entities[row], self.own[row]);
        let Some((batch, history)) = &self.batch else {
            return corruptor.apply(record, own.part(ERRORS), changes);
        };
        for (event, draws) in history.events(entity, *batch) {
            corruptor.live(event, record, draws, changes);
        }
        match self.reasons[row] {
            Reason::New => corruptor.apply(record, own.part(ERRORS), changes),
            Reason::Life => corruptor.apply(record, own.part(ERRORS_ANEW).part(batch.number), changes),
            Reason::Corrected => {}
        }
    }

    /// The rows of `source` that these records are: the ids, `source_ids` where there are any, and `columns`; with their truth.
    pub(crate) fn made(
        &self,
        source: &Source,
        keep_customer_id: bool,
        source_ids: Option<ArrayRef>,
        columns: Vec<ArrayRef>,
        changes: Changes,
    ) -> Result<Made, GenerateError> {
        let ids = customer_ids(self.entities.iter().copied(), self.entities.len())?;
        let record_ids = self.record_ids()?;
        let systems = CodeColumn::of(vec![0; self.entities.len()]).finish(&values([source.system]))?;
        let mut all = if keep_customer_id { vec![Arc::clone(&ids)] } else { Vec::new() };
        all.extend(source_ids.into_iter().flat_map(|source_ids| [source_ids, Arc::clone(&systems)]));
        all.push(Arc::clone(&record_ids));
        all.extend(columns);
        Ok(Made {
            rows: RecordBatch::try_new(Arc::clone(&source.schema), all)?,
            changes: changes.finish(&record_ids, self.batch.map(|(batch, _)| batch))?,
            truth: self.truth(vec![record_ids, systems, ids])?,
        })
    }

    /// The truth of the records that are new.
    fn truth(&self, columns: Vec<ArrayRef>) -> Result<RecordBatch, GenerateError> {
        let truth = RecordBatch::try_new(truth_schema(), columns)?;
        if self.batch.is_none() {
            return Ok(truth);
        }
        let new: BooleanArray = self.reasons.iter().map(|reason| Some(*reason == Reason::New)).collect();
        Ok(filter_record_batch(&truth, &new)?)
    }
}

/// Columns in the making, of the values of records.
pub(crate) enum ValueColumn<'a> {
    Text(TextColumn),
    /// Texts by their codes, those that may occur (the ones of the list, then others as they come), and the codes of the list.
    Code(CodeColumn, DistinctTexts, &'a [u32]),
    Date(Vec<i32>, NullBufferBuilder),
}

impl<'a> ValueColumn<'a> {
    /// A column for so many rows; `listed` is what it is made of, where values tell their positions in that.
    pub(crate) fn new(is_date: bool, listed: Option<&'a ListedTexts>, rows: usize) -> Self {
        match listed {
            _ if is_date => Self::Date(Vec::with_capacity(rows), NullBufferBuilder::new(rows)),
            Some(listed) => Self::Code(CodeColumn::with_capacity(rows), listed.texts.clone(), &listed.codes),
            None => Self::Text(TextColumn::with_capacity(rows, 14)),
        }
    }

    #[inline]
    pub(crate) fn push(&mut self, value: &Value) {
        match self {
            Self::Text(column) if value.missing => column.push_null(),
            Self::Text(column) => column.push(value.text.as_bytes()),
            Self::Code(codes, ..) if value.missing => codes.push_null(),
            Self::Code(codes, texts, listed) => codes.push(match value.listed {
                Some(position) => listed[position as usize],
                None => texts.code(&value.text),
            }),
            Self::Date(days, nulls) => {
                days.push(value.days);
                nulls.append(!value.missing);
            }
        }
    }

    pub(crate) fn finish(self) -> Result<ArrayRef, GenerateError> {
        match self {
            Self::Text(column) => column.finish(),
            Self::Code(codes, texts, _) => codes.finish(&texts.finish()?),
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

/// The columns of entities, or of the records that are held of them: `fill` writes the clean values of an entity, and its corruptor
/// puts errors into records.
pub(crate) fn made_columns<'a>(
    columns: &[CorruptColumn],
    names: &'static [&'static str],
    entities: &[u64],
    held: Option<&Held>,
    fill: impl Fn(u64, &mut Record),
    corruptor: impl Fn(u64) -> &'a Corruptor,
) -> Result<(Vec<ArrayRef>, Changes), GenerateError> {
    let listed: Vec<Option<ListedTexts>> = columns.iter().map(|_| None).collect();
    let change = |row: usize, record: &mut Record, changes: &mut Vec<Change>| {
        if let Some(held) = held {
            held.change(row, corruptor(entities[row]), record, changes);
        }
    };
    made_coded_columns((columns, &listed, names), entities, held.is_some(), fill, change)
}

/// As [`made_columns`], where a column may be made of few texts, which [`Value::listed`] tells by position; `change` does all that is
/// done to a record after it was filled.
pub(crate) fn made_coded_columns(
    (columns, listed, names): (&[CorruptColumn], &[Option<ListedTexts>], &'static [&'static str]),
    entities: &[u64],
    changed: bool,
    fill: impl Fn(u64, &mut Record),
    change: impl Fn(usize, &mut Record, &mut Vec<Change>),
) -> Result<(Vec<ArrayRef>, Changes), GenerateError> {
    let rows = entities.len();
    let mut noted = Changes::new(names, &OPERATIONS, if changed { rows } else { 0 });
    let columns = columns.iter().zip(listed);
    let mut made: Vec<ValueColumn> =
        columns.map(|(column, listed)| ValueColumn::new(column.is_date, listed.as_ref(), rows)).collect();
    let mut record = vec![Value::default(); made.len()];
    let mut changes: Vec<Change> = Vec::new();
    for (row, entity) in entities.iter().enumerate() {
        for value in &mut record {
            value.text.clear();
            value.missing = false;
            value.listed = None;
        }
        fill(*entity, &mut record);
        if changed {
            change(row, &mut record, &mut changes);
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

/// The parts of a record's random numbers that its errors are drawn from, and those of when it is written anew.
const ERRORS: u64 = 1;
const ERRORS_ANEW: u64 = 3;
