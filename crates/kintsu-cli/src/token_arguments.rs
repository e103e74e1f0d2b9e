//! The command line of tokens.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use kintsu_job::{JobError, Problem, TokenizeSpec};
use kintsu_token::{Profile, TokenMode};

use crate::fuzzy_arguments::FuzzyOptions;
use crate::overlap_arguments::DisclosureArguments;

/// The field that `--record-id` names the column of.
const RECORD_ID: &str = "RecordId";

/// `kintsu tokenize`.
#[derive(Debug, Args)]
pub(crate) struct TokenizeArguments {
    /// The records, CSV (also packed) or Parquet. `-` is standard input.
    #[arg(value_name = "INPUT")]
    pub(crate) input: PathBuf,
    /// The file of tokens, .csv or .parquet. Its metadata and OUTPUT.run.json stand beside it.
    #[arg(short, long, value_name = "OUTPUT")]
    pub(crate) output: PathBuf,
    /// What is done with the signatures of records: encrypt, hash-only or plain [default: encrypt].
    #[arg(long, value_name = "MODE", value_parser = parse_mode)]
    pub(crate) mode: Option<TokenMode>,
    #[command(flatten)]
    pub(crate) records: RecordOptions,
    /// The file of the hashing secret; `-` is standard input [default: what KINTSU_HASHING_SECRET holds].
    #[arg(long, value_name = "FILE")]
    pub(crate) hashing_secret_file: Option<PathBuf>,
    /// The file of the encryption key; `-` is standard input [default: what KINTSU_ENCRYPTION_KEY holds].
    #[arg(long, value_name = "FILE")]
    pub(crate) encryption_key_file: Option<PathBuf>,
    /// Encrypt with a key of this partner's own, derived from the encryption key.
    #[arg(long, value_name = "ID")]
    pub(crate) partner: Option<String>,
    /// Take secrets that are easily guessed.
    #[arg(long)]
    pub(crate) allow_weak_secret: bool,
    #[command(flatten)]
    pub(crate) fuzzy: FuzzyOptions,
}

/// Whose tokens are made or read.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct ProfileOption {
    /// The way of making tokens: opentoken-1-python, opentoken-1-java, openlinktoken-2 or openlinktoken-2.2
    /// [default: opentoken-1-python].
    #[arg(long, value_name = "NAME", value_parser = parse_profile)]
    pub(crate) token_profile: Option<Profile>,
}

impl ProfileOption {
    /// The profile that is named, or the default.
    pub(crate) fn or_default(self) -> Profile {
        self.token_profile.unwrap_or_default()
    }
}

/// How the columns of records are read.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct RecordOptions {
    #[command(flatten)]
    pub(crate) profile: ProfileOption,
    /// A file of rules, TOML or YAML [default: the rules T1 to T5].
    #[arg(long, value_name = "FILE")]
    pub(crate) rules: Option<PathBuf>,
    /// The columns that hold fields of the rules, such as dob=BirthDate; other fields are found by the names of their kind.
    #[arg(long, value_name = "NAME=FIELD,...", value_delimiter = ',', value_parser = parse_column)]
    pub(crate) columns: Vec<(String, String)>,
    /// The column with the ids of records [default: RecordId or Id; without one, ids are made up].
    #[arg(long, value_name = "COLUMN")]
    pub(crate) record_id: Option<String>,
    /// Go on where every rule lacks a column.
    #[arg(long)]
    pub(crate) allow_missing: bool,
    /// Refuse an input that lacks a column that a rule needs.
    #[arg(long, conflicts_with = "allow_missing")]
    pub(crate) strict_columns: bool,
    /// The day, as 2000-01-31, that no birth date may lie after [default: today, UTC].
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
}

