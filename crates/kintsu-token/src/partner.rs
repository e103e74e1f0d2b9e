//! Keys per partner, and tokens that pass from one key to another.
//!
//! One master secret gives every partner a key of its own, so that the loss of one opens nothing of another. The hashing secret
//! is not part of this: tokens of all partners match after decryption.

use std::fmt;

use ring::hkdf::HKDF_SHA256;
use zeroize::Zeroizing;

use crate::Profile;
use crate::encrypt::{Cipher, IvSource, each};
use crate::hash::{BLANK_TOKEN, hex};
use crate::secret::{KeyError, KeyUses, Secret, derive};

/// The salt of HKDF: it separates these keys from all others that are derived from the same secret.
const SALT: &[u8] = b"kintsu partner keys 1";

/// The random bytes of a key; as printable text they are 32 characters.
const KEY_BYTES: usize = 24;

const ID_BYTES: usize = 8;

/// Names a partner's key without giving it away: 16 hexadecimal digits. Metadata show it, tokens never hold it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyId(String);

impl KeyId {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The encryption key of one partner.
pub struct PartnerKey {
    /// Names the key.
    pub id: KeyId,
    /// The key: 32 printable characters that carry 192 bits, so that every profile and every implementation takes it.
    pub secret: Secret,
}

impl PartnerKey {
    /// Derives the key of a partner from a master secret by HKDF-SHA256 (RFC 5869). The name counts byte by byte.
    ///
    /// # Errors
    ///
    /// [`KeyError::NoPartner`] for an empty name, [`KeyError::Empty`] for an empty master secret, [`KeyError::Derivation`].
    pub fn derive(master: &Secret, partner: &str) -> Result<Self, KeyError> {
        if partner.is_empty() {
            return Err(KeyError::NoPartner);
        }
        if master.is_empty() {
            return Err(KeyError::Empty { place: "the caller".to_owned() });
        }
        let key = expand::<KEY_BYTES>(master, b"aes-256-gcm", partner)?;
        let id = expand::<ID_BYTES>(master, b"key id", partner)?;
        Ok(Self { id: KeyId(hex::text(&*id)), secret: Secret::printable(&*key) })
    }

    /// The cipher of the key, which knows the key's id.
    ///
    /// # Errors
    ///
    /// Those of [`Cipher::new`], which a derived key does not cause.
    pub fn cipher(&self, profile: Profile) -> Result<Cipher, KeyError> {
        Ok(Cipher::new(&self.secret, profile)?.with_id(self.id.clone()))
    }
}

fn expand<const LENGTH: usize>(master: &Secret, purpose: &[u8], partner: &str) -> Result<Zeroizing<[u8; LENGTH]>, KeyError> {
    let mut bytes = Zeroizing::new([0; LENGTH]);
    let info = [purpose, b"\0", partner.as_bytes()];
    derive(HKDF_SHA256, SALT, master, &info, &mut *bytes).map_err(|_| KeyError::Derivation)?;
    Ok(bytes)
}

/// What became of the tokens of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RekeyCounts {
    /// Tokens that the new key encrypts now.
    pub rekeyed: u64,
    /// Blank and empty tokens, which stay as they are.
    pub blank: u64,
    /// Tokens that the old key does not open.
    pub undecryptable: u64,
}

impl RekeyCounts {
    /// Adds the counts of another batch.
    pub fn add(&mut self, other: Self) {
        self.rekeyed += other.rekeyed;
        self.blank += other.blank;
        self.undecryptable += other.undecryptable;
    }
}

/// Passes tokens from one key to another, without the data of the persons.
pub struct Rekey<'a> {
    /// The key that the tokens are encrypted with.
    pub from: &'a Cipher,
    /// The key that they are to be encrypted with.
    pub to: &'a Cipher,
    /// Counts the uses of the new key.
    pub uses: &'a KeyUses,
    /// The profile of the tokens.
    pub profile: Profile,
}

impl Rekey<'_> {
    /// Appends the token under the new key of every token to `rekeyed`, and where it ends to `rekeyed_ends`, in their order.
    ///
    /// `tokens` stand one after another, and `ends` says where each ends. A blank or empty token stays as it is. A token that the
    /// old key does not open becomes empty, for as it stands it was meant for the other partner, or is a hash that was never
    /// encrypted.
    ///
    /// # Errors
    ///
    /// [`KeyError::Exhausted`] and errors of the ledger; [`KeyError::Random`].
    ///
    /// # Panics
    ///
    /// When `ends` decrease or pass the end of `tokens`, as slicing does.
    pub fn apply(
        &self,
        tokens: &[u8],
        ends: &[usize],
        ivs: &mut IvSource,
        rekeyed: &mut Vec<u8>,
        rekeyed_ends: &mut Vec<usize>,
    ) -> Result<RekeyCounts, KeyError> {
        let mut counts = RekeyCounts::default();
        let mut buffer = Zeroizing::new(Vec::new());
        // Texts are shorter than their tokens, so this never moves and leaves no copies behind.
        let mut texts = Zeroizing::new(Vec::with_capacity(tokens.len()));
        let mut open = |token: &[u8]| {
            if is_blank(token) {
                counts.blank += 1;
                return None;
            }
            let Ok(text) = self.from.decrypt_within(token, self.profile, &mut buffer) else {
                counts.undecryptable += 1;
                return None;
            };
            counts.rekeyed += 1;
            texts.extend_from_slice(text.as_bytes());
            Some(texts.len())
        };
        let text_ends: Vec<Option<usize>> = each(tokens, ends).map(&mut open).collect();
        self.uses.take(counts.rekeyed)?;
        let mut begin = 0;
        for (token, text_end) in each(tokens, ends).zip(text_ends) {
            match text_end {
                Some(end) => self.to.encrypt(&texts[std::mem::replace(&mut begin, end)..end], ivs, rekeyed)?,
                None if is_blank(token) => rekeyed.extend_from_slice(token),
                None => {}
            }
            rekeyed_ends.push(rekeyed.len());
        }
        Ok(counts)
    }
}

