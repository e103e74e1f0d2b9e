//! Records that could not be linked even to themselves.
//!
//! Each record is scored against itself, the best that it can ever score. A row says what share of the records stays below a
//! probability; at a threshold above it they can match nothing. Useful for setting a threshold and for seeing how much the
//! columns say at all.
//!
//! Shares are single precision, as the reference's are, and added up in double.

use std::collections::BTreeMap;

use serde::Serialize;

/// Records whose best probability is `match_probability`.
#[derive(Debug, Clone, Default, Copy, PartialEq, Serialize)]
pub struct UnlinkableRow {
    /// The highest match weight among them, to two decimals.
    pub match_weight: f64,
    /// Their match probability with themselves, to five decimals.
    pub match_probability: f64,
    /// Their share of all records.
    pub prop: f64,
    /// The share of all records up to this probability.
    pub cum_prop: f64,
}

/// The distribution of `weights` and `probabilities` of records with themselves, by ascending probability; records that reach
/// probability 1 (rounded to five decimals) count in the whole only.
///
/// ```
/// use kintsu_link::diagnose::unlinkables;
/// let rows = unlinkables(&[2.0, 2.001, 30.0, 31.0], &[0.8, 0.8000001, 1.0, 1.0]);
/// assert_eq!((rows.len(), rows[0].match_weight, rows[0].match_probability, rows[0].cum_prop), (1, 2.0, 0.8, 0.5));
/// ```
pub fn unlinkables(weights: &[f64], probabilities: &[f64]) -> Vec<UnlinkableRow> {
    let mut groups: BTreeMap<i64, (u64, f64)> = BTreeMap::new();
    for (&weight, &probability) in weights.iter().zip(probabilities) {
        let group = groups.entry((probability * 1e5).round() as i64).or_insert((0, f64::NEG_INFINITY));
        group.0 += 1;
        group.1 = group.1.max((weight * 100.0).round() / 100.0);
    }
    let records = weights.len().min(probabilities.len()) as f32;
    let mut cum_prop = 0.0;
    let below_one = groups.into_iter().filter(|&(probability, _)| probability < 100_000);
    below_one
        .map(|(probability, (count, match_weight))| {
            let prop = f64::from(count as f32 / records);
            cum_prop += prop;
            UnlinkableRow { match_weight, match_probability: probability as f64 / 1e5, prop, cum_prop }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_grow_and_the_highest_weight_is_kept() {
        let rows = unlinkables(&[1.0, 1.006, -3.0, 20.0], &[0.66667, 0.666671, 0.1, 0.999_999]);
        assert_eq!(rows.iter().map(|row| row.match_probability).collect::<Vec<_>>(), vec![0.1, 0.66667]);
        assert_eq!(rows[1].match_weight, 1.01);
        assert_eq!((rows[0].cum_prop, rows[1].prop, rows[1].cum_prop), (0.25, 0.5, 0.75));
    }

    #[test]
    fn no_records_give_no_rows() {
        assert!(unlinkables(&[], &[]).is_empty());
    }
}
