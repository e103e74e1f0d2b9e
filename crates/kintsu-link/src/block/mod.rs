//! Blocking: which pairs of records are worth comparing, as a stream of batches.
//!
//! A rule's equalities group the rows; what is left of its condition is tested per pair. A pair is taken under the first rule
//! that finds it. Pairs are never kept: they pass through [`Blocker::fold`] in batches.

mod batch;
mod chunk;
mod counts;
mod earlier;
mod explode;
mod groups;
mod match_key;
mod rule;
mod sample;
mod tasks;
mod walk;

use std::sync::atomic::{AtomicBool, Ordering};

use kintsu_core::RunContext;
use rayon::prelude::*;

use crate::compare::{Compiler, Shared};
use crate::error::LinkError;
use crate::model::{BlockingRule, Parity};
use crate::records::{PairKind, Records};

pub use batch::{BATCH_PAIRS, PairBatch};
pub use chunk::Chunk;
use chunk::Members;
pub use counts::{BlockSize, RuleCount};
use earlier::EarlierKeys;
pub(crate) use explode::misused_array;
use groups::Groups;
use rule::{EarlierConditional, RulePlan, Ungrouped};
use walk::Walk;

/// The source of candidate pairs.
#[derive(Debug)]
pub struct Blocker<'a> {
    records: &'a Records,
    kind: Kind,
    /// The records that pairs of rules may have, where not all of them.
    members: Option<Members>,
    /// Whether pairs of rules inside one table are dropped although the link type admits them.
    across_tables: bool,
}

#[derive(Debug)]
enum Kind {
    Rules(Rules),
    Given { left: Vec<u32>, right: Vec<u32> },
    Itself,
}

/// Blocks without the records that they were made of, to be kept while something else is done with the records.
#[derive(Debug)]
pub struct Blocks(Kind);

/// Compiled rules and what they share.
#[derive(Debug)]
struct Rules {
    plans: Vec<RulePlan>,
    shared: Shared,
    earlier: EarlierKeys,
    /// The place of each rule in the earlier keys.
    key_places: Vec<Option<usize>>,
    any_explodes: bool,
}

impl<'a> Blocker<'a> {
    /// The pairs that `rules` find, each under the first rule that does; all pairs when there are no rules.
    ///
    /// Measures in residual conditions count as `parity` says. Takes time and memory linear in the records, per rule.
    ///
    /// # Errors
    /// [`LinkError::MissingColumn`], [`LinkError::ColumnNotEncoded`], [`LinkError::Expression`], [`LinkError::Explode`].
    pub fn new(records: &'a Records, rules: &[BlockingRule], parity: Parity, ctx: &RunContext) -> Result<Self, LinkError> {
        let mut compiler = Compiler::new(records, parity);
        let mut compiled = Vec::with_capacity(rules.len());
        for (number, rule) in rules.iter().enumerate() {
            ctx.check()?;
            let rule = Ungrouped::compile(rule, number, &mut compiler)?;
            if !rule.is_keyed() {
                warn_of_cartesian(number, records, ctx);
            }
            compiled.push(rule);
        }
        let mut plans: Vec<RulePlan> = compiled.into_par_iter().with_max_len(1).map(|rule| rule.group(records)).collect();
        if rules.is_empty() {
            plans.push(RulePlan::new(0, rule::every_row(records.rows(), records.pair_kind()), None, None, false));
        }
        Ok(Self::of_kind(records, Kind::Rules(Rules::new(plans, compiler.finish(), records))))
    }

    /// Every pair among `rows` (ascending) that the link type admits.
    pub fn cartesian(records: &'a Records, rows: Vec<u32>) -> Self {
        let groups = Groups::one(rows, records.pair_kind());
        let plan = RulePlan::new(0, groups, None, None, false);
        Self::of_kind(records, Kind::Rules(Rules::new(vec![plan], Shared::default(), records)))
    }

    /// The given pairs of rows, in their order and as they are oriented.
    pub fn given(records: &'a Records, pairs: &[(u32, u32)]) -> Self {
        let (left, right) = pairs.iter().copied().unzip();
        Self::of_kind(records, Kind::Given { left, right })
    }

    /// Every record with itself.
    pub fn itself(records: &'a Records) -> Self {
        Self::of_kind(records, Kind::Itself)
    }

    /// Of the pairs of rules only those whose left and right records are in these chunks. All chunks of the left records with all
    /// of the right ones give every pair once. Takes time and memory linear in the records.
    pub fn in_chunks(self, left: Option<Chunk>, right: Option<Chunk>) -> Self {
        let members = (left.is_some() || right.is_some()).then(|| Members::of(self.records, left, right));
        Self { members, ..self }
    }

    /// Of the pairs of rules only those of records of different tables.
    pub fn across_tables(self) -> Self {
        Self { across_tables: true, ..self }
    }

    fn of_kind(records: &'a Records, kind: Kind) -> Self {
        Self { records, kind, members: None, across_tables: false }
    }

    /// The blocks alone; [`Blocker::with_blocks`] takes them up again.
    pub fn into_blocks(self) -> Blocks {
        Blocks(self.kind)
    }

    /// The source of pairs over `blocks`, which must have been made of the same `records`.
    pub fn with_blocks(records: &'a Records, blocks: Blocks) -> Self {
        Self::of_kind(records, blocks.0)
    }

