//! Counting pairs by pattern: gammas and ranks of term frequencies packed into one integer.

use hashbrown::HashMap;
use kintsu_core::RunContext;

use super::patterns::{NO_TERM_FREQUENCY, PatternCounts};
use super::term_frequency::{TermFrequencies, TermFrequencyTables};
use crate::block::{Blocker, PairBatch};
use crate::compare::{Comparators, Levels, Scratch};
use crate::error::LinkError;
use crate::model::Model;

type Counts = HashMap<u128, u64, foldhash::fast::FixedState>;

/// Counts the pairs of `blocker` by the levels of `comparisons` (positions in the model) and, when `frequencies` are given, by
/// the term frequency of each level taken. Comparisons that are not asked for are not measured.
///
/// Memory grows with the number of distinct patterns only.
///
/// # Errors
/// [`LinkError::Cancelled`], or [`LinkError::Expression`] when a pattern does not fit 128 bits.
pub fn count_patterns(
    blocker: &Blocker<'_>,
    comparators: &Comparators,
    model: &Model,
    comparisons: &[usize],
    frequencies: Option<&TermFrequencyTables>,
    ctx: &RunContext,
) -> Result<PatternCounts, LinkError> {
    let packing = Packing::new(model, comparisons, frequencies)?;
    let new_state = || State { counts: Counts::default(), dense: vec![0; packing.dense], ..State::default() };
    let states = blocker.fold(ctx, new_state, |state, batch| {
        comparators.levels_of(comparisons, batch, &mut state.levels, &mut state.scratch);
        packing.count(batch, state);
        Ok(())
    })?;
    comparators.warn(ctx);
    let mut total = Counts::default();
    for state in states {
        state
            .dense
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
            .for_each(|(key, &count)| *total.entry(key as u128).or_default() += u64::from(count));
        state.counts.into_iter().for_each(|(key, count)| *total.entry(key).or_default() += count);
    }
    Ok(packing.unpack(total))
}

/// Packed keys below this are counted in an array.
const DENSE_MAX: u128 = 1 << 12;

#[derive(Default)]
struct State {
    counts: Counts,
    dense: Vec<u32>,
    levels: Levels,
    scratch: Scratch,
    keys: Vec<u128>,
}

/// How a pattern becomes an integer: mixed radix, the first comparison most significant.
struct Packing<'a> {
    parts: Vec<Part<'a>>,
    dense: usize,
}

/// One comparison of a pattern.
struct Part<'a> {
    comparison: usize,
    gammas: u128,
    ranks: Option<Ranks<'a>>,
}

/// The ranks of term frequencies for the levels of one comparison.
struct Ranks<'a> {
    /// By `gamma + 1`, the table of the level's column and the rank of each code.
    of_level: Vec<Option<(&'a TermFrequencies, Vec<u32>)>>,
    values: Vec<f64>,
}

impl<'a> Packing<'a> {
    fn new(model: &Model, comparisons: &[usize], frequencies: Option<&'a TermFrequencyTables>) -> Result<Self, LinkError> {
        let parts: Vec<Part<'a>> = comparisons
            .iter()
            .map(|&comparison| {
                let levels = &model.comparisons[comparison];
                let ranks = frequencies.map(|tables| Ranks::new(levels, tables));
                Part { comparison, gammas: levels.scored_levels() as u128 + 1, ranks }
            })
            .collect();
        let size = parts.iter().try_fold(1_u128, |size, part| size.checked_mul(part.size()));
        let size = size.ok_or_else(|| LinkError::Expression {
            place: "the model".to_owned(),
            reason: "it has too many comparisons to count their patterns".to_owned(),
        })?;
        Ok(Self { parts, dense: if size <= DENSE_MAX { size as usize } else { 0 } })
    }

    fn count(&self, batch: &PairBatch, state: &mut State) {
        let State { counts, dense, levels, keys, .. } = state;
        if !dense.is_empty() {
            self.count_dense(batch, levels, keys, dense);
            return;
        }
        self.pack(batch, levels, keys);
        for &key in keys.iter() {
            *counts.entry(key).or_default() += 1;
        }
    }

    fn count_dense(&self, batch: &PairBatch, levels: &Levels, keys: &mut Vec<u128>, dense: &mut [u32]) {
        self.pack(batch, levels, keys);
        for &key in keys.iter() {
            dense[key as usize] += 1;
        }
    }

