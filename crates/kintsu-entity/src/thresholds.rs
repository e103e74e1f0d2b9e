//! Clusters at many thresholds for the price of one.
//!
//! Components only grow as the threshold falls, so links are put once into the bucket of the highest threshold that they clear
//! and joined from the highest bucket down; each partition is taken as it passes. The result is that of clustering anew at each
//! threshold: a cluster whose links all clear the next higher threshold is the same cluster there.
//! O(links log thresholds + thresholds * nodes), 4 bytes a link.

use serde::Serialize;

use crate::clusters::{ClusterSummary, Clusters};
use crate::components::Components;
use crate::error::{EntityError, check_length, check_links, check_numbers};

/// A threshold on links, as the user gave it; it names the column of the clusters.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Threshold {
    /// Links with at least this match probability.
    Probability(f64),
    /// Links with at least this match weight.
    Weight(f64),
}

impl Threshold {
    /// The threshold as a match probability.
    ///
    /// ```
    /// assert_eq!(kintsu_entity::Threshold::Weight(0.0).probability(), 0.5);
    /// ```
    pub fn probability(self) -> f64 {
        match self {
            Self::Probability(probability) => probability,
            Self::Weight(weight) => kintsu_core::MatchWeight::new(weight).probability().value(),
        }
    }

    /// The threshold as a match weight; infinite for the probabilities 0 and 1.
    pub fn weight(self) -> f64 {
        match self {
            Self::Probability(probability) => (probability / (1.0 - probability)).log2(),
            Self::Weight(weight) => weight,
        }
    }

    /// The name of the column of clusters at this threshold: at most six decimals, the point as an underscore.
    ///
    /// ```
    /// use kintsu_entity::Threshold;
    /// assert_eq!(Threshold::Probability(0.5).column_name(), "cluster_p_0_5");
    /// assert_eq!(Threshold::Probability(1.0).column_name(), "cluster_1_0");
    /// assert_eq!(Threshold::Weight(-2.25).column_name(), "cluster_mw_-2_25");
    /// ```
    pub fn column_name(self) -> String {
        match self {
            Self::Probability(0.0) => "cluster_0_0".to_owned(),
            Self::Probability(1.0) => "cluster_1_0".to_owned(),
            Self::Probability(probability) => format!("cluster_p_{}", decimals(probability)),
            Self::Weight(f64::NEG_INFINITY) => "cluster_mw_minus_inf".to_owned(),
            Self::Weight(f64::INFINITY) => "cluster_mw_inf".to_owned(),
            Self::Weight(weight) => format!("cluster_mw_{}", decimals(weight)),
        }
    }
}

/// At most six decimals without trailing zeros, the point as an underscore.
fn decimals(number: f64) -> String {
    let text = format!("{number:.6}");
    text.trim_end_matches('0').trim_end_matches('.').replace('.', "_")
}

/// Clusters at one of several thresholds.
#[derive(Debug, Clone, PartialEq)]
pub struct ThresholdClusters {
    /// The threshold.
    pub threshold: f64,
    /// The clusters of the links at or above it.
    pub clusters: Clusters,
}

impl ThresholdClusters {
    /// How many clusters there are at this threshold and how large.
    pub fn summary(&self) -> ClusterSummary {
        self.clusters.summary()
    }
}

/// Clusters at each of `thresholds`, in ascending order of the threshold, each given once.
///
/// `scores` and `thresholds` have one unit, probabilities or weights. Holds 4 bytes a row and threshold; use
/// [`for_each_threshold`] where one partition at a time is enough.
///
/// ```
/// use kintsu_entity::cluster_at_thresholds;
/// let links = [(0, 1), (1, 2)];
/// let at = cluster_at_thresholds(3, &links, &[0.8, 0.9], &[0.9, 0.5])?;
/// assert_eq!((at[0].threshold, at[0].clusters.labels()), (0.5, &[0, 0, 0][..]));
/// assert_eq!((at[1].threshold, at[1].clusters.labels()), (0.9, &[0, 1, 1][..]));
/// # Ok::<(), kintsu_entity::EntityError>(())
/// ```
///
/// # Errors
/// [`EntityError`] when a link names no row, a score or threshold is no number, or lengths differ.
pub fn cluster_at_thresholds(
    nodes: usize,
    links: &[(u32, u32)],
    scores: &[f64],
    thresholds: &[f64],
) -> Result<Vec<ThresholdClusters>, EntityError> {
    let mut found = Vec::with_capacity(thresholds.len());
    for_each_threshold(nodes, links, scores, thresholds, |threshold, clusters| {
        found.push(ThresholdClusters { threshold, clusters });
    })?;
    found.reverse();
    Ok(found)
}

