//! Why a pair scores what it scores: the prior, then what each comparison adds, down to the final weight.
//!
//! Match weights add up (Fellegi and Sunter 1969): the prior is log2(lambda / (1 - lambda)), a level adds log2(m / u), and a
//! term-frequency adjustment adds `weight * (log2 u_exact - log2 max(f_left, f_right, minimum))`, where a frequency that is
//! not known takes the other record's and neither known adds nothing. The running weight of the last step is the pair's weight.

use serde::Serialize;

use crate::error::LinkError;
use crate::model::{Comparison, ComparisonLevel, Model};

/// Probabilities below this count as this, so that no weight is infinite.
const PROBABILITY_MIN: f64 = 1e-300;

/// What was seen of one comparison of a pair.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PairEvidence {
    /// The level, as its gamma; -1 for a null level.
    pub gamma: i32,
    /// The term frequency of the left value in the column that the level adjusts for, when it is known.
    pub frequency_left: Option<f64>,
    /// The same of the right value.
    pub frequency_right: Option<f64>,
    /// The left values of the compared columns as text; empty to keep values out of the explanation.
    pub values_left: Vec<Option<String>>,
    /// The right values.
    pub values_right: Vec<Option<String>>,
}

/// A pair's weight, step by step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Waterfall {
    /// Lambda, the probability that two records drawn at random match.
    pub prior_probability: f64,
    /// Where the weight starts, in bits.
    pub prior_weight: f64,
    /// What each comparison adds, in the order of the model.
    pub steps: Vec<WaterfallStep>,
    /// The pair's match weight, in bits.
    pub match_weight: f64,
    /// The pair's match probability.
    pub match_probability: f64,
}

/// What one comparison adds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WaterfallStep {
    /// The comparison.
    pub comparison: String,
    /// The level taken, for people.
    pub label: String,
    /// The condition of the level.
    pub sql_condition: String,
    /// The level, as its gamma.
    pub gamma: i32,
    /// P(level | match); none for a null level.
    pub m_probability: Option<f64>,
    /// P(level | no match); none for a null level.
    pub u_probability: Option<f64>,
    /// log2(m / u), in bits; 0 for a null level.
    pub log2_bayes_factor: f64,
    /// The adjustment for how common the value is, when the level has one.
    pub term_frequency: Option<TermFrequencyStep>,
    /// The weight so far, this step included.
    pub running_weight: f64,
    /// The compared columns of the left record as text; empty when values are kept out.
    pub values_left: Vec<Option<String>>,
    /// The compared columns of the right record.
    pub values_right: Vec<Option<String>>,
}

/// What the frequency of a value adds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TermFrequencyStep {
    /// The column whose values are counted.
    pub column: String,
    /// The share of the left value among all values.
    pub frequency_left: Option<f64>,
    /// The share of the right value.
    pub frequency_right: Option<f64>,
    /// What the adjustment adds, in bits: more for a rare value, less for a common one.
    pub adjustment: f64,
}

/// Explains a pair by what was seen of each comparison of `model`.
///
/// Parameters that were never trained count with their starting values, as in scoring.
///
/// # Errors
/// [`LinkError::Parameter`] when a gamma belongs to no level or there is not one piece of evidence a comparison;
/// [`LinkError::NoExactLevel`] when a level adjusts for term frequencies without a level to start from.
pub fn waterfall(model: &Model, evidence: &[PairEvidence]) -> Result<Waterfall, LinkError> {
    if evidence.len() != model.comparisons.len() {
        let comparison = model.comparisons.get(evidence.len()).map_or_else(String::new, |left| left.output_column_name.clone());
        return Err(LinkError::Parameter { comparison, level: 0, what: "there is no evidence for it".to_owned() });
    }
    let prior_probability = model.probability_two_random_records_match;
    let prior_weight = (prior_probability / (1.0 - prior_probability)).log2();
    let mut running = prior_weight;
    let mut steps = Vec::with_capacity(evidence.len());
    for (comparison, seen) in model.comparisons.iter().zip(evidence) {
        let step = step(comparison, seen, running)?;
        running = step.running_weight;
        steps.push(step);
    }
    let match_probability = kintsu_core::MatchWeight::new(running).probability().value();
    Ok(Waterfall { prior_probability, prior_weight, steps, match_weight: running, match_probability })
}

