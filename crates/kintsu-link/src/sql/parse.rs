//! From SQL text to expressions.

use super::ast::Expr;
use super::error::{Position, SqlError};
use crate::model::Dialect;

/// Reads the condition of a comparison level, over columns such as `name_l` and `name_r`.
///
/// # Errors
/// [`SqlError`] with the place in the text.
pub fn parse_condition(text: &str, dialect: Dialect) -> Result<Expr, SqlError> {
    unread(text, dialect)
}

/// Reads the condition of a blocking rule, over columns such as `l.name` and `r.name`.
///
/// # Errors
/// [`SqlError`] with the place in the text.
pub fn parse_blocking_rule(text: &str, dialect: Dialect) -> Result<Expr, SqlError> {
    unread(text, dialect)
}

/// Reads an expression over one record, over columns such as `name`.
///
/// # Errors
/// [`SqlError`] with the place in the text.
pub fn parse_column_expression(text: &str, dialect: Dialect) -> Result<Expr, SqlError> {
    unread(text, dialect)
}

fn unread(text: &str, _: Dialect) -> Result<Expr, SqlError> {
    Err(SqlError::Unsupported { at: Position::default(), what: text.to_owned(), instead: String::new() })
}
