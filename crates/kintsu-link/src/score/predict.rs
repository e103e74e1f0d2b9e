//! Prediction: candidate pairs to edges above a threshold.
//!
//! A pair is given up as soon as what it weighs so far, plus the best that the comparisons still open could add, is below the
//! threshold. Comparisons that codes settle go first, then the measures, those that tell most first. What is kept has every gamma
//! and exactly the weight that a full comparison gives.

use std::sync::atomic::{AtomicU64, Ordering};

use kintsu_core::{MatchWeight, Probability, RunContext};

use super::edges::Edges;
use super::scorer::Scorer;
use crate::block::{Blocker, PairBatch};
use crate::compare::{Comparators, Levels, PairMasks, Scratch, UNDECIDED};
use crate::error::LinkError;

/// The lowest weight that is kept; both bounds are inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Threshold {
    /// Everything is kept.
    #[default]
    None,
    /// Pairs of at least this match probability. 0 keeps everything.
    Probability(Probability),
    /// Pairs of at least this match weight, in bits.
    Weight(MatchWeight),
}

impl Threshold {
    /// The threshold of two optional settings.
    ///
    /// # Errors
    /// [`LinkError::TwoThresholds`] when both are given.
    pub fn of(probability: Option<Probability>, weight: Option<MatchWeight>) -> Result<Self, LinkError> {
        match (probability, weight) {
            (Some(_), Some(_)) => Err(LinkError::TwoThresholds),
            (Some(probability), None) => Ok(Self::Probability(probability)),
            (None, Some(weight)) => Ok(Self::Weight(weight)),
            (None, None) => Ok(Self::None),
        }
    }

    /// The lowest weight, in bits.
    pub fn weight_min(self) -> f64 {
        match self {
            Self::None => f64::NEG_INFINITY,
            Self::Probability(probability) => MatchWeight::from_probability(probability).value(),
            Self::Weight(weight) => weight.value(),
        }
    }
}

/// Rounding never moves a weight by as much as this, so a bound this far below the threshold rules a pair out.
const BOUND_SLACK: f64 = 1e-6;

/// After so many kept edges it is asked whether there is room for what comes of them.
const EDGES_PER_LOOK: u64 = 1 << 13;

/// Scores the pairs of `blocker` and keeps those at or above `threshold`, sorted by pair.
///
/// # Errors
/// [`LinkError::Cancelled`], or [`LinkError::TooManyEdges`] when the edges, once sorted, would take more memory than allowed.
pub fn predict(
    blocker: &Blocker<'_>,
    comparators: &Comparators,
    scorer: &Scorer,
    threshold: Threshold,
    ctx: &RunContext,
) -> Result<Edges, LinkError> {
    let parts = predict_parts(blocker, comparators, scorer, threshold, ctx)?;
    Ok(Edges::sorted(parts, comparators.len()))
}

/// Scores given pairs: as [`predict`], in the order of the pairs.
///
/// # Errors
/// As [`predict`].
pub fn score_in_order(
    blocker: &Blocker<'_>,
    comparators: &Comparators,
    scorer: &Scorer,
    threshold: Threshold,
    ctx: &RunContext,
) -> Result<Edges, LinkError> {
    let parts = predict_parts(blocker, comparators, scorer, threshold, ctx)?;
    Ok(Edges::joined(parts, comparators.len()))
}

/// About so many pairs tell how many of all are kept.
const SAMPLE_PAIRS: u64 = 1 << 17;

/// About how many pairs of `blocker` weigh `threshold` or more, told from a sample; of the sampled pairs it is exact. The sample depends
/// on the records and the rules alone; none where it chose no pair.
///
/// # Errors
/// [`LinkError::Cancelled`].
pub fn estimate_edges(
    blocker: &Blocker<'_>,
    comparators: &Comparators,
    scorer: &Scorer,
    threshold: Threshold,
    ctx: &RunContext,
) -> Result<Option<u64>, LinkError> {
    let plan = Plan::new(comparators, scorer, threshold);
    let new_state = || State { edges: Edges::new(comparators.len()), ..State::default() };
    let count = |state: &mut State, batch: &PairBatch| {
        plan.score(batch, state);
        Ok(())
    };
    let (states, share) = blocker.fold_sample(SAMPLE_PAIRS, ctx, new_state, count)?;
    let kept: usize = states.iter().map(|state| state.edges.len()).sum();
    Ok((share > 0.0).then(|| (kept as f64 / share).round() as u64))
}

