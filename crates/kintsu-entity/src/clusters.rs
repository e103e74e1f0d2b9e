//! A partition of rows into clusters, each named by one of its rows.

use serde::Serialize;

use crate::components::Components;
use crate::error::{EntityError, check_length, check_ranking};

/// For each row the id of its cluster, which is the smallest row of the cluster: by number, or by a ranking where one was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clusters {
    label: Vec<u32>,
}

/// How many clusters there are and how large.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ClusterSummary {
    /// The number of clusters, single rows included.
    pub clusters: u64,
    /// The rows of the largest cluster.
    pub size_max: u64,
    /// Rows per cluster on average; 0 without rows.
    pub size_mean: f64,
}

impl Clusters {
    /// Labels that are already the smallest rows of their clusters.
    pub(crate) fn from_roots(label: Vec<u32>) -> Self {
        Self { label }
    }

    /// The cluster of each row, as the row that names it.
    pub fn labels(&self) -> &[u32] {
        &self.label
    }

    /// The cluster of each row, owned.
    pub fn into_labels(self) -> Vec<u32> {
        self.label
    }

    /// The number of rows.
    pub fn nodes(&self) -> usize {
        self.label.len()
    }

    /// Rows per cluster, at the position of the row that names it; 0 elsewhere.
    pub fn sizes(&self) -> Vec<u32> {
        let mut sizes = vec![0_u32; self.label.len()];
        for &label in &self.label {
            sizes[label as usize] += 1;
        }
        sizes
    }

    /// How many clusters there are and how large.
    pub fn summary(&self) -> ClusterSummary {
        let sizes = self.sizes();
        let clusters = sizes.iter().filter(|&&size| size > 0).count() as u64;
        let size_max = sizes.iter().copied().max().unwrap_or(0).into();
        let size_mean = if clusters == 0 { 0.0 } else { self.label.len() as f64 / clusters as f64 };
        ClusterSummary { clusters, size_max, size_mean }
    }

    /// How many clusters have one row, two rows and so on: pairs of size and count, by size.
    pub fn size_distribution(&self) -> Vec<(u32, u64)> {
        let mut sizes: Vec<u32> = self.sizes().into_iter().filter(|&size| size > 0).collect();
        sizes.sort_unstable();
        sizes.chunk_by(|a, b| a == b).filter_map(|run| run.first().map(|&size| (size, run.len() as u64))).collect()
    }

    /// The same clusters, each named by the row with the smallest place in `ranking`.
    ///
    /// Links of exactly two tables need this: rows stand in the order of the tables there, while Splink names a cluster by the
    /// smallest composite id as text.
    ///
    /// # Errors
    /// [`EntityError::LengthMismatch`] or [`EntityError::RankingNotUnique`] when `ranking` is no permutation of the rows.
    pub fn named_by_ranking(mut self, ranking: &[u32]) -> Result<Self, EntityError> {
        check_ranking(self.nodes(), Some(ranking))?;
        let mut smallest = self.label.clone();
        for (row, &label) in self.label.iter().enumerate() {
            let best = &mut smallest[label as usize];
            if ranking[row] < ranking[*best as usize] {
                *best = row as u32;
            }
        }
        self.label.iter_mut().for_each(|label| *label = smallest[*label as usize]);
        Ok(self)
    }
}

/// The components of a graph: rows joined by links that score at least `threshold`, each cluster named by its smallest row.
///
/// `scores` are probabilities or weights, one a link; pass an empty slice to take every link.
/// Costs O((nodes + links) log nodes) at the worst, 4 bytes a row.
///
/// ```
/// use kintsu_entity::connected_components;
/// let links = [(0, 2), (1, 2)];
/// let clusters = connected_components(3, &links, &[0.99, 0.5], 0.95)?;
/// assert_eq!(clusters.labels(), &[0, 1, 0]);
/// # Ok::<(), kintsu_entity::EntityError>(())
/// ```
///
/// # Errors
/// [`EntityError`] when a link names no row, or scores and links differ in number.
pub fn connected_components(nodes: usize, links: &[(u32, u32)], scores: &[f64], threshold: f64) -> Result<Clusters, EntityError> {
    let mut components = Components::new(nodes)?;
    if scores.is_empty() {
        components.extend(links)?;
        return Ok(components.into_clusters());
    }
    check_length("scores of links", links.len(), scores.len())?;
    crate::error::check_links(nodes, links)?;
    for (&(left, right), _) in links.iter().zip(scores).filter(|&(_, &score)| score >= threshold) {
        components.union(left, right);
    }
    Ok(components.into_clusters())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_ranking_renames_clusters_and_keeps_them() {
        let clusters = connected_components(4, &[(0, 1), (2, 3)], &[], 0.0).unwrap();
        let renamed = clusters.named_by_ranking(&[3, 0, 1, 2]).unwrap();
        assert_eq!(renamed.labels(), &[1, 1, 2, 2]);
        assert!(renamed.named_by_ranking(&[0, 0, 1, 2]).is_err());
    }

    #[test]
    fn a_summary_counts_single_rows() {
        let clusters = connected_components(5, &[(0, 1), (1, 4)], &[], 0.0).unwrap();
        assert_eq!(clusters.summary(), ClusterSummary { clusters: 3, size_max: 3, size_mean: 5.0 / 3.0 });
        assert_eq!(clusters.size_distribution(), vec![(1, 2), (3, 1)]);
        assert_eq!(connected_components(0, &[], &[], 0.0).unwrap().summary().size_mean, 0.0);
    }
}
