//! Why tokens cannot be made.

use kintsu_core::{Blame, Explain};

use super::TokenMode;
use crate::rule_error::RuleErrors;
use crate::secret::KeyError;

/// Why tokens cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenizeError {
    /// The rules have mistakes.
    #[error(transparent)]
    Rules(#[from] RuleErrors),
    /// A secret or key is not fit for its use.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The mode hashes, and there is no hashing secret.
    #[error("the mode `{mode}` needs a hashing secret")]
    NoHashingSecret {
        /// The mode.
        mode: TokenMode,
    },
    /// The mode encrypts, and there is no encryption key.
    #[error("the mode `{mode}` needs an encryption key")]
    NoEncryptionKey {
        /// The mode.
        mode: TokenMode,
    },
    /// The day that no birth date may lie after is no day.
    #[error("`{text}` is no day; days are written as 2000-01-31")]
    AsOf {
        /// What stands there.
        text: String,
    },
}

impl Explain for TokenizeError {
    fn code(&self) -> &'static str {
        match self {
            Self::Rules(inner) => inner.code(),
            Self::Key(inner) => inner.code(),
            Self::NoHashingSecret { .. } => "KN-TOKEN-301",
            Self::NoEncryptionKey { .. } => "KN-TOKEN-302",
            Self::AsOf { .. } => "KN-TOKEN-303",
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Rules(inner) => inner.hint(),
            Self::Key(inner) => inner.hint(),
            Self::NoHashingSecret { .. } => {
                Some("name a file with --hashing-secret-file, or set KINTSU_HASHING_SECRET".to_owned())
            }
            Self::NoEncryptionKey { .. } => Some(
                "name a file with --encryption-key-file, set KINTSU_ENCRYPTION_KEY, or leave encryption out with --mode hash-only"
                    .to_owned(),
            ),
            Self::AsOf { .. } => None,
        }
    }

    fn blame(&self) -> Blame {
        match self {
            Self::Key(inner) => inner.blame(),
            _ => Blame::Input,
        }
    }

    fn parts(&self) -> Vec<&dyn Explain> {
        match self {
            Self::Rules(inner) => inner.parts(),
            _ => Vec::new(),
        }
    }
}
