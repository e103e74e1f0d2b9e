//! Blocking rules from columns.

use crate::model::{BlockingRule, Dialect};
use crate::sql::{ColumnRef, CompareOp, Expr, Side, parse_blocking_rule};

use super::LibraryError;
use super::column::{ColumnExpression, Place};
use super::dialect;

/// A blocking rule that is not yet written in a dialect.
///
/// ```
/// use kintsu_link::library::block_on;
/// use kintsu_link::model::Dialect;
/// let rule = block_on(["first_name", "surname"]).build(Dialect::DuckDb).unwrap();
/// assert_eq!(rule.blocking_rule, "(l.\"first_name\" = r.\"first_name\") AND (l.\"surname\" = r.\"surname\")");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RuleBuilder {
    kind: Kind,
    arrays_to_explode: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Equal(ColumnExpression),
    Custom(String),
    And(Vec<RuleBuilder>),
    Or(Vec<RuleBuilder>),
    Not(Box<RuleBuilder>),
}

impl From<Kind> for RuleBuilder {
    fn from(kind: Kind) -> Self {
        Self { kind, arrays_to_explode: Vec::new() }
    }
}

/// Equality on all of the columns.
pub fn block_on<C: Into<ColumnExpression>>(columns: impl IntoIterator<Item = C>) -> RuleBuilder {
    RuleBuilder::and(columns.into_iter().map(|column| Kind::Equal(column.into()).into()))
}

/// Equality on the column of exactly this name, whatever characters are in it; unlike [`block_on`] it reads no SQL.
///
/// ```
/// use kintsu_link::library::block_on_column;
/// use kintsu_link::model::Dialect;
/// let rule = block_on_column("the \"true\" id", Dialect::DuckDb);
/// assert_eq!(rule.blocking_rule, r#"l."the ""true"" id" = r."the ""true"" id""#);
/// ```
pub fn block_on_column(column: &str, dialect: Dialect) -> BlockingRule {
    let side = |side| Box::new(Expr::Column(ColumnRef { side, name: column.to_owned() }));
    let sql = |place| dialect::column(column, place, dialect);
    let text = format!("{} = {}", sql(Place::RuleLeft), sql(Place::RuleRight));
    BlockingRule::new(text, Expr::Compare(CompareOp::Equal, side(Side::Left), side(Side::Right)), dialect)
}

impl RuleBuilder {
    /// A condition in SQL over `l` and `r`, in the dialect of the model.
    pub fn custom(sql: impl Into<String>) -> Self {
        Kind::Custom(sql.into()).into()
    }

    /// All of the rules.
    pub fn and(rules: impl IntoIterator<Item = Self>) -> Self {
        Kind::And(rules.into_iter().collect()).into()
    }

    /// Any of the rules.
    pub fn or(rules: impl IntoIterator<Item = Self>) -> Self {
        Kind::Or(rules.into_iter().collect()).into()
    }

    /// Not the rule.
    #[allow(clippy::should_implement_trait)]
    pub fn not(rule: Self) -> Self {
        Kind::Not(Box::new(rule)).into()
    }

    /// Tries each element of these array columns.
    pub fn exploding(mut self, arrays: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.arrays_to_explode = arrays.into_iter().map(Into::into).collect();
        self
    }

    /// The rule written in `dialect` and parsed.
    ///
    /// # Errors
    /// [`LibraryError`] when there is nothing to block on or SQL cannot be read.
    pub fn build(&self, dialect: Dialect) -> Result<BlockingRule, LibraryError> {
        let blocking_rule = self.sql(dialect)?;
        let read = parse_blocking_rule(&blocking_rule, dialect);
        let condition = read.map_err(|source| LibraryError::Sql { text: blocking_rule.clone(), source })?;
        let arrays_to_explode = self.arrays_to_explode.clone();
        Ok(BlockingRule { arrays_to_explode, ..BlockingRule::new(blocking_rule, condition, dialect) })
    }

    fn sql(&self, dialect: Dialect) -> Result<String, LibraryError> {
        Ok(match &self.kind {
            Kind::Equal(column) => {
                format!("{} = {}", column.sql(Place::RuleLeft, dialect)?, column.sql(Place::RuleRight, dialect)?)
            }
            Kind::Custom(sql) => sql.clone(),
            Kind::And(rules) => joined(rules, " AND ", dialect)?,
            Kind::Or(rules) => joined(rules, " OR ", dialect)?,
            Kind::Not(rule) => format!("NOT ({})", rule.sql(dialect)?),
        })
    }
}

fn joined(rules: &[RuleBuilder], by: &str, dialect: Dialect) -> Result<String, LibraryError> {
    match rules {
        [] => Err(LibraryError::NoColumn { text: String::new() }),
        [only] => only.sql(dialect),
        several => {
            let parts: Result<Vec<String>, LibraryError> =
                several.iter().map(|rule| Ok(format!("({})", rule.sql(dialect)?))).collect();
            Ok(parts?.join(by))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_on_a_column_means_what_its_text_means() {
        for dialect in [Dialect::DuckDb, Dialect::Spark] {
            for name in ["cluster", "first name", "the \"true\" id", "back`tick", "it's"] {
                let rule = block_on_column(name, dialect);
                assert_eq!(parse_blocking_rule(&rule.blocking_rule, dialect), Ok(rule.condition), "{dialect:?} {name}");
            }
        }
    }
}
