//! Walking the groups of a task: pairs are put into batches, filtered, and handed on.

use super::batch::{BATCH_PAIRS, PairBatch};
use super::rule::RulePlan;
use super::sample::SampledRow;
use super::tasks::Task;
use super::{Blocker, Rules, Surroundings};
use crate::compare::{Node, Pairs, Scratch, Shared, TRUE};
use crate::error::LinkError;

/// Fills batches with the pairs of one task.
pub(super) struct Walk<'a, 'b, S, F: Fn(&mut S, &PairBatch) -> Result<(), LinkError>> {
    pub(super) blocker: &'a Blocker<'b>,
    pub(super) rules: &'a Rules,
    pub(super) surroundings: Surroundings<'a>,
    pub(super) per_batch: &'a F,
    pub(super) state: S,
    batch: PairBatch,
    /// The group of each pair, for rules that explode arrays.
    groups: Vec<u32>,
    scratch: Scratch,
    /// Whether another task failed, so that there is no use in going on.
    stopped: bool,
}

impl<'a, 'b, S, F: Fn(&mut S, &PairBatch) -> Result<(), LinkError>> Walk<'a, 'b, S, F> {
    pub(super) fn new(
        blocker: &'a Blocker<'b>,
        rules: &'a Rules,
        surroundings: Surroundings<'a>,
        state: S,
        per_batch: &'a F,
    ) -> Self {
        let (batch, scratch) = (PairBatch::new(0), Scratch::default());
        Self { blocker, rules, surroundings, per_batch, state, batch, groups: Vec::new(), scratch, stopped: false }
    }

    /// Walks the task and gives back the state, which is of part of it when another task failed.
    pub(super) fn run(mut self, task: Task) -> Result<S, LinkError> {
        let rule = &self.rules.plans[task.rule as usize];
        self.batch.rule = rule.number;
        let (mut group, mut offset, mut left_to_do) = (task.group as usize, task.offset as usize, task.pairs);
        while left_to_do > 0 && !self.stopped {
            let lefts = rule.groups.left(group);
            for (place, &left) in lefts.iter().enumerate().skip(offset) {
                let partners = rule.groups.partners(group, place);
                self.push(rule, group as u32, left, partners)?;
                left_to_do -= partners.len() as u64;
                if left_to_do == 0 || self.stopped {
                    break;
                }
            }
            group += 1;
            offset = 0;
        }
        self.flush(rule)?;
        Ok(self.state)
    }

    /// Walks some left rows of a rule, with all their partners.
    pub(super) fn run_rows(mut self, rule: usize, rows: &[SampledRow]) -> Result<S, LinkError> {
        let rule = &self.rules.plans[rule];
        self.batch.rule = rule.number;
        for row in rows {
            let (group, place) = (row.group as usize, row.offset as usize);
            self.push(rule, row.group, rule.groups.left(group)[place], rule.groups.partners(group, place))?;
        }
        self.flush(rule)?;
        Ok(self.state)
    }

    /// Adds one left row with its partners.
    #[inline]
    fn push(&mut self, rule: &RulePlan, group: u32, left: u32, mut partners: &[u32]) -> Result<(), LinkError> {
        while !partners.is_empty() {
            let room = BATCH_PAIRS - self.batch.len();
            let (now, later) = partners.split_at(partners.len().min(room));
            self.batch.left.resize(self.batch.left.len() + now.len(), left);
            self.batch.right.extend_from_slice(now);
            if rule.exploded.is_some() {
                self.groups.resize(self.batch.left.len(), group);
            }
            if self.batch.len() == BATCH_PAIRS {
                self.flush(rule)?;
            }
            partners = later;
        }
        Ok(())
    }

    /// Drops what is not to be seen, then hands the batch on.
    fn flush(&mut self, rule: &RulePlan) -> Result<(), LinkError> {
        if self.batch.is_empty() {
            return Ok(());
        }
        self.stopped = !self.surroundings.goes_on()?;
        self.surroundings.ctx.progress().advance(self.batch.len() as u64);
        self.filter(rule);
        if !self.batch.is_empty() {
            (self.per_batch)(&mut self.state, &self.batch)?;
        }
        self.batch.clear();
        self.groups.clear();
        Ok(())
    }

