//! What can be wrong with rules, and where.

use std::fmt;

use kintsu_core::Explain;

/// One mistake in rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    /// The stable code.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
    /// Line and column in the file, both counted from 1; none for rules that came from no file.
    pub place: Option<(usize, usize)>,
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
