//! Runs a ladder over many pairs: first a look at the entries alone, without a branch, which settles most pairs; then the pairs
//! that are left, by their units.

use super::edit::{DamerauRule, LevenshteinRule};
use super::overlap::JaroRule;
use super::plan::Plan;
use super::{Ladder, Measure, Scratch};
use crate::lanes::{InstructionSet, Task, dispatch, prefetch};
use crate::prepared::{Entry, PreparedValues, Units};
use crate::signature::NOT_SHORT;

/// How many pairs are looked at before those that are left are decided; a position fits a byte.
const CHUNK: usize = 256;

/// How many pairs ahead entries are asked for: about what a machine has under way at once.
const ENTRIES_AHEAD: usize = 24;

/// The same for the units of pairs that are left.
const VALUES_AHEAD: usize = 6;

/// Fills `out[k]` with the step of `pairs[k]`; both have the same length.
pub(super) fn run(
    ladder: &Ladder,
    left: &PreparedValues,
    right: &PreparedValues,
    pairs: &[(u32, u32)],
    out: &mut [u8],
    scratch: &mut Scratch,
) {
    dispatch(ladder.instructions, Batch { ladder, left, right, pairs, out, scratch });
}

/// The short values of a pair.
#[derive(Clone, Copy)]
pub(super) struct ShortPair<'a> {
    pub(super) left: ShortValue<'a>,
    pub(super) right: ShortValue<'a>,
}

/// A value of at most [`crate::signature::SHORT_MAX`] units that all fit a byte.
#[derive(Clone, Copy)]
pub(super) struct ShortValue<'a> {
    /// The arena of its column; at least [`crate::prepared::MARGIN`] bytes can be read from `start` on.
    pub(super) arena: &'a [u8],
    pub(super) start: usize,
    pub(super) length: usize,
}

impl<'a> ShortValue<'a> {
    #[inline(always)]
    fn new(values: &'a PreparedValues, entry: Entry) -> Self {
        Self { arena: &values.arena, start: entry.start as usize, length: entry.length() }
    }

    /// The first four bytes; those beyond the length are any.
    #[inline(always)]
    pub(super) fn head(self) -> u32 {
        self.arena[self.start..].first_chunk().map_or(0, |head| u32::from_le_bytes(*head))
    }

    /// The units alone.
    #[inline(always)]
    pub(super) fn units(self) -> &'a [u8] {
        &self.arena[self.start..self.start + self.length]
    }
}

/// How a measure decides pairs.
pub(super) trait Rule {
    /// The step of pairs that [`Rule::may_be_near`] rejects.
    fn far(&self) -> u8;

    /// Whether the step may be another one than the far one; never wrongly false. Both entries may be of any kind.
    fn may_be_near(&self, left: Entry, right: Entry) -> bool;

    /// As [`Rule::may_be_near`], where a value is not short and the entries do not hold both lengths.
    fn may_be_near_beyond(&self, left: (Entry, Units<'_>), right: (Entry, Units<'_>)) -> bool;

    /// The step of a pair of short values.
    fn decide<I: InstructionSet>(&self, pair: ShortPair<'_>, scratch: &mut Scratch) -> u8;
}

struct Batch<'a> {
    ladder: &'a Ladder,
    left: &'a PreparedValues,
    right: &'a PreparedValues,
    pairs: &'a [(u32, u32)],
    out: &'a mut [u8],
    scratch: &'a mut Scratch,
}

impl Task for Batch<'_> {
    #[inline(always)]
    fn run<I: InstructionSet>(self) {
        let ladder = self.ladder;
        match &ladder.plan {
            Plan::Distance(plan) if ladder.measure == Measure::Levenshtein => match plan.bound {
                0 => self.by_rule::<I, _>(&LevenshteinRule::<0> { plan }),
                1 => self.by_rule::<I, _>(&LevenshteinRule::<1> { plan }),
                2 => self.by_rule::<I, _>(&LevenshteinRule::<2> { plan }),
                _ => self.by_rule::<I, _>(&LevenshteinRule::<3> { plan }),
            },
            Plan::Distance(plan) => self.by_rule::<I, _>(&DamerauRule { plan }),
            Plan::Similarity(plan) => {
                let winkler = ladder.measure == Measure::JaroWinkler;
                self.by_rule::<I, _>(&JaroRule { plan, steps: &ladder.steps, semantics: ladder.semantics, winkler });
            }
            Plan::Plain => self.plainly(),
        }
    }
}

impl Batch<'_> {
    #[inline(always)]
    fn by_rule<I: InstructionSet, R: Rule>(mut self, rule: &R) {
        self.out.fill(rule.far());
        for first in (0..self.pairs.len()).step_by(CHUNK) {
            let mut near = [0u8; CHUNK];
            let count = self.find_near(rule, first, &mut near);
            self.decide_near::<I, R>(rule, first, &near[..count]);
        }
    }

    /// Writes which of the pairs from `first` on may be near, as places within their chunk, and returns how many there are.
    #[inline(always)]
    fn find_near<R: Rule>(&self, rule: &R, first: usize, near: &mut [u8; CHUNK]) -> usize {
        let mut count = 0;
        for (place, &(i, j)) in self.pairs[first..].iter().take(CHUNK).enumerate() {
            if let Some(&(i, j)) = self.pairs.get(first + place + ENTRIES_AHEAD) {
                prefetch(&self.left.entries[i as usize]);
                prefetch(&self.right.entries[j as usize]);
            }
            near[count] = place as u8;
            count += usize::from(rule.may_be_near(self.left.entries[i as usize], self.right.entries[j as usize]));
        }
        count
    }

    #[inline(always)]
    fn decide_near<I: InstructionSet, R: Rule>(&mut self, rule: &R, first: usize, near: &[u8]) {
        for (k, &place) in near.iter().enumerate() {
            if let Some(&ahead) = near.get(k + VALUES_AHEAD) {
                self.prefetch_values(self.pairs[first + ahead as usize]);
            }
            let position = first + place as usize;
            let (i, j) = self.pairs[position];
            let (i, j) = (i as usize, j as usize);
            let (a, b) = (self.left.entries[i], self.right.entries[j]);
            self.out[position] = if a.length().max(b.length()) as u64 == NOT_SHORT {
                let (left, right) = (self.left.units(i), self.right.units(j));
                if rule.may_be_near_beyond((a, left), (b, right)) { self.ladder.step_plainly(left, right) } else { rule.far() }
            } else {
                let pair = ShortPair { left: ShortValue::new(self.left, a), right: ShortValue::new(self.right, b) };
                rule.decide::<I>(pair, self.scratch)
            };
        }
    }

    #[inline(always)]
    fn prefetch_values(&self, (i, j): (u32, u32)) {
        let starts = (self.left.entries[i as usize].start, self.right.entries[j as usize].start);
        if let (Some(left), Some(right)) = (self.left.arena.get(starts.0 as usize), self.right.arena.get(starts.1 as usize)) {
            prefetch(left);
            prefetch(right);
        }
    }

    fn plainly(self) {
        for (&(i, j), out) in self.pairs.iter().zip(self.out) {
            *out = self.ladder.step_plainly(self.left.units(i as usize), self.right.units(j as usize));
        }
    }
}