fn step(comparison: &Comparison, seen: &PairEvidence, before: f64) -> Result<WaterfallStep, LinkError> {
    let level = comparison.levels.iter().find(|level| level.gamma == seen.gamma).ok_or_else(|| LinkError::Parameter {
        comparison: comparison.output_column_name.clone(),
        level: 0,
        what: format!("no level has gamma {}", seen.gamma),
    })?;
    let (m, u) = (comparison.effective_m(level), comparison.effective_u(level));
    let known = !level.is_null_level;
    let log2_bayes_factor = if known { log2(m) - log2(u) } else { 0.0 };
    let term_frequency = term_frequency(comparison, level, seen)?;
    let adjustment = term_frequency.as_ref().map_or(0.0, |step| step.adjustment);
    Ok(WaterfallStep {
        comparison: comparison.output_column_name.clone(),
        label: level.label_for_charts.clone().unwrap_or_else(|| level.sql_condition.clone()),
        sql_condition: level.sql_condition.clone(),
        gamma: level.gamma,
        m_probability: known.then_some(m),
        u_probability: known.then_some(u),
        log2_bayes_factor,
        term_frequency,
        running_weight: before + log2_bayes_factor + adjustment,
        values_left: seen.values_left.clone(),
        values_right: seen.values_right.clone(),
    })
}

fn term_frequency(
    comparison: &Comparison,
    level: &ComparisonLevel,
    seen: &PairEvidence,
) -> Result<Option<TermFrequencyStep>, LinkError> {
    let Some(column) = level.tf_adjustment_column.as_ref().filter(|_| level.has_term_frequency_adjustment()) else {
        return Ok(None);
    };
    let base = comparison
        .term_frequency_base_level(level)
        .ok_or_else(|| LinkError::NoExactLevel { comparison: comparison.output_column_name.clone(), column: column.clone() })?;
    let larger = match (seen.frequency_left, seen.frequency_right) {
        (Some(left), Some(right)) => Some(left.max(right)),
        (left, right) => left.or(right),
    };
    let adjustment = larger.map_or(0.0, |frequency| {
        level.tf_adjustment_weight * (log2(comparison.effective_u(base)) - log2(frequency.max(level.tf_minimum_u_value)))
    });
    Ok(Some(TermFrequencyStep {
        column: column.clone(),
        frequency_left: seen.frequency_left,
        frequency_right: seen.frequency_right,
        adjustment,
    }))
}

