//! Keys derived from a secret by HKDF (RFC 5869).

use ring::error::Unspecified;
use ring::hkdf::{Algorithm, KeyType, Salt};

use super::Secret;

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// Fills `output` with what HKDF derives from `secret`; parts of `info` count as one text.
///
/// # Errors
///
/// When `output` is longer than 255 digests of the algorithm. It holds no key then.
pub(crate) fn derive(
    algorithm: Algorithm,
    salt: &[u8],
    secret: &Secret,
    info: &[&[u8]],
    output: &mut [u8],
) -> Result<(), Unspecified> {
    let pseudorandom = Salt::new(algorithm, salt).extract(secret.expose());
    pseudorandom.expand(info, Length(output.len()))?.fill(output)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use ring::hkdf::HKDF_SHA256;

    use super::*;

    #[test]
    fn what_cannot_be_derived_is_an_error_and_not_a_key_of_zeros() {
        let secret = Secret::from_bytes(*b"a secret of the tests");
        let mut longest = vec![0; 255 * 32];
        derive(HKDF_SHA256, b"salt", &secret, &[b"info"], &mut longest).unwrap();
        assert!(longest.chunks(32).all(|digest| digest != [0; 32]));
        assert!(derive(HKDF_SHA256, b"salt", &secret, &[b"info"], &mut vec![0; 255 * 32 + 1]).is_err());
    }
}
