//! The parts of a blocking rule as they are written, for people.

use sqlparser::ast as sql;

use crate::Dialect;
use crate::ast::Expr;
use crate::error::SqlError;
use crate::lower::{Columns, Lower};
use crate::parse::parsed;
use crate::value::Value;

/// The condition of a blocking rule, part by part, in SQL.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WrittenKeys {
    /// Equalities of something of the left record and something of the right one, by which records are looked up.
    pub equalities: Vec<String>,
    /// What has to be tested pair by pair.
    pub filters: Vec<String>,
}

impl WrittenKeys {
    /// Splits the condition of a blocking rule.
    ///
    /// ```
    /// use kintsu_sql::{Dialect, WrittenKeys};
    /// let written = WrittenKeys::of("l.name = r.name and levenshtein(l.city, r.city) < 2", Dialect::DuckDb).unwrap();
    /// assert_eq!(written.equalities, ["l.name = r.name"]);
    /// assert_eq!(written.filters, ["levenshtein(l.city, r.city) < 2"]);
    /// ```
    ///
    /// # Errors
    /// [`SqlError`] with the place in the text.
    pub fn of(text: &str, dialect: Dialect) -> Result<Self, SqlError> {
        let condition = parsed(text, dialect)?;
        let mut written = Self::default();
        for part in conjuncts(&condition) {
            let lowered = Lower::new(dialect, Columns::Qualified).condition(part)?;
            if lowered == Expr::Literal(Value::Boolean(true)) {
                continue;
            }
            let is_key = lowered.equality_keys().residual.is_empty();
            let list = if is_key { &mut written.equalities } else { &mut written.filters };
            list.push(part.to_string());
        }
        Ok(written)
    }
}

fn conjuncts(condition: &sql::Expr) -> Vec<&sql::Expr> {
    match condition {
        sql::Expr::Nested(inner) => conjuncts(inner),
        sql::Expr::BinaryOp { left, op: sql::BinaryOperator::And, right } => {
            let mut parts = conjuncts(left);
            parts.extend(conjuncts(right));
            parts
        }
        other => vec![other],
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_falls_into_what_is_looked_up_and_what_is_tested() {
        let split = |text| {
            let written = WrittenKeys::of(text, Dialect::DuckDb).unwrap();
            (written.equalities.join(" AND "), written.filters.join(" AND "))
        };
        assert_eq!(
            split("l.\"a\" = r.\"a\" AND (l.b = r.c and l.d > 3)"),
            ("l.\"a\" = r.\"a\" AND l.b = r.c".into(), "l.d > 3".into())
        );
        assert_eq!(split("l.a = r.a or l.b = r.b"), (String::new(), "l.a = r.a OR l.b = r.b".into()));
        assert_eq!(split("true"), (String::new(), String::new()));
    }
}
