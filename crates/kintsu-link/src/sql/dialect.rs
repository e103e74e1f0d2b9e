//! How sqlparser is to read each dialect: quoting, string escapes, lambdas, operators.

use std::any::TypeId;

use sqlparser::ast::{BinaryOperator, Expr};
use sqlparser::dialect::{DuckDbDialect, PostgreSqlDialect, Precedence, SQLiteDialect, SparkSqlDialect};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use crate::model::Dialect;

/// A dialect as sqlparser asks about it.
#[derive(Debug)]
pub(crate) struct Reader(pub(crate) Dialect);

impl sqlparser::dialect::Dialect for Reader {
    fn dialect(&self) -> TypeId {
        match self.0 {
            Dialect::DuckDb => TypeId::of::<DuckDbDialect>(),
            Dialect::Spark => TypeId::of::<SparkSqlDialect>(),
            Dialect::Sqlite => TypeId::of::<SQLiteDialect>(),
            Dialect::Postgres => TypeId::of::<PostgreSqlDialect>(),
        }
    }

    fn is_delimited_identifier_start(&self, c: char) -> bool {
        match self.0 {
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
        self.0 == Dialect::Spark
    }

    fn supports_string_escape_constant(&self) -> bool {
        matches!(self.0, Dialect::DuckDb | Dialect::Postgres)
    }

    fn supports_lambda_functions(&self) -> bool {
        true
    }

    fn supports_dictionary_syntax(&self) -> bool {
        self.0 == Dialect::DuckDb
    }

    fn supports_array_typedef_with_brackets(&self) -> bool {
        true
    }

    fn supports_notnull_operator(&self) -> bool {
        matches!(self.0, Dialect::DuckDb | Dialect::Sqlite)
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
        self.0 == Dialect::Spark
    }

    fn supports_long_type_as_bigint(&self) -> bool {
        self.0 == Dialect::Spark
    }

    fn supports_numeric_literal_underscores(&self) -> bool {
        matches!(self.0, Dialect::DuckDb | Dialect::Postgres)
    }

    fn supports_trailing_commas(&self) -> bool {
        false
    }

    fn get_next_precedence(&self, parser: &Parser<'_>) -> Option<Result<u8, ParserError>> {
        self.is_glob(parser).then(|| Ok(self.prec_value(Precedence::Like)))
    }

    fn parse_infix(&self, parser: &mut Parser<'_>, expr: &Expr, precedence: u8) -> Option<Result<Expr, ParserError>> {
        if self.is_glob(parser) || (self.0 == Dialect::DuckDb && parser.peek_token_ref().token == Token::Overlap) {
            let op = match parser.next_token().token {
                Token::Overlap => BinaryOperator::PGOverlap,
                _ => BinaryOperator::Custom("GLOB".to_owned()),
            };
            let left = Box::new(expr.clone());
            return Some(parser.parse_subexpr(precedence).map(|right| Expr::BinaryOp { left, op, right: Box::new(right) }));
        }
        match self.0 {
            Dialect::Spark => SparkSqlDialect {}.parse_infix(parser, expr, precedence),
            Dialect::Sqlite => SQLiteDialect {}.parse_infix(parser, expr, precedence),
            Dialect::DuckDb | Dialect::Postgres => None,
        }
    }
}

impl Reader {
    /// Whether the next word is the operator `GLOB`, which sqlparser does not know.
    fn is_glob(&self, parser: &Parser<'_>) -> bool {
        matches!(self.0, Dialect::DuckDb | Dialect::Sqlite)
            && matches!(&parser.peek_token_ref().token, Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case("glob"))
    }
}
