//! From the signatures of a batch to its tokens.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{TokenBatch, TokenWorker, TokenizeError};
use crate::encrypt::Cipher;
use crate::hash::{BLANK_TOKEN, HmacKey, TokenHasher};
use crate::profile::Profile;
use crate::secret::{KeyError, KeyUses, Secret};

/// What is done with signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenMode {
    /// SHA-256, then HMAC-SHA256, then AES-256-GCM.
    #[default]
    Encrypt,
    /// SHA-256, then HMAC-SHA256.
    HashOnly,
    /// Nothing: tokens are the signatures, data of persons in clear. With an encryption key they are encrypted.
    Plain,
}

impl TokenMode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::Encrypt, Self::HashOnly, Self::Plain];

    /// The name of the mode.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Encrypt => "encrypt",
            Self::HashOnly => "hash-only",
            Self::Plain => "plain",
        }
    }
}

impl fmt::Display for TokenMode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A key to encrypt with, and what counts its uses.
pub struct Encryption {
    /// The key, ready for use.
    pub cipher: Cipher,
    /// Counts its uses.
    pub uses: KeyUses,
}

/// Makes tokens of signatures. It holds keys and prints nothing of them.
pub struct TokenMaker {
    hasher: Option<TokenHasher>,
    encryption: Option<Encryption>,
}

impl TokenMaker {
    /// What makes the tokens of a mode. A hashing secret is not looked at in the mode `plain`, and an encryption key not in
    /// `hash-only`.
    ///
    /// # Errors
    /// [`TokenizeError`] when a secret that the mode needs is not there, or not fit.
    pub fn new(
        mode: TokenMode,
        hashing: Option<&Secret>,
        encryption: Option<Encryption>,
        profile: Profile,
    ) -> Result<Self, TokenizeError> {
        let hasher = match (mode, hashing) {
            (TokenMode::Plain, _) => None,
            (_, Some(secret)) => Some(TokenHasher::new(Some(HmacKey::new(secret, profile)?))),
            (_, None) => return Err(TokenizeError::NoHashingSecret { mode }),
        };
        let encryption = match (mode, encryption) {
            (TokenMode::HashOnly, _) => None,
            (TokenMode::Encrypt, None) => return Err(TokenizeError::NoEncryptionKey { mode }),
            (_, encryption) => encryption,
        };
        Ok(Self { hasher, encryption })
    }

    /// The key that tokens are encrypted with, and its uses.
    pub fn encryption(&self) -> Option<&Encryption> {
        self.encryption.as_ref()
    }

    /// Whether every token is base64 text or the blank token.
    pub fn makes_base64(&self) -> bool {
        self.hasher.is_some() || self.encryption.is_some()
    }

    /// Ends the count of the uses of the encryption key; none where there is none.
    ///
    /// # Errors
    /// As [`KeyUses::finish`].
    pub fn finish(self) -> Result<Option<u64>, KeyError> {
        self.encryption.map(|encryption| encryption.uses.finish()).transpose()
    }

    /// Puts the tokens of the signatures that `worker` holds into `batch`.
    pub(super) fn make(&self, worker: &mut TokenWorker, batch: &mut TokenBatch) -> Result<(), KeyError> {
        let (bytes, ends) = if self.encryption.is_some() {
            worker.hashed.clear();
            worker.hashed_ends.clear();
            (&mut worker.hashed, &mut worker.hashed_ends)
        } else {
            (&mut batch.tokens, &mut batch.token_ends)
        };
        match &self.hasher {
            Some(hasher) => hasher.hash(&worker.signatures, &worker.ends, bytes, ends),
            None => pass(&worker.signatures, &worker.ends, bytes, ends),
        }
        let Some(Encryption { cipher, uses }) = &self.encryption else { return Ok(()) };
        let (tokens, token_ends) = (&mut batch.tokens, &mut batch.token_ends);
        cipher.encrypt_all(&worker.hashed, &worker.hashed_ends, uses, &mut worker.ivs, tokens, token_ends)
    }
}

/// Signatures as tokens, blank tokens in the place of empty ones.
fn pass(signatures: &[u8], ends: &[usize], tokens: &mut Vec<u8>, token_ends: &mut Vec<usize>) {
    let mut begin = 0;
    for &end in ends {
        let signature = &signatures[begin..end];
        tokens.extend_from_slice(if signature.is_empty() { BLANK_TOKEN.as_bytes() } else { signature });
        token_ends.push(tokens.len());
        begin = end;
    }
}
