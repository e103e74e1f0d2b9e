//! Keys from the secret by HKDF (RFC 5869).

use ring::hkdf::{HKDF_SHA256, HKDF_SHA512};
use zeroize::Zeroizing;

use super::error::FuzzyError;
use super::schema::{DerivationHash, KeyDerivation, LinkageSchema};
use crate::secret::{self, Secret};

/// clkhash derives two keys a feature, whether its hash needs both or one.
pub(crate) const KEYS_PER_FEATURE: usize = 2;

/// Separates the keys of hardening from all others of the same secret.
const HARDENING_SALT: &[u8] = b"kintsu clk hardening 1";

/// The keys of all features, one after another, each of the size that the schema names.
pub(crate) struct FeatureKeys {
    bytes: Zeroizing<Vec<u8>>,
    size: usize,
}

impl FeatureKeys {
    /// # Errors
    ///
    /// [`FuzzyError::Derivation`], which a schema that was read does not cause.
    pub(crate) fn new(schema: &LinkageSchema, secret: &Secret) -> Result<Self, FuzzyError> {
        let derivation = &schema.derivation;
        let size = derivation.key_bytes;
        Ok(Self { bytes: derive(derivation, secret, size * KEYS_PER_FEATURE * schema.features.len())?, size })
    }

    /// Both keys of the feature at a place among all of the schema.
    pub(crate) fn of_feature(&self, place: usize) -> [&[u8]; KEYS_PER_FEATURE] {
        [0, 1].map(|which| &self.bytes[(place * KEYS_PER_FEATURE + which) * self.size..][..self.size])
    }
}

/// A key of 64 bytes for a purpose of hardening.
///
/// # Errors
///
/// [`FuzzyError::Derivation`].
pub(crate) fn hardening_key(secret: &Secret, purpose: &'static [u8]) -> Result<Zeroizing<Vec<u8>>, FuzzyError> {
    let (salt, info) = (HARDENING_SALT.to_vec(), purpose.to_vec());
    derive(&KeyDerivation { hash: DerivationHash::Sha512, salt, info, key_bytes: 64 }, secret, 64)
}

fn derive(derivation: &KeyDerivation, secret: &Secret, length: usize) -> Result<Zeroizing<Vec<u8>>, FuzzyError> {
    let mut bytes = Zeroizing::new(vec![0; length]);
    let algorithm = match derivation.hash {
        DerivationHash::Sha256 => HKDF_SHA256,
        DerivationHash::Sha512 => HKDF_SHA512,
    };
    let derived = secret::derive(algorithm, &derivation.salt, secret, &[&derivation.info], &mut bytes);
    derived.map(|()| bytes).map_err(|_| FuzzyError::Derivation)
}