    /// The records whose pairs these are.
    pub fn records(&self) -> &'a Records {
        self.records
    }

    /// Streams every pair through `per_batch`, in parallel: each task starts from `new_state()`, and the states come back in
    /// the order of the tasks, which does not depend on the number of threads.
    ///
    /// Progress advances by pairs before earlier rules and residual conditions drop any. Once one task fails the others end at
    /// their next batch.
    ///
    /// # Errors
    /// What `per_batch` raises, [`LinkError::Cancelled`].
    pub fn fold<S, N, F>(&self, ctx: &RunContext, new_state: N, per_batch: F) -> Result<Vec<S>, LinkError>
    where
        S: Send,
        N: Fn() -> S + Sync,
        F: Fn(&mut S, &PairBatch) -> Result<(), LinkError> + Sync,
    {
        let failed = AtomicBool::new(false);
        let surroundings = Surroundings { ctx, failed: &failed };
        match &self.kind {
            Kind::Rules(rules) => rules
                .tasks()
                .into_par_iter()
                .with_max_len(1)
                .map(|task| surroundings.run(|| Walk::new(self, rules, surroundings, new_state(), &per_batch).run(task)))
                .collect(),
            Kind::Given { left, right } => fold_slices(left, right, surroundings, &new_state, &per_batch),
            Kind::Itself => {
                let rows: Vec<u32> = (0..self.records.rows() as u32).collect();
                fold_slices(&rows, &rows, surroundings, &new_state, &per_batch)
            }
        }
    }

    /// The tables of the rows, when pairs inside one table have to be dropped.
    fn sources(&self) -> Option<&[u32]> {
        let dropped = self.across_tables || self.records.pair_kind() == PairKind::Across;
        if dropped { self.records.source_codes() } else { None }
    }
}

/// What the tasks of one fold share.
#[derive(Clone, Copy)]
struct Surroundings<'a> {
    ctx: &'a RunContext,
    /// Whether a task failed, so that the states of the others are of no use any more.
    failed: &'a AtomicBool,
}

impl Surroundings<'_> {
    /// Runs a task, and tells the others when it fails.
    fn run<S>(self, task: impl FnOnce() -> Result<S, LinkError>) -> Result<S, LinkError> {
        task().inspect_err(|_| self.failed.store(true, Ordering::Relaxed))
    }

    /// Whether a task goes on.
    fn goes_on(self) -> Result<bool, LinkError> {
        self.ctx.check()?;
        Ok(!self.failed.load(Ordering::Relaxed))
    }
}

fn fold_slices<S: Send>(
    left: &[u32],
    right: &[u32],
    surroundings: Surroundings<'_>,
    new_state: &(impl Fn() -> S + Sync),
    per_batch: &(impl Fn(&mut S, &PairBatch) -> Result<(), LinkError> + Sync),
) -> Result<Vec<S>, LinkError> {
    const BATCHES_PER_TASK: usize = 16;
    let tasks = left.par_chunks(BATCH_PAIRS * BATCHES_PER_TASK).zip(right.par_chunks(BATCH_PAIRS * BATCHES_PER_TASK));
    let run = |left: &[u32], right: &[u32]| {
        let (mut state, mut batch) = (new_state(), PairBatch::new(0));
        for (left, right) in left.chunks(BATCH_PAIRS).zip(right.chunks(BATCH_PAIRS)) {
            if !surroundings.goes_on()? {
                break;
            }
            batch.clear();
            batch.left.extend_from_slice(left);
            batch.right.extend_from_slice(right);
            per_batch(&mut state, &batch)?;
            surroundings.ctx.progress().advance(left.len() as u64);
        }
        Ok(state)
    };
    tasks.map(|(left, right)| surroundings.run(|| run(left, right))).collect()
}

fn warn_of_cartesian(number: usize, records: &Records, ctx: &RunContext) {
    ctx.warn(
        "KN-W-LINK-102",
        format!(
            "blocking rule {number} has no equality between the two records, so all {} pairs are tested",
            records.possible_pairs()
        ),
        Some("add an equality such as l.postcode = r.postcode".to_owned()),
    );
}

impl Rules {
    fn new(mut plans: Vec<RulePlan>, shared: Shared, records: &Records) -> Self {
        let any_explodes = plans.iter().any(|plan| plan.exploded.is_some());
        let numbered = |plan: &RulePlan, last: bool| plan.keyed && plan.exploded.is_none() && (!last || any_explodes);
        let count = plans.len();
        let is_numbered: Vec<bool> = plans.iter().enumerate().map(|(at, plan)| numbered(plan, at + 1 == count)).collect();
        let mut order: Vec<usize> = (0..count).filter(|&rule| is_numbered[rule]).collect();
        order.sort_by_key(|&rule| plans[rule].residual.is_some());
        let mut key_places = vec![None; count];
        order.iter().enumerate().for_each(|(place, &rule)| key_places[rule] = Some(place));
        let earlier = EarlierKeys::new(records, &order.iter().map(|&rule| &plans[rule].groups).collect::<Vec<_>>());
        for rule in 0..count {
            let before = &plans[..rule];
            let plain = before.iter().filter(|plan| plan.keyed && plan.exploded.is_none() && plan.residual.is_none()).count();
            let finds_all = before.iter().any(|plan| !plan.keyed && plan.residual.is_none());
            let conditional = (0..rule)
                .filter(|&other| plans[other].exploded.is_none() && plans[other].residual.is_some())
                .map(|other| EarlierConditional { rule: other, key: key_places[other] })
                .collect();
            let plan = &mut plans[rule];
            plan.earlier_plain = plain;
            plan.earlier_conditional = conditional;
            plan.finds_nothing_new = finds_all;
        }
        Self { plans, shared, earlier, key_places, any_explodes }
    }

    fn tasks(&self) -> Vec<tasks::Task> {
        let groups: Vec<&Groups> = self.plans.iter().map(|plan| &plan.groups).collect();
        let total = groups.iter().map(|groups| (0..groups.len()).map(|group| groups.pairs(group)).sum::<u64>()).sum();
        tasks::cut(&groups, total)
    }
}
