//! Pairs on which model and labels differ.
//!
//! What surprises: both comparisons with the threshold are strict, so a pair exactly at it is no error; and against a label
//! column a match that no blocking rule finds is always missed, however high it would score, while against a list of labelled
//! pairs only its score counts. That is how the reference reads them.

use serde::Serialize;

/// Where labels come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelsFrom {
    /// A list of pairs with clerical scores.
    Table,
    /// A column that is equal for records of one entity.
    Column,
}

/// A scored pair with its label.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Labelled {
    /// What the model says.
    pub match_probability: f64,
    /// What the label says: 1 for a match, 0 for none, or a clerical score between.
    pub clerical_match_score: f64,
    /// Whether a blocking rule finds the pair.
    pub found_by_blocking_rules: bool,
}

/// How a prediction is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum TruthStatus {
    /// Taken for a match and none.
    #[serde(rename = "FP")]
    FalsePositive,
    /// A match and not taken for one.
    #[serde(rename = "FN")]
    FalseNegative,
}

impl TruthStatus {
    /// `FP` or `FN`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FalsePositive => "FP",
            Self::FalseNegative => "FN",
        }
    }
}

/// How the prediction for a pair is wrong at `threshold`, a probability that labels are held against too; none when it is not.
///
/// ```
/// use kintsu_link::diagnose::{Labelled, LabelsFrom, TruthStatus, truth_status};
/// let pair = Labelled { match_probability: 0.97, clerical_match_score: 1.0, found_by_blocking_rules: false };
/// assert_eq!(truth_status(&pair, 0.9, LabelsFrom::Table), None);
/// assert_eq!(truth_status(&pair, 0.9, LabelsFrom::Column), Some(TruthStatus::FalseNegative));
/// ```
pub fn truth_status(pair: &Labelled, threshold: f64, labels: LabelsFrom) -> Option<TruthStatus> {
    if pair.clerical_match_score < threshold {
        return (pair.match_probability > threshold).then_some(TruthStatus::FalsePositive);
    }
    let missed = pair.match_probability < threshold || (labels == LabelsFrom::Column && !pair.found_by_blocking_rules);
    (pair.clerical_match_score > threshold && missed).then_some(TruthStatus::FalseNegative)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_at_the_threshold_is_no_error() {
        let at = |probability, label| {
            let pair = Labelled { match_probability: probability, clerical_match_score: label, found_by_blocking_rules: true };
            truth_status(&pair, 0.5, LabelsFrom::Table)
        };
        assert_eq!(at(0.5, 0.0), None);
        assert_eq!(at(0.5, 1.0), None);
        assert_eq!(at(0.9, 0.5), None);
        assert_eq!(at(0.6, 0.4), Some(TruthStatus::FalsePositive));
        assert_eq!(at(0.4, 0.6), Some(TruthStatus::FalseNegative));
    }
}
