//! From a pair of records to one level per comparison.
//!
//! A comparison's levels are tried in order and the first that is true is taken; what is null is not true. Levels are computed
//! a column at a time over a batch of pairs: codes settle most pairs, and only what is left is measured, once for all
//! thresholds that ask about the same two values.

mod comparison;
mod compile;
mod condition;
mod difference;
pub(crate) mod evaluate;
mod interpret;
mod ladder;
mod ladder_requests;
mod matrix;
mod scratch;
mod truth;
mod witness;

use kintsu_core::RunContext;

use crate::block::PairBatch;
use crate::error::LinkError;
use crate::model::Model;
use crate::records::Records;

pub(crate) use comparison::{ComparisonPlan, NullThenEqual, UNDECIDED};
pub(crate) use compile::Compiler;
pub(crate) use condition::{Node, Pairs, Shared};
pub(crate) use ladder::LadderPlan;
pub(crate) use matrix::{CodeMatrix, PairMasks};
pub use scratch::Scratch;
pub(crate) use truth::TRUE;
pub use witness::Witness;

/// The levels of a batch of pairs: one column of gamma values per comparison.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels {
    /// `gammas[comparison][pair]`: -1 for a null level, else counting down to 0 for the last level.
    pub gammas: Vec<Vec<i8>>,
}

/// A model's comparisons, compiled for one set of records.
#[derive(Debug)]
pub struct Comparators {
    comparisons: Vec<ComparisonPlan>,
    shared: Shared,
}

impl Comparators {
    /// Compiles the comparisons of `model`; derived columns are computed here, once per distinct value.
    ///
    /// # Errors
    /// [`LinkError::MissingColumn`], [`LinkError::ColumnNotEncoded`], [`LinkError::Expression`], [`LinkError::TooManyLevels`].
    pub fn compile(model: &Model, records: &Records, ctx: &RunContext) -> Result<Self, LinkError> {
        let mut compiler = Compiler::new(records, model.parity);
        let mut comparisons: Vec<ComparisonPlan> = model
            .comparisons
            .iter()
            .map(|comparison| {
                ctx.check()?;
                ComparisonPlan::compile(comparison, &mut compiler)
            })
            .collect::<Result<_, LinkError>>()?;
        for column in compiler.undefined() {
            let message = format!(
                "the Jaccard similarity is not defined for an empty text, and `{column}` holds some; there its levels are not taken"
            );
            ctx.warn("KN-W-LINK-101", message, Some("make the empty texts null, or add a level for them".to_owned()));
        }
        records.warn_of_failures(ctx);
        let shared = compiler.finish();
        for comparison in &mut comparisons {
            comparison.simplify(&shared.ladders);
        }
        Ok(Self { comparisons, shared })
    }

    /// The number of comparisons.
    pub fn len(&self) -> usize {
        self.comparisons.len()
    }

    /// Whether there are no comparisons.
    pub fn is_empty(&self) -> bool {
        self.comparisons.is_empty()
    }

    /// Finds the level of every comparison for every pair of `batch`.
    pub fn levels(&self, batch: &PairBatch, levels: &mut Levels, scratch: &mut Scratch) {
        let all: Vec<usize> = (0..self.len()).collect();
        self.levels_of(&all, batch, levels, scratch);
    }

    /// Finds the levels of the comparisons `wanted` only; the columns of the others are left empty.
    pub fn levels_of(&self, wanted: &[usize], batch: &PairBatch, levels: &mut Levels, scratch: &mut Scratch) {
        levels.gammas.resize_with(self.len(), Vec::new);
        levels.gammas.iter_mut().for_each(Vec::clear);
        scratch.start(self.shared.ladders.len(), batch.len());
        let pairs = Pairs { left: &batch.left, right: &batch.right };
        let mut masks = std::mem::take(&mut scratch.masks);
        masks.clear();
        masks.extend(batch.left.iter().zip(&batch.right).map(|(&left, &right)| self.shared.matrix.masks(left, right)));
        let mut open = scratch.places();
        for &wanted in wanted {
            let (comparison, gammas) = (&self.comparisons[wanted], &mut levels.gammas[wanted]);
            gammas.extend(masks.iter().map(|&masks| comparison.gamma(masks)));
            if !comparison.is_quick() {
                open.clear();
                open.extend((0..gammas.len() as u32).filter(|&place| gammas[place as usize] == UNDECIDED));
                comparison.settle(&self.shared, pairs, &open, gammas, scratch);
            }
        }
        scratch.give_places(open);
        scratch.masks = masks;
    }

    /// The levels of one pair, one gamma per comparison.
    pub fn levels_of_pair(&self, left: u32, right: u32, scratch: &mut Scratch) -> Vec<i8> {
        let pairs = Pairs { left: &[left], right: &[right] };
        scratch.start(self.shared.ladders.len(), 1);
        let masks = self.shared.matrix.masks(left, right);
        self.comparisons
            .iter()
            .map(|comparison| {
                let mut gamma = [comparison.gamma(masks)];
                if gamma[0] == UNDECIDED {
                    comparison.settle(&self.shared, pairs, &[0], &mut gamma, scratch);
                }
                gamma[0]
            })
            .collect()
    }

    /// Settles the pairs at the places `undecided` of one comparison.
    pub(crate) fn settle(
        &self,
        comparison: usize,
        batch: &PairBatch,
        undecided: &[u32],
        gammas: &mut [i8],
        scratch: &mut Scratch,
    ) {
        let pairs = Pairs { left: &batch.left, right: &batch.right };
        self.comparisons[comparison].settle(&self.shared, pairs, undecided, gammas, scratch);
    }

    /// Forgets the batch before, for [`Comparators::settle`].
    pub(crate) fn start(&self, batch: &PairBatch, scratch: &mut Scratch) {
        scratch.start(self.shared.ladders.len(), batch.len());
    }

    /// Raises a warning for every condition that could not be computed for some pair, and so was not taken there.
    pub fn warn(&self, ctx: &RunContext) {
        for place in self.comparisons.iter().flat_map(ComparisonPlan::failures) {
            ctx.warn(
                "KN-W-LINK-101",
                format!("{place} could not be computed for some pairs; there the level was not taken"),
                Some("guard the condition against such values, for example with a null level".to_owned()),
            );
        }
    }

    pub(crate) fn plans(&self) -> &[ComparisonPlan] {
        &self.comparisons
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }
}
