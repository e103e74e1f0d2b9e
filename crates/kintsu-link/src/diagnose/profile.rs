//! What values a column holds and how often: whether it is filled, how well it tells records apart, and which few values
//! would make huge blocks.

use std::cmp::Ordering;

use arrow_cast::display::{ArrayFormatter, FormatOptions};
use kintsu_table::{EncodedColumn, NULL_CODE};
use serde::Serialize;

/// A value and how often it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ValueCount {
    /// The value as text.
    pub value: String,
    /// In how many rows.
    pub value_count: u64,
}

/// The values that stand equally often, as a step of the cumulative distribution.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FrequencyStep {
    /// How often each of them stands.
    pub value_count: u64,
    /// The rows that they fill together.
    pub sum_tokens_in_value_count_group: u64,
    /// The share of non-null rows whose value stands less often.
    pub percentile_ex_nulls: f64,
    /// One minus the share of all rows whose value stands at least as often; nulls count as standing least.
    pub percentile_inc_nulls: f64,
}

/// The values of one column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnProfile {
    /// The column or expression.
    pub column: String,
    /// Rows, nulls included.
    pub total_rows_inc_nulls: u64,
    /// Rows that are not null.
    pub total_non_null_rows: u64,
    /// Distinct values that occur, null not among them.
    pub distinct_value_count: u64,
    /// From the most frequent values to the rarest.
    pub distribution: Vec<FrequencyStep>,
    /// The most frequent values, most frequent first.
    pub top: Vec<ValueCount>,
    /// The rarest values, rarest first.
    pub bottom: Vec<ValueCount>,
}

/// The profile of a column with its `top_n` most and `bottom_n` least frequent values; of equally frequent ones those that come
/// first as text.
///
/// Cost: one look at each row, and a partial sort of the distinct values.
pub fn profile_values(column: &str, values: &EncodedColumn, top_n: usize, bottom_n: usize) -> ColumnProfile {
    let counts = counts_by_code(values);
    let mut present: Vec<u32> = (0..counts.len() as u32).filter(|&code| counts[code as usize] > 0).collect();
    let non_null: u64 = counts.iter().sum();
    let text = Texts::new(values);
    let count = |code: u32| counts[code as usize];
    let listed =
        |codes: Vec<u32>| codes.into_iter().map(|code| ValueCount { value: text.of(code), value_count: count(code) }).collect();
    let top = first(&mut present, top_n, |a, b| count(b).cmp(&count(a)).then_with(|| text.compare(a, b)));
    let bottom = first(&mut present, bottom_n, |a, b| count(a).cmp(&count(b)).then_with(|| text.compare(a, b)));
    ColumnProfile {
        column: column.to_owned(),
        total_rows_inc_nulls: values.codes.len() as u64,
        total_non_null_rows: non_null,
        distinct_value_count: present.len() as u64,
        distribution: distribution(&counts, non_null, values.codes.len() as u64),
        top: listed(top),
        bottom: listed(bottom),
    }
}

fn counts_by_code(values: &EncodedColumn) -> Vec<u64> {
    let mut counts = vec![0_u64; values.values.len()];
    for &code in values.codes.iter().filter(|&&code| code != NULL_CODE) {
        counts[code as usize] += 1;
    }
    counts
}

fn distribution(counts: &[u64], non_null: u64, rows: u64) -> Vec<FrequencyStep> {
    let mut descending: Vec<u64> = counts.iter().copied().filter(|&count| count > 0).collect();
    descending.sort_unstable_by(|a, b| b.cmp(a));
    let mut so_far = 0;
    let steps = descending.chunk_by(|a, b| a == b).filter_map(|run| run.first().map(|&count| (count, count * run.len() as u64)));
    steps
        .map(|(value_count, sum)| {
            so_far += sum;
            FrequencyStep {
                value_count,
                sum_tokens_in_value_count_group: sum,
                percentile_ex_nulls: 1.0 - so_far as f64 / non_null as f64,
                percentile_inc_nulls: 1.0 - so_far as f64 / rows as f64,
            }
        })
        .collect()
}

/// The first `n` of `codes` in the order of `compare`.
fn first(codes: &mut [u32], n: usize, compare: impl Fn(u32, u32) -> Ordering) -> Vec<u32> {
    let n = n.min(codes.len());
    if n > 0 && n < codes.len() {
        codes.select_nth_unstable_by(n - 1, |&a, &b| compare(a, b));
    }
    let mut found = codes[..n].to_vec();
    found.sort_unstable_by(|&a, &b| compare(a, b));
    found
}

/// Distinct values as text.
pub(super) enum Texts<'a> {
    Text(&'a arrow_array::StringArray),
    Other(Vec<String>),
}

impl<'a> Texts<'a> {
    pub(super) fn new(values: &'a EncodedColumn) -> Self {
        if let Some(text) = values.text() {
            return Self::Text(text);
        }
        let options = FormatOptions::default();
        let formatter = ArrayFormatter::try_new(values.values.as_ref(), &options);
        let text = |row: usize| formatter.as_ref().map(|formatter| formatter.value(row).to_string()).unwrap_or_default();
        Self::Other((0..values.values.len()).map(text).collect())
    }

    pub(super) fn of(&self, code: u32) -> String {
        match self {
            Self::Text(text) => text.value(code as usize).to_owned(),
            Self::Other(text) => text[code as usize].clone(),
        }
    }

    fn compare(&self, a: u32, b: u32) -> Ordering {
        match self {
            Self::Text(text) => text.value(a as usize).cmp(text.value(b as usize)),
            Self::Other(text) => text[a as usize].cmp(&text[b as usize]).then(a.cmp(&b)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{Int64Array, StringArray};

    use super::*;

    fn value(text: &str, count: u64) -> ValueCount {
        ValueCount { value: text.to_owned(), value_count: count }
    }

    #[test]
    fn values_are_listed_by_frequency_then_by_text() {
        // "d" is a distinct value of no row.
        let values = Arc::new(StringArray::from(vec!["c", "a", "b", "d"]));
        let column = EncodedColumn { codes: vec![0, 0, 0, 1, 2, NULL_CODE, 1, 2].into(), values };
        let profile = profile_values("letter", &column, 2, 2);
        assert_eq!(profile.top, vec![value("c", 3), value("a", 2)]);
        assert_eq!(profile.bottom, vec![value("a", 2), value("b", 2)]);
        assert_eq!((profile.total_rows_inc_nulls, profile.total_non_null_rows, profile.distinct_value_count), (8, 7, 3));
        let expected = [(3, 3, 1.0 - 3.0 / 7.0, 1.0 - 3.0 / 8.0), (2, 4, 0.0, 1.0 - 7.0 / 8.0)];
        let found: Vec<_> = profile
            .distribution
            .iter()
            .map(|step| {
                (step.value_count, step.sum_tokens_in_value_count_group, step.percentile_ex_nulls, step.percentile_inc_nulls)
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn numbers_are_shown_as_text_and_an_empty_column_has_no_values() {
        let column = EncodedColumn { codes: vec![0, 1, 1].into(), values: Arc::new(Int64Array::from(vec![7, -1])) };
        assert_eq!(profile_values("n", &column, 9, 0).top, vec![value("-1", 2), value("7", 1)]);
        let empty = EncodedColumn { codes: vec![NULL_CODE; 3].into(), values: Arc::new(StringArray::from(Vec::<&str>::new())) };
        let profile = profile_values("e", &empty, 5, 5);
        assert_eq!((profile.distinct_value_count, profile.distribution.len(), profile.top.len()), (0, 0, 0));
    }
}
