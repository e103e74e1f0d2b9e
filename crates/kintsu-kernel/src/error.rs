//! What can go wrong in a kernel.

use kintsu_core::{Blame, Explain};
use kintsu_generate::GenerateError;
use kintsu_link::LinkError;
use kintsu_link::model::ModelErrors;
use kintsu_link::sql::SqlError;
use kintsu_table::TableError;
use kintsu_token::TokenizeError;

/// Why a kernel cannot be made or applied.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KernelError {
    /// The model in the spec cannot be read.
    #[error(transparent)]
    Model(#[from] ModelErrors),
    /// An expression in the spec cannot be read.
    #[error(transparent)]
    Sql(#[from] SqlError),
    /// The batch is not what the spec says, or the run was stopped.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The batch cannot be seen as a table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Tokens cannot be made.
    #[error(transparent)]
    Tokens(#[from] TokenizeError),
    /// Data cannot be made.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// A column that the kernel reads is not there.
    #[error("the kernel `{kernel}` finds no column `{column}` in its records")]
    NoColumn {
        /// The kernel.
        kernel: &'static str,
        /// The column.
        column: String,
    },
    /// A column is of a type that the kernel cannot read.
    #[error("the kernel `{kernel}` can make no text of the column `{column}`, which holds {kind}")]
    Column {
        /// The kernel.
        kernel: &'static str,
        /// The column.
        column: String,
        /// Its type.
        kind: String,
    },
    /// The spec makes no sense.
    #[error("the kernel's description cannot be used: {0}")]
    Spec(String),
    /// The result cannot be put together: a defect.
    #[error("the result of a kernel could not be put together: {0}")]
    Output(String),
}

impl KernelError {
    fn inner(&self) -> Option<&dyn Explain> {
        match self {
            Self::Model(inner) => Some(inner),
            Self::Sql(inner) => Some(inner),
            Self::Link(inner) => Some(inner),
            Self::Table(inner) => Some(inner),
            Self::Tokens(inner) => Some(inner),
            Self::Generate(inner) => Some(inner),
            Self::Spec(_) | Self::NoColumn { .. } | Self::Column { .. } | Self::Output(_) => None,
        }
    }
}

impl Explain for KernelError {
    fn code(&self) -> &'static str {
        match self {
            Self::Model(inner) => inner.code(),
            Self::Sql(inner) => inner.code(),
            Self::Link(inner) => inner.code(),
            Self::Table(inner) => inner.code(),
            Self::Tokens(inner) => inner.code(),
            Self::Generate(inner) => inner.code(),
            Self::Spec(_) => "KN-KERNEL-001",
            Self::Output(_) => "KN-KERNEL-002",
            Self::NoColumn { .. } => "KN-KERNEL-003",
            Self::Column { .. } => "KN-KERNEL-004",
        }
    }

    fn hint(&self) -> Option<String> {
        match self.inner() {
            Some(inner) => inner.hint(),
            None if matches!(self, Self::Spec(_)) => Some("mend the description of the kernel".to_owned()),
            None if matches!(self, Self::NoColumn { .. }) => Some("name the column that holds it, or add one".to_owned()),
            None if matches!(self, Self::Column { .. }) => Some("give text, numbers or days, by a cast to string".to_owned()),
            None => Some(kintsu_core::DEFECT_HINT.to_owned()),
        }
    }

    fn blame(&self) -> Blame {
        match self.inner() {
            Some(inner) => inner.blame(),
            None if matches!(self, Self::Output(_)) => Blame::Internal,
            None => Blame::Input,
        }
    }

    fn parts(&self) -> Vec<&dyn Explain> {
        self.inner().map(Explain::parts).unwrap_or_default()
    }
}
