//! The m and u that a level has before anything is trained.
//!
//! With k levels that are not null levels, m is 0.95 for the top one and the rest is shared by the others. u follows from a match
//! weight of +10 for the top level and of +3 down to -5, evenly spaced, for the others; so u of the last level may be above 1.

use super::{Comparison, ComparisonLevel};

const TOP_M: f64 = 0.95;
const TOP_WEIGHT: f64 = 10.0;
const SECOND_WEIGHT: f64 = 3.0;
const LAST_WEIGHT: f64 = -5.0;

/// The starting m and u of one level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DefaultProbabilities {
    /// P(level | match).
    pub m: f64,
    /// P(level | no match); above 1 for the last of few levels.
    pub u: f64,
}

/// The starting m and u of level `gamma` among `levels` levels that are not null levels.
///
/// One level alone says nothing, so it has m = u = 1.
///
/// ```
/// let last = kintsu_link::model::default_probabilities(2, 0);
/// assert_eq!(last.u / last.m, 32.0);
/// ```
pub fn default_probabilities(levels: usize, gamma: usize) -> DefaultProbabilities {
    if levels < 2 {
        return DefaultProbabilities { m: 1.0, u: 1.0 };
    }
    if gamma + 1 == levels {
        return DefaultProbabilities { m: TOP_M, u: TOP_M / TOP_WEIGHT.exp2() };
    }
    let others = (levels - 1) as f64;
    let m = (1.0 - TOP_M) / others;
    let step = if levels == 2 { 0.0 } else { (SECOND_WEIGHT - LAST_WEIGHT) / (others - 1.0) };
    DefaultProbabilities { m, u: m / (LAST_WEIGHT + step * gamma as f64).exp2() }
}

impl Comparison {
    /// How many levels are not null levels.
    pub fn scored_levels(&self) -> usize {
        self.levels.iter().filter(|level| !level.is_null_level).count()
    }

    /// The level whose gamma is `gamma`, when it is not a null level.
    pub fn level_with_gamma(&self, gamma: i32) -> Option<&ComparisonLevel> {
        self.levels.iter().find(|level| !level.is_null_level && level.gamma == gamma)
    }

    /// m of a level as scoring uses it: trained or given, else the starting value. A null level has 1.
    pub fn effective_m(&self, level: &ComparisonLevel) -> f64 {
        level.m_probability.unwrap_or_else(|| self.defaults_of(level).m)
    }

    /// u of a level as scoring uses it: trained or given, else the starting value. A null level has 1.
    pub fn effective_u(&self, level: &ComparisonLevel) -> f64 {
        level.u_probability.unwrap_or_else(|| self.defaults_of(level).u)
    }

    fn defaults_of(&self, level: &ComparisonLevel) -> DefaultProbabilities {
        match usize::try_from(level.gamma) {
            Ok(gamma) if !level.is_null_level => default_probabilities(self.scored_levels(), gamma),
            _ => DefaultProbabilities { m: 1.0, u: 1.0 },
        }
    }

    /// Gives every level its gamma: -1 for null levels, the others counted down to 0 for the last.
    pub fn number_levels(&mut self) {
        let mut next = self.scored_levels() as i32;
        for level in &mut self.levels {
            level.gamma = if level.is_null_level {
                -1
            } else {
                next -= 1;
                next
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::default_probabilities;

    #[test]
    fn weights_run_from_ten_to_minus_five() {
        for levels in 2..9 {
            let weight = |gamma| {
                let start = default_probabilities(levels, gamma);
                (start.m / start.u).log2()
            };
            assert!((weight(levels - 1) - 10.0).abs() < 1e-12);
            assert!((weight(0) + 5.0).abs() < 1e-12);
            if levels > 2 {
                assert!((weight(levels - 2) - 3.0).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn starting_m_sums_to_one() {
        for levels in 1..9 {
            let sum: f64 = (0..levels).map(|gamma| default_probabilities(levels, gamma).m).sum();
            assert!((sum - 1.0).abs() < 1e-12, "{levels} levels");
        }
    }

    #[test]
    fn the_last_of_two_levels_has_u_above_one() {
        assert_eq!(default_probabilities(2, 0).u, 1.600_000_000_000_001_4);
    }
}