/// Hands the clusters at each of `thresholds` to `take`, from the highest threshold down, each given once.
///
/// # Errors
/// As [`cluster_at_thresholds`].
pub fn for_each_threshold(
    nodes: usize,
    links: &[(u32, u32)],
    scores: &[f64],
    thresholds: &[f64],
    mut take: impl FnMut(f64, Clusters),
) -> Result<(), EntityError> {
    check_links(nodes, links)?;
    check_length("scores of links", links.len(), scores.len())?;
    check_numbers("the score of a link", scores)?;
    check_numbers("a threshold", thresholds)?;
    let mut descending = thresholds.to_vec();
    descending.sort_unstable_by(|a, b| b.total_cmp(a));
    descending.dedup();
    let buckets = Buckets::new(scores, &descending)?;
    let mut components = Components::new(nodes)?;
    for (bucket, &threshold) in descending.iter().enumerate() {
        for &link in buckets.links(bucket) {
            let (left, right) = links[link as usize];
            components.union(left, right);
        }
        take(threshold, components.clusters());
    }
    Ok(())
}

/// The positions of the links by the first threshold that they clear.
struct Buckets {
    /// Where each bucket begins, and the end of the last.
    starts: Vec<usize>,
    links: Vec<u32>,
}

impl Buckets {
    fn new(scores: &[f64], descending: &[f64]) -> Result<Self, EntityError> {
        let links = u32::try_from(scores.len()).map_err(|_| EntityError::TooManyLinks { links: scores.len() })?;
        let bucket_of = |link: u32| descending.partition_point(|&threshold| scores[link as usize] < threshold);
        let mut starts = vec![0; descending.len() + 2];
        for link in 0..links {
            starts[bucket_of(link) + 1] += 1;
        }
        for bucket in 0..=descending.len() {
            starts[bucket + 1] += starts[bucket];
        }
        // What clears no threshold would fall into the bucket after the last and is not kept.
        starts.pop();
        let mut next = starts.clone();
        let mut sorted = vec![0; starts.last().copied().unwrap_or(0)];
        for link in 0..links {
            let bucket = bucket_of(link);
            if bucket < descending.len() {
                sorted[next[bucket]] = link;
                next[bucket] += 1;
            }
        }
        Ok(Self { starts, links: sorted })
    }

    fn links(&self, bucket: usize) -> &[u32] {
        &self.links[self.starts[bucket]..self.starts[bucket + 1]]
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::clusters::connected_components;

    #[test]
    fn each_threshold_gives_what_clustering_anew_gives() {
        let links = [(0, 1), (1, 2), (3, 4), (2, 3), (4, 4)];
        let scores = [0.9, 0.6, 0.99, 0.6, 1.0];
        let thresholds = [0.6, 0.95, 0.5, 0.6000001, 1.0, 0.95];
        let found = cluster_at_thresholds(5, &links, &scores, &thresholds).unwrap();
        assert_eq!(found.iter().map(|at| at.threshold).collect::<Vec<_>>(), vec![0.5, 0.6, 0.6000001, 0.95, 1.0]);
        for at in found {
            assert_eq!(at.clusters, connected_components(5, &links, &scores, at.threshold).unwrap(), "{}", at.threshold);
        }
    }

    #[test]
    fn a_score_that_is_no_number_is_refused() {
        let refused = cluster_at_thresholds(2, &[(0, 1)], &[f64::NAN], &[0.5]);
        assert_eq!(refused, Err(EntityError::NotANumber { what: "the score of a link", position: 0 }));
    }

    #[test]
    fn columns_are_named_after_their_threshold() {
        assert_eq!(Threshold::Probability(0.123456789).column_name(), "cluster_p_0_123457");
        assert_eq!(Threshold::Probability(0.0).column_name(), "cluster_0_0");
        assert_eq!(Threshold::Weight(10.0).column_name(), "cluster_mw_10");
    }
}
