//! Counting levels over every pair among some rows, for u: each distinct pair of values is compared once and counted as often as
//! it occurs.

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;
use kintsu_core::RunContext;
use kintsu_table::NULL_CODE;
use rayon::prelude::*;

use super::patterns::LevelCounts;
use crate::block::{BATCH_PAIRS, PairBatch};
use crate::compare::{CodeMatrix, Comparators, ComparisonPlan, LadderPlan, Levels, NullThenEqual, Scratch};
use crate::error::LinkError;
use crate::model::Model;
use crate::records::{PairKind, Records};

/// For each comparison, how many of the pairs among `rows` (ascending) take which level; pairs that the link type does not admit
/// are left out.
///
/// Takes time in the number of pairs, though measures are computed only once for each pair of distinct values.
///
/// # Errors
/// [`LinkError::Cancelled`].
pub fn count_levels(
    records: &Records,
    comparators: &Comparators,
    model: &Model,
    rows: &[u32],
    ctx: &RunContext,
) -> Result<LevelCounts, LinkError> {
    let mut counts = LevelCounts::new(&model.comparisons);
    for comparison in 0..comparators.len() {
        let inputs = comparators.plans()[comparison].inputs(&comparators.shared().ladders);
        let sample = Sample::new(records, rows, &inputs, &comparators.shared().matrix);
        counts.counts[comparison] = sample.count(comparators, comparison, counts.counts[comparison].len(), ctx)?;
    }
    comparators.warn(ctx);
    Ok(counts)
}

/// The rows by the values that one comparison looks at.
struct Sample<'a> {
    records: &'a Records,
    rows: &'a [u32],
    /// The number of each row's combination of values.
    kinds: Vec<u32>,
    /// The place of the first row of each combination.
    firsts: Vec<u32>,
    /// Whether a combination is that of several rows.
    repeated: Vec<bool>,
    /// The code of each combination in the first column looked at.
    codes: Vec<u32>,
}

/// How many combinations one task takes as left sides.
const KINDS_PER_TASK: usize = 32;

impl<'a> Sample<'a> {
    fn new(records: &'a Records, rows: &'a [u32], inputs: &[u32], matrix: &CodeMatrix) -> Self {
        let mut known: HashMap<Vec<u32>, u32, foldhash::fast::FixedState> = HashMap::default();
        let (mut firsts, mut repeated, mut codes) = (Vec::new(), Vec::new(), Vec::new());
        let kinds = rows
            .iter()
            .enumerate()
            .map(|(place, &row)| {
                let key: Vec<u32> = inputs.iter().map(|&place| matrix.code(row, place)).collect();
                let code = key.first().copied().unwrap_or(NULL_CODE);
                match known.entry(key) {
                    Entry::Occupied(kind) => {
                        repeated[*kind.get() as usize] = true;
                        *kind.get()
                    }
                    Entry::Vacant(kind) => {
                        firsts.push(place as u32);
                        repeated.push(false);
                        codes.push(code);
                        *kind.insert(firsts.len() as u32 - 1)
                    }
                }
            })
            .collect();
        Self { records, rows, kinds, firsts, repeated, codes }
    }

    fn count(
        &self,
        comparators: &Comparators,
        comparison: usize,
        gammas: usize,
        ctx: &RunContext,
    ) -> Result<Vec<u64>, LinkError> {
        let kinds: Vec<u32> = (0..self.firsts.len() as u32).collect();
        let parts: Vec<Vec<u64>> = kinds
            .par_chunks(KINDS_PER_TASK)
            .map(|kinds| {
                ctx.check()?;
                let mut counts = vec![0; gammas];
                match comparators.plans()[comparison].settled_by_codes() {
                    Some(levels) => self.tally(kinds, CodeTally::new(self, comparators, comparison, levels, &mut counts), ctx),
                    None => self.tally(kinds, RowTally::new(self, comparators, comparison, &mut counts), ctx),
                }
                Ok(counts)
            })
            .collect::<Result<_, LinkError>>()?;
        let mut total = vec![0; gammas];
        for part in &parts {
            total.iter_mut().zip(part).for_each(|(sum, count)| *sum += count);
        }
        Ok(total)
    }

    /// Compares each of `kinds` with every combination that stands right of it.
    fn tally(&self, kinds: &[u32], mut tally: impl Tally, ctx: &RunContext) {
        let mut multiplicities = vec![0_u64; self.firsts.len()];
        for &kind in kinds {
            if self.stands_alone(kind) {
                let right = &self.kinds[self.firsts[kind as usize] as usize + 1..];
                ctx.progress().advance(right.len() as u64);
                for &other in right {
                    tally.push(kind, other, 1);
                }
                continue;
            }
            ctx.progress().advance(self.multiplicities(kind, &mut multiplicities));
            for (other, pairs) in multiplicities.iter_mut().enumerate().filter(|(_, pairs)| **pairs > 0) {
                tally.push(kind, other as u32, std::mem::take(pairs));
            }
        }
        tally.flush();
    }

    /// Whether a combination is that of one row only, in a column where most are: then the rows right of it are compared one by
    /// one, as counting how often each of their values occurs costs more than it saves.
    fn stands_alone(&self, kind: u32) -> bool {
        let mostly_distinct = 2 * self.firsts.len() > self.rows.len();
        mostly_distinct && !self.repeated[kind as usize] && self.records.pair_kind() == PairKind::Within
    }