    fn filter(&mut self, rule: &RulePlan) {
        if rule.finds_nothing_new {
            self.batch.clear();
            return;
        }
        if let Some(members) = &self.blocker.members {
            retain_with_groups(&mut self.batch, &mut self.groups, |_, left, right| members.hold(left, right));
        }
        if let Some(sources) = self.blocker.sources() {
            let keep = |left: u32, right: u32| sources[left as usize] != sources[right as usize];
            retain_with_groups(&mut self.batch, &mut self.groups, |_, left, right| keep(left, right));
        }
        if let Some(exploded) = &rule.exploded {
            let groups = std::mem::take(&mut self.groups);
            self.batch.retain(|at, left, right| exploded.first_common(left, right) == Some(groups[at]));
            self.groups = groups;
            self.groups.clear();
        }
        self.drop_earlier(rule);
        if let Some(residual) = &rule.residual {
            keep_where(residual, true, &self.rules.shared, &mut self.batch, &mut self.scratch);
        }
        self.rules.keep_smallest_match_key(rule, &mut self.batch, &mut self.scratch);
    }

    /// Drops pairs that an earlier rule finds.
    fn drop_earlier(&mut self, rule: &RulePlan) {
        let keys = &self.rules.earlier;
        let plain = rule.earlier_plain;
        if plain > 0 {
            self.batch.retain(|_, left, right| {
                let (left, right) = (&keys.left(left)[..plain], &keys.right(right)[..plain]);
                left.iter().zip(right).all(|(a, b)| a != b)
            });
        }
        for earlier in &rule.earlier_conditional {
            let Some(condition) = &self.rules.plans[earlier.rule].residual else { continue };
            let candidate = |left: u32, right: u32| earlier.key.is_none_or(|key| keys.left(left)[key] == keys.right(right)[key]);
            let mut places = self.scratch.places();
            places.extend(
                (0..self.batch.len()).filter(|&at| candidate(self.batch.left[at], self.batch.right[at])).map(|at| at as u32),
            );
            drop_where(condition, &places, &self.rules.shared, &mut self.batch, &mut self.scratch);
            self.scratch.give_places(places);
        }
    }
}

fn retain_with_groups(batch: &mut PairBatch, groups: &mut Vec<u32>, keep: impl Fn(usize, u32, u32) -> bool) {
    if !groups.is_empty() {
        let kept: Vec<u32> = groups
            .iter()
            .enumerate()
            .filter(|(at, _)| keep(*at, batch.left[*at], batch.right[*at]))
            .map(|(_, &group)| group)
            .collect();
        *groups = kept;
    }
    batch.retain(keep);
}

/// Keeps the pairs for which the condition is true (or, unless `wanted`, is not).
pub(super) fn keep_where(condition: &Node, wanted: bool, shared: &Shared, batch: &mut PairBatch, scratch: &mut Scratch) {
    let (mut places, mut truths) = (scratch.places(), scratch.truths());
    places.extend(0..batch.len() as u32);
    scratch.start(shared.ladders.len(), batch.len());
    condition.truths(shared, Pairs { left: &batch.left, right: &batch.right }, &places, scratch, &mut truths);
    batch.retain(|at, _, _| (truths[at] == TRUE) == wanted);
    scratch.give_places(places);
    scratch.give_truths(truths);
}

/// Drops the pairs at `places` for which the condition is true.
pub(super) fn drop_where(condition: &Node, places: &[u32], shared: &Shared, batch: &mut PairBatch, scratch: &mut Scratch) {
    if places.is_empty() {
        return;
    }
    let mut truths = scratch.truths();
    scratch.start(shared.ladders.len(), batch.len());
    condition.truths(shared, Pairs { left: &batch.left, right: &batch.right }, places, scratch, &mut truths);
    let mut next = 0;
    batch.retain(|at, _, _| {
        let tested = places.get(next) == Some(&(at as u32));
        next += usize::from(tested);
        !(tested && truths[next - 1] == TRUE)
    });
    scratch.give_truths(truths);
}
