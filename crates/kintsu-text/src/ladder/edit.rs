//! Edit distances of short values.

/// The places of each byte in a pattern.
#[derive(Debug)]
pub(super) struct ByteSets(#[allow(dead_code)] Box<[u64; 256]>);

impl Default for ByteSets {
    fn default() -> Self {
        Self(Box::new([0; 256]))
    }
}
