//! Jaccard similarity of the sets of distinct units: how many both strings have, of those that either has. Order and
//! repetition do not matter: `martha` and `marhta` are equal to it.
//!
//! Jaccard (1912), "The distribution of the flora in the alpine zone". Time O(n) for bytes, O(n log n) otherwise.

use crate::units::{CodeUnit, on_units};
use crate::{EmptyRule, Semantics};

/// The Jaccard similarity of two strings, from 0 to 1; `None` where the reference raises an error, which is for an empty string
/// under [`EmptyRule::Incomparable`].
///
/// ```
/// use kintsu_text::{Semantics, jaccard};
/// assert_eq!(jaccard("dwayne", "duane", Semantics::CHARACTERS), Some(4.0 / 7.0));
/// assert_eq!(jaccard("", "duane", Semantics::DUCKDB_2_0), None);
/// ```
pub fn jaccard(left: &str, right: &str, semantics: Semantics) -> Option<f64> {
    on_units!(left, right, semantics.unit, similarity, semantics.empty)
}

/// The similarity of two slices of units.
pub(crate) fn similarity<T: CodeUnit>(left: &[T], right: &[T], empty: EmptyRule) -> Option<f64> {
    if left.is_empty() || right.is_empty() {
        let both = left.is_empty() && right.is_empty();
        return (empty == EmptyRule::Equal).then_some(if both { 1.0 } else { 0.0 });
    }
    let (left, right) = (Set::new(left), Set::new(right));
    let common = left.common(&right);
    Some(common as f64 / (left.size() + right.size() - common) as f64)
}

/// A set of units: those below 256 as bits, others sorted.
struct Set {
    bits: [u64; 4],
    others: Vec<u32>,
}

impl Set {
    fn new<T: CodeUnit>(units: &[T]) -> Self {
        let mut set = Self { bits: [0; 4], others: Vec::new() };
        for unit in units.iter().map(|unit| unit.value()) {
            match set.bits.get_mut(unit as usize / 64) {
                Some(word) => *word |= 1 << (unit % 64),
                None => set.others.push(unit),
            }
        }
        set.others.sort_unstable();
        set.others.dedup();
        set
    }

    fn size(&self) -> usize {
        self.bits.iter().map(|word| word.count_ones() as usize).sum::<usize>() + self.others.len()
    }

    fn common(&self, other: &Self) -> usize {
        let bits: usize = self.bits.iter().zip(&other.bits).map(|(a, b)| (a & b).count_ones() as usize).sum();
        bits + self.others.iter().filter(|unit| other.others.binary_search(unit).is_ok()).count()
    }
}
