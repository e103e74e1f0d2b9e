//! Rules that explode arrays: every element is a key of its record.
//!
//! A record then has several keys under one rule, so a pair may meet in several groups; it is taken in the first of them.

use kintsu_table::{EncodedColumn, NULL_CODE};

use super::groups::{Groups, KeyColumn, Shape, sort_into_groups};
use super::rule::{RulePlan, residual_condition};
use crate::compare::Compiler;
use crate::error::LinkError;
use crate::model::BlockingRule;
use crate::records::values::{ValueArray, array_of, intern};
use crate::records::{JointColumns, PairKind, Records, derive_values};
use crate::sql::{EqualityKeys, Expr, Value};

/// The groups of each row, ascending, on either side.
#[derive(Debug)]
pub(super) struct ExplodedKeys {
    left: RowGroups,
    right: Option<RowGroups>,
}

#[derive(Debug)]
struct RowGroups {
    starts: Vec<u32>,
    groups: Vec<u32>,
}

impl ExplodedKeys {
    /// The first group in which the two rows meet.
    pub(super) fn first_common(&self, left: u32, right: u32) -> Option<u32> {
        let (mut a, mut b) = (self.left.of(left), self.right.as_ref().unwrap_or(&self.left).of(right));
        while let ([x, a_rest @ ..], [y, b_rest @ ..]) = (a, b) {
            match x.cmp(y) {
                std::cmp::Ordering::Equal => return Some(*x),
                std::cmp::Ordering::Less => a = a_rest,
                std::cmp::Ordering::Greater => b = b_rest,
            }
        }
        None
    }
}

impl RowGroups {
    fn of(&self, row: u32) -> &[u32] {
        &self.groups[self.starts[row as usize] as usize..self.starts[row as usize + 1] as usize]
    }

    /// Turns the rows of each group, in the order of the groups, into the groups of each row.
    fn transposed(rows_total: usize, groups: usize, rows: impl Fn(usize) -> Vec<u32>) -> Self {
        let members: Vec<Vec<u32>> = (0..groups).map(rows).collect();
        let mut starts = vec![0_u32; rows_total + 1];
        members.iter().flatten().for_each(|&row| starts[row as usize + 1] += 1);
        for row in 0..rows_total {
            starts[row + 1] += starts[row];
        }
        let mut next = starts.clone();
        let mut found = vec![0; starts[rows_total] as usize];
        for (group, rows) in members.iter().enumerate() {
            for &row in rows {
                found[next[row as usize] as usize] = group as u32;
                next[row as usize] += 1;
            }
        }
        Self { starts, groups: found }
    }
}

/// Compiles an exploding rule.
pub(super) fn compile(
    rule: &BlockingRule,
    number: usize,
    place: &str,
    compiler: &mut Compiler<'_>,
) -> Result<RulePlan, LinkError> {
    let found = rule.condition.equality_keys();
    let refuse =
        |column: &str, reason: &str| LinkError::Explode { rule: number, column: column.to_owned(), reason: reason.to_owned() };
    if let Some(misused) = misused_array(&found, rule, number) {
        return Err(misused);
    }
    let expansion = Expansion::of(compiler.records, &rule.arrays_to_explode, &refuse)?;
    let mut keys = Vec::new();
    for key in &found.keys {
        let (left, right) = (expansion.column(&key.left, compiler, place)?, expansion.column(&key.right, compiler, place)?);
        let Some(JointColumns { left, right }) = JointColumns::of(&left, &right) else {
            return Err(LinkError::Expression {
                place: place.to_owned(),
                reason: "it compares values of different types".to_owned(),
            });
        };
        keys.push(KeyColumn { left, right });
    }
    let (groups, exploded) = expansion.groups(&keys, compiler.records);
    let residual = residual_condition(&found.residual, place, compiler)?;
    Ok(RulePlan::new(number, groups, residual, Some(exploded), true))
}

