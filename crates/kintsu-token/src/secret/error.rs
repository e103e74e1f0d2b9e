//! What can be wrong with keys and secrets. No message holds a secret or a part of one.

use std::path::PathBuf;

use kintsu_core::{Blame, Explain};

use super::{SECRET_BYTES_MAX, Weakness};
use crate::Profile;

/// A secret that cannot be read, is not fit for its use, or may not be used any more.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The file of a secret cannot be read.
    #[error("the secret in `{path}` cannot be read: {source}")]
    ReadFile {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The environment variable of a secret is not set.
    #[error("the environment variable `{name}`, which is to hold a secret, is not set")]
    NoVariable {
        /// The variable.
        name: String,
    },
    /// Standard input cannot be read.
    #[error("the secret cannot be read from standard input: {source}")]
    ReadStandardInput {
        /// What the operating system says.
        source: std::io::Error,
    },
    /// There is no content.
    #[error("the secret from {place} is empty")]
    Empty {
        /// Where the secret comes from.
        place: String,
    },
    /// There is more content than a secret has.
    #[error("the secret from {place} is longer than {SECRET_BYTES_MAX} bytes")]
    TooLong {
        /// Where the secret comes from.
        place: String,
    },
    /// The secret is easily guessed.
    #[error("the secret from {place} is weak: {weakness}")]
    Weak {
        /// Where the secret comes from.
        place: String,
        /// In what way it is weak.
        weakness: Weakness,
    },
    /// A hashing secret of white space alone, which the profile does not take.
    #[error("a hashing secret of white space alone cannot make tokens of the profile `{profile}`")]
    Blank {
        /// The profile.
        profile: Profile,
    },
    /// An encryption key of another length than 32.
    #[error("an encryption key of the profile `{profile}` has 32 {unit}; this one has {length}")]
    KeyLength {
        /// The profile.
        profile: Profile,
        /// What the profile counts: characters or bytes.
        unit: &'static str,
        /// How many there are.
        length: usize,
    },
    /// A key of 32 characters that are more than 32 bytes, or no text at all.
    #[error("an encryption key of the profile `{profile}` is text of 32 ASCII characters; this one has others")]
    KeyNotAscii {
        /// The profile.
        profile: Profile,
    },
    /// A file that would be overwritten.
    #[error("`{path}` exists; a key file is never overwritten")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A key file cannot be written.
    #[error("the key file `{path}` cannot be written: {source}")]
    Create {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The operating system gives no random bytes.
    #[error("the operating system's random generator gives nothing: {reason}")]
    Random {
        /// What it says instead.
        reason: String,
    },
    /// The ledger of a key file cannot be read or written.
    #[error("the ledger of uses `{path}` cannot be read and written: {source}")]
    Ledger {
        /// The ledger.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// A file that is no ledger stands where the ledger belongs.
    #[error("`{path}` is not a ledger of uses")]
    LedgerDamaged {
        /// The file.
        path: PathBuf,
    },
    /// The ledger counts the uses of another key.
    #[error("the ledger `{path}` counts the uses of another key than this one")]
    LedgerOfOtherKey {
        /// The ledger.
        path: PathBuf,
    },
    /// No more may be encrypted with the key.
    #[error("the key from {place} has been used {used} times; {wanted} more would pass 2^32, the most that is safe")]
    Exhausted {
        /// Where the key comes from.
        place: String,
        /// The uses that are counted.
        used: u64,
        /// The uses that were asked for.
        wanted: u64,
    },
    /// A text that is longer than AES-GCM encrypts, 2^36 bytes.
    #[error("a text of {bytes} bytes is too long to be encrypted")]
    PlaintextTooLong {
        /// Its length.
        bytes: usize,
    },
    /// A partner without a name.
    #[error("a partner's key is derived from the partner's name, and this one has none")]
    NoPartner,
    /// A key that HKDF does not give.
    #[error("a key cannot be derived from the secret")]
    Derivation,
}

impl Explain for KeyError {
    fn code(&self) -> &'static str {
        match self {
            Self::ReadFile { .. } => "KN-TOKEN-101",
            Self::NoVariable { .. } => "KN-TOKEN-102",
            Self::ReadStandardInput { .. } => "KN-TOKEN-103",
            Self::Empty { .. } => "KN-TOKEN-104",
            Self::TooLong { .. } => "KN-TOKEN-105",
            Self::Weak { .. } => "KN-TOKEN-106",
            Self::Blank { .. } => "KN-TOKEN-107",
            Self::KeyLength { .. } => "KN-TOKEN-108",
            Self::KeyNotAscii { .. } => "KN-TOKEN-109",
            Self::Exists { .. } => "KN-TOKEN-110",
            Self::Create { .. } => "KN-TOKEN-111",
            Self::Random { .. } => "KN-TOKEN-112",
            Self::Ledger { .. } => "KN-TOKEN-113",
            Self::LedgerDamaged { .. } => "KN-TOKEN-114",
            Self::LedgerOfOtherKey { .. } => "KN-TOKEN-115",
            Self::Exhausted { .. } => "KN-TOKEN-116",
            Self::PlaintextTooLong { .. } => "KN-TOKEN-118",
            Self::NoPartner => "KN-TOKEN-117",
            Self::Derivation => "KN-TOKEN-119",
        }
    }

    fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Weak { .. } => {
                "make a strong one with `kintsu tokens new-secret`; `--allow-weak-secret` takes this one nevertheless"
            }
            Self::KeyLength { .. } | Self::KeyNotAscii { .. } => {
                "`kintsu tokens new-secret` makes encryption keys that every profile takes"
            }
            Self::Exists { .. } => "name another file, or move this one away if nothing depends on it",
            Self::Exhausted { .. } => {
                "make a new key with `kintsu tokens new-secret`, give it to the partner and encrypt with it from now on"
            }
            Self::LedgerDamaged { .. } | Self::LedgerOfOtherKey { .. } => {
                "move it away only if you know how often the key has been used"
            }
            Self::Ledger { .. } => {
                "put the key file into a folder that you may write to, or hand the key over in an environment variable"
            }
            Self::Empty { .. } => "put the secret there, or make one with `kintsu tokens new-secret`",
            Self::Create { .. } => "check that the folder exists and that you may write to it",
            Self::NoPartner => "name the partner",
            Self::ReadFile { .. } => "check the path, and that you may read the file",
            Self::NoVariable { .. } => "set it, or name a file that holds the secret",
            Self::ReadStandardInput { .. } => "pipe the secret into the command, or name a file that holds it",
            Self::TooLong { .. } => "check that it is the file of a secret, and not one of records or tokens",
            Self::Blank { .. } => "make a secret with `kintsu tokens new-secret`",
            Self::Random { .. } => {
                "try again; if that does not help, see whether the system can give random bytes to any program"
            }
            Self::PlaintextTooLong { .. } => "check the rules: no token is meant to be so long",
            Self::Derivation => kintsu_core::DEFECT_HINT,
        };
        Some(text.to_owned())
    }

    fn blame(&self) -> Blame {
        match self {
            Self::Random { .. } | Self::Derivation => Blame::Internal,
            _ => Blame::Input,
        }
    }
}
