//! Jaro and Jaro-Winkler similarities of short values, as far as a ladder needs them.

use super::batch::{Rule, ShortPair, ShortValue};
use super::plan::{SimilarityPlan, classify};
use super::{Scratch, Step};
use crate::jaro::{from_counts, reach};
use crate::jaro_winkler::{PREFIX_MAX, raise};
use crate::lanes::{Block, InstructionSet};
use crate::prepared::{Entry, Units};
use crate::signature::{LENGTH_BITS, SHORT_MAX};
use crate::{EmptyRule, Semantics, WinklerForm};

/// The two forms of Winkler's bonus differ by far less than this.
const FORMS_DIFFER_MAX: f64 = 1e-12;

/// Jaro, or Jaro-Winkler where `winkler` is set.
pub(super) struct JaroRule<'a> {
    pub(super) plan: &'a SimilarityPlan,
    pub(super) steps: &'a [Step],
    pub(super) semantics: Semantics,
    pub(super) winkler: bool,
}

impl Rule for JaroRule<'_> {
    #[inline(always)]
    fn far(&self) -> u8 {
        self.plan.far
    }

    #[inline(always)]
    fn may_be_near(&self, left: Entry, right: Entry) -> bool {
        let (left_length, right_length) = (left.length(), right.length());
        let prefix = if self.winkler { prefix(left.head, right.head, left_length.min(right_length)) } else { 0 };
        common_max(left, left_length, right, right_length) >= self.plan.common_min(prefix, left_length, right_length)
    }

    fn may_be_near_beyond(&self, left: (Entry, Units<'_>), right: (Entry, Units<'_>)) -> bool {
        let (left_length, right_length) = (left.1.length(), right.1.length());
        let unequal = |&place: &usize| left.1.unit(place) != right.1.unit(place);
        let shorter = left_length.min(right_length).min(PREFIX_MAX);
        let prefix = if self.winkler { (0..shorter).find(unequal).unwrap_or(shorter) } else { 0 };
        left_length.max(right_length) > SHORT_MAX
            || common_max(left.0, left_length, right.0, right_length) >= self.plan.common_min(prefix, left_length, right_length)
    }

    #[inline(always)]
    fn decide<I: InstructionSet>(&self, pair: ShortPair<'_>, _: &mut Scratch) -> u8 {
        // The longer value lies in the block and the shorter is walked; the similarity is symmetric.
        let (walked, block) =
            if pair.left.length <= pair.right.length { (pair.left, pair.right) } else { (pair.right, pair.left) };
        match block.length {
            0..=16 => self.decide_in::<I, I::Block16>(walked, block),
            17..=32 => self.decide_in::<I, I::Block32>(walked, block),
            _ => self.decide_in::<I, I::Block64>(walked, block),
        }
    }
}

impl JaroRule<'_> {
    #[inline(always)]
    fn decide_in<I: InstructionSet, B: Block>(&self, walked: ShortValue<'_>, block: ShortValue<'_>) -> u8 {
        if walked.length == 0 {
            let equal = block.length == 0 && self.semantics.empty == EmptyRule::Equal;
            return classify(self.steps, if equal { 1.0 } else { 0.0 });
        }
        let prefix = if self.winkler { prefix(walked.head(), block.head(), walked.length) } else { 0 };
        let (walked_taken, block_taken) = units_in_common::<B>(walked, block);
        let common = walked_taken.count_ones() as usize;
        if common < self.plan.common_min(prefix, walked.length, block.length) {
            return self.plan.far;
        }
        let transpositions = disordered(walked, walked_taken, block, block_taken) / 2;
        let jaro = from_counts(walked.length, block.length, common, transpositions);
        if self.winkler { self.classify_raised::<I>(jaro, prefix) } else { classify(self.steps, jaro) }
    }

    /// A fused multiplication is slow on machines that lack it: there it is done only next to a threshold.
    #[inline(always)]
    fn classify_raised<I: InstructionSet>(&self, jaro: f64, prefix: usize) -> u8 {
        let form = self.semantics.winkler;
        if I::FUSED || form == WinklerForm::Plain {
            return classify(self.steps, raise(jaro, prefix, form));
        }
        let plain = raise(jaro, prefix, WinklerForm::Plain);
        let near = self.steps.iter().any(|step| (plain - step.threshold).abs() < FORMS_DIFFER_MAX);
        classify(self.steps, if near { raise(jaro, prefix, form) } else { plain })
    }
}

/// The most units in common that the bags of two values allow.
#[inline(always)]
fn common_max(left: Entry, left_length: usize, right: Entry, right_length: usize) -> usize {
    let only_left = (left.signature & !right.signature & !LENGTH_BITS).count_ones() as usize;
    let only_right = (right.signature & !left.signature & !LENGTH_BITS).count_ones() as usize;
    left_length.saturating_sub(only_left).min(right_length.saturating_sub(only_right))
}

/// The length of the common prefix, at most 4, of values whose shorter one has `shorter` units.
#[inline(always)]
fn prefix(left_head: u32, right_head: u32, shorter: usize) -> usize {
    let equal = (left_head ^ right_head).trailing_zeros() as usize / 8;
    equal.min(PREFIX_MAX).min(shorter)
}

/// Which units of both values are in common, as bits.
#[inline(always)]
fn units_in_common<B: Block>(walked: ShortValue<'_>, block: ShortValue<'_>) -> (u64, u64) {
    let reach = reach(walked.length, block.length);
    let units = B::load(block.arena, block.start);
    let all = (1u64 << block.length) - 1;
    let (mut free, mut taken) = (all, 0u64);
    let mut window = (1u64 << (reach + 1)) - 1;
    for (place, &unit) in walked.units().iter().enumerate() {
        let reached = units.equal(B::splat(unit)) & window & free;
        free ^= reached & reached.wrapping_neg();
        taken |= u64::from(reached != 0) << place;
        window = window << 1 | u64::from(place < reach);
    }
    (taken, all & !free)
}

/// How many of the units in common differ from the one of the same rank in the other value.
#[inline(always)]
fn disordered(left: ShortValue<'_>, mut left_taken: u64, right: ShortValue<'_>, mut right_taken: u64) -> usize {
    let mut count = 0;
    let (left, right) = (left.units(), right.units());
    while left_taken != 0 {
        let (i, j) = (left_taken.trailing_zeros() as usize, right_taken.trailing_zeros() as usize);
        count += usize::from(left[i] != right[j]);
        left_taken &= left_taken - 1;
        right_taken &= right_taken - 1;
    }
    count
}
