//! The estimates behind a model's parameters. A parameter is the median of its estimates, so that one session gone wrong does not
//! decide it.

use crate::model::{EstimateNote, Model, PROBABILITY_MIN, Parameter};

/// One estimate of one parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// What it was estimated from, such as `estimate_u_using_random_sampling` or the rule of an EM session.
    pub source: String,
    /// The estimate; none when no pair took the level.
    pub value: Option<f64>,
}

/// The estimates of one level's m and u.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LevelEstimates {
    /// Of P(level | match), in the order in which they were made.
    pub m: Vec<Estimate>,
    /// Of P(level | no match).
    pub u: Vec<Estimate>,
}

/// The estimates of all levels, by comparison and position of the level.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Estimates {
    levels: Vec<Vec<LevelEstimates>>,
}

impl Estimates {
    /// No estimates yet.
    pub(super) fn new(model: &Model) -> Self {
        let of = |levels: usize| vec![LevelEstimates::default(); levels];
        Self { levels: model.comparisons.iter().map(|comparison| of(comparison.levels.len())).collect() }
    }

    /// The estimates of a level, by positions in the model.
    pub fn level(&self, comparison: usize, level: usize) -> &LevelEstimates {
        &self.levels[comparison][level]
    }

    /// Adds one estimate per level of `comparison` (`values` by gamma) and sets the model's parameter to the new median. Fixed
    /// levels are left alone.
    pub(super) fn add(
        &mut self,
        model: &mut Model,
        comparison: usize,
        parameter: Parameter,
        source: &str,
        values: &[Option<f64>],
    ) {
        let lists = &mut self.levels[comparison];
        for (level, list) in model.comparisons[comparison].levels.iter_mut().zip(lists) {
            let Some(value) = usize::try_from(level.gamma).ok().and_then(|gamma| values.get(gamma)) else { continue };
            let (list, fixed, place) = match parameter {
                Parameter::U => (&mut list.u, level.fix_u_probability, &mut level.u_probability),
                _ => (&mut list.m, level.fix_m_probability, &mut level.m_probability),
            };
            if fixed || level.is_null_level {
                continue;
            }
            list.push(Estimate { source: source.to_owned(), value: *value });
            let known: Vec<f64> = list.iter().filter_map(|estimate| estimate.value).collect();
            if let Some(median) = median(&known) {
                *place = Some(median.max(PROBABILITY_MIN));
            }
        }
    }

    /// Every estimate in the form in which `model.kintsu.json` keeps it.
    pub fn notes(&self, model: &Model) -> Vec<EstimateNote> {
        let mut notes = Vec::new();
        for (comparison, lists) in model.comparisons.iter().zip(&self.levels) {
            for (level, lists) in comparison.levels.iter().zip(lists) {
                for (parameter, list) in [(Parameter::M, &lists.m), (Parameter::U, &lists.u)] {
                    notes.extend(list.iter().map(|estimate| EstimateNote {
                        comparison: comparison.output_column_name.clone(),
                        gamma: level.gamma,
                        parameter,
                        source: estimate.source.clone(),
                        value: estimate.value,
                    }));
                }
            }
        }
        notes
    }
}

/// The middle of the numbers, or the mean of the two in the middle; none of no numbers.
///
/// Worked: 1, 4, 2 gives 2; 1, 2, 4, 8 gives 3.
pub(super) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    Some(f64::midpoint(sorted[sorted.len() / 2 - 1], upper))
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn medians() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[1.0, 4.0, 2.0]), Some(2.0));
        assert_eq!(median(&[8.0, 1.0, 4.0, 2.0]), Some(3.0));
    }
}
