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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::train::evidence::Adjustment;
    use proptest::prelude::*;

    /// The logarithm (base 2) of the probability of the pairs' levels; there are no term-frequency adjustments in it.
    fn log2_likelihood(evidence: &Evidence, parameters: &EmIteration) -> f64 {
        let lambda = parameters.probability_two_random_records_match;
        let of = |entry: &Entry| {
            let (mut matching, mut other) = (lambda, 1.0 - lambda);
            for (at, gamma) in evidence.groups[entry.group as usize].gammas.iter().enumerate() {
                if let Ok(gamma) = usize::try_from(*gamma) {
                    matching *= parameters.comparisons[at].m[gamma];
                    other *= parameters.comparisons[at].u[gamma];
                }
            }
            entry.pairs * (matching + other).log2()
        };
        evidence.entries.iter().map(of).sum()
    }

    fn evidence(patterns: &[(Vec<i8>, u32)], comparisons: usize) -> Evidence {
        let mut groups: Vec<(Vec<i8>, u32)> = patterns.to_vec();
        groups.sort();
        groups.dedup_by(|later, earlier| later.0 == earlier.0);
        let no_adjustments: Vec<Vec<Option<Adjustment>>> = vec![vec![None; 3]; comparisons];
        Evidence {
            comparisons: (0..comparisons).collect(),
            adjustments: no_adjustments,
            pairs: groups.iter().map(|(_, pairs)| u64::from(*pairs)).sum(),
            entries: groups
                .iter()
                .enumerate()
                .map(|(group, (_, pairs))| Entry { group: group as u32, shift: 0.0, pairs: f64::from(*pairs) })
                .collect(),
            groups: groups
                .into_iter()
                .map(|(gammas, _)| Group { gammas: gammas.into(), adjusted: vec![false; comparisons].into() })
                .collect(),
        }
    }

    fn start(comparisons: usize) -> EmIteration {
        let comparison = |comparison| EmComparison { comparison, m: vec![0.1, 0.2, 0.7], u: vec![0.6, 0.3, 0.1] };
        EmIteration { probability_two_random_records_match: 0.2, comparisons: (0..comparisons).map(comparison).collect() }
    }

    fn limits(fix_u: bool, iterations_max: u32) -> EmLimits {
        EmLimits { fix_lambda: false, fix_m: false, fix_u, convergence: 1e-9, iterations_max }
    }

    fn nothing_fixed(comparisons: usize) -> Fixed {
        Fixed { m: vec![vec![false; 3]; comparisons], u: vec![vec![false; 3]; comparisons] }
    }

    proptest! {
        #[test]
        fn the_likelihood_never_falls(
            patterns in prop::collection::vec((prop::collection::vec(-1_i8..3, 3), 1_u32..500), 2..30),
            fix_u in any::<bool>(),
        ) {
            let evidence = evidence(&patterns, 3);
            let history = run(&evidence, start(3), &nothing_fixed(3), limits(fix_u, 20)).history;
            // The first step may replace levels that no pair took, which the likelihood does not see.
            for pair in history.windows(2) {
                let (before, after) = (log2_likelihood(&evidence, &pair[0]), log2_likelihood(&evidence, &pair[1]));
                prop_assert!(after >= before - 1e-9 * before.abs().max(1.0), "{before} then {after}");
            }
        }

        #[test]
        fn seen_levels_share_one(
            patterns in prop::collection::vec((prop::collection::vec(-1_i8..3, 2), 1_u32..500), 2..20),
        ) {
            let evidence = evidence(&patterns, 2);
            let last = run(&evidence, start(2), &nothing_fixed(2), limits(false, 5)).history.pop().unwrap();
            for (parameters, seen) in last.comparisons.iter().zip(evidence.seen()) {
                let sum = |values: &[f64]| -> f64 { values.iter().zip(&seen).filter(|(_, seen)| **seen).map(|(value, _)| value).sum() };
                if seen.contains(&true) {
                    prop_assert!((sum(&parameters.m) - 1.0).abs() < 1e-9);
                    prop_assert!((sum(&parameters.u) - 1.0).abs() < 1e-9);
                }
            }
        }
    }

    #[test]
    fn a_mixture_is_found_again() {
        // 2 comparisons, lambda 0.3, m of the top level 0.9, u of it 0.1: the counts of 100,000 pairs in expectation.
        let share = |top: bool, probability: f64| if top { probability } else { 1.0 - probability };
        let mut patterns = Vec::new();
        for (a, b, c) in [(2, 2, 2), (2, 2, 0), (2, 0, 2), (2, 0, 0), (0, 2, 2), (0, 2, 0), (0, 0, 2), (0, 0, 0)] {
            let of = |probability: f64| [a, b, c].iter().map(|gamma| share(*gamma == 2, probability)).product::<f64>();
            patterns.push((vec![a, b, c], (1e9 * (0.3 * of(0.9) + 0.7 * of(0.1))) as u32));
        }
        let run = run(&evidence(&patterns, 3), start(3), &nothing_fixed(3), limits(false, 500));
        let last = run.history.last().unwrap();
        assert!(run.converged);
        assert!((last.probability_two_random_records_match - 0.3).abs() < 1e-4);
        assert!((last.comparisons[0].m[2] - 0.9).abs() < 1e-4);
        assert!((last.comparisons[0].u[2] - 0.1).abs() < 1e-4);
        assert_eq!(last.comparisons[0].m[1], UNSEEN);
    }

    #[test]
    fn fixed_parameters_stay() {
        let patterns = vec![(vec![2], 10), (vec![1], 5), (vec![0], 50)];
        let mut fixed = nothing_fixed(1);
        fixed.m[0][2] = true;
        let evidence = evidence(&patterns, 1);
        let limits = EmLimits { fix_lambda: true, ..limits(true, 10) };
        let last = run(&evidence, start(1), &fixed, limits).history.pop().unwrap();
        assert_eq!((last.probability_two_random_records_match, last.comparisons[0].m[2]), (0.2, 0.7));
        assert_eq!(last.comparisons[0].u, [0.6, 0.3, 0.1]);
        assert_ne!(last.comparisons[0].m[1], 0.2);
    }

    #[test]
    fn sums_do_not_depend_on_threads() {
        let entries: Vec<Entry> = (0..200_000_u32)
            .map(|i| Entry { group: i / 50_000, shift: f64::from(i % 977) / 97.0, pairs: f64::from(i % 7 + 1) })
            .collect();
        let mut evidence = evidence(&[(vec![0], 1), (vec![1], 1), (vec![2], 1), (vec![-1], 1)], 1);
        evidence.entries = entries;
        let once = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                expectation(&evidence, &[0.5, -1.0, 2.0, 0.0]).iter().map(|share| share.matches.to_bits()).collect::<Vec<_>>()
            })
        };
        assert_eq!(once(1), once(2));
        assert_eq!(once(1), once(5));
    }
}
