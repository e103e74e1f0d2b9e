//! The command line of comparing tokens and of measuring what they give away.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use crate::fuzzy_arguments::FuzzyOverlapOptions;
use crate::token_arguments::{ProfileOption, RecordOptions};

/// `kintsu overlap`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("rules_compared").args(["rules", "rule_sets", "fuzzy"]).required(true))]
pub(crate) struct OverlapArguments {
    /// A file of tokens, CSV (also packed) or Parquet. `-` is standard input.
    #[arg(value_name = "A")]
    pub(crate) first: PathBuf,
    /// The file of tokens that it is compared with.
    #[arg(value_name = "B")]
    pub(crate) second: PathBuf,
    /// The file of pairs to write, .csv or .parquet [default: only figures are printed].
    #[arg(short, long, value_name = "PAIRS")]
    pub(crate) output: Option<PathBuf>,
    /// The rules by which records match.
    #[arg(long, value_name = "RULE,...")]
    pub(crate) rules: Option<String>,
    /// Several sets of rules, each compared for itself, such as "T1,T2;T3".
    #[arg(long, value_name = "RULE,...;...")]
    pub(crate) rule_sets: Option<String>,
    /// Records match that agree on all rules of a set; this is what happens without it.
    #[arg(long, conflicts_with = "any")]
    pub(crate) all: bool,
    /// Records match that agree on at least one rule of a set.
    #[arg(long)]
    pub(crate) any: bool,
    /// Give each record at most one partner: the one that it agrees with on the most rules, or with --fuzzy the one that it is
    /// most like; then the first by its id.
    #[arg(long)]
    pub(crate) one_to_one: bool,
    /// Leave out tokens that more than N records of a file bear.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) max_token_frequency: Option<u64>,
    /// The file of the encryption key of both; `-` is standard input [default: what KINTSU_ENCRYPTION_KEY holds; without a key
    /// tokens are taken as they are].
    #[arg(long, value_name = "FILE")]
    pub(crate) encryption_key_file: Option<PathBuf>,
    /// The file of A's encryption key [default: what KINTSU_ENCRYPTION_KEY_A holds, then the key of both].
    #[arg(long, value_name = "FILE")]
    pub(crate) key_a_file: Option<PathBuf>,
    /// The file of B's encryption key [default: what KINTSU_ENCRYPTION_KEY_B holds, then the key of both].
    #[arg(long, value_name = "FILE")]
    pub(crate) key_b_file: Option<PathBuf>,
    /// The partner whose key A's tokens are encrypted with.
    #[arg(long, value_name = "ID")]
    pub(crate) partner_a: Option<String>,
    /// The partner whose key B's tokens are encrypted with.
    #[arg(long, value_name = "ID")]
    pub(crate) partner_b: Option<String>,
    /// What A is called [default: its file's name].
    #[arg(long, value_name = "NAME")]
    pub(crate) name_a: Option<String>,
    /// What B is called [default: its file's name].
    #[arg(long, value_name = "NAME")]
    pub(crate) name_b: Option<String>,
    #[command(flatten)]
    pub(crate) profile: ProfileOption,
    /// Take keys that are easily guessed.
    #[arg(long)]
    pub(crate) allow_weak_secret: bool,
    #[command(flatten)]
    pub(crate) fuzzy: FuzzyOverlapOptions,
}

/// `kintsu tokens disclosure`.
#[derive(Debug, Args)]
pub(crate) struct DisclosureArguments {
    /// A file of tokens, or of records whose tokens are measured without being written; CSV (also packed) or Parquet. `-` is
    /// standard input.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The file of the encryption key; `-` is standard input [default: what KINTSU_ENCRYPTION_KEY holds; without a key tokens are
    /// taken as they are].
    #[arg(long, value_name = "FILE")]
    pub(crate) encryption_key_file: Option<PathBuf>,
    /// The partner whose key the tokens are encrypted with.
    #[arg(long, value_name = "ID")]
    pub(crate) partner: Option<String>,
    /// Take a key that is easily guessed.
    #[arg(long)]
    pub(crate) allow_weak_secret: bool,
    /// For each K, count the records that share their token with fewer than K.
    #[arg(long, value_name = "K,...", value_delimiter = ',', default_values_t = [2, 5, 10])]
    pub(crate) anonymity: Vec<u64>,
    /// List so many of the highest frequencies of each rule.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) top: usize,
    /// Call a rule open when so large a share of its records can be told by frequencies alone, 0 to 1.
    #[arg(long, value_name = "SHARE", default_value_t = 0.01)]
    pub(crate) open_share: f64,
    #[command(flatten)]
    pub(crate) records: RecordOptions,
}
