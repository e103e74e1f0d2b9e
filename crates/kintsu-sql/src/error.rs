//! What is wrong with a condition, and where.

use kintsu_core::Explain;

/// A place in the text of a condition, both counted from 1; 0 and 0 where the place is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// The line.
    pub line: u64,
    /// The character in the line.
    pub column: u64,
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.line == 0 { write!(f, "in the text") } else { write!(f, "at line {}, column {}", self.line, self.column) }
    }
}

/// Why a text is no condition that can be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SqlError {
    /// The text is no SQL of the dialect.
    #[error("not valid SQL {at}: {message}")]
    Syntax {
        /// Where.
        at: Position,
        /// What the parser found.
        message: String,
    },
    /// The text is SQL, but something in it is not supported.
    #[error("not supported {at}: {what}")]
    Unsupported {
        /// Where.
        at: Position,
        /// The construct, with the words of the text.
        what: String,
        /// What to write instead.
        instead: String,
    },
    /// A function that is not known.
    #[error("unknown function `{name}` {at}")]
    UnknownFunction {
        /// Where.
        at: Position,
        /// The name as it was written.
        name: String,
        /// What it may have been meant to be, and otherwise where to look.
        suggestion: String,
    },
    /// A function with too few or too many arguments.
    #[error("`{name}` {at} takes {expected}, not {found}")]
    ArgumentCount {
        /// Where.
        at: Position,
        /// The function.
        name: String,
        /// How many arguments it takes, in words.
        expected: String,
        /// How many there are.
        found: usize,
    },
    /// A column without the mark of the record that it belongs to.
    #[error("`{name}` {at} does not say which record it belongs to")]
    NoSide {
        /// Where.
        at: Position,
        /// The name as it was written.
        name: String,
        /// How a column is written here.
        instead: String,
    },
    /// A literal or format that cannot be read.
    #[error("{what} {at}: {message}")]
    Literal {
        /// Where.
        at: Position,
        /// What it was to be: a number, a date, a pattern, a format.
        what: String,
        /// What is wrong with it.
        message: String,
    },
    /// The text is longer or deeper than is read.
    #[error("the condition is too large {at}: {message}")]
    TooLarge {
        /// Where.
        at: Position,
        /// Which limit.
        message: String,
    },
    /// A column that does not exist, found when an expression is compiled.
    #[error("there is no column `{name}`")]
    UnknownColumn {
        /// Its name.
        name: String,
    },
}

impl SqlError {
    /// Where the error lies; none for errors that have no place in the text.
    pub fn position(&self) -> Option<Position> {
        match self {
            Self::Syntax { at, .. }
            | Self::Unsupported { at, .. }
            | Self::UnknownFunction { at, .. }
            | Self::ArgumentCount { at, .. }
            | Self::NoSide { at, .. }
            | Self::Literal { at, .. }
            | Self::TooLarge { at, .. } => Some(*at),
            Self::UnknownColumn { .. } => None,
        }
    }
}

impl Explain for SqlError {
    fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "KN-SQL-001",
            Self::Unsupported { .. } => "KN-SQL-002",
            Self::UnknownFunction { .. } => "KN-SQL-003",
            Self::ArgumentCount { .. } => "KN-SQL-004",
            Self::NoSide { .. } => "KN-SQL-005",
            Self::Literal { .. } => "KN-SQL-006",
            Self::TooLarge { .. } => "KN-SQL-007",
            Self::UnknownColumn { .. } => "KN-SQL-008",
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Unsupported { instead, .. } | Self::NoSide { instead, .. } => Some(instead.clone()),
            Self::UnknownFunction { suggestion, .. } => Some(suggestion.clone()),
            Self::Syntax { .. } => {
                Some("check quotes, brackets and operators, and that `sql_dialect` names the dialect".to_owned())
            }
            Self::TooLarge { .. } => Some("split it into several levels or rules, or compute a column beforehand".to_owned()),
            Self::UnknownColumn { .. } => Some("check the spelling against the columns of the input".to_owned()),
            Self::ArgumentCount { name, expected, .. } => Some(format!("give `{name}` {expected}")),
            Self::Literal { what, .. } => Some(format!("mend {what}")),
        }
    }
}
