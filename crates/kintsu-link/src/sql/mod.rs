//! SQL conditions: read with sqlparser into a closed expression type, then evaluated over records and pairs.

pub mod ast;
mod error;
pub mod function;
mod keys;
mod parse;
pub mod value;

pub use ast::{ArithmeticOp, ColumnRef, CompareOp, Expr, Side};
pub use error::{Position, SqlError};
pub use function::Function;
pub use keys::{EqualityKey, EqualityKeys};
pub use parse::{parse_blocking_rule, parse_column_expression, parse_condition};
pub use value::{Interval, Value, ValueType};
