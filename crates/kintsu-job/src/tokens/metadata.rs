//! The metadata beside a file of tokens, and in the footer of a Parquet file.

use kintsu_token::Profile;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::card::{KeyCard, TokenCard};
use super::rekey::TokenFileCounts;
use crate::card::Counts;
use crate::error::JobError;

/// The version of the reference whose metadata is written.
const REFERENCE_VERSION: &str = "1.12.5";

/// What the footer of a Parquet file says: nothing that is only known at its end.
pub(super) fn of_footer(card: &TokenCard) -> Vec<(String, String)> {
    let mut pairs = vec![
        ("kintsu.token_profile".to_owned(), card.profile.name().to_owned()),
        ("kintsu.rules_version".to_owned(), card.rules_version.clone()),
        ("kintsu.token_mode".to_owned(), card.mode.name().to_owned()),
        ("kintsu.as_of".to_owned(), card.as_of.clone()),
    ];
    pairs.extend(card.encryption_key.iter().flat_map(of_key));
    pairs
}

/// What the footer of a Parquet file says of the key that its tokens are encrypted with.
pub(super) fn of_key(key: &KeyCard) -> Vec<(String, String)> {
    key.id.iter().map(|id| ("kintsu.encryption_key_id".to_owned(), id.clone())).collect()
}

/// The metadata of `kintsu tokens rekey`.
pub(super) fn of_rekeyed(profile: Profile, key: &KeyCard, counts: TokenFileCounts) -> Result<String, JobError> {
    pretty(&json!({
        "Platform": "kintsu",
        "KintsuVersion": env!("CARGO_PKG_VERSION"),
        "TokenProfile": profile,
        "EncryptionKey": key,
        "TotalTokens": counts.tokens,
        "RekeyedTokens": counts.decrypted,
        "BlankTokens": counts.blank,
        "UndecryptableTokens": counts.undecryptable,
    }))
}

/// A document as JSON for people, with a line end.
pub(super) fn pretty(document: &impl Serialize) -> Result<String, JobError> {
    serde_json::to_string_pretty(document).map(|text| text + "\n").map_err(|error| JobError::Defect(error.to_string()))
}

/// The metadata of `kintsu tokenize`: the reference's counts, rightly counted, and what is needed to know what the tokens are.
pub(super) fn of_tokens(card: &TokenCard) -> Result<String, JobError> {
    let missing: Vec<&String> = card.columns.iter().filter(|(_, column)| column.is_none()).map(|(field, _)| field).collect();
    pretty(&json!({
        "Platform": "kintsu",
        "KintsuVersion": env!("CARGO_PKG_VERSION"),
        "TokenProfile": card.profile,
        "RulesVersion": card.rules_version,
        "Mode": card.mode,
        "AsOf": card.as_of,
        "HashingSecret": card.hashing_secret,
        "EncryptionKey": card.encryption_key,
        "TotalRows": card.rows,
        "TotalRowsWithInvalidAttributes": card.rows_with_invalid_attributes,
        "InvalidAttributesByType": card.invalid_by_field(),
        "InvalidAttributesByReason": card.invalid_attributes,
        "BlankTokensByRule": card.blank_tokens,
        "DroppedTokensByRule": card.dropped_tokens,
        "MissingColumns": missing,
    }))
}

/// What the reference's metadata is made of.
pub(super) struct ReferenceMetadata<'a> {
    /// Whether the Java program is followed and not the Python one.
    pub(super) java: bool,
    /// The unsalted hashes of the secrets.
    pub(super) hashing_secret_hash: String,
    /// None where nothing was encrypted.
    pub(super) encryption_secret_hash: Option<String>,
    /// The card of the run.
    pub(super) card: &'a TokenCard,
}

impl ReferenceMetadata<'_> {
    /// The file's content: two blanks of indentation, no line end at its end. What it calls rows with invalid attributes is the
    /// sum over attributes.
    pub(super) fn text(&self) -> Result<String, JobError> {
        let (version, platform) = if self.java { ("JavaVersion", "Java") } else { ("PythonVersion", "Python") };
        let invalid = self.card.invalid_by_field();
        let mut document = Map::new();
        let mut put = |key: &str, value: Value| document.insert(key.to_owned(), value);
        put(version, json!(format!("kintsu {}", env!("CARGO_PKG_VERSION"))));
        put("Platform", json!(platform));
        put("OpenTokenVersion", json!(REFERENCE_VERSION));
        put("HashingSecretHash", json!(self.hashing_secret_hash));
        if let Some(hash) = &self.encryption_secret_hash {
            put("EncryptionSecretHash", json!(hash));
        }
        put("TotalRows", json!(self.card.rows));
        put("TotalRowsWithInvalidAttributes", json!(sum(&invalid)));
        put("InvalidAttributesByType", json!(invalid));
        put("BlankTokensByRule", json!(self.card.blank_tokens));
        serde_json::to_string_pretty(&document).map_err(|error| JobError::Defect(error.to_string()))
    }
}

fn sum(counts: &Counts) -> u64 {
    counts.into_iter().map(|(_, count)| count).sum()
}