    /// The key of every pair, a comparison at a time.
    fn pack(&self, batch: &PairBatch, levels: &Levels, keys: &mut Vec<u128>) {
        keys.clear();
        keys.resize(batch.len(), 0);
        for part in &self.parts {
            let gammas = &levels.gammas[part.comparison];
            keys.iter_mut().zip(gammas).for_each(|(key, &gamma)| *key = *key * part.gammas + (gamma + 1) as u128);
            let Some(ranks) = part.ranks.as_ref().filter(|ranks| !ranks.values.is_empty()) else { continue };
            let size = ranks.size();
            for (place, key) in keys.iter_mut().enumerate() {
                *key = *key * size + ranks.of_pair(gammas[place], batch.left[place], batch.right[place]);
            }
        }
    }

    /// The patterns in ascending order.
    fn unpack(self, counts: Counts) -> PatternCounts {
        let mut ordered: Vec<(u128, u64)> = counts.into_iter().collect();
        let width = self.parts.len();
        ordered.sort_unstable();
        let ranked = self.parts.iter().any(|part| part.ranks.is_some());
        let mut found =
            PatternCounts { comparisons: self.parts.iter().map(|part| part.comparison).collect(), ..PatternCounts::default() };
        let mut rows: Vec<(Vec<i8>, Vec<u32>, u64)> =
            ordered.into_iter().map(|(key, count)| self.unpack_key(key, count)).collect();
        rows.sort_unstable();
        for (gammas, ranks, count) in rows {
            found.gammas.extend(gammas);
            if ranked {
                found.ranks.extend(ranks);
            }
            found.counts.push(count);
        }
        found.frequencies = self.parts.into_iter().map(|part| part.ranks.map_or_else(Vec::new, |ranks| ranks.values)).collect();
        debug_assert_eq!(found.gammas.len(), found.counts.len() * width);
        found
    }

    fn unpack_key(&self, mut key: u128, count: u64) -> (Vec<i8>, Vec<u32>, u64) {
        let (mut gammas, mut ranks) = (vec![0; self.parts.len()], vec![NO_TERM_FREQUENCY; self.parts.len()]);
        for (place, part) in self.parts.iter().enumerate().rev() {
            if let Some(found) = part.ranks.as_ref().filter(|ranks| !ranks.values.is_empty()) {
                let rank = key % found.size();
                key /= found.size();
                ranks[place] = if rank == 0 { NO_TERM_FREQUENCY } else { (rank - 1) as u32 };
            }
            gammas[place] = (key % part.gammas) as i8 - 1;
            key /= part.gammas;
        }
        (gammas, ranks, count)
    }
}

impl Part<'_> {
    fn size(&self) -> u128 {
        self.gammas * self.ranks.as_ref().map_or(1, Ranks::size)
    }
}

impl<'a> Ranks<'a> {
    fn new(comparison: &crate::model::Comparison, tables: &'a TermFrequencyTables) -> Self {
        let mut of_level: Vec<Option<(&TermFrequencies, Vec<u32>)>> = (0..=comparison.scored_levels()).map(|_| None).collect();
        let mut values: Vec<f64> = Vec::new();
        for level in comparison.levels.iter().filter(|level| level.has_term_frequency_adjustment()) {
            if let Some(table) = level.tf_adjustment_column.as_deref().and_then(|column| tables.of(column)) {
                values.extend(table.values().1.iter().filter(|frequency| !frequency.is_nan()));
                of_level[(level.gamma + 1) as usize] = Some((table, Vec::new()));
            }
        }
        values.sort_unstable_by(f64::total_cmp);
        values.dedup();
        for (table, ranks) in of_level.iter_mut().flatten() {
            let rank =
                |frequency: &f64| values.binary_search_by(|value| value.total_cmp(frequency)).map_or(0, |rank| rank as u32 + 1);
            *ranks = table.values().1.iter().map(rank).collect();
        }
        Self { of_level, values }
    }

    /// Ranks count from 1; 0 stands for none.
    fn size(&self) -> u128 {
        self.values.len() as u128 + 1
    }

    #[inline]
    fn of_pair(&self, gamma: i8, left: u32, right: u32) -> u128 {
        let Some((table, ranks)) = &self.of_level[(gamma + 1) as usize] else { return 0 };
        let codes = &table.encoded().codes;
        let rank = |row: u32| ranks.get(codes[row as usize] as usize).copied().unwrap_or(0);
        u128::from(rank(left).max(rank(right)))
    }
}
