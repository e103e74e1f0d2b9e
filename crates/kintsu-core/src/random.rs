//! Randomness keyed by values: the same seed, stream and key give the same number on every machine, in any order, on any
//! number of threads.
//!
//! Useful for sampling records by id. Not useful for secrets: nothing here is cryptographic.

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A stable 64-bit hash of `bytes` (XXH3), keyed by `seed`.
pub fn hash_bytes(bytes: &[u8], seed: u64) -> u64 {
    xxh3_64_with_seed(bytes, seed)
}

/// Maps 64 random bits to [0, 1) with 53 bits of resolution.
///
/// ```
/// assert_eq!(kintsu_core::unit_interval(0), 0.0);
/// assert!(kintsu_core::unit_interval(u64::MAX) < 1.0);
/// ```
pub fn unit_interval(bits: u64) -> f64 {
    (bits >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
}

/// A named stream of random numbers under one seed; streams of one seed are independent of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stream {
    key: u64,
}

impl Stream {
    /// The stream called `name` under `seed`.
    pub fn new(seed: u64, name: &str) -> Self {
        Self { key: hash_bytes(name.as_bytes(), seed) }
    }

    /// 64 random bits for the key `bytes`.
    pub fn bits(self, bytes: &[u8]) -> u64 {
        hash_bytes(bytes, self.key)
    }

    /// 64 random bits for the key `number`.
    pub fn bits_at(self, number: u64) -> u64 {
        self.bits(&number.to_le_bytes())
    }
}
