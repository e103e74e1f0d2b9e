//! Keys from the secret by HKDF (RFC 5869).

use ring::hkdf::{HKDF_SHA256, HKDF_SHA512, KeyType, Salt};
use zeroize::Zeroizing;

use super::schema::{DerivationHash, KeyDerivation, LinkageSchema};
use crate::secret::Secret;

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
    pub(crate) fn new(schema: &LinkageSchema, secret: &Secret) -> Self {
        let derivation = &schema.derivation;
        let size = derivation.key_bytes;
        Self { bytes: derive(derivation, secret, size * KEYS_PER_FEATURE * schema.features.len()), size }
    }

    /// Both keys of the feature at a place among all of the schema.
    pub(crate) fn of_feature(&self, place: usize) -> [&[u8]; KEYS_PER_FEATURE] {
        [0, 1].map(|which| &self.bytes[(place * KEYS_PER_FEATURE + which) * self.size..][..self.size])
    }
}

/// A key of 64 bytes for a purpose of hardening.
pub(crate) fn hardening_key(secret: &Secret, purpose: &'static [u8]) -> Zeroizing<Vec<u8>> {
    let (salt, info) = (HARDENING_SALT.to_vec(), purpose.to_vec());
    derive(&KeyDerivation { hash: DerivationHash::Sha512, salt, info, key_bytes: 64 }, secret, 64)
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn derive(derivation: &KeyDerivation, secret: &Secret, length: usize) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(vec![0; length]);
    let algorithm = match derivation.hash {
        DerivationHash::Sha256 => HKDF_SHA256,
        DerivationHash::Sha512 => HKDF_SHA512,
    };
    let pseudorandom = Salt::new(algorithm, &derivation.salt).extract(secret.expose());
    // Neither can fail: the lengths are equal, and a schema that wants more than HKDF gives is refused when it is read.
    if let Ok(output) = pseudorandom.expand(&[&derivation.info], Length(length)) {
        let _ = output.fill(&mut bytes);
    }
    bytes
}
