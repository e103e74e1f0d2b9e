//! Weights: what each level of each comparison adds, and what term frequencies change about it.

use arrow_buffer::ScalarBuffer;

use super::term_frequency::TermFrequencyTables;
use crate::compare::CodeMatrix;
use crate::error::LinkError;
use crate::model::{Comparison, ComparisonLevel, Model, SplinkVersion};

/// Below this a probability counts as this much when logarithms are taken.
const PROBABILITY_MIN: f64 = 1e-300;
/// log2 of the largest Bayes factor that Splink 4 lets stand.
const WEIGHT_MAX_V4: f64 = 996.578_428_466_209;

/// The weights of a model over one set of records.
///
/// The match weight of a pair is `log2(lambda / (1 - lambda))` plus, for each comparison, `log2(m / u)` of the level taken and
/// the level's term-frequency adjustment; a null level adds nothing. Sums run in the order of the comparisons, so a pair's
/// weight does not depend on how it was found.
#[derive(Debug)]
pub struct Scorer {
    prior: f64,
    comparisons: Vec<ComparisonWeights>,
    clamp: f64,
}

/// The weights of one comparison, by gamma.
#[derive(Debug)]
pub(crate) struct ComparisonWeights {
    /// By `gamma + 1`.
    weights: Vec<f64>,
    /// By `gamma + 1`.
    adjustments: Vec<Option<Adjustment>>,
    pub(crate) is_adjusted: bool,
}

/// The term-frequency adjustment of a level.
#[derive(Debug)]
struct Adjustment {
    codes: ScalarBuffer<u32>,
    /// The frequency of each code; NaN where it has none.
    frequencies: Vec<f64>,
    /// What the level adds when this code's frequency is the larger one.
    additions: Vec<f64>,
    largest: f64,
}

impl Scorer {
    /// Takes the parameters of `model`; levels that were never trained have their starting values.
    ///
    /// # Errors
    /// [`LinkError::NoExactLevel`] when an adjustment has nothing to start from, [`LinkError::Parameter`].
    pub fn new(model: &Model, frequencies: &TermFrequencyTables) -> Result<Self, LinkError> {
        let lambda = model.probability_two_random_records_match;
        let comparisons = model
            .comparisons
            .iter()
            .map(|comparison| ComparisonWeights::new(comparison, frequencies))
            .collect::<Result<_, _>>()?;
        let clamp = if model.splink_version == SplinkVersion::V4 { WEIGHT_MAX_V4 } else { f64::INFINITY };
        Ok(Self { prior: (lambda / (1.0 - lambda)).log2(), comparisons, clamp })
    }

    /// log2 of the prior odds, in bits.
    pub fn prior(&self) -> f64 {
        self.prior
    }

    /// The match weight of a pair with these gammas, in bits.
    pub fn weight(&self, gammas: impl IntoIterator<Item = i8>, left: u32, right: u32) -> f64 {
        self.weight_with(gammas, |position, gamma| self.comparisons[position].addition(gamma, left, right))
    }

    /// The match weight of a pair with these gammas, of which `addition` tells what term frequencies add.
    #[inline]
    pub(crate) fn weight_with(&self, gammas: impl IntoIterator<Item = i8>, addition: impl Fn(usize, i8) -> f64) -> f64 {
        let parts = self.comparisons.iter().zip(gammas).enumerate();
        let parts = parts.map(|(position, (comparison, gamma))| comparison.weight(gamma) + addition(position, gamma));
        parts.fold(self.prior, |sum, part| sum + part).clamp(-self.clamp, self.clamp)
    }

    /// log2(m / u) of a comparison's level; 0 for a null level.
    pub fn level_weight(&self, comparison: usize, gamma: i8) -> f64 {
        self.comparisons[comparison].weight(gamma)
    }

    /// The term-frequency adjustment of a comparison's level for a pair; 0 where there is none.
    pub fn adjustment(&self, comparison: usize, gamma: i8, left: u32, right: u32) -> f64 {
        self.comparisons[comparison].addition(gamma, left, right)
    }

    /// Whether some level of the comparison is adjusted for term frequencies.
    pub fn is_adjusted(&self, comparison: usize) -> bool {
        self.comparisons[comparison].is_adjusted
    }

    pub(crate) fn comparisons(&self) -> &[ComparisonWeights] {
        &self.comparisons
    }
}

impl ComparisonWeights {
    fn new(comparison: &Comparison, frequencies: &TermFrequencyTables) -> Result<Self, LinkError> {
        let levels = comparison.scored_levels();
        let mut weights = vec![0.0; levels + 1];
        let mut adjustments: Vec<Option<Adjustment>> = (0..=levels).map(|_| None).collect();
        for (position, level) in comparison.levels.iter().enumerate().filter(|(_, level)| !level.is_null_level) {
            let place = (level.gamma + 1) as usize;
            weights[place] = level_weight(comparison, level, position)?;
            if level.has_term_frequency_adjustment() {
                adjustments[place] = Some(Adjustment::new(comparison, level, frequencies)?);
            }
        }
        let is_adjusted = adjustments.iter().any(Option::is_some);
        Ok(Self { weights, adjustments, is_adjusted })
    }

