//! Clusters against labels: by pairs, by whole clusters, and by records.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use super::contingency::{Restriction, pairs_within};
use super::pairs::PairCounts;
use super::{UNKNOWN, harmonic_mean, share};
use crate::clusters::Clusters;
use crate::error::{EntityError, check_length};

/// Whole clusters that are right to the last record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct ClusterCounts {
    /// Clusters whose known records are exactly the known records of one label.
    pub exact: u64,
    /// Clusters with at least one known record.
    pub found: u64,
    /// Labels.
    pub actual: u64,
}

impl ClusterCounts {
    /// The share of clusters that are exactly an entity; 1 without clusters.
    pub fn precision(&self) -> f64 {
        share(self.exact as f64, self.found as f64)
    }

    /// The share of entities that are exactly a cluster; 1 without entities.
    pub fn recall(&self) -> f64 {
        share(self.exact as f64, self.actual as f64)
    }

    /// The harmonic mean of precision and recall.
    pub fn f1(&self) -> f64 {
        harmonic_mean(self.precision(), self.recall())
    }
}

/// Precision and recall of each record's cluster, averaged over the records.
///
/// Bagga and Baldwin 1998, "Entity-based cross-document coreferencing using the vector space model": of a record's cluster, the
/// share that is of its entity; of its entity, the share that is in its cluster.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BCubed {
    /// The mean share of a record's cluster that is of its entity; 1 without records.
    pub precision: f64,
    /// The mean share of a record's entity that is in its cluster; 1 without records.
    pub recall: f64,
    /// The harmonic mean of the two.
    pub f1: f64,
}

/// How right clusters are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ClusterEvaluation {
    /// Records with a label.
    pub records: u64,
    /// Records without one; they count nowhere.
    pub records_unknown: u64,
    /// By pairs: two records are claimed to match when they share a cluster.
    pub pairs: PairCounts,
    /// By whole clusters, single records included.
    pub clusters: ClusterCounts,
    /// By whole clusters and labels of two and more known records.
    pub clusters_of_several: ClusterCounts,
    /// By records.
    pub b_cubed: BCubed,
}

/// Clusters against labels.
///
/// `truth` has a label a row, [`UNKNOWN`] where it is not known. Where `source_of` is given, only pairs across sources count as
/// pairs, as links between tables can find no others; clusters and records count as they are.
///
/// ```
/// use kintsu_entity::{connected_components, evaluate::evaluate_clusters};
/// let clusters = connected_components(5, &[(0, 1), (1, 2), (3, 4)], &[], 0.0)?;
/// let found = evaluate_clusters(&clusters, &[1, 1, 2, 3, 3], None)?;
/// assert_eq!((found.pairs.true_positives, found.pairs.false_positives), (2, 2));
/// assert_eq!((found.clusters.exact, found.clusters.found, found.clusters.actual), (1, 2, 3));
/// assert!((found.b_cubed.precision - (2.0 * 2.0 / 3.0 + 1.0 / 3.0 + 2.0 * 1.0) / 5.0).abs() < 1e-12);
/// # Ok::<(), kintsu_entity::EntityError>(())
/// ```
///
/// # Errors
/// [`EntityError::LengthMismatch`] when rows, labels and sources differ in number.
pub fn evaluate_clusters(
    clusters: &Clusters,
    truth: &[u32],
    source_of: Option<&[u32]>,
) -> Result<ClusterEvaluation, EntityError> {
    let found = clusters.labels();
    check_length("labels of rows", found.len(), truth.len())?;
    let restriction = Restriction::new(truth, source_of)?;
    let both = pairs_within(&restriction, |row| u64::from(found[row]) << 32 | u64::from(truth[row]));
    let claimed = pairs_within(&restriction, |row| u64::from(found[row]));
    let actual = pairs_within(&restriction, |row| u64::from(truth[row]));
    let cells = Contingency::new(found, truth);
    Ok(ClusterEvaluation {
        records: cells.records,
        records_unknown: found.len() as u64 - cells.records,
        pairs: PairCounts::new(both, claimed, actual),
        clusters: cells.exact(1),
        clusters_of_several: cells.exact(2),
        b_cubed: cells.b_cubed(),
    })
}

