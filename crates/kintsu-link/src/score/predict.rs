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
use crate::compare::{Comparators, Levels, Scratch, UNDECIDED};
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

/// Scores the pairs of `blocker` and keeps those at or above `threshold`, sorted by pair.
///
/// # Errors
/// [`LinkError::Cancelled`], or [`LinkError::TooManyEdges`] when the edges would take more than half the memory allowed.
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

fn predict_parts(
    blocker: &Blocker<'_>,
    comparators: &Comparators,
    scorer: &Scorer,
    threshold: Threshold,
    ctx: &RunContext,
) -> Result<Vec<Edges>, LinkError> {
    let plan = Plan::new(comparators, scorer, threshold);
    let limit = ctx.memory_bytes_max.map(|bytes| bytes / 2 / Edges::bytes_per_edge(comparators.len()));
    let kept = AtomicU64::new(0);
    let states = blocker.fold(
        ctx,
        || State { edges: Edges::new(comparators.len()), ..State::default() },
        |state, batch| {
            if limit.is_some_and(|limit| kept.load(Ordering::Relaxed) > limit) {
                return;
            }
            let before = state.edges.len();
            state.edges.candidate_pairs += batch.len() as u64;
            plan.score(batch, state);
            kept.fetch_add((state.edges.len() - before) as u64, Ordering::Relaxed);
        },
    )?;
    comparators.warn(ctx);
    if let Some(limit) = limit
        && kept.load(Ordering::Relaxed) > limit
    {
        return Err(LinkError::TooManyEdges { edges: kept.into_inner(), limit_bytes: ctx.memory_bytes_max.unwrap_or_default() });
    }
    Ok(states.into_iter().map(|state| state.edges).collect())
}

#[derive(Default)]
struct State {
    edges: Edges,
    levels: Levels,
    scratch: Scratch,
    bounds: Vec<f64>,
    open: Vec<u32>,
    undecided: Vec<u32>,
}

/// How pairs are scored: the tables of each comparison and the order of the measures.
struct Plan<'a> {
    comparators: &'a Comparators,
    scorer: &'a Scorer,
    threshold: f64,
    /// What each gamma adds, by comparison and byte.
    tables: Vec<[f64; 256]>,
    /// The gammas that are adjusted, by comparison.
    adjusted: Vec<Vec<i8>>,
    /// The comparisons with measures, those that lower the bound most first.
    measured: Vec<usize>,
}

impl<'a> Plan<'a> {
    fn new(comparators: &'a Comparators, scorer: &'a Scorer, threshold: Threshold) -> Self {
        let mut tables = Vec::new();
        let mut measured = Vec::new();
        for (position, (comparison, weights)) in comparators.plans().iter().zip(scorer.comparisons()).enumerate() {
            let best = weights.best_of(comparison.undecided_gammas());
            tables.push(weights.by_byte(best));
            if !comparison.is_quick() {
                measured.push((
                    position,
                    (best - weights.weight(comparison.otherwise())) / comparison.cost(&comparators.shared().ladders),
                ));
            }
        }
        measured.sort_by(|a, b| b.1.total_cmp(&a.1));
        let adjusted = scorer.comparisons().iter().map(|weights| weights.adjusted_gammas().collect()).collect();
        let measured = measured.into_iter().map(|(position, _)| position).collect();
        Self { comparators, scorer, threshold: threshold.weight_min(), tables, adjusted, measured }
    }

    fn score(&self, batch: &PairBatch, state: &mut State) {
        self.comparators.start(batch, &mut state.levels, &mut state.scratch);
        self.bound(batch, state);
        let floor = self.threshold - BOUND_SLACK;
        state.open.clear();
        state.open.extend((0..batch.len() as u32).filter(|&place| !(state.bounds[place as usize] < floor)));
        for &comparison in &self.measured {
            if state.open.is_empty() {
                return;
            }
            self.measure(comparison, batch, state, floor);
        }
        self.keep(batch, state);
    }

    /// The weight of each pair so far plus the most that open comparisons could add.
    fn bound(&self, batch: &PairBatch, state: &mut State) {
        state.bounds.clear();
        state.bounds.resize(batch.len(), self.scorer.prior());
        for (comparison, gammas) in state.levels.gammas.iter().enumerate() {
            let table = &self.tables[comparison];
            for (bound, &gamma) in state.bounds.iter_mut().zip(gammas) {
                *bound += table[usize::from(gamma as u8)];
            }
            for &adjusted in &self.adjusted[comparison] {
                let weights = &self.scorer.comparisons()[comparison];
                for (place, _) in gammas.iter().enumerate().filter(|(_, gamma)| **gamma == adjusted) {
                    state.bounds[place] += weights.addition(adjusted, batch.left[place], batch.right[place]);
                }
            }
        }
    }

    /// Settles one comparison for the pairs that are still open and gives up those that cannot reach the threshold any more.
    fn measure(&self, comparison: usize, batch: &PairBatch, state: &mut State, floor: f64) {
        let State { levels, scratch, bounds, open, undecided, .. } = state;
        let gammas = &mut levels.gammas[comparison];
        undecided.clear();
        undecided.extend(open.iter().filter(|&&place| gammas[place as usize] == UNDECIDED));
        self.comparators.settle_places(comparison, batch, undecided, gammas, scratch);
        let (table, weights) = (&self.tables[comparison], &self.scorer.comparisons()[comparison]);
        let assumed = table[usize::from(UNDECIDED as u8)];
        for &place in undecided.iter() {
            let (at, gamma) = (place as usize, gammas[place as usize]);
            bounds[at] += weights.weight(gamma) + weights.addition(gamma, batch.left[at], batch.right[at]) - assumed;
        }
        open.retain(|&place| !(bounds[place as usize] < floor));
    }

    /// Keeps what reaches the threshold.
    fn keep(&self, batch: &PairBatch, state: &mut State) {
        let State { levels, open, edges, .. } = state;
        for &place in open.iter() {
            let at = place as usize;
            let (left, right) = (batch.left[at], batch.right[at]);
            let gammas = levels.gammas.iter().map(|column| column[at]);
            let weight = self.scorer.weight(gammas.clone(), left, right);
            if weight >= self.threshold {
                edges.push(left, right, weight, batch.rule, gammas);
            }
        }
    }
}
