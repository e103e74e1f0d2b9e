//! The values that evaluation passes around: borrowed from the rows wherever that is possible.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use super::decimal::Decimal;
use crate::value::{Interval, Value};

/// A value during evaluation; text and lists are borrowed from the row or the expression, or made by a function.
#[derive(Debug, Clone)]
pub enum Operand<'a> {
    /// SQL's null.
    Null,
    /// True or false.
    Boolean(bool),
    /// Any integer.
    Integer(i64),
    /// A decimal literal and what exact arithmetic makes of it; it yields to the type of the other operand.
    Decimal(Decimal),
    /// Floating point.
    Double(f64),
    /// 32-bit floating point.
    Float(f32),
    /// Text.
    Text(Cow<'a, str>),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01 00:00 UTC.
    Timestamp(i64),
    /// A span of time.
    Interval(Interval),
    /// A list as rows hold it.
    List(&'a [Value]),
    /// A list that a function made.
    Items(Rc<[Operand<'a>]>),
}

impl<'a> Operand<'a> {
    /// Borrowed text.
    pub const fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    /// A list made of `items`.
    pub fn items(items: Vec<Self>) -> Self {
        Self::Items(Rc::from(items))
    }

    /// Whether this is null.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The value on its own.
    pub fn into_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Boolean(value) => Value::Boolean(value),
            Self::Integer(value) => Value::Integer(value),
            Self::Decimal(value) => Value::Double(value.to_f64()),
            Self::Double(value) => Value::Double(value),
            Self::Float(value) => Value::Float(value),
            Self::Text(value) => Value::Text(Arc::from(&*value)),
            Self::Date(value) => Value::Date(value),
            Self::Timestamp(value) => Value::Timestamp(value),
            Self::Interval(value) => Value::Interval(value),
            Self::List(items) => Value::List(Arc::from(items)),
            Self::Items(items) => Value::List(items.iter().map(|item| item.clone().into_value()).collect()),
        }
    }

    /// The number of items when this is a list.
    pub(crate) fn list_length(&self) -> Option<usize> {
        match self {
            Self::List(items) => Some(items.len()),
            Self::Items(items) => Some(items.len()),
            _ => None,
        }
    }

    /// The item at `index` from 0 when this is a list that has it.
    pub(crate) fn list_item(&self, index: usize) -> Option<Operand<'a>> {
        match self {
            Self::List(items) => items.get(index).map(Operand::from),
            Self::Items(items) => items.get(index).cloned(),
            _ => None,
        }
    }

    /// The items when this is a list.
    pub(crate) fn list_items(&self) -> Option<impl ExactSizeIterator<Item = Operand<'a>> + '_> {
        let length = self.list_length()?;
        Some((0..length).map(|index| self.list_item(index).unwrap_or(Operand::Null)))
    }
}

impl<'a> From<&'a Value> for Operand<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Boolean(value) => Self::Boolean(*value),
            Value::Integer(value) => Self::Integer(*value),
            Value::Double(value) => Self::Double(*value),
            Value::Float(value) => Self::Float(*value),
            Value::Text(value) => Self::Text(Cow::Borrowed(value)),
            Value::Date(value) => Self::Date(*value),
            Value::Timestamp(value) => Self::Timestamp(*value),
            Value::Interval(value) => Self::Interval(*value),
            Value::List(items) => Self::List(items),
        }
    }
}

impl From<bool> for Operand<'_> {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<Option<bool>> for Operand<'_> {
    fn from(value: Option<bool>) -> Self {
        value.map_or(Self::Null, Self::Boolean)
    }
}

impl From<i64> for Operand<'_> {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<f64> for Operand<'_> {
    fn from(value: f64) -> Self {
        Self::Double(value)
    }
}

impl From<String> for Operand<'_> {
    fn from(value: String) -> Self {
        Self::Text(Cow::Owned(value))
    }
}

/// The truth of a condition's value: none where it is null.
///
/// Numbers are true unless they are zero, and the words that a cast to boolean accepts count as well.
pub fn truth(value: &Operand<'_>) -> Option<bool> {
    match value {
        Operand::Boolean(value) => Some(*value),
        Operand::Integer(value) => Some(*value != 0),
        Operand::Double(value) => Some(*value != 0.0),
        Operand::Float(value) => Some(*value != 0.0),
        Operand::Decimal(value) => Some(!value.is_zero()),
        Operand::Text(text) => super::cast::text_to_boolean(text),
        _ => None,
    }
}
