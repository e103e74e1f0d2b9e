//! Tokens of two sides brought together: parts are sorted and walked through side by side.

use std::sync::{Mutex, PoisonError};

use kintsu_core::RunContext;
use rayon::prelude::*;

use super::entry::Entry;
use super::records::RankedRecords;
use super::spill::{Fixed, PARTS, Parts};
use super::{OverlapError, TokenSide};

/// Links that a thread holds before it hands them on.
const LINKS_HELD: usize = 1 << 13;

/// Two records with a token of a rule in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Link {
    /// The rank of the first side's record.
    pub(super) first: u32,
    /// The rank of the second side's record.
    pub(super) second: u32,
    /// The position of the rule.
    pub(super) rule: u32,
}

impl Fixed for Link {
    const BYTES: usize = 12;

    fn put(&self, bytes: &mut Vec<u8>) {
        for number in [self.first, self.second, self.rule] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
    }

    fn get(bytes: &[u8]) -> Self {
        let (numbers, _) = bytes.as_chunks::<4>();
        let [first, second, rule] = [0, 1, 2].map(|number| u32::from_le_bytes(numbers[number]));
        Self { first, second, rule }
    }
}

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

/// Brings the tokens of two sides together; the tokens are gone then.
pub(super) fn join(
    sides: &mut [TokenSide; 2],
    ranked: &[RankedRecords; 2],
    links: Parts<Link>,
    limits: &JoinLimits,
    ctx: &RunContext,
) -> Result<(Parts<Link>, Vec<JoinCounts>), OverlapError> {
    let rules = sides[0].rules.len();
    let mut counts = vec![JoinCounts::default(); rules];
    let links = Mutex::new(links);
    let wave = parts_at_once(sides[0].part_bytes_max() + sides[1].part_bytes_max(), limits.bytes_max);
    let mut begin = 0;
    while begin < PARTS {
        let end = (begin + wave).min(PARTS);
        let [first, second] = &*sides;
        let of_part = |part| {
            ctx.check()?;
            let mut walk =
                Walk { ranked, counts: vec![JoinCounts::default(); rules], held: Vec::new(), links: &links, limits, ctx };
            walk.part(&sorted(first.entries.values(part)?), &sorted(second.entries.values(part)?))?;
            Ok(walk.counts)
        };
        let found = (begin..end).into_par_iter().map(of_part).collect::<Result<Vec<_>, OverlapError>>()?;
        for found in &found {
            counts.iter_mut().zip(found).for_each(|(sum, found)| sum.add(found));
        }
        for side in &mut *sides {
            side.entries.forget(begin..end);
        }
        begin = end;
    }
    Ok((links.into_inner().unwrap_or_else(PoisonError::into_inner), counts))
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
    ranked: &'a [RankedRecords; 2],
    counts: Vec<JoinCounts>,
    held: Vec<Link>,
    links: &'a Mutex<Parts<Link>>,
    limits: &'a JoinLimits,
    ctx: &'a RunContext,
}

impl Walk<'_> {
    fn part(&mut self, first: &[Entry], second: &[Entry]) -> Result<(), OverlapError> {
        let same = |left: &Entry, right: &Entry| left.token() == right.token();
        let mut others = second.chunk_by(same).peekable();
        for bearers in first.chunk_by(same) {
            let token = bearers[0].token();
            while let Some(other) = others.next_if(|other| other[0].token() < token) {
                self.count(1, other);
            }
            self.count(0, bearers);
            if let Some(other) = others.next_if(|other| other[0].token() == token) {
                self.count(1, other);
                self.shared(bearers, other)?;
            }
        }
        others.for_each(|other| self.count(1, other));
        self.hand_on()
    }

    fn count(&mut self, side: usize, bearers: &[Entry]) {
        let counts = &mut self.counts[bearers[0].rule()];
        counts.distinct[side] += 1;
        counts.frequency_max[side] = counts.frequency_max[side].max(bearers.len() as u64);
    }

    /// A token that both sides have.
    fn shared(&mut self, first: &[Entry], second: &[Entry]) -> Result<(), OverlapError> {
        let rule = first[0].rule();
        let counts = &mut self.counts[rule];
        counts.shared += 1;
        if self.limits.frequency_max.is_some_and(|most| first.len().max(second.len()) as u64 > most) {
            counts.excluded += 1;
            return Ok(());
        }
        counts.pairs += first.len() as u64 * second.len() as u64;
        for left in first {
            let left = self.ranked[0].rank(left.record);
            for right in second {
                self.held.push(Link { first: left, second: self.ranked[1].rank(right.record), rule: rule as u32 });
            }
            if self.held.len() >= LINKS_HELD {
                self.hand_on()?;
            }
        }
        Ok(())
    }

    fn hand_on(&mut self) -> Result<(), OverlapError> {
        self.ctx.check()?;
        let records = self.ranked[0].len();
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        self.held.drain(..).try_for_each(|link| links.push(part_of(link.first, records), link))
    }
}

/// The part of a rank: ranges of ranks of about equal size, in order.
fn part_of(rank: u32, records: usize) -> usize {
    (rank as usize * PARTS) / records.max(1)
}
