//! Which records take part in a sample of pairs.
//!
//! Records are ranked by random numbers drawn from their ids, and the first ones taken: the sample is the same for any order of the
//! input, has as many pairs as were asked for (and not just about as many), and is everything when everything was asked for.

use kintsu_core::Stream;
use rayon::prelude::*;

use crate::records::{PairKind, Records};

/// Whether so many pairs are all that there are.
pub(super) fn is_everything(records: &Records, max_pairs: f64) -> bool {
    max_pairs >= records.possible_pairs() as f64
}

/// The rows, ascending, of a sample that makes at least `max_pairs` pairs, or all pairs when there are fewer.
///
/// Within one table r rows make r(r-1)/2 pairs; across tables the same share of each is taken, sqrt(max_pairs / possible pairs).
pub(super) fn sample_rows(records: &Records, max_pairs: f64, stream: Stream) -> Vec<u32> {
    if is_everything(records, max_pairs) {
        return (0..records.rows() as u32).collect();
    }
    let possible = records.possible_pairs() as f64;
    let wanted: Vec<u64> = match records.pair_kind() {
        PairKind::Within => vec![rows_for_pairs(max_pairs)],
        PairKind::AcrossTwo { .. } | PairKind::Across => {
            let share = (max_pairs / possible).sqrt();
            records.source_sizes().into_iter().map(|size| (size as f64 * share).ceil() as u64).collect()
        }
    };
    let by_source = wanted.len() > 1;
    let drawn: Vec<u64> = (0..records.rows()).into_par_iter().map(|row| records.random_bits(row, stream)).collect();
    let mut rows = Vec::new();
    for (source, &wanted) in wanted.iter().enumerate() {
        let of_source = |row: usize| !by_source || records.source_of(row) as usize == source;
        let ranked = (0..records.rows()).filter(|&row| of_source(row)).map(|row| (drawn[row], row as u32)).collect();
        rows.extend(first_of(ranked, wanted as usize));
    }
    rows.sort_unstable();
    rows
}

/// The rows of the `wanted` lowest ranks.
fn first_of(mut ranked: Vec<(u64, u32)>, wanted: usize) -> impl Iterator<Item = u32> {
    if wanted < ranked.len() {
        ranked.select_nth_unstable(wanted);
        ranked.truncate(wanted);
    }
    ranked.into_iter().map(|(_, row)| row)
}

/// The smallest r with r(r-1)/2 at least `pairs`.
fn rows_for_pairs(pairs: f64) -> u64 {
    f64::midpoint(1.0, (1.0 + 8.0 * pairs).sqrt()).ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::rows_for_pairs;

    #[test]
    fn enough_rows_and_not_one_more() {
        for pairs in [1_u64, 2, 3, 10, 11, 1_000_000, 10_000_000] {
            let rows = rows_for_pairs(pairs as f64);
            assert!(rows * (rows - 1) / 2 >= pairs, "{pairs}");
            assert!((rows - 1) * (rows - 2) / 2 < pairs, "{pairs}");
        }
    }
}
