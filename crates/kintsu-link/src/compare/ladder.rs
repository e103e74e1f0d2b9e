//! Measures: all levels that ask one measure about the same two values share one computation.

use std::sync::Arc;

use kintsu_table::NULL_CODE;
use kintsu_text::{Ladder, Measure, PreparedValues};

use super::condition::{Pairs, SidedCodes};
use super::matrix::CodeMatrix;
use super::scratch::Scratch;
use super::truth::{NULL, Truth, from_bool};
use crate::sql::Side;

/// The step of a pair that was not measured yet.
pub(crate) const UNKNOWN_STEP: u8 = u8::MAX;
/// The step of a pair of which a value is null.
const NULL_STEP: u8 = u8::MAX - 1;

/// One argument of a measure.
#[derive(Debug, Clone)]
pub(crate) struct Operand {
    pub(crate) codes: SidedCodes,
    pub(crate) values: Arc<PreparedValues>,
}

/// A measure of two values with every threshold that some level asks about, strictest first.
#[derive(Debug)]
pub(crate) struct LadderPlan {
    pub(crate) ladder: Ladder,
    pub(crate) first: Operand,
    pub(crate) second: Operand,
    /// For each request, the number of steps of which one must hold.
    pub(crate) limits: Vec<u8>,
}

impl LadderPlan {
    /// Whether the threshold of `request` is met, for the pairs at the places `chosen`.
    pub(crate) fn truths(
        &self,
        number: usize,
        request: usize,
        (matrix, pairs): (&CodeMatrix, Pairs<'_>),
        chosen: &[u32],
        scratch: &mut Scratch,
        out: &mut Vec<Truth>,
    ) {
        self.measure(number, (matrix, pairs), chosen, scratch);
        let (steps, limit) = (&scratch.steps[number], self.limits[request]);
        out.extend(chosen.iter().map(|&place| match steps[place as usize] {
            NULL_STEP => NULL,
            step => from_bool(step < limit),
        }));
    }

    /// About how long a pair takes, in arbitrary units.
    pub(crate) fn cost(&self) -> f64 {
        match self.ladder.measure() {
            Measure::Levenshtein => 1.0,
            Measure::Jaccard => 1.5,
            Measure::Jaro | Measure::JaroWinkler => 2.0,
            Measure::DamerauLevenshtein => 4.0,
        }
    }

    /// The steps of the pairs at the places `chosen`, of which no value is null.
    pub(crate) fn steps_of_unequal<'s>(
        &self,
        matrix: &CodeMatrix,
        pairs: Pairs<'_>,
        chosen: &[u32],
        scratch: &'s mut Scratch,
    ) -> &'s [u8] {
        scratch.codes.clear();
        scratch.codes.extend(chosen.iter().map(|&place| {
            let (left, right) = (pairs.left[place as usize], pairs.right[place as usize]);
            (self.first.codes.of(matrix, left, right), self.second.codes.of(matrix, left, right))
        }));
        self.steps_of_gathered(scratch)
    }

    /// The steps of pairs of codes, a left and a right one each, none of which is null.
    pub(crate) fn steps_of_codes<'s>(&self, pairs: &[(u32, u32)], scratch: &'s mut Scratch) -> &'s [u8] {
        let of = |operand: &Operand, (left, right): (u32, u32)| if operand.codes.side == Side::Right { right } else { left };
        scratch.codes.clear();
        scratch.codes.extend(pairs.iter().map(|&pair| (of(&self.first, pair), of(&self.second, pair))));
        self.steps_of_gathered(scratch)
    }

    /// The steps of the codes in `scratch`.
    fn steps_of_gathered<'s>(&self, scratch: &'s mut Scratch) -> &'s [u8] {
        let Scratch { text, codes, found, .. } = scratch;
        found.clear();
        found.resize(codes.len(), 0);
        self.ladder.step_many(&self.first.values, &self.second.values, codes, found, text);
        found
    }

    /// Finds the steps of the pairs at the places `chosen` that are not known yet.
    fn measure(&self, number: usize, (matrix, pairs): (&CodeMatrix, Pairs<'_>), chosen: &[u32], scratch: &mut Scratch) {
        let mut open = scratch.places();
        let Scratch { steps, text, codes, found, .. } = scratch;
        let steps = &mut steps[number];
        codes.clear();
        for &place in chosen {
            if steps[place as usize] != UNKNOWN_STEP {
                continue;
            }
            let (left, right) = (pairs.left[place as usize], pairs.right[place as usize]);
            let (first, second) = (self.first.codes.of(matrix, left, right), self.second.codes.of(matrix, left, right));
            if first == NULL_CODE || second == NULL_CODE {
                steps[place as usize] = NULL_STEP;
                continue;
            }
            codes.push((first, second));
            open.push(place);
        }
        found.clear();
        found.resize(open.len(), 0);
        self.ladder.step_many(&self.first.values, &self.second.values, codes, found, text);
        for (&place, &step) in open.iter().zip(found.iter()) {
            steps[place as usize] = step;
        }
        scratch.give_places(open);
    }
}