impl RecordOptions {
    /// The part of a job that these options say.
    ///
    /// # Errors
    /// When a field is given several columns.
    pub(crate) fn spec(&self) -> Result<TokenizeSpec, JobError> {
        let mut columns: BTreeMap<String, String> = BTreeMap::new();
        let of_ids = self.record_id.iter().map(|name| (name, RECORD_ID));
        let mut problems = Vec::new();
        for (name, field) in of_ids.chain(self.columns.iter().map(|(name, field)| (name, field.as_str()))) {
            if let Some(other) = columns.insert(field.to_owned(), name.clone()).filter(|other| other != name) {
                let problem = Problem::new("KN-CLI-007", format!("`{field}` is given the columns `{other}` and `{name}`"));
                problems.push(problem.hint("name one column for each field"));
            }
        }
        if !problems.is_empty() {
            return Err(JobError::Configuration(problems));
        }
        Ok(TokenizeSpec {
            token_profile: self.profile.token_profile,
            rules: self.rules.clone(),
            record_id: columns.remove(RECORD_ID),
            columns,
            allow_missing: self.allow_missing,
            strict_columns: self.strict_columns,
            as_of: self.as_of.clone(),
            ..TokenizeSpec::default()
        })
    }
}

impl TokenizeArguments {
    /// The part of a job that these arguments say.
    ///
    /// # Errors
    /// As [`RecordOptions::spec`].
    pub(crate) fn spec(&self) -> Result<TokenizeSpec, JobError> {
        let fuzzy = self.fuzzy.spec();
        let mode_default = fuzzy.is_none().then(TokenMode::default);
        Ok(TokenizeSpec {
            mode: self.mode.or(mode_default),
            fuzzy,
            hashing_secret_file: self.hashing_secret_file.clone(),
            encryption_key_file: self.encryption_key_file.clone(),
            partner: self.partner.clone(),
            allow_weak_secret: self.allow_weak_secret,
            ..self.records.spec()?
        })
    }
}

/// `kintsu decrypt`.
#[derive(Debug, Args)]
pub(crate) struct DecryptArguments {
    /// The file of tokens, CSV (also packed) or Parquet. `-` is standard input.
    #[arg(value_name = "INPUT")]
    pub(crate) input: PathBuf,
    /// The file to write, .csv or .parquet.
    #[arg(short, long, value_name = "OUTPUT")]
    pub(crate) output: PathBuf,
    /// The file of the encryption key; `-` is standard input [default: what KINTSU_ENCRYPTION_KEY holds].
    #[arg(long, value_name = "FILE")]
    pub(crate) encryption_key_file: Option<PathBuf>,
    /// The partner whose key the tokens are encrypted with.
    #[arg(long, value_name = "ID")]
    pub(crate) partner: Option<String>,
    #[command(flatten)]
    pub(crate) profile: ProfileOption,
    /// Take a key that is easily guessed.
    #[arg(long)]
    pub(crate) allow_weak_secret: bool,
}

/// The commands under `kintsu tokens`.
#[derive(Debug, Subcommand)]
pub(crate) enum TokensCommand {
    /// Say which records of a file get other tokens in another profile.
    DiffProfiles {
        /// The records, CSV (also packed) or Parquet. `-` is standard input.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        records: RecordOptions,
    },
    /// Check a file of rules.
    Check {
        /// The rules, TOML or YAML.
        #[arg(value_name = "RULES")]
        rules: PathBuf,
        #[command(flatten)]
        profile: ProfileOption,
    },
    /// Say what a file of tokens gives away: how often tokens repeat, which rules a frequency attack would open, who stands alone.
    Disclosure(Box<DisclosureArguments>),
    /// Make a file with a new secret from the operating system's generator.
    NewSecret {
        /// The file; one that is there is never overwritten.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// What the secret is for.
        #[arg(long, value_name = "KIND", value_enum)]
        kind: SecretKindName,
    },
    /// Pass tokens from one key or partner to another, without the records.
    Rekey {
        /// The file of tokens, CSV (also packed) or Parquet. `-` is standard input.
        #[arg(value_name = "INPUT")]
        input: PathBuf,
        /// The file to write, .csv or .parquet.
        #[arg(short, long, value_name = "OUTPUT")]
        output: PathBuf,
        /// The file of the old key; `-` is standard input [default: what KINTSU_ENCRYPTION_KEY holds].
        #[arg(long, value_name = "FILE")]
        encryption_key_file: Option<PathBuf>,
        /// The partner whose key the tokens are encrypted with.
        #[arg(long, value_name = "ID")]
        from_partner: Option<String>,
        /// The file of the new key [default: the old one, for another partner].
        #[arg(long, value_name = "FILE", required_unless_present = "to_partner")]
        to_key_file: Option<PathBuf>,
        /// The partner whose key is the new one.
        #[arg(long, value_name = "ID")]
        to_partner: Option<String>,
        #[command(flatten)]
        profile: ProfileOption,
        /// Take keys that are easily guessed.
        #[arg(long)]
        allow_weak_secret: bool,
    },
}

