//! Pair order: sorting rows by id, finding repeated ids, and moving columns into place.

use std::cmp::Ordering;

use arrow_array::{ArrayRef, StringArray, UInt32Array};
use arrow_buffer::ScalarBuffer;
use arrow_select::take::take;
use kintsu_table::{Column, ColumnData, EncodedColumn, NULL_CODE, Table};
use rayon::prelude::*;

use super::ids::{RecordIds, text_prefix};
use super::source::Sources;
use crate::error::LinkError;
use crate::model::LinkType;

/// Which pairs of rows are candidates; the left row is always the smaller one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairKind {
    /// Every two rows.
    Within,
    /// A row below `first_right` with a row from there on: two tables, the left one first.
    AcrossTwo {
        /// The number of rows of the left table.
        first_right: u32,
    },
    /// Rows of different tables, three or more.
    Across,
}

/// What sorting found out.
pub(super) struct Ordered {
    pub(super) input_rows: Option<Vec<u32>>,
    pub(super) pair_kind: PairKind,
    pub(super) node_ranks: Option<Vec<u32>>,
}

/// The pair order of the rows.
pub(super) fn pair_order(
    ids: &RecordIds,
    sources: Option<&Sources>,
    link_type: LinkType,
    id_column: &str,
) -> Result<Ordered, LinkError> {
    let Some(sources) = sources else {
        let rows = sorted_by(ids.len(), |row| ids.prefix(row), |a, b| ids.compare(a, b));
        refuse_repeated(rows.as_deref(), ids.len(), id_column, |a, b| ids.compare(a, b) == Ordering::Equal)?;
        return Ok(Ordered { input_rows: rows, pair_kind: PairKind::Within, node_ranks: None });
    };
    let composite = composite_ids(ids, sources);
    let by_composite =
        |a: usize, b: usize| composite.value(a).cmp(composite.value(b)).then_with(|| sources.of_row[a].cmp(&sources.of_row[b]));
    let rows = sorted_by(ids.len(), |row| text_prefix(composite.value(row)), by_composite);
    refuse_repeated(rows.as_deref(), ids.len(), id_column, |a, b| by_composite(a, b) == Ordering::Equal)?;
    if link_type == LinkType::LinkOnly && sources.names.len() == 2 {
        return Ok(two_tables(ids, sources, rows));
    }
    let pair_kind = if link_type == LinkType::LinkOnly { PairKind::Across } else { PairKind::Within };
    Ok(Ordered { input_rows: rows, pair_kind, node_ranks: None })
}

/// Old rows, then new ones, each by (composite) id.
pub(super) fn old_before_new(
    ids: &RecordIds,
    sources: Option<&Sources>,
    is_new: &[bool],
    id_column: &str,
) -> Result<Ordered, LinkError> {
    let source = |row: usize| sources.map_or(0, |sources| sources.of_row[row]);
    let compare =
        |a: usize, b: usize| is_new[a].cmp(&is_new[b]).then_with(|| source(a).cmp(&source(b))).then_with(|| ids.compare(a, b));
    let rows = sorted_by(ids.len(), |row| u64::from(is_new[row]), compare);
    refuse_repeated(rows.as_deref(), ids.len(), id_column, |a, b| compare(a, b) == Ordering::Equal)?;
    let first_right = is_new.iter().filter(|is_new| !**is_new).count() as u32;
    Ok(Ordered { input_rows: rows, pair_kind: PairKind::AcrossTwo { first_right }, node_ranks: None })
}

/// Table, then id; cluster ids keep the order of composite ids, `by_composite`.
fn two_tables(ids: &RecordIds, sources: &Sources, by_composite: Option<Vec<u32>>) -> Ordered {
    let by_table = |a: usize, b: usize| sources.of_row[a].cmp(&sources.of_row[b]).then_with(|| ids.compare(a, b));
    let rows = sorted_by(ids.len(), |row| (u64::from(sources.of_row[row]) << 63) | (ids.prefix(row) >> 1), by_table);
    let mut composite_rank = vec![0; ids.len()];
    match by_composite {
        Some(order) => order.iter().enumerate().for_each(|(rank, &row)| composite_rank[row as usize] = rank as u32),
        None => composite_rank.iter_mut().enumerate().for_each(|(row, rank)| *rank = row as u32),
    }
    let ranks: Vec<u32> = match &rows {
        Some(rows) => rows.iter().map(|&row| composite_rank[row as usize]).collect(),
        None => composite_rank,
    };
    let node_ranks = ranks.iter().enumerate().any(|(row, &rank)| row as u32 != rank).then_some(ranks);
    let first_right = sources.of_row.iter().filter(|&&source| source == 0).count() as u32;
    Ordered { input_rows: rows, pair_kind: PairKind::AcrossTwo { first_right }, node_ranks }
}

