//! Ladders of thresholds: which is the first step, such as "at least 0.92" then "at least 0.8", that a pair of values takes.
//!
//! A ladder answers exactly what the plain function of its measure and a comparison with each threshold would. It may do so
//! without computing the measure: lengths, bags of units and the bound that the steps set decide most pairs of unequal values
//! within a few nanoseconds (see [`crate::PreparedValues`]). Values of at most 62 units that fit a byte take the fast way;
//! others are computed plainly.

mod batch;
mod edit;
mod overlap;
mod plan;

use crate::prepared::{PreparedValues, Units};
use crate::{Semantics, damerau_levenshtein, jaccard, jaro, jaro_winkler, levenshtein};

pub use crate::lanes::Instructions;
use plan::Plan;

/// A measure of two strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    /// [`crate::levenshtein()`], a distance.
    Levenshtein,
    /// [`crate::damerau_levenshtein()`], a distance.
    DamerauLevenshtein,
    /// [`crate::jaro()`], a similarity.
    Jaro,
    /// [`crate::jaro_winkler()`], a similarity.
    JaroWinkler,
    /// [`crate::jaccard()`], a similarity; where it is not defined, no step holds.
    Jaccard,
}

/// How a measured value is compared with a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `>=`
    AtLeast,
    /// `>`
    Above,
    /// `<=`
    AtMost,
    /// `<`
    Below,
    /// `=`
    Equals,
}

/// One step of a ladder.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// How to compare.
    pub operator: Operator,
    /// What to compare with.
    pub threshold: f64,
}

impl Step {
    /// Value >= `threshold`.
    pub const fn at_least(threshold: f64) -> Self {
        Self { operator: Operator::AtLeast, threshold }
    }

    /// Value <= `threshold`.
    pub const fn at_most(threshold: f64) -> Self {
        Self { operator: Operator::AtMost, threshold }
    }

    /// Whether the step holds for a measured value; never for one that is no number.
    #[inline(always)]
    pub fn holds(self, value: f64) -> bool {
        match self.operator {
            Operator::AtLeast => value >= self.threshold,
            Operator::Above => value > self.threshold,
            Operator::AtMost => value <= self.threshold,
            Operator::Below => value < self.threshold,
            Operator::Equals => value == self.threshold,
        }
    }
}

/// Memory that ladders work in, one a thread; any ladder may use any scratch.
#[derive(Debug, Default)]
pub struct Scratch {
    positions: edit::ByteSets,
}

/// A measure and the steps to try, in order.
///
/// ```
/// use kintsu_text::{Ladder, Measure, PreparedValues, Scratch, Semantics, Step};
/// let semantics = Semantics::CHARACTERS;
/// let dates = PreparedValues::new(semantics.unit, ["1949-01-07", "1949-01-01", "1994-01-07", "1996-10-05"]);
/// let ladder = Ladder::new(Measure::Levenshtein, semantics, &[Step::at_most(1.0), Step::at_most(2.0)]);
/// let mut steps = [0; 3];
/// ladder.step_many(&dates, &dates, &[(0, 1), (0, 2), (0, 3)], &mut steps, &mut Scratch::default());
/// assert_eq!(steps, [0, 1, 2]); // within 1, within 2, neither
/// ```
#[derive(Debug, Clone)]
pub struct Ladder {
    measure: Measure,
    semantics: Semantics,
    steps: Vec<Step>,
    instructions: Instructions,
    plan: Plan,
}

impl Ladder {
    /// The most steps a ladder has; further ones are left out.
    pub const STEPS_MAX: usize = 250;

    /// A ladder of `steps`, tried in this order.
    pub fn new(measure: Measure, semantics: Semantics, steps: &[Step]) -> Self {
        let steps: Vec<Step> = steps.iter().copied().take(Self::STEPS_MAX).collect();
        let plan = Plan::new(measure, semantics, &steps);
        Self { measure, semantics, steps, instructions: Instructions::detect(), plan }
    }

    /// The same ladder on other instructions, for tests and measurements; those that the machine lacks are lowered to those that
    /// it has. The answers are the same.
    pub fn with_instructions(self, instructions: Instructions) -> Self {
        Self { instructions: instructions.min(Instructions::detect()), ..self }
    }

    /// What is measured.
    pub fn measure(&self) -> Measure {
        self.measure
    }

    /// By which rules.
    pub fn semantics(&self) -> Semantics {
        self.semantics
    }

    /// The steps, in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The position of the first step that holds for value `i` of `left` and value `j` of `right`, or the number of steps where
    /// none does.
    ///
    /// # Panics
    /// When a column is not prepared with the unit of the ladder's semantics, or does not hold the code. A null has no code.
    pub fn step(&self, left: &PreparedValues, i: u32, right: &PreparedValues, j: u32, scratch: &mut Scratch) -> u8 {
        let mut out = [0];
        self.step_many(left, right, &[(i, j)], &mut out, scratch);
        out[0]
    }

    /// [`Ladder::step`] for each pair of codes: `out[k]` for `pairs[k]`, as far as both reach.
    ///
    /// Typically 2 to 5 nanoseconds a pair of unequal values; many pairs a call are faster than many calls.
    ///
    /// # Panics
    /// As [`Ladder::step`].
    pub fn step_many(
        &self,
        left: &PreparedValues,
        right: &PreparedValues,
        pairs: &[(u32, u32)],
        out: &mut [u8],
        scratch: &mut Scratch,
    ) {
        let unit = self.semantics.unit;
        assert!(left.unit() == unit && right.unit() == unit, "values must be prepared with the unit of the ladder");
        let count = pairs.len().min(out.len());
        batch::run(self, left, right, &pairs[..count], &mut out[..count], scratch);
    }

    /// The first step that holds for a measured value.
    #[inline(always)]
    fn classify(&self, value: f64) -> u8 {
        plan::classify(&self.steps, value)
    }

    /// The step of a pair of any shape, by the plain measure.
    fn step_plainly(&self, left: Units<'_>, right: Units<'_>) -> u8 {
        let value = match (left, right) {
            (Units::Narrow(left), Units::Narrow(right)) => self.measure_units(left, right),
            (Units::Wide(left), Units::Wide(right)) => self.measure_units(left, right),
            (Units::Narrow(left), Units::Wide(right)) => self.measure_units(&widen(left), right),
            (Units::Wide(left), Units::Narrow(right)) => self.measure_units(left, &widen(right)),
        };
        value.map_or(self.steps.len() as u8, |value| self.classify(value))
    }

    fn measure_units<T: crate::units::CodeUnit>(&self, left: &[T], right: &[T]) -> Option<f64> {
        Some(match self.measure {
            Measure::Levenshtein => levenshtein::distance(left, right) as f64,
            Measure::DamerauLevenshtein => damerau_levenshtein::distance(left, right) as f64,
            Measure::Jaro => jaro::similarity(left, right, self.semantics.empty),
            Measure::JaroWinkler => jaro_winkler::similarity(left, right, self.semantics),
            Measure::Jaccard => return jaccard::similarity(left, right, self.semantics.empty),
        })
    }
}

fn widen(units: &[u8]) -> Vec<u32> {
    units.iter().map(|&unit| u32::from(unit)).collect()
}
