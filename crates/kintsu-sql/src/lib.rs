//! SQL conditions: read with sqlparser into a closed expression type, then evaluated over records and pairs.
//!
//! Reading order: `origin` names dialects and engines; [`ast`] and [`function`] say what there is; `parse` and `lower` get there from the text of four dialects;
//! `keys` asks expressions what blocking and training want to know; `eval` computes them.

pub mod ast;
mod dialect;
mod error;
mod eval;
mod fold;
pub mod function;
mod keys;
mod lower;
mod origin;
mod parse;
pub mod value;
mod written;

pub use ast::{ArithmeticOp, ColumnRef, CompareOp, Expr, Side};
pub use error::{Position, SqlError};
pub use eval::{CompiledExpr, DatePart, Decimal, Operand, Raised, RaisedSet, Row, Scratch, TimeFormat, truth};
pub use function::Function;
pub use keys::{EqualityKey, EqualityKeys};
pub use lower::function_names;
pub use origin::{Dialect, PARITIES, Parity, UnknownWord};
pub use parse::{parse_blocking_rule, parse_column_expression, parse_condition};
pub use value::{Interval, Value, ValueType};
pub use written::WrittenKeys;
