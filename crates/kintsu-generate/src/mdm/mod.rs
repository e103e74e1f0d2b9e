//! The preset `mdm`: customers and the CRM, ERP and e-commerce sources of the reference generator, with its rates and those of its
//! quirks that a consumer may count on.
//!
//! The page on the generator says which quirks are kept and which are corrected.

pub(crate) mod base;
pub(crate) mod extras;
mod names;
mod records;
pub(crate) mod schema;
mod shared;
mod variation;

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::SchemaRef;
use jiff::civil::Date;
use kintsu_core::{Chance, Draws, Stream};

use crate::column::TextColumn;
use crate::error::GenerateError;
use crate::lists::Lists;
use crate::preset::{Delivery, Made, Preset, Source, truth_batch};
use base::{Base, append_customer_id};
use extras::System;
use names::Names;
use records::{Coverage, Records};
use shared::SharedColumns;
use variation::Variation;

/// The preset.
pub struct Mdm {
    base: Base,
    first_names: Names,
    last_names: Names,
    variation: Variation,
    customers: Stream,
    records: [Stream; 3],
    coverage: [Coverage; 3],
    sources: Vec<Source>,
    keep_customer_id: bool,
}

impl std::fmt::Debug for Mdm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mdm").field("keep_customer_id", &self.keep_customer_id).finish_non_exhaustive()
    }
}

impl Mdm {
    /// The preset under a seed, with dates as of a day. With `keep_customer_id` the tables of the sources give the truth away.
    ///
    /// # Errors
    /// What is wrong with the lists.
    pub fn new(seed: u64, as_of: Date, keep_customer_id: bool, lists: &Lists) -> Result<Self, GenerateError> {
        let base = Base::new(lists, as_of)?;
        let coverage = System::ALL.map(Coverage::of);
        let tables = ["raw_crm_customers", "raw_erp_customers", "raw_ecommerce_customers"];
        let sources = System::ALL.into_iter().zip(&coverage).zip(tables).map(|((system, coverage), table)| Source {
            table,
            system: system.name(),
            schema: schema::source(keep_customer_id, &system.columns()),
            copies_max: coverage.copies_max(),
            slots_per_group: coverage.slots_per_group(),
            records_mean: coverage.mean(),
            records_variance: coverage.variance(),
        });
        Ok(Self {
            sources: sources.collect(),
            first_names: Names::new(&base.given_names),
            last_names: Names::new(&base.surnames),
            base,
            variation: Variation::default(),
            customers: Stream::new(seed, "mdm customer"),
            records: System::ALL.map(|system| Stream::new(seed, &format!("mdm {}", system.name()))),
            coverage,
            keep_customer_id,
        })
    }
}

impl Preset for Mdm {
    fn sources(&self) -> &[Source] {
        &self.sources
    }

    fn customer_schema(&self) -> SchemaRef {
        schema::customers()
    }

    fn customers(&self, numbers: Range<u64>) -> Result<RecordBatch, GenerateError> {
        let draws: Vec<Draws> = numbers.clone().map(|number| self.customers.draws(number)).collect();
        let mut columns = vec![customer_ids(numbers, draws.len())?];
        columns.extend(SharedColumns::clean(self, &draws)?);
        Ok(RecordBatch::try_new(schema::customers(), columns)?)
    }

    fn rows(&self, source: usize, delivery: &Delivery, slots: Range<u64>) -> Result<Made, GenerateError> {
        let system = System::ALL[source];
        let held = Records::held(self, source, delivery, slots);
        let ids = customer_ids(held.customers.iter().copied(), held.len())?;
        let (record_ids, systems) = (held.record_ids()?, held.systems(system)?);
        let (shared, changes) = SharedColumns::varied(self, &held)?;
        let mut columns = if self.keep_customer_id { vec![Arc::clone(&ids)] } else { Vec::new() };
        columns.extend([held.source_ids(system)?, Arc::clone(&systems), Arc::clone(&record_ids)]);
        columns.extend(shared);
        columns.extend(system.make(&self.base, &held.own)?);
        Ok(Made {
            rows: RecordBatch::try_new(Arc::clone(&self.sources[source].schema), columns)?,
            truth: truth_batch(&record_ids, &systems, &ids)?,
            changes: changes.finish(&record_ids)?,
        })
    }
}

pub(crate) fn customer_ids(numbers: impl IntoIterator<Item = u64>, rows: usize) -> Result<ArrayRef, GenerateError> {
    let mut column = TextColumn::with_capacity(rows, 14);
    for number in numbers {
        append_customer_id(number, column.writer());
        column.end();
    }
    column.finish()
}

/// A chance and what it is written as, for expectations.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    value: f64,
    chance: Chance,
}

impl Rate {
    fn new(value: f64) -> Self {
        Self { value, chance: Chance::new(value) }
    }
}
