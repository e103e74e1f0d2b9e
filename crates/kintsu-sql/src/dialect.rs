//! How sqlparser is to read each dialect: quoting, string escapes, lambdas, operators.

use std::any::TypeId;
use std::cell::Cell;

use sqlparser::ast::{BinaryOperator, Expr};
use sqlparser::dialect::{DuckDbDialect, PostgreSqlDialect, Precedence, SQLiteDialect, SparkSqlDialect};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use crate::Dialect;

/// So many beginnings of expressions are read before a text is refused.
///
/// Where a call such as `CAST(` does not read, sqlparser goes back and tries it as another kind of call, at each level of nesting
/// anew: a broken text would take time that doubles with its depth. A sound text needs a few for each word.
const BEGINNINGS_MAX: u32 = 100_000;

/// A dialect as sqlparser asks about it, for one text.
#[derive(Debug)]
pub(crate) struct Reader {
    dialect: Dialect,
    beginnings: Cell<u32>,
}

impl sqlparser::dialect::Dialect for Reader {
    fn dialect(&self) -> TypeId {
        match self.dialect {
            Dialect::DuckDb => TypeId::of::<DuckDbDialect>(),
            Dialect::Spark => TypeId::of::<SparkSqlDialect>(),
            Dialect::Sqlite => TypeId::of::<SQLiteDialect>(),
            Dialect::Postgres => TypeId::of::<PostgreSqlDialect>(),
        }
    }

    fn is_delimited_identifier_start(&self, c: char) -> bool {
        match self.dialect {
            Dialect::DuckDb | Dialect::Postgres => c == '"',
            Dialect::Spark => c == '`',
            Dialect::Sqlite => matches!(c, '"' | '`'),
        }
    }

    fn is_identifier_start(&self, c: char) -> bool {
        c.is_alphabetic() || c == '_' || !c.is_ascii()
    }

    fn is_identifier_part(&self, c: char) -> bool {
        c.is_alphanumeric() || matches!(c, '_' | '$') || !c.is_ascii()
    }

    fn supports_string_literal_backslash_escape(&self) -> bool {
        self.dialect == Dialect::Spark
    }

    fn supports_string_escape_constant(&self) -> bool {
        matches!(self.dialect, Dialect::DuckDb | Dialect::Postgres)
    }

    fn supports_lambda_functions(&self) -> bool {
        true
    }

    fn supports_dictionary_syntax(&self) -> bool {
        self.dialect == Dialect::DuckDb
    }

    fn supports_array_typedef_with_brackets(&self) -> bool {
        true
    }

    fn supports_notnull_operator(&self) -> bool {
        matches!(self.dialect, Dialect::DuckDb | Dialect::Sqlite)
    }

    fn supports_comma_separated_trim(&self) -> bool {
        true
    }

    fn allow_extract_custom(&self) -> bool {
        true
    }

    fn allow_extract_single_quotes(&self) -> bool {
        true
    }

    fn supports_bang_not_operator(&self) -> bool {
        self.dialect == Dialect::Spark
    }

    fn supports_long_type_as_bigint(&self) -> bool {
        self.dialect == Dialect::Spark
    }

    fn supports_numeric_literal_underscores(&self) -> bool {
        matches!(self.dialect, Dialect::DuckDb | Dialect::Postgres)
    }

    fn supports_trailing_commas(&self) -> bool {
        false
    }

    fn parse_prefix(&self, _parser: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
        self.beginnings.set(self.beginnings.get().saturating_add(1));
        self.is_exhausted().then_some(Err(ParserError::RecursionLimitExceeded))
    }

    fn get_next_precedence(&self, parser: &Parser<'_>) -> Option<Result<u8, ParserError>> {
        self.is_glob(parser).then(|| Ok(self.prec_value(Precedence::Like)))
    }

    fn parse_infix(&self, parser: &mut Parser<'_>, expr: &Expr, precedence: u8) -> Option<Result<Expr, ParserError>> {
        if self.is_glob(parser) || (self.dialect == Dialect::DuckDb && parser.peek_token_ref().token == Token::Overlap) {
            let op = match parser.next_token().token {
                Token::Overlap => BinaryOperator::PGOverlap,
                _ => BinaryOperator::Custom("GLOB".to_owned()),
            };
            let left = Box::new(expr.clone());
            return Some(parser.parse_subexpr(precedence).map(|right| Expr::BinaryOp { left, op, right: Box::new(right) }));
        }
        match self.dialect {
            Dialect::Spark => SparkSqlDialect {}.parse_infix(parser, expr, precedence),
            Dialect::Sqlite => SQLiteDialect {}.parse_infix(parser, expr, precedence),
            Dialect::DuckDb | Dialect::Postgres => None,
        }
    }
}

impl Reader {
    /// A reader of one text.
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self { dialect, beginnings: Cell::new(0) }
    }

    /// Whether the text made the parser go back too often.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.beginnings.get() > BEGINNINGS_MAX
    }

    /// Whether the next word is the operator `GLOB`, which sqlparser does not know.
    fn is_glob(&self, parser: &Parser<'_>) -> bool {
        matches!(self.dialect, Dialect::DuckDb | Dialect::Sqlite)
            && matches!(&parser.peek_token_ref().token, Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case("glob"))
    }
}
