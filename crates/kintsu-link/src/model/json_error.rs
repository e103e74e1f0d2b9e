//! What can be wrong with a model's JSON: every problem names its place, and all of them are reported at once.

use kintsu_core::Explain;

use super::Model;
use crate::sql::SqlError;

/// Where in the JSON text something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The path from the top, such as `comparisons[2].comparison_levels[1].sql_condition`; empty for the whole text.
    pub path: String,
    /// The line, from 1, where it is known.
    pub line: Option<usize>,
    /// The column in characters, from 1, where it is known.
    pub column: Option<usize>,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = if self.path.is_empty() { "the model" } else { &self.path };
        match (self.line, self.column) {
            (Some(line), Some(column)) => write!(f, "line {line}, column {column}, {path}"),
            _ => f.write_str(path),
        }
    }
}

/// One problem of a model's JSON.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelProblem {
    /// The text is no JSON.
    #[error("{place}: not valid JSON: {message}")]
    Syntax {
        /// Where reading stopped.
        place: Place,
        /// What was expected.
        message: String,
    },
    /// A key that no Splink knows.
    #[error("{place}: unknown key `{key}`")]
    UnknownKey {
        /// Where.
        place: Place,
        /// The key.
        key: String,
        /// The known key that it most resembles.
        did_you_mean: Option<&'static str>,
    },
    /// A key that must be there.
    #[error("{place}: the key `{key}` is missing")]
    MissingKey {
        /// Where it should be.
        place: Place,
        /// The key.
        key: &'static str,
    },
    /// A value of the wrong type.
    #[error("{place}: expected {expected}, found {found}")]
    WrongType {
        /// Where.
        place: Place,
        /// What should stand there.
        expected: &'static str,
        /// What stands there.
        found: &'static str,
    },
    /// A word that is none of the allowed ones.
    #[error("{place}: `{value}` is none of {allowed}")]
    UnknownChoice {
        /// Where.
        place: Place,
        /// What stands there.
        value: String,
        /// The allowed words.
        allowed: String,
        /// The allowed word that it most resembles.
        did_you_mean: Option<&'static str>,
    },
    /// A number outside its range.
    #[error("{place}: {value} is not {expected}")]
    OutOfRange {
        /// Where.
        place: Place,
        /// The number.
        value: f64,
        /// The range in words.
        expected: &'static str,
    },
    /// SQL that cannot be read or is not supported.
    #[error("{place}: {source}")]
    Sql {
        /// Where the SQL stands in the JSON.
        place: Place,
        /// What is wrong with it, with the position inside the SQL text.
        source: SqlError,
    },
    /// Levels that make no comparison.
    #[error("{place}: {message}")]
    Levels {
        /// The comparison.
        place: Place,
        /// What is wrong.
        message: String,
        /// What to write instead.
        hint: String,
    },
    /// Two comparisons have one name.
    #[error("{place}: the name `{name}` belongs to another comparison already")]
    DuplicateComparison {
        /// The second of them.
        place: Place,
        /// The name.
        name: String,
    },
    /// A term-frequency adjustment without a level to start from.
    #[error(
        "{place}: no level of this comparison is an exact match on `{column}` alone, from which its term-frequency adjustment would start"
    )]
    NoExactLevel {
        /// The adjusted level.
        place: Place,
        /// The adjusted column.
        column: String,
    },
}

impl ModelProblem {
    /// Where the problem stands.
    pub fn place(&self) -> &Place {
        match self {
            Self::Syntax { place, .. }
            | Self::UnknownKey { place, .. }
            | Self::MissingKey { place, .. }
            | Self::WrongType { place, .. }
            | Self::UnknownChoice { place, .. }
            | Self::OutOfRange { place, .. }
            | Self::Sql { place, .. }
            | Self::Levels { place, .. }
            | Self::DuplicateComparison { place, .. }
            | Self::NoExactLevel { place, .. } => place,
        }
    }

    /// What is wrong, without the place that the printed problem begins with.
    pub fn message(&self) -> String {
        let (whole, place) = (self.to_string(), self.place().to_string());
        whole.strip_prefix(&format!("{place}: ")).map_or(whole.clone(), str::to_owned)
    }
}

