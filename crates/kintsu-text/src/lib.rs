//! String similarity measures, ladders of thresholds over them, and phonetic codes.
//!
//! Three layers, in reading order:
//!
//! * one plain function a measure ([`levenshtein()`], [`damerau_levenshtein()`], [`jaro()`], [`jaro_winkler()`], [`jaccard()`],
//!   [`cosine_similarity`]): simple, and the definition that everything else is held to. [`Semantics`] says what a character is
//!   and which database's arithmetic to follow, to the last bit;
//! * [`PreparedValues`] and [`Ladder`]: the distinct values of a column laid out so that many pairs are classified by
//!   thresholds within nanoseconds each, with answers equal to the plain functions';
//! * [`soundex()`], [`metaphone()`] and [`double_metaphone()`]: codes for names that sound alike.
//!
//! Nothing here knows about tables or models. A null never reaches this crate: callers decide what a null means.

mod cosine;
mod damerau_levenshtein;
mod jaccard;
mod jaro;
mod jaro_winkler;
mod ladder;
mod lanes;
mod levenshtein;
mod phonetic;
mod prepared;
mod semantics;
mod signature;
mod units;

pub use cosine::cosine_similarity;
pub use damerau_levenshtein::damerau_levenshtein;
pub use jaccard::jaccard;
pub use jaro::jaro;
pub use jaro_winkler::jaro_winkler;
pub use ladder::{Instructions, Ladder, Measure, Operator, Scratch, Step};
pub use levenshtein::levenshtein;
pub use phonetic::{DoubleMetaphone, double_metaphone, metaphone, soundex};
pub use prepared::{PreparedValues, PreparedValuesBuilder};
pub use semantics::{EmptyRule, Semantics, Unit, WinklerForm};