/// `source-__-id` of every row.
fn composite_ids(ids: &RecordIds, sources: &Sources) -> StringArray {
    (0..ids.len()).map(|row| Some(format!("{}-__-{}", sources.names[sources.of_row[row] as usize], ids.text(row)))).collect()
}

/// The rows sorted by `prefix`, then by `compare`; none when they stand in that order already.
fn sorted_by(
    rows: usize,
    prefix: impl Fn(usize) -> u64 + Sync,
    compare: impl Fn(usize, usize) -> Ordering + Sync,
) -> Option<Vec<u32>> {
    if (1..rows).into_par_iter().all(|row| compare(row - 1, row) != Ordering::Greater) {
        return None;
    }
    let mut keyed: Vec<(u64, u32)> = (0..rows).into_par_iter().map(|row| (prefix(row), row as u32)).collect();
    keyed
        .par_sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| compare(a.1 as usize, b.1 as usize)).then_with(|| a.1.cmp(&b.1)));
    Some(keyed.into_iter().map(|(_, row)| row).collect())
}

/// Refuses ids that stand more than once, given rows sorted by id (none: as they are).
fn refuse_repeated(
    rows: Option<&[u32]>,
    total: usize,
    column: &str,
    equal: impl Fn(usize, usize) -> bool + Sync,
) -> Result<(), LinkError> {
    let at = |place: usize| rows.map_or(place, |rows| rows[place] as usize);
    let repeated = (1..total).into_par_iter().filter(|&place| equal(at(place - 1), at(place))).count();
    if repeated == 0 { Ok(()) } else { Err(LinkError::DuplicateIds { column: column.to_owned(), rows: repeated }) }
}

/// The encoded columns in the order of `rows`; carried columns stay as they are.
pub(super) fn permute_encoded(table: &Table, rows: &[u32]) -> Result<Table, LinkError> {
    let columns = table
        .columns()
        .par_iter()
        .map(|column| Column { name: column.name.clone(), data: permute(&column.data, rows) })
        .collect();
    Table::new(columns).map_err(|error| LinkError::Output(error.to_string()))
}

fn permute(data: &ColumnData, rows: &[u32]) -> ColumnData {
    match data {
        ColumnData::Encoded(encoded) => {
            let codes: Vec<u32> = rows.iter().map(|&row| encoded.codes[row as usize]).collect();
            ColumnData::Encoded(EncodedColumn { codes: codes.into(), values: encoded.values.clone() })
        }
        ColumnData::Plain(array) => ColumnData::Plain(array.clone()),
    }
}

/// The values of all rows of an encoded column.
pub(super) fn gather_all(encoded: &EncodedColumn) -> Result<ArrayRef, LinkError> {
    decode(encoded, encoded.codes.iter().copied())
}

/// The values of some rows of an encoded column.
pub(super) fn gather_encoded(encoded: &EncodedColumn, rows: &[u32]) -> Result<ArrayRef, LinkError> {
    decode(encoded, rows.iter().map(|&row| encoded.codes[row as usize]))
}

fn decode(encoded: &EncodedColumn, codes: impl Iterator<Item = u32>) -> Result<ArrayRef, LinkError> {
    let indices: UInt32Array = codes.map(|code| (code != NULL_CODE).then_some(code)).collect();
    take(&encoded.values, &indices, None).map_err(|error| LinkError::Output(error.to_string()))
}

/// The elements of `array` at `rows`.
pub(super) fn take_rows(array: &ArrayRef, rows: &[u32]) -> Result<ArrayRef, LinkError> {
    let indices = UInt32Array::new(ScalarBuffer::from(rows.to_vec()), None);
    take(array, &indices, None).map_err(|error| LinkError::Output(error.to_string()))
}
