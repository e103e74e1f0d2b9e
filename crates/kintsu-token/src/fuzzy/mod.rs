//! Fuzzy tokens: keyed Bloom filters of whole records (cryptographic longterm keys, CLKs; Schnell, Bachteler and Reiher 2011),
//! whose similarity is that of the records.
//!
//! A [`LinkageSchema`] says how values are cut into tokens, a secret which positions a token sets, and a [`DiceMatcher`] finds
//! records that share many positions. For the same schema and secret the bits are those of the Python package clkhash 0.18.3.
//!
//! Useful where typing errors would make exact tokens differ. Not useful against a determined attacker who holds CLKs and knows
//! how frequent names are: see [`Hardening`] for what is possible and what is not.

mod blocking;
mod clks;
mod dice;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::print_stderr, clippy::print_stdout)]
mod differential;
mod digest;
mod encoder;
mod error;
mod filter;
mod harden;
mod keys;
mod matcher;
mod positions;
mod schema;
mod value;

pub use blocking::{BlockKeys, Blocking, SampledBits};
pub use clks::Clks;
pub use dice::{ClkPair, dice};
pub use encoder::{ClkEncoder, EncodeOptions, Encoded, OnInvalid};
pub use error::FuzzyError;
pub use harden::Hardening;
pub use matcher::DiceMatcher;
pub use schema::{LinkageSchema, SchemaFault, SchemaProblem, SchemaProblems};
pub use value::InvalidValue;