/// Why the rule with index `number`, whose condition comes apart into `found`, cannot explode its arrays, whatever they hold.
pub(crate) fn misused_array(found: &EqualityKeys, rule: &BlockingRule, number: usize) -> Option<LinkError> {
    let refuse = |column: String, reason: &str| Some(LinkError::Explode { rule: number, column, reason: reason.to_owned() });
    if let Some(name) = found.residual.iter().find_map(|part| exploded_column(part, &rule.arrays_to_explode)) {
        return refuse(name, "it may only stand in an equality");
    }
    match rule.arrays_to_explode.first() {
        None => refuse(String::new(), "there is nothing to explode"),
        Some(first) if found.keys.is_empty() => refuse(first.clone(), "the rule has no equality"),
        Some(_) => None,
    }
}

fn exploded_column(expr: &Expr, arrays: &[String]) -> Option<String> {
    expr.columns().into_iter().map(|column| column.name).find(|name| is_exploded(name, arrays))
}

fn is_exploded(name: &str, arrays: &[String]) -> bool {
    arrays.iter().any(|array| array.eq_ignore_ascii_case(name))
}

/// One entry per record and combination of elements.
struct Expansion {
    rows: Vec<u32>,
    arrays: Vec<(String, EncodedColumn)>,
}

impl Expansion {
    fn of(records: &Records, arrays: &[String], refuse: &dyn Fn(&str, &str) -> LinkError) -> Result<Self, LinkError> {
        let mut rows: Vec<u32> = (0..records.rows() as u32).collect();
        let mut done: Vec<(String, EncodedColumn)> = Vec::new();
        for name in arrays {
            let lists = records.column(name)?;
            let (elements, values) = elements_of(&lists).ok_or_else(|| refuse(name, "it is no list"))?;
            let mut sources: Vec<u32> = Vec::new();
            let mut codes: Vec<u32> = Vec::new();
            for (entry, &row) in rows.iter().enumerate() {
                let list = lists.codes[row as usize];
                let found = if list == NULL_CODE { &[][..] } else { &elements[list as usize] };
                sources.extend(std::iter::repeat_n(entry as u32, found.len()));
                codes.extend_from_slice(found);
            }
            rows = sources.iter().map(|&entry| rows[entry as usize]).collect();
            for (_, column) in &mut done {
                column.codes = sources.iter().map(|&entry| column.codes[entry as usize]).collect();
            }
            let values = array_of(&values).ok_or_else(|| refuse(name, "its elements are of several types"))?;
            done.push((name.clone(), EncodedColumn { codes: codes.into(), values }));
        }
        Ok(Self { rows, arrays: done })
    }

    /// The values of one side of an equality, one per entry.
    fn column(&self, expr: &Expr, compiler: &Compiler<'_>, place: &str) -> Result<EncodedColumn, LinkError> {
        let names: Vec<String> = expr.columns().into_iter().map(|column| column.name).collect();
        let array =
            |name: &String| self.arrays.iter().find(|(array, _)| array.eq_ignore_ascii_case(name)).map(|(_, column)| column);
        if names.iter().all(|name| array(name).is_none()) {
            let column = compiler.records.derive(expr, compiler.parity, place)?;
            let codes = self.rows.iter().map(|&row| column.codes[row as usize]).collect();
            return Ok(EncodedColumn { codes, values: column.values });
        }
        let inputs = names
            .iter()
            .map(|name| {
                if let Some(column) = array(name) {
                    return Ok(column.clone());
                }
                let column = compiler.records.column(name)?;
                let codes = self.rows.iter().map(|&row| column.codes[row as usize]).collect();
                Ok(EncodedColumn { codes, values: column.values })
            })
            .collect::<Result<Vec<_>, LinkError>>()?;
        if let (Expr::Column(_), [column]) = (expr, inputs.as_slice()) {
            return Ok(column.clone());
        }
        Ok(derive_values(self.rows.len(), expr, &inputs, compiler.parity, place)?.0)
    }