fn predict_parts(
    blocker: &Blocker<'_>,
    comparators: &Comparators,
    scorer: &Scorer,
    threshold: Threshold,
    ctx: &RunContext,
) -> Result<Vec<Edges>, LinkError> {
    let plan = Plan::new(comparators, scorer, threshold);
    let bytes_to_sort = Edges::bytes_to_sort(comparators.len());
    let kept = AtomicU64::new(0);
    let states = blocker.fold(
        ctx,
        || State { edges: Edges::new(comparators.len()), ..State::default() },
        |state, batch| {
            let before = state.edges.len();
            state.edges.candidate_pairs += batch.len() as u64;
            plan.score(batch, state);
            let added = (state.edges.len() - before) as u64;
            let edges = kept.fetch_add(added, Ordering::Relaxed) + added;
            if edges / EDGES_PER_LOOK == (edges - added) / EDGES_PER_LOOK {
                return Ok(());
            }
            let limit_bytes = ctx.memory_bytes_max.unwrap_or_default();
            ctx.make_room_for(edges * bytes_to_sort).map_err(|_| LinkError::TooManyEdges { edges, limit_bytes })
        },
    )?;
    comparators.warn(ctx);
    Ok(states.into_iter().map(|state| state.edges).collect())
}

#[derive(Default)]
struct State {
    edges: Edges,
    levels: Levels,
    scratch: Scratch,
    masks: Vec<PairMasks>,
    bounds: Vec<f64>,
    open: Vec<u32>,
    undecided: Vec<u32>,
}

/// How pairs are scored: what masks say about the weight, and the order of the measures.
struct Plan<'a> {
    comparators: &'a Comparators,
    scorer: &'a Scorer,
    threshold: f64,
    /// The weight of a pair of which nothing is known, at most.
    best: f64,
    /// How much each byte of the mask of equal values changes about it.
    equal: [[f64; 256]; 4],
    /// The same for the mask of null values.
    null: [[f64; 256]; 4],
    /// How many bytes of the masks are in use.
    bytes: usize,
    /// The comparisons whose exact level is adjusted for term frequencies.
    adjusted: Vec<AdjustedExact>,
    adjusted_mask: u32,
    /// The most that an undecided comparison can add.
    assumed: Vec<f64>,
    /// The comparisons that masks do not settle, those that lower the bound most for their cost first.
    measured: Vec<usize>,
}

/// An exact level that is adjusted for term frequencies.
#[derive(Debug, Clone, Copy)]
struct AdjustedExact {
    /// The place of the values that are equal.
    place: u32,
    /// The position of the comparison.
    position: usize,
    gamma: i8,
    /// Whether the frequencies are of these very values.
    own_values: bool,
}

impl<'a> Plan<'a> {
    fn new(comparators: &'a Comparators, scorer: &'a Scorer, threshold: Threshold) -> Self {
        let zero = [[0.0; 256]; 4];
        let mut plan = Self {
            comparators,
            scorer,
            threshold: threshold.weight_min(),
            best: scorer.prior(),
            equal: zero,
            null: zero,
            bytes: 1,
            adjusted: Vec::new(),
            adjusted_mask: 0,
            assumed: Vec::new(),
            measured: Vec::new(),
        };
        (0..comparators.len()).for_each(|position| plan.add(position));
        let gain = |position: &usize| {
            let (comparison, weights) = (&comparators.plans()[*position], &scorer.comparisons()[*position]);
            (plan.assumed[*position] - weights.weight(comparison.otherwise())) / comparison.cost(&comparators.shared().ladders)
        };
        let mut measured: Vec<usize> =
            (0..comparators.len()).filter(|&position| !comparators.plans()[position].is_quick()).collect();
        measured.sort_by(|a, b| gain(b).total_cmp(&gain(a)));
        plan.measured = measured;
        plan
    }

    /// Takes one comparison into the tables.
    fn add(&mut self, position: usize) {
        let (comparison, weights) = (&self.comparators.plans()[position], &self.scorer.comparisons()[position]);
        let assumed = weights.best_of(comparison.undecided_gammas());
        self.best += assumed;
        self.assumed.push(assumed);
        let Some(masked) = comparison.masked() else { return };
        let (byte, bit) = (masked.place as usize / 8, 1 << (masked.place % 8));
        self.bytes = self.bytes.max(byte + 1);
        for mask in (0..256).filter(|mask| mask & bit != 0) {
            self.equal[byte][mask] += weights.weight(masked.equal) - assumed;
            self.null[byte][mask] += weights.weight(masked.null) - assumed;
        }
        if weights.adjusted_gammas().any(|gamma| gamma == masked.equal) {
            let own_values = weights.adjusts_for(masked.equal, &self.comparators.shared().matrix, masked.place);
            self.adjusted.push(AdjustedExact { place: masked.place, position, gamma: masked.equal, own_values });
            self.adjusted_mask |= 1 << masked.place;
        }
    }

