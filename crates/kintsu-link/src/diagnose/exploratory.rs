//! Looking at tables and blocking rules before anything is scored.

use kintsu_core::RunContext;
use kintsu_table::{Column, ColumnData, Table};
use serde::Serialize;

use super::blocks::{BlockSizes, KeyCodes, cumulative_counts};
use super::completeness::{Completeness, completeness};
use super::profile::{ColumnProfile, Texts, profile_values};
use crate::block::Blocker;
use crate::error::LinkError;
use crate::model::{BlockingRule, Parity};
use crate::records::{JointColumns, PairKind, Records};
use crate::sql::{Expr, WrittenKeys};

/// The profile of a column or of what an expression makes of the columns; see [`profile_values`].
///
/// # Errors
/// [`LinkError::MissingColumn`], [`LinkError::ColumnNotEncoded`], [`LinkError::Expression`].
pub fn profile_expression(
    records: &Records,
    name: &str,
    expression: &Expr,
    parity: Parity,
    top_n: usize,
    bottom_n: usize,
) -> Result<ColumnProfile, LinkError> {
    Ok(profile_values(name, &records.derive(expression, parity, name)?, top_n, bottom_n))
}

/// The completeness of `columns` (all when none are named) by source, column by column.
///
/// The sources are the values of `source_column`, in the order in which they first stand in the table; without such a column
/// there is one source, called `only_source`.
///
/// # Errors
/// [`LinkError::MissingColumn`] for a column that is not there, [`LinkError::ColumnNotEncoded`] for a source column that was only
/// carried, [`LinkError::MissingSources`] when it has nulls.
pub fn table_completeness(
    table: &Table,
    source_column: Option<&str>,
    only_source: &str,
    columns: Option<&[String]>,
) -> Result<Vec<Completeness>, LinkError> {
    let find = |name: &str| {
        table.column(name).ok_or_else(|| LinkError::MissingColumn {
            name: name.to_owned(),
            wanted_by: "completeness".to_owned(),
            available: table.columns().iter().map(|column| column.name.to_string()).collect(),
        })
    };
    let (sources, source_of) = match source_column {
        Some(name) => sources(find(name)?)?,
        None => (vec![only_source.to_owned()], vec![0; table.rows()]),
    };
    let names: Vec<&str> = sources.iter().map(String::as_str).collect();
    let wanted: Vec<&Column> = match columns {
        Some(columns) => columns.iter().map(|name| find(name)).collect::<Result<_, _>>()?,
        None => table.columns().iter().collect(),
    };
    let filled = wanted.iter().flat_map(|column| match &column.data {
        ColumnData::Encoded(encoded) => completeness(&column.name, &names, &source_of, |row| encoded.is_null(row)),
        ColumnData::Plain(array) => completeness(&column.name, &names, &source_of, |row| array.is_null(row)),
    });
    Ok(filled.collect())
}

/// The names of the sources in the order of first appearance, and the source of each row.
fn sources(column: &Column) -> Result<(Vec<String>, Vec<u32>), LinkError> {
    let encoded = column.encoded().ok_or_else(|| LinkError::ColumnNotEncoded { name: column.name.to_string() })?;
    let nulls = (0..encoded.codes.len()).filter(|&row| encoded.is_null(row)).count();
    if nulls > 0 {
        return Err(LinkError::MissingSources { column: column.name.to_string(), rows: nulls });
    }
    let text = Texts::new(encoded);
    let mut place_of: Vec<Option<u32>> = vec![None; encoded.values.len()];
    let mut names = Vec::new();
    let mut source_of = Vec::with_capacity(encoded.codes.len());
    for &code in &encoded.codes {
        source_of.push(*place_of[code as usize].get_or_insert_with(|| {
            names.push(text.of(code));
            names.len() as u32 - 1
        }));
    }
    Ok((names, source_of))
}

/// How many pairs a blocking rule gives, by itself and after the rules before it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ComparisonCount {
    /// The rule as it was written.
    pub blocking_rule: String,
    /// Its equalities of something of the left record and something of the right one, by which records are looked up, in SQL.
    pub equi_join_conditions: String,
    /// The rest of it, which is tested pair by pair, in SQL.
    pub filter_conditions: String,
    /// Which of the pairs with the same keys count at all, in SQL.
    pub link_type_join_condition: String,
    /// Its position.
    pub match_key: u32,
    /// Left records times right records over all blocks, before the link type and other conditions drop any; none for a rule
    /// that explodes arrays.
    pub pairs_before_filters: Option<u64>,
    /// Pairs that the rule finds by itself.
    pub pairs: u64,
    /// Pairs that it finds and no earlier rule does.
    pub row_count: u64,
    /// Pairs that it or an earlier rule finds.
    pub cumulative_rows: u64,
    /// Pairs that earlier rules find.
    pub start: u64,
    /// Pairs there are without blocking.
    pub cartesian: u64,
}