    /// Groups the records, each at most once per group and side.
    fn groups(&self, keys: &[KeyColumn], records: &Records) -> (Groups, ExplodedKeys) {
        let kind = records.pair_kind();
        if keys.iter().all(|key| key.left.ptr_eq(&key.right)) {
            let (rows, starts) = self.one_sided_groups(keys);
            let groups = Groups::symmetric(rows, starts, kind);
            let all = |group: usize| groups.rows[groups.starts[group] as usize..groups.starts[group + 1] as usize].to_vec();
            let left = RowGroups::transposed(records.rows(), groups.len(), all);
            return (groups, ExplodedKeys { left, right: None });
        }
        let groups = self.two_sided_groups(keys, kind);
        let left = RowGroups::transposed(records.rows(), groups.len(), |group| groups.left(group).to_vec());
        let right = RowGroups::transposed(records.rows(), groups.len(), |group| groups.right(group).to_vec());
        (groups, ExplodedKeys { left, right: Some(right) })
    }

    fn one_sided_groups(&self, keys: &[KeyColumn]) -> (Vec<u32>, Vec<u32>) {
        let columns: Vec<&[u32]> = keys.iter().map(|key| &*key.left).collect();
        let bounds: Vec<usize> = keys.iter().map(KeyColumn::codes_below).collect();
        let (entries, starts) = sort_into_groups(&columns, &bounds, 2);
        let (mut rows, mut kept) = (Vec::with_capacity(entries.len()), vec![0]);
        for group in starts.windows(2) {
            let mut members: Vec<u32> =
                entries[group[0] as usize..group[1] as usize].iter().map(|&entry| self.rows[entry as usize]).collect();
            members.dedup();
            if members.len() > 1 {
                rows.extend_from_slice(&members);
                kept.push(rows.len() as u32);
            }
        }
        (rows, kept)
    }

    fn two_sided_groups(&self, keys: &[KeyColumn], kind: PairKind) -> Groups {
        let total = self.rows.len();
        let joined: Vec<Vec<u32>> = keys.iter().map(|key| key.left.iter().chain(key.right.iter()).copied().collect()).collect();
        let columns: Vec<&[u32]> = joined.iter().map(Vec::as_slice).collect();
        let bounds: Vec<usize> = keys.iter().map(KeyColumn::codes_below).collect();
        let (entries, cuts) = sort_into_groups(&columns, &bounds, 2);
        let admits = |row: u32, left: bool| match kind {
            PairKind::AcrossTwo { first_right } => (row < first_right) == left,
            _ => true,
        };
        let (mut rows, mut starts, mut middles) = (Vec::new(), vec![0], Vec::new());
        for group in cuts.windows(2) {
            let members = &entries[group[0] as usize..group[1] as usize];
            let (left, right) = members.split_at(members.partition_point(|&entry| (entry as usize) < total));
            let side = |part: &[u32], is_left: bool| {
                let mut part: Vec<u32> =
                    part.iter().map(|&entry| self.rows[entry as usize % total]).filter(|&row| admits(row, is_left)).collect();
                part.dedup();
                part
            };
            let (left, right) = (side(left, true), side(right, false));
            if !left.is_empty() && !right.is_empty() {
                rows.extend_from_slice(&left);
                middles.push(rows.len() as u32);
                rows.extend_from_slice(&right);
                starts.push(rows.len() as u32);
            }
        }
        let shape = if matches!(kind, PairKind::AcrossTwo { .. }) { Shape::Rectangle } else { Shape::Ordered };
        Groups { shape, rows, starts, middles }
    }
}

/// For each distinct list the codes of its distinct elements, and the elements; none when the column holds no lists.
fn elements_of(lists: &EncodedColumn) -> Option<(Vec<Vec<u32>>, Vec<Value>)> {
    let array = ValueArray::new(&lists.values).ok()?;
    let mut flat = Vec::new();
    let mut lengths = Vec::new();
    for code in 0..array.len() {
        let Value::List(list) = array.value(code) else { return None };
        lengths.push(list.len());
        flat.extend(list.iter().cloned());
    }
    let (codes, distinct) = intern(flat);
    let mut codes = codes.into_iter();
    let elements = lengths
        .into_iter()
        .map(|length| {
            let mut list: Vec<u32> = codes.by_ref().take(length).collect();
            list.sort_unstable();
            list.dedup();
            list
        })
        .collect();
    Some((elements, distinct))
}
