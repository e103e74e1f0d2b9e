//! Why a value is refused, in words that never hold the value.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a value is not a valid one of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Invalid {
    /// There is no value.
    Missing,
    /// Nothing but white space.
    Blank,
    /// A word that stands for an unknown person, such as `N/A`.
    Placeholder,
    /// Not written as values of the kind are.
    Shape,
    /// Written as a date, yet no day of the calendar.
    NotADate,
    /// Before the first or after the last value allowed.
    OutOfRange,
    /// Too few letters are left.
    TooShort,
    /// On the list of numbers and codes that nobody has.
    Listed,
}

impl Invalid {
    /// Every reason.
    pub const ALL: [Self; 8] = [
        Self::Missing,
        Self::Blank,
        Self::Placeholder,
        Self::Shape,
        Self::NotADate,
        Self::OutOfRange,
        Self::TooShort,
        Self::Listed,
    ];

    /// The name of the reason in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Blank => "blank",
            Self::Placeholder => "placeholder",
            Self::Shape => "shape",
            Self::NotADate => "not-a-date",
            Self::OutOfRange => "out-of-range",
            Self::TooShort => "too-short",
            Self::Listed => "listed",
        }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A value that has no normal form: the reference raises an error, and the record gets no token for the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum NormalizeError {
    /// No calendar day can be read from it.
    #[error("no calendar day can be read from the value")]
    NotADate,
    /// No number of the kind can be read from it.
    #[error("no number can be read from the value")]
    NotANumber,
    /// Neither male nor female.
    #[error("the value is neither male nor female")]
    NotASex,
}
