//! Tokens of two sides brought together: parts are sorted and walked through side by side.

use std::path::Path;

use kintsu_core::RunContext;
use rayon::prelude::*;

use super::entry::Entry;
use super::spill::{PARTS, Parts};
use super::{OverlapError, TokenSide};

/// What was counted of a rule while tokens were brought together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct JoinCounts {
    /// Distinct tokens of each side.
    pub(super) distinct: [u64; 2],
    /// Distinct tokens that both sides have.
    pub(super) shared: u64,
    /// Distinct tokens that both sides have and that more records bear than may.
    pub(super) excluded: u64,
    /// The most records of one side that bear one token.
    pub(super) frequency_max: [u64; 2],
    /// Pairs of records.
    pub(super) pairs: u64,
}

impl JoinCounts {
    fn add(&mut self, other: &Self) {
        for side in 0..2 {
            self.distinct[side] += other.distinct[side];
            self.frequency_max[side] = self.frequency_max[side].max(other.frequency_max[side]);
        }
        self.shared += other.shared;
        self.excluded += other.excluded;
        self.pairs += other.pairs;
    }
}

/// How tokens are joined.
pub(super) struct JoinLimits {
    /// Tokens that more records of a side bear are excluded.
    pub(super) frequency_max: Option<u64>,
    /// Memory that the parts at work may take, in bytes.
    pub(super) bytes_max: usize,
}

/// The tokens that both sides have, and what was counted on the way to them. Part by part the two hold the same tokens in order,
/// unless they were put aside.
pub(super) struct Shared {
    pub(super) entries: [Parts<Entry>; 2],
    pub(super) counts: Vec<JoinCounts>,
}

impl Shared {
    /// The counts alone; the tokens are gone, from the disk too.
    pub(super) fn finish(mut self) -> Vec<JoinCounts> {
        for entries in &mut self.entries {
            entries.forget(0..PARTS);
        }
        self.counts
    }
}

/// Brings the tokens of two sides together; those that only one side has, or that are too frequent, are gone then.
pub(super) fn join(
    sides: &mut [TokenSide; 2],
    folder: &Path,
    limits: &JoinLimits,
    ctx: &RunContext,
) -> Result<Shared, OverlapError> {
    let rules = sides[0].rules.len();
    let parts = |name| Parts::new(folder, name, limits.bytes_max / 2);
    let mut shared = Shared { entries: [parts("shared0"), parts("shared1")], counts: vec![JoinCounts::default(); rules] };
    let wave = parts_at_once(2 * (sides[0].part_bytes_max() + sides[1].part_bytes_max()), limits.bytes_max);
    for begin in (0..PARTS).step_by(wave) {
        let end = (begin + wave).min(PARTS);
        let [first, second] = &*sides;
        let of_part = |part| {
            ctx.check()?;
            let mut walk = Walk { counts: vec![JoinCounts::default(); rules], shared: [Vec::new(), Vec::new()], limits };
            walk.part(&sorted(first.entries(part)?), &sorted(second.entries(part)?));
            Ok(walk)
        };
        let walks = (begin..end).into_par_iter().map(of_part).collect::<Result<Vec<_>, OverlapError>>()?;
        for side in &mut *sides {
            side.entries.forget(begin..end);
        }
        for (part, walk) in (begin..end).zip(walks) {
            shared.counts.iter_mut().zip(&walk.counts).for_each(|(sum, found)| sum.add(found));
            for (kept, found) in shared.entries.iter_mut().zip(walk.shared) {
                found.into_iter().try_for_each(|entry| kept.push(part, entry))?;
            }
        }
    }
    Ok(shared)
}

/// How many parts may be worked on at once, if one takes so many bytes.
pub(crate) fn parts_at_once(part_bytes: usize, bytes_max: usize) -> usize {
    (bytes_max / part_bytes.max(1)).clamp(1, 4 * rayon::current_num_threads())
}

/// Entries in order, each once: a record that stands in a file twice with a token bears it once.
pub(crate) fn sorted(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_unstable();
    entries.dedup();
    entries
}

/// A walk through a part of both sides.
struct Walk<'a> {
    counts: Vec<JoinCounts>,
    shared: [Vec<Entry>; 2],
    limits: &'a JoinLimits,
}

impl Walk<'_> {
    fn part(&mut self, first: &[Entry], second: &[Entry]) {
        let mut others = second.chunk_by(same_token).peekable();
        for bearers in first.chunk_by(same_token) {
            let token = bearers[0].token();
            while let Some(other) = others.next_if(|other| other[0].token() < token) {
                self.count(1, other);
            }
            self.count(0, bearers);
            if let Some(other) = others.next_if(|other| other[0].token() == token) {
                self.count(1, other);
                self.shared(bearers, other);
            }
        }
        others.for_each(|other| self.count(1, other));
    }

    fn count(&mut self, side: usize, bearers: &[Entry]) {
        let counts = &mut self.counts[bearers[0].rule()];
        counts.distinct[side] += 1;
        counts.frequency_max[side] = counts.frequency_max[side].max(bearers.len() as u64);
    }

    /// A token that both sides have.
    fn shared(&mut self, first: &[Entry], second: &[Entry]) {
        let counts = &mut self.counts[first[0].rule()];
        counts.shared += 1;
        if self.limits.frequency_max.is_some_and(|most| first.len().max(second.len()) as u64 > most) {
            counts.excluded += 1;
            return;
        }
        counts.pairs += first.len() as u64 * second.len() as u64;
        self.shared[0].extend_from_slice(first);
        self.shared[1].extend_from_slice(second);
    }
}

/// Whether two entries are of one token and rule.
pub(super) fn same_token(left: &Entry, right: &Entry) -> bool {
    left.token() == right.token()
}
