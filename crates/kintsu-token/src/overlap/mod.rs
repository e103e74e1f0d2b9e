//! Which records of two files of tokens belong to the same persons: pairs that agree on all, or on any, of some rules.
//!
//! Tokens are split into parts by their first bits, each part is sorted on both sides and walked through once, and the pairs that
//! come of it are split by ranges of the first side's records, sorted, and handed out in the order of their ids. Parts that do not
//! fit in memory wait in files, so that beside them only the ids of records are held: their text and 8 bytes a record. Cost: n log n
//! in the tokens, linear in the pairs.
//!
//! What surprises, beside the reference analyser: blank tokens match nothing; a record that stands in a file more than once bears
//! all its tokens, and matches when any of them does; rules that are named twice count once; two data sets of one name are told
//! apart by `_1` and `_2`. The answer does not depend on the order of rows, on memory or on the number of threads.

pub(crate) mod entry;
mod error;
pub(crate) mod join;
mod link;
mod pairs;
mod records;
mod report;
mod rule_sets;
mod side;
pub(crate) mod spill;

use std::collections::BTreeSet;
use std::path::Path;

use kintsu_core::RunContext;

pub use error::OverlapError;
pub use pairs::MatchedPair;
pub use report::{OverlapResult, RuleOverlap, RuleSide};
pub use rule_sets::{Agreement, RuleSets};
pub use side::{PreparedRows, TokenReader, TokenRow, TokenSide, TokenSideCounts};

use join::{JoinCounts, JoinLimits};
use link::Link;
use pairs::{PairSource, Partners};
use records::RankedRecords;
use report::Matched;
use spill::Parts;

/// The most rules that are compared at once.
pub const RULES_MAX: usize = 64;
/// The most sets of rules that are compared at once.
pub const RULE_SETS_MAX: usize = 64;

/// How an overlap is computed.
#[derive(Debug, Clone)]
pub struct OverlapOptions {
    /// Give each record at most one partner in every set of rules.
    pub one_to_one: bool,
    /// Leave out tokens that more records of a side bear.
    pub token_frequency_max: Option<u64>,
    /// Memory for links and for the parts at work, in bytes; more waits on the disk.
    pub bytes_max: usize,
}

/// Two files of tokens, brought together.
pub struct Overlap {
    sets: RuleSets,
    names: [String; 2],
    ranked: [RankedRecords; 2],
    read: [Vec<TokenSideCounts>; 2],
    joined: Vec<JoinCounts>,
    links: Parts<Link>,
    options: OverlapOptions,
    matched: Vec<Matched>,
    ctx: RunContext,
}

impl Overlap {
    /// Brings the tokens of two files together, whose readers were made for the rules of the sets. What does not fit in memory
    /// goes to `folder`.
    ///
    /// # Errors
    ///
    /// [`OverlapError`]: a rule that stands in neither file, a wrong key, files that cannot be written, or the run was stopped.
    pub fn new(
        sets: RuleSets,
        mut sides: [TokenSide; 2],
        options: OverlapOptions,
        folder: &Path,
        ctx: &RunContext,
    ) -> Result<Self, OverlapError> {
        sides.iter().try_for_each(TokenSide::check_key)?;
        check_rules(&sets, &sides)?;
        let mut rank = |side: usize| {
            let records = std::mem::take(&mut sides[side].records);
            ctx.make_room_for(records.ranking_bytes())?;
            Ok::<_, OverlapError>(records.ranked())
        };
        let ranked = [rank(0)?, rank(1)?];
        let links = Parts::new(folder, "pairs", options.bytes_max / 2);
        let limits = JoinLimits { frequency_max: options.token_frequency_max, bytes_max: options.bytes_max / 2 };
        let shared = join::join(&mut sides, folder, &limits, ctx)?;
        let links = link::link(&shared, &ranked, links, &sets, &limits, ctx)?;
        let joined = shared.finish();
        let names = apart([sides[0].name(), sides[1].name()]);
        let read = sides.map(|side| side.counts);
        let matched = vec![Matched::new([ranked[0].len(), ranked[1].len()]); sets.len()];
        Ok(Self { sets, names, ranked, read, joined, links, options, matched, ctx: ctx.clone() })
    }

