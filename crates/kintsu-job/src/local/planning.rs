//! What a run would do.

use std::collections::BTreeSet;

use kintsu_core::{RunContext, resident_bytes};
use kintsu_link::block::{BlockSize, Blocker, RuleCount};
use kintsu_link::model::BlockingRule;
use kintsu_link::score::Threshold;
use kintsu_link::train::note_on_sampled_tops;

use super::announce::{announce_prediction, announce_training};
use super::clock::Clock;
use super::memory_needed::{StillToCome, memory_needed, usual_edges};
use super::session::{LinkageSession, steps_of};
use super::train::{own_plan_in_words, pairs_drawn_for_u};
use crate::error::JobError;
use crate::held::Held;
use crate::memory::show_bytes;
use crate::plan::{Plan, RulePlan};
use crate::spec::{JobSpec, StepSpec, TrainingStep};

/// About so many pairs are scored a second and thread.
const PAIRS_PER_SECOND: f64 = 8e6;

/// Reads the inputs and counts blocks; no pair is looked at.
pub(super) fn plan(job: &JobSpec, held: &Held, ctx: &RunContext) -> Result<Plan, JobError> {
    let mut state = LinkageSession::prepare(job.clone(), held.clone(), ctx, &mut Clock::start())?;
    let records = &state.loaded.records;
    let model = state.model()?;
    let blocker = Blocker::new(records, &model.blocking_rules, model.parity, ctx).map_err(JobError::part)?;
    announce_prediction(&blocker, &model.blocking_rules, ctx);
    if let Some(sourced) = &state.sourced {
        announce_training(job, sourced, records, ctx)?;
    }
    let held_bytes = resident_bytes().unwrap_or(0);
    let counts = blocker.pair_counts();
    let work: u64 = counts.iter().map(|count| count.pairs).sum();
    let rules = counts.iter().enumerate().map(|(at, count)| {
        let largest = blocker.largest_blocks(at, 1);
        rule_plan(&model.blocking_rules, at, count, largest.first())
    });
    let trained = job.training.is_empty() && state.sourced.as_ref().is_some_and(|sourced| sourced.trained);
    let training = match job.training.as_slice() {
        [] if trained => Vec::new(),
        [] => own_plan_in_words(model),
        steps => steps.iter().map(in_words).collect(),
    };
    let drawn = if trained { Vec::new() } else { pairs_drawn_for_u(&job.training) };
    let notes: BTreeSet<String> =
        drawn.into_iter().filter_map(|max_pairs| note_on_sampled_tops(model, records, max_pairs)).collect();
    let plan = Plan {
        records: records.rows() as u64,
        sources: records.sources().iter().map(ToString::to_string).zip(records.source_sizes()).collect(),
        possible_pairs: records.possible_pairs(),
        rules: rules.collect(),
        pairs: work,
        training,
        notes: notes.into_iter().collect(),
        memory_bytes: 0,
        memory_bytes_max: 0,
        edges: 0,
        scoring_seconds: work as f64 / PAIRS_PER_SECOND / rayon::current_num_threads() as f64,
    };
    let (usual, comparisons, blocks) = (usual_edges(&blocker), model.comparisons.len(), blocker.into_blocks());
    state.compile(ctx, &mut Clock::start())?;
    let blocker = Blocker::with_blocks(&state.loaded.records, blocks);
    let edges = lowest_threshold(&state)?.map(|threshold| state.estimate_edges(&blocker, threshold, ctx)).transpose()?;
    let most = edges.map_or(0, |_| work);
    let edges = edges.map_or(0, |edges| edges.unwrap_or(usual));
    let needed = |edges| memory_needed(held_bytes, StillToCome::after_blocking(&blocker, comparisons, edges));
    Ok(Plan { edges, memory_bytes: needed(edges), memory_bytes_max: needed(most), ..plan })
}

/// The lowest threshold of the job's predictions; none where it has none.
fn lowest_threshold(state: &LinkageSession) -> Result<Option<Threshold>, JobError> {
    let mut lowest: Option<Threshold> = None;
    for step in steps_of(&state.job) {
        let threshold = match step {
            StepSpec::Predict { threshold_match_probability, threshold_match_weight, pairs: None, .. } => {
                state.threshold(threshold_match_probability, threshold_match_weight)?
            }
            step if step.needs_edges() && lowest.is_none() => state.threshold(None, None)?,
            _ => continue,
        };
        lowest = Some(match lowest {
            Some(known) if known.weight_min() <= threshold.weight_min() => known,
            _ => threshold,
        });
    }
    Ok(lowest)
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
        for note in &self.notes {
            writeln!(f, "note              {note}")?;
        }
        writeln!(f, "edges             about {}", self.edges)?;
        let (about, most) = (show_bytes(self.memory_bytes), show_bytes(self.memory_bytes_max));
        writeln!(f, "memory            about {about}, {most} if every pair were kept")?;
        write!(f, "scoring           about {:.1} s", self.scoring_seconds)
    }
}
