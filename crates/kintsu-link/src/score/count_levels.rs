//! Counting levels over every pair among some rows, for u: each distinct pair of values is compared once and counted as often as
//! it occurs.

use hashbrown::HashMap;
use kintsu_core::RunContext;
use rayon::prelude::*;

use super::patterns::LevelCounts;
use crate::block::{BATCH_PAIRS, PairBatch};
use crate::compare::{CodeMatrix, Comparators, Levels, Scratch};
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
}

/// How many combinations one task takes as left sides.
const KINDS_PER_TASK: usize = 32;

impl<'a> Sample<'a> {
    fn new(records: &'a Records, rows: &'a [u32], inputs: &[u32], matrix: &CodeMatrix) -> Self {
        let mut known: HashMap<Vec<u32>, u32, foldhash::fast::FixedState> = HashMap::default();
        let mut firsts = Vec::new();
        let kinds = rows
            .iter()
            .enumerate()
            .map(|(place, &row)| {
                let key: Vec<u32> = inputs.iter().map(|&place| matrix.code(row, place)).collect();
                *known.entry(key).or_insert_with(|| {
                    firsts.push(place as u32);
                    firsts.len() as u32 - 1
                })
            })
            .collect();
        Self { records, rows, kinds, firsts }
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
                let mut tally = Tally::new(comparators, comparison, gammas);
                let mut multiplicities = vec![0_u64; self.firsts.len()];
                for &kind in kinds {
                    let seen = self.multiplicities(kind, &mut multiplicities);
                    ctx.progress().advance(seen);
                    self.tally(kind, &mut multiplicities, &mut tally);
                }
                Ok(tally.finish())
            })
            .collect::<Result<_, LinkError>>()?;
        let mut total = vec![0; gammas];
        for part in &parts {
            total.iter_mut().zip(part).for_each(|(sum, count)| *sum += count);
        }
        Ok(total)
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

    /// Compares `kind` with every combination that stands right of it, and clears the multiplicities.
    fn tally(&self, kind: u32, multiplicities: &mut [u64], tally: &mut Tally<'_>) {
        let left = self.rows[self.firsts[kind as usize] as usize];
        for (other, pairs) in multiplicities.iter_mut().enumerate() {
            if *pairs > 0 {
                tally.push(left, self.rows[self.firsts[other] as usize], *pairs);
                *pairs = 0;
            }
        }
    }
}

/// Levels counted with multiplicity, a batch at a time.
struct Tally<'a> {
    comparators: &'a Comparators,
    comparison: [usize; 1],
    counts: Vec<u64>,
    batch: PairBatch,
    pairs: Vec<u64>,
    levels: Levels,
    scratch: Scratch,
}

impl<'a> Tally<'a> {
    fn new(comparators: &'a Comparators, comparison: usize, gammas: usize) -> Self {
        let (batch, levels, scratch) = (PairBatch::new(0), Levels::default(), Scratch::default());
        Self { comparators, comparison: [comparison], counts: vec![0; gammas], batch, pairs: Vec::new(), levels, scratch }
    }

    #[inline]
    fn push(&mut self, left: u32, right: u32, pairs: u64) {
        self.batch.left.push(left);
        self.batch.right.push(right);
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

    fn finish(mut self) -> Vec<u64> {
        self.flush();
        self.counts
    }
}
