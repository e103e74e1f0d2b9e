//! Which customers a source holds, how often, and what tells its records apart.

use std::ops::Range;

use arrow_array::ArrayRef;
use kintsu_core::{Draws, below};

use super::extras::System;
use super::{Mdm, Rate};
use crate::column::{CodeColumn, TextColumn, append_number, append_uuid, values};
use crate::error::GenerateError;
use crate::preset::Delivery;

/// Rows that a row group is to have, about.
const ROWS_PER_GROUP: f64 = 65_536.0;

/// How likely a source holds a customer, and how often.
#[derive(Debug, Clone)]
pub(super) struct Coverage {
    covered: Rate,
    /// The chance of at least two records, of at least three and so on, among the covered.
    at_least: Vec<Rate>,
}

impl Coverage {
    pub(super) fn of(system: System) -> Self {
        let (covered, at_least): (f64, &[f64]) = match system {
            System::Crm => (0.80, &[0.15]),
            System::Erp => (0.70, &[]),
            System::Ecommerce => (0.60, &[0.30, 0.05]),
        };
        Self { covered: Rate::new(covered), at_least: at_least.iter().map(|rate| Rate::new(*rate)).collect() }
    }

    pub(super) fn copies_max(&self) -> u64 {
        self.at_least.len() as u64 + 1
    }

    /// The expected number of records of a customer: the sum of the chances of each.
    pub(super) fn mean(&self) -> f64 {
        self.covered.value * (1.0 + self.at_least.iter().map(|rate| rate.value).sum::<f64>())
    }

    /// The variance of it: the sum of (2k - 1) P(at least k), less the square of the mean.
    pub(super) fn variance(&self) -> f64 {
        let further = self.at_least.iter().enumerate().map(|(position, rate)| (2.0 * position as f64 + 3.0) * rate.value);
        self.covered.value * (1.0 + further.sum::<f64>()) - self.mean() * self.mean()
    }

    pub(super) fn slots_per_group(&self) -> u64 {
        (ROWS_PER_GROUP * self.copies_max() as f64 / self.mean()) as u64
    }

    /// Whether there is a record for this copy of the customer whose numbers in the source are `draws`.
    #[inline]
    fn holds(&self, draws: Draws, copy: u64) -> bool {
        self.covered.chance.happens(draws.at(0)) && (copy == 0 || self.at_least[copy as usize - 1].chance.happens(draws.at(1)))
    }
}

/// Records of a source.
pub(super) struct Records {
    /// The customer of each, counted from 0.
    pub(super) customers: Vec<u64>,
    /// The random numbers of the customer.
    pub(super) base: Vec<Draws>,
    /// The random numbers of the record.
    pub(super) own: Vec<Draws>,
}

impl Records {
    /// The records in these slots of a source.
    pub(super) fn held(preset: &Mdm, source: usize, delivery: &Delivery, slots: Range<u64>) -> Self {
        let coverage = &preset.coverage[source];
        let capacity = ((slots.end - slots.start) as f64 * coverage.mean() / coverage.copies_max() as f64 * 1.02) as usize + 64;
        let mut held = Self {
            customers: Vec::with_capacity(capacity),
            base: Vec::with_capacity(capacity),
            own: Vec::with_capacity(capacity),
        };
        for slot in slots {
            let (customer, copy) = delivery.holder(source, slot, coverage.copies_max());
            let draws = preset.records[source].draws(customer);
            if coverage.holds(draws, copy) {
                held.customers.push(customer);
                held.base.push(preset.customers.draws(customer));
                held.own.push(draws.part(copy));
            }
        }
        held
    }

    pub(super) fn len(&self) -> usize {
        self.customers.len()
    }

    pub(super) fn record_ids(&self) -> Result<ArrayRef, GenerateError> {
        let mut column = TextColumn::with_capacity(self.len(), 36);
        for draws in &self.own {
            append_uuid(column.writer(), draws.at(0), draws.at(1));
            column.end();
        }
        column.finish()
    }

    /// Not unique: there are 90,000 of them in a source.
    pub(super) fn source_ids(&self, system: System) -> Result<ArrayRef, GenerateError> {
        let mut column = TextColumn::with_capacity(self.len(), 9);
        for draws in &self.own {
            let out = column.writer();
            out.extend_from_slice(system.id_prefix());
            append_number(out, 10_000 + below(draws.at(2), 90_000), 5);
            column.end();
        }
        column.finish()
    }

    pub(super) fn systems(&self, system: System) -> Result<ArrayRef, GenerateError> {
        CodeColumn::of(vec![0; self.len()]).finish(&values([system.name()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_and_variances_are_those_of_the_description() {
        let expected = [(0.92, 0.3136), (0.70, 0.21), (0.81, 0.6339)];
        for (system, (mean, variance)) in System::ALL.into_iter().zip(expected) {
            let coverage = Coverage::of(system);
            assert!((coverage.mean() - mean).abs() < 1e-12 && (coverage.variance() - variance).abs() < 1e-12, "{system:?}");
        }
    }
}
