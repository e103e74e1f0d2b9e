//! Counting pairs of records that agree on something, by sorting instead of by pairs.

use rayon::prelude::*;

use super::UNKNOWN;
use crate::error::{EntityError, check_length};

/// Which pairs count: both records known, and from different sources where that is asked.
pub(super) struct Restriction<'a> {
    truth: &'a [u32],
    source_of: Option<&'a [u32]>,
}

impl<'a> Restriction<'a> {
    pub(super) fn new(truth: &'a [u32], source_of: Option<&'a [u32]>) -> Result<Self, EntityError> {
        if let Some(source_of) = source_of {
            check_length("sources of rows", truth.len(), source_of.len())?;
        }
        Ok(Self { truth, source_of })
    }

    /// Whether the truth of `row` is known.
    pub(super) fn knows(&self, row: usize) -> bool {
        self.truth[row] != UNKNOWN
    }

    /// Whether the pair counts.
    pub(super) fn counts(&self, left: usize, right: usize) -> bool {
        self.knows(left)
            && self.knows(right)
            && left != right
            && self.source_of.is_none_or(|source| source[left] != source[right])
    }
}

/// How many pairs that count agree on `key`: n (n - 1) / 2 for the n records of each key, less the pairs inside one source where
/// those do not count.
pub(super) fn pairs_within(restriction: &Restriction<'_>, key: impl Fn(usize) -> u64 + Send + Sync) -> u64 {
    let rows = 0..restriction.truth.len();
    let known = rows.into_par_iter().filter(|&row| restriction.knows(row));
    let Some(source_of) = restriction.source_of else {
        let mut keys: Vec<u64> = known.map(key).collect();
        keys.par_sort_unstable();
        return runs(&keys, |a, b| a == b);
    };
    let mut keys: Vec<(u64, u32)> = known.map(|row| (key(row), source_of[row])).collect();
    keys.par_sort_unstable();
    runs(&keys, |a, b| a.0 == b.0) - runs(&keys, |a, b| a == b)
}

/// The pairs inside runs of equal elements.
fn runs<T>(sorted: &[T], same: impl Fn(&T, &T) -> bool) -> u64 {
    sorted.chunk_by(same).map(|run| pairs_of(run.len() as u64)).sum()
}

/// n (n - 1) / 2.
pub(super) fn pairs_of(records: u64) -> u64 {
    records * records.saturating_sub(1) / 2
}
