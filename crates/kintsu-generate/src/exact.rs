//! How many customers hold a number of records exactly.

use std::ops::Range;

use rayon::prelude::*;

use crate::error::GenerateError;
use crate::options::CUSTOMERS_MAX;
use crate::preset::Preset;

/// Customers that are counted as one piece.
const CUSTOMERS_PER_PIECE: u64 = 65_536;
/// Pieces that are counted side by side.
const PIECES: u64 = 64;

/// Customers that hold a number of records exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExactCustomers {
    /// How many there are.
    pub(crate) customers: u64,
    /// How many records of the last of them each source keeps.
    pub(crate) last_customer_records: Vec<u64>,
}

impl ExactCustomers {
    /// The customers from `first` on that hold `records` records, at least one, of which the last loses what is too much.
    ///
    /// # Errors
    /// [`GenerateError::Options`] when there are not so many customers.
    pub(crate) fn find(preset: &dyn Preset, first: u64, records: u64) -> Result<Self, GenerateError> {
        let mut wanted = records;
        let mut start = first;
        while start < CUSTOMERS_MAX {
            let pieces: Vec<Range<u64>> = (0..PIECES)
                .map(|piece| start + piece * CUSTOMERS_PER_PIECE)
                .map(|start| start..start + CUSTOMERS_PER_PIECE)
                .collect();
            let counts: Vec<u64> =
                pieces.par_iter().map(|piece| piece.clone().map(|customer| records_of(preset, customer)).sum()).collect();
            for (piece, count) in pieces.into_iter().zip(counts) {
                if count >= wanted {
                    return Ok(Self::within(preset, first, piece, wanted));
                }
                wanted -= count;
                start = piece.end;
            }
        }
        let what = format!("{records} records would need more than {CUSTOMERS_MAX} customers");
        Err(GenerateError::options(what, "ask for fewer records"))
    }

    /// The customers up to the one of `piece` that holds the last of `wanted` records.
    fn within(preset: &dyn Preset, first: u64, piece: Range<u64>, wanted: u64) -> Self {
        let mut rest = wanted;
        let mut last = piece.start;
        for customer in piece {
            last = customer;
            let count = records_of(preset, customer);
            if count >= rest {
                break;
            }
            rest -= count;
        }
        let kept = (0..preset.sources().len()).map(|source| {
            let kept = preset.records(source, last).min(rest);
            rest -= kept;
            kept
        });
        Self { last_customer_records: kept.collect(), customers: last + 1 - first }
    }
}

fn records_of(preset: &dyn Preset, customer: u64) -> u64 {
    (0..preset.sources().len()).map(|source| preset.records(source, customer)).sum()
}
