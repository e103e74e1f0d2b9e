//! Pairs that come as a list: which rule finds each, and their scores, some at a time. Memory grows by a few words a pair; what a
//! score holds (gammas, weights, columns) is only ever there for one part of the list.

use kintsu_core::RunContext;

use super::against_truth::{LabelledPair, ReadyModel};
use crate::block::Blocker;
use crate::error::LinkError;
use crate::score::{Edges, Threshold, score_in_order};

/// So many pairs are scored at once.
const PAIRS_PER_PART: usize = 1 << 18;

/// Listed pairs by their smaller row, for finding them among the pairs of rules.
struct Sought {
    /// The end of each row's places; the first row's begin at 0.
    ends: Vec<u32>,
    /// The larger row and the position in the list, by smaller row, then ascending.
    places: Vec<(u32, u32)>,
}

impl Sought {
    fn new(pairs: &[(u32, u32)]) -> Self {
        let smaller = |pair: &(u32, u32)| pair.0.min(pair.1) as usize;
        let mut ends = vec![0_u32; pairs.iter().map(smaller).max().map_or(0, |last| last + 1)];
        for pair in pairs {
            ends[smaller(pair)] += 1;
        }
        let mut total = 0;
        for end in &mut ends {
            total += *end;
            *end = total;
        }
        // Filled from the back, each end becomes its row's start.
        let mut places = vec![(0, 0); pairs.len()];
        for (position, pair) in pairs.iter().enumerate().rev() {
            let end = &mut ends[smaller(pair)];
            *end -= 1;
            places[*end as usize] = (pair.0.max(pair.1), position as u32);
        }
        let starts = std::mem::take(&mut ends);
        for (row, &start) in starts.iter().enumerate() {
            let end = starts.get(row + 1).map_or(places.len(), |next| *next as usize);
            places[start as usize..end].sort_unstable();
            ends.push(end as u32);
        }
        Self { ends, places }
    }

    /// The positions of the pair in the list.
    #[inline]
    fn positions(&self, left: u32, right: u32) -> impl Iterator<Item = u32> {
        let row = left as usize;
        let end = self.ends.get(row).map_or(0, |end| *end as usize);
        let start = if row == 0 { 0 } else { self.ends.get(row - 1).map_or(end, |start| *start as usize).min(end) };
        let places = &self.places[start..end];
        let first = places.partition_point(|place| place.0 < right);
        places[first..].iter().take_while(move |place| place.0 == right).map(|place| place.1)
    }
}

/// The rule under which `blocker` finds each of `pairs`, whichever way round it is given; none where it does not. Walks the pairs
/// of the rules, in memory linear in `pairs` and the records.
///
/// # Errors
/// [`LinkError::Cancelled`].
pub fn rules_that_find(blocker: &Blocker<'_>, pairs: &[(u32, u32)], ctx: &RunContext) -> Result<Vec<Option<u32>>, LinkError> {
    let sought = Sought::new(pairs);
    let parts = blocker.fold(ctx, Vec::new, |met: &mut Vec<(u32, u32)>, batch| {
        for (&left, &right) in batch.left.iter().zip(&batch.right) {
            met.extend(sought.positions(left, right).map(|position| (position, batch.rule)));
        }
        Ok(())
    })?;
    let mut rules = vec![None; pairs.len()];
    parts.into_iter().flatten().for_each(|(position, rule)| rules[position as usize] = Some(rule));
    Ok(rules)
}

impl ReadyModel<'_> {
    /// Scores labelled pairs in their order. `take` gets each with its scores, the place there, and whether a blocking rule of the
    /// model finds it. The rule of a score is the first that does, or the position after the last one.
    pub(super) fn each_labelled(
        &self,
        pairs: &[LabelledPair],
        ctx: &RunContext,
        mut take: impl FnMut(&LabelledPair, &Edges, usize, bool),
    ) -> Result<(), LinkError> {
        let unknown = pairs.iter().filter(|pair| pair.left.max(pair.right) as usize >= self.records.rows()).count();
        if unknown > 0 {
            return Err(LinkError::UnknownRecords { pairs: unknown });
        }
        let rows: Vec<(u32, u32)> = pairs.iter().map(|pair| (pair.left, pair.right)).collect();
        let blocker = Blocker::new(self.records, &self.model.blocking_rules, self.model.parity, ctx)?;
        let rules = rules_that_find(&blocker, &rows, ctx)?;
        drop(blocker);
        let after_last = self.model.blocking_rules.len() as u32;
        let parts = pairs.chunks(PAIRS_PER_PART).zip(rows.chunks(PAIRS_PER_PART)).zip(rules.chunks(PAIRS_PER_PART));
        for ((pairs, rows), rules) in parts {
            let given = Blocker::given(self.records, rows);
            let mut scored = score_in_order(&given, self.comparators, self.scorer, Threshold::None, ctx)?;
            scored.rules = rules.iter().map(|rule| rule.unwrap_or(after_last)).collect();
            for (place, (pair, rule)) in pairs.iter().zip(rules).enumerate() {
                take(pair, &scored, place, rule.is_some());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_listed_pair_is_found_at_all_its_positions(pairs in prop::collection::vec((0..9_u32, 0..9_u32), 0..40)) {
            let sought = Sought::new(&pairs);
            for left in 0..10 {
                for right in left..10 {
                    let mut found: Vec<u32> = sought.positions(left, right).collect();
                    found.sort_unstable();
                    let listed = |(_, pair): &(usize, &(u32, u32))| **pair == (left, right) || **pair == (right, left);
                    let expected: Vec<u32> = pairs.iter().enumerate().filter(listed).map(|(at, _)| at as u32).collect();
                    prop_assert_eq!(found, expected);
                }
            }
        }
    }
}
