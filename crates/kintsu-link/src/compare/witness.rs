//! Whether expressions can be computed on columns of given types, found out before any record is read.
//!
//! Every expression is evaluated on one made-up record that has a value in each column whose type is known and none in the others.
//! What comes of it, and whether an operator takes what it is given, depends on the types alone; values that cannot be converted or
//! divided by are no matter here. What remains null says nothing.

use std::mem::discriminant;

use arrow_schema::DataType;

use super::evaluate::Program;
use super::truth::truth_of;
use crate::block::misused_array;
use crate::error::LinkError;
use crate::model::{BlockingRule, Comparison, Parity};
use crate::records::{one_sided, value_type_of};
use crate::sql::{Expr, Raised, Value};

/// A text that most functions take: it is a date, too.
const TEXT: &str = "2000-01-01";

/// A record with a value in every column of a known type.
#[derive(Debug, Clone)]
pub struct Witness {
    columns: Vec<(String, Value)>,
    parity: Parity,
}

/// Why an expression cannot be computed; the columns that it names are there or not looked at.
type Reason = String;

impl Witness {
    /// A record with these columns, of which some types may not be known; functions count as `parity` says.
    pub fn new<'a>(columns: impl IntoIterator<Item = (&'a str, Option<&'a DataType>)>, parity: Parity) -> Self {
        let value = |data_type: Option<&DataType>| data_type.map_or(Value::Null, value_of);
        Self { columns: columns.into_iter().map(|(name, data_type)| (name.to_owned(), value(data_type))).collect(), parity }
    }

    /// Whether the value of `expr`, which is written as `text`, can be computed.
    ///
    /// # Errors
    /// [`LinkError::Expression`].
    pub fn check_value(&self, expr: &Expr, text: &str) -> Result<(), LinkError> {
        self.value(&one_sided(expr)).map(|_| ()).map_err(|reason| uncomputable(text, reason))
    }

    /// Whether `expr`, which is written as `text`, can be computed and is a condition.
    ///
    /// # Errors
    /// [`LinkError::Expression`].
    pub fn check_condition(&self, expr: &Expr, text: &str) -> Result<(), LinkError> {
        self.condition(&one_sided(expr)).map_err(|reason| uncomputable(text, reason))
    }

    /// Whether pairs can be found by `rule`, the one with index `number`.
    ///
    /// # Errors
    /// [`LinkError::Expression`], [`LinkError::Explode`].
    pub fn check_rule(&self, rule: &BlockingRule, number: usize) -> Result<(), LinkError> {
        if rule.arrays_to_explode.is_empty() {
            return self.check_condition(&rule.condition, &rule.blocking_rule);
        }
        let exploded = self.exploded(rule, number)?;
        let found = rule.condition.equality_keys();
        if let Some(misused) = misused_array(&found, rule, number) {
            return Err(misused);
        }
        let uncomputable = |reason| uncomputable(&rule.blocking_rule, reason);
        for key in &found.keys {
            let (left, right) = (exploded.value(&key.left), exploded.value(&key.right));
            let (left, right) = (left.map_err(uncomputable)?, right.map_err(uncomputable)?);
            if discriminant(&left) != discriminant(&right) && left != Value::Null && right != Value::Null {
                return Err(uncomputable("it compares values of different types".to_owned()));
            }
        }
        found.residual.iter().try_for_each(|part| self.check_condition(part, &rule.blocking_rule))
    }

    /// Every level of `comparison` that cannot be computed, with its position.
    pub fn check_levels(&self, comparison: &Comparison) -> Vec<(usize, LinkError)> {
        let levels = comparison.levels.iter().enumerate();
        let conditions = levels.filter_map(|(place, level)| Some((place, level.condition.as_ref()?, &level.sql_condition)));
        conditions.filter_map(|(place, condition, text)| Some((place, self.check_condition(condition, text).err()?))).collect()
    }

    /// The record with an element in place of each list that `rule` explodes.
    fn exploded(&self, rule: &BlockingRule, number: usize) -> Result<Self, LinkError> {
        let mut exploded = self.clone();
        for column in &rule.arrays_to_explode {
            let Some(place) = exploded.place(column) else { continue };
            let value = &mut exploded.columns[place].1;
            *value = match value {
                Value::Null => Value::Null,
                Value::List(elements) => elements.first().cloned().unwrap_or(Value::Null),
                _ => {
                    let reason = "it is no list".to_owned();
                    return Err(LinkError::Explode { rule: number, column: column.clone(), reason });
                }
            };
        }
        Ok(exploded)
    }

    /// The place of the column called `name`, exactly or up to case.
    fn place(&self, name: &str) -> Option<usize> {
        let exact = self.columns.iter().position(|(column, _)| column == name);
        exact.or_else(|| self.columns.iter().position(|(column, _)| column.to_lowercase() == name.to_lowercase()))
    }

    fn condition(&self, expr: &Expr) -> Result<(), Reason> {
        match expr {
            Expr::And(list) | Expr::Or(list) => list.iter().try_for_each(|part| self.condition(part)),
            Expr::Not(inner) => self.condition(inner),
            other => truth_of(&self.value(other)?).map(|_| ()),
        }
    }

    /// The value of `expr`, every part of which can be computed.
    fn value(&self, expr: &Expr) -> Result<Value, Reason> {
        self.parts(expr)?;
        let columns = expr.columns();
        let values: Vec<Value> =
            columns.iter().map(|column| self.place(&column.name).map_or(Value::Null, |at| self.columns[at].1.clone())).collect();
        let (value, raised) = Program::of_columns(expr, self.parity)?.value(&values);
        if raised.contains(Raised::Types) { Err(Raised::Types.describe().to_owned()) } else { Ok(value) }
    }

    /// Looks at the parts of `expr` one by one, those that evaluation would pass over included. What stands inside of lambdas cannot
    /// be looked at alone.
    fn parts(&self, expr: &Expr) -> Result<(), Reason> {
        match expr {
            Expr::Literal(_) | Expr::Column(_) | Expr::Parameter(_) | Expr::Lambda(..) => Ok(()),
            Expr::And(_) | Expr::Or(_) | Expr::Not(_) => self.condition(expr),
            Expr::IsNull(inner) | Expr::Cast { value: inner, .. } => self.value(inner).map(|_| ()),
            Expr::Compare(_, left, right) | Expr::Arithmetic(_, left, right) => {
                self.value(left)?;
                self.value(right).map(|_| ())
            }
            Expr::Call(_, list) | Expr::List(list) => {
                let alone = list.iter().filter(|part| !matches!(part, Expr::Lambda(..)));
                alone.map(|part| self.value(part)).try_for_each(|value| value.map(|_| ()))
            }
            Expr::Case { branches, otherwise } => {
                for (condition, value) in branches {
                    self.condition(condition)?;
                    self.value(value)?;
                }
                otherwise.iter().try_for_each(|value| self.value(value).map(|_| ()))
            }
        }
    }
}

