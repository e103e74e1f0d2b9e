//! Splink's training methods, each with its arguments.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::BlockingRuleSpec;

/// One training method; names, arguments and defaults are Splink's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "method", rename_all = "snake_case", deny_unknown_fields)]
pub enum TrainingStep {
    /// Lambda from the pairs that deterministic rules find.
    EstimateProbabilityTwoRandomRecordsMatch {
        /// Rules that find hardly anything but matches.
        deterministic_matching_rules: Vec<BlockingRuleSpec>,
        /// The share of all matches that the rules find.
        #[schemars(range(min = 0, max = 1))]
        recall: f64,
    },
    /// u from pairs drawn at random, nearly all of them no matches.
    EstimateUUsingRandomSampling {
        /// How many pairs are drawn.
        #[serde(default = "max_pairs_default")]
        #[schemars(range(min = 1))]
        max_pairs: f64,
        /// The seed of the sample. Default: the job's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seed: Option<u64>,
    },
    /// m by expectation maximisation on the pairs of one blocking rule.
    EstimateParametersUsingExpectationMaximisation {
        /// The rule; comparisons on its columns are left out of the session.
        blocking_rule: BlockingRuleSpec,
        /// Leave term-frequency adjustments out of the session.
        #[serde(default)]
        estimate_without_term_frequencies: bool,
        /// Keep lambda.
        #[serde(default)]
        fix_probability_two_random_records_match: bool,
        /// Keep m.
        #[serde(default)]
        fix_m_probabilities: bool,
        /// Keep u.
        #[serde(default = "yes")]
        fix_u_probabilities: bool,
        /// Put the lambdas of the sessions back to the scale of all pairs and into the model.
        #[serde(default)]
        populate_probability_two_random_records_match_from_trained_values: bool,
        /// Look at a sample of about so many pairs. Default: at all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(range(min = 1))]
        max_pairs: Option<f64>,
    },
    /// m from all pairs of records with the same label.
    EstimateMFromLabelColumn {
        /// The column with the labels.
        label_colname: String,
    },
    /// m from a table of matching pairs.
    EstimateMFromPairwiseLabels {
        /// The file: `unique_id_l`, `unique_id_r`, and `source_dataset_l`, `source_dataset_r` where there are several tables.
        labels: PathBuf,
    },
}

fn max_pairs_default() -> f64 {
    1e6
}

fn yes() -> bool {
    true
}
