//! What the graph of links looks like: how connected each row, each link and each cluster is.
//!
//! Degree centrality and centralisation after Freeman 1979, "Centrality in social networks: conceptual clarification".
//! Useful for finding clusters that hang by a thread. Costs O(rows + links).

use serde::Serialize;

use crate::bridges::bridges;
use crate::clusters::Clusters;
use crate::error::{EntityError, check_length, check_links};

/// How connected one row is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct NodeMetrics {
    /// The row that names its cluster.
    pub cluster: u32,
    /// Links of the row; one with itself counts twice.
    pub degree: u32,
    /// degree / (rows of the cluster - 1); 0 for a row by itself.
    pub centrality: f64,
}

/// How connected one cluster is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ClusterMetrics {
    /// The row that names the cluster.
    pub cluster: u32,
    /// Its rows.
    pub nodes: u32,
    /// Half the sum of the degrees of its rows; a whole number as long as no link leaves the cluster.
    pub edges: f64,
    /// 2 edges / (nodes (nodes - 1)): the share of possible links that are there; none for a single row.
    pub density: Option<f64>,
    /// (nodes * largest degree - sum of degrees) / ((nodes - 1)(nodes - 2)): 1 for a star, 0 where all rows are alike; none
    /// below three rows.
    pub centralisation: Option<f64>,
}

/// How connected rows, links and clusters are.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GraphMetrics {
    /// One a row.
    pub nodes: Vec<NodeMetrics>,
    /// One a link: whether its cluster falls apart without it.
    pub is_bridge: Vec<bool>,
    /// One a cluster, by the row that names it.
    pub clusters: Vec<ClusterMetrics>,
}

/// Metrics of the graph that `links` make on `clusters`.
///
/// Pass only the links at or above the threshold that the clusters were made with.
///
/// ```
/// use kintsu_entity::{connected_components, graph_metrics};
/// let links = [(0, 1), (1, 2)];
/// let clusters = connected_components(3, &links, &[], 0.0)?;
/// let metrics = graph_metrics(&clusters, &links)?;
/// assert_eq!(metrics.nodes[1].centrality, 1.0);
/// assert_eq!(metrics.clusters[0].density, Some(2.0 / 3.0));
/// assert_eq!(metrics.clusters[0].centralisation, Some(1.0));
/// # Ok::<(), kintsu_entity::EntityError>(())
/// ```
///
/// # Errors
/// [`EntityError`] when a link names no row.
pub fn graph_metrics(clusters: &Clusters, links: &[(u32, u32)]) -> Result<GraphMetrics, EntityError> {
    let rows = clusters.nodes();
    let is_bridge = bridges(rows, links)?;
    let degrees = degrees(rows, links)?;
    let sizes = clusters.sizes();
    let nodes = clusters.labels().iter().zip(&degrees).map(|(&cluster, &degree)| {
        let others = sizes[cluster as usize] - 1;
        let centrality = if others == 0 { 0.0 } else { f64::from(degree) / f64::from(others) };
        NodeMetrics { cluster, degree, centrality }
    });
    Ok(GraphMetrics { nodes: nodes.collect(), is_bridge, clusters: cluster_metrics(clusters, &sizes, &degrees)? })
}

fn degrees(rows: usize, links: &[(u32, u32)]) -> Result<Vec<u32>, EntityError> {
    check_links(rows, links)?;
    let mut degrees = vec![0_u32; rows];
    for &(left, right) in links {
        degrees[left as usize] += 1;
        degrees[right as usize] += 1;
    }
    Ok(degrees)
}

fn cluster_metrics(clusters: &Clusters, sizes: &[u32], degrees: &[u32]) -> Result<Vec<ClusterMetrics>, EntityError> {
    check_length("degrees of rows", clusters.nodes(), degrees.len())?;
    let mut sum = vec![0_u64; degrees.len()];
    let mut largest = vec![0_u32; degrees.len()];
    for (&cluster, &degree) in clusters.labels().iter().zip(degrees) {
        sum[cluster as usize] += u64::from(degree);
        let known = &mut largest[cluster as usize];
        *known = (*known).max(degree);
    }
    let named = sizes.iter().enumerate().filter(|&(_, &size)| size > 0);
    Ok(named.map(|(row, &size)| one_cluster(row as u32, size, sum[row] as f64, f64::from(largest[row]))).collect())
}

fn one_cluster(cluster: u32, nodes: u32, degree_sum: f64, degree_max: f64) -> ClusterMetrics {
    let n = f64::from(nodes);
    let edges = degree_sum / 2.0;
    ClusterMetrics {
        cluster,
        nodes,
        edges,
        density: (nodes > 1).then(|| edges * 2.0 / (n * (n - 1.0))),
        centralisation: (nodes > 2).then(|| (n * degree_max - degree_sum) / ((n - 1.0) * (n - 2.0))),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::clusters::connected_components;

    #[test]
    fn a_star_is_central_and_a_clique_is_dense() {
        let links = [(0, 1), (0, 2), (0, 3), (4, 5), (5, 6), (4, 6)];
        let clusters = connected_components(8, &links, &[], 0.0).unwrap();
        let metrics = graph_metrics(&clusters, &links).unwrap();
        let star = ClusterMetrics { cluster: 0, nodes: 4, edges: 3.0, density: Some(0.5), centralisation: Some(1.0) };
        let clique = ClusterMetrics { cluster: 4, nodes: 3, edges: 3.0, density: Some(1.0), centralisation: Some(0.0) };
        let single = ClusterMetrics { cluster: 7, nodes: 1, edges: 0.0, density: None, centralisation: None };
        assert_eq!(metrics.clusters, vec![star, clique, single]);
        assert_eq!(metrics.is_bridge, vec![true, true, true, false, false, false]);
        assert_eq!(metrics.nodes[7], NodeMetrics { cluster: 7, degree: 0, centrality: 0.0 });
    }
}