    /// Calls `each` with the pairs that match by any set of rules, in the order of their ids, some at a time, and counts them.
    /// To be called once, before the results are asked for.
    ///
    /// # Errors
    ///
    /// [`OverlapError`] when files cannot be read back or the run was stopped, and what `each` gives.
    pub fn for_each_pair<Failure: From<OverlapError>>(
        &mut self,
        mut each: impl FnMut(&PairIds<'_>, &[MatchedPair]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let masks = self.sets.masks();
        let source = PairSource {
            links: &self.links,
            masks: &masks,
            agreement: self.sets.agreement(),
            bytes_max: self.options.bytes_max / 2,
            ctx: &self.ctx,
        };
        let records = [self.ranked[0].len(), self.ranked[1].len()];
        let partners: Option<Partners> = if self.options.one_to_one { Some(source.partners(records)?) } else { None };
        let ids = PairIds { ranked: &self.ranked };
        let matched = &mut self.matched;
        let mut kept = Vec::new();
        source.for_each(|pairs| {
            kept.clear();
            kept.extend(pairs.iter().filter_map(|pair| partners.as_ref().map_or(Some(*pair), |partners| partners.keep(*pair))));
            for pair in &kept {
                for (set, matched) in matched.iter_mut().enumerate().filter(|(set, _)| pair.sets >> set & 1 == 1) {
                    debug_assert!(set < 64);
                    matched.pairs += 1;
                    matched.mark(0, pair.first);
                    matched.mark(1, pair.second);
                }
            }
            each(&ids, &kept)
        })
    }

    /// The result of every set of rules.
    pub fn results(&self) -> Vec<OverlapResult> {
        let totals = [0, 1].map(|side| self.ranked[side].len() as u64);
        let result = |(set, matched)| report::of_set(matched, totals, &self.names, self.sets.rules_of(set));
        self.matched.iter().enumerate().map(result).collect()
    }

    /// What is said of every rule.
    pub fn rules(&self) -> Vec<RuleOverlap> {
        report::of_rules(self, &self.sets)
    }

    /// The names of the data sets, which differ.
    pub fn names(&self) -> &[String; 2] {
        &self.names
    }

    /// The sets of rules.
    pub fn sets(&self) -> &RuleSets {
        &self.sets
    }

    /// Whether pairs had to be put aside on the disk.
    pub fn is_put_aside(&self) -> bool {
        self.links.is_put_aside()
    }
}

/// The ids of the records of pairs.
pub struct PairIds<'a> {
    ranked: &'a [RankedRecords; 2],
}

impl PairIds<'_> {
    /// The id of the first side's record.
    pub fn first(&self, pair: &MatchedPair) -> &str {
        self.ranked[0].id(pair.first)
    }

    /// The id of the second side's record.
    pub fn second(&self, pair: &MatchedPair) -> &str {
        self.ranked[1].id(pair.second)
    }
}

/// Checks that every rule stands in one of the files at least; files without a row have nothing to say. The readers of both were made
/// for the rules of the sets.
///
/// # Errors
///
/// [`OverlapError::UnknownRule`].
pub fn check_rules(sets: &RuleSets, sides: &[TokenSide; 2]) -> Result<(), OverlapError> {
    if sides.iter().all(|side| side.rows() == 0) {
        return Ok(());
    }
    let rows = |side: &TokenSide, rule: &str| sets.position(rule).map_or(0, |position| side.counts[position].rows);
    let Some(rule) = sets.rules().iter().find(|rule| sides.iter().all(|side| rows(side, rule) == 0)) else { return Ok(()) };
    let there = sets.rules().iter().filter(|rule| sides.iter().any(|side| rows(side, rule) > 0)).map(String::as_str);
    let known: BTreeSet<&str> = sides.iter().flat_map(TokenSide::other_rules).chain(there).collect();
    Err(OverlapError::UnknownRule { rule: rule.clone(), known: known.into_iter().map(str::to_owned).collect() })
}

/// The names of two data sets, told apart by `_1` and `_2` where they are equal.
pub fn apart(names: [&str; 2]) -> [String; 2] {
    if names[0] == names[1] { [1, 2].map(|side| format!("{}_{side}", names[0])) } else { names.map(str::to_owned) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
