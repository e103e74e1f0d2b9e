//! AES-256-GCM of tokens: `base64(IV | ciphertext | tag)`, with an initialisation vector of 12 random bytes and a tag of 16.
//!
//! The vectors come from the operating system's generator and from nowhere else, so no two encryptions of a token are alike, and
//! encrypted outputs are compared after decryption.
//!
//! Tokens of keyed hashes, which have 44 bytes, go through the instructions of the machine where it has them; texts of any other
//! length, and other machines, through a library. Both give the same bytes.

#[cfg(target_arch = "x86_64")]
mod aes_instructions;
#[cfg(not(target_arch = "x86_64"))]
mod no_instructions;

mod iv;

#[cfg(target_arch = "x86_64")]
use aes_instructions as instructions;
#[cfg(not(target_arch = "x86_64"))]
use no_instructions as instructions;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroize;

pub use iv::IvSource;

use crate::hash::base64::{self, Dialect};
use crate::hash::{BLANK_TOKEN, TOKEN_BYTES};
use crate::secret::{KeyError, KeyUses, Secret};
use crate::{Profile, partner::KeyId};
use instructions::TokenCipher;

const TAG_BYTES: usize = 16;

/// The characters of an encrypted token of [`TOKEN_BYTES`].
const TEXT_BYTES: usize = (NONCE_LEN + TOKEN_BYTES + TAG_BYTES) / 3 * 4;

/// Tokens of [`TOKEN_BYTES`] that are encrypted in one call at most.
const GROUP: usize = 16;

/// Plaintexts up to this length are encrypted without an allocation; tokens have 44 bytes.
const PLAINTEXT_BYTES_INLINE: usize = 256 - NONCE_LEN - TAG_BYTES;

/// An encryption key, ready for use. It prints nothing of itself; the library that holds it does not wipe it from memory.
pub struct Cipher {
    key: LessSafeKey,
    /// The same key for tokens of [`TOKEN_BYTES`], on machines that have a shorter way for them.
    tokens: Option<TokenCipher>,
    id: Option<KeyId>,
}

/// Why a token cannot be decrypted. It says nothing of what the token holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum DecryptError {
    /// The text is not base64, as the profile reads it.
    #[error("it is not base64 text")]
    NotBase64,
    /// There are fewer bytes than an initialisation vector and a tag have.
    #[error("it is too short for an encrypted token")]
    TooShort,
    /// The tag does not fit: another key, or changed bytes.
    #[error("it was encrypted with another key, or has been changed")]
    WrongKey,
    /// What comes out is not UTF-8.
    #[error("its content is not text")]
    NotText,
}

