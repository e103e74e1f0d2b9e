//! Links between records: what clustering and everything after it needs of edges.

use kintsu_core::MatchWeight;
use kintsu_link::score::Edges;

/// Pairs of rows of a session's records with their scores.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Links {
    /// The rows, the left one first.
    pub(super) pairs: Vec<(u32, u32)>,
    /// Match weights in bits; infinite where a pair counts as certain.
    pub(super) weights: Vec<f64>,
    /// Match probabilities.
    pub(super) probabilities: Vec<f64>,
}

impl Links {
    /// Scored edges.
    pub(super) fn scored(edges: Edges) -> Self {
        Self { pairs: edges.pairs(), probabilities: edges.probabilities(), weights: edges.weights }
    }

    /// Pairs all of which count as certain.
    pub(super) fn certain(edges: &Edges) -> Self {
        Self { pairs: edges.pairs(), weights: vec![f64::INFINITY; edges.len()], probabilities: vec![1.0; edges.len()] }
    }

    /// Adds a pair of rows with its weight.
    pub(super) fn push(&mut self, pair: (u32, u32), weight: f64) {
        self.pairs.push(pair);
        self.weights.push(weight);
        self.probabilities.push(MatchWeight::new(weight).probability().value());
    }

    /// The number of links.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }
}
