//! SQL conditions: read with sqlparser into a closed expression type, then evaluated over records and pairs.

pub mod ast;
pub mod function;
pub mod value;

pub use ast::{ArithmeticOp, ColumnRef, CompareOp, Expr, Side};
pub use function::Function;
pub use value::{Value, ValueType};