/// What a new secret is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SecretKindName {
    /// A hashing secret.
    Hashing,
    /// An encryption key, also for deriving the keys of partners.
    Encryption,
}

/// `kintsu opentoken`: the flags of the reference's command line.
#[derive(Args)]
pub(crate) struct OpentokenArguments {
    /// The records, or with -d the tokens.
    #[arg(short, long, value_name = "PATH")]
    pub(crate) input: PathBuf,
    /// The format of the input: csv or parquet.
    #[arg(short = 't', long = "type", value_name = "TYPE")]
    pub(crate) input_type: String,
    /// The file to write; the metadata stand beside it.
    #[arg(short, long, value_name = "PATH")]
    pub(crate) output: PathBuf,
    /// The format of the output, also written -ot: csv or parquet [default: that of the input].
    #[arg(long, value_name = "TYPE")]
    pub(crate) output_type: Option<String>,
    /// The hashing secret; everybody on this machine can see it while the command runs.
    #[arg(short = 'h', long = "hashingsecret", value_name = "SECRET")]
    pub(crate) hashing_secret: Option<String>,
    /// The encryption key, 32 characters; everybody on this machine can see it while the command runs.
    #[arg(short = 'e', long = "encryptionkey", value_name = "KEY")]
    pub(crate) encryption_key: Option<String>,
    /// Decrypt tokens.
    #[arg(short, long)]
    pub(crate) decrypt: bool,
    /// Hash and do not encrypt.
    #[arg(long)]
    pub(crate) hash_only: bool,
    /// Whose bytes to write: opentoken-1-python or opentoken-1-java.
    #[arg(long, value_name = "NAME", value_parser = parse_profile)]
    pub(crate) token_profile: Option<Profile>,
    /// Print help; -h is the hashing secret.
    #[arg(long, action = clap::ArgAction::Help)]
    help: Option<bool>,
}

impl std::fmt::Debug for OpentokenArguments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpentokenArguments").field("input", &self.input).field("output", &self.output).finish_non_exhaustive()
    }
}

fn parse_mode(text: &str) -> Result<TokenMode, String> {
    parse_name(text, "encrypt, hash-only or plain")
}

pub(crate) fn parse_profile(text: &str) -> Result<Profile, String> {
    parse_name(text, "opentoken-1-python, opentoken-1-java, openlinktoken-2 or openlinktoken-2.2")
}

/// Reads a name as a job file would.
pub(crate) fn parse_name<Name: serde::de::DeserializeOwned>(text: &str, names: &str) -> Result<Name, String> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|_| format!("give {names}"))
}

fn parse_column(text: &str) -> Result<(String, String), String> {
    match text.rsplit_once('=') {
        Some((name, field)) if !name.is_empty() && !field.is_empty() => Ok((name.to_owned(), field.to_owned())),
        _ => Err("write NAME=FIELD, such as dob=BirthDate".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::{Arg, Command, CommandFactory};

    use crate::arguments::CommandLine;

    /// Options that take a value and are called after a secret or a key, by their command.
    fn takers(command: &Command, found: &mut Vec<String>) {
        let named = |argument: &&Arg| ["secret", "key", "password"].iter().any(|word| argument.get_id().as_str().contains(word));
        let takes = |argument: &&Arg| argument.get_action().takes_values();
        for argument in command.get_arguments().filter(named).filter(takes) {
            found.push(format!("{} {}", command.get_name(), argument.get_id()));
        }
        command.get_subcommands().for_each(|command| takers(command, found));
    }

    /// Others see the arguments of a running command, so options name the file of a secret and not the secret.
    #[test]
    fn no_option_takes_a_secret_but_those_of_the_reference() {
        let mut found = Vec::new();
        takers(&CommandLine::command(), &mut found);
        assert!(found.len() > 8, "{found:?}");
        found.retain(|option| !option.ends_with("_file"));
        assert_eq!(found, ["opentoken hashing_secret", "opentoken encryption_key"]);
    }
}