fn uncomputable(text: &str, reason: Reason) -> LinkError {
    LinkError::Expression { place: text.to_owned(), reason }
}

/// A value as columns of `data_type` hold it; null for what cannot be computed with.
fn value_of(data_type: &DataType) -> Value {
    match value_type_of(data_type) {
        Some(DataType::Utf8) => Value::Text(TEXT.into()),
        Some(DataType::Int64) => Value::Integer(1),
        Some(DataType::Float64) => Value::Double(1.0),
        Some(DataType::Float32) => Value::Float(1.0),
        Some(DataType::Boolean) => Value::Boolean(true),
        Some(DataType::Date32) => Value::Date(10_957),
        Some(DataType::Timestamp(..)) => Value::Timestamp(946_684_800_000_000),
        Some(DataType::List(item)) => Value::List([value_of(item.data_type())].into()),
        _ => Value::Null,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;

    use arrow_schema::Field;

    use super::*;
    use crate::model::Dialect;
    use crate::sql::{parse_blocking_rule, parse_condition};

    fn witness() -> Witness {
        let list = |item| DataType::List(Arc::new(Field::new("item", item, true)));
        let types = [
            ("name", Some(DataType::Utf8)),
            ("Age", Some(DataType::Int32)),
            ("born", Some(DataType::Date32)),
            ("member", Some(DataType::Boolean)),
            ("mails", Some(list(DataType::Utf8))),
            ("numbers", Some(list(DataType::Int64))),
            ("unknown", None),
        ];
        Witness::new(types.iter().map(|(name, data_type)| (*name, data_type.as_ref())), Parity::DuckDb2_0)
    }

    fn refusal(condition: &str) -> Option<String> {
        let parsed = parse_condition(condition, Dialect::DuckDb).unwrap();
        witness().check_condition(&parsed, condition).err().map(|error| error.to_string())
    }

    #[test]
    fn what_types_forbid_is_refused_and_what_values_decide_is_not() {
        for condition in [
            "name_l",
            "born_l",
            "not name_l",
            "name_l and age_l = age_r",
            "age_l = age_r or name_r",
            "name_l || name_r",
            "case when name_l then true else false end",
            "case when name_l = name_r then name_l else name_r end",
            "array_length(list_intersect(name_l, name_r)) > 0",
            "abs(born_l - age_r) < 2",
            "case when age_l = age_r then true else array_length(list_intersect(name_l, name_r)) > 0 end",
        ] {
            assert!(refusal(condition).is_some_and(|said| said.contains("cannot be computed")), "{condition} passes");
        }
        for condition in [
            "age_l",
            "member_l and not member_r",
            "unknown_l",
            "abs(unknown_l - unknown_r) < 2",
            "absent_l || absent_r",
            "cast(name_l as integer)",
            "abs(cast(name_l as integer) - age_r) < 3",
            "1 / (age_l - age_r) > 2",
            "name_l = age_r",
            "levenshtein(name_l, name_r) < 2 and jaccard(name_l, '') > 0.5",
            "abs(date_diff('day', try_strptime(name_l, '%d.%m.%Y'), born_r)) < 5",
            "array_length(list_intersect(mails_l, mails_r)) > 0",
            "case when name_l is null then null else born_l = born_r end",
        ] {
            assert_eq!(refusal(condition), None, "{condition}");
        }
    }

    #[test]
    fn what_rules_explode_are_lists_in_equalities() {
        let refusal = |text: &str, arrays: &[&str]| {
            let condition = parse_blocking_rule(text, Dialect::DuckDb).unwrap();
            let rule = BlockingRule::new(text.to_owned(), condition, Dialect::DuckDb);
            let arrays_to_explode = arrays.iter().map(ToString::to_string).collect();
            let refused = witness().check_rule(&BlockingRule { arrays_to_explode, ..rule }, 0);
            refused.err().map(|error| error.to_string()).unwrap_or_default()
        };
        for (text, arrays, said) in [
            ("l.name = r.name", &["name"][..], "it is no list"),
            ("l.mails > r.mails and l.age = r.age", &["mails"], "equality"),
            ("l.age > r.age", &["mails"], "no equality"),
            ("l.mails = r.numbers", &["mails", "numbers"], "different types"),
            ("l.mails = r.mails and l.name", &["mails"], "no condition"),
            ("l.name", &[], "no condition"),
        ] {
            assert!(refusal(text, arrays).contains(said), "{text}: {}", refusal(text, arrays));
        }
        for (text, arrays) in [
            ("l.mails = r.mails", &["MAILS"][..]),
            ("substr(l.mails, 1, 2) = r.name", &["mails"]),
            ("l.unknown = r.unknown", &["unknown"]),
            ("l.absent = r.absent", &["absent"]),
            ("l.mails = r.mails", &[]),
        ] {
            assert_eq!(refusal(text, arrays), "", "{text}");
        }
    }
}
