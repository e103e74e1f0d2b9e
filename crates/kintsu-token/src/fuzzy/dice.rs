//! The similarity of two CLKs and how to know early that it is too low.
//!
//! The Dice coefficient of sets of bits is `2 |A and B| / (|A| + |B|)` (Dice 1945), which is 1 for equal sets and 0 for disjoint
//! ones. A threshold on it is, for each sum of set bits, a least number of common bits: the loops count and compare integers.

use super::clks::{Clks, count};
use super::error::FuzzyError;

/// A pair of records whose CLKs are alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClkPair {
    /// The record of the left side, counted from 0.
    pub left: u32,
    /// The record of the right side, counted from 0.
    pub right: u32,
    /// The Dice coefficient of their CLKs, from the threshold to 1.
    pub similarity: f64,
}

/// The Dice coefficient of two records of two sides; 0 where either is blank or has no bit set.
///
/// ```
/// use kintsu_token::fuzzy::{Clks, dice};
/// let mut clks = Clks::new(8);
/// clks.push_text("8A==")?; // 1111 0000
/// clks.push_text("wA==")?; // 1100 0000
/// assert_eq!(dice(&clks, 0, &clks, 1), 2.0 * 2.0 / 6.0);
/// # Ok::<(), kintsu_token::fuzzy::FuzzyError>(())
/// ```
///
/// # Panics
///
/// When there are no such records.
pub fn dice(left: &Clks, left_record: usize, right: &Clks, right_record: usize) -> f64 {
    let sum = left.set_bits(left_record).unwrap_or(0) + right.set_bits(right_record).unwrap_or(0);
    coefficient(common(left.words(left_record), right.words(right_record)), sum)
}

/// A threshold, by sums of set bits.
pub(super) struct Threshold {
    /// The least number of common bits for each sum.
    least: Vec<u32>,
    value: f64,
}

impl Threshold {
    pub(super) fn new(value: f64, bits: usize) -> Result<Self, FuzzyError> {
        if !(value > 0.0 && value <= 1.0) {
            return Err(FuzzyError::Threshold { threshold: value });
        }
        let least = |sum: u32| {
            let about = (value * f64::from(sum) / 2.0) as u32;
            (about.saturating_sub(1)..=sum).find(|&common| coefficient(common, sum) >= value).unwrap_or(u32::MAX)
        };
        Ok(Self { least: (0..=bits as u32 * 2).map(least).collect(), value })
    }

    /// The pair, if its similarity reaches the threshold.
    #[inline]
    pub(super) fn pair(&self, left: &Side<'_>, left_record: u32, right: &Side<'_>, right_record: u32) -> Option<ClkPair> {
        let (left_place, right_place) = (left_record as usize, right_record as usize);
        let sum = left.set[left_place] + right.set[right_place];
        let least = self.least[sum as usize];
        let (left_words, right_words) = (left.clks.words(left_place), right.clks.words(right_place));
        let half = left_words.len() / 2;
        let first = common(&left_words[..half], &right_words[..half]);
        if first + left.set_late[left_place].min(right.set_late[right_place]) < least {
            return None;
        }
        let common = first + common(&left_words[half..], &right_words[half..]);
        let pair = || ClkPair { left: left_record, right: right_record, similarity: coefficient(common, sum) };
        (common >= least && common > 0).then(pair)
    }

    /// The set bits that a CLK can have if it is to reach the threshold with one that has `set`: not so few or so many that even a
    /// subset is too far off.
    pub(super) fn range(&self, set: u32, bits: usize) -> std::ops::RangeInclusive<u32> {
        let reaches = |other: &u32| coefficient(set.min(*other), set + *other) >= self.value;
        let fewest = (1..=set).find(reaches).unwrap_or(set);
        let most = (set..=bits as u32).rev().find(reaches).unwrap_or(set);
        fewest..=most
    }
}

/// The CLKs of one side with their counts.
pub(super) struct Side<'a> {
    pub(super) clks: &'a Clks,
    /// Set bits; 0 for blank records.
    pub(super) set: Vec<u32>,
    /// Set bits in the second half of the words.
    set_late: Vec<u32>,
}

impl<'a> Side<'a> {
    pub(super) fn new(clks: &'a Clks) -> Self {
        let half = clks.words_each() / 2;
        let set = (0..clks.len()).map(|record| clks.set_bits(record).unwrap_or(0)).collect();
        let set_late = (0..clks.len()).map(|record| count(&clks.words(record)[half..])).collect();
        Self { clks, set, set_late }
    }

    /// The records that can match at all.
    pub(super) fn records(&self) -> impl Iterator<Item = u32> {
        (0..self.set.len() as u32).filter(|&record| self.set[record as usize] > 0)
    }

    /// The mean of the set bits of records that can match.
    pub(super) fn mean_set(&self) -> f64 {
        let records = self.records().count().max(1);
        self.set.iter().map(|&set| f64::from(set)).sum::<f64>() / records as f64
    }
}

#[inline]
fn coefficient(common: u32, sum: u32) -> f64 {
    if sum == 0 { 0.0 } else { 2.0 * f64::from(common) / f64::from(sum) }
}

#[inline]
fn common(left: &[u64], right: &[u64]) -> u32 {
    left.iter().zip(right).map(|(left, right)| (left & right).count_ones()).sum()
}
