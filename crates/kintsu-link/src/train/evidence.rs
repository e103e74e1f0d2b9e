//! Pattern counts made ready for EM.
//!
//! The adjustment of a pair for term frequencies is the sum over its adjusted comparisons of `weight * (log2 u - log2 f)`, where u
//! belongs to the level from which the adjustment starts and f is the larger of the two frequencies and the level's minimum. u may
//! move while EM runs; `-weight * log2 f` may not. Its sum is the *shift* of a pair: two pairs with the same levels, the same
//! adjusted comparisons and the same shift weigh the same in every iteration, however many columns the frequencies came from.

use crate::model::{Comparison, Model};
use crate::score::PatternCounts;

/// How a level's weight is adjusted for term frequencies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Adjustment {
    /// The power of the adjustment.
    pub(super) weight: f64,
    /// The gamma of the level whose u it starts from.
    pub(super) base_gamma: usize,
    minimum: f64,
}

/// A combination of levels with the comparisons whose adjustment takes part.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group {
    pub(super) gammas: Box<[i8]>,
    pub(super) adjusted: Box<[bool]>,
}

/// Pairs of one group that share a shift.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Entry {
    pub(super) group: u32,
    pub(super) shift: f64,
    pub(super) pairs: f64,
}

/// What EM looks at: the pairs of a session by their levels and shifts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Evidence {
    /// The comparisons that are estimated, as positions in the model.
    pub(super) comparisons: Vec<usize>,
    /// For each of them, for each gamma, how the level is adjusted.
    pub(super) adjustments: Vec<Vec<Option<Adjustment>>>,
    pub(super) groups: Vec<Group>,
    /// Ordered by group, then shift.
    pub(super) entries: Vec<Entry>,
    pub(super) pairs: u64,
}

const FREQUENCY_MIN: f64 = 1e-300;

impl Evidence {
    /// Takes from `counts` the comparisons that are to be estimated; with `term_frequencies` their adjustments take part.
    pub(super) fn compile(model: &Model, counts: &PatternCounts, estimated: &[usize], term_frequencies: bool) -> Self {
        let places: Vec<usize> =
            estimated.iter().filter_map(|wanted| counts.comparisons.iter().position(|at| at == wanted)).collect();
        let comparisons: Vec<usize> = places.iter().map(|place| counts.comparisons[*place]).collect();
        let adjustments: Vec<_> =
            comparisons.iter().map(|position| adjustments(&model.comparisons[*position], term_frequencies)).collect();
        let mut evidence = Self { comparisons, adjustments, groups: Vec::new(), entries: Vec::new(), pairs: counts.pairs() };
        evidence.fill(counts, &places);
        evidence
    }

    fn fill(&mut self, counts: &PatternCounts, places: &[usize]) {
        let mut numbers = hashbrown::HashMap::new();
        for pattern in 0..counts.len() {
            let gammas: Box<[i8]> = places.iter().map(|place| counts.gammas(pattern)[*place]).collect();
            let (adjusted, shift) = self.adjust(counts, pattern, places, &gammas);
            let next = numbers.len() as u32;
            let group = *numbers.entry((gammas, adjusted)).or_insert(next);
            self.entries.push(Entry { group, shift, pairs: counts.counts[pattern] as f64 });
        }
        let mut ordered: Vec<_> = numbers.into_iter().collect();
        ordered.sort_unstable();
        let mut place = vec![0_u32; ordered.len()];
        for (position, ((gammas, adjusted), number)) in ordered.into_iter().enumerate() {
            place[number as usize] = position as u32;
            self.groups.push(Group { gammas, adjusted });
        }
        self.entries.iter_mut().for_each(|entry| entry.group = place[entry.group as usize]);
        self.entries.sort_unstable_by(|a, b| a.group.cmp(&b.group).then(a.shift.total_cmp(&b.shift)));
        self.entries.dedup_by(|later, earlier| {
            let same = later.group == earlier.group && later.shift == earlier.shift;
            if same {
                earlier.pairs += later.pairs;
            }
            same
        });
    }

    fn adjust(&self, counts: &PatternCounts, pattern: usize, places: &[usize], gammas: &[i8]) -> (Box<[bool]>, f64) {
        let mut adjusted = vec![false; places.len()];
        let mut shift = 0.0;
        for (at, place) in places.iter().enumerate() {
            let level = usize::try_from(gammas[at]).ok().and_then(|gamma| self.adjustments[at].get(gamma).copied().flatten());
            if let (Some(level), Some(frequency)) = (level, counts.term_frequency(pattern, *place)) {
                adjusted[at] = true;
                shift -= level.weight * frequency.max(level.minimum).max(FREQUENCY_MIN).log2();
            }
        }
        (adjusted.into_boxed_slice(), shift + 0.0)
    }

    /// For each estimated comparison and gamma, whether any pair took the level.
    pub(super) fn seen(&self) -> Vec<Vec<bool>> {
        let mut seen: Vec<Vec<bool>> = self.adjustments.iter().map(|levels| vec![false; levels.len()]).collect();
        for group in &self.groups {
            for (at, gamma) in group.gammas.iter().enumerate() {
                if let Some(level) = usize::try_from(*gamma).ok().and_then(|gamma| seen[at].get_mut(gamma)) {
                    *level = true;
                }
            }
        }
        seen
    }
}

/// For each gamma of `comparison`, how its level is adjusted.
fn adjustments(comparison: &Comparison, term_frequencies: bool) -> Vec<Option<Adjustment>> {
    let adjustment = |gamma: usize| {
        let level = comparison.level_with_gamma(gamma as i32).filter(|level| level.has_term_frequency_adjustment())?;
        let base = comparison.term_frequency_base_level(level)?;
        let base_gamma = usize::try_from(base.gamma).ok()?;
        Some(Adjustment { weight: level.tf_adjustment_weight, base_gamma, minimum: level.tf_minimum_u_value })
    };
    (0..comparison.scored_levels()).map(|gamma| adjustment(gamma).filter(|_| term_frequencies)).collect()
}