fn log2(probability: f64) -> f64 {
    probability.max(PROBABILITY_MIN).log2()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::sql::{ColumnRef, CompareOp, Expr, Side};

    fn column(side: Side, name: &str) -> Expr {
        Expr::Column(ColumnRef { side, name: name.to_owned() })
    }

    fn level(sql: &str, condition: Option<Expr>, m: Option<f64>, u: Option<f64>) -> ComparisonLevel {
        ComparisonLevel { m_probability: m, u_probability: u, ..ComparisonLevel::new(sql.to_owned(), condition) }
    }

    /// Null, exact (adjusted at half weight) and else, on one column.
    fn comparison() -> Comparison {
        let equal = Expr::Compare(CompareOp::Equal, Box::new(column(Side::Left, "name")), Box::new(column(Side::Right, "name")));
        let mut null = level("name_l IS NULL", Some(Expr::IsNull(Box::new(column(Side::Left, "name")))), None, None);
        null.is_null_level = true;
        let mut exact = level("name_l = name_r", Some(equal), Some(0.8), Some(0.1));
        exact.label_for_charts = Some("Exact match".to_owned());
        exact.tf_adjustment_column = Some("name".to_owned());
        exact.tf_adjustment_weight = 0.5;
        exact.tf_minimum_u_value = 0.0125;
        let levels = vec![null, exact, level("ELSE", None, Some(0.2), None)];
        let mut comparison = Comparison { output_column_name: "name".to_owned(), comparison_description: None, levels };
        comparison.number_levels();
        comparison
    }

    fn model(comparisons: Vec<Comparison>) -> Model {
        Model { probability_two_random_records_match: 0.2, ..Model::new(comparisons, Vec::new()) }
    }

    fn seen(gamma: i32, frequency_left: Option<f64>, frequency_right: Option<f64>) -> PairEvidence {
        PairEvidence { gamma, frequency_left, frequency_right, ..PairEvidence::default() }
    }

    #[test]
    fn weights_add_up_from_the_prior() {
        let found = waterfall(&model(vec![comparison()]), &[seen(1, Some(0.025), Some(0.00625))]).unwrap();
        assert_eq!((found.prior_weight, found.steps[0].log2_bayes_factor), (-2.0, 3.0));
        let adjusted = found.steps[0].term_frequency.as_ref().unwrap();
        assert!((adjusted.adjustment - 0.5 * 2.0).abs() < 1e-12, "half of log2(0.1 / 0.025)");
        assert!((found.match_weight - 2.0).abs() < 1e-12);
        assert!((found.match_probability - 0.8).abs() < 1e-12);
    }

    #[test]
    fn a_missing_frequency_takes_the_other_and_none_adds_nothing() {
        let adjustment = |left, right| {
            let found = waterfall(&model(vec![comparison()]), &[seen(1, left, right)]).unwrap();
            found.steps[0].term_frequency.as_ref().unwrap().adjustment
        };
        assert_eq!(adjustment(None, None), 0.0);
        assert_eq!(adjustment(None, Some(0.05)), adjustment(Some(0.05), Some(0.05)));
        assert_eq!(adjustment(Some(1e-9), None), adjustment(Some(0.0125), None), "the minimum holds");
    }

    #[test]
    fn nulls_say_nothing_and_untrained_levels_count_with_their_starting_values() {
        let found = waterfall(&model(vec![comparison(), comparison()]), &[seen(-1, None, None), seen(0, None, None)]).unwrap();
        assert_eq!((found.steps[0].m_probability, found.steps[0].running_weight), (None, -2.0));
        assert!((found.steps[1].u_probability.unwrap() - 1.6).abs() < 1e-12, "0.05 / 2^-5");
        assert!((found.steps[1].log2_bayes_factor + 3.0).abs() < 1e-12, "0.2 / 1.6");
    }

    #[test]
    fn evidence_must_fit_the_model() {
        assert!(waterfall(&model(vec![comparison()]), &[]).is_err());
        assert!(waterfall(&model(vec![comparison()]), &[seen(2, None, None)]).is_err());
        let mut without_exact = comparison();
        without_exact.levels[1].condition = Some(Expr::IsNull(Box::new(column(Side::Left, "name"))));
        let refused = waterfall(&model(vec![without_exact]), &[seen(1, Some(0.1), None)]);
        assert!(matches!(refused, Err(LinkError::NoExactLevel { .. })));
    }

    #[test]
    fn the_text_lines_up_and_shows_values_only_when_given() {
        let mut with_values = seen(1, Some(0.025), Some(0.025));
        with_values.values_left = vec![Some("Ada".to_owned())];
        with_values.values_right = vec![None];
        let text = waterfall(&model(vec![comparison(), comparison()]), &[with_values, seen(0, None, None)]).unwrap().to_string();
        let expected = "\
prior  1 in 5               -2.000  --                   -2.000
name   Exact match          +3.000  +++                   1.000  m 0.8 u 0.1  \"Ada\" | null
       how common: name     +1.000  +                     2.000  frequency 0.025 and 0.025
name   ELSE                 -3.000  ---                  -1.000  m 0.2 u 1.6
match weight -1.0000 bits, match probability 0.3333
";
        assert_eq!(text, expected);
    }
}
