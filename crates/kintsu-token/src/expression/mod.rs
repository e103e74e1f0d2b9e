//! Expressions cut the normal form of an attribute: `T|S(0,3)|U` trims, keeps three characters and upper-cases.
//!
//! The parts of an expression stand between `|` and run from left to right: `T` trims, `U` upper-cases, `S(from,to)` cuts,
//! `R('old','new')` replaces, `M(pattern)` keeps what matches, `D` demands a date. The profiles differ in what they read, what
//! they count (characters in Python, UTF-16 units in Java) and what they forgive.

mod date;
mod operation;
mod read;
mod substring;

use std::borrow::Cow;

use crate::characters::is_blank;
use crate::profile::Profile;

use operation::Operation;
pub(crate) use substring::LONE_SURROGATE;

/// An expression of a rule, read as one profile reads it.
#[derive(Debug, Clone)]
pub struct Expression {
    text: String,
    profile: Profile,
    operations: Vec<Operation>,
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
    /// Reads an expression; mistakes in it are told by [`problems`](Self::problems), and evaluating it then fails as in the
    /// reference.
    ///
    /// ```
    /// use kintsu_token::{Expression, Profile};
    ///
    /// let expression = Expression::new("T|S(0,3)|U", Profile::default());
    /// assert_eq!(expression.evaluate(" smith ").as_deref(), Ok("SMI"));
    /// ```
    pub fn new(text: &str, profile: Profile) -> Self {
        let (operations, problems) = read::read(text, profile);
        Self { text: text.to_owned(), profile, operations, problems }
    }

    /// The expression as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Every mistake in it, from left to right: what fails for all values, and what the profile would silently ignore.
    pub fn problems(&self) -> &[ExpressionProblem] {
        &self.problems
    }

    /// What the expression makes of a value; a blank value becomes the empty text, whatever the expression.
    ///
    /// # Errors
    /// Where the reference raises: no such operator, wrong arguments, a value that is no date.
    pub fn evaluate<'a>(&self, value: &'a str) -> Result<Cow<'a, str>, ExpressionError> {
        if is_blank(self.profile, value) {
            return Ok(Cow::Borrowed(""));
        }
        let mut split = false;
        let mut result = Cow::Borrowed(value);
        for operation in &self.operations {
            result = match result {
                Cow::Borrowed(text) => operation.apply(self.profile, text, &mut split)?,
                Cow::Owned(text) => Cow::Owned(operation.apply(self.profile, &text, &mut split)?.into_owned()),
            };
        }
        // Java writes half of a surrogate pair as a question mark.
        if split { Ok(Cow::Owned(result.replace(LONE_SURROGATE, "?"))) } else { Ok(result) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn problems_say_where_and_what_to_write() {
        let problems = |text: &str| {
            let expression = Expression::new(text, Profile::OpenToken1Python);
            expression.problems().iter().map(|problem| problem.offset).collect::<Vec<_>>()
        };
        assert!(problems("T|S(0,3)|U").is_empty());
        assert_eq!(problems("T|X"), [2]);
        assert_eq!(problems("T||S(a,2)"), [2, 5]);
        assert_eq!(problems(r"T|M([a)"), [4]);
        assert_eq!(problems("S(0)|T U|R('a')"), [0, 6, 9]);
    }

    #[test]
    fn java_counts_utf_16_units_and_splits_pairs() {
        let expression = Expression::new("S(0,2)", Profile::OpenToken1Java);
        assert_eq!(expression.evaluate("a\u{1F600}b").as_deref(), Ok("a?"));
        let expression = Expression::new("S(0,2)", Profile::OpenToken1Python);
        assert_eq!(expression.evaluate("a\u{1F600}b").as_deref(), Ok("a\u{1F600}"));
    }

    proptest! {
        #[test]
        fn any_text_is_an_expression_and_never_stops_the_program(text in "[TUDSMR(),|0-9a-z\\\\\\[\\]&^$.*+?{}' -]{0,24}", value in "\\PC{0,12}") {
            for profile in Profile::ALL {
                let expression = Expression::new(&text, profile);
                let _ = expression.evaluate(&value);
                for problem in expression.problems() {
                    prop_assert!(text.is_char_boundary(problem.offset), "{text:?} {problem:?}");
                }
            }
        }

        #[test]
        fn frequent_expressions_do_what_their_names_say(value in "[ A-Za-z0-9éß-]{0,12}|[0-9]{4}-[01][0-9]-[0-3][0-9]", length in 0..6_usize) {
            let profile = Profile::OpenToken1Python;
            let of = |text: &str| Expression::new(text, profile).evaluate(&value).map(Cow::into_owned);
            let trimmed = value.trim();
            let cut: String = trimmed.chars().take(length).collect();
            let digits: String = trimmed.chars().filter(char::is_ascii_digit).collect();
            prop_assert_eq!(of("T|U"), Ok(trimmed.to_uppercase()));
            prop_assert_eq!(of(&format!("T|S(0,{length})|U")), Ok(cut.to_uppercase()));
            prop_assert_eq!(of(r"T|M(\d+)"), Ok(digits));
            let date: Option<jiff::civil::Date> = trimmed.parse().ok().filter(|_| trimmed.len() == 10 && trimmed > "1000");
            if date.is_some() || trimmed.len() != 10 {
                let expected = if trimmed.is_empty() { Some(String::new()) } else { date.map(|date| date.to_string()) };
                prop_assert_eq!(of("T|D").ok().filter(|_| date.is_some() || trimmed.is_empty()), expected);
            }
        }

        #[test]
        fn an_expression_is_its_parts_one_after_the_other(value in "\\PC{0,12}", first in 0..7_usize, second in 0..7_usize) {
            const PARTS: [&str; 7] = ["T", "U", "S(1,3)", "M([a-z]+)", "R('a','bc')", "D", "S(0,1)"];
            for profile in [Profile::OpenToken1Python, Profile::OpenLinkToken22] {
                let of = |text: &str| Expression::new(text, profile);
                let joined = of(&format!("{}|{}", PARTS[first], PARTS[second]));
                let one = of(PARTS[first]).evaluate(&value).map(Cow::into_owned);
                let expected = match &one {
                    // A part sees a blank value as it is; only a whole expression turns it into the empty text.
                    Ok(text) if is_blank(profile, text) => continue,
                    Ok(text) => of(PARTS[second]).evaluate(text).map(Cow::into_owned),
                    Err(error) => Err(*error),
                };
                prop_assert_eq!(joined.evaluate(&value).map(Cow::into_owned), expected);
            }
        }
    }
}
