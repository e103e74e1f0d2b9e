//! Ground types that every other crate of kintsu stands on: errors with hints and stable codes, probabilities and match
//! weights as types, progress and cancellation, and randomness keyed by values instead of positions.
//!
//! Nothing here knows about tables, linkage or files.

mod context;
mod error;
mod measure;
mod memory;
mod random;

pub use context::{Cancelled, NoProgress, Progress, RunContext, Warning};
pub use error::{Blame, CANCELLED_HINT, DEFECT_HINT, Explain, hint_for_writing};
pub use measure::{InvalidProbability, MatchWeight, Probability, Similarity};
pub use memory::{MemoryExceeded, peak_resident_bytes, resident_bytes};
pub use random::{Chance, Draws, Permutation, Stream, below, hash_bytes, unit_interval};
