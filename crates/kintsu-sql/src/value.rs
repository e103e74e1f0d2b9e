//! Values that expressions compute with.

use std::sync::Arc;

/// The types of [`Value`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum ValueType {
    Boolean,
    Integer,
    Double,
    /// 32-bit floating point: arithmetic rounds to it.
    Float,
    Text,
    Date,
    Timestamp,
    Interval,
    List(Box<ValueType>),
}

/// A span of time: months, days and microseconds are kept apart because a month has no fixed length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Interval {
    /// Whole months.
    pub months: i32,
    /// Whole days.
    pub days: i32,
    /// Microseconds.
    pub microseconds: i64,
}

impl Interval {
    /// The length in microseconds when a month counts 30 days and a day 24 hours, by which intervals are compared.
    pub fn comparable_microseconds(self) -> i128 {
        const DAY: i128 = 86_400_000_000;
        i128::from(self.months) * 30 * DAY + i128::from(self.days) * DAY + i128::from(self.microseconds)
    }
}

/// One value; equality is that of Rust, not that of SQL.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// SQL's null, of any type.
    Null,
    /// True or false.
    Boolean(bool),
    /// Any integer type.
    Integer(i64),
    /// Any floating-point or decimal type.
    Double(f64),
    /// 32-bit floating point.
    Float(f32),
    /// Text.
    Text(Arc<str>),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01 00:00 UTC.
    Timestamp(i64),
    /// A span of time.
    Interval(Interval),
    /// A list.
    List(Arc<[Value]>),
}

impl Value {
    /// A text value.
    pub fn text(text: &str) -> Self {
        Self::Text(Arc::from(text))
    }

    /// A list value.
    pub fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::List(items.into_iter().collect())
    }

    /// Whether this is null.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Double(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::text(value)
    }
}
