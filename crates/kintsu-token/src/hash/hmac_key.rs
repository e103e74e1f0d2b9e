//! The key of HMAC-SHA256, in the form in which it is used.

use zeroize::{Zeroize, Zeroizing};

use super::sha256::{INITIAL, State, compress, digest_of, schedule};
use super::{base64, hex};
use crate::secret::{KeyError, Secret};
use crate::{Profile, hash::TOKEN_BYTES};

/// The states of SHA-256 after the inner and the outer padded key, kept so that neither is hashed again for every token. Wiped
/// when dropped; whoever has them can make tokens.
#[derive(Clone)]
pub struct HmacKey {
    pub(super) inner: Zeroizing<State>,
    pub(super) outer: Zeroizing<State>,
    /// Whether white space is what Java takes for it.
    java: bool,
}

/// The 64-digit messages of tokens fill a block, so their padding is a block of its own, always the same: one set bit, zeros and
/// the length of 128 bytes. Its message schedule, round constants added, needs computing once.
pub(super) static INNER_PADDING: [u32; 64] = schedule(&padding(128));

/// The words of a padding block after a message of some bytes.
const fn padding(bytes: u32) -> [u32; 16] {
    let mut words = [0; 16];
    words[0] = 0x8000_0000;
    words[15] = bytes * 8;
    words
}

impl HmacKey {
    /// The key of a hashing secret.
    ///
    /// # Errors
    ///
    /// [`KeyError::Empty`] for no bytes and, but in the profile of Java, [`KeyError::Blank`] for white space alone.
    pub fn new(secret: &Secret, profile: Profile) -> Result<Self, KeyError> {
        if secret.is_empty() {
            return Err(KeyError::Empty { place: "the caller".to_owned() });
        }
        let java = profile == Profile::OpenToken1Java;
        if !java && std::str::from_utf8(secret.expose()).is_ok_and(is_blank) {
            return Err(KeyError::Blank { profile });
        }
        Ok(Self { java, ..Self::of_bytes(secret.expose()) })
    }

    fn of_bytes(secret: &[u8]) -> Self {
        let mut padded = [0_u8; 64];
        if secret.len() > 64 {
            padded[..32].copy_from_slice(&digest_of(INITIAL, 0, secret));
        } else {
            padded[..secret.len()].copy_from_slice(secret);
        }
        let state_after = |mask: u8| {
            let mut block = padded.map(|byte| byte ^ mask);
            let mut state = INITIAL;
            compress(&mut state, &block);
            block.zeroize();
            Zeroizing::new(state)
        };
        let key = Self { inner: state_after(0x36), outer: state_after(0x5c), java: false };
        padded.zeroize();
        key
    }

    /// The HMAC-SHA256 of any message.
    pub fn sign(&self, message: &[u8]) -> [u8; 32] {
        digest_of(*self.outer, 64, &digest_of(*self.inner, 64, message))
    }

    /// The base64 text of the HMAC of a text, as the transformers of the reference give it; `None` for a blank text, which they
    /// refuse.
    pub fn transform(&self, text: &str) -> Option<String> {
        let blank = if self.java { text.chars().all(is_java_whitespace) } else { is_blank(text) };
        if blank {
            return None;
        }
        let mut token = Vec::with_capacity(TOKEN_BYTES);
        base64::encode(&self.sign(text.as_bytes()), &mut token);
        Some(token.into_iter().map(char::from).collect())
    }

    /// The HMAC of the hexadecimal digits of a digest.
    pub(super) fn sign_digest(&self, digest: &[u8; 32]) -> [u8; 32] {
        self.sign(&hex::digest(digest))
    }
}

/// Whether Python's `str.strip` leaves nothing.
fn is_blank(text: &str) -> bool {
    text.chars().all(|character| character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character))
}

/// `Character.isWhitespace` of Java.
fn is_java_whitespace(character: char) -> bool {
    let python = character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character);
    python && !matches!(character, '\u{85}' | '\u{a0}' | '\u{2007}' | '\u{202f}')
}
