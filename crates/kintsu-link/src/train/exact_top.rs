//! u of an exact level without sampling: how often two records agree on a value follows from how often each value occurs.
//!
//! A rare agreement, such as on an e-mail address, is seen a handful of times among ten million random pairs; counted by values it
//! has no sampling error at all.

use kintsu_table::NULL_CODE;

use super::TrainError;
use super::sample::is_everything;
use super::shares::agreement;
use crate::model::{Comparison, ComparisonLevel, Model, Parity};
use crate::records::{PairKind, Records};
use crate::sql::{Expr, Side};

/// For each comparison the u of its top level, where that is an exact match on one column whose nulls are the only null level.
pub(super) fn exact_top_shares(model: &Model, records: &Records) -> Result<Vec<Option<f64>>, TrainError> {
    model
        .comparisons
        .iter()
        .map(|comparison| match countable_column(comparison) {
            Some(column) => agreement_on(records, &column),
            None => Ok(None),
        })
        .collect()
}

/// What there is to know about u from `max_pairs` random pairs where exact levels are counted by values: the comparisons whose top
/// level is an exact match on several columns, as its u is sampled like that of every other level.
///
/// None where there are no such comparisons, where every pair is looked at, and for models held to another engine's strings, of
/// which all levels are sampled.
pub fn note_on_sampled_tops(model: &Model, records: &Records, max_pairs: f64) -> Option<String> {
    let tops = sampled_tops(model);
    let sampled = model.parity == Parity::Characters && !is_everything(records, max_pairs) && !tops.is_empty();
    sampled.then(|| format!("exact matches on several columns are sampled too: {}", tops.join(", ")))
}

fn sampled_tops(model: &Model) -> Vec<&str> {
    let several = |comparison: &&Comparison| {
        let top = comparison.levels.iter().find(|level| !level.is_null_level);
        top.and_then(ComparisonLevel::exact_match_columns).is_some_and(|columns| columns.len() > 1)
    };
    model.comparisons.iter().filter(several).map(|comparison| comparison.output_column_name.as_str()).collect()
}

/// The column on which the first scored level is an exact match, when the null levels before it are exactly its nulls.
fn countable_column(comparison: &Comparison) -> Option<String> {
    let [null, top, rest @ ..] = comparison.levels.as_slice() else { return None };
    if !null.is_null_level || rest.iter().any(|level| level.is_null_level) {
        return None;
    }
    let columns = top.exact_match_columns()?;
    let [column] = columns.as_slice() else { return None };
    is_null_of(null.condition.as_ref()?, column).then(|| column.clone())
}

/// Whether a condition is `column_l IS NULL OR column_r IS NULL`.
fn is_null_of(condition: &Expr, column: &str) -> bool {
    let Expr::Or(parts) = condition else { return false };
    let side_of = |part: &Expr| match part {
        Expr::IsNull(inner) => match &**inner {
            Expr::Column(found) if found.name.to_lowercase() == column => Some(found.side),
            _ => None,
        },
        _ => None,
    };
    let sides: Vec<Option<Side>> = parts.iter().map(side_of).collect();
    sides.len() == 2 && sides.contains(&Some(Side::Left)) && sides.contains(&Some(Side::Right))
}

fn agreement_on(records: &Records, column: &str) -> Result<Option<f64>, TrainError> {
    let encoded = records.column(column)?;
    let across = records.pair_kind() != PairKind::Within;
    let tables = if across { records.source_sizes().len() } else { 1 };
    let mut frequencies = vec![0_u64; encoded.values.len() * tables];
    for (row, code) in encoded.codes.iter().enumerate().filter(|(_, code)| **code != NULL_CODE) {
        let table = if across { records.source_of(row) as usize } else { 0 };
        frequencies[*code as usize * tables + table] += 1;
    }
    Ok(agreement(frequencies.chunks(tables), across))
}