    fn score(&self, batch: &PairBatch, state: &mut State) {
        let floor = self.threshold - BOUND_SLACK;
        self.bound(batch, state, floor);
        if state.open.is_empty() {
            return;
        }
        self.comparators.start(batch, &mut state.scratch);
        self.begin_levels(batch, state);
        for &comparison in &self.measured {
            self.measure(comparison, batch, state, floor);
            if state.open.is_empty() {
                return;
            }
        }
        self.keep(batch, state);
    }

    /// Finds what masks say about each pair, and the pairs that can still reach `floor`.
    fn bound(&self, batch: &PairBatch, state: &mut State, floor: f64) {
        let State { masks, bounds, open, .. } = state;
        let matrix = &self.comparators.shared().matrix;
        masks.clear();
        masks.extend(batch.left.iter().zip(&batch.right).map(|(&left, &right)| matrix.masks(left, right)));
        bounds.clear();
        bounds.extend(masks.iter().map(|&masks| self.bound_of(masks)));
        open.clear();
        for (place, (&pair, bound)) in masks.iter().zip(bounds.iter_mut()).enumerate() {
            if pair.equal & self.adjusted_mask != 0 {
                *bound += self.additions(pair, batch.left[place], batch.right[place]);
            }
            if *bound >= floor {
                open.push(place as u32);
            }
        }
    }

    /// The most that a pair with these masks can weigh, term frequencies aside.
    #[inline]
    fn bound_of(&self, masks: PairMasks) -> f64 {
        let mut bound = self.best;
        for byte in 0..self.bytes {
            bound += self.equal[byte][(masks.equal >> (8 * byte)) as usize & 255];
            bound += self.null[byte][(masks.null >> (8 * byte)) as usize & 255];
        }
        bound
    }

    /// What term frequencies add to the exact levels that masks tell of.
    fn additions(&self, masks: PairMasks, left: u32, right: u32) -> f64 {
        let matrix = &self.comparators.shared().matrix;
        let taken = self.adjusted.iter().filter(|exact| masks.equal & (1 << exact.place) != 0);
        taken
            .map(|exact| {
                let weights = &self.scorer.comparisons()[exact.position];
                if exact.own_values {
                    weights.addition_of_code(exact.gamma, matrix.code(left, exact.place))
                } else {
                    weights.addition(exact.gamma, left, right)
                }
            })
            .sum()
    }

    /// What term frequencies add for one comparison; values of exact levels stand in the matrix, which is at hand.
    #[inline]
    fn addition(&self, position: usize, gamma: i8, left: u32, right: u32) -> f64 {
        let weights = &self.scorer.comparisons()[position];
        match self.adjusted.iter().find(|exact| exact.position == position && exact.gamma == gamma && exact.own_values) {
            Some(exact) => weights.addition_of_code(gamma, self.comparators.shared().matrix.code(left, exact.place)),
            None => weights.addition(gamma, left, right),
        }
    }

    /// Writes the gammas that masks tell, for the pairs that are still open.
    fn begin_levels(&self, batch: &PairBatch, state: &mut State) {
        let State { levels, masks, open, .. } = state;
        levels.gammas.resize_with(self.comparators.len(), Vec::new);
        for (comparison, gammas) in self.comparators.plans().iter().zip(&mut levels.gammas) {
            gammas.resize(batch.len(), UNDECIDED);
            for &place in open.iter() {
                gammas[place as usize] = comparison.gamma(masks[place as usize]);
            }
        }
    }

    /// Settles one comparison for the pairs that are still open and gives up those that cannot reach the threshold any more.
    fn measure(&self, comparison: usize, batch: &PairBatch, state: &mut State, floor: f64) {
        let State { levels, scratch, bounds, open, undecided, .. } = state;
        let gammas = &mut levels.gammas[comparison];
        undecided.clear();
        undecided.extend(open.iter().filter(|&&place| gammas[place as usize] == UNDECIDED));
        if undecided.is_empty() {
            return;
        }
        self.comparators.settle(comparison, batch, undecided, gammas, scratch);
        let (weights, assumed) = (&self.scorer.comparisons()[comparison], self.assumed[comparison]);
        for &place in undecided.iter() {
            let (at, gamma) = (place as usize, gammas[place as usize]);
            bounds[at] += weights.weight(gamma) + weights.addition(gamma, batch.left[at], batch.right[at]) - assumed;
        }
        open.retain(|&place| bounds[place as usize] >= floor);
    }

    /// Keeps what reaches the threshold.
    fn keep(&self, batch: &PairBatch, state: &mut State) {
        let State { levels, open, edges, .. } = state;
        for &place in open.iter() {
            let at = place as usize;
            let (left, right) = (batch.left[at], batch.right[at]);
            let gammas = levels.gammas.iter().map(|column| column[at]);
            let weight = self.scorer.weight_with(gammas.clone(), |position, gamma| self.addition(position, gamma, left, right));
            if weight >= self.threshold {
                edges.push(left, right, weight, batch.rule, gammas);
            }
        }
    }
}
