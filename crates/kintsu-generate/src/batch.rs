//! Dated deliveries of new and changed records.
//!
//! Half of the customers come with the first delivery, the others in equal parts with the later ones, a month apart. A customer may
//! move or take another name between two deliveries, and a record may be corrected; what a source learns of it comes with the next
//! delivery as the same record anew.

use jiff::ToSpan;
use jiff::civil::Date;
use kintsu_core::{Chance, Draws, Stream};
use serde::{Deserialize, Serialize};

use crate::error::GenerateError;
use crate::options::CUSTOMERS_MAX;

/// No data set has more deliveries than this.
pub const BATCHES_MAX: u64 = 120;

/// One of several deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Which one, counted from 1.
    pub number: u64,
    /// How many there are.
    pub of: u64,
    /// The customers of all of them.
    pub customers: u64,
    /// When it was delivered.
    #[serde(with = "as_text")]
    pub date: Date,
}

/// A date as 2026-01-01.
mod as_text {
    use jiff::civil::Date;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[allow(clippy::trivially_copy_pass_by_ref)] // serde hands over a reference
    pub(super) fn serialize<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(date)
    }

    pub(super) fn deserialize<'a, D: Deserializer<'a>>(deserializer: D) -> Result<Date, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl Batch {
    /// The deliveries of so many customers; the first of them on the day that dates are counted from, the others a month apart.
    ///
    /// # Errors
    /// [`GenerateError::Options`] when the calendar ends before.
    pub fn all(of: u64, customers: u64, as_of: Date) -> Result<Vec<Self>, GenerateError> {
        let date = |number: u64| as_of.checked_add((number as i64 - 1).months());
        let batch = |number| Some(Self { number, of, customers, date: date(number).ok()? });
        (1..=of).map(batch).collect::<Option<Vec<Self>>>().ok_or_else(|| {
            GenerateError::options("the deliveries would end after the year 9999", "let dates be counted from an earlier day")
        })
    }

    /// Whether there can be such a delivery.
    pub fn is_valid(self) -> bool {
        (1..=self.of).contains(&self.number) && self.of <= BATCHES_MAX && self.customers <= CUSTOMERS_MAX
    }

    /// The folder of its files in that of a table.
    pub fn folder(self) -> String {
        format!("delivery={}", self.date)
    }

    /// The customers that are new in each later delivery.
    fn later(self) -> u64 {
        self.customers / 2 / (self.of - 1).max(1)
    }

    /// The customers that are new in it: the first and how many.
    pub fn new_customers(self) -> (u64, u64) {
        let later = self.later() * u64::from(self.of > 1);
        let first = self.customers - later * (self.of - 1);
        if self.number == 1 { (0, first) } else { (first + (self.number - 2) * later, later) }
    }

    /// The number of the delivery that the customer came with.
    #[inline]
    pub fn arrival(self, customer: u64) -> u64 {
        let first = self.customers - self.later() * (self.of - 1);
        match customer.checked_sub(first) {
            None => 1,
            Some(after) => 2 + after / self.later().max(1),
        }
    }
}

/// What may happen between two deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LifeEvent {
    /// The customer lives elsewhere.
    Moved,
    /// The customer has another surname, or the company another legal form.
    Renamed,
}

/// Why a record is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// It is new.
    New,
    /// Its customer has moved or has another name, and it was written anew.
    Life,
    /// Its errors were found.
    Corrected,
}

/// How often what happens between two deliveries.
pub(crate) const MOVED: f64 = 0.02;
pub(crate) const RENAMED: f64 = 0.005;
pub(crate) const NOTICED: f64 = 0.8;
pub(crate) const CORRECTED: f64 = 0.02;

/// What happens to customers and to records from delivery to delivery.
#[derive(Debug, Clone, Copy)]
pub(crate) struct History {
    lives: Stream,
    moved: Chance,
    renamed: Chance,
    noticed: Chance,
    corrected: Chance,
}

/// The part of a record's random numbers that tells when it is delivered anew.
const DELIVERED: u64 = 2;

