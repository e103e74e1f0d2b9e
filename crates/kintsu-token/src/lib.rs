//! Privacy-preserving tokens: attributes of a person are validated and brought into one form, rules join them into signatures,
//! and keyed hashes of the signatures are what organisations exchange.
//!
//! What a token is made of is fixed by a [`Profile`], a named and versioned way of reading and joining attributes. Two parties
//! whose profile, rules and hashing secret agree get the same bytes for the same person.

mod attribute;
mod profile;
mod rule;

pub use attribute::Attribute;
pub use profile::{Profile, UnknownProfile};
pub use rule::{Component, Rule, RuleSet};
