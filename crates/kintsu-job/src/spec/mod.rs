//! A job as data: what to do, on which inputs, how. Every face builds a [`JobSpec`] and hands it to an engine.

mod check;
mod column;
mod comparison;
mod corruption;
mod document;
mod fuzzy;
mod generate;
mod load;
mod problem;
mod schema;
mod steps;
mod tokenize;
mod training;

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use check::check_ready;
pub(crate) use check::{check_added, check_opened, no_condition};
pub use column::{ColumnOperation, ColumnSpec, ListEnd, TransformedColumn};
pub use comparison::{ComparisonSpec, Configure};
pub use corruption::{CorruptionFile, corruption_schema};
pub use fuzzy::{FuzzySpec, HardeningSpec, OnInvalidName};
pub use generate::{GeneratePreset, GenerateSpec, WriteModeName};
pub use load::{LoadedJob, Places, load_job, parse_job, read_job};
pub use problem::{Problem, nearest};
pub use schema::job_schema;
pub use steps::{ChunkSpec, ColumnOrFile, StepSpec, TiesMethod};
pub use tokenize::TokenizeSpec;
pub use training::TrainingStep;

/// Everything that a run needs to know. Paths are relative to the job file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct JobSpec {
    /// Which pairs are compared. Default: what the settings or model say, else `dedupe_only` for one input and `link_only` for several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_type: Option<LinkTypeName>,
    /// The tables, each a path or a table with `path` and, where wanted, `name` and `format`.
    pub inputs: Vec<InputSpec>,
    /// The id column. Default: what the settings or model say, else `unique_id`, `id`, or the row number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique_id: Option<String>,
    /// The column that names a record's table. Default: what the settings or model say, else `source_dataset`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_dataset: Option<String>,
    /// Splink settings to train from, a JSON file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<PathBuf>,
    /// A trained model, a JSON file, scored as it is unless `training` stands beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<PathBuf>,
    /// What is compared, in place of `settings` and `model`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub comparisons: Vec<ComparisonSpec>,
    /// Which pairs are looked at; in place of those of the settings or model. Empty means every pair.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocking_rules: Option<Vec<BlockingRuleSpec>>,
    /// The starting value of lambda, the probability that two records drawn at random match.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1))]
    pub probability_two_random_records_match: Option<f64>,
    /// EM stops when no parameter moves by this much.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub em_convergence: Option<f64>,
    /// EM stops after so many iterations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_iterations: Option<u32>,
    /// Whether edges carry the compared columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retain_matching_columns: Option<bool>,
    /// Whether edges carry the weight and the term frequencies of each comparison.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retain_intermediate_calculation_columns: Option<bool>,
    /// Further columns that edges carry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional_columns_to_retain: Option<Vec<String>>,
    /// Training, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub training: Vec<TrainingStep>,
    /// What is done with the model, in order. Default: predict, then cluster.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepSpec>,
    /// Make tokens of the one input in place of linking: `output` is the file of tokens, CSV or Parquet by its ending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokenize: Option<TokenizeSpec>,
    /// Make data in place of linking: `output` is the directory that they are written to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generate: Option<GenerateSpec>,
    /// Edges at or above this match probability are kept. Default 0.5.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1))]
    pub predict_threshold: Option<f64>,
    /// Records joined at or above this match probability are one entity. Default 0.95.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1))]
    pub cluster_threshold: Option<f64>,
    /// A cluster has at most one record of each table.
    pub one_to_one: bool,
    /// Term-frequency tables to use instead of counting: column to file.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub term_frequencies: BTreeMap<String, PathBuf>,
    /// The types of columns that CSV and JSON lines files hold as text: column to type.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub types: BTreeMap<String, ColumnType>,
    /// Columns that are never looked at and kept in the output.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<String>,
    /// The truth to measure against: a column, which is then never looked at, or a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truth: Option<ColumnOrFile>,
    /// The run directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<PathBuf>,
    /// The format of the data files in the run directory. Default parquet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_format: Option<FileFormat>,
    /// Replace a run directory that is there already.
    pub overwrite: bool,
    /// Where the run takes place. Default local.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine: Option<EngineName>,
    /// The number of threads. Default: one a processor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 512))]
    pub threads: Option<u32>,
    /// How much memory the run may take, such as `4GiB`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<String>,
    /// The seed of everything random. Default 42.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// How string measures count. Default: as the model's engine did, `characters` for models of our own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parity: Option<ParityName>,
}