impl History {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            lives: Stream::new(seed, "lives"),
            moved: Chance::new(MOVED),
            renamed: Chance::new(RENAMED),
            noticed: Chance::new(NOTICED),
            corrected: Chance::new(CORRECTED),
        }
    }

    /// What happened to a customer before the delivery called `number`, with the random numbers of it.
    #[inline]
    fn events_before(&self, customer: u64, number: u64) -> impl Iterator<Item = (LifeEvent, Draws)> + use<> {
        let draws = self.lives.draws(customer).part(number);
        let moved = self.moved.happens(draws.at(0)).then(|| (LifeEvent::Moved, draws.part(0)));
        let renamed = self.renamed.happens(draws.at(1)).then(|| (LifeEvent::Renamed, draws.part(1)));
        moved.into_iter().chain(renamed)
    }

    /// Everything that happened to a customer between the delivery that it came with and `batch`.
    pub(crate) fn events(&self, customer: u64, batch: Batch) -> impl Iterator<Item = (LifeEvent, Draws)> + use<'_> {
        (batch.arrival(customer) + 1..=batch.number).flat_map(move |number| self.events_before(customer, number))
    }

    /// Why a record of a customer, of these random numbers, is of `batch`; none where it is not.
    #[inline]
    pub(crate) fn reason(&self, customer: u64, own: Draws, batch: Batch) -> Option<Reason> {
        let arrival = batch.arrival(customer);
        if arrival >= batch.number {
            return (arrival == batch.number).then_some(Reason::New);
        }
        let draws = own.part(DELIVERED).part(batch.number);
        if self.corrected.happens(draws.at(0)) {
            return Some(Reason::Corrected);
        }
        let happened = self.events_before(customer, batch.number).next().is_some();
        (happened && self.noticed.happens(draws.at(1))).then_some(Reason::Life)
    }
}

/// The chance that something happens to a customer between two deliveries, and that a record is delivered anew if it does and if
/// it does not.
pub(crate) fn chances() -> (f64, [f64; 2]) {
    let happens = 1.0 - (1.0 - MOVED) * (1.0 - RENAMED);
    (happens, [CORRECTED, 1.0 - (1.0 - CORRECTED) * (1.0 - NOTICED)])
}

/// The expected number of records that are delivered anew of a customer who has so many, and its variance.
pub(crate) fn changed_records(mean: f64, variance: f64) -> (f64, f64) {
    let (happens, anew) = chances();
    let squares = variance + mean * mean;
    let cases = [(1.0 - happens, anew[0]), (happens, anew[1])];
    let changed: f64 = cases.iter().map(|(share, rate)| share * mean * rate).sum();
    let second: f64 = cases.iter().map(|(share, rate)| share * (mean * rate * (1.0 - rate) + squares * rate * rate)).sum();
    (changed, second - changed * changed)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn every_customer_comes_with_one_delivery_and_half_of_them_with_the_first() {
        for (of, customers) in [(1, 10), (2, 10), (3, 1001), (5, 3), (12, 100_000)] {
            let batches = Batch::all(of, customers, date(2026, 1, 31)).unwrap();
            let mut next = 0;
            for batch in &batches {
                let (first, count) = batch.new_customers();
                assert_eq!(first, next);
                next += count;
                assert!((first..next).step_by(97).all(|customer| batches[0].arrival(customer) == batch.number), "{batch:?}");
            }
            assert_eq!(next, customers);
            assert!(of == 1 || batches[0].new_customers().1 >= customers / 2);
        }
        let dates = Batch::all(3, 10, date(2026, 1, 31)).unwrap().iter().map(|batch| batch.date.to_string()).collect::<Vec<_>>();
        assert_eq!(dates, ["2026-01-31", "2026-02-28", "2026-03-31"]);
        assert!(Batch::all(120, 10, date(9999, 1, 1)).is_err());
    }

    #[test]
    fn records_come_anew_as_often_as_is_told() {
        let (history, records) = (History::new(5), Stream::new(5, "records"));
        let batch = Batch { number: 2, of: 2, customers: 400_000, date: date(2026, 2, 1) };
        let (mut changed, old) = (0.0, 200_000_u64);
        for customer in 0..old {
            for copy in 0..2 {
                let reason = history.reason(customer, records.draws(customer).part(copy), batch);
                changed += f64::from(u8::from(reason.is_some()));
                let alive = history.events(customer, batch).next().is_some();
                assert!(reason != Some(Reason::New) && (reason != Some(Reason::Life) || alive));
            }
        }
        assert_eq!(history.reason(old, records.draws(old), batch), Some(Reason::New));
        let (mean, variance) = changed_records(2.0, 0.0);
        let (mean, deviation) = (mean * old as f64, (variance * old as f64).sqrt());
        assert!((changed - mean).abs() < 5.0 * deviation, "{changed}, expected {mean}");
    }
}
