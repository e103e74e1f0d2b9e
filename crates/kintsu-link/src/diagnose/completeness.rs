//! How much of each column is filled, table by table.

use serde::Serialize;

/// One column of one source.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Completeness {
    /// The source.
    pub source_dataset: String,
    /// The column.
    pub column_name: String,
    /// Its nulls.
    pub total_null_rows: u64,
    /// Its rows.
    pub total_rows_inc_nulls: u64,
    /// The share that is not null.
    pub completeness: f64,
}

/// The completeness of one column in each source, in the order of `sources`; sources without rows are left out.
///
/// `is_null` says whether the value of a row is null, `source_of` the position of its source in `sources`. Cost: one look at
/// each row.
///
/// ```
/// use kintsu_link::diagnose::completeness;
/// let email = [Some("a@b.c"), None, None, None];
/// let filled = completeness("email", &["crm", "shop"], &[0, 0, 1, 0], |row| email[row].is_none());
/// assert_eq!((filled[0].total_null_rows, filled[0].completeness), (2, 1.0 / 3.0));
/// assert_eq!((filled[1].source_dataset.as_str(), filled[1].completeness), ("shop", 0.0));
/// ```
pub fn completeness(column: &str, sources: &[&str], source_of: &[u32], is_null: impl Fn(usize) -> bool) -> Vec<Completeness> {
    let mut counts = vec![(0_u64, 0_u64); sources.len()];
    for (row, &source) in source_of.iter().enumerate() {
        if let Some((nulls, rows)) = counts.get_mut(source as usize) {
            *nulls += u64::from(is_null(row));
            *rows += 1;
        }
    }
    let filled = sources.iter().zip(counts).filter(|(_, (_, rows))| *rows > 0);
    filled
        .map(|(source, (nulls, rows))| Completeness {
            source_dataset: (*source).to_owned(),
            column_name: column.to_owned(),
            total_null_rows: nulls,
            total_rows_inc_nulls: rows,
            completeness: (rows - nulls) as f64 / rows as f64,
        })
        .collect()
}
