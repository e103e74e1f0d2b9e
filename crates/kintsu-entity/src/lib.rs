//! From scored pairs to entities: clusters, best links, what the graph of links looks like, and how right it all is.
//!
//! Everything works on rows `0..nodes` and slices of links `(left, right)` with a score each; nothing here knows of tables,
//! models or files. Read in this order: [`Components`] (union-find, streaming and shared between threads), [`Clusters`] (the
//! answer, with the smallest row of each cluster as its id), [`cluster_at_thresholds`], [`single_best_links`],
//! [`graph_metrics`], [`Entity`] (one entity by itself: chains and where it breaks first), [`evaluate`].
//!
//! Useful for graphs that fit in memory: 4 bytes a node while links stream in, some 24 bytes a link where the links themselves
//! are looked at. Not useful for deciding which pairs are compared or what they score.

mod adjacency;
mod best_links;
mod bridges;
mod clusters;
mod components;
mod entity;
mod error;
pub mod evaluate;
mod metrics;
mod thresholds;
mod weakest_link;

pub use best_links::{BestLinkOptions, Ties, one_to_one, single_best_links};
pub use bridges::bridges;
pub use clusters::{ClusterSummary, Clusters, connected_components};
pub use components::{Components, SharedComponents};
pub use entity::{BreakingPoint, Entity};
pub use error::EntityError;
pub use metrics::{ClusterMetrics, GraphMetrics, NodeMetrics, graph_metrics};
pub use thresholds::{Threshold, ThresholdClusters, cluster_at_thresholds, for_each_threshold};
pub use weakest_link::{WeakestLink, weakest_link};
