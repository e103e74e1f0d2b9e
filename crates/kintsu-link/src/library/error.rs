//! What can be wrong with the arguments of levels, comparisons and blocking rules.

use kintsu_core::Explain;

use crate::model::Dialect;
use crate::sql::SqlError;

/// An error in a level, comparison or blocking rule that is being built.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LibraryError {
    /// A column expression or condition that cannot be read.
    #[error("`{text}`: {source}")]
    Sql {
        /// The SQL.
        text: String,
        /// What is wrong with it.
        source: SqlError,
    },
    /// A column expression over no column, or over several rows.
    #[error("`{text}` names no column")]
    NoColumn {
        /// The expression.
        text: String,
    },
    /// Something that a dialect has no function for.
    #[error("{what} cannot be written in the dialect {}", dialect.name())]
    Dialect {
        /// What it was to be.
        what: &'static str,
        /// The dialect.
        dialect: Dialect,
    },
    /// Lists that must be of one length.
    #[error("{what}: {found} values for {expected}")]
    Length {
        /// The argument.
        what: &'static str,
        /// How many values it has.
        found: usize,
        /// How many it should have, and why.
        expected: String,
    },
    /// A number outside its range.
    #[error("{what} {value} is not {expected}")]
    OutOfRange {
        /// The argument.
        what: &'static str,
        /// The number.
        value: f64,
        /// The range in words.
        expected: &'static str,
    },
    /// A word that is none of the allowed ones.
    #[error("{what} `{word}` is none of {allowed}")]
    UnknownWord {
        /// The argument.
        what: &'static str,
        /// The word.
        word: String,
        /// What it could have been.
        allowed: String,
    },
    /// Levels that make no comparison.
    #[error("comparison `{name}`: {message}")]
    Levels {
        /// The comparison.
        name: String,
        /// What is wrong.
        message: String,
        /// What to write instead.
        hint: String,
    },
}

impl Explain for LibraryError {
    fn code(&self) -> &'static str {
        match self {
            Self::Sql { source, .. } => source.code(),
            Self::NoColumn { .. } => "KN-LINK-331",
            Self::Dialect { .. } => "KN-LINK-332",
            Self::Length { .. } => "KN-LINK-333",
            Self::OutOfRange { .. } => "KN-LINK-334",
            Self::UnknownWord { .. } => "KN-LINK-335",
            Self::Levels { .. } => "KN-LINK-336",
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Sql { source, .. } => source.hint(),
            Self::NoColumn { .. } => Some("name a column, or an SQL expression over columns".to_owned()),
            Self::Dialect { .. } => Some("write the model in the dialect duckdb".to_owned()),
            Self::Levels { hint, .. } => Some(hint.clone()),
            Self::Length { expected, .. } => Some(format!("give as many values as there are {expected}")),
            Self::OutOfRange { expected, .. } => Some(format!("give a number that is {expected}")),
            Self::UnknownWord { allowed, .. } => Some(format!("write one of {allowed}")),
        }
    }
}