/// How many known records share a cluster and a label, with the sizes of both.
struct Contingency {
    records: u64,
    /// Rows of a cluster and label; of the cluster; of the label.
    cells: Vec<(u64, u64, u64)>,
    cluster_sizes: Vec<u64>,
    label_sizes: Vec<u64>,
}

impl Contingency {
    fn new(found: &[u32], truth: &[u32]) -> Self {
        let mut pairs: Vec<(u32, u32)> =
            found.par_iter().zip(truth).map(|(&found, &truth)| (found, truth)).filter(|pair| pair.1 != UNKNOWN).collect();
        pairs.par_sort_unstable();
        let mut labels: Vec<u32> = pairs.par_iter().map(|pair| pair.1).collect();
        labels.par_sort_unstable();
        let sized: Vec<(u32, u64)> = labels.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as u64)).collect();
        let size_of = |label: u32| sized.binary_search_by_key(&label, |entry| entry.0).map_or(0, |at| sized[at].1);
        let mut cells = Vec::new();
        let mut cluster_sizes = Vec::new();
        for cluster in pairs.chunk_by(|a, b| a.0 == b.0) {
            cluster_sizes.push(cluster.len() as u64);
            cells.extend(cluster.chunk_by(|a, b| a == b).map(|run| (run.len() as u64, cluster.len() as u64, size_of(run[0].1))));
        }
        let label_sizes = sized.iter().map(|entry| entry.1).collect();
        Self { records: pairs.len() as u64, cells, cluster_sizes, label_sizes }
    }

    /// Counts among clusters and labels of at least `size_min` known records.
    fn exact(&self, size_min: u64) -> ClusterCounts {
        let at_least = |sizes: &[u64]| sizes.iter().filter(|&&size| size >= size_min).count() as u64;
        ClusterCounts {
            exact: self
                .cells
                .iter()
                .filter(|&&(both, cluster, label)| both == cluster && both == label && both >= size_min)
                .count() as u64,
            found: at_least(&self.cluster_sizes),
            actual: at_least(&self.label_sizes),
        }
    }

    fn b_cubed(&self) -> BCubed {
        let precision = self.mean_share(|&(both, cluster, _)| (both, cluster));
        let recall = self.mean_share(|&(both, _, label)| (both, label));
        BCubed { precision, recall, f1: harmonic_mean(precision, recall) }
    }

    /// The mean over records of both / whole; equal cells are counted first, so that the sum does not depend on labels.
    fn mean_share(&self, parts: impl Fn(&(u64, u64, u64)) -> (u64, u64)) -> f64 {
        let mut counted: BTreeMap<(u64, u64), u64> = BTreeMap::new();
        for cell in &self.cells {
            *counted.entry(parts(cell)).or_default() += 1;
        }
        let sum: f64 =
            counted.iter().map(|(&(both, whole), &cells)| cells as f64 * (both as f64 * both as f64 / whole as f64)).sum();
        share(sum, self.records as f64)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::clusters::connected_components;

    #[test]
    fn perfect_clusters_are_perfect_in_every_view() {
        let clusters = connected_components(6, &[(0, 1), (2, 3), (3, 4)], &[], 0.0).unwrap();
        let found = evaluate_clusters(&clusters, &[9, 9, 4, 4, 4, 7], None).unwrap();
        assert_eq!((found.pairs.f1(), found.clusters.f1(), found.b_cubed.f1), (1.0, 1.0, 1.0));
        assert_eq!(found.clusters_of_several, ClusterCounts { exact: 2, found: 2, actual: 2 });
    }

    #[test]
    fn unknown_labels_count_nowhere() {
        let clusters = connected_components(4, &[(0, 1), (1, 2)], &[], 0.0).unwrap();
        let found = evaluate_clusters(&clusters, &[1, UNKNOWN, 1, UNKNOWN], None).unwrap();
        assert_eq!((found.records, found.records_unknown), (2, 2));
        assert_eq!(found.pairs, PairCounts::new(1, 1, 1));
        assert_eq!(found.clusters, ClusterCounts { exact: 1, found: 1, actual: 1 });
    }

    #[test]
    fn no_records_are_no_mistakes() {
        let clusters = connected_components(0, &[], &[], 0.0).unwrap();
        let found = evaluate_clusters(&clusters, &[], None).unwrap();
        assert_eq!((found.pairs.f1(), found.clusters.f1(), found.b_cubed.f1), (1.0, 1.0, 1.0));
    }
}