/// Which pairs are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkTypeName {
    /// Within one table.
    DedupeOnly,
    /// Across tables only.
    LinkOnly,
    /// Within and across tables.
    LinkAndDedupe,
}

/// A table: a path, or a path with a name and a format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum InputSpec {
    /// Only the path.
    Path(PathBuf),
    /// The path with what else is to be said.
    Full(InputTable),
}

/// A table with its name and format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InputTable {
    /// The file or folder; `-` is standard input.
    pub path: PathBuf,
    /// The name of the table, its `source_dataset`. Default: the file's name without its ending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The format. Default: by the file's ending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<FileFormat>,
}

impl InputSpec {
    /// The path, the name and the format, where given.
    pub fn parts(&self) -> (&PathBuf, Option<&str>, Option<FileFormat>) {
        match self {
            Self::Path(path) => (path, None, None),
            Self::Full(table) => (&table.path, table.name.as_deref(), table.format),
        }
    }
}

/// What the text of a column stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ColumnType {
    /// Text, as it is.
    Text,
    /// Whole numbers of 64 bits.
    Integer,
    /// Numbers in double precision.
    Double,
    /// `true` or `false`, also as `yes`, `no`, `on`, `off`, `1`, `0` and their first letters.
    Boolean,
    /// Dates, such as `1970-12-31`.
    Date,
    /// Times without a time zone, such as `1970-12-31T23:59:59`.
    Timestamp,
}

/// A file format of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// Parquet.
    Parquet,
    /// Comma-separated values.
    Csv,
    /// One JSON object a line.
    Jsonl,
    /// An Arrow IPC file.
    Arrow,
}

/// Where a run takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EngineName {
    /// In this process.
    Local,
}

/// Whose string measures are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ParityName {
    /// Characters, as people count.
    #[serde(rename = "characters")]
    Characters,
    /// Bytes, as DuckDB 1.5.
    #[serde(rename = "duckdb-1.5")]
    DuckDb1_5,
    /// Bytes, as DuckDB 2.0.
    #[serde(rename = "duckdb-2.0")]
    DuckDb2_0,
    /// UTF-16 units, as Splink's jar for Spark.
    #[serde(rename = "spark-jar")]
    SparkJar,
}

/// A blocking rule: SQL over `l` and `r`, or a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum BlockingRuleSpec {
    /// SQL such as `l.surname = r.surname`.
    Sql(String),
    /// Columns or SQL with options.
    Full(BlockingRuleTable),
}

/// A blocking rule with its options: either `columns` or `blocking_rule`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockingRuleTable {
    /// Columns or column expressions that must be equal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// SQL over `l` and `r`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocking_rule: Option<String>,
    /// The dialect of `blocking_rule`. Default duckdb.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sql_dialect: Option<DialectName>,
    /// Array columns of which each element is tried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arrays_to_explode: Vec<String>,
    /// Accepted for the sake of Splink 4's settings; changes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salting_partitions: Option<u32>,
}

/// The dialect of SQL conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum DialectName {
    #[default]
    Duckdb,
    Spark,
    Sqlite,
    Postgres,
}

/// Splink's default of `predict_threshold` has no counterpart; ours is even odds.
pub const PREDICT_THRESHOLD_DEFAULT: f64 = 0.5;
/// The default of `cluster_threshold`.
pub const CLUSTER_THRESHOLD_DEFAULT: f64 = 0.95;
/// The default of `seed`.
pub const SEED_DEFAULT: u64 = 42;
