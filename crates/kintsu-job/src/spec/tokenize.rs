//! The part of a job that makes tokens.

use std::collections::BTreeMap;
use std::path::PathBuf;

use kintsu_token::{Profile, TokenMode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fuzzy::FuzzySpec;

/// How tokens are made. Secrets stand in files or in the environment, never in a job.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TokenizeSpec {
    /// What is done with the signatures of records. Default encrypt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<TokenModeName>,
    /// The way of making tokens. Default opentoken-1-python.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_profile: Option<TokenProfileName>,
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

/// What is done with signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TokenModeName {
    /// Hash them, and encrypt the hashes.
    #[default]
    Encrypt,
    /// Hash them.
    HashOnly,
    /// Leave them as they are: personal data in clear.
    Plain,
}

impl From<TokenModeName> for TokenMode {
    fn from(name: TokenModeName) -> Self {
        match name {
            TokenModeName::Encrypt => Self::Encrypt,
            TokenModeName::HashOnly => Self::HashOnly,
            TokenModeName::Plain => Self::Plain,
        }
    }
}

/// A way of making tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub enum TokenProfileName {
    /// OpenToken 1.12.5 in Python.
    #[default]
    #[serde(rename = "opentoken-1-python", alias = "py1")]
    OpenToken1Python,
    /// OpenToken 1.12.5 in Java.
    #[serde(rename = "opentoken-1-java", alias = "java1")]
    OpenToken1Java,
    /// OpenLinkToken 2.1.2.
    #[serde(rename = "openlinktoken-2", alias = "v2")]
    OpenLinkToken2,
    /// OpenLinkToken 2.2.1.
    #[serde(rename = "openlinktoken-2.2")]
    OpenLinkToken22,
}

impl From<TokenProfileName> for Profile {
    fn from(name: TokenProfileName) -> Self {
        match name {
            TokenProfileName::OpenToken1Python => Self::OpenToken1Python,
            TokenProfileName::OpenToken1Java => Self::OpenToken1Java,
            TokenProfileName::OpenLinkToken2 => Self::OpenLinkToken2,
            TokenProfileName::OpenLinkToken22 => Self::OpenLinkToken22,
        }
    }
}
