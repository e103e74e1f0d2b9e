//! The command line as types: one definition gives parsing, help, completions and the reference page.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::generate_arguments::GenerateArguments;
use crate::overlap_arguments::OverlapArguments;
use crate::token_arguments::{DecryptArguments, OpentokenArguments, TokenizeArguments, TokensCommand};

/// Finds the records that belong to the same person or company.
#[derive(Debug, Parser)]
#[command(name = "kintsu", version, propagate_version = true, disable_help_subcommand = true, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 done, 1 the answer is no, 2 the input is wrong, 3 a defect, 130 interrupted.\n\
                        Standard output carries data, standard error everything else.")]
pub(crate) struct CommandLine {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: GlobalOptions,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Deduplicate and link data that come with the program, and say how right it was.
    Demo(DemoArguments),
    /// Find the records of a table, or of several stacked, that belong together.
    Dedupe(DedupeArguments),
    /// Find the records of different tables that belong together.
    Link(LinkArguments),
    /// Run a job file.
    Run(RunArguments),
    /// Say what a run would do: pairs per blocking rule, largest blocks, memory.
    Plan(PlanArguments),
    /// Say why two records match or not, or what holds an entity together.
    Explain(ExplainArguments),
    /// Measure a run against the truth.
    Evaluate(EvaluateArguments),
    /// Describe the columns of files: types, completeness, distinct and most frequent values.
    Profile(ProfileArguments),
    /// Put errors into a table of your own, and tell each of them.
    Corrupt(CorruptArguments),
    /// Make privacy-preserving tokens of records.
    Tokenize(TokenizeArguments),
    /// Decrypt tokens, to what was hashed.
    Decrypt(DecryptArguments),
    /// Find the records of one file of tokens that are in another.
    Overlap(Box<OverlapArguments>),
    /// Work with rules, secrets and finished tokens.
    Tokens {
        /// What to do.
        #[command(subcommand)]
        command: TokensCommand,
    },
    /// Make or decrypt tokens with the flags, the bytes and the metadata of OpenToken 1.12.5; failures end with 2 and write nothing.
    #[command(disable_help_flag = true, infer_long_args = true)]
    Opentoken(OpentokenArguments),
    /// Make customers and source systems with known truth.
    Generate(Box<GenerateArguments>),
    /// Print completions for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print a page of the reference.
    #[command(hide = true)]
    Reference {
        /// Which page.
        page: ReferencePage,
    },
}

/// A page of the reference that the program writes about itself.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ReferencePage {
    /// The JSON Schema of job files.
    Schema,
    /// The JSON Schema of corruption files.
    CorruptionSchema,
    /// The help of all commands.
    Commands,
    /// The functions of SQL.
    Sql,
}

/// Options that every command takes.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct GlobalOptions {
    /// Use so many threads [default: one a processor].
    #[arg(long, global = true, value_name = "N", allow_negative_numbers = true)]
    pub(crate) threads: Option<String>,
    /// Take at most so much memory, such as 4GiB; a run that needs more is refused.
    #[arg(long, global = true, value_name = "SIZE", allow_negative_numbers = true)]
    pub(crate) memory: Option<String>,
    /// Seed everything random with this number [default: 42].
    #[arg(long, global = true, value_name = "N", allow_negative_numbers = true)]
    pub(crate) seed: Option<String>,
    /// Where the run takes place: local [default: local].
    #[arg(long, global = true, value_name = "ENGINE")]
    pub(crate) engine: Option<String>,
    /// Whose string measures to follow: characters, duckdb-1.5, duckdb-2.0 or spark-jar [default: those of the model].
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) parity: Option<String>,
    /// How results are printed.
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: PrintFormat,
    /// Print nothing but results and errors; twice, errors only.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) quiet: u8,
    /// Print more about what is done.
    #[arg(short, long, global = true, action = clap::ArgAction::Count, conflicts_with = "quiet")]
    pub(crate) verbose: u8,
    /// Show no progress.
    #[arg(long, global = true)]
    pub(crate) no_progress: bool,
    /// Say what would be done and write nothing.
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,
    /// Replace a run directory that is there already.
    #[arg(long, global = true)]
    pub(crate) overwrite: bool,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum PrintFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON document.
    Json,
}

