//! From links to pairs of records, in the order of their ids, and which sets of rules they match by.

use kintsu_core::RunContext;
use rayon::prelude::*;

use super::OverlapError;
use super::join::parts_at_once;
use super::link::Link;
use super::rule_sets::Agreement;
use super::spill::{PARTS, Parts};

/// No partner.
const NOBODY: u32 = u32::MAX;

/// Two records that match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MatchedPair {
    pub(super) first: u32,
    pub(super) second: u32,
    /// The rules that the records agree on, of the sets by which they match, as bits in the order of [`RuleSets::rules`](super::RuleSets::rules).
    pub rules: u64,
    /// The sets of rules by which they match, as bits.
    pub sets: u64,
}

/// What pairs are made of.
pub(super) struct PairSource<'a> {
    pub(super) links: &'a Parts<Link>,
    pub(super) masks: &'a [u64],
    pub(super) agreement: Agreement,
    pub(super) bytes_max: usize,
    pub(super) ctx: &'a RunContext,
}

impl PairSource<'_> {
    /// Calls `each` with the pairs in order, some at a time.
    pub(super) fn for_each<Failure: From<OverlapError>>(
        &self,
        mut each: impl FnMut(&[MatchedPair]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let bytes = self.links.largest() * (size_of::<Link>() + size_of::<MatchedPair>());
        let wave = parts_at_once(bytes, self.bytes_max);
        for begin in (0..PARTS).step_by(wave) {
            self.ctx.check().map_err(OverlapError::from)?;
            let parts = begin..(begin + wave).min(PARTS);
            let pairs = parts.into_par_iter().map(|part| self.pairs(part)).collect::<Result<Vec<_>, OverlapError>>()?;
            pairs.iter().filter(|pairs| !pairs.is_empty()).try_for_each(|pairs| each(pairs))?;
        }
        Ok(())
    }

    /// The pairs of a part that match by any set.
    fn pairs(&self, part: usize) -> Result<Vec<MatchedPair>, OverlapError> {
        self.ctx.make_room_for((self.links.len(part) * size_of::<Link>()) as u64)?;
        let mut links = self.links.values(part)?;
        links.sort_unstable();
        let same = |left: &Link, right: &Link| (left.first, left.second) == (right.first, right.second);
        let pairs = links.chunk_by(same).map(|links| {
            let rules = links.iter().fold(0, |rules, link| rules | 1 << link.rule);
            let sets = self.sets(rules);
            MatchedPair { first: links[0].first, second: links[0].second, rules: rules & self.rules_of(sets), sets }
        });
        Ok(pairs.filter(|pair| pair.sets != 0).collect())
    }

    /// The sets by which records match that agree on these rules.
    fn sets(&self, rules: u64) -> u64 {
        let matches = |mask: &u64| match self.agreement {
            Agreement::All => rules & mask == *mask,
            Agreement::Any => rules & mask != 0,
        };
        self.masks.iter().enumerate().fold(0, |sets, (set, mask)| sets | u64::from(matches(mask)) << set)
    }

    /// The rules of some sets.
    fn rules_of(&self, sets: u64) -> u64 {
        self.masks.iter().enumerate().filter(|(set, _)| sets >> set & 1 == 1).fold(0, |rules, (_, mask)| rules | mask)
    }

    /// For each set the partner of each record of the first side, so that nobody has two: pairs are taken in the order of how many
    /// rules of the set they agree on, the most first, then of their ids.
    pub(super) fn partners(&self, records: [usize; 2]) -> Result<Partners, OverlapError> {
        let mut of_set = Vec::new();
        for (set, mask) in self.masks.iter().enumerate() {
            self.ctx.make_room_for(4 * records[0] as u64 + records[1] as u64)?;
            let mut partners = vec![NOBODY; records[0]];
            let mut taken = vec![false; records[1]];
            let rules = mask.count_ones();
            let least = if self.agreement == Agreement::All { rules } else { 1 };
            for agreed in (least..=rules).rev() {
                self.for_each(|pairs| {
                    let wanted = |pair: &&MatchedPair| pair.sets >> set & 1 == 1 && (pair.rules & mask).count_ones() == agreed;
                    for pair in pairs.iter().filter(wanted) {
                        let (partner, taken) = (&mut partners[pair.first as usize], &mut taken[pair.second as usize]);
                        if *partner == NOBODY && !*taken {
                            (*partner, *taken) = (pair.second, true);
                        }
                    }
                    Ok::<(), OverlapError>(())
                })?;
            }
            of_set.push(partners);
        }
        Ok(Partners { of_set })
    }
}

/// Who belongs to whom where everybody has at most one partner.
pub(super) struct Partners {
    of_set: Vec<Vec<u32>>,
}

impl Partners {
    /// The pair with the sets in which its records are partners; none where there are none.
    pub(super) fn keep(&self, pair: MatchedPair) -> Option<MatchedPair> {
        let partners = |set: usize| self.of_set[set][pair.first as usize] == pair.second;
        let kept = (0..self.of_set.len()).filter(|set| pair.sets >> set & 1 == 1 && partners(*set));
        let sets = kept.fold(0, |sets, set| sets | 1 << set);
        (sets != 0).then_some(MatchedPair { sets, ..pair })
    }
}
