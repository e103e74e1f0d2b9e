//! What went wrong during evaluation: where a database would stop, the value is null and the reason is kept.

use std::collections::HashMap;
use std::sync::Arc;

use regex::Regex;

/// A reason for which a database would have stopped with an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Raised {
    /// Jaccard similarity of an empty text.
    JaccardOfEmpty,
    /// A text that is no number, date or truth value was to be one.
    Conversion,
    /// A text that does not fit the format of its date.
    DateFormat,
    /// A number too large for its type.
    Overflow,
    /// A root, logarithm or arc of a number that has none.
    Domain,
    /// Division by zero.
    DivisionByZero,
    /// Lists or texts that should be equally long.
    UnequalLengths,
    /// A null inside a list of numbers.
    NullItem,
    /// Types that no function or operator takes.
    Types,
    /// A pattern that is no regular expression.
    Pattern,
    /// An empty padding.
    Padding,
}

impl Raised {
    const ALL: [Self; 11] = [
        Self::JaccardOfEmpty,
        Self::Conversion,
        Self::DateFormat,
        Self::Overflow,
        Self::Domain,
        Self::DivisionByZero,
        Self::UnequalLengths,
        Self::NullItem,
        Self::Types,
        Self::Pattern,
        Self::Padding,
    ];

    const fn bit(self) -> u16 {
        1 << self as u16
    }

    /// The reason in words, to follow "the condition is taken as not true because".
    pub const fn describe(self) -> &'static str {
        match self {
            Self::JaccardOfEmpty => "the Jaccard similarity of an empty text is not defined",
            Self::Conversion => "a text is no value of the type that it is compared with or converted to",
            Self::DateFormat => "a text does not fit the format of a date",
            Self::Overflow => "a number is too large for its type",
            Self::Domain => "a root, logarithm or arc function is not defined for a number",
            Self::DivisionByZero => "a number is divided by zero",
            Self::UnequalLengths => "two lists or texts that should be equally long are not",
            Self::NullItem => "a list of numbers holds a null",
            Self::Types => "an operator or function is given values of types that it does not take",
            Self::Pattern => "a pattern is not a regular expression",
            Self::Padding => "a text is padded with nothing",
        }
    }
}

/// A set of [`Raised`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RaisedSet(u16);

impl RaisedSet {
    /// Adds a reason.
    pub fn insert(&mut self, reason: Raised) {
        self.0 |= reason.bit();
    }

    /// Adds all of `other`.
    pub fn extend(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether a reason is in it.
    pub const fn contains(self, reason: Raised) -> bool {
        self.0 & reason.bit() != 0
    }

    /// Whether nothing was raised.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The reasons, in the order of their declaration.
    pub fn iter(self) -> impl Iterator<Item = Raised> {
        Raised::ALL.into_iter().filter(move |reason| self.contains(*reason))
    }
}

/// What evaluation keeps from one row to the next: reasons raised and patterns compiled. One per thread.
#[derive(Debug, Default)]
pub struct Scratch {
    raised: RaisedSet,
    patterns: HashMap<String, Option<Arc<Regex>>>,
}

/// So many patterns that come from the data are kept before they are forgotten.
const PATTERNS_MAX: usize = 256;

impl Scratch {
    /// An empty scratch.
    pub fn new() -> Self {
        Self::default()
    }

    /// What was raised so far.
    pub const fn raised(&self) -> RaisedSet {
        self.raised
    }

    /// What was raised since the last call.
    pub fn take_raised(&mut self) -> RaisedSet {
        std::mem::take(&mut self.raised)
    }

    pub(crate) fn raise(&mut self, reason: Raised) {
        self.raised.insert(reason);
    }

    /// The compiled form of a pattern that comes from the data; none where it is not valid.
    pub(crate) fn pattern(&mut self, pattern: &str, compile: impl FnOnce(&str) -> Option<Regex>) -> Option<Arc<Regex>> {
        if let Some(known) = self.patterns.get(pattern) {
            return known.clone();
        }
        if self.patterns.len() >= PATTERNS_MAX {
            self.patterns.clear();
        }
        let compiled = compile(pattern).map(Arc::new);
        self.patterns.insert(pattern.to_owned(), compiled.clone());
        compiled
    }
}
