//! Edit distances of short values, exact up to the bound of a ladder.
//!
//! Up to a distance of 2 the answer follows from where the two values differ when laid over one another unshifted and shifted
//! by one or two places: three comparisons of whole blocks and a few operations on bits. (An edit path of at most `k` edits
//! between lengths that differ by `d` can only leave the unshifted position by `(k - d) / 2` to either side of the way to `d`;
//! compare Ukkonen (1985), "Algorithms for approximate string matching".) Beyond that, Myers' bit-parallel form.

use super::Scratch;
use super::batch::{Rule, ShortPair, ShortValue};
use super::plan::DistancePlan;
use crate::damerau_levenshtein;
use crate::lanes::{Block, InstructionSet};
use crate::levenshtein::Column;
use crate::prepared::{Entry, Units};
use crate::signature::LENGTH_BITS;

/// Levenshtein with the bound 0, 1 or 2, or with any bound when `BOUND` is 3.
pub(super) struct LevenshteinRule<'a, const BOUND: usize> {
    pub(super) plan: &'a DistancePlan,
}

impl<const BOUND: usize> Rule for LevenshteinRule<'_, BOUND> {
    #[inline(always)]
    fn far(&self) -> u8 {
        self.plan.far
    }

    #[inline(always)]
    fn may_be_near(&self, left: Entry, right: Entry) -> bool {
        edits_min(left, right) <= if BOUND < 3 { BOUND } else { self.plan.bound }
    }

    fn may_be_near_beyond(&self, left: (Entry, Units<'_>), right: (Entry, Units<'_>)) -> bool {
        left.1.length().abs_diff(right.1.length()) <= self.plan.bound
    }

    #[inline(always)]
    fn decide<I: InstructionSet>(&self, pair: ShortPair<'_>, scratch: &mut Scratch) -> u8 {
        let (short, long) = by_length(pair);
        if long.length - short.length > self.plan.bound {
            return self.plan.far;
        }
        if BOUND > 2 {
            return self.plan.step(scratch.positions.distance(short.units(), long.units()));
        }
        let distance = match long.length {
            0..=16 => distance_to_two::<I::Block16, BOUND>(short, long),
            17..=32 => distance_to_two::<I::Block32, BOUND>(short, long),
            _ => distance_to_two::<I::Block64, BOUND>(short, long),
        };
        self.plan.step(distance)
    }
}

/// Unrestricted Damerau-Levenshtein.
pub(super) struct DamerauRule<'a> {
    pub(super) plan: &'a DistancePlan,
}

impl Rule for DamerauRule<'_> {
    #[inline(always)]
    fn far(&self) -> u8 {
        self.plan.far
    }

    #[inline(always)]
    fn may_be_near(&self, left: Entry, right: Entry) -> bool {
        // A transposition leaves the bag as it is and takes in at most one unit for each further edit that it costs.
        edits_min(left, right) <= self.plan.bound
    }

    fn may_be_near_beyond(&self, left: (Entry, Units<'_>), right: (Entry, Units<'_>)) -> bool {
        left.1.length().abs_diff(right.1.length()) <= self.plan.bound
    }

    #[inline(always)]
    fn decide<I: InstructionSet>(&self, pair: ShortPair<'_>, scratch: &mut Scratch) -> u8 {
        let (short, long) = by_length(pair);
        if long.length - short.length > self.plan.bound {
            return self.plan.far;
        }
        if self.plan.bound > 1 {
            return self.beyond_one::<I>(short, long, scratch);
        }
        let distance = match long.length {
            0..=16 => damerau_to_one::<I::Block16>(short, long),
            17..=32 => damerau_to_one::<I::Block32>(short, long),
            _ => damerau_to_one::<I::Block64>(short, long),
        };
        self.plan.step(distance)
    }
}

impl DamerauRule<'_> {
    /// A transposition saves at most one of two edits, so the Levenshtein distance is at most twice this one; and the two are
    /// the same below 2.
    #[inline(always)]
    fn beyond_one<I: InstructionSet>(&self, short: ShortValue<'_>, long: ShortValue<'_>, scratch: &mut Scratch) -> u8 {
        let alone = match long.length {
            _ if self.plan.bound > 2 => 0,
            0..=16 => units_alone::<I::Block16>(short, long),
            17..=32 => units_alone::<I::Block32>(short, long),
            _ => units_alone::<I::Block64>(short, long),
        };
        if alone > self.plan.bound {
            return self.plan.far;
        }
        let (short, long) = (short.units(), long.units());
        let edits = scratch.positions.distance(short, long);
        if edits < 2 {
            return self.plan.step(edits);
        }
        if edits > 2 * self.plan.bound {
            return self.plan.far;
        }
        self.plan.step(damerau_levenshtein::distance(short, long))
    }
}

/// The fewest edits that the bags of two values allow.
#[inline(always)]
fn edits_min(left: Entry, right: Entry) -> usize {
    let only_left = (left.signature & !right.signature & !LENGTH_BITS).count_ones();
    let only_right = (right.signature & !left.signature & !LENGTH_BITS).count_ones();
    only_left.max(only_right) as usize
}

/// The shorter value first.
#[inline(always)]
fn by_length(pair: ShortPair<'_>) -> (ShortValue<'_>, ShortValue<'_>) {
    if pair.left.length <= pair.right.length { (pair.left, pair.right) } else { (pair.right, pair.left) }
}

/// The bits below the lowest one; all bits where there is none.
#[inline(always)]
fn below_lowest(bits: u64) -> u64 {
    bits.wrapping_sub(1) & !bits
}

/// Where the units of `short` differ from those of `long` when laid over it, shifted by some places.
#[derive(Clone, Copy)]
struct Overlay<'a, B> {
    short: ShortValue<'a>,
    long: ShortValue<'a>,
    units: B,
    places: u64,
}

