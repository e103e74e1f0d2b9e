//! The part of a job that makes fuzzy tokens.

use std::path::PathBuf;

use kintsu_token::fuzzy::{EncodeOptions, Hardening, OnInvalid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How fuzzy tokens (CLKs) are made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FuzzySpec {
    /// The linkage schema, clkhash's JSON.
    pub schema: PathBuf,
    /// What becomes of records with a value that does not fit its format. Default blank-record.
    #[serde(default)]
    pub on_invalid: OnInvalidName,
    /// Take values that their formats do not allow, unless they cannot be brought into their form at all.
    #[serde(default)]
    pub unchecked: bool,
    /// What is done to CLKs beyond the schema; partners have to choose the same.
    #[serde(default)]
    pub hardening: HardeningSpec,
}

/// What becomes of a record with a value that does not fit its format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnInvalidName {
    /// It gets no CLK and matches nothing.
    #[default]
    BlankRecord,
    /// Its CLK is made of its other values.
    LeaveOutValue,
}

/// What is done to CLKs beyond the schema. Default: nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HardeningSpec {
    /// Columns whose values are hashed with every token.
    pub salt_columns: Vec<String>,
    /// How often CLKs are folded in half.
    pub folds: u32,
    /// Make every bit the exclusive or of its neighbours.
    pub rule_90: bool,
    /// The probability that a bit is flipped, at least 0 and below 0.5.
    pub flip_probability: f64,
    /// Join CLKs with their complements and permute them.
    pub balance: bool,
}

impl FuzzySpec {
    /// The options of the encoder.
    pub(crate) fn options(&self) -> EncodeOptions {
        let HardeningSpec { salt_columns, folds, rule_90, flip_probability, balance } = self.hardening.clone();
        EncodeOptions {
            on_invalid: match self.on_invalid {
                OnInvalidName::BlankRecord => OnInvalid::BlankRecord,
                OnInvalidName::LeaveOutValue => OnInvalid::LeaveOutValue,
            },
            check_formats: !self.unchecked,
            hardening: Hardening { salt_columns, folds, rule_90, flip_probability, balance },
        }
    }
}
