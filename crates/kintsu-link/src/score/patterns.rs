//! Pairs counted by what they look like: all that training needs to know about them.

use crate::model::Comparison;

/// No term frequency takes part: the level has none, or neither record's value has one.
pub const NO_TERM_FREQUENCY: u32 = u32::MAX;

/// For each distinct combination of levels (and, when asked for, of term frequencies), the number of pairs that have it.
///
/// Patterns stand in ascending order of their gammas, then of their frequencies, so equal pairs give equal counts whatever
/// the order in which they came.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PatternCounts {
    /// The comparisons that were looked at, as positions in the model; a pattern has one gamma for each.
    pub comparisons: Vec<usize>,
    /// The gammas, `comparisons.len()` for each pattern.
    pub gammas: Vec<i8>,
    /// Ranks into `frequencies`, `comparisons.len()` for each pattern; empty when term frequencies were not asked for.
    pub ranks: Vec<u32>,
    /// For each of `comparisons` the distinct term frequencies, ascending: the larger one of the pair's two.
    pub frequencies: Vec<Vec<f64>>,
    /// How many pairs have the pattern.
    pub counts: Vec<u64>,
}

impl PatternCounts {
    /// The number of distinct patterns.
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether no pair was counted.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// The number of pairs.
    pub fn pairs(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The gammas of a pattern, in the order of `comparisons`.
    pub fn gammas(&self, pattern: usize) -> &[i8] {
        let width = self.comparisons.len();
        &self.gammas[pattern * width..(pattern + 1) * width]
    }

    /// The larger of the pair's two term frequencies (the known one where one is missing) for the column of the level taken,
    /// at the place `at` in `comparisons`; none where the level has no term frequencies or both are missing.
    pub fn term_frequency(&self, pattern: usize, at: usize) -> Option<f64> {
        let rank = *self.ranks.get(pattern * self.comparisons.len() + at)?;
        self.frequencies[at].get(rank as usize).copied()
    }
}

/// For each comparison, how many pairs took which level.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LevelCounts {
    /// `counts[comparison][gamma + 1]`; null levels stand at 0.
    pub counts: Vec<Vec<u64>>,
}

impl LevelCounts {
    /// All zero.
    pub fn new(comparisons: &[Comparison]) -> Self {
        let levels = |comparison: &Comparison| comparison.levels.iter().map(|level| level.gamma).max().unwrap_or(0) as usize + 2;
        Self { counts: comparisons.iter().map(|comparison| vec![0; levels(comparison)]).collect() }
    }

    /// The pairs of `comparison` that took the level `gamma`.
    pub fn count(&self, comparison: usize, gamma: i32) -> u64 {
        usize::try_from(gamma + 1).ok().and_then(|place| self.counts[comparison].get(place)).copied().unwrap_or(0)
    }

    /// Adds the counts of another part of the pairs.
    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
        }
    }
}
