//! What each threshold would give: the links it keeps, the clusters they make, and how right both are.

use serde::Serialize;

use super::clusters::evaluate_clusters;
use super::pairs::{PairCounts, evaluate_links};
use crate::clusters::ClusterSummary;
use crate::error::{EntityError, check_length};
use crate::thresholds::for_each_threshold;

/// One threshold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ThresholdRow {
    /// The threshold, in the unit of the scores.
    pub threshold: f64,
    /// Links at or above it.
    pub links: u64,
    /// How right the links are, each by itself.
    pub link_pairs: PairCounts,
    /// How many clusters they make and how large.
    pub clusters: ClusterSummary,
    /// How right the pairs are that share a cluster.
    pub cluster_pairs: PairCounts,
}

/// A row for each of `thresholds`, ascending.
///
/// # Errors
/// As [`crate::cluster_at_thresholds`] and [`evaluate_clusters`].
pub fn threshold_table(
    links: &[(u32, u32)],
    scores: &[f64],
    truth: &[u32],
    source_of: Option<&[u32]>,
    thresholds: &[f64],
) -> Result<Vec<ThresholdRow>, EntityError> {
    check_length("scores of links", links.len(), scores.len())?;
    let mut partitions = Vec::new();
    let mut rows = Vec::with_capacity(thresholds.len());
    for_each_threshold(truth.len(), links, scores, thresholds, |threshold, clusters| {
        partitions.push((threshold, clusters.summary(), evaluate_clusters(&clusters, truth, source_of)));
    })?;
    for (threshold, clusters, evaluated) in partitions.into_iter().rev() {
        let kept: Vec<(u32, u32)> =
            links.iter().zip(scores).filter(|&(_, &score)| score >= threshold).map(|(&link, _)| link).collect();
        let link_pairs = evaluate_links(&kept, truth, source_of)?;
        rows.push(ThresholdRow { threshold, links: kept.len() as u64, link_pairs, clusters, cluster_pairs: evaluated?.pairs });
    }
    Ok(rows)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_threshold_trades_recall_for_precision() {
        let links = [(0, 1), (1, 2), (2, 3)];
        let table = threshold_table(&links, &[0.9, 0.8, 0.6], &[1, 1, 1, 2], None, &[0.85, 0.5]).unwrap();
        assert_eq!((table[0].threshold, table[0].links, table[0].link_pairs), (0.5, 3, PairCounts::new(2, 3, 3)));
        assert_eq!(table[0].cluster_pairs, PairCounts::new(3, 6, 3), "clusters close what links leave open");
        assert_eq!((table[1].links, table[1].clusters.clusters, table[1].cluster_pairs), (1, 3, PairCounts::new(1, 1, 3)));
    }
}
