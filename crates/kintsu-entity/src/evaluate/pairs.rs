//! Pairs that are claimed to match, against pairs that do.

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use serde::Serialize;

use super::contingency::{Restriction, pairs_within};
use super::share;
use crate::clusters::Clusters;
use crate::error::{EntityError, check_length, check_links};

/// How many pairs were rightly and wrongly taken for matches, and how many matches were missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct PairCounts {
    /// Pairs that match and were taken for matches.
    pub true_positives: u64,
    /// Pairs that do not match and were taken for matches.
    pub false_positives: u64,
    /// Pairs that match and were not taken for matches.
    pub false_negatives: u64,
}

impl PairCounts {
    /// The counts when `both` of the `claimed` pairs are among the `actual` ones.
    pub(crate) fn new(both: u64, claimed: u64, actual: u64) -> Self {
        Self { true_positives: both, false_positives: claimed.saturating_sub(both), false_negatives: actual.saturating_sub(both) }
    }

    /// The share of claimed pairs that match; 1 when none is claimed.
    pub fn precision(&self) -> f64 {
        share(self.true_positives as f64, (self.true_positives + self.false_positives) as f64)
    }

    /// The share of matching pairs that were claimed; 1 when there are none.
    pub fn recall(&self) -> f64 {
        share(self.true_positives as f64, (self.true_positives + self.false_negatives) as f64)
    }

    /// 2 TP / (2 TP + FP + FN), the harmonic mean of precision and recall; 1 when nothing is claimed and nothing matches.
    pub fn f1(&self) -> f64 {
        let twice = 2.0 * self.true_positives as f64;
        share(twice, twice + self.false_positives as f64 + self.false_negatives as f64)
    }
}

/// Links that are claimed to match, against labels.
///
/// Every link is a claim, so pass only those at or above the threshold, each once. Pairs with an unknown label, and pairs within
/// one source where `source_of` is given (links between tables can find no others), count nowhere.
///
/// ```
/// use kintsu_entity::evaluate::{UNKNOWN, evaluate_links};
/// let truth = [7, 7, 7, 8, UNKNOWN];
/// let counts = evaluate_links(&[(0, 1), (2, 3), (3, 4)], &truth, None)?;
/// assert_eq!((counts.true_positives, counts.false_positives, counts.false_negatives), (1, 1, 2));
/// # Ok::<(), kintsu_entity::EntityError>(())
/// ```
///
/// # Errors
/// [`EntityError`] when a link names no row, or lengths differ.
pub fn evaluate_links(links: &[(u32, u32)], truth: &[u32], source_of: Option<&[u32]>) -> Result<PairCounts, EntityError> {
    check_links(truth.len(), links)?;
    let restriction = Restriction::new(truth, source_of)?;
    let actual = pairs_within(&restriction, |row| u64::from(truth[row]));
    let (mut claimed, mut both) = (0, 0);
    for &(left, right) in links {
        if restriction.counts(left as usize, right as usize) {
            claimed += 1;
            both += u64::from(truth[left as usize] == truth[right as usize]);
        }
    }
    Ok(PairCounts::new(both, claimed, actual))
}

/// A pair of which the truth is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TruePair {
    /// The two rows, in any order.
    pub rows: (u32, u32),
    /// Whether they are one entity.
    pub is_match: bool,
}

/// What pairs are that a list of pairs does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unlisted {
    /// Unknown: only listed pairs count.
    Unknown,
    /// No match: the list names every match.
    NoMatch,
}

/// Clusters against a list of pairs: a pair is claimed when its rows share a cluster.
///
/// A pair listed twice counts once, and as a match when any of its entries says so.
/// `source_of` restricts the claims to pairs across sources.
///
/// # Errors
/// [`EntityError`] when a pair names no row, or lengths differ.
pub fn evaluate_listed_pairs(
    clusters: &Clusters,
    list: &[TruePair],
    unlisted: Unlisted,
    source_of: Option<&[u32]>,
) -> Result<PairCounts, EntityError> {
    let labels = clusters.labels();
    if let Some(source_of) = source_of {
        check_length("sources of rows", labels.len(), source_of.len())?;
    }
    let known = distinct_pairs(labels.len(), list)?;
    let everything = vec![0; labels.len()];
    let restriction = Restriction::new(&everything, source_of)?;
    let (mut claimed, mut both, mut actual) = (0, 0, 0);
    for (&(left, right), &is_match) in &known {
        if !restriction.counts(left as usize, right as usize) {
            continue;
        }
        let together = labels[left as usize] == labels[right as usize];
        claimed += u64::from(together);
        actual += u64::from(is_match);
        both += u64::from(together && is_match);
    }
    if unlisted == Unlisted::NoMatch {
        claimed = pairs_within(&restriction, |row| u64::from(labels[row]));
    }
    Ok(PairCounts::new(both, claimed, actual))
}

fn distinct_pairs(rows: usize, list: &[TruePair]) -> Result<HashMap<(u32, u32), bool, RandomState>, EntityError> {
    let mut known = HashMap::with_capacity_and_hasher(list.len(), RandomState::default());
    for (link, pair) in list.iter().enumerate() {
        let (left, right) = (pair.rows.0.min(pair.rows.1), pair.rows.0.max(pair.rows.1));
        if right as usize >= rows {
            return Err(EntityError::RowOutOfRange { link, row: right, nodes: rows });
        }
        if left != right {
            *known.entry((left, right)).or_insert(false) |= pair.is_match;
        }
    }
    Ok(known)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::clusters::connected_components;

    #[test]
    fn nothing_claimed_is_precise() {
        let counts = evaluate_links(&[], &[0, 0], None).unwrap();
        assert_eq!((counts.precision(), counts.recall(), counts.f1()), (1.0, 0.0, 0.0));
        assert_eq!(PairCounts::default().f1(), 1.0);
    }

    #[test]
    fn links_within_a_source_count_only_where_asked() {
        let (links, truth, sources) = ([(0, 1), (1, 2)], [5, 5, 5], [0, 0, 1]);
        assert_eq!(evaluate_links(&links, &truth, None).unwrap(), PairCounts::new(2, 2, 3));
        assert_eq!(evaluate_links(&links, &truth, Some(&sources)).unwrap(), PairCounts::new(1, 1, 2));
    }

    #[test]
    fn a_list_is_complete_or_not() {
        let clusters = connected_components(5, &[(0, 1), (1, 2)], &[], 0.0).unwrap();
        let list = [
            TruePair { rows: (1, 0), is_match: true },
            TruePair { rows: (0, 1), is_match: false },
            TruePair { rows: (3, 4), is_match: true },
            TruePair { rows: (2, 0), is_match: false },
        ];
        assert_eq!(evaluate_listed_pairs(&clusters, &list, Unlisted::Unknown, None).unwrap(), PairCounts::new(1, 2, 2));
        assert_eq!(evaluate_listed_pairs(&clusters, &list, Unlisted::NoMatch, None).unwrap(), PairCounts::new(1, 3, 2));
    }
}
