//! Looking at data before linking, at a model after training, and at predictions against the truth.
//!
//! Everything here is arithmetic on slices: weights, probabilities, labels, codes and counts. What streams is folded: a
//! [`TruthCounts`] takes pairs one at a time and merges, so that a truth table needs no table of pairs.
//!
//! Before: [`profile_values`], [`completeness`], [`rule_counts`], [`BlockSizes`]. After training: [`unlinkables`].
//! Against the truth: [`TruthCounts`], [`truth_status`]. For one pair: [`waterfall`].

mod blocks;
mod completeness;
mod prediction_errors;
mod profile;
mod truth;
mod unlinkables;
mod waterfall;
mod waterfall_text;

pub use blocks::{Block, BlockSizes, KeyCodes, RuleCount, largest_blocks, rule_counts};
pub use completeness::{Completeness, completeness};
pub use prediction_errors::{Labelled, LabelsFrom, TruthStatus, truth_status};
pub use profile::{ColumnProfile, FrequencyStep, ValueCount, profile_values};
pub use truth::{TRUTH_COLUMNS, TruthCounts, TruthOptions, TruthRow};
pub use unlinkables::{UnlinkableRow, unlinkables};
pub use waterfall::{PairEvidence, TermFrequencyStep, Waterfall, WaterfallStep, waterfall};
