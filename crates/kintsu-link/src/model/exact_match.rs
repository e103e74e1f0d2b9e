//! Which levels are exact matches, and on which columns: term-frequency adjustments and the start of EM build on them.

use crate::sql::{CompareOp, Expr, Side, Value};

use super::{Comparison, ComparisonLevel};

/// The columns on which `condition` demands equality, lower-cased and sorted, when it demands nothing else.
///
/// `first_name_l = first_name_r AND city_l = city_r` gives `city`, `first_name`. A function around a column, equality of two
/// different columns or any other condition makes it no exact match.
pub fn exact_match_columns(condition: &Expr) -> Option<Vec<String>> {
    let mut columns = Vec::new();
    collect(condition, false, &mut columns)?;
    columns.sort_unstable();
    columns.dedup();
    (!columns.is_empty()).then_some(columns)
}

/// Adds the columns of one conjunct; none when it is something else than equality of a column with itself.
fn collect(expr: &Expr, negated: bool, columns: &mut Vec<String>) -> Option<()> {
    match expr {
        Expr::And(parts) if !negated => parts.iter().try_for_each(|part| collect(part, false, columns)),
        Expr::Not(inner) => collect(inner, !negated, columns),
        Expr::Compare(op, left, right) => {
            let equality = if negated { CompareOp::NotEqual } else { CompareOp::Equal };
            if *op != equality {
                return None;
            }
            match (&**left, &**right) {
                (Expr::Column(left), Expr::Column(right)) => {
                    let opposite = matches!((left.side, right.side), (Side::Left, Side::Right) | (Side::Right, Side::Left));
                    let same = left.name.eq_ignore_ascii_case(&right.name);
                    (opposite && same).then(|| columns.push(left.name.to_lowercase()))
                }
                (Expr::Literal(left), Expr::Literal(right)) => (!negated && *left != Value::Null && left == right).then_some(()),
                _ => None,
            }
        }
        _ => None,
    }
}

impl ComparisonLevel {
    /// The columns on which this level is an exact match, lower-cased and sorted; none when it is anything else.
    pub fn exact_match_columns(&self) -> Option<Vec<String>> {
        if self.is_null_level {
            return None;
        }
        exact_match_columns(self.condition.as_ref()?)
    }

    /// Whether a term-frequency adjustment takes part in this level's weight.
    pub fn has_term_frequency_adjustment(&self) -> bool {
        self.tf_adjustment_column.is_some() && self.tf_adjustment_weight != 0.0 && !self.is_null_level && self.condition.is_some()
    }
}

impl Comparison {
    /// The level from whose u the term-frequency adjustment of `level` starts: the exact match on the adjusted column alone, or
    /// the level itself where exact-match detection is disabled. None when there is no such level.
    pub fn term_frequency_base_level<'a>(&'a self, level: &'a ComparisonLevel) -> Option<&'a ComparisonLevel> {
        if level.disable_tf_exact_match_detection {
            return Some(level);
        }
        let column = level.tf_adjustment_column.as_ref()?.to_lowercase();
        self.levels.iter().find(|candidate| candidate.exact_match_columns().is_some_and(|columns| columns == [column.as_str()]))
    }

    /// The columns that any level of this comparison reads, each once, in the order of first use.
    pub fn columns(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for condition in self.levels.iter().filter_map(|level| level.condition.as_ref()) {
            for column in condition.columns() {
                if !names.contains(&column.name) {
                    names.push(column.name);
                }
            }
        }
        names
    }
}
