//! Turns an SQL expression over one record into one over the left or right record of a pair, word by word.

use sqlparser::dialect::GenericDialect;
use sqlparser::tokenizer::{Token, Tokenizer};

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
            Token::Word(word) if is_column(names, &word.value) && !calls(&tokens[position + 1..]) => {
                written.push_str(&dialect::column(&word.value, place, sql));
            }
            other => written.push_str(&other.to_string()),
        }
    }
    Ok(written)
}

fn is_column(names: &[String], word: &str) -> bool {
    names.iter().any(|name| name.eq_ignore_ascii_case(word))
}

/// Whether an opening bracket is next, so that the word before is a function.
fn calls(rest: &[Token]) -> bool {
    rest.iter().find(|token| !matches!(token, Token::Whitespace(_))) == Some(&Token::LParen)
}
