//! Runs a ladder over many pairs: first a look at the entries alone, without a branch, which settles most pairs; then the pairs
//! that are left, by their units.

use super::edit::{DamerauRule, LevenshteinRule};
use super::overlap::JaroRule;
use super::plan::Plan;
use super::{Ladder, Measure, Scratch};
use crate::lanes::{InstructionSet, Task, dispatch};
use crate::prepared::{Entry, PreparedValues};
use crate::signature::NOT_SHORT;

/// How many pairs are looked at before those that are left are decided; a position fits a byte.
const CHUNK: usize = 256;

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
    fn by_rule<I: InstructionSet, R: Rule>(self, rule: &R) {
        let Self { ladder, left, right, pairs, out, scratch } = self;
        for (pairs, out) in pairs.chunks(CHUNK).zip(out.chunks_mut(CHUNK)) {
            let mut near = [0u8; CHUNK];
            let mut count = 0;
            for (position, &(i, j)) in pairs.iter().enumerate() {
                near[count] = position as u8;
                count += usize::from(rule.may_be_near(left.entries[i as usize], right.entries[j as usize]));
            }
            out.fill(rule.far());
            for &position in &near[..count] {
                let (i, j) = pairs[position as usize];
                let (i, j) = (i as usize, j as usize);
                let (a, b) = (left.entries[i], right.entries[j]);
                out[position as usize] = if a.length().max(b.length()) as u64 == NOT_SHORT {
                    ladder.step_plainly(left.units(i), right.units(j))
                } else {
                    let pair = ShortPair { left: ShortValue::new(left, a), right: ShortValue::new(right, b) };
                    rule.decide::<I>(pair, scratch)
                };
            }
        }
    }

    fn plainly(self) {
        for (&(i, j), out) in self.pairs.iter().zip(self.out) {
            *out = self.ladder.step_plainly(self.left.units(i as usize), self.right.units(j as usize));
        }
    }
}
