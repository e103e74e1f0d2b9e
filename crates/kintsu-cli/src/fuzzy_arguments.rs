//! The command line of fuzzy tokens: what `kintsu tokenize` and `kintsu overlap` take with --fuzzy.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use kintsu_job::{FuzzySpec, HardeningSpec, OnInvalidName};

use crate::token_arguments::parse_name;

/// How fuzzy tokens are made.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Options of fuzzy tokens")]
pub(crate) struct FuzzyOptions {
    /// Make fuzzy tokens (CLKs) by this linkage schema, clkhash's JSON, in place of tokens by rules.
    #[arg(long, value_name = "SCHEMA")]
    pub(crate) fuzzy: Option<PathBuf>,
    /// What becomes of records with a value that does not fit its format: blank-record or leave-out-value [default: blank-record].
    #[arg(long, value_name = "WHAT", requires = "fuzzy", value_parser = parse_on_invalid)]
    on_invalid: Option<OnInvalidName>,
    /// Take values that their formats do not allow, unless they cannot be brought into their form at all.
    #[arg(long, requires = "fuzzy")]
    unchecked: bool,
    /// Hash every token together with the values of these columns.
    #[arg(long, value_name = "COLUMN,...", value_delimiter = ',', requires = "fuzzy")]
    salt_columns: Vec<String>,
    /// Fold CLKs in half so often.
    #[arg(long, value_name = "N", requires = "fuzzy")]
    folds: Option<u32>,
    /// Make every bit the exclusive or of its neighbours.
    #[arg(long, requires = "fuzzy")]
    rule_90: bool,
    /// Flip every bit with this probability, at least 0 and below 0.5.
    #[arg(long, value_name = "P", requires = "fuzzy", allow_negative_numbers = true)]
    flip_probability: Option<f64>,
    /// Join CLKs with their complements and permute them.
    #[arg(long, requires = "fuzzy")]
    balance: bool,
}

impl FuzzyOptions {
    /// The part of a job that these options say.
    pub(crate) fn spec(&self) -> Option<FuzzySpec> {
        Some(FuzzySpec {
            schema: self.fuzzy.clone()?,
            on_invalid: self.on_invalid.unwrap_or_default(),
            unchecked: self.unchecked,
            hardening: HardeningSpec {
                salt_columns: self.salt_columns.clone(),
                folds: self.folds.unwrap_or(0),
                rule_90: self.rule_90,
                flip_probability: self.flip_probability.unwrap_or(0.0),
                balance: self.balance,
            },
        })
    }
}

/// How files of fuzzy tokens are compared.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of fuzzy tokens")]
pub(crate) struct FuzzyOverlapOptions {
    /// Compare files of fuzzy tokens (CLKs): records match that are alike.
    #[arg(long, conflicts_with_all = ["all", "any", "max_token_frequency"])]
    pub(crate) fuzzy: bool,
    /// The least Dice coefficient of a pair, above 0 and at most 1 [default: 0.85].
    #[arg(long, value_name = "T", conflicts_with_all = OF_RULES, allow_negative_numbers = true)]
    threshold: Option<f64>,
    /// Which pairs are compared [default: all].
    #[arg(long, value_name = "HOW", conflicts_with_all = OF_RULES)]
    pub(crate) blocking: Option<BlockingName>,
    /// With --blocking sampled, sample so many bits, 1 to 63 [default: 24].
    #[arg(long, value_name = "N", conflicts_with_all = OF_RULES)]
    pub(crate) sample_bits: Option<u32>,
    /// With --blocking sampled, compare a pair just at the threshold with this chance, above 0 and below 1 [default: 0.99].
    #[arg(long, value_name = "CHANCE", conflicts_with_all = OF_RULES, allow_negative_numbers = true)]
    pub(crate) sample_recall: Option<f64>,
    /// With --blocking tokens, the file of tokens of A's records, CSV (also packed) or Parquet.
    #[arg(long, value_name = "FILE", conflicts_with_all = OF_RULES)]
    pub(crate) tokens_a: Option<PathBuf>,
    /// With --blocking tokens, the file of tokens of B's records.
    #[arg(long, value_name = "FILE", conflicts_with_all = OF_RULES)]
    pub(crate) tokens_b: Option<PathBuf>,
    /// With --blocking tokens, the rules whose tokens join records [default: all of the files].
    #[arg(long, value_name = "RULE,...", conflicts_with_all = OF_RULES)]
    pub(crate) block_rules: Option<String>,
}

/// What says that tokens of rules are compared.
const OF_RULES: [&str; 2] = ["rules", "rule_sets"];

/// Which pairs of CLKs are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BlockingName {
    /// All whose numbers of set bits allow the threshold.
    All,
    /// Those that agree in all bits of some sample.
    Sampled,
    /// Those that share a token of a rule.
    Tokens,
}

impl FuzzyOverlapOptions {
    pub(crate) fn threshold(&self) -> f64 {
        self.threshold.unwrap_or(0.85)
    }
}

fn parse_on_invalid(text: &str) -> Result<OnInvalidName, String> {
    parse_name(text, "blank-record or leave-out-value")
}
