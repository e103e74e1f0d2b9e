//! Links: which records have a token of which rule in common.
//!
//! Where records have to agree on all rules of a set, the links of the rule with the fewest come first, and those of the others are
//! made only for pairs that have one. A filter that may take a pair too many tells which, so that a rule of frequent tokens costs a
//! look for each of its pairs and not a link. What is too many falls out when pairs are looked at as a whole.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use kintsu_core::RunContext;
use rayon::prelude::*;

use super::OverlapError;
use super::entry::Entry;
use super::join::{JoinLimits, Shared, parts_at_once, same_token, sorted};
use super::records::RankedRecords;
use super::rule_sets::{Agreement, RuleSets};
use super::spill::{Fixed, PARTS, Parts};

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

/// Makes the links of the tokens that both sides have.
pub(super) fn link(
    shared: &Shared,
    ranked: &[RankedRecords; 2],
    links: Parts<Link>,
    sets: &RuleSets,
    limits: &JoinLimits,
    ctx: &RunContext,
) -> Result<Parts<Link>, OverlapError> {
    let links = Mutex::new(links);
    let every_rule = sets.masks().into_iter().fold(0, |rules, mask| rules | mask);
    let first = if sets.agreement() == Agreement::All { rarest(sets, shared) } else { every_rule };
    let rest = every_rule & !first;
    let pairs = (0..sets.rules().len()).filter(|rule| first >> rule & 1 == 1).map(|rule| shared.counts[rule].pairs).sum();
    let seen = (rest != 0).then(|| SeenPairs::new(pairs, limits.bytes_max / 4));
    let linker = Linker { shared, ranked, links: &links, limits, ctx };
    linker.all(first, |pair| {
        if let Some(seen) = &seen {
            seen.add(pair);
        }
        true
    })?;
    if let Some(seen) = &seen {
        linker.all(rest, |pair| seen.may_have(pair))?;
    }
    Ok(links.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Of each set the rule with the fewest pairs, as bits.
fn rarest(sets: &RuleSets, shared: &Shared) -> u64 {
    let rules = 0..sets.rules().len();
    let of_set = |mask: u64| rules.clone().filter(|rule| mask >> rule & 1 == 1).min_by_key(|rule| shared.counts[*rule].pairs);
    sets.masks().into_iter().filter_map(of_set).fold(0, |rules, rule| rules | 1 << rule)
}

struct Linker<'a> {
    shared: &'a Shared,
    ranked: &'a [RankedRecords; 2],
    links: &'a Mutex<Parts<Link>>,
    limits: &'a JoinLimits,
    ctx: &'a RunContext,
}

impl Linker<'_> {
    /// Makes the links of some rules, of those pairs that are wanted.
    fn all(&self, rules: u64, wanted: impl Fn((u32, u32)) -> bool + Sync) -> Result<(), OverlapError> {
        let [first, second] = &self.shared.entries;
        let wave = parts_at_once((first.largest() + second.largest()) * size_of::<Entry>(), self.limits.bytes_max);
        for begin in (0..PARTS).step_by(wave) {
            let parts = begin..(begin + wave).min(PARTS);
            parts.into_par_iter().try_for_each(|part| self.part(part, rules, &wanted))?;
        }
        Ok(())
    }

    /// Both sides have the same tokens, in order.
    fn part(&self, part: usize, rules: u64, wanted: &impl Fn((u32, u32)) -> bool) -> Result<(), OverlapError> {
        let [first, second] = &self.shared.entries;
        let (first, second) = (sorted(first.values(part)?), sorted(second.values(part)?));
        let mut held = Vec::new();
        for (bearers, others) in first.chunk_by(same_token).zip(second.chunk_by(same_token)) {
            debug_assert_eq!(bearers[0].token(), others[0].token());
            let rule = bearers[0].rule();
            if rules >> rule & 1 == 0 {
                continue;
            }
            for left in bearers {
                let left = self.ranked[0].rank(left.record);
                let partners = others.iter().map(|right| self.ranked[1].rank(right.record));
                let wanted = partners.filter(|right| wanted((left, *right)));
                held.extend(wanted.map(|right| Link { first: left, second: right, rule: rule as u32 }));
                if held.len() >= LINKS_HELD {
                    self.hand_on(&mut held)?;
                }
            }
        }
        self.hand_on(&mut held)
    }

    fn hand_on(&self, held: &mut Vec<Link>) -> Result<(), OverlapError> {
        self.ctx.check()?;
        let records = self.ranked[0].len();
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        held.drain(..).try_for_each(|link| links.push(part_of(link.first, records), link))
    }
}

/// The part of a rank: ranges of ranks of about equal size, in order.
fn part_of(rank: u32, records: usize) -> usize {
    (rank as usize * PARTS) / records.max(1)
}

/// Pairs that were seen, and with a small chance others: two bits a pair of B. H. Bloom's filter ("Space/time trade-offs in hash
/// coding with allowable errors", 1970), 16 bits or more for each pair where memory allows.
struct SeenPairs {
    words: Vec<AtomicU64>,
}

impl SeenPairs {
    fn new(pairs: u64, bytes_max: usize) -> Self {
        let words_max = 1 << (bytes_max.max(64) / 8).ilog2();
        let words = usize::try_from(pairs / 4).unwrap_or(usize::MAX).clamp(8, words_max).next_power_of_two();
        Self { words: (0..words).map(|_| AtomicU64::new(0)).collect() }
    }

    fn add(&self, pair: (u32, u32)) {
        for (word, bit) in self.bits(pair) {
            self.words[word].fetch_or(bit, Ordering::Relaxed);
        }
    }

    fn may_have(&self, pair: (u32, u32)) -> bool {
        self.bits(pair).into_iter().all(|(word, bit)| self.words[word].load(Ordering::Relaxed) & bit != 0)
    }

    /// Two words, and a bit of each: the finalizer of SplitMix64 over both ranks.
    fn bits(&self, (first, second): (u32, u32)) -> [(usize, u64); 2] {
        let mut hash = (u64::from(first) << 32 | u64::from(second)).wrapping_add(0x9e37_79b9_7f4a_7c15);
        hash = (hash ^ hash >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        hash = (hash ^ hash >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        hash ^= hash >> 31;
        let word = |hash: u64| (hash >> 6) as usize & (self.words.len() - 1);
        [(word(hash), 1 << (hash & 63)), (word(hash.rotate_right(32)), 1 << (hash >> 32 & 63))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_that_were_seen_are_never_missed_and_few_others_are_taken() {
        for bytes_max in [1 << 20, 1] {
            let seen = SeenPairs::new(10_000, bytes_max);
            (0..10_000).for_each(|pair| seen.add((pair, pair * 7)));
            assert!((0..10_000).all(|pair| seen.may_have((pair, pair * 7))));
            let wrong = (0..10_000).filter(|pair| seen.may_have((*pair, pair * 7 + 1))).count();
            assert!(bytes_max == 1 || wrong < 500, "{wrong}");
        }
    }
}
