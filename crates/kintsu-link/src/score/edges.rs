//! Scored pairs.

use kintsu_core::MatchWeight;
use rayon::prelude::*;

/// Pairs with their weight, sorted by left row, then right row. Columns of equal length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Edges {
    /// The left rows.
    pub left: Vec<u32>,
    /// The right rows.
    pub right: Vec<u32>,
    /// Match weights in bits.
    pub weights: Vec<f64>,
    /// The indices of the rules that found the pairs.
    pub rules: Vec<u32>,
    /// The gammas, `comparisons` for each pair.
    pub gammas: Vec<i8>,
    /// The number of comparisons.
    pub comparisons: usize,
    /// The number of pairs that were looked at, kept or not.
    pub candidate_pairs: u64,
}

impl Edges {
    /// No edges yet.
    pub fn new(comparisons: usize) -> Self {
        Self { comparisons, ..Self::default() }
    }

    /// The number of edges.
    pub fn len(&self) -> usize {
        self.left.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// The gammas of an edge.
    pub fn gammas(&self, edge: usize) -> &[i8] {
        &self.gammas[edge * self.comparisons..(edge + 1) * self.comparisons]
    }

    /// The match probability of an edge.
    pub fn probability(&self, edge: usize) -> f64 {
        MatchWeight::new(self.weights[edge]).probability().value()
    }

    /// The match probabilities of all edges.
    pub fn probabilities(&self) -> Vec<f64> {
        self.weights.iter().map(|&weight| MatchWeight::new(weight).probability().value()).collect()
    }

    /// The edges as pairs of rows, ready for union-find.
    pub fn pairs(&self) -> Vec<(u32, u32)> {
        self.left.iter().copied().zip(self.right.iter().copied()).collect()
    }

    /// How many bytes an edge takes at most while edges are put together and sorted: in its part, joined, sorted, and in the order.
    pub fn bytes_while_sorted(comparisons: usize) -> u64 {
        3 * Self::bytes_per_edge(comparisons) + 16
    }

    /// How many bytes one edge takes.
    fn bytes_per_edge(comparisons: usize) -> u64 {
        20 + comparisons as u64
    }

    /// How many bytes are still to be taken for an edge that stands in its part.
    pub(crate) fn bytes_to_sort(comparisons: usize) -> u64 {
        Self::bytes_while_sorted(comparisons) - Self::bytes_per_edge(comparisons)
    }

    pub(crate) fn push(&mut self, left: u32, right: u32, weight: f64, rule: u32, gammas: impl Iterator<Item = i8>) {
        self.left.push(left);
        self.right.push(right);
        self.weights.push(weight);
        self.rules.push(rule);
        self.gammas.extend(gammas);
    }

    /// Puts the parts together, sorted by pair.
    pub(crate) fn sorted(parts: Vec<Self>, comparisons: usize) -> Self {
        let joined = Self::joined(parts, comparisons);
        let mut order: Vec<(u64, u32)> = (0..joined.len() as u32)
            .into_par_iter()
            .map(|edge| ((u64::from(joined.left[edge as usize]) << 32) | u64::from(joined.right[edge as usize]), edge))
            .collect();
        order.par_sort_unstable();
        joined.reordered(&order)
    }

    /// Puts the parts together in their order.
    pub(crate) fn joined(parts: Vec<Self>, comparisons: usize) -> Self {
        let total = parts.iter().map(Self::len).sum();
        let mut all = Self {
            left: Vec::with_capacity(total),
            right: Vec::with_capacity(total),
            weights: Vec::with_capacity(total),
            rules: Vec::with_capacity(total),
            gammas: Vec::with_capacity(total * comparisons),
            comparisons,
            candidate_pairs: parts.iter().map(|part| part.candidate_pairs).sum(),
        };
        for part in parts {
            all.left.extend(part.left);
            all.right.extend(part.right);
            all.weights.extend(part.weights);
            all.rules.extend(part.rules);
            all.gammas.extend(part.gammas);
        }
        all
    }

    /// The edges in the given order, of pairs with their edges.
    fn reordered(&self, order: &[(u64, u32)]) -> Self {
        let edges = order.par_iter().map(|&(_, edge)| edge as usize);
        let mut gammas = vec![0; self.gammas.len()];
        if self.comparisons > 0 {
            let places = gammas.par_chunks_exact_mut(self.comparisons);
            places.zip(edges.clone()).for_each(|(place, edge)| place.copy_from_slice(self.gammas(edge)));
        }
        Self {
            left: order.par_iter().map(|&(pair, _)| (pair >> 32) as u32).collect(),
            right: order.par_iter().map(|&(pair, _)| pair as u32).collect(),
            weights: edges.clone().map(|edge| self.weights[edge]).collect(),
            rules: edges.map(|edge| self.rules[edge]).collect(),
            gammas,
            comparisons: self.comparisons,
            candidate_pairs: self.candidate_pairs,
        }
    }
}
