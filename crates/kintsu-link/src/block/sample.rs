//! A sample of the pairs, by their left records, so that what a run keeps can be told before it looks at all of them.
//!
//! Rows stand in the order of ids, so a row's number chooses the same records for any order of the input and any number of threads.

use std::sync::atomic::AtomicBool;

use kintsu_core::RunContext;
use rayon::prelude::*;

use super::walk::Walk;
use super::{Blocker, Kind, PairBatch, Rules, Surroundings};
use crate::error::LinkError;

/// So many left rows make a task.
const ROWS_PER_TASK: usize = 256;

/// A left row with the block that it stands in.
#[derive(Debug, Clone, Copy)]
pub(super) struct SampledRow {
    pub(super) group: u32,
    pub(super) offset: u32,
}

impl Blocker<'_> {
    /// Streams about `pairs_wanted` of the pairs through `per_batch`, all of them where there are no more: those of left rows chosen by
    /// their numbers. Gives the states with the share of the pairs, before any is dropped, that this is.
    ///
    /// Only pairs of rules are sampled; given pairs are as many as they are, and of them nothing is looked at.
    ///
    /// # Errors
    /// What `per_batch` raises, [`LinkError::Cancelled`].
    pub(crate) fn fold_sample<S, N, F>(
        &self,
        pairs_wanted: u64,
        ctx: &RunContext,
        new_state: N,
        per_batch: F,
    ) -> Result<(Vec<S>, f64), LinkError>
    where
        S: Send,
        N: Fn() -> S + Sync,
        F: Fn(&mut S, &PairBatch) -> Result<(), LinkError> + Sync,
    {
        let Kind::Rules(rules) = &self.kind else { return Ok((Vec::new(), 0.0)) };
        let all = self.pairs();
        let (tasks, sampled) = sample(rules, pairs_wanted as f64 / all.max(1) as f64);
        let (silent, failed) = (ctx.silent(), AtomicBool::new(false));
        let surroundings = Surroundings { ctx: &silent, failed: &failed };
        let states = tasks
            .into_par_iter()
            .with_max_len(1)
            .map(|(rule, rows)| {
                surroundings.run(|| Walk::new(self, rules, surroundings, new_state(), &per_batch).run_rows(rule, &rows))
            })
            .collect::<Result<_, _>>()?;
        Ok((states, sampled as f64 / all.max(1) as f64))
    }
}

/// The left rows of each rule that are chosen, as tasks, and how many pairs they have.
fn sample(rules: &Rules, share: f64) -> (Vec<(usize, Vec<SampledRow>)>, u64) {
    let chosen_below = (share.min(1.0) * (u64::MAX as f64)) as u64;
    let (mut tasks, mut pairs) = (Vec::new(), 0);
    for (rule, plan) in rules.plans.iter().enumerate() {
        let mut rows = Vec::new();
        for group in (0..plan.groups.len()).filter(|&group| plan.groups.pairs(group) > 0) {
            for (offset, &left) in plan.groups.left(group).iter().enumerate() {
                if share < 1.0 && mixed(left) >= chosen_below {
                    continue;
                }
                pairs += plan.groups.partners(group, offset).len() as u64;
                rows.push(SampledRow { group: group as u32, offset: offset as u32 });
            }
        }
        tasks.extend(rows.chunks(ROWS_PER_TASK).map(|rows| (rule, rows.to_vec())));
    }
    (tasks, pairs)
}

/// Bits that look random, of a row number (the finalizer of SplitMix64, Steele, Lea and Flood 2014).
fn mixed(row: u32) -> u64 {
    let mut bits = u64::from(row).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}
