//! What can be wrong with a linkage schema, and where.

use std::fmt;

use kintsu_core::Explain;

/// The kind of a mistake in a linkage schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SchemaFault {
    /// A linkage schema is no JSON object.
    NotJson,

    /// A linkage schema has a version that is not known.
    Version,

    /// A linkage schema lacks a key that must be there.
    Missing,

    /// A linkage schema has a key that may not be there.
    Unknown,

    /// A linkage schema has a value that its key cannot have.
    Value,

    /// Two settings of a linkage schema exclude each other.
    Conflict,
}

impl SchemaFault {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotJson => "KN-TOKEN-501",
            Self::Version => "KN-TOKEN-502",
            Self::Missing => "KN-TOKEN-503",
            Self::Unknown => "KN-TOKEN-504",
            Self::Value => "KN-TOKEN-505",
            Self::Conflict => "KN-TOKEN-506",
        }
    }
}

/// One mistake in a linkage schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaProblem {
    /// The kind.
    pub fault: SchemaFault,
    /// Where it stands, such as `features[2].hashing.strategy`; empty for the whole file.
    pub place: String,
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub instead: String,
}

impl fmt::Display for SchemaProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() {
            return write!(formatter, "the linkage schema {}", self.what);
        }
        write!(formatter, "`{}` {}", self.place, self.what)
    }
}

impl std::error::Error for SchemaProblem {}

impl Explain for SchemaProblem {
    fn code(&self) -> &'static str {
        self.fault.code()
    }

    fn hint(&self) -> Option<String> {
        Some(self.instead.clone())
    }
}

/// Every mistake in a linkage schema; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaProblems(pub Vec<SchemaProblem>);

impl fmt::Display for SchemaProblems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, problem) in self.0.iter().enumerate() {
            let separator = if position == 0 { "" } else { "\n" };
            write!(formatter, "{separator}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for SchemaProblems {}

impl Explain for SchemaProblems {
    fn code(&self) -> &'static str {
        self.0.first().map_or(SchemaFault::NotJson, |problem| problem.fault).code()
    }

    fn hint(&self) -> Option<String> {
        self.0.first().and_then(Explain::hint)
    }

    fn parts(&self) -> Vec<&dyn Explain> {
        self.0.iter().map(|problem| problem as &dyn Explain).collect()
    }
}
