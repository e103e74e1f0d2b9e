//! Jaro similarity: the share of units that both strings have in about the same place, less half of those out of order.
//!
//! Jaro (1989), "Advances in record-linkage methodology as applied to matching the 1985 census of Tampa, Florida": with `m`
//! units in common within `max(|a|, |b|) / 2 - 1` places and `t` half of those that stand in another order, rounded down,
//! `(m/|a| + m/|b| + (m - t)/m) / 3`. Units are taken in order, each by the first free one in reach, which makes the number
//! symmetric. Time O(n log n), memory O(n); strings of at most 64 units are matched in a word, without allocation.

use crate::units::{CodeUnit, on_units};
use crate::{EmptyRule, Semantics};

/// The Jaro similarity of two strings, from 0 to 1.
///
/// ```
/// use kintsu_text::{Semantics, jaro};
/// assert_eq!(jaro("martha", "marhta", Semantics::CHARACTERS), 0.9444444444444445);
/// ```
pub fn jaro(left: &str, right: &str, semantics: Semantics) -> f64 {
    on_units!(left, right, semantics.unit, similarity, semantics.empty)
}

/// The similarity of two slices of units.
pub(crate) fn similarity<T: CodeUnit>(left: &[T], right: &[T], empty: EmptyRule) -> f64 {
    if left.is_empty() && right.is_empty() {
        return if empty == EmptyRule::Equal { 1.0 } else { 0.0 };
    }
    let (common, disordered) =
        if left.len().max(right.len()) <= 64 { count_in_words(left, right) } else { count_by_unit(left, right) };
    from_counts(left.len(), right.len(), common, disordered / 2)
}

/// The formula, in the order of operations that the databases use.
#[inline(always)]
pub(crate) fn from_counts(left_length: usize, right_length: usize, common: usize, transpositions: usize) -> f64 {
    if common == 0 {
        return 0.0;
    }
    let m = common as f64;
    (m / left_length as f64 + m / right_length as f64 + (m - transpositions as f64) / m) / 3.0
}

/// How far apart two units in common may stand.
#[inline(always)]
pub(crate) fn reach(left_length: usize, right_length: usize) -> usize {
    (left_length.max(right_length) / 2).saturating_sub(1)
}

/// The number of units in common, and of those that stand in another order; for strings of at most 64 units.
fn count_in_words<T: CodeUnit>(left: &[T], right: &[T]) -> (usize, usize) {
    let reach = reach(left.len(), right.len());
    let (mut left_taken, mut right_taken) = (0u64, 0u64);
    for (j, unit) in right.iter().enumerate() {
        let first = j.saturating_sub(reach);
        let end = (j + reach + 1).min(left.len());
        let free = (first..end).find(|&i| left_taken & (1 << i) == 0 && left[i] == *unit);
        if let Some(i) = free {
            left_taken |= 1 << i;
            right_taken |= 1 << j;
        }
    }
    (left_taken.count_ones() as usize, disordered(left, left_taken, right, right_taken))
}

/// How many of the units in common differ from the one of the same rank in the other string.
#[inline(always)]
fn disordered<T: CodeUnit>(left: &[T], mut left_taken: u64, right: &[T], mut right_taken: u64) -> usize {
    let mut count = 0;
    while left_taken != 0 {
        let (i, j) = (left_taken.trailing_zeros() as usize, right_taken.trailing_zeros() as usize);
        count += usize::from(left[i] != right[j]);
        left_taken &= left_taken - 1;
        right_taken &= right_taken - 1;
    }
    count
}

/// As [`count_in_words`], for any length: the places of each unit in both strings are merged in order, which pairs the same
/// places as the search does.
fn count_by_unit<T: CodeUnit>(left: &[T], right: &[T]) -> (usize, usize) {
    let reach = reach(left.len(), right.len());
    let (left_places, right_places) = (places(left), places(right));
    let (mut left_taken, mut right_taken) = (Vec::new(), Vec::new());
    let (mut i, mut j) = (0, 0);
    while i < left_places.len() && j < right_places.len() {
        let ((unit, place), (other, other_place)) = (left_places[i], right_places[j]);
        if unit < other || (unit == other && place + reach < other_place) {
            i += 1;
        } else if other < unit || other_place + reach < place {
            j += 1;
        } else {
            left_taken.push(place);
            right_taken.push(other_place);
            i += 1;
            j += 1;
        }
    }
    left_taken.sort_unstable();
    right_taken.sort_unstable();
    let disordered = left_taken.iter().zip(&right_taken).filter(|&(&i, &j)| left[i] != right[j]).count();
    (left_taken.len(), disordered)
}

/// Every unit with its place, by unit, then place.
fn places<T: CodeUnit>(units: &[T]) -> Vec<(T, usize)> {
    let mut places: Vec<(T, usize)> = units.iter().enumerate().map(|(place, &unit)| (unit, place)).collect();
    places.sort_unstable();
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_counting_agree() {
        let mut state = 1u32;
        for _ in 0..20_000 {
            let mut text = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let (length, mut bits) = ((state >> 24) as usize % 24, state);
                (0..length)
                    .map(|_| {
                        bits = bits.wrapping_mul(22_695_477).wrapping_add(1);
                        (bits >> 28) as u8 % 5
                    })
                    .collect::<Vec<u8>>()
            };
            let (left, right) = (text(), text());
            assert_eq!(count_in_words(&left, &right), count_by_unit(&left, &right), "{left:?} {right:?}");
            assert_eq!(count_in_words(&left, &right), count_in_words(&right, &left), "{left:?} {right:?}");
        }
    }
}
