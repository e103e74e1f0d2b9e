//! What is made in which order: files, and the ranges that each of them is made of.

use std::ops::Range;
use std::path::Path;

use crate::batch::Batch;
use crate::error::GenerateError;
use crate::manifest::{DeliveryCard, Manifest, Recipe};
use crate::options::{CUSTOMERS_MAX, Options, WriteMode};
use crate::preset::{Delivery, Preset, Source};
use crate::volumes::{Volumes, expected_in};

/// Rows of a file where no number of partitions is named.
const ROWS_PER_FILE: f64 = 4_000_000.0;

/// Customers of a row group.
const CUSTOMERS_PER_GROUP: u64 = 65_536;

/// All that is to be made.
#[derive(Debug)]
pub struct Plan {
    /// What the values depend on.
    pub recipe: Recipe,
    /// How much is new.
    pub volumes: Volumes,
    /// What is there already and what is new, the new last.
    pub deliveries: Vec<DeliveryCard>,
    /// What is there already; none for a new directory.
    pub before: Option<Manifest>,
}

/// A data file of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path in the directory.
    pub path: String,
    /// Its table, the suffix included, and the date of the delivery where there are several.
    pub table: String,
    /// Its source.
    pub source: usize,
}

/// A piece of work: a row group of the customers, or of a file of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// Clean rows of customers.
    Customers(Range<u64>),
    /// Rows of a source with their truth.
    Rows {
        /// The file, by position.
        file: usize,
        /// The delivery, by position.
        delivery: usize,
        /// The slots.
        slots: Range<u64>,
    },
}

impl Plan {
    /// What `options` ask for; an output to be continued is looked at.
    ///
    /// # Errors
    /// What is wrong with the options, or why the output cannot be continued.
    pub fn new(options: &Options, preset: &dyn Preset) -> Result<Self, GenerateError> {
        options.check()?;
        let recipe = Recipe::of(options)?;
        let before = (options.write_mode == WriteMode::Append && options.output.exists())
            .then(|| Manifest::read(&options.output))
            .transpose()?;
        if let Some(before) = &before {
            before.check_append(&options.output, &recipe)?;
        }
        let first_customer = before.as_ref().map_or(0, |before| before.next_customer);
        let volumes = Volumes::settle(options, preset, first_customer)?;
        let mut deliveries = before.as_ref().map(|before| before.deliveries.clone()).unwrap_or_default();
        let new = Self::delivery(options, &volumes, before.as_ref(), preset)?;
        deliveries.extend(match options.batches {
            1 => vec![new],
            count => Self::dated(Batch::all(count, volumes.customers, options.as_of)?, &new, options, preset),
        });
        Ok(Self { recipe, volumes, deliveries, before })
    }

    fn delivery(
        options: &Options,
        volumes: &Volumes,
        before: Option<&Manifest>,
        preset: &dyn Preset,
    ) -> Result<DeliveryCard, GenerateError> {
        let first_customer = before.map_or(0, |before| before.next_customer);
        let same_tables = |card: &&DeliveryCard| card.table_suffix == options.table_suffix;
        let first_file =
            before.iter().flat_map(|before| &before.deliveries).filter(same_tables).map(DeliveryCard::next_file).max();
        let largest = preset.sources().iter().map(|source| source.records_mean).fold(0.0, f64::max) * volumes.customers as f64;
        let partitions = options.part.map(|part| part.of).or(options.partitions);
        if first_customer.saturating_add(volumes.customers) > CUSTOMERS_MAX {
            let why = format!("there would be more than {CUSTOMERS_MAX} customers");
            return Err(GenerateError::Append { path: options.output.clone(), why });
        }
        Ok(DeliveryCard {
            first_customer,
            customers: volumes.customers,
            table_suffix: options.table_suffix.clone(),
            partitions: partitions.unwrap_or_else(|| files_for(largest)),
            first_file: first_file.unwrap_or(0),
            last_customer_records: volumes.last_customer_records.clone(),
            batch: None,
            part: options.part,
        })
    }

    /// The cards of dated deliveries, of which `whole` would be the one of all customers.
    fn dated(batches: Vec<Batch>, whole: &DeliveryCard, options: &Options, preset: &dyn Preset) -> Vec<DeliveryCard> {
        let given = options.part.map(|part| part.of).or(options.partitions);
        let card = |batch: Batch| {
            let rows = preset.sources().iter().map(|source| expected_in(source, batch).0).fold(0.0, f64::max);
            let (first_customer, customers) = batch.new_customers();
            DeliveryCard {
                first_customer,
                customers,
                partitions: given.unwrap_or_else(|| files_for(rows)),
                batch: Some(batch),
                ..whole.clone()
            }
        };
        batches.into_iter().map(card).collect()
    }

