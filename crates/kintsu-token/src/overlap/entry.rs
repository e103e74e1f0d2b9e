//! A token as it is compared.
//!
//! What surprises: a token that is the base64 text of 32 bytes, as every hashed token is, is compared by these bytes, which are
//! exactly as much as the text; any other text is compared by its SHA-256. A tag keeps the two apart. So nothing is compared by
//! less than the token itself, unless somebody finds two texts of one SHA-256, on which tokens rest anyway.

use ring::digest;

use super::spill::Fixed;
use crate::hash::base64;

/// The bit of a tag that tells digests of other texts from tokens of 32 bytes.
const OTHER_TEXT: u32 = 1 << 31;

/// What a token is compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TokenKey {
    words: [u64; 4],
    other: bool,
}

impl TokenKey {
    /// The key of a token's text.
    pub(crate) fn of(text: &[u8]) -> Self {
        let exact = <&[u8; 44]>::try_from(text).ok().and_then(base64::decode_digest);
        let (bytes, other) = match exact {
            Some(bytes) => (bytes, false),
            None => (sha256(text), true),
        };
        let (words, _) = bytes.as_chunks::<8>();
        Self { words: std::array::from_fn(|word| u64::from_be_bytes(words[word])), other }
    }
}

fn sha256(text: &[u8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest::digest(&digest::SHA256, text).as_ref());
    bytes
}

/// A token of a record under a rule; ordered by token, rule and record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    words: [u64; 4],
    /// The rule, and [`OTHER_TEXT`].
    tag: u32,
    /// The number of the record.
    pub(crate) record: u32,
}

impl Entry {
    pub(crate) fn new(key: TokenKey, rule: usize, record: u32) -> Self {
        Self { words: key.words, tag: rule as u32 | if key.other { OTHER_TEXT } else { 0 }, record }
    }

    /// The position of the rule.
    pub(crate) fn rule(&self) -> usize {
        (self.tag & !OTHER_TEXT) as usize
    }

    /// Token and rule: entries match when these are equal.
    #[inline]
    pub(crate) fn token(&self) -> ([u64; 4], u32) {
        (self.words, self.tag)
    }

    /// As good as random, and equal for equal tokens.
    pub(crate) fn hash(&self) -> u64 {
        self.words[0]
    }

    /// One of 256 parts; equal tokens stand in one. Tokens are as good as random, and so are their first bits.
    #[inline]
    pub(crate) fn part(&self) -> usize {
        (self.words[0] >> 56) as usize
    }
}

impl Fixed for Entry {
    const BYTES: usize = 40;

    fn put(&self, bytes: &mut Vec<u8>) {
        self.words.iter().for_each(|word| bytes.extend_from_slice(&word.to_le_bytes()));
        bytes.extend_from_slice(&self.tag.to_le_bytes());
        bytes.extend_from_slice(&self.record.to_le_bytes());
    }

    fn get(bytes: &[u8]) -> Self {
        let (words, rest) = bytes.as_chunks::<8>();
        debug_assert!(rest.is_empty());
        let last = words[4];
        Self {
            words: std::array::from_fn(|word| u64::from_le_bytes(words[word])),
            tag: u32::from_le_bytes([last[0], last[1], last[2], last[3]]),
            record: u32::from_le_bytes([last[4], last[5], last[6], last[7]]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_keys_come_of_equal_texts_alone() {
        let texts = [
            "faFXYtLcTOP3O8N+sHxi9JUypOTlq/vtUBUK7DVhXEQ=",
            "faFXYtLcTOP3O8N+sHxi9JUypOTlq/vtUBUK7DVhXER=",
            "faFXYtLcTOP3O8N+sHxi9JUypOTlq/vtUBUK7DVhXEQ",
            "faFXYtLcTOP3O8N+sHxi9JUypOTlq/vtUBUK7DVhXEQ= ",
            "faFXYtLcTOP3O8N sHxi9JUypOTlq/vtUBUK7DVhXEQ=",
            "DOE|J|MALE|2000-01-01",
            "x",
        ];
        for (position, text) in texts.iter().enumerate() {
            for (other_position, other) in texts.iter().enumerate() {
                let equal = TokenKey::of(text.as_bytes()) == TokenKey::of(other.as_bytes());
                assert_eq!(equal, position == other_position, "{text} {other}");
            }
        }
    }

    #[test]
    fn a_token_is_never_taken_for_the_digest_of_another_text() {
        let mut token = Vec::new();
        base64::encode(&sha256(b"x"), &mut token);
        let (of_token, of_text) = (TokenKey::of(&token), TokenKey::of(b"x"));
        assert_eq!(of_token.words, of_text.words);
        assert_ne!(Entry::new(of_token, 3, 9).token(), Entry::new(of_text, 3, 9).token());
    }

    #[test]
    fn entries_are_read_as_they_were_put() {
        let entry = Entry::new(TokenKey::of(b"some text"), 63, u32::MAX - 1);
        let mut bytes = Vec::new();
        entry.put(&mut bytes);
        assert_eq!((bytes.len(), Entry::get(&bytes), entry.rule()), (Entry::BYTES, entry, 63));
    }
}
