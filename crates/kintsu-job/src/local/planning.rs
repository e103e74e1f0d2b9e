//! What a run would do, and what to say before it does it.

use kintsu_core::RunContext;
use kintsu_link::block::{BlockSize, Blocker, RuleCount};
use kintsu_link::model::BlockingRule;
use kintsu_link::train::warn_about_dominant_rule;

use super::clock::Clock;
use super::run_state::RunState;
use super::train::own_plan_in_words;
use crate::error::JobError;
use crate::memory::{peak_memory_bytes, show_bytes};
use crate::plan::{Plan, RulePlan};
use crate::spec::{JobSpec, TrainingStep};

/// A block with more pairs than this is worth a warning when it also makes up much of its rule.
const BLOCK_PAIRS_LARGE: u64 = 2_000_000;
/// A rule with more pairs a record than this is worth a warning.
const PAIRS_PER_RECORD_LARGE: u64 = 2_000;
/// About so many pairs are scored a second and thread.
const PAIRS_PER_SECOND: f64 = 8e6;

/// Reads the inputs and counts blocks; no pair is looked at.
pub(super) fn plan(job: &JobSpec, ctx: &RunContext) -> Result<Plan, JobError> {
    let state = RunState::prepare(job, ctx, &mut Clock::start())?;
    let records = &state.loaded.records;
    let model = state.model()?;
    let blocker = Blocker::new(records, &model.blocking_rules, model.parity, ctx).map_err(JobError::part)?;
    warn_of_exploding_rules(&blocker, &model.blocking_rules, ctx);
    let counts = blocker.pair_counts();
    let work: u64 = counts.iter().map(|count| count.pairs).sum();
    let rules = counts.iter().enumerate().map(|(at, count)| {
        let largest = blocker.largest_blocks(at, 1);
        rule_plan(&model.blocking_rules, at, count, largest.first())
    });
    let training = match (&job.training, state.sourced.as_ref().is_some_and(|sourced| sourced.trained)) {
        (steps, _) if !steps.is_empty() => steps.iter().map(in_words).collect(),
        (_, true) => Vec::new(),
        (_, false) => own_plan_in_words(model),
    };
    Ok(Plan {
        records: records.rows() as u64,
        sources: records.sources().iter().map(ToString::to_string).zip(records.source_sizes()).collect(),
        possible_pairs: records.possible_pairs(),
        rules: rules.collect(),
        pairs: work,
        training,
        memory_bytes: memory_needed(&blocker, model.comparisons.len()),
        scoring_seconds: work as f64 / PAIRS_PER_SECOND / rayon::current_num_threads() as f64,
    })
}

fn rule_plan(rules: &[BlockingRule], at: usize, count: &RuleCount, largest: Option<&BlockSize>) -> RulePlan {
    RulePlan {
        blocking_rule: rules.get(at).map_or_else(|| "every pair".to_owned(), |rule| rule.blocking_rule.clone()),
        pairs: count.pairs,
        blocks: count.blocks,
        largest_block_pairs: count.largest_block_pairs,
        largest_block_records: largest.map_or(0, |block| block.left.max(block.right)),
    }
}

fn in_words(step: &TrainingStep) -> String {
    serde_json::to_string(step).unwrap_or_default()
}

/// Announces rules whose blocks explode.
pub(super) fn warn_of_exploding_rules(blocker: &Blocker<'_>, rules: &[BlockingRule], ctx: &RunContext) {
    let records = blocker.records().rows() as u64;
    let counts = blocker.pair_counts();
    warn_about_dominant_rule(rules, &counts.iter().map(|count| count.pairs).collect::<Vec<_>>(), ctx);
    for (count, rule) in counts.iter().zip(rules) {
        let text = &rule.blocking_rule;
        if count.largest_block_pairs > BLOCK_PAIRS_LARGE && count.largest_block_pairs > count.pairs / 10 {
            let message =
                format!("one block of the rule `{text}` makes {} of its {} pairs", count.largest_block_pairs, count.pairs);
            let hint = "a value that stands for \"unknown\" may be behind it: make it null, or add a column to the rule";
            ctx.warn("KN-W-JOB-003", message, Some(hint.to_owned()));
        } else if count.pairs > records.saturating_mul(PAIRS_PER_RECORD_LARGE) {
            let message =
                format!("the rule `{text}` makes {} pairs, {} for each record", count.pairs, count.pairs / records.max(1));
            ctx.warn("KN-W-JOB-004", message, Some("add a column to the rule, or leave it out".to_owned()));
        }
    }
}

/// An estimate of the peak memory of scoring: what the process holds now, what blocking makes, and edges.
fn memory_needed(blocker: &Blocker<'_>, comparisons: usize) -> u64 {
    const BLOCK_BYTES_PER_ROW_AND_RULE: u64 = 16;
    const EDGES_PER_RECORD: u64 = 8;
    let counts = blocker.pair_counts();
    let rows = blocker.records().rows() as u64;
    let pairs: u64 = counts.iter().map(|count| count.pairs).sum();
    let edges = pairs.min(rows.saturating_mul(EDGES_PER_RECORD));
    let bytes_per_edge = 2 * (20 + comparisons as u64);
    peak_memory_bytes().unwrap_or(0) + rows * counts.len() as u64 * BLOCK_BYTES_PER_ROW_AND_RULE + edges * bytes_per_edge
}

/// Refuses a run that would take more memory than it may.
pub(super) fn refuse_if_too_large(blocker: &Blocker<'_>, comparisons: usize, ctx: &RunContext) -> Result<(), JobError> {
    let Some(allowed_bytes) = ctx.memory_bytes_max else { return Ok(()) };
    let needed_bytes = memory_needed(blocker, comparisons);
    if needed_bytes <= allowed_bytes { Ok(()) } else { Err(JobError::Memory { needed_bytes, allowed_bytes }) }
}

impl std::fmt::Display for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "records           {}", self.records)?;
        for (name, size) in &self.sources {
            writeln!(f, "  {name:<15} {size}")?;
        }
        writeln!(f, "possible pairs    {}", self.possible_pairs)?;
        writeln!(f, "pairs to look at  {}", self.pairs)?;
        for rule in &self.rules {
            let RulePlan { blocking_rule, pairs, blocks, largest_block_records: records, largest_block_pairs: largest } = rule;
            writeln!(f, "  {pairs:>14}  {blocking_rule}")?;
            writeln!(f, "  {:>14}  {blocks} blocks, the largest of {records} records and {largest} pairs", "")?;
        }
        for line in &self.training {
            writeln!(f, "training          {line}")?;
        }
        writeln!(f, "memory            about {}", show_bytes(self.memory_bytes))?;
        write!(f, "scoring           about {:.1} s", self.scoring_seconds)
    }
}
