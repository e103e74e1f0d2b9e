//! Turns an SQL expression over one record into one over the left or right record of a pair, word by word.

use std::borrow::Cow;

use sqlparser::dialect::GenericDialect;
use sqlparser::tokenizer::{Token, Tokenizer, Word};

use crate::model::Dialect;
use crate::sql::{Position, SqlError};

use super::LibraryError;
use super::column::Place;
use super::dialect;

/// `text` with every column of `names` written for `place`; function names that look alike are left alone.
pub(super) fn with_suffix(text: &str, names: &[String], place: Place, sql: Dialect) -> Result<String, LibraryError> {
    let dialect = GenericDialect {};
    let tokens = Tokenizer::new(&dialect, text).with_unescape(false).tokenize().map_err(|error| LibraryError::Sql {
        text: text.to_owned(),
        source: SqlError::Syntax {
            at: Position { line: error.location.line, column: error.location.column },
            message: error.message,
        },
    })?;
    let mut written = String::new();
    for (position, token) in tokens.iter().enumerate() {
        match token {
            Token::Word(word) if !calls(&tokens[position + 1..]) && is_column(names, &name_of(word)) => {
                written.push_str(&dialect::column(&name_of(word), place, sql));
            }
            other => written.push_str(&other.to_string()),
        }
    }
    Ok(written)
}

/// The name that a word stands for: a quote inside of quotes is written twice.
fn name_of(word: &Word) -> Cow<'_, str> {
    match word.quote_style {
        Some(quote) => Cow::Owned(word.value.replace(&format!("{quote}{quote}"), &quote.to_string())),
        None => Cow::Borrowed(&word.value),
    }
}

fn is_column(names: &[String], word: &str) -> bool {
    names.iter().any(|name| name.eq_ignore_ascii_case(word))
}

/// Whether an opening bracket is next, so that the word before is a function.
fn calls(rest: &[Token]) -> bool {
    rest.iter().find(|token| !matches!(token, Token::Whitespace(_))) == Some(&Token::LParen)
}
