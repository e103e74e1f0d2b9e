//! The preset `mdm`: customers and the CRM, ERP and e-commerce sources of the reference generator, with its rates and those of its
//! quirks that a consumer may count on.
//!
//! The page on the generator says which quirks are kept and which are corrected.

pub(crate) mod base;
pub(crate) mod extras;
mod names;
pub(crate) mod schema;
mod shared;
mod variation;

use std::ops::Range;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::SchemaRef;
use jiff::civil::Date;
use kintsu_core::{Draws, Stream};

use crate::column::TextColumn;
use crate::copied::{Coverage, Held};
use crate::error::GenerateError;
use crate::lists::Lists;
use crate::preset::{Delivery, Made, Preset, Source};
use base::{Base, append_customer_id};
use extras::System;
use names::Names;
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
        let coverage = System::ALL.map(coverage);
        let sources = System::ALL.into_iter().zip(&coverage).map(|(system, coverage)| {
            Source::new(system.table(), system.name(), schema::source(keep_customer_id, system, schema::shared()), coverage)
        });
        Ok(Self {
            sources: sources.collect(),
            first_names: Names::new(&base.given_names)?,
            last_names: Names::new(&base.surnames)?,
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

    fn records(&self, source: usize, customer: u64) -> u64 {
        let draws = self.records[source].draws(customer);
        self.coverage[source].records(draws.at(0), draws.at(1))
    }

    fn rows(&self, source: usize, delivery: &Delivery, slots: Range<u64>) -> Result<Made, GenerateError> {
        let system = System::ALL[source];
        let held = Held::new(&self.coverage[source], self.records[source], source, delivery, slots);
        let base: Vec<Draws> = held.entities.iter().map(|customer| self.customers.draws(*customer)).collect();
        let (mut columns, changes) = SharedColumns::varied(self, &base, &held.own)?;
        columns.extend(system.make(&self.base, &held.own)?);
        let first = Some(system.source_ids(&held.own)?);
        held.made(&self.sources[source], self.keep_customer_id, first, columns, changes)
    }
}

/// The share of customers that a source covers, and how many records of them it has.
fn coverage(system: System) -> Coverage {
    match system {
        System::Crm => Coverage::new(0.80, vec![0.15]),
        System::Erp => Coverage::new(0.70, Vec::new()),
        System::Ecommerce => Coverage::new(0.60, vec![0.30, 0.05]),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_and_variances_are_those_of_the_description() {
        let expected = [(0.92, 0.3136), (0.70, 0.21), (0.81, 0.6339)];
        for (system, (mean, variance)) in System::ALL.into_iter().zip(expected) {
            let coverage = coverage(system);
            assert!((coverage.mean - mean).abs() < 1e-12 && (coverage.variance - variance).abs() < 1e-12, "{system:?}");
        }
    }
}
