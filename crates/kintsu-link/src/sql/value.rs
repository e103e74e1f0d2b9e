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
    List(Box<ValueType>),
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
    /// A list.
    List(Arc<[Value]>),
}
