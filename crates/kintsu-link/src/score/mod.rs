//! From pairs to counts, weights and edges.

mod blocked;
mod columns;
mod count_levels;
mod count_patterns;
mod edges;
mod patterns;
mod predict;
mod scorer;
mod term_frequency;

pub use blocked::{count_pairs, deterministic_link};
pub use columns::EdgeColumns;
pub use count_levels::count_levels;
pub use count_patterns::count_patterns;
pub use edges::Edges;
pub use patterns::{LevelCounts, NO_TERM_FREQUENCY, PatternCounts};
pub use predict::{Threshold, estimate_edges, predict, score_in_order};
pub use scorer::Scorer;
pub use term_frequency::{TermFrequencies, TermFrequencyTables};
