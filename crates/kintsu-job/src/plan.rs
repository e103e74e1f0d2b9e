//! What a run would do, said before it does it.

use serde::Serialize;

/// What a run would do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// The records.
    pub records: u64,
    /// The records of each table, where there are several.
    pub sources: Vec<(String, u64)>,
    /// Every pair that the link type admits.
    pub possible_pairs: u64,
    /// The blocking rules in order.
    pub rules: Vec<RulePlan>,
    /// The pairs of all rules together; a pair that several rules find counts several times.
    pub pairs: u64,
    /// The training that would be done, one line a step.
    pub training: Vec<String>,
    /// What is good to know about the training.
    pub notes: Vec<String>,
    /// About how many edges are kept, told from a sample of the pairs with the model as it is; training may change it.
    pub edges: u64,
    /// The estimated peak memory, in bytes, with so many edges.
    pub memory_bytes: u64,
    /// The same if every pair were kept.
    pub memory_bytes_max: u64,
    /// The estimated time of scoring, in seconds.
    pub scoring_seconds: f64,
}

/// What one blocking rule would do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RulePlan {
    /// The rule.
    pub blocking_rule: String,
    /// The pairs that it finds, those of earlier rules and those that a residual condition drops included.
    pub pairs: u64,
    /// Its blocks with at least one pair.
    pub blocks: u64,
    /// The pairs of its largest block.
    pub largest_block_pairs: u64,
    /// The records of its largest block, on its larger side.
    pub largest_block_records: u64,
}
