//! From counts of levels to probabilities: u from random pairs, m from labelled ones.

use crate::model::Comparison;
use crate::score::LevelCounts;

/// Each level's share of the pairs that are not null, by gamma; none for levels that no pair took.
pub(super) fn level_shares(counts: &LevelCounts, position: usize, comparison: &Comparison) -> Vec<Option<f64>> {
    let taken: Vec<u64> = (0..comparison.scored_levels()).map(|gamma| counts.count(position, gamma as i32)).collect();
    let total: u64 = taken.iter().sum();
    taken.into_iter().map(|count| (count > 0).then(|| count as f64 / total as f64)).collect()
}

/// The shares with the top level's replaced by `exact` and the others scaled to what is left.
///
/// Where the sample holds no pair of any other level, the others stay without an estimate.
pub(super) fn with_exact_top(mut shares: Vec<Option<f64>>, exact: f64) -> Vec<Option<f64>> {
    let Some(top) = shares.pop() else { return shares };
    let rest = 1.0 - top.unwrap_or(0.0);
    if rest > 0.0 {
        shares.iter_mut().flatten().for_each(|share| *share = *share / rest * (1.0 - exact));
    }
    shares.push((exact > 0.0).then_some(exact));
    shares
}

/// How many pairs of records agree on a value, and how many have one at all: from how often each value occurs.
///
/// `frequencies` holds, for each distinct value, its number of records in each table; with one table, or when pairs within a table
/// count, give totals. Pairs within a table count unless `across_only`.
///
/// Worked: a value 3 times and another once, one table: 3 of 6 pairs agree.
pub(super) fn agreement<'a>(frequencies: impl Iterator<Item = &'a [u64]>, across_only: bool) -> Option<f64> {
    let mut agreeing: u128 = 0;
    let mut totals: Vec<u64> = Vec::new();
    for by_table in frequencies {
        agreeing += pairs(by_table, across_only);
        totals.resize(totals.len().max(by_table.len()), 0);
        totals.iter_mut().zip(by_table).for_each(|(total, count)| *total += count);
    }
    let possible = pairs(&totals, across_only);
    (possible > 0).then(|| agreeing as f64 / possible as f64)
}

/// The pairs among so many records of each table.
fn pairs(by_table: &[u64], across_only: bool) -> u128 {
    let all: u128 = by_table.iter().map(|count| u128::from(*count)).sum();
    let within: u128 = by_table.iter().map(|count| choose_two(u128::from(*count))).sum();
    choose_two(all) - if across_only { within } else { 0 }
}

fn choose_two(count: u128) -> u128 {
    count * count.saturating_sub(1) / 2
}

#[cfg(test)]
mod tests {
    use super::{agreement, pairs, with_exact_top};

    #[test]
    fn agreement_within_and_across() {
        assert_eq!(agreement([[3].as_slice(), &[1]].into_iter(), false), Some(0.5));
        // Tables of 3 and 2 records: of 6 pairs across, value one gives 2 * 1, value two 1 * 1.
        assert_eq!(agreement([[2, 1].as_slice(), &[1, 1]].into_iter(), true), Some(0.5));
        assert_eq!(agreement([[1].as_slice()].into_iter(), false), None);
    }

    #[test]
    fn pairs_of_three_tables() {
        assert_eq!(pairs(&[2, 3, 4], true), 2 * 3 + 2 * 4 + 3 * 4);
        assert_eq!(pairs(&[2, 3, 4], false), 36);
    }

    #[test]
    fn the_rest_is_scaled() {
        let scaled = with_exact_top(vec![Some(0.6), None, Some(0.2), Some(0.2)], 0.5);
        assert_eq!(scaled[1], None);
        assert_eq!(scaled[3], Some(0.5));
        let sum: f64 = scaled.iter().flatten().sum();
        assert!((sum - 1.0).abs() < 1e-15);
        assert!((scaled[0].unwrap_or(0.0) / scaled[2].unwrap_or(1.0) - 3.0).abs() < 1e-12);
    }
}
