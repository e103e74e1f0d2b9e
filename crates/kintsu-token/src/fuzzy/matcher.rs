//! Pairs of records whose CLKs are alike.
//!
//! Exact for the pairs that [`Blocking`] chooses: every one of them that reaches the threshold is found, once. Blank records and
//! records without a set bit match nothing.

use kintsu_core::RunContext;
use rayon::prelude::*;

use super::blocking::{Blocking, SampledBits, sampled};
use super::clks::Clks;
use super::dice::{ClkPair, Side, Threshold};
use super::error::FuzzyError;

/// Left records that a thread takes at a time.
const LEFT_PER_TASK: usize = 512;
/// Right records that are held in the cache while the left ones of a task pass by; 64 KiB of CLKs of 1,024 bits.
const RIGHT_PER_TILE: usize = 512;

/// Matches CLKs by their Dice coefficients.
#[derive(Debug, Clone)]
pub struct DiceMatcher {
    /// The least similarity of a pair, above 0 and at most 1.
    pub threshold: f64,
    /// Which pairs are compared.
    pub blocking: Blocking,
    /// Whether a record may be in one pair only. Pairs are taken from the most alike on; of equally alike ones that of the
    /// earlier left record, then of the earlier right record. Put records in the order of their ids where the result is not to
    /// depend on the order of the files.
    pub one_to_one: bool,
}

impl DiceMatcher {
    /// A matcher of all pairs.
    pub fn new(threshold: f64) -> Self {
        Self { threshold, blocking: Blocking::AllPairs, one_to_one: false }
    }

    /// The pairs, in the order of their left and then their right records.
    ///
    /// Works on all threads; the result does not depend on their number. The pairs are held in memory, 16 bytes each.
    ///
    /// # Errors
    ///
    /// [`FuzzyError::Threshold`], [`FuzzyError::Lengths`], [`FuzzyError::Sampling`], [`FuzzyError::Keys`];
    /// [`FuzzyError::Cancelled`] when the run was stopped.
    pub fn pairs(&self, left: &Clks, right: &Clks, context: &RunContext) -> Result<Vec<ClkPair>, FuzzyError> {
        if left.bits() != right.bits() {
            return Err(FuzzyError::Lengths { left: left.bits(), right: right.bits() });
        }
        let threshold = Threshold::new(self.threshold, left.bits())?;
        let (left, right) = (Side::new(left), Side::new(right));
        let search = Search { threshold, left, right, context };
        let mut pairs = match &self.blocking {
            Blocking::AllPairs => search.all_pairs()?,
            Blocking::SampledBits(sampled) => search.sampled(*sampled, self.threshold)?,
            Blocking::Keys { left, right } => {
                for (keys, side) in [(left, &search.left), (right, &search.right)] {
                    if keys.len() != side.set.len() {
                        return Err(FuzzyError::Keys { keys: keys.len(), records: side.set.len() });
                    }
                }
                search.joined(left.keys().to_vec(), right.keys().to_vec())?
            }
        };
        pairs.par_sort_unstable_by_key(order);
        pairs.dedup_by_key(|pair| order(pair));
        Ok(if self.one_to_one { one_to_one(pairs, search.left.set.len(), search.right.set.len()) } else { pairs })
    }
}

fn order(pair: &ClkPair) -> (u32, u32) {
    (pair.left, pair.right)
}

struct Search<'a> {
    threshold: Threshold,
    left: Side<'a>,
    right: Side<'a>,
    context: &'a RunContext,
}

