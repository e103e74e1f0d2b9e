//! Expectation maximisation over counted pairs (Dempster, Laird and Rubin 1977; for linkage Winkler 1988).
//!
//! E: the weight of a pair is log2 odds(lambda) + the sum over comparisons of log2(m / u) of its level + its term-frequency
//! adjustment; p = 1 / (1 + 2^-weight). M: m of a level is the p of its pairs over the p of all pairs that are not null there, u the
//! same with 1 - p, lambda the mean p of all pairs. An iteration costs one power of two per distinct (levels, shift), however many
//! pairs there are. Sums run over fixed pieces in a fixed order, so results do not depend on the number of threads.

use rayon::prelude::*;

use super::evidence::{Entry, Evidence, Group};
use crate::model::{Model, PROBABILITY_MIN};

/// What a level reads for the rest of a session when no pair took it.
const UNSEEN: f64 = 1e-6;
/// How many entries a task takes; fixed, so that sums are the same for any number of threads.
const ENTRIES_PER_TASK: usize = 1 << 15;

/// m and u of one comparison while EM runs, by gamma.
#[derive(Debug, Clone, PartialEq)]
pub struct EmComparison {
    /// The comparison, as a position in the model.
    pub comparison: usize,
    /// P(level | match).
    pub m: Vec<f64>,
    /// P(level | no match).
    pub u: Vec<f64>,
}

/// The parameters after an iteration.
#[derive(Debug, Clone, PartialEq)]
pub struct EmIteration {
    /// The probability that two records of this session's pairs match.
    pub probability_two_random_records_match: f64,
    /// The comparisons that the session estimates.
    pub comparisons: Vec<EmComparison>,
}

/// What EM leaves alone and when it stops.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct EmLimits {
    pub(super) fix_lambda: bool,
    pub(super) fix_m: bool,
    pub(super) fix_u: bool,
    pub(super) convergence: f64,
    pub(super) iterations_max: u32,
}

/// A finished run.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct EmRun {
    /// The start and the parameters after every iteration.
    pub(super) history: Vec<EmIteration>,
    pub(super) converged: bool,
}

impl EmIteration {
    /// The parameters that `model` has for these comparisons.
    pub(super) fn start(model: &Model, comparisons: &[usize], lambda: f64) -> Self {
        let comparisons = comparisons
            .iter()
            .map(|position| {
                let comparison = &model.comparisons[*position];
                let mut levels: Vec<_> = comparison.levels.iter().filter(|level| !level.is_null_level).collect();
                levels.sort_by_key(|level| level.gamma);
                EmComparison {
                    comparison: *position,
                    m: levels.iter().map(|level| comparison.effective_m(level)).collect(),
                    u: levels.iter().map(|level| comparison.effective_u(level)).collect(),
                }
            })
            .collect();
        Self { probability_two_random_records_match: lambda, comparisons }
    }

    /// The largest absolute difference to `other` over all parameters.
    fn change_from(&self, other: &Self) -> f64 {
        let lambda = (self.probability_two_random_records_match - other.probability_two_random_records_match).abs();
        let pairs = self.comparisons.iter().zip(&other.comparisons);
        let levels = pairs.flat_map(|(mine, theirs)| mine.m.iter().zip(&theirs.m).chain(mine.u.iter().zip(&theirs.u)));
        levels.map(|(mine, theirs)| (mine - theirs).abs()).fold(lambda, f64::max)
    }

    /// The weight of each group without its shift.
    fn group_weights(&self, evidence: &Evidence) -> Vec<f64> {
        let lambda = self.probability_two_random_records_match;
        let prior = (lambda / (1.0 - lambda)).log2();
        let log2 = |value: f64| value.max(PROBABILITY_MIN).log2();
        let weigh = |group: &Group| {
            let mut weight = prior;
            for (at, gamma) in group.gammas.iter().enumerate() {
                let Ok(gamma) = usize::try_from(*gamma) else { continue };
                let parameters = &self.comparisons[at];
                weight += log2(parameters.m[gamma]) - log2(parameters.u[gamma]);
                if let Some(adjustment) = evidence.adjustments[at][gamma].filter(|_| group.adjusted[at]) {
                    weight += adjustment.weight * log2(parameters.u[adjustment.base_gamma]);
                }
            }
            weight
        };
        evidence.groups.iter().map(weigh).collect()
    }
}

/// Runs EM from `start`. `fixed` says which m and u of which level stay as they are.
pub(super) fn run(evidence: &Evidence, start: EmIteration, fixed: &Fixed, limits: EmLimits) -> EmRun {
    let seen = evidence.seen();
    let mut history = vec![start];
    let mut converged = false;
    while !converged && history.len() <= limits.iterations_max as usize {
        let Some(current) = history.last() else { break };
        let next = iterate(evidence, current, &seen, fixed, limits);
        converged = next.change_from(current) < limits.convergence;
        history.push(next);
    }
    EmRun { history, converged }
}