/// Counts the pairs of `rules`, exactly. Walks the pairs twice, without comparing them.
///
/// # Errors
/// What blocking raises, [`LinkError::Cancelled`].
pub fn count_comparisons(
    records: &Records,
    rules: &[BlockingRule],
    parity: Parity,
    ctx: &RunContext,
) -> Result<Vec<ComparisonCount>, LinkError> {
    let added = Blocker::new(records, rules, parity, ctx)?.marginal_counts(ctx)?;
    let texts: Vec<&str> = rules.iter().map(|rule| rule.blocking_rule.as_str()).collect();
    let counts = cumulative_counts(&texts, &added, records.possible_pairs());
    // What is to be said about the rules has been said, and by itself each of them would be called the first.
    let ctx = &ctx.silent();
    rules
        .iter()
        .zip(counts)
        .map(|(rule, count)| {
            let alone = Blocker::new(records, std::slice::from_ref(rule), parity, ctx)?.marginal_counts(ctx)?;
            // A rule that was made and not written has no words.
            let written = WrittenKeys::of(&rule.blocking_rule, rule.sql_dialect).unwrap_or_default();
            Ok(ComparisonCount {
                equi_join_conditions: written.equalities.join(" AND "),
                filter_conditions: written.filters.join(" AND "),
                link_type_join_condition: join_condition(records),
                pairs_before_filters: pairs_before_filters(records, rule, parity)?,
                pairs: alone.iter().sum(),
                blocking_rule: count.blocking_rule,
                match_key: count.match_key,
                row_count: count.row_count,
                cumulative_rows: count.cumulative_rows,
                start: count.start,
                cartesian: count.cartesian,
            })
        })
        .collect()
}

/// Which pairs of records count, as Splink writes it.
fn join_condition(records: &Records) -> String {
    let quoted = |column: &str| format!("\"{}\"", column.replace('"', "\"\""));
    let (id, source) = (quoted(records.id_column()), quoted(records.source_column()));
    let several = !records.sources().is_empty();
    let side = |side: &str| {
        if several { format!("{side}.{source} || '-__-' || {side}.{id}") } else { format!("{side}.{id}") }
    };
    let (left, right) = (side("l"), side("r"));
    match records.pair_kind() {
        PairKind::Within => format!("where {left} < {right}"),
        PairKind::AcrossTwo { .. } | PairKind::Across => format!("where {left} < {right} and l.{source} != r.{source}"),
    }
}

fn pairs_before_filters(records: &Records, rule: &BlockingRule, parity: Parity) -> Result<Option<u64>, LinkError> {
    if !rule.arrays_to_explode.is_empty() {
        return Ok(None);
    }
    let keys = Keys::of(records, rule, parity)?;
    let (left, right) = sides(records);
    let without_keys = left.len() as u64 * right.len() as u64;
    Ok(Some(if keys.columns.is_empty() { without_keys } else { keys.sizes(records).pairs_before_filters() }))
}

/// One of the largest blocks of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LargestBlock {
    /// The values of its keys, in the order of the rule.
    pub keys: Vec<String>,
    /// Its left records.
    pub count_l: u64,
    /// Its right records; within one table the same ones.
    pub count_r: u64,
    /// Left records times right records.
    pub block_count: u64,
}

/// The `n` largest blocks of a rule, largest first; conditions that are no equalities of the two records are not looked at.
///
/// # Errors
/// [`LinkError::Explode`] for a rule that explodes arrays, [`LinkError::MissingColumn`], [`LinkError::ColumnNotEncoded`],
/// [`LinkError::Expression`].
pub fn largest_blocks_of_rule(
    records: &Records,
    rule: &BlockingRule,
    n: usize,
    parity: Parity,
) -> Result<Vec<LargestBlock>, LinkError> {
    if let Some(column) = rule.arrays_to_explode.first() {
        let reason = "the largest blocks are listed for rules without arrays only".to_owned();
        return Err(LinkError::Explode { rule: 0, column: column.clone(), reason });
    }
    let keys = Keys::of(records, rule, parity)?;
    let texts: Vec<Texts<'_>> = keys.values.iter().map(Texts::new).collect();
    let blocks = keys.sizes(records).largest(n);
    let listed = blocks.into_iter().map(|block| LargestBlock {
        keys: texts.iter().zip(&block.codes).map(|(text, &code)| text.of(code)).collect(),
        block_count: block.block_count(),
        count_l: block.count_l,
        count_r: block.count_r,
    });
    Ok(listed.collect())
}

/// The rows that can be left, and those that can be right.
fn sides(records: &Records) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
    match records.pair_kind() {
        PairKind::AcrossTwo { first_right } => (0..first_right as usize, first_right as usize..records.rows()),
        PairKind::Within | PairKind::Across => (0..records.rows(), 0..records.rows()),
    }
}

/// The keys of a rule for every record.
struct Keys {
    columns: Vec<JointColumns>,
    /// The left values, by code.
    values: Vec<kintsu_table::EncodedColumn>,
}

impl Keys {
    fn of(records: &Records, rule: &BlockingRule, parity: Parity) -> Result<Self, LinkError> {
        let mut keys = Self { columns: Vec::new(), values: Vec::new() };
        for key in rule.condition.equality_keys().keys {
            let left = records.derive(&key.left, parity, &rule.blocking_rule)?;
            let right = records.derive(&key.right, parity, &rule.blocking_rule)?;
            // Values of different types are compared pair by pair and so make no blocks.
            if let Some(columns) = JointColumns::of(&left, &right) {
                keys.columns.push(columns);
                keys.values.push(left);
            }
        }
        Ok(keys)
    }

    fn sizes(&self, records: &Records) -> BlockSizes {
        let (left, right) = sides(records);
        let side = |key: &'_ JointColumns| (key.left.clone(), key.right.clone());
        let codes: Vec<_> = self.columns.iter().map(side).collect();
        let codes: Vec<KeyCodes<'_>> =
            codes.iter().map(|(l, r)| KeyCodes { left: &l[left.clone()], right: &r[right.clone()] }).collect();
        BlockSizes::count(&codes)
    }
}
