//! From tokens to positions in a filter, each token hashed once as long as it is remembered.

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

use super::digest::{Hmac, KeyedBlake2b, Md5, Sha1};
use super::filter::Filter;
use super::schema::HashKind;

/// The positions that one digest of BLAKE2b gives.
const POSITIONS_PER_DIGEST: usize = 32;

/// Tokens remembered for a feature, at most; beyond that all are forgotten.
const REMEMBERED_MAX: usize = 1 << 15;

/// The longest token that is remembered, in bytes.
const REMEMBERED_BYTES: usize = 15;

/// The keyed hash of a feature.
pub(crate) enum TokenHash {
    /// `(first + i * step) mod bits` for the i-th insertion (Schnell, Bachteler and Reiher 2011).
    Double { first: Hmac<Sha1>, step: Hmac<Md5>, prevent_singularity: bool },
    /// 16-bit slices of digests, the number of the digest as its salt.
    Blake(Vec<KeyedBlake2b>),
}

/// What a thread remembers of the tokens of a feature: where they are among the positions.
#[derive(Default)]
pub(crate) struct Remembered {
    places: HashMap<u128, u32>,
    positions: Vec<u32>,
}

impl TokenHash {
    /// `insertions_max` is how often a token may be put into the filter.
    pub(crate) fn new(kind: HashKind, keys: [&[u8]; 2], insertions_max: usize) -> Self {
        match kind {
            HashKind::Double { prevent_singularity } => {
                Self::Double { first: Hmac::new(keys[0]), step: Hmac::new(keys[1]), prevent_singularity }
            }
            HashKind::Blake => {
                let salts = 0..insertions_max.div_ceil(POSITIONS_PER_DIGEST);
                Self::Blake(salts.map(|salt| KeyedBlake2b::new(keys[0], salt.to_string().as_bytes())).collect())
            }
        }
    }

    /// Puts a token into a filter so many times.
    #[inline]
    pub(crate) fn insert(&self, token: &[u8], count: usize, filter: &mut Filter, remembered: &mut Remembered) {
        match self {
            Self::Double { .. } => {
                let found = remembered.get(token, 0, |positions| self.append(token, 1, filter.bits(), positions));
                let [first, step] = [found[0] as usize, found[1] as usize];
                filter.set_steps(first, step, count);
            }
            Self::Blake(_) => {
                let digests = count.div_ceil(POSITIONS_PER_DIGEST);
                let found =
                    remembered.get(token, digests as u32, |positions| self.append(token, digests, filter.bits(), positions));
                for position in &found[..count] {
                    filter.set(*position as usize);
                }
            }
        }
    }

    /// Appends the first position and the step, or the positions of so many digests.
    fn append(&self, token: &[u8], digests: usize, bits: usize, positions: &mut Vec<u32>) {
        match self {
            Self::Double { first, step, prevent_singularity } => {
                let step_of = |token: &[u8]| step.residue(token, bits as u64) as u32;
                let mut steps = step_of(token);
                if *prevent_singularity && steps == 0 && bits > 1 {
                    // Fails only with a chance of 2^-1000 or less, as a step of 1 and more is one of `bits - 1` in `bits`.
                    let again = ('\0'..'\u{800}').map(|suffix| step_of(&with_suffix(token, suffix)));
                    steps = again.into_iter().find(|steps| *steps != 0).unwrap_or(1);
                }
                positions.extend([first.residue(token, bits as u64) as u32, steps]);
            }
            Self::Blake(hashes) => {
                for hash in &hashes[..digests] {
                    let digest = hash.digest(token);
                    let slices = digest.as_chunks::<2>().0.iter();
                    positions.extend(slices.map(|slice| u32::from(u16::from_le_bytes(*slice)) & (bits as u32 - 1)));
                }
            }
        }
    }
}

fn with_suffix(token: &[u8], suffix: char) -> Vec<u8> {
    [token, suffix.encode_utf8(&mut [0; 4]).as_bytes()].concat()
}

impl Remembered {
    /// The positions of a token under a variant of its hash, computed where they are not known.
    #[inline]
    fn get(&mut self, token: &[u8], variant: u32, compute: impl FnOnce(&mut Vec<u32>)) -> &[u32] {
        if self.places.len() >= REMEMBERED_MAX {
            self.places.clear();
            self.positions.clear();
        }
        let start = if let Some(key) = key(token, variant) {
            match self.places.entry(key) {
                Entry::Occupied(place) => *place.get() as usize,
                Entry::Vacant(place) => {
                    let start = self.positions.len();
                    place.insert(start as u32);
                    compute(&mut self.positions);
                    start
                }
            }
        } else {
            // Not to be found again; the next clearing takes it away.
            if self.positions.len() >= REMEMBERED_MAX * POSITIONS_PER_DIGEST {
                self.places.clear();
                self.positions.clear();
            }
            let start = self.positions.len();
            compute(&mut self.positions);
            start
        };
        &self.positions[start..]
    }
}

/// A short token and its variant as a number; none for others.
#[inline]
fn key(token: &[u8], variant: u32) -> Option<u128> {
    let length = token.len();
    if length > REMEMBERED_BYTES || variant > 7 {
        return None;
    }
    let mut bytes = [0; 16];
    bytes[..length].copy_from_slice(token);
    bytes[REMEMBERED_BYTES] = length as u8 | (variant as u8) << 4;
    Some(u128::from_le_bytes(bytes))
}