    /// The deliveries with the orders of their rows.
    pub fn orders(&self, seed: u64, preset: &dyn Preset) -> Vec<Delivery> {
        let orders = |card: &DeliveryCard| match card.batch {
            Some(batch) => Delivery::of_batch(seed, preset.sources(), batch),
            None => Delivery::new(seed, preset.sources(), card.first_customer, card.customers)
                .keeping(card.last_customer_records.clone()),
        };
        self.deliveries.iter().map(orders).collect()
    }

    /// The files of the sources and all work, in the order in which it goes into them.
    pub fn tasks(&self, preset: &dyn Preset, extension: &str) -> (Vec<SourceFile>, Vec<Task>) {
        let (mut files, mut tasks) = (Vec::new(), Vec::new());
        for card in &self.deliveries {
            for part in card.parts() {
                let customers = share(card.customers, part, card.partitions);
                let customers = customers.start + card.first_customer..customers.end + card.first_customer;
                tasks.extend(pieces(customers, CUSTOMERS_PER_GROUP).map(Task::Customers));
            }
        }
        for (position, source) in preset.sources().iter().enumerate() {
            for (delivery, card) in self.deliveries.iter().enumerate() {
                let folder = card.batch.map_or_else(String::new, |batch| format!("/{}", batch.folder()));
                let table = format!("{}{}{folder}", source.table, card.table_suffix);
                for part in card.parts() {
                    let file = files.len();
                    let path = format!("{table}/part-{:05}.{extension}", card.first_file + part);
                    files.push(SourceFile { path, table: table.clone(), source: position });
                    let slots = share(card.slots(source), part, card.partitions);
                    tasks.extend(pieces(slots, card.slots_per_group(source)).map(|slots| Task::Rows { file, delivery, slots }));
                }
            }
        }
        (files, tasks)
    }

    /// Whether the file at `path`, of what is there already, is a data file of a source.
    pub fn is_source_file(path: &str) -> bool {
        Path::new(path).parent().is_some_and(|folder| folder != Path::new("truth"))
    }
}

impl Task {
    /// The customers or slots it goes through.
    pub fn size(&self) -> u64 {
        let (Self::Customers(range) | Self::Rows { slots: range, .. }) = self;
        range.end - range.start
    }
}

impl DeliveryCard {
    /// The parts that are made, counted from 0.
    fn parts(&self) -> Range<u64> {
        self.part.map_or(0..self.partitions, |part| part.number - 1..part.number)
    }

    /// The slots of a source.
    fn slots(&self, source: &Source) -> u64 {
        let before = self.batch.map_or(0, |_| self.first_customer);
        (before + self.customers) * source.copies_max
    }

    /// The slots of a row group of a source: more where few slots hold a record of this delivery.
    fn slots_per_group(&self, source: &Source) -> u64 {
        let Some(batch) = self.batch else { return source.slots_per_group };
        let all = self.slots(source) as f64 / source.copies_max as f64 * source.records_mean;
        let rows = expected_in(source, batch).0.max(1.0);
        (source.slots_per_group as f64 * (all / rows).max(1.0)) as u64
    }

    /// The number of the file after the last one.
    fn next_file(&self) -> u64 {
        self.first_file + self.partitions
    }
}

/// The files for so many rows.
fn files_for(rows: f64) -> u64 {
    ((rows / ROWS_PER_FILE).ceil() as u64).max(1)
}

/// The part of `0..count` that is the one of `of` at position `part`.
fn share(count: u64, part: u64, of: u64) -> Range<u64> {
    let bound = |part: u64| (u128::from(count) * u128::from(part) / u128::from(of)) as u64;
    bound(part)..bound(part + 1)
}

/// `range` in pieces of `size`; a single empty piece where it is empty, so that there is always one.
fn pieces(range: Range<u64>, size: u64) -> impl Iterator<Item = Range<u64>> {
    let count = (range.end - range.start).div_ceil(size).max(1);
    (0..count).map(move |piece| {
        let start = range.start + piece * size;
        start..(start + size).min(range.end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_pieces_cover_everything_once() {
        for count in [0, 1, 7, 100, 1001] {
            for of in [1, 2, 10, 1000] {
                let covered: Vec<u64> = (0..of).flat_map(|part| pieces(share(count, part, of), 3)).flatten().collect();
                assert!(covered.into_iter().eq(0..count), "{count} in {of}");
            }
        }
        assert_eq!(pieces(5..5, 3).collect::<Vec<_>>(), vec![5..5]);
    }
}
