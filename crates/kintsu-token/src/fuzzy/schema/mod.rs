//! Linkage schemas: which columns go into a CLK, how their values are checked, cut into tokens and hashed.
//!
//! The files are those of clkhash, versions 1, 2 and 3, read with the meaning that clkhash 0.18.3 gives them. What surprises: that
//! version folds filters by the key `xor_folds` and passes over `xorFolds`, which its published schema documents; so does this
//! reader, with a [notice](LinkageSchema::notices).

mod feature;
mod node;
mod problem;
mod read;

pub use problem::{SchemaFault, SchemaProblem, SchemaProblems};

use super::value::{Comparison, Format};

/// Settings of CLKs, read from a linkage schema and checked.
#[derive(Debug, Clone)]
pub struct LinkageSchema {
    /// Bits of a CLK after folding.
    pub(crate) bits: usize,
    /// How often the hashed filter is folded in half.
    pub(crate) folds: u32,
    pub(crate) derivation: KeyDerivation,
    pub(crate) features: Vec<Feature>,
    notices: Vec<String>,
}

/// How the keys of the features come from the secret (HKDF, RFC 5869).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyDerivation {
    pub(crate) hash: DerivationHash,
    pub(crate) salt: Vec<u8>,
    pub(crate) info: Vec<u8>,
    pub(crate) key_bytes: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DerivationHash {
    Sha256,
    Sha512,
}

/// A column of the schema.
#[derive(Debug, Clone)]
pub(crate) struct Feature {
    pub(crate) identifier: String,
    /// None where the column is ignored. It takes up keys all the same.
    pub(crate) hashing: Option<Hashing>,
}

/// What becomes of the values of a column.
#[derive(Debug, Clone)]
pub(crate) struct Hashing {
    pub(crate) format: Format,
    pub(crate) missing: Option<Missing>,
    pub(crate) comparison: Comparison,
    pub(crate) encoding: Encoding,
    pub(crate) strategy: Strategy,
    pub(crate) hash: HashKind,
}

/// A value that stands for a missing one, and what is hashed in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    pub(crate) sentinel: String,
    pub(crate) replacement: String,
}

/// How often the tokens of a value are put into the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strategy {
    /// Every token as often as this.
    BitsPerToken(usize),
    /// All tokens of a value together as often as this, the first of them once more where it does not divide.
    BitsPerFeature(usize),
}

/// How a token becomes positions in the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HashKind {
    /// Two HMACs, by SHA-1 and MD5, and the steps between them (Schnell, Bachteler and Reiher 2011).
    Double {
        /// Whether a step of zero is hashed again.
        prevent_singularity: bool,
    },
    /// Slices of a keyed BLAKE2b.
    Blake,
}

/// How a token becomes bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Ascii,
    Utf8,
    /// Little-endian, a byte order mark before every token.
    Utf16,
    /// Little-endian, a byte order mark before every token.
    Utf32,
}

impl LinkageSchema {
    /// The bits of a CLK.
    pub fn bits(&self) -> usize {
        self.bits
    }

    /// The names of the columns that are hashed, in the order in which [`ClkEncoder::encode`](super::ClkEncoder::encode) wants
    /// their values. Ignored columns are left out.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.hashed().map(|(_, feature, _)| feature.identifier.as_str())
    }

    /// What the author of the schema may not expect of it.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// The bits of a filter before it is folded.
    pub(crate) fn bits_hashed(&self) -> usize {
        self.bits << self.folds
    }

    /// The hashed features with their places among all.
    pub(crate) fn hashed(&self) -> impl Iterator<Item = (usize, &Feature, &Hashing)> {
        self.features.iter().enumerate().filter_map(|(place, feature)| Some((place, feature, feature.hashing.as_ref()?)))
    }
}

impl Strategy {
    /// How often a single token may be put into the filter at most.
    pub(crate) fn insertions_max(self) -> usize {
        match self {
            Self::BitsPerToken(count) | Self::BitsPerFeature(count) => count,
        }
    }

    /// How often the token at a place among others is put into the filter.
    pub(crate) fn insertions(self, place: usize, tokens: usize) -> usize {
        match self {
            Self::BitsPerToken(count) => count,
            Self::BitsPerFeature(count) => count / tokens + usize::from(place < count % tokens),
        }
    }
}

impl Encoding {
    /// Whether every character of a text has bytes.
    pub(crate) fn has_all_of(self, text: &str) -> bool {
        self != Self::Ascii || text.is_ascii()
    }

    /// Appends the bytes of a text.
    pub(crate) fn encode(self, text: &str, bytes: &mut Vec<u8>) {
        match self {
            Self::Ascii | Self::Utf8 => bytes.extend_from_slice(text.as_bytes()),
            Self::Utf16 => {
                bytes.extend_from_slice(&[0xff, 0xfe]);
                bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
            }
            Self::Utf32 => {
                bytes.extend_from_slice(&[0xff, 0xfe, 0, 0]);
                bytes.extend(text.chars().flat_map(|character| u32::from(character).to_le_bytes()));
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;
