//! The part of a job that makes tokens.

use std::collections::BTreeMap;
use std::path::PathBuf;

use kintsu_token::{Profile, TokenMode};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::fuzzy::FuzzySpec;

/// How tokens are made. Secrets stand in files or in the environment, never in a job.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TokenizeSpec {
    /// What is done with the signatures of records: hash them and encrypt the hashes, only hash them, or leave them plain, which is
    /// personal data in clear. Default encrypt.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "mode_schema")]
    pub mode: Option<TokenMode>,
    /// Whose tokens are made: those of OpenToken 1.12.5 in Python or in Java, of OpenLinkToken 2.1.2 or of 2.2.1. Default
    /// opentoken-1-python.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "profile_schema")]
    pub token_profile: Option<Profile>,
    /// A file of rules, TOML or YAML. Default: the rules T1 to T5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<PathBuf>,
    /// Make fuzzy tokens (CLKs) by a linkage schema in place of tokens by rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fuzzy: Option<FuzzySpec>,
    /// For fields of the rules the columns that hold them. Other fields are found by the names of their kind.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, String>,
    /// The column with the ids of records. Default: RecordId or Id; without one, ids are made up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record_id: Option<String>,
    /// The file of the hashing secret; `-` is standard input. Default: what KINTSU_HASHING_SECRET holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hashing_secret_file: Option<PathBuf>,
    /// The file of the encryption key; `-` is standard input. Default: what KINTSU_ENCRYPTION_KEY holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption_key_file: Option<PathBuf>,
    /// The partner who gets the tokens: they are encrypted with a key of the partner's own, derived from the encryption key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partner: Option<String>,
    /// Take secrets that are easily guessed.
    pub allow_weak_secret: bool,
    /// Go on where every rule lacks a column.
    pub allow_missing: bool,
    /// Refuse an input that lacks a column that a rule needs.
    pub strict_columns: bool,
    /// The day, as 2000-01-31, that no birth date may lie after. Default: today (UTC).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
}

/// The names of modes.
fn mode_schema(_: &mut SchemaGenerator) -> Schema {
    one_of_names(&TokenMode::ALL.map(TokenMode::name))
}

/// The names of profiles, long and short.
fn profile_schema(_: &mut SchemaGenerator) -> Schema {
    let short = Profile::SHORT_NAMES.map(|(name, _)| name);
    one_of_names(&Profile::ALL.map(Profile::name).into_iter().chain(short).collect::<Vec<_>>())
}

fn one_of_names(names: &[&str]) -> Schema {
    json_schema!({ "anyOf": [{ "type": "string", "enum": names }, { "type": "null" }] })
}
