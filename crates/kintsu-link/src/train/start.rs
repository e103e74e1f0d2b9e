//! Where a session of EM starts: which comparisons it can estimate, and how likely a match is among its pairs.
//!
//! The pairs of a session agree on the columns of its rule, so matches are more frequent among them than among all pairs: the odds
//! of lambda are multiplied by the Bayes factors of the exact-match levels that the rule implies. A function around a column counts
//! as the column, so `substr(dob, 1, 4)` borrows the exact level of `dob`: crude, and what Splink does.

use crate::model::{BlockingRule, Comparison, ComparisonLevel, Model};

/// A level that every pair of a session takes, as its rule implies it: positions of comparison and level in the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImpliedLevel {
    /// The comparison.
    pub comparison: usize,
    /// Its level.
    pub level: usize,
}

/// The columns of a rule, lower-cased, each once.
pub(super) fn rule_columns(rule: &BlockingRule) -> Vec<String> {
    let mut columns: Vec<String> = rule.condition.columns().iter().map(|column| column.name.to_lowercase()).collect();
    columns.sort_unstable();
    columns.dedup();
    columns
}

/// The comparisons that use none of `columns`, as positions in the model.
pub(super) fn estimable_comparisons(model: &Model, columns: &[String]) -> Vec<usize> {
    let independent = |comparison: &Comparison| !comparison.columns().iter().any(|name| columns.contains(&name.to_lowercase()));
    model.comparisons.iter().enumerate().filter(|(_, comparison)| independent(comparison)).map(|(position, _)| position).collect()
}

/// The exact-match levels that equality on `columns` implies: the widest first, each column used once.
pub(super) fn implied_levels(model: &Model, columns: &[String]) -> Vec<ImpliedLevel> {
    let mut candidates: Vec<(Vec<String>, ImpliedLevel)> = Vec::new();
    for (comparison, levels) in model.comparisons.iter().enumerate() {
        for (level, candidate) in levels.levels.iter().enumerate() {
            candidates.extend(candidate.exact_match_columns().map(|exact| (exact, ImpliedLevel { comparison, level })));
        }
    }
    candidates.sort_by_key(|(exact, _)| std::cmp::Reverse(exact.len()));
    let mut open = columns.to_vec();
    let mut implied = Vec::new();
    for (exact, level) in candidates {
        if exact.iter().all(|column| open.contains(column)) {
            open.retain(|column| !exact.contains(column));
            implied.push(level);
        }
    }
    implied
}

/// m / u of the implied levels, multiplied.
pub(super) fn implied_bayes_factor(model: &Model, implied: &[ImpliedLevel]) -> f64 {
    let factor = |place: &ImpliedLevel| {
        let comparison = &model.comparisons[place.comparison];
        let level: &ComparisonLevel = &comparison.levels[place.level];
        comparison.effective_m(level) / comparison.effective_u(level)
    };
    implied.iter().map(factor).product()
}

/// `probability` with its odds multiplied by `factor`.
///
/// Worked: 1/101 with factor 100 gives one half.
pub(super) fn scale_odds(probability: f64, factor: f64) -> f64 {
    if probability >= 1.0 {
        return 1.0;
    }
    let odds = probability / (1.0 - probability) * factor;
    if odds.is_infinite() { 1.0 } else { odds / (1.0 + odds) }
}
