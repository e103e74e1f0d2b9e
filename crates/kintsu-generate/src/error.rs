//! What can go wrong when data are made.

use std::path::PathBuf;

use kintsu_core::{Blame, Cancelled, Explain};
use kintsu_table::TableError;

/// Why data are not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateError {
    /// There is no list of that name.
    #[error("there is no list called `{name}`")]
    NoSuchList {
        /// The name.
        name: String,
    },
    /// The file of a list cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    UnreadableList {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A list cannot be used.
    #[error("the list `{name}`{} cannot be used: {problem}", at_line(*line))]
    List {
        /// The name.
        name: String,
        /// The line, counted from 1; 0 for the list as a whole.
        line: u64,
        /// What is wrong.
        problem: &'static str,
    },
    /// More customers than records were asked for.
    #[error("Unique customers ({customers}) cannot exceed total records ({records})")]
    TooManyCustomers {
        /// The customers.
        customers: u64,
        /// The records.
        records: u64,
    },
    /// Something that the preset cannot do, or a value that cannot be.
    #[error("{what}")]
    Options {
        /// What is wrong.
        what: String,
        /// What to do about it.
        hint: String,
    },
    /// What stands there cannot be continued.
    #[error("{} cannot be continued: {why}", path.display())]
    Append {
        /// The directory.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The manifest of an earlier run cannot be read.
    #[error("{} is no manifest of generated data: {why}", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A file cannot be read or written.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The user stopped the run.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// Something that cannot be: a defect.
    #[error("generated columns do not fit together: {0}")]
    Defect(String),
}

fn at_line(line: u64) -> String {
    if line == 0 { String::new() } else { format!(", line {line},") }
}

impl GenerateError {
    /// A value or a combination of options that cannot be.
    pub fn options(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Options { what: what.into(), hint: hint.into() }
    }
}

impl From<arrow_schema::ArrowError> for GenerateError {
    fn from(error: arrow_schema::ArrowError) -> Self {
        Self::Defect(error.to_string())
    }
}

impl Explain for GenerateError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoSuchList { .. } => "KN-GEN-001",
            Self::UnreadableList { .. } => "KN-GEN-002",
            Self::List { .. } => "KN-GEN-003",
            Self::TooManyCustomers { .. } => "KN-GEN-004",
            Self::Options { .. } => "KN-GEN-005",
            Self::Append { .. } => "KN-GEN-006",
            Self::Manifest { .. } => "KN-GEN-007",
            Self::Table(inner) => inner.code(),
            Self::Cancelled(_) => "KN-GEN-130",
            Self::Defect(_) => "KN-GEN-999",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoSuchList { name } => format!("there are: {}", crate::lists::names_like(name).join(", ")),
            Self::UnreadableList { source, .. } => kintsu_table::file_hint(source),
            Self::List { .. } => {
                "write a value a line, after a tab its weight, a whole number; without one the weight is 1".to_owned()
            }
            Self::TooManyCustomers { .. } => {
                "leave the number of customers out, so that it follows from the records, or ask for more records".to_owned()
            }
            Self::Options { hint, .. } => hint.clone(),
            Self::Append { .. } => "append with the options of the first run, or write to another directory".to_owned(),
            Self::Manifest { .. } => "name a directory that `kintsu generate` has written".to_owned(),
            Self::Table(TableError::TargetExists { .. }) => {
                "give --overwrite to replace it, --write-mode append to add customers, or another directory".to_owned()
            }
            Self::Table(inner) => return inner.hint(),
            Self::Cancelled(_) => kintsu_core::CANCELLED_HINT.to_owned(),
            Self::Defect(_) => kintsu_core::DEFECT_HINT.to_owned(),
        })
    }

    fn blame(&self) -> Blame {
        match self {
            Self::Table(inner) => inner.blame(),
            Self::Cancelled(_) => Blame::Interrupted,
            Self::Defect(_) => Blame::Internal,
            _ => Blame::Input,
        }
    }
}
