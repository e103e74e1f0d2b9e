//! From sqlparser's syntax tree to [`Expr`]: one meaning for the four dialects.

mod call;
mod datatype;
mod expr;
mod functions;
mod literal;
mod names;
mod time;

pub use functions::function_names;

use sqlparser::ast::{self as sql, Spanned};

use super::ast::Expr;
use super::error::{Position, SqlError};
use super::parse::short;
use crate::Dialect;

/// How columns are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Columns {
    /// `name_l`, `name_r`: comparison levels.
    Suffixed,
    /// `l.name`, `r.name`: blocking rules.
    Qualified,
    /// `name`: expressions over one record.
    Plain,
}

/// So deep may an expression be.
const DEPTH_MAX: usize = 120;

/// The state of one lowering.
pub(crate) struct Lower {
    dialect: Dialect,
    columns: Columns,
    /// The parameters of the lambdas around, each with its number.
    parameters: Vec<(String, usize)>,
    lambdas: usize,
    depth: usize,
    at: Position,
}

impl Lower {
    pub(crate) fn new(dialect: Dialect, columns: Columns) -> Self {
        Self { dialect, columns, parameters: Vec::new(), lambdas: 0, depth: 0, at: Position { line: 1, column: 1 } }
    }

    /// Lowers a whole text.
    pub(crate) fn condition(&mut self, expr: &sql::Expr) -> Result<Expr, SqlError> {
        self.expr(expr)
    }

    /// Remembers where `expr` stands, for what has no place of its own.
    fn moved_to(&mut self, expr: &sql::Expr) {
        // The span of a chain of operators is found by going down its left side, which must not be longer than the stack.
        if !matches!(expr, sql::Expr::BinaryOp { .. }) {
            let start = expr.span().start;
            if start.line > 0 {
                self.at = Position { line: start.line, column: start.column };
            }
        }
    }

    fn unsupported<T>(&self, what: &str, instead: &str) -> Result<T, SqlError> {
        Err(SqlError::Unsupported { at: self.at, what: what.to_owned(), instead: instead.to_owned() })
    }

    fn unsupported_expr<T>(&self, expr: &sql::Expr, instead: &str) -> Result<T, SqlError> {
        self.unsupported(&format!("`{}`", short(&expr.to_string())), instead)
    }
}