/// For each estimated comparison, by gamma, which m and u are fixed.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Fixed {
    pub(super) m: Vec<Vec<bool>>,
    pub(super) u: Vec<Vec<bool>>,
}

impl Fixed {
    pub(super) fn of(model: &Model, comparisons: &[usize]) -> Self {
        let flags = |fix: fn(&crate::model::ComparisonLevel) -> bool| {
            let of = |position: &usize| {
                let comparison = &model.comparisons[*position];
                let mut levels: Vec<_> = comparison.levels.iter().filter(|level| !level.is_null_level).collect();
                levels.sort_by_key(|level| level.gamma);
                levels.into_iter().map(fix).collect()
            };
            comparisons.iter().map(of).collect()
        };
        Self { m: flags(|level| level.fix_m_probability), u: flags(|level| level.fix_u_probability) }
    }
}

fn iterate(evidence: &Evidence, current: &EmIteration, seen: &[Vec<bool>], fixed: &Fixed, limits: EmLimits) -> EmIteration {
    let shares = expectation(evidence, &current.group_weights(evidence));
    let mut next = current.clone();
    if !limits.fix_lambda && evidence.pairs > 0 {
        next.probability_two_random_records_match = shares.iter().map(|share| share.matches).sum::<f64>() / evidence.pairs as f64;
    }
    for (at, parameters) in next.comparisons.iter_mut().enumerate() {
        let totals = level_totals(evidence, &shares, at, parameters.m.len());
        if !limits.fix_m {
            let sums = totals.iter().map(|share| share.matches);
            maximise(&mut parameters.m, sums, &seen[at], &fixed.m[at]);
        }
        if !limits.fix_u {
            let sums = totals.iter().map(|share| share.non_matches);
            maximise(&mut parameters.u, sums, &seen[at], &fixed.u[at]);
        }
    }
    next
}

/// Sets each level's parameter to its share of all sums; levels that were not seen read 1e-6.
fn maximise(parameters: &mut [f64], sums: impl Iterator<Item = f64> + Clone, seen: &[bool], fixed: &[bool]) {
    let total: f64 = sums.clone().sum();
    for (gamma, (parameter, sum)) in parameters.iter_mut().zip(sums).enumerate() {
        if fixed[gamma] {
            continue;
        }
        *parameter = if seen[gamma] && total > 0.0 { sum / total } else { UNSEEN };
    }
}

/// Expected matches and non-matches.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    matches: f64,
    non_matches: f64,
}

fn level_totals(evidence: &Evidence, shares: &[Share], at: usize, levels: usize) -> Vec<Share> {
    let mut totals = vec![Share::default(); levels];
    for (group, share) in evidence.groups.iter().zip(shares) {
        if let Some(total) = usize::try_from(group.gammas[at]).ok().and_then(|gamma| totals.get_mut(gamma)) {
            total.matches += share.matches;
            total.non_matches += share.non_matches;
        }
    }
    totals
}

/// The expected matches and non-matches of each group.
fn expectation(evidence: &Evidence, weights: &[f64]) -> Vec<Share> {
    let pieces: Vec<(usize, Vec<Share>)> =
        evidence.entries.par_chunks(ENTRIES_PER_TASK).map(|entries| piece(entries, weights)).collect();
    let mut shares = vec![Share::default(); weights.len()];
    for (first, piece) in pieces {
        for (share, part) in shares[first..].iter_mut().zip(piece) {
            share.matches += part.matches;
            share.non_matches += part.non_matches;
        }
    }
    shares
}

/// The shares of the groups that `entries` touch, from the first of them on.
fn piece(entries: &[Entry], weights: &[f64]) -> (usize, Vec<Share>) {
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return (0, Vec::new()) };
    let first = first.group as usize;
    let mut shares = vec![Share::default(); last.group as usize - first + 1];
    for entry in entries {
        let odds = (weights[entry.group as usize] + entry.shift).exp2();
        let (matches, non_matches) = if odds.is_infinite() { (1.0, 0.0) } else { (odds / (1.0 + odds), 1.0 / (1.0 + odds)) };
        let share = &mut shares[entry.group as usize - first];
        share.matches += matches * entry.pairs;
        share.non_matches += non_matches * entry.pairs;
    }
    (first, shares)
}

/// The logarithm (base 2) of the probability of the pairs' levels under `parameters`; EM never lowers it while there are no
/// term-frequency adjustments.
pub(super) fn log2_likelihood(evidence: &Evidence, parameters: &EmIteration) -> f64 {
    let lambda = parameters.probability_two_random_records_match;
    let mut total = 0.0;
    for entry in &evidence.entries {
        let group = &evidence.groups[entry.group as usize];
        let (mut matching, mut other) = (lambda, 1.0 - lambda);
        for (at, gamma) in group.gammas.iter().enumerate() {
            if let Ok(gamma) = usize::try_from(*gamma) {
                matching *= parameters.comparisons[at].m[gamma];
                other *= parameters.comparisons[at].u[gamma];
            }
        }
        total += entry.pairs * (matching + other).log2();
    }
    total
}