impl<'a, B: Block> Overlay<'a, B> {
    #[inline(always)]
    fn new(short: ShortValue<'a>, long: ShortValue<'a>) -> Self {
        Self { short, long, units: B::load(short.arena, short.start), places: (1 << short.length) - 1 }
    }

    /// Bit `i` is set where unit `i` of the shorter value differs from unit `i + shift` of the longer.
    #[inline(always)]
    fn differs(&self, shift: usize) -> u64 {
        !self.units.equal(B::load(self.long.arena, self.long.start + shift)) & self.places
    }

    /// Bit `i` is set where unit `i + 1` of the shorter value differs from unit `i` of the longer; the last place is not counted.
    #[inline(always)]
    fn differs_ahead(&self) -> u64 {
        let ahead = B::load(self.short.arena, self.short.start + 1);
        !ahead.equal(B::load(self.long.arena, self.long.start)) & (self.places >> 1)
    }
}

/// The distance of values that differ by at most `BOUND` (0 to 2) in length; anything above `BOUND` where it is more.
#[inline(always)]
fn distance_to_two<B: Block, const BOUND: usize>(short: ShortValue<'_>, long: ShortValue<'_>) -> usize {
    let overlay = Overlay::<B>::new(short, long);
    match (BOUND, long.length - short.length) {
        (2, 0) => same_length_to_two(&overlay),
        (2, 1) => one_longer_to_two(&overlay),
        (2, _) => two_longer(&overlay),
        (_, 0) => overlay.differs(0).count_ones() as usize,
        _ => one_longer(&overlay),
    }
}

/// Equal lengths: substitutions only, or one unit put in and one taken out, between which the values match shifted by one.
#[inline(always)]
fn same_length_to_two<B: Block>(overlay: &Overlay<'_, B>) -> usize {
    let differs = overlay.differs(0);
    let substitutions = differs.count_ones() as usize;
    if substitutions <= 2 {
        return substitutions;
    }
    // Places from the first that differs to the one before the last.
    let between = (1u64 << differs.ilog2()) - (differs & differs.wrapping_neg());
    if overlay.differs(1) & between == 0 || overlay.differs_ahead() & between == 0 { 2 } else { 3 }
}

/// One unit more: it is put in where the values first differ, and the rest matches shifted by one.
#[inline(always)]
fn one_longer<B: Block>(overlay: &Overlay<'_, B>) -> usize {
    let before = below_lowest(overlay.differs(0));
    if overlay.differs(1) & !before == 0 { 1 } else { 2 }
}

/// One unit more and perhaps one substitution, before or after it.
#[inline(always)]
fn one_longer_to_two<B: Block>(overlay: &Overlay<'_, B>) -> usize {
    let (unshifted, shifted) = (overlay.differs(0), overlay.differs(1));
    let after = shifted & !below_lowest(unshifted);
    if after == 0 {
        return 1;
    }
    let before_second = below_lowest(unshifted & unshifted.wrapping_sub(1));
    if after.is_power_of_two() || shifted & !before_second == 0 { 2 } else { 3 }
}

/// Two units more: one is put in where the values first differ, one where they next do.
#[inline(always)]
fn two_longer<B: Block>(overlay: &Overlay<'_, B>) -> usize {
    let after_first = overlay.differs(1) & !below_lowest(overlay.differs(0));
    if overlay.differs(2) & !below_lowest(after_first) == 0 { 2 } else { 3 }
}

/// The Damerau-Levenshtein distance of values that differ by at most one in length; anything above 1 where it is more.
#[inline(always)]
fn damerau_to_one<B: Block>(short: ShortValue<'_>, long: ShortValue<'_>) -> usize {
    let overlay = Overlay::<B>::new(short, long);
    if long.length != short.length {
        return one_longer(&overlay);
    }
    let differs = overlay.differs(0);
    let first = differs & differs.wrapping_neg();
    if first != 0 && differs == first | first << 1 && (overlay.differs(1) | overlay.differs_ahead()) & first == 0 {
        return 1;
    }
    differs.count_ones() as usize
}

/// How many units of the shorter value have no equal where two edits could have moved them, from one place back to one further
/// than the end of the longer value lies: each of them costs an edit.
#[inline(always)]
fn units_alone<B: Block>(short: ShortValue<'_>, long: ShortValue<'_>) -> usize {
    let overlay = Overlay::<B>::new(short, long);
    // A unit moved back: its place in `differs_ahead` is the one before; the first unit cannot move back.
    let back = overlay.differs_ahead() << 1 | 1;
    let mut alone = back;
    for shift in 0..=(long.length - short.length + 1) {
        alone &= overlay.differs(shift);
    }
    alone.count_ones() as usize
}

/// The places of each byte in a pattern, all zero between uses.
#[derive(Debug)]
pub(super) struct ByteSets(Box<[u64; 256]>);

impl Default for ByteSets {
    fn default() -> Self {
        Self(Box::new([0; 256]))
    }
}

impl ByteSets {
    /// The Levenshtein distance of a pattern of at most 64 bytes and a text.
    #[inline(always)]
    fn distance(&mut self, pattern: &[u8], text: &[u8]) -> usize {
        let Some(rows) = pattern.len().checked_sub(1) else {
            return text.len();
        };
        for (place, &byte) in pattern.iter().enumerate() {
            self.0[byte as usize] |= 1 << place;
        }
        let last = 1 << rows;
        let mut column = Column::FIRST;
        let mut distance = pattern.len() as i32;
        for &byte in text {
            distance += column.advance(self.0[byte as usize], 1, last);
        }
        for &byte in pattern {
            self.0[byte as usize] = 0;
        }
        distance as usize
    }
}