impl Explain for ModelProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "KN-LINK-301",
            Self::UnknownKey { .. } => "KN-LINK-302",
            Self::MissingKey { .. } => "KN-LINK-303",
            Self::WrongType { .. } => "KN-LINK-304",
            Self::UnknownChoice { .. } => "KN-LINK-305",
            Self::OutOfRange { .. } => "KN-LINK-306",
            Self::Sql { .. } => "KN-LINK-307",
            Self::Levels { .. } => "KN-LINK-308",
            Self::DuplicateComparison { .. } => "KN-LINK-309",
            Self::NoExactLevel { .. } => "KN-LINK-310",
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownKey { did_you_mean: Some(known), .. } | Self::UnknownChoice { did_you_mean: Some(known), .. } => {
                Some(format!("did you mean `{known}`?"))
            }
            Self::UnknownKey { .. } => Some("take it out: Splink knows no such key here, and it would change nothing".to_owned()),
            Self::UnknownChoice { allowed, .. } => Some(format!("write one of {allowed}")),
            Self::Syntax { .. } => {
                Some("the file must hold the settings or model that Splink saves, as one JSON object".to_owned())
            }
            Self::WrongType { expected, .. } => Some(format!("write {expected}")),
            Self::OutOfRange { expected, .. } => Some(format!("write a number that is {expected}")),
            Self::MissingKey { key: "link_type", .. } => {
                Some("add \"link_type\": \"dedupe_only\", \"link_only\" or \"link_and_dedupe\"".to_owned())
            }
            Self::Sql { source, .. } => source.hint(),
            Self::Levels { hint, .. } => Some(hint.clone()),
            Self::DuplicateComparison { .. } => Some("give one of them another output_column_name".to_owned()),
            Self::NoExactLevel { .. } => {
                Some("add an exact match level, or set \"disable_tf_exact_match_detection\": true on this level".to_owned())
            }
            Self::MissingKey { key, .. } => Some(format!("add \"{key}\"")),
        }
    }
}

/// Everything that is wrong with a model's JSON, in the order of the text; never empty.
#[derive(Debug, thiserror::Error)]
#[error("{}", describe(problems))]
pub struct ModelErrors {
    problems: Vec<ModelProblem>,
    readable: Option<Box<Model>>,
}

fn describe(problems: &[ModelProblem]) -> String {
    match problems {
        [only] => only.to_string(),
        several => format!("the model has {} problems", several.len()),
    }
}

impl ModelErrors {
    /// The error of one problem.
    pub(super) fn single(problem: ModelProblem) -> Self {
        Self { problems: vec![problem], readable: None }
    }

    /// Collects `problems`; none when there are none.
    pub fn collect(mut problems: Vec<ModelProblem>) -> Option<Self> {
        problems.sort_by_key(|problem| (problem.place().line, problem.place().column));
        (!problems.is_empty()).then_some(Self { problems, readable: None })
    }

    /// The same with what of the model could be read all the same.
    pub(super) fn beside(self, readable: Model) -> Self {
        Self { readable: Some(Box::new(readable)), ..self }
    }

    /// The model without what is wrong in it, so that what it names can be checked too. Not useful for scoring.
    pub fn readable(&self) -> Option<&Model> {
        self.readable.as_deref()
    }

    /// The problems, in the order of the text.
    pub fn problems(&self) -> &[ModelProblem] {
        &self.problems
    }
}

impl Explain for ModelErrors {
    fn code(&self) -> &'static str {
        match self.problems.as_slice() {
            [only] => only.code(),
            _ => "KN-LINK-300",
        }
    }

    fn hint(&self) -> Option<String> {
        match self.problems.as_slice() {
            [only] => only.hint(),
            _ => Some("mend all of them".to_owned()),
        }
    }

    fn parts(&self) -> Vec<&dyn Explain> {
        match self.problems.as_slice() {
            [_] => Vec::new(),
            several => several.iter().map(|problem| problem as &dyn Explain).collect(),
        }
    }
}
