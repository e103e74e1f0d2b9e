//! From the text of a value to its tokens: checked, brought into one form, cut.
//!
//! All of it follows what Python makes of text, as clkhash is written in Python: whole numbers may stand in the digits of any
//! script, dates are read as `strptime` reads them.

mod comparison;
mod date;
mod number;
mod text;

use std::borrow::Cow;
use std::collections::BTreeSet;

pub(crate) use comparison::{Comparison, Numeric, Tokens};
pub(crate) use date::DateFormat;
pub(crate) use text::{Case, TextCheck};

/// Why a value cannot be hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum InvalidValue {
    /// The encoding of the feature lacks a character.
    Encoding,
    /// Shorter or longer than the format allows.
    Length,
    /// Not in the case of the format.
    Case,
    /// Not of the format's pattern.
    Pattern,
    /// No whole number.
    NotAnInteger,
    /// Below the minimum or above the maximum, or too large to be cut into tokens.
    Range,
    /// No date of the format.
    NotADate,
    /// None of the values that the format lists.
    NotListed,
    /// No number, for a numeric comparison.
    NotANumber,
}

impl InvalidValue {
    /// All reasons.
    pub const ALL: [Self; 9] = [
        Self::Encoding,
        Self::Length,
        Self::Case,
        Self::Pattern,
        Self::NotAnInteger,
        Self::Range,
        Self::NotADate,
        Self::NotListed,
        Self::NotANumber,
    ];

    /// The name of the reason in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Encoding => "encoding",
            Self::Length => "length",
            Self::Case => "case",
            Self::Pattern => "pattern",
            Self::NotAnInteger => "not-an-integer",
            Self::Range => "range",
            Self::NotADate => "not-a-date",
            Self::NotListed => "not-listed",
            Self::NotANumber => "not-a-number",
        }
    }
}

/// A setting of a format that cannot be used.
#[derive(Debug)]
pub(crate) struct FormatProblem {
    pub(crate) what: String,
    pub(crate) instead: String,
}

/// What the values of a feature look like.
#[derive(Debug, Clone)]
pub(crate) enum Format {
    Text(TextCheck),
    Integer { minimum: Option<i128>, maximum: Option<i128> },
    Date(DateFormat),
    Enum(BTreeSet<String>),
}

impl Format {
    /// The form of a value that is hashed.
    ///
    /// Without `check` only what cannot be formatted is invalid, as with clkhash's `validate=False`.
    pub(crate) fn format<'v>(&self, value: &'v str, check: bool) -> Result<Cow<'v, str>, InvalidValue> {
        match self {
            Self::Text(text) => {
                if check {
                    text.check(value)?;
                }
            }
            Self::Integer { minimum, maximum } => {
                let digits = number::python_integer(value).ok_or(InvalidValue::NotAnInteger)?;
                if check && !number::is_within(&digits, *minimum, *maximum) {
                    return Err(InvalidValue::Range);
                }
                return Ok(digits);
            }
            Self::Date(date) => return date.format(value).map(Cow::Owned).ok_or(InvalidValue::NotADate),
            Self::Enum(values) => {
                if check && !values.contains(value) {
                    return Err(InvalidValue::NotListed);
                }
            }
        }
        Ok(Cow::Borrowed(value))
    }
}