    /// The most that any of these levels can add.
    pub(crate) fn best_of(&self, gammas: impl Iterator<Item = i8>) -> f64 {
        gammas.map(|gamma| self.best(gamma)).fold(f64::NEG_INFINITY, f64::max)
    }

    /// The most that a level can add.
    fn best(&self, gamma: i8) -> f64 {
        let place = (gamma + 1) as usize;
        self.weights[place] + self.adjustments[place].as_ref().map_or(0.0, |adjustment| adjustment.largest.max(0.0))
    }

    #[inline]
    pub(crate) fn weight(&self, gamma: i8) -> f64 {
        self.weights[(gamma + 1) as usize]
    }

    #[inline]
    pub(crate) fn addition(&self, gamma: i8, left: u32, right: u32) -> f64 {
        match &self.adjustments[(gamma + 1) as usize] {
            Some(adjustment) => adjustment.addition(left, right),
            None => 0.0,
        }
    }

    /// What the level adds where both records have the value with this code.
    #[inline]
    pub(crate) fn addition_of_code(&self, gamma: i8, code: u32) -> f64 {
        let adjustment = self.adjustments[(gamma + 1) as usize].as_ref();
        adjustment.and_then(|adjustment| adjustment.additions.get(code as usize)).copied().unwrap_or(0.0)
    }

    /// Whether the level adjusts for the values that `matrix` has at `place`.
    pub(crate) fn adjusts_for(&self, gamma: i8, matrix: &CodeMatrix, place: u32) -> bool {
        self.adjustments[(gamma + 1) as usize].as_ref().is_some_and(|adjustment| matrix.is_column(place, &adjustment.codes))
    }

    /// The gammas whose levels are adjusted.
    pub(crate) fn adjusted_gammas(&self) -> impl Iterator<Item = i8> {
        (-1..self.weights.len() as i8 - 1).filter(|&gamma| self.adjustments[(gamma + 1) as usize].is_some())
    }
}

fn level_weight(comparison: &Comparison, level: &ComparisonLevel, position: usize) -> Result<f64, LinkError> {
    let (m, u) = (comparison.effective_m(level), comparison.effective_u(level));
    if !(m.is_finite() && u.is_finite() && m >= 0.0 && u >= 0.0) {
        let what = "m or u is no probability".to_owned();
        return Err(LinkError::Parameter { comparison: comparison.output_column_name.clone(), level: position, what });
    }
    Ok((m.max(PROBABILITY_MIN) / u.max(PROBABILITY_MIN)).log2())
}

impl Adjustment {
    fn new(comparison: &Comparison, level: &ComparisonLevel, frequencies: &TermFrequencyTables) -> Result<Self, LinkError> {
        let column = level.tf_adjustment_column.clone().unwrap_or_default();
        let no_exact = || LinkError::NoExactLevel { comparison: comparison.output_column_name.clone(), column: column.clone() };
        let base = comparison.term_frequency_base_level(level).ok_or_else(no_exact)?;
        let exact = comparison.effective_u(base).max(PROBABILITY_MIN).log2();
        let table = frequencies.of(&column).ok_or_else(|| LinkError::MissingColumn {
            name: column.clone(),
            wanted_by: format!("comparison `{}`", comparison.output_column_name),
            available: frequencies.tables().iter().map(|table| table.column().to_owned()).collect(),
        })?;
        let frequencies = table.values().1.to_vec();
        let addition = |frequency: f64| {
            level.tf_adjustment_weight * (exact - frequency.max(level.tf_minimum_u_value).max(PROBABILITY_MIN).log2())
        };
        let additions: Vec<f64> =
            frequencies.iter().map(|&frequency| if frequency.is_nan() { 0.0 } else { addition(frequency) }).collect();
        let largest = additions.iter().copied().fold(0.0, f64::max);
        Ok(Self { codes: table.encoded().codes.clone(), frequencies, additions, largest })
    }

    #[inline]
    fn addition(&self, left: u32, right: u32) -> f64 {
        let (left, right) = (self.codes[left as usize] as usize, self.codes[right as usize] as usize);
        if left == right {
            return self.additions.get(left).copied().unwrap_or(0.0);
        }
        let frequency = |code: usize| self.frequencies.get(code).copied().unwrap_or(f64::NAN);
        let (left_frequency, right_frequency) = (frequency(left), frequency(right));
        let code = if left_frequency.is_nan() || right_frequency > left_frequency { right } else { left };
        self.additions.get(code).copied().unwrap_or(0.0)
    }
}
