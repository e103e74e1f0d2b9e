//! The functions that expressions may call.

/// A function of the closed list, by what it computes, whatever a dialect calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
#[non_exhaustive]
pub enum Function {
    Levenshtein,
    DamerauLevenshtein,
    Jaro,
    JaroWinkler,
    Jaccard,
    Lower,
    Upper,
    Substring,
    Length,
    Concat,
    NullIf,
    Coalesce,
    Abs,
}
