//! What can go wrong in training.

use kintsu_core::{Blame, Explain};

use crate::LinkError;

/// An error of training.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// The rule of an EM session explodes arrays.
    #[error("the rule `{rule}` explodes arrays, on which no session of expectation maximisation can train")]
    ExplodingRule {
        /// The rule.
        rule: String,
    },
    /// The rule of an EM session touches every comparison.
    #[error("the rule `{rule}` uses a column of every comparison, so that none is left to train")]
    NothingToEstimate {
        /// The rule.
        rule: String,
    },
    /// The rule finds no pairs.
    #[error("{what} finds no pairs to train on")]
    NoPairs {
        /// The rule or the labels.
        what: String,
    },
    /// More pairs meet the deterministic rules than matches can exist.
    #[error("the deterministic rules find {found} pairs, more than recall {recall} of the {possible} possible pairs allows")]
    TooManyDeterministicPairs {
        /// The distinct pairs that meet a rule.
        found: u64,
        /// The recall that was given.
        recall: f64,
        /// All pairs there are.
        possible: u64,
    },
    /// A recall that is none.
    #[error("recall {recall} is not above 0 and at most 1")]
    Recall {
        /// The number.
        recall: f64,
    },
    /// Too few records to make a pair.
    #[error("the input makes no pair of records: {records} records")]
    NoPossiblePairs {
        /// How many records there are.
        records: u64,
    },
    /// A number of pairs that is not positive.
    #[error("max_pairs {value} is not a positive number")]
    MaxPairs {
        /// The number.
        value: f64,
    },
    /// Counts that belong to another model.
    #[error("the counts are of {found} comparisons, the model has {expected}")]
    ForeignCounts {
        /// The comparisons of the counts.
        found: usize,
        /// The comparisons of the model.
        expected: usize,
    },
    /// An error of records, blocking or comparing.
    #[error(transparent)]
    Link(#[from] LinkError),
}

impl From<kintsu_core::Cancelled> for TrainError {
    fn from(cancelled: kintsu_core::Cancelled) -> Self {
        Self::Link(LinkError::Cancelled(cancelled))
    }
}

impl Explain for TrainError {
    fn code(&self) -> &'static str {
        match self {
            Self::ExplodingRule { .. } => "KN-LINK-401",
            Self::NothingToEstimate { .. } => "KN-LINK-402",
            Self::NoPairs { .. } => "KN-LINK-403",
            Self::TooManyDeterministicPairs { .. } => "KN-LINK-404",
            Self::Recall { .. } => "KN-LINK-405",
            Self::NoPossiblePairs { .. } => "KN-LINK-406",
            Self::MaxPairs { .. } => "KN-LINK-407",
            Self::ForeignCounts { .. } => "KN-LINK-408",
            Self::Link(error) => error.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::ExplodingRule { .. } => "train on a rule without arrays_to_explode; prediction may still use it",
            Self::NothingToEstimate { .. } => "train on a rule over fewer columns",
            Self::NoPairs { .. } => "check that the columns hold equal values, or choose another rule",
            Self::TooManyDeterministicPairs { .. } => {
                "tighten the rules until almost every pair they find is a match, or raise recall"
            }
            Self::Recall { .. } => "recall is the share of all matches that the rules find, such as 0.7",
            Self::NoPossiblePairs { .. } => "deduplicating needs two records, linking records in two tables",
            Self::MaxPairs { .. } => "1e6 is quick, 1e7 to 1e9 is precise",
            Self::ForeignCounts { .. } => "count the pairs with the model that is trained",
            Self::Link(error) => return error.hint(),
        };
        Some(hint.to_owned())
    }

    fn blame(&self) -> Blame {
        match self {
            Self::Link(error) => error.blame(),
            Self::ForeignCounts { .. } => Blame::Internal,
            _ => Blame::Input,
        }
    }
}