    /// For each combination, in how many pairs it stands right of `kind`. Gives back their sum.
    fn multiplicities(&self, kind: u32, found: &mut [u64]) -> u64 {
        let first = self.firsts[kind as usize] as usize;
        match self.records.pair_kind() {
            PairKind::Within => self.right_of(kind, first, found),
            PairKind::AcrossTwo { first_right } => self.right_of_table(kind, first, first_right, found),
            PairKind::Across => self.right_of_others(kind, first, found),
        }
    }

    fn right_of(&self, kind: u32, first: usize, found: &mut [u64]) -> u64 {
        let (mut left, mut total) = (0, 0);
        for &other in &self.kinds[first..] {
            found[other as usize] += left;
            total += left;
            left += u64::from(other == kind);
        }
        total
    }

    fn right_of_table(&self, kind: u32, first: usize, first_right: u32, found: &mut [u64]) -> u64 {
        let split = self.rows.partition_point(|&row| row < first_right).max(first);
        let left = self.kinds[first..split].iter().filter(|&&other| other == kind).count() as u64;
        if left > 0 {
            self.kinds[split..].iter().for_each(|&other| found[other as usize] += left);
        }
        left * (self.kinds.len() - split) as u64
    }

    fn right_of_others(&self, kind: u32, first: usize, found: &mut [u64]) -> u64 {
        let mut of_source = vec![0_u64; self.records.sources().len()];
        let (mut left, mut total) = (0, 0);
        for (&other, &row) in self.kinds[first..].iter().zip(&self.rows[first..]) {
            let source = self.records.source_of(row as usize) as usize;
            let partners = left - of_source[source];
            found[other as usize] += partners;
            total += partners;
            if other == kind {
                left += 1;
                of_source[source] += 1;
            }
        }
        total
    }
}

/// Levels counted with multiplicity, a batch at a time.
trait Tally {
    /// Counts `pairs` pairs of the combinations `kind` and `other`.
    fn push(&mut self, kind: u32, other: u32, pairs: u64);

    /// Counts what is still to be compared.
    fn flush(&mut self);
}

/// Compares by the codes of one column, without a look at the rows.
struct CodeTally<'a> {
    plan: &'a ComparisonPlan,
    ladders: &'a [LadderPlan],
    levels: NullThenEqual,
    /// The code of each combination.
    codes: &'a [u32],
    counts: &'a mut [u64],
    unequal: Vec<(u32, u32)>,
    pairs: Vec<u64>,
    scratch: Scratch,
}

impl<'a> CodeTally<'a> {
    fn new(
        sample: &'a Sample<'_>,
        comparators: &'a Comparators,
        comparison: usize,
        levels: NullThenEqual,
        counts: &'a mut [u64],
    ) -> Self {
        let (plan, ladders) = (&comparators.plans()[comparison], &comparators.shared().ladders);
        let (unequal, pairs, scratch) = (Vec::new(), Vec::new(), Scratch::default());
        Self { plan, ladders, levels, codes: &sample.codes, counts, unequal, pairs, scratch }
    }
}

impl Tally for CodeTally<'_> {
    #[inline]
    fn push(&mut self, kind: u32, other: u32, pairs: u64) {
        let (left, right) = (self.codes[kind as usize], self.codes[other as usize]);
        if left == NULL_CODE || right == NULL_CODE {
            self.counts[(self.levels.null + 1) as usize] += pairs;
        } else if left == right {
            self.counts[(self.levels.equal + 1) as usize] += pairs;
        } else {
            self.unequal.push((left, right));
            self.pairs.push(pairs);
            if self.pairs.len() == BATCH_PAIRS {
                self.flush();
            }
        }
    }

    fn flush(&mut self) {
        let mut pairs = self.pairs.iter();
        let counts = &mut self.counts;
        self.plan.gammas_of_codes(self.ladders, &self.unequal, &mut self.scratch, |gamma| {
            counts[(gamma + 1) as usize] += pairs.next().copied().unwrap_or(0);
        });
        self.unequal.clear();
        self.pairs.clear();
    }
}

/// Compares the first rows of combinations.
struct RowTally<'a> {
    sample: &'a Sample<'a>,
    comparators: &'a Comparators,
    comparison: [usize; 1],
    counts: &'a mut [u64],
    batch: PairBatch,
    pairs: Vec<u64>,
    levels: Levels,
    scratch: Scratch,
}

impl<'a> RowTally<'a> {
    fn new(sample: &'a Sample<'_>, comparators: &'a Comparators, comparison: usize, counts: &'a mut [u64]) -> Self {
        let (batch, levels, scratch) = (PairBatch::new(0), Levels::default(), Scratch::default());
        Self { sample, comparators, comparison: [comparison], counts, batch, pairs: Vec::new(), levels, scratch }
    }
}

impl Tally for RowTally<'_> {
    #[inline]
    fn push(&mut self, kind: u32, other: u32, pairs: u64) {
        let row = |kind: u32| self.sample.rows[self.sample.firsts[kind as usize] as usize];
        self.batch.left.push(row(kind));
        self.batch.right.push(row(other));
        self.pairs.push(pairs);
        if self.pairs.len() == BATCH_PAIRS {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.comparators.levels_of(&self.comparison, &self.batch, &mut self.levels, &mut self.scratch);
        for (&gamma, &pairs) in self.levels.gammas[self.comparison[0]].iter().zip(&self.pairs) {
            self.counts[(gamma + 1) as usize] += pairs;
        }
        self.batch.clear();
        self.pairs.clear();
    }
}