impl Cipher {
    /// A cipher of an encryption key. Keys are 32 characters long in the profiles of OpenToken 1 and 32 bytes in those of
    /// OpenLinkToken 2.
    ///
    /// # Errors
    ///
    /// [`KeyError::KeyLength`], and [`KeyError::KeyNotAscii`] for 32 characters that are more bytes than a key has (the reference
    /// takes such a key and then loses every token).
    pub fn new(secret: &Secret, profile: Profile) -> Result<Self, KeyError> {
        let bytes = secret.expose();
        match profile {
            Profile::OpenToken1Python | Profile::OpenToken1Java => {
                let text = std::str::from_utf8(bytes).map_err(|_| KeyError::KeyNotAscii { profile })?;
                let length = text.chars().count();
                if length != 32 {
                    return Err(KeyError::KeyLength { profile, unit: "characters", length });
                }
                Self::of_bytes(bytes).ok_or(KeyError::KeyNotAscii { profile })
            }
            Profile::OpenLinkToken2 | Profile::OpenLinkToken22 => {
                Self::of_bytes(bytes).ok_or(KeyError::KeyLength { profile, unit: "bytes", length: bytes.len() })
            }
        }
    }

    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let key = UnboundKey::new(&AES_256_GCM, bytes).ok()?;
        let tokens = bytes.try_into().ok().and_then(TokenCipher::new);
        Some(Self { key: LessSafeKey::new(key), tokens, id: None })
    }

    /// The same cipher with the id of its key, which metadata show and tokens never hold.
    pub fn with_id(self, id: KeyId) -> Self {
        Self { id: Some(id), ..self }
    }

    /// The id of the key, if it has one.
    pub fn id(&self) -> Option<&KeyId> {
        self.id.as_ref()
    }

    /// Appends the encrypted token of a text. Uses are not counted here but in [`Self::encrypt_all`]; a caller counts with
    /// [`KeyUses::take`].
    ///
    /// # Errors
    ///
    /// [`KeyError::Random`] when the operating system gives no initialisation vectors; nothing is appended then.
    pub fn encrypt(&self, plaintext: &[u8], ivs: &mut IvSource, token: &mut Vec<u8>) -> Result<(), KeyError> {
        let iv = ivs.next()?;
        if plaintext.len() <= PLAINTEXT_BYTES_INLINE {
            let mut buffer = [0; NONCE_LEN + PLAINTEXT_BYTES_INLINE + TAG_BYTES];
            self.seal(iv, plaintext, &mut buffer[..NONCE_LEN + plaintext.len() + TAG_BYTES], token)
        } else {
            self.seal(iv, plaintext, &mut vec![0; NONCE_LEN + plaintext.len() + TAG_BYTES], token)
        }
    }

    /// Appends the encrypted form of every token to `encrypted`, and where it ends to `encrypted_ends`, in their order;
    /// [`BLANK_TOKEN`] stays as it is. The uses are counted first.
    ///
    /// `tokens` stand one after another, and `ends` says where each ends.
    ///
    /// # Errors
    ///
    /// [`KeyError::Exhausted`] and errors of the ledger, before anything is appended; [`KeyError::Random`].
    ///
    /// # Panics
    ///
    /// When `ends` decrease or pass the end of `tokens`, as slicing does.
    pub fn encrypt_all(
        &self,
        tokens: &[u8],
        ends: &[usize],
        uses: &KeyUses,
        ivs: &mut IvSource,
        encrypted: &mut Vec<u8>,
        encrypted_ends: &mut Vec<usize>,
    ) -> Result<(), KeyError> {
        let blank = each(tokens, ends).filter(|token| *token == BLANK_TOKEN.as_bytes()).count();
        uses.take((ends.len() - blank) as u64)?;
        encrypted.reserve(base64::encoded_length(tokens.len() + ends.len() * (NONCE_LEN + TAG_BYTES + 2)));
        encrypted_ends.reserve(ends.len());
        let (mut begin, mut rest) = (0, ends);
        while let [end, others @ ..] = rest {
            let run = run_of_tokens(begin, rest);
            if let Some(cipher) = self.tokens.as_ref().filter(|_| run > 0) {
                let run_end = begin + run * TOKEN_BYTES;
                let first = encrypted.len();
                encrypt_run(cipher, tokens[begin..run_end].as_chunks().0, ivs, encrypted)?;
                encrypted_ends.extend((1..=run).map(|count| first + count * TEXT_BYTES));
                (begin, rest) = (run_end, &rest[run..]);
                continue;
            }
            let token = &tokens[begin..*end];
            if token == BLANK_TOKEN.as_bytes() {
                encrypted.extend_from_slice(token);
            } else {
                self.encrypt(token, ivs, encrypted)?;
            }
            encrypted_ends.push(encrypted.len());
            (begin, rest) = (*end, others);
        }
        Ok(())
    }

    /// The text in an encrypted token.
    ///
    /// Python's decoder of base64, which all profiles but Java's follow, passes over characters that are not base64; Java's
    /// refuses them.
    ///
    /// # Errors
    ///
    /// [`DecryptError`]; the token's content is in none of them.
    pub fn decrypt(&self, token: &str, profile: Profile) -> Result<String, DecryptError> {
        self.decrypt_within(token.as_bytes(), profile, &mut Vec::new()).map(str::to_owned)
    }

    /// The text in an encrypted token, in a buffer that many tokens may share; what the buffer held is lost.
    ///
    /// # Errors
    ///
    /// As [`Self::decrypt`].
    pub fn decrypt_within<'a>(&self, token: &[u8], profile: Profile, buffer: &'a mut Vec<u8>) -> Result<&'a str, DecryptError> {
        if let (Some(cipher), Ok(text)) = (&self.tokens, token.try_into())
            && let Some(opened) = cipher.open(text)
        {
            buffer.clear();
            buffer.extend_from_slice(&opened);
            return std::str::from_utf8(buffer).map_err(|_| DecryptError::NotText);
        }
        let dialect = if profile == Profile::OpenToken1Java { Dialect::Java } else { Dialect::Python };
        base64::decode(token, dialect, buffer).ok_or(DecryptError::NotBase64)?;
        let (iv, sealed) = buffer.split_first_chunk_mut::<NONCE_LEN>().ok_or(DecryptError::TooShort)?;
        if sealed.len() < TAG_BYTES {
            return Err(DecryptError::TooShort);
        }
        let nonce = Nonce::assume_unique_for_key(*iv);
        let text = self.key.open_in_place(nonce, Aad::empty(), sealed).map_err(|_| DecryptError::WrongKey)?;
        std::str::from_utf8(text).map_err(|_| DecryptError::NotText)
    }

    /// Encrypts within `buffer`, which has exactly room for the three parts, and appends its text.
    #[inline(always)]
    fn seal(&self, iv: [u8; NONCE_LEN], plaintext: &[u8], buffer: &mut [u8], token: &mut Vec<u8>) -> Result<(), KeyError> {
        let (head, rest) = buffer.split_at_mut(NONCE_LEN);
        let (text, tag) = rest.split_at_mut(plaintext.len());
        head.copy_from_slice(&iv);
        text.copy_from_slice(plaintext);
        let nonce = Nonce::assume_unique_for_key(iv);
        let Ok(computed) = self.key.seal_in_place_separate_tag(nonce, Aad::empty(), text) else {
            text.zeroize();
            return Err(KeyError::PlaintextTooLong { bytes: plaintext.len() });
        };
        tag.copy_from_slice(computed.as_ref());
        base64::encode(buffer, token);
        Ok(())
    }
}

/// How many of the texts that begin at `begin` and end where `ends` says have the length of a token, up to the first that has not.
fn run_of_tokens(begin: usize, ends: &[usize]) -> usize {
    let regular = (1..).map(|count| begin + count * TOKEN_BYTES);
    ends.iter().zip(regular).take_while(|(end, regular)| *end == regular).count()
}

/// Appends the encrypted forms of tokens of one length.
fn encrypt_run(
    cipher: &TokenCipher,
    tokens: &[[u8; TOKEN_BYTES]],
    ivs: &mut IvSource,
    encrypted: &mut Vec<u8>,
) -> Result<(), KeyError> {
    let mut vectors = [[0; NONCE_LEN]; GROUP];
    for group in tokens.chunks(GROUP) {
        let vectors = &mut vectors[..group.len()];
        for iv in &mut *vectors {
            *iv = ivs.next()?;
        }
        cipher.seal(vectors, group, encrypted);
    }
    Ok(())
}

/// The texts that stand one after another and end where `ends` says.
pub(crate) fn each<'a>(texts: &'a [u8], ends: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    let mut begin = 0;
    ends.iter().map(move |&end| &texts[std::mem::replace(&mut begin, end)..end])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
