//! How measures count: in which units, with which arithmetic, and what two empty strings are to each other.
//!
//! Databases disagree here. DuckDB counts UTF-8 bytes, so one accented letter costs two edits; Java counts UTF-16 units; people
//! count characters. A model that was trained on one of them has to be scored by the same rules.

/// What one position of a string is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A byte of UTF-8, as in DuckDB.
    Bytes,
    /// A Unicode scalar value. Text is not normalised: a letter and a combining accent are two characters.
    Characters,
    /// A UTF-16 code unit, as in Java: characters outside the basic plane are two.
    Utf16,
}

/// How Winkler's bonus for a common prefix of `p` units is added to a Jaro similarity `j`; the two differ in the last bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WinklerForm {
    /// `j + (0.1 p)(1 - j)`, every operation rounded.
    Plain,
    /// `fma(0.1 p, 1 - j, j)`, product and sum rounded once.
    Fused,
}

/// What similarities of empty strings are. Distances do not depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EmptyRule {
    /// Nothing is similar to an empty string, not even another one: Jaro is 0, Jaccard is not defined.
    Incomparable,
    /// Two empty strings are equal (1); one empty string has nothing in common with any other (0).
    Equal,
}

/// The rules that a measure follows.
///
/// ```
/// use kintsu_text::{Semantics, levenshtein};
/// assert_eq!(levenshtein("Zoë", "Zoe", Semantics::CHARACTERS), 1);
/// assert_eq!(levenshtein("Zoë", "Zoe", Semantics::DUCKDB_2_0), 2);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Semantics {
    /// What one position of a string is.
    pub unit: Unit,
    /// The arithmetic of Jaro-Winkler.
    pub winkler: WinklerForm,
    /// The similarity of empty strings.
    pub empty: EmptyRule,
}

impl Semantics {
    /// What a person expects; the default for new models.
    pub const CHARACTERS: Self = Self { unit: Unit::Characters, winkler: WinklerForm::Plain, empty: EmptyRule::Equal };
    /// DuckDB 1.5.
    pub const DUCKDB_1_5: Self = Self { unit: Unit::Bytes, winkler: WinklerForm::Plain, empty: EmptyRule::Incomparable };
    /// DuckDB 2.0.
    pub const DUCKDB_2_0: Self = Self { unit: Unit::Bytes, winkler: WinklerForm::Fused, empty: EmptyRule::Incomparable };
    /// Splink's user-defined functions for Spark, which run on the Java virtual machine.
    pub const SPARK_JAR: Self = Self { unit: Unit::Utf16, winkler: WinklerForm::Plain, empty: EmptyRule::Equal };
}

impl Default for Semantics {
    fn default() -> Self {
        Self::CHARACTERS
    }
}
