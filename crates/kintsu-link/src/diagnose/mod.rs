//! Looking at data before linking, at a model after training, and at predictions against the truth.
//!
//! Everything here is arithmetic on slices: weights, probabilities, labels, codes and counts. What streams is folded: a
//! [`TruthCounts`] takes pairs one at a time and merges, so that a truth table needs no table of pairs.
//!
//! Before: [`profile_expression`], [`table_completeness`], [`count_comparisons`], [`largest_blocks_of_rule`]. With a model: a
//! [`ReadyModel`] gives truth tables, prediction errors, unlinkables and the waterfall of a pair.

mod against_truth;
mod blocks;
mod completeness;
mod explain;
mod exploratory;
mod listed_pairs;
mod prediction_errors;
mod profile;
mod truth;
mod unlinkables;
mod waterfall;
mod waterfall_text;

pub use against_truth::{LabelledPair, PredictionErrors, ReadyModel};
pub use blocks::{Block, BlockSizes, CumulativeCount, KeyCodes, cumulative_counts, largest_blocks};
pub use completeness::{Completeness, completeness};
pub use exploratory::{
    ComparisonCount, LargestBlock, count_comparisons, largest_blocks_of_rule, profile_expression, table_completeness,
};
pub use listed_pairs::rules_that_find;
pub use prediction_errors::{Labelled, LabelsFrom, TruthStatus, truth_status};
pub use profile::{ColumnProfile, FrequencyStep, ValueCount, profile_values};
pub use truth::{TRUTH_COLUMNS, TruthCounts, TruthOptions, TruthRow};
pub use unlinkables::{UnlinkableRow, unlinkables};
pub use waterfall::{PairEvidence, TermFrequencyStep, Waterfall, WaterfallStep, waterfall};
