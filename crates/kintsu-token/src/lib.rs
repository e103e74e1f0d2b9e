//! Privacy-preserving tokens: attributes of a person are validated and brought into one form, rules join them into signatures,
//! and keyed hashes of the signatures are what organisations exchange.
//!
//! What a token is made of is fixed by a [`Profile`], a named and versioned way of reading and joining attributes. Two parties
//! whose profile, rules and hashing secret agree get the same bytes for the same person.

mod attribute;
mod character_set;
mod characters;
pub mod disclosure;
pub mod encrypt;
mod expression;
pub mod fuzzy;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::print_stderr)]
mod golden;
pub mod hash;
mod java_double;
mod julian;
pub mod overlap;
pub mod partner;
mod pattern;
mod profile;
mod rule;
mod rule_builder;
mod rule_check;
mod rule_error;
mod rules_file;
pub mod secret;
mod signature;
mod tokenize;

pub use attribute::{Attribute, Attributes, Invalid, NormalizeError};
pub use encrypt::{Cipher, DecryptError, IvSource};
pub use expression::{Expression, ExpressionError, ExpressionProblem};
pub use hash::{BLANK_TOKEN, HmacKey, TokenHasher};
pub use partner::{KeyId, PartnerKey};
pub use profile::{Profile, UnknownProfile};
pub use rule::{Component, Rule, RuleSet};
pub use rule_builder::{RuleSetBuilder, TokenBuilder};
pub use rule_error::{RuleError, RuleErrors};
pub use secret::{KeyError, KeyLedger, KeyUses, Secret, SecretKind, SecretSource, Weakness};
pub use signature::{CompiledRules, Field, Outcome, Part, Signature};
pub use tokenize::{
    Encryption, RecordColumns, TextColumn, TokenBatch, TokenCounts, TokenMaker, TokenMode, TokenWorker, TokenizeError, Tokenizer,
    counted_record_id,
};
