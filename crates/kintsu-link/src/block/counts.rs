//! How many pairs each rule finds, known from group sizes before anything runs.

use kintsu_core::RunContext;

use super::{Blocker, Kind, PairBatch};
use crate::error::LinkError;

/// The pairs of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleCount {
    /// The index of the rule.
    pub rule: u32,
    /// The pairs whose keys are equal, before the residual condition and whatever earlier rules find: the work to be done.
    pub pairs: u64,
    /// The number of groups with a pair.
    pub blocks: u64,
    /// The pairs of the largest group.
    pub largest_block_pairs: u64,
}

/// One group of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockSize {
    /// The first record of the group, from which its key can be read.
    pub first_row: u32,
    /// Records on the left side.
    pub left: u64,
    /// Records on the right side; the same ones where both sides read the same columns of one table.
    pub right: u64,
    /// Pairs.
    pub pairs: u64,
}

impl Blocker<'_> {
    /// The pairs of each rule; one entry for given pairs. Takes time linear in the number of groups.
    pub fn pair_counts(&self) -> Vec<RuleCount> {
        match &self.kind {
            Kind::Rules(rules) => rules
                .plans
                .iter()
                .map(|plan| {
                    let pairs = (0..plan.groups.len()).map(|group| plan.groups.pairs(group));
                    let (mut total, mut largest, mut blocks) = (0, 0, 0);
                    pairs.for_each(|pairs| {
                        total += pairs;
                        largest = largest.max(pairs);
                        blocks += u64::from(pairs > 0);
                    });
                    RuleCount { rule: plan.number, pairs: total, blocks, largest_block_pairs: largest }
                })
                .collect(),
            Kind::Given { left, .. } => vec![single(left.len())],
            Kind::Itself => vec![single(self.records.rows())],
        }
    }

    /// The sum of [`Blocker::pair_counts`]: what progress counts up to.
    pub fn pairs(&self) -> u64 {
        self.pair_counts().iter().map(|count| count.pairs).sum()
    }

    /// The `count` groups of a rule with the most pairs, largest first, then by their first record.
    pub fn largest_blocks(&self, rule: usize, count: usize) -> Vec<BlockSize> {
        let Kind::Rules(rules) = &self.kind else { return Vec::new() };
        let Some(plan) = rules.plans.get(rule) else { return Vec::new() };
        let groups = &plan.groups;
        let mut sizes: Vec<BlockSize> = (0..groups.len())
            .filter_map(|group| {
                let (left, right) = (groups.left(group), groups.right(group));
                let first_row = *left.first()?;
                Some(BlockSize { first_row, left: left.len() as u64, right: right.len() as u64, pairs: groups.pairs(group) })
            })
            .collect();
        sizes.sort_unstable_by_key(|size| (std::cmp::Reverse(size.pairs), size.first_row));
        sizes.truncate(count);
        sizes
    }

    /// The pairs that each rule adds to those of the rules before it. Walks every pair.
    ///
    /// # Errors
    /// [`LinkError::Cancelled`].
    pub fn marginal_counts(&self, ctx: &RunContext) -> Result<Vec<u64>, LinkError> {
        let rules = self.pair_counts().len();
        let count = |counts: &mut Vec<u64>, batch: &PairBatch| {
            counts[batch.rule as usize] += batch.len() as u64;
            Ok(())
        };
        let parts = self.fold(ctx, || vec![0; rules], count)?;
        let mut total = vec![0; rules];
        for part in &parts {
            total.iter_mut().zip(part).for_each(|(sum, count)| *sum += count);
        }
        Ok(total)
    }
}

fn single(pairs: usize) -> RuleCount {
    RuleCount { rule: 0, pairs: pairs as u64, blocks: 1, largest_block_pairs: pairs as u64 }
}
