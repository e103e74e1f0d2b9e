//! From SQL text to expressions.
//!
//! The text is read by sqlparser in its dialect and lowered into [`Expr`], which knows no dialect. Anything else in it than an
//! expression over the columns of one record or a pair is refused with its place and a way out.

use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer, TokenizerError};

use super::ast::Expr;
use super::dialect::Reader;
use super::error::{Position, SqlError};
use super::fold::fold;
use super::lower::{Columns, Lower};
use crate::Dialect;

/// So long may a condition be, in bytes.
const TEXT_BYTES_MAX: usize = 100_000;
/// So many words, signs and brackets may it have.
const TOKENS_MAX: usize = 4_000;
/// So deep may brackets and calls be nested.
const DEPTH_MAX: usize = 100;

/// Reads the condition of a comparison level, over columns such as `name_l` and `name_r`.
///
/// ```
/// use kintsu_sql::{Dialect, parse_condition};
/// assert!(parse_condition("levenshtein(\"name_l\", \"name_r\") <= 2", Dialect::DuckDb).is_ok());
/// let error = parse_condition("name = name_r", Dialect::DuckDb).unwrap_err();
/// assert_eq!(error.position().unwrap().column, 1);
/// ```
///
/// # Errors
/// [`SqlError`] with the place in the text.
pub fn parse_condition(text: &str, dialect: Dialect) -> Result<Expr, SqlError> {
    read(text, dialect, Columns::Suffixed)
}

/// Reads the condition of a blocking rule, over columns such as `l.name` and `r.name`.
///
/// # Errors
/// [`SqlError`] with the place in the text.
pub fn parse_blocking_rule(text: &str, dialect: Dialect) -> Result<Expr, SqlError> {
    read(text, dialect, Columns::Qualified)
}

/// Reads an expression over one record, over columns such as `name`.
///
/// # Errors
/// [`SqlError`] with the place in the text.
pub fn parse_column_expression(text: &str, dialect: Dialect) -> Result<Expr, SqlError> {
    read(text, dialect, Columns::Plain)
}

fn read(text: &str, dialect: Dialect, columns: Columns) -> Result<Expr, SqlError> {
    Lower::new(dialect, columns).condition(&parsed(text, dialect)?).map(fold)
}

/// The tree of sqlparser for one expression and nothing else.
pub(crate) fn parsed(text: &str, dialect: Dialect) -> Result<sqlparser::ast::Expr, SqlError> {
    let reader = Reader::new(dialect);
    let tokens = tokens(text, &reader)?;
    let mut parser = Parser::new(&reader).with_recursion_limit(DEPTH_MAX).with_tokens_with_locations(tokens);
    let parsed = parser.parse_expr().map_err(|error| syntax(&error, &parser, &reader))?;
    let next = parser.peek_token();
    if next.token != Token::EOF {
        let message = format!("`{}` does not belong here", short(&next.token.to_string()));
        return Err(SqlError::Syntax { at: position(&next), message });
    }
    Ok(parsed)
}

fn tokens(text: &str, reader: &Reader) -> Result<Vec<TokenWithSpan>, SqlError> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(SqlError::TooLarge { at: Position::default(), message: format!("more than {TEXT_BYTES_MAX} bytes") });
    }
    let tokens = Tokenizer::new(reader, text).tokenize_with_location().map_err(|TokenizerError { message, location }| {
        SqlError::Syntax { at: Position { line: location.line, column: location.column }, message }
    })?;
    let mut words = tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_)));
    if let Some(token) = words.nth(TOKENS_MAX) {
        return Err(SqlError::TooLarge { at: position(token), message: format!("more than {TOKENS_MAX} words and signs") });
    }
    if tokens.iter().all(|token| matches!(token.token, Token::Whitespace(_))) {
        return Err(SqlError::Syntax { at: Position::default(), message: "it is empty".to_owned() });
    }
    Ok(tokens)
}

fn position(token: &TokenWithSpan) -> Position {
    Position { line: token.span.start.line, column: token.span.start.column }
}

fn syntax(error: &ParserError, parser: &Parser<'_>, reader: &Reader) -> SqlError {
    let at = position(&parser.peek_token());
    match error {
        ParserError::RecursionLimitExceeded if reader.is_exhausted() => {
            SqlError::TooLarge { at, message: "calls inside each other that do not read, or are not closed".to_owned() }
        }
        ParserError::RecursionLimitExceeded => SqlError::TooLarge { at, message: format!("nested more than {DEPTH_MAX} deep") },
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => {
            let (message, place) = message.split_once(" at Line: ").unwrap_or((message, ""));
            SqlError::Syntax { at: read_place(place).unwrap_or(at), message: message.to_owned() }
        }
    }
}

/// Reads `1, Column: 5`.
fn read_place(place: &str) -> Option<Position> {
    let (line, column) = place.split_once(", Column: ")?;
    Some(Position { line: line.trim().parse().ok()?, column: column.trim().parse().ok()? })
}

/// The beginning of a piece of SQL, for messages.
pub(crate) fn short(text: &str) -> String {
    const CHARACTERS_MAX: usize = 60;
    let one_line: Vec<&str> = text.split_whitespace().collect();
    let one_line = one_line.join(" ");
    match one_line.char_indices().nth(CHARACTERS_MAX) {
        Some((end, _)) => format!("{}...", &one_line[..end]),
        None => one_line,
    }
}