impl Search<'_> {
    /// All pairs, both sides by their numbers of set bits, so that those too far apart are never looked at.
    fn all_pairs(&self) -> Result<Vec<ClkPair>, FuzzyError> {
        let by_set = |side: &Side<'_>| {
            let mut records: Vec<u32> = side.records().collect();
            records.sort_unstable_by_key(|&record| (side.set[record as usize], record));
            records
        };
        let (left, right) = (by_set(&self.left), by_set(&self.right));
        let right_sets: Vec<u32> = right.iter().map(|&record| self.right.set[record as usize]).collect();
        let bits = self.left.clks.bits();
        let range = |&record: &u32| {
            let sets = self.threshold.range(self.left.set[record as usize], bits);
            let first = right_sets.partition_point(|set| set < sets.start());
            first..right_sets.partition_point(|set| set <= sets.end())
        };
        let task = |records: &[u32]| {
            let ranges: Vec<_> = records.iter().map(range).collect();
            let (first, end) = (ranges.iter().map(|range| range.start).min(), ranges.iter().map(|range| range.end).max());
            let mut pairs = Vec::new();
            for start in (first.unwrap_or(0)..end.unwrap_or(0)).step_by(RIGHT_PER_TILE) {
                self.context.check()?;
                let end = start + RIGHT_PER_TILE;
                for (&record, range) in records.iter().zip(&ranges) {
                    let tile = &right[range.start.clamp(start, end)..range.end.clamp(start, end)];
                    pairs.extend(tile.iter().filter_map(|&other| self.pair(record, other)));
                }
            }
            Ok(pairs)
        };
        collected(left.par_chunks(LEFT_PER_TASK).map(task))
    }

    fn sampled(&self, sampling: SampledBits, threshold: f64) -> Result<Vec<ClkPair>, FuzzyError> {
        let bits = self.left.clks.bits();
        let different = (1.0 - threshold) * (self.left.mean_set() + self.right.mean_set());
        let mut pairs = Vec::new();
        for sample in 0..sampling.samples(bits, different)? {
            let positions = sampling.positions(bits, sample);
            let keys = |side: &Side<'_>| {
                let records: Vec<u32> = side.records().collect();
                records.into_par_iter().map(|record| (sampled(side.clks, record, &positions), record)).collect()
            };
            pairs.append(&mut self.joined(keys(&self.left), keys(&self.right))?);
        }
        Ok(pairs)
    }

    /// The pairs of records with equal keys; a pair with several comes several times.
    fn joined(&self, mut left: Vec<(u64, u32)>, mut right: Vec<(u64, u32)>) -> Result<Vec<ClkPair>, FuzzyError> {
        left.par_sort_unstable();
        right.par_sort_unstable();
        let task = |records: &[(u64, u32)]| {
            self.context.check()?;
            let mut pairs = Vec::new();
            let mut block = 0..0;
            let mut block_key = None;
            for &(key, record) in records {
                if block_key != Some(key) {
                    let start = block.end + right[block.end..].partition_point(|(other, _)| *other < key);
                    block = start..start + right[start..].partition_point(|(other, _)| *other == key);
                    block_key = Some(key);
                }
                pairs.extend(right[block.clone()].iter().filter_map(|&(_, other)| self.pair(record, other)));
            }
            Ok(pairs)
        };
        collected(left.par_chunks(LEFT_PER_TASK).map(task))
    }

    #[inline]
    fn pair(&self, left: u32, right: u32) -> Option<ClkPair> {
        self.threshold.pair(&self.left, left, &self.right, right)
    }
}

/// The results of tasks in their order.
fn collected(tasks: impl IndexedParallelIterator<Item = Result<Vec<ClkPair>, FuzzyError>>) -> Result<Vec<ClkPair>, FuzzyError> {
    Ok(tasks.collect::<Result<Vec<_>, _>>()?.concat())
}

fn one_to_one(mut pairs: Vec<ClkPair>, left_records: usize, right_records: usize) -> Vec<ClkPair> {
    pairs.par_sort_unstable_by(|a, b| b.similarity.total_cmp(&a.similarity).then_with(|| order(a).cmp(&order(b))));
    let (mut left_taken, mut right_taken) = (vec![false; left_records], vec![false; right_records]);
    pairs.retain(|pair| {
        let (left, right) = (&mut left_taken[pair.left as usize], &mut right_taken[pair.right as usize]);
        let free = !*left && !*right;
        *left |= free;
        *right |= free;
        free
    });
    pairs.par_sort_unstable_by_key(order);
    pairs
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
