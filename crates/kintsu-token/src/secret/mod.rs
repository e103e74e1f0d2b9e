//! Secrets: where they come from, how weak ones are known, and how what was used is named without giving it away.
//!
//! A [`Secret`] is wiped from memory when it is dropped and can be neither printed nor serialised: it has no `Debug`, no
//! `Display` and no `Serialize`. What may be shown is its salted [fingerprint](Secret::fingerprint).

mod creation;
mod derivation;
mod error;
mod ledger;
mod source;
mod uses;
mod weakness;

use ring::digest;
use zeroize::Zeroizing;

pub use creation::{SecretKind, new_secret, random_bytes};
pub(crate) use derivation::derive;
pub use error::KeyError;
pub use ledger::{KEY_USES_MAX, KeyLedger};
pub use source::{SECRET_BYTES_MAX, SecretSource};
pub use uses::KeyUses;
pub use weakness::{SECRET_BYTES_MIN, Weakness};

use crate::hash::hex;

/// The bytes of a secret, wiped when dropped.
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// A secret of these bytes, all of them. The caller's own copies, if there are any, are the caller's to wipe.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Zeroizing::new(bytes.into()))
    }

    /// The number of bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In what way the secret is easily guessed; `None` when no way is known.
    pub fn weakness(&self) -> Option<Weakness> {
        weakness::of(&self.0)
    }

    /// Refuses a weak secret.
    ///
    /// # Errors
    ///
    /// [`KeyError::Weak`], which names the place and not the secret.
    pub fn require_strong(&self, place: &SecretSource) -> Result<(), KeyError> {
        match self.weakness() {
            Some(weakness) => Err(KeyError::Weak { place: place.to_string(), weakness }),
            None => Ok(()),
        }
    }

    /// A name of the secret, which tells whether a guess is right and nothing else, so that strong secrets may be named by it: 16
    /// hexadecimal digits of an HMAC of the salt under the secret. Equal secrets have equal fingerprints under one salt, and unrelated ones under two salts.
    pub fn fingerprint(&self, salt: &[u8]) -> String {
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &self.0);
        let mut context = ring::hmac::Context::with_key(&key);
        context.update(b"kintsu secret fingerprint 1\0");
        context.update(salt);
        hex::text(&context.sign().as_ref()[..8])
    }

    /// The SHA-256 of the secret in lower-case hexadecimal digits, as the metadata of OpenToken 1 holds it.
    ///
    /// It invites guessing and is for that metadata alone; everything else shows the [fingerprint](Self::fingerprint).
    pub fn sha256_hex(&self) -> String {
        hex::text(digest::digest(&digest::SHA256, &self.0).as_ref())
    }

    /// The bytes, for the arithmetic of this crate.
    pub(crate) fn expose(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_depend_on_secret_and_salt_and_hold_neither() {
        let secret = Secret::from_bytes(*b"a secret of the tests");
        assert_eq!(secret.fingerprint(b"salt"), secret.fingerprint(b"salt"));
        assert_eq!(secret.fingerprint(b"salt").len(), 16);
        assert_ne!(secret.fingerprint(b"salt"), secret.fingerprint(b"salu"));
        assert_ne!(secret.fingerprint(b"salt"), Secret::from_bytes(*b"another of the tests.").fingerprint(b"salt"));
        assert!(!secret.sha256_hex().starts_with(&secret.fingerprint(b"")));
    }

    #[test]
    fn the_plain_hash_is_that_of_the_reference() {
        let secret = Secret::from_bytes(*b"otk-golden-hashing-secret-v1");
        assert_eq!(secret.sha256_hex(), "341d3b582b686ab368b8b8a12f68eaa2986f84beb1e382ce4cf78ba749cac836");
    }

    #[test]
    fn weak_secrets_are_refused_without_being_shown() {
        let place = SecretSource::Environment("HASHING".to_owned());
        let error = Secret::from_bytes(*b"HashingKey").require_strong(&place).unwrap_err().to_string();
        assert!(error.contains("HASHING") && !error.contains("HashingKey"), "{error}");
        assert!(Secret::from_bytes(*b"long enough and no sample").require_strong(&place).is_ok());
    }
}
