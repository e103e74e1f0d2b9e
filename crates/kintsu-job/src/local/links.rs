//! Links between records: what clustering and everything after it needs of edges.

use kintsu_core::{MatchWeight, Probability};
use kintsu_link::score::Edges;
use rayon::prelude::*;

use super::listed_pairs::ListedPairs;

/// The column with the weights of pairs.
pub(super) const MATCH_WEIGHT: &str = "match_weight";

/// The column with their probabilities.
pub(super) const MATCH_PROBABILITY: &str = "match_probability";

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

    /// Pairs of a table, each with its weight and its probability. What a table lacks comes from the other; a pair without either
    /// counts as certain.
    pub(super) fn listed(listed: ListedPairs) -> Self {
        let (weights, probabilities) = (listed.numbers.get(MATCH_WEIGHT), listed.numbers.get(MATCH_PROBABILITY));
        let score = |place: usize| {
            let probability = probabilities.and_then(|scores| scores.at(place)).and_then(|score| Probability::new(score).ok());
            let of_probability = || probability.map(|score| MatchWeight::from_probability(score).value());
            let weight = weights.and_then(|weights| weights.at(place)).or_else(of_probability).unwrap_or(f64::INFINITY);
            (weight, probability.unwrap_or_else(|| MatchWeight::new(weight).probability()).value())
        };
        let (weights, probabilities) = (0..listed.rows.len()).into_par_iter().map(score).unzip();
        Self { pairs: listed.rows, weights, probabilities }
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
