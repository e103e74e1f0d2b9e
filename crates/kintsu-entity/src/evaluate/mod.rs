//! How right clusters and links are, measured against the truth.
//!
//! Truth is a label a record, equal for records of one entity, with [`UNKNOWN`] where nobody knows; or a list of pairs. A record
//! without a label is left out of every count: it makes nothing right and nothing wrong.
//!
//! Three views, because one number hides too much: *pairs* (a cluster of 100 counts 4,950 times), *clusters* that are right to
//! the last record, and *B-cubed*, where every record counts once.
//!
//! Nothing is enumerated pair by pair: all counts come from how many records share a cluster and a label. O(n log n).

mod clusters;
mod contingency;
mod pairs;
mod table;

pub use clusters::{BCubed, ClusterCounts, ClusterEvaluation, evaluate_clusters};
pub use pairs::{PairCounts, TruePair, Unlisted, evaluate_links, evaluate_listed_pairs};
pub use table::{ThresholdRow, threshold_table};

/// The label of a record of which the truth is not known; the same as the code of a null.
pub const UNKNOWN: u32 = u32::MAX;

/// part / whole, and 1 where there is no whole: nothing claimed is nothing claimed wrongly, nothing sought is nothing missed.
pub(crate) fn share(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 1.0 } else { part / whole }
}

/// The harmonic mean of precision and recall; 0 when both are.
pub(crate) fn harmonic_mean(precision: f64, recall: f64) -> f64 {
    if precision + recall == 0.0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) }
}
