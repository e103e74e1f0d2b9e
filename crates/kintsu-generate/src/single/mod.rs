//! Presets of one table, whose rows are corrupted copies of clean entities: `people` and `companies`.

mod companies;
mod people;

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use kintsu_core::Stream;

pub use companies::Companies;
pub use people::People;

use crate::copied::{Coverage, Held, made_columns};
use crate::corrupt::{CorruptColumn, Corruptor, Record};
use crate::error::GenerateError;
use crate::mdm::customer_ids;
use crate::options::Options;
use crate::preset::{Changes, Delivery, Made, Preset, Source};

/// What a table of copies is of.
pub trait Entities: Sized + Send + Sync {
    /// The name of the table, by which its records are called too.
    const TABLE: &'static str;
    /// The columns after the id.
    const COLUMNS: &'static [&'static str];
    /// The position of the one that holds dates.
    const DATES: Option<usize>;

    /// As `options` say.
    ///
    /// # Errors
    /// What is wrong with the lists or with the corruption.
    fn new(options: &Options) -> Result<Self, GenerateError>;

    /// Writes the clean values of an entity; every text is empty before.
    fn fill(&self, number: u64, record: &mut Record);

    /// What puts errors into copies of an entity.
    fn corruptor(&self, number: u64) -> &Corruptor;

    /// The columns that a corruption file may name.
    fn corrupted_columns() -> Vec<CorruptColumn> {
        let column =
            |(position, name): (usize, &&str)| CorruptColumn { name: (*name).to_owned(), is_date: Self::DATES == Some(position) };
        Self::COLUMNS.iter().enumerate().map(column).collect()
    }
}

/// The preset of a table of copies.
#[derive(Debug)]
pub struct OneTable<E> {
    entities: E,
    coverage: Coverage,
    records: Stream,
    sources: [Source; 1],
    keep_customer_id: bool,
}

impl<E: Entities> OneTable<E> {
    /// The preset as `options` say.
    ///
    /// # Errors
    /// What is wrong with the lists or with the corruption.
    pub fn new(options: &Options) -> Result<Self, GenerateError> {
        let coverage = Coverage::new(1.0, options.copies.at_least());
        let source = Source::new(E::TABLE, E::TABLE, schema::<E>(options.keep_customer_id, true), &coverage);
        Ok(Self {
            entities: E::new(options)?,
            coverage,
            records: Stream::new(options.seed, &format!("{} records", E::TABLE)),
            sources: [source],
            keep_customer_id: options.keep_customer_id,
        })
    }
}

impl<E: Entities> OneTable<E> {
    /// The columns of entities, or of the records that are held of them, and what was changed in these.
    fn columns(&self, entities: &[u64], held: Option<&Held>) -> Result<(Vec<ArrayRef>, Changes), GenerateError> {
        let fill = |number, record: &mut Record| self.entities.fill(number, record);
        made_columns(&E::corrupted_columns(), E::COLUMNS, entities, held, fill, |number| self.entities.corruptor(number))
    }
}

impl<E: Entities> Preset for OneTable<E> {
    fn sources(&self) -> &[Source] {
        &self.sources
    }

    fn customer_schema(&self) -> SchemaRef {
        schema::<E>(true, false)
    }

    fn customers(&self, numbers: Range<u64>) -> Result<RecordBatch, GenerateError> {
        let entities: Vec<u64> = numbers.collect();
        let mut columns = vec![customer_ids(entities.iter().copied(), entities.len())?];
        columns.extend(self.columns(&entities, None)?.0);
        Ok(RecordBatch::try_new(self.customer_schema(), columns)?)
    }

    fn records(&self, _source: usize, customer: u64) -> u64 {
        let draws = self.records.draws(customer);
        self.coverage.records(draws.at(0), draws.at(1))
    }

    fn rows(&self, source: usize, delivery: &Delivery, slots: Range<u64>) -> Result<Made, GenerateError> {
        let held = Held::new(&self.coverage, self.records, source, delivery, slots);
        let (columns, changes) = self.columns(&held.entities, Some(&held))?;
        held.made(&self.sources[0], self.keep_customer_id, None, columns, changes)
    }
}

fn schema<E: Entities>(customer_id: bool, unique_id: bool) -> SchemaRef {
    let ids = [("customer_id", customer_id), ("unique_id", unique_id)];
    let ids = ids.into_iter().filter(|(_, wanted)| *wanted).map(|(name, _)| Field::new(name, DataType::Utf8, false));
    let others = E::corrupted_columns()
        .into_iter()
        .map(|column| Field::new(column.name, if column.is_date { DataType::Date32 } else { DataType::Utf8 }, true));
    Arc::new(Schema::new(ids.chain(others).collect::<Vec<_>>()))
}
