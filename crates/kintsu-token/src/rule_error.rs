//! What can be wrong with rules, and where.

use std::fmt;

use kintsu_core::Explain;

use crate::attribute::Attribute;
use crate::expression::ExpressionProblem;

/// One mistake in rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    /// The stable code.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
    /// Line and column in the file, both counted from 1, columns in characters; none for rules that came from no file.
    pub place: Option<(usize, usize)>,
}

impl RuleError {
    pub(crate) fn new(code: &'static str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: Some(hint.into()), place: None }
    }

    /// The same at a line and column.
    pub(crate) fn at(self, place: (usize, usize)) -> Self {
        Self { place: Some(place), ..self }
    }

    pub(crate) fn syntax(message: impl Into<String>) -> Self {
        Self { code: "KN-TOKEN-201", message: message.into(), hint: None, place: None }
    }

    pub(crate) fn shape(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new("KN-TOKEN-202", message, hint)
    }

    pub(crate) fn unknown_kind(name: &str, instead: impl Into<String>) -> Self {
        Self::new("KN-TOKEN-203", format!("there is no kind of attribute `{name}`"), instead)
    }

    pub(crate) fn unknown_field(name: &str, instead: impl Into<String>) -> Self {
        Self::new("KN-TOKEN-204", format!("there is no field `{name}`"), instead)
    }

    pub(crate) fn no_rules() -> Self {
        Self::new("KN-TOKEN-205", "there are no rules", "write at least one rule with its components")
    }

    pub(crate) fn no_id() -> Self {
        Self::new("KN-TOKEN-206", "a rule has a blank id", "name it, such as T6")
    }

    pub(crate) fn repeated_id(id: &str) -> Self {
        Self::new("KN-TOKEN-207", format!("two rules have the id `{id}`"), "name one of them otherwise")
    }

    pub(crate) fn no_components(id: &str) -> Self {
        Self::new("KN-TOKEN-208", format!("rule `{id}` has no components"), "give it at least one field with an expression")
    }

    pub(crate) fn two_kinds(field: &str, one: Attribute, other: Attribute) -> Self {
        let message = format!("field `{field}` is of two kinds, {} and {}", one.name(), other.name());
        Self::new("KN-TOKEN-209", message, "use one kind for the field, or two names")
    }

    pub(crate) fn expression(rule: &str, field: &str, problem: &ExpressionProblem) -> Self {
        let message = format!("rule `{rule}`, field `{field}`, expression at byte {}: {}", problem.offset + 1, problem.what);
        Self::new("KN-TOKEN-210", message, problem.instead.clone())
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.place {
            write!(formatter, "line {line}, column {column}: ")?;
        }
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for RuleError {}

impl Explain for RuleError {
    fn code(&self) -> &'static str {
        self.code
    }

    fn hint(&self) -> Option<String> {
        self.hint.clone()
    }
}

/// Every mistake in a set of rules; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleErrors(pub Vec<RuleError>);

impl fmt::Display for RuleErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, error) in self.0.iter().enumerate() {
            let separator = if position == 0 { "" } else { "\n" };
            write!(formatter, "{separator}{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for RuleErrors {}

impl Explain for RuleErrors {
    fn code(&self) -> &'static str {
        self.0.first().map_or("KN-TOKEN-201", |error| error.code)
    }

    fn parts(&self) -> Vec<&dyn Explain> {
        self.0.iter().map(|error| error as &dyn Explain).collect()
    }
}