/// Options of every command that compares records.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Options of linkage")]
pub(crate) struct LinkageOptions {
    /// The id column [default: that of the settings or model, else unique_id, id, or the row number].
    #[arg(long, value_name = "COLUMN")]
    pub(crate) unique_id: Option<String>,
    /// Settings to train first: Splink's JSON, or a job file.
    #[arg(long, value_name = "FILE")]
    pub(crate) settings: Option<PathBuf>,
    /// A trained model, scored as it is: Splink's JSON or ours.
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<PathBuf>,
    /// Keep edges at or above this match probability [default: 0.5].
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    pub(crate) predict_threshold: Option<String>,
    /// Join records at or above this match probability [default: 0.95].
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    pub(crate) cluster_threshold: Option<String>,
    /// Columns that are never looked at and kept in the output.
    #[arg(long, value_name = "COLUMN,...", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,
    /// A column or file with the truth: never looked at, measured against.
    #[arg(long, value_name = "COLUMN|FILE")]
    pub(crate) truth: Option<String>,
    /// The format of the data files that are written: parquet, csv, jsonl or arrow [default: parquet].
    #[arg(long, value_name = "FORMAT")]
    pub(crate) file_format: Option<String>,
}

/// `kintsu demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    /// Where the run directories go.
    #[arg(short, long, value_name = "DIR", default_value = "kintsu-demo")]
    pub(crate) output: PathBuf,
}

/// `kintsu dedupe`.
#[derive(Debug, Args)]
pub(crate) struct DedupeArguments {
    /// The table; several are stacked. `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The run directory to write.
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) linkage: LinkageOptions,
}

/// `kintsu link`.
#[derive(Debug, Args)]
pub(crate) struct LinkArguments {
    /// The tables. `-` is standard input.
    #[arg(required = true, num_args = 2.., value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The run directory to write.
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
    /// Give each record at most one partner in each other table.
    #[arg(long)]
    pub(crate) one_to_one: bool,
    #[command(flatten)]
    pub(crate) linkage: LinkageOptions,
}

/// `kintsu run`.
#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// The job file, TOML or JSON.
    #[arg(value_name = "JOB")]
    pub(crate) job: PathBuf,
    /// The run directory to write, in place of the one that the job names.
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
    /// Read the input NAME from PATH instead; may be given more than once.
    #[arg(long, value_name = "NAME=PATH")]
    pub(crate) input: Vec<String>,
    /// Give each record at most one partner in each other table.
    #[arg(long)]
    pub(crate) one_to_one: bool,
    #[command(flatten)]
    pub(crate) linkage: LinkageOptions,
}

/// `kintsu plan`.
#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    /// A job file, or tables.
    #[arg(required = true, value_name = "JOB|FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Read the input NAME of the job file from PATH instead; may be given more than once.
    #[arg(long, value_name = "NAME=PATH")]
    pub(crate) input: Vec<String>,
    #[command(flatten)]
    pub(crate) linkage: LinkageOptions,
}

/// `kintsu explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// The run directory.
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,
    /// The id of a record; where there are several tables, TABLE-__-ID.
    #[arg(value_name = "ID", allow_negative_numbers = true)]
    pub(crate) id: String,
    /// The id of another record; without it, the entity of the first is explained.
    #[arg(value_name = "ID", allow_negative_numbers = true)]
    pub(crate) other: Option<String>,
    /// Print the values that were compared.
    #[arg(long)]
    pub(crate) show_values: bool,
}

/// `kintsu evaluate`.
#[derive(Debug, Args)]
pub(crate) struct EvaluateArguments {
    /// The run directory.
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,
    /// A column of the input, or a file of entities or pairs.
    #[arg(long, value_name = "COLUMN|FILE")]
    pub(crate) truth: String,
}

/// `kintsu corrupt`.
#[derive(Debug, Args)]
pub(crate) struct CorruptArguments {
    /// The table. `-` is standard input.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The folder to write: the records under their own name, and changes, a row for each change.
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
    /// What is done to the records, TOML [default: nicknames, typing errors, moves and missing values at moderate rates].
    #[arg(long, value_name = "FILE")]
    pub(crate) corruption: Option<PathBuf>,
    /// A folder of lists that replace those that come along.
    #[arg(long, value_name = "DIR")]
    pub(crate) lists: Option<PathBuf>,
    /// The column with the ids of records [default: unique_id, id or record_id, else the number of the row].
    #[arg(long, value_name = "COLUMN")]
    pub(crate) record_id: Option<String>,
    /// The format of what is written: parquet, csv, jsonl or arrow.
    #[arg(long, value_name = "FORMAT", default_value = "parquet", value_parser = parse_file_format)]
    pub(crate) file_format: kintsu_table::FileFormat,
}

fn parse_file_format(text: &str) -> Result<kintsu_table::FileFormat, String> {
    text.parse().map_err(|error: kintsu_table::UnknownFormatName| error.to_string())
}

/// `kintsu profile`.
#[derive(Debug, Args)]
pub(crate) struct ProfileArguments {
    /// The tables. `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// So many of the most frequent values of each column; 0 prints no values.
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) top: u32,
}
