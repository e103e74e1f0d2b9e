//! From signatures to tokens: SHA-256, HMAC-SHA256 and base64, many at once.
//!
//! A token is `base64(HMAC-SHA256(secret, hex(SHA-256(signature))))`: the message of the HMAC is the 64 hexadecimal digits, not
//! the 32 bytes. That makes four compressions of SHA-256 for a signature of up to 55 bytes, and they are nearly all the work, so
//! they run in the lanes of vector registers, one signature a lane: see [`sha256`].
//!
//! Nothing here knows persons or rules. What surprises: an empty signature is not hashed; it stands for a person of whom the rule
//! has nothing to say, and its token is [`BLANK_TOKEN`].

pub(crate) mod base64;
pub(crate) mod hex;
mod hmac_key;
mod sha256;

pub use hmac_key::HmacKey;
pub use sha256::Engine;

use sha256::Task;

/// The token of an empty signature: 64 zeros, which no transformation changes and no matcher may match.
pub const BLANK_TOKEN: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The length of a token of a keyed hash, in bytes.
pub const TOKEN_BYTES: usize = 44;

/// The length of an unkeyed hash and of the blank token, in bytes.
const HEX_BYTES: usize = 64;

/// Makes tokens from signatures.
pub struct TokenHasher {
    key: Option<HmacKey>,
    engine: Engine,
}

impl TokenHasher {
    /// A hasher with a key makes tokens of 44 characters; one without a key gives the 64 hexadecimal digits of SHA-256 alone.
    pub fn new(key: Option<HmacKey>) -> Self {
        Self::with_engine(key, Engine::detect())
    }

    /// A hasher that runs on a chosen engine, or on the best that the machine has if it lacks that one. The tokens are the same.
    pub fn with_engine(key: Option<HmacKey>, engine: Engine) -> Self {
        Self { key, engine: if engine.is_available() { engine } else { Engine::detect() } }
    }

    /// What computes the hashes.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Appends the token of every signature to `tokens`, and where it ends in `tokens` to `token_ends`, in their order.
    ///
    /// The signatures stand in `signatures` one after another; `ends` says where each ends, and the first begins at 0. An empty
    /// one becomes [`BLANK_TOKEN`]. The best batches are some thousands long; single ones work.
    ///
    /// # Panics
    ///
    /// When `ends` decrease or pass the end of `signatures`, as slicing does.
    pub fn hash(&self, signatures: &[u8], ends: &[usize], tokens: &mut Vec<u8>, token_ends: &mut Vec<usize>) {
        let length = if self.key.is_some() { TOKEN_BYTES } else { HEX_BYTES };
        let first = token_ends.len();
        let (mut begin, mut end) = (0, tokens.len());
        token_ends.reserve(ends.len());
        for &signature_end in ends {
            end += if signature_end == begin { HEX_BYTES } else { length };
            begin = signature_end;
            token_ends.push(end);
        }
        tokens.resize(end, b'0');
        let mut task = Task { signatures, ends, key: self.key.as_ref(), tokens, token_ends: &token_ends[first..] };
        self.engine.run(&mut task);
    }

    /// The token of one signature.
    pub fn hash_one(&self, signature: &str) -> String {
        let (mut token, mut ends) = (Vec::with_capacity(HEX_BYTES), Vec::with_capacity(1));
        self.hash(signature.as_bytes(), &[signature.len()], &mut token, &mut ends);
        token.into_iter().map(char::from).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