fn is_blank(token: &[u8]) -> bool {
    token.is_empty() || token == BLANK_TOKEN.as_bytes()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::secret::SecretSource;

    fn master() -> Secret {
        Secret::from_bytes(*b"the master secret of the tests")
    }

    #[test]
    fn keys_depend_on_master_and_partner_and_not_on_the_id() {
        let key = |master: &Secret, partner| PartnerKey::derive(master, partner).unwrap();
        let (one, again, two) = (key(&master(), "north"), key(&master(), "north"), key(&master(), "south"));
        let foreign = key(&Secret::from_bytes(*b"another master secret"), "north");
        assert_eq!((one.secret.expose(), &one.id), (again.secret.expose(), &again.id));
        assert_eq!(one.secret.len(), 32);
        for other in [&two, &foreign] {
            assert_ne!(one.secret.expose(), other.secret.expose());
            assert_ne!(one.id, other.id);
        }
        assert!(matches!(PartnerKey::derive(&master(), ""), Err(KeyError::NoPartner)));
        assert!(PartnerKey::derive(&Secret::from_bytes([]), "north").is_err());
    }

    /// HKDF-SHA256 written out with HMAC from another library.
    #[test]
    fn the_key_is_hkdf_of_the_master() {
        use hmac::{Hmac, KeyInit, Mac};
        let hmac = |key: &[u8], message: &[u8]| {
            Hmac::<sha2::Sha256>::new_from_slice(key).unwrap().chain_update(message).finalize().into_bytes()
        };
        let pseudorandom = hmac(SALT, master().expose());
        let output = hmac(&pseudorandom, b"aes-256-gcm\0north\x01");
        let key = PartnerKey::derive(&master(), "north").unwrap();
        assert_eq!(key.secret.expose(), Secret::printable(&output[..KEY_BYTES]).expose());
        assert_eq!(key.id.as_str(), hex::text(&hmac(&pseudorandom, b"key id\0north\x01")[..ID_BYTES]));
    }

    #[test]
    fn tokens_pass_to_another_key_and_what_does_not_open_is_left_out() {
        let profile = Profile::default();
        let cipher = |partner| PartnerKey::derive(&master(), partner).unwrap().cipher(profile).unwrap();
        let (north, south) = (cipher("north"), cipher("south"));
        let mut ivs = IvSource::operating_system();
        let (mut tokens, mut ends) = (Vec::new(), Vec::new());
        for content in ["first", "", "second"] {
            north.encrypt(content.as_bytes(), &mut ivs, &mut tokens).unwrap();
            ends.push(tokens.len());
        }
        for other in [BLANK_TOKEN, "", "canary that is no token", "j9Sn0+hZMAQCM+ohgR1J6bomtSeqjBAaivtTH94JCf0="] {
            tokens.extend_from_slice(other.as_bytes());
            ends.push(tokens.len());
        }
        south.encrypt(b"not of the north", &mut ivs, &mut tokens).unwrap();
        ends.push(tokens.len());

        let uses = KeyUses::of_run(&SecretSource::StandardInput);
        let rekey = Rekey { from: &north, to: &south, uses: &uses, profile };
        let (mut rekeyed, mut rekeyed_ends) = (Vec::new(), Vec::new());
        let counts = rekey.apply(&tokens, &ends, &mut ivs, &mut rekeyed, &mut rekeyed_ends).unwrap();
        assert_eq!(counts, RekeyCounts { rekeyed: 3, blank: 2, undecryptable: 3 });
        assert_eq!(uses.used(), 3);
        let texts: Vec<_> = each(&rekeyed, &rekeyed_ends).map(|token| std::str::from_utf8(token).unwrap()).collect();
        for (token, content) in texts[..3].iter().zip(["first", "", "second"]) {
            assert_eq!(south.decrypt(token, profile).as_deref(), Ok(content));
            assert!(north.decrypt(token, profile).is_err());
        }
        assert_eq!(texts[3..], [BLANK_TOKEN, "", "", "", ""]);
    }
}
