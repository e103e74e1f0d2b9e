//! Constants of the text.

use sqlparser::ast::{self as sql, Value as SqlValue};

use super::Lower;
use crate::Dialect;
use crate::ast::Expr;
use crate::error::SqlError;
use crate::value::{Value, ValueType};

impl Lower {
    pub(super) fn literal(&self, value: &SqlValue) -> Result<Expr, SqlError> {
        Ok(Expr::Literal(match value {
            SqlValue::Number(text, _) => return self.number(text).map(Expr::Literal),
            SqlValue::Boolean(value) => Value::Boolean(*value),
            SqlValue::Null => Value::Null,
            SqlValue::SingleQuotedString(text) | SqlValue::EscapedStringLiteral(text) | SqlValue::NationalStringLiteral(text) => {
                Value::text(text)
            }
            SqlValue::DollarQuotedString(text) => Value::text(&text.value),
            SqlValue::DoubleQuotedString(text) if self.dialect == Dialect::Spark => Value::text(text),
            other => {
                return self.unsupported(&format!("the literal `{other}`"), "write numbers plainly and text in single quotes");
            }
        }))
    }

    /// An integer where it is one, otherwise a double.
    pub(super) fn number(&self, text: &str) -> Result<Value, SqlError> {
        let digits: String = text.chars().filter(|c| *c != '_').collect();
        if let Ok(integer) = digits.parse() {
            return Ok(Value::Integer(integer));
        }
        match digits.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::Double(number)),
            _ => Err(SqlError::Literal {
                at: self.at,
                what: format!("the number `{text}`"),
                message: "it cannot be read".to_owned(),
            }),
        }
    }

    /// `DATE '2000-01-01'` and the like.
    pub(super) fn typed(&self, literal: &sql::TypedString) -> Result<Expr, SqlError> {
        let text = self.literal(&literal.value.value)?;
        let to = self.value_type(&literal.data_type)?;
        self.cast_literal(text, to)
    }

    /// A constant converted at once, so that a wrong one is an error of the condition and not of every row.
    pub(super) fn cast_literal(&self, literal: Expr, to: ValueType) -> Result<Expr, SqlError> {
        let Expr::Literal(Value::Text(text)) = &literal else {
            return Ok(Expr::Cast { value: Box::new(literal), to, or_null: false });
        };
        let text = text.clone();
        let cast = Expr::Cast { value: Box::new(literal), to: to.clone(), or_null: false };
        match super::super::fold::fold(cast) {
            Expr::Cast { .. } if to != ValueType::Double => Err(SqlError::Literal {
                at: self.at,
                what: format!("the constant '{text}'"),
                message: format!("it is no {}", super::datatype::words(&to)),
            }),
            converted => Ok(converted),
        }
    }

    /// `INTERVAL '1 day'`, `INTERVAL 1 DAY`.
    pub(super) fn interval(&self, interval: &sql::Interval) -> Result<Expr, SqlError> {
        let amount = match &*interval.value {
            sql::Expr::Value(value) => value.value.clone(),
            other => return self.unsupported_expr(other, "write the length of an interval as a constant"),
        };
        let text = match amount {
            SqlValue::Number(text, _) | SqlValue::SingleQuotedString(text) | SqlValue::DoubleQuotedString(text) => text,
            other => return self.unsupported(&format!("the interval `{other}`"), "write it as `INTERVAL '1 day'`"),
        };
        let full = interval.leading_field.as_ref().map_or_else(|| text.clone(), |field| format!("{text} {field}"));
        self.cast_literal(Expr::Literal(Value::text(&full)), ValueType::Interval)
    }
}
