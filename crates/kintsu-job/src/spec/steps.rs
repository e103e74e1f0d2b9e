//! What can be done with a model once it stands.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BlockingRuleSpec, InputSpec, LinkTypeName};

/// One step; most write a data file of their own into the run directory, called `name` where it is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum StepSpec {
    /// Scores the pairs that the blocking rules find: `edges`.
    Predict {
        /// Keep pairs at or above this probability. Default: the job's `predict_threshold`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(range(min = 0, max = 1))]
        threshold_match_probability: Option<f64>,
        /// Keep pairs at or above this weight, in bits, instead.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        threshold_match_weight: Option<f64>,
        /// Score only pairs whose left record is in this chunk of the records.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        left_chunk: Option<ChunkSpec>,
        /// Score only pairs whose right record is in this chunk of the records.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        right_chunk: Option<ChunkSpec>,
        /// Score the pairs of a file of ids instead of those that the blocking rules find.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pairs: Option<PathBuf>,
    },
    /// The pairs that the blocking rules find, without scores: `deterministic_link`.
    DeterministicLink {
        /// Only pairs whose left record is in this chunk of the records.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        left_chunk: Option<ChunkSpec>,
        /// Only pairs whose right record is in this chunk of the records.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        right_chunk: Option<ChunkSpec>,
        /// The name of the file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// Connected components: `clusters`, or `clusters_at_thresholds` where several thresholds are given.
    Cluster {
        /// One threshold. Default: the job's `cluster_threshold`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(range(min = 0, max = 1))]
        threshold_match_probability: Option<f64>,
        /// Several thresholds: one row a record, one column a threshold.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        thresholds: Vec<f64>,
        /// With several thresholds: sizes and numbers of clusters instead of one row a record.
        #[serde(default)]
        output_cluster_summary_stats: bool,
        /// Cluster the pairs of `deterministic_link`, all of which count as certain.
        #[serde(default)]
        deterministic: bool,
    },
    /// Clusters in which mutual best links are joined one after another: `clusters`.
    SingleBestLinks {
        /// Tables of which a cluster holds at most one record. Default: all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duplicate_free_datasets: Option<Vec<String>>,
        /// Links at or above this probability. Default: the job's `cluster_threshold`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(range(min = 0, max = 1))]
        threshold_match_probability: Option<f64>,
        /// What is done with links of equal probability.
        #[serde(default)]
        ties_method: TiesMethod,
    },
    /// Degrees, bridges and densities: `graph_nodes`, `graph_edges`, `graph_clusters`.
    GraphMetrics {
        /// Links at or above this probability. Default: the job's `cluster_threshold`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(range(min = 0, max = 1))]
        threshold_match_probability: Option<f64>,
    },
    /// Scores the pairs of a file of ids, whatever blocking says: `scored_pairs`.
    ScorePairs {
        /// The file: `unique_id_l`, `unique_id_r`, and the sources where there are several tables.
        pairs: PathBuf,
        /// The name of the file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// Scores the pairs inside clusters, whatever blocking says: `missing_cluster_edges`.
    ScoreMissingClusterEdges {
        /// A file of ids and `cluster_id`. Default: the clusters of the step before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clusters: Option<PathBuf>,
        /// Leave out the pairs that the prediction has kept.
        #[serde(default = "yes")]
        leave_out_edges: bool,
        /// Keep pairs at or above this probability. Default: all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(range(min = 0, max = 1))]
        threshold_match_probability: Option<f64>,
        /// Keep pairs at or above this weight, in bits, instead.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        threshold_match_weight: Option<f64>,
        /// The name of the file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// Scores pairs of a record of some tables and one of others, not among either: `pairs_between`.
    PredictBetween {
        /// The tables whose records stand on the left.
        left: Vec<InputSpec>,
        /// The tables whose records stand on the right.
        right: Vec<InputSpec>,
        /// Which pairs are looked at; `link_only` drops those of tables of one name. Default: that of the model.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link_type: Option<LinkTypeName>,
        /// The rules that find pairs. Default: those of the model.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        blocking_rules: Option<Vec<BlockingRuleSpec>>,
        /// Keep pairs at or above this probability. Default: all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(range(min = 0, max = 1))]
        threshold_match_probability: Option<f64>,
        /// Keep pairs at or above this weight, in bits, instead.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        threshold_match_weight: Option<f64>,
        /// The name of the file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// Scores new records against those of the job, not among themselves: `new_record_matches`.
    FindMatchesToNewRecords {
        /// The new records.
        records: InputSpec,
        /// The rules that find pairs. Default: those of the model.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        blocking_rules: Option<Vec<BlockingRuleSpec>>,
        /// Keep pairs at or above this weight, in bits.
        #[serde(default = "new_record_weight_default")]
        match_weight_threshold: f64,
        /// The name of the file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// Scores every record of one file against every record of another: `compared_records`.
    CompareTwoRecords {
        /// The left records.
        left: InputSpec,
        /// The right records.
        right: InputSpec,
        /// Add a column that says whether the blocking rules would have found the pair.
        #[serde(default)]
        include_found_by_blocking_rules: bool,
        /// The name of the file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// The truth table against a file of labelled pairs: `truth_table`.
    AccuracyFromLabelsTable {
        /// The file: ids of both sides and `clerical_match_score`.
        labels: PathBuf,
        /// Scores at or above this count as a match.
        #[serde(default = "even")]
        #[schemars(range(min = 0, max = 1))]
        threshold_match_probability: f64,
        /// The step of the thresholds, in bits; 0 makes every match weight that occurs a threshold.
        #[serde(default = "tenth")]
        #[schemars(range(min = 0))]
        match_weight_round_to_nearest: f64,
        /// The name of the file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// The truth table against a column: `truth_table`.
    AccuracyFromLabelsColumn {
        /// The column.
        labels_column_name: String,
        /// Matches that blocking misses count as missed.
        #[serde(default = "yes")]
        positives_not_captured_by_blocking_rules_scored_as_zero: bool,
        /// The step of the thresholds, in bits; 0 makes every match weight that occurs a threshold.
        #[serde(default = "tenth")]
        #[schemars(range(min = 0))]
        match_weight_round_to_nearest: f64,
        /// The name of the file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// The pairs on which model and labels differ: `prediction_errors`.
    PredictionErrors {
        /// The labels: a column or a file.
        labels: ColumnOrFile,
        /// Pairs at or above this probability are predicted matches.
        #[serde(default = "even")]
        #[schemars(range(min = 0, max = 1))]
        threshold_match_probability: f64,
        /// Write the pairs that are wrongly predicted.
        #[serde(default = "yes")]
        include_false_positives: bool,
        /// Write the pairs that are missed.
        #[serde(default = "yes")]
        include_false_negatives: bool,
        /// The name of the file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// How many records could not be linked even to themselves: `unlinkables`.
    Unlinkables {
        /// The name of the file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// The distribution of values of columns or column expressions: `profile_columns`.
    ProfileColumns {
        /// The expressions. Default: every column.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        column_expressions: Option<Vec<String>>,
        /// The most frequent values to list.
        #[serde(default = "ten")]
        top_n: u32,
        /// The least frequent values to list.
        #[serde(default = "ten")]
        bottom_n: u32,
        /// The name of the file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// The share of filled values a column and table: `completeness`.
    Completeness {
        /// The columns. Default: every column.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cols: Option<Vec<String>>,
        /// The name of the file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// The pairs that each blocking rule adds: `count_comparisons`.
    CountComparisons {
        /// The rules. Default: those of the model.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        blocking_rules: Option<Vec<BlockingRuleSpec>>,
        /// The name of the file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// The largest blocks of a rule: `largest_blocks`.
    LargestBlocks {
        /// The rule.
        blocking_rule: BlockingRuleSpec,
        /// How many blocks.
        #[serde(default = "five")]
        n_largest: u32,
        /// The name of the file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// Writes the term frequencies of columns, in the model or not: `term_frequencies/COLUMN`.
    TermFrequencies {
        /// The columns.
        columns: Vec<String>,
    },
}

/// One of so many chunks of the records, told by a hash of their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChunkSpec {
    /// Which one, counted from 1.
    #[schemars(range(min = 1))]
    pub number: u32,
    /// How many there are.
    #[schemars(range(min = 1))]
    pub of: u32,
}

/// What is done with links of equal probability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TiesMethod {
    /// The lowest id wins.
    #[default]
    LowestId,
    /// All of them are dropped.
    Drop,
}

/// A column of the input or a file: text is a column when there is one of that name, else a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ColumnOrFile(pub String);

impl StepSpec {
    /// Scores the pairs of the blocking rules, with the threshold of the job.
    pub(crate) fn predict() -> Self {
        Self::Predict {
            threshold_match_probability: None,
            threshold_match_weight: None,
            left_chunk: None,
            right_chunk: None,
            pairs: None,
        }
    }
}

fn new_record_weight_default() -> f64 {
    -4.0
}

fn even() -> f64 {
    0.5
}

fn tenth() -> f64 {
    0.1
}

fn ten() -> u32 {
    10
}

fn five() -> u32 {
    5
}

fn yes() -> bool {
    true
}
