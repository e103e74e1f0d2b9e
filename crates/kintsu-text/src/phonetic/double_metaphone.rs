//! Double Metaphone, written after this.

/// The two codes of a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct DoubleMetaphone {
    /// How the name most likely sounds.
    pub primary: String,
    /// How else it may sound; equal to `primary` where there is no other way.
    pub alternate: String,
}

/// The Double Metaphone codes of a name.
pub fn double_metaphone(_name: &str) -> DoubleMetaphone {
    DoubleMetaphone::default()
}
