//! From pairs to counts, weights and edges.

mod patterns;

pub use patterns::{LevelCounts, NO_TERM_FREQUENCY, PatternCounts};
