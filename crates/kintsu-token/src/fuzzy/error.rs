//! What can be wrong with making and matching CLKs. Mistakes in a schema are [`SchemaProblems`](super::SchemaProblems).

use kintsu_core::{Blame, CANCELLED_HINT, Cancelled, DEFECT_HINT, Explain};

/// CLKs cannot be made or matched.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FuzzyError {
    /// CLKs are to be made without a secret.
    #[error("the secret of the CLKs is empty")]
    EmptySecret,
    /// Keys that HKDF does not give, because they are too long.
    #[error("the keys of the CLKs cannot be derived from the secret")]
    Derivation,
    /// A hardening that the schema's CLKs do not allow.
    #[error("the hardening cannot be done: {what}")]
    Hardening {
        /// Why not.
        what: &'static str,
        /// What to do.
        instead: &'static str,
    },
    /// Columns of values that are not those that the encoder names, or of different lengths.
    #[error("CLKs of {wanted} columns were given {given}, or columns of different lengths")]
    Columns {
        /// How many the encoder names.
        wanted: usize,
        /// How many came.
        given: usize,
    },
    /// A text that is no CLK of the length that the others have.
    #[error("the CLK of record {record}, counted from 0, is no base64 of {bits} bits")]
    Text {
        /// The record.
        record: usize,
        /// The bits of the others.
        bits: usize,
    },
    /// CLKs of two sides have different lengths.
    #[error("the CLKs of one side have {left} bits, those of the other {right}")]
    Lengths {
        /// Bits of the left side.
        left: usize,
        /// Bits of the right side.
        right: usize,
    },
    /// A threshold of similarity outside of its range.
    #[error("a threshold of {threshold} is not above 0 and at most 1")]
    Threshold {
        /// The threshold.
        threshold: f64,
    },
    /// Settings of blocking outside of their range.
    #[error("blocks of sampled bits cannot be made: {what}")]
    Sampling {
        /// What is wrong.
        what: &'static str,
        /// What to do.
        instead: &'static str,
    },
    /// Block keys that are not as many as the records.
    #[error("there are block keys of {keys} records for {records} CLKs")]
    Keys {
        /// Records with block keys.
        keys: usize,
        /// Records with CLKs.
        records: usize,
    },
    /// The work was stopped.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Explain for FuzzyError {
    fn code(&self) -> &'static str {
        match self {
            Self::EmptySecret => "KN-TOKEN-511",
            Self::Hardening { .. } => "KN-TOKEN-512",
            Self::Columns { .. } => "KN-TOKEN-513",
            Self::Text { .. } => "KN-TOKEN-514",
            Self::Lengths { .. } => "KN-TOKEN-515",
            Self::Threshold { .. } => "KN-TOKEN-516",
            Self::Sampling { .. } => "KN-TOKEN-517",
            Self::Keys { .. } => "KN-TOKEN-518",
            Self::Cancelled(_) => "KN-TOKEN-519",
            Self::Derivation => "KN-TOKEN-520",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::EmptySecret => "give the secret that all parties have agreed on".to_owned(),
            Self::Hardening { instead, .. } | Self::Sampling { instead, .. } => (*instead).to_owned(),
            Self::Columns { .. } | Self::Keys { .. } | Self::Derivation => DEFECT_HINT.to_owned(),
            Self::Text { .. } => "check that the file is whole and that all its CLKs come of one schema".to_owned(),
            Self::Lengths { .. } => "make both sides with the same schema and the same hardening".to_owned(),
            Self::Threshold { .. } => "write a number such as 0.85".to_owned(),
            Self::Cancelled(_) => CANCELLED_HINT.to_owned(),
        })
    }

    fn blame(&self) -> Blame {
        match self {
            Self::Columns { .. } | Self::Keys { .. } | Self::Derivation => Blame::Internal,
            Self::Cancelled(_) => Blame::Interrupted,
            _ => Blame::Input,
        }
    }
}
