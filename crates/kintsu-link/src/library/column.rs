//! Columns and what is made of them before they are compared.

use std::borrow::Cow;

use crate::model::Dialect;
use crate::sql::{Expr, parse_column_expression};

use super::LibraryError;
use super::dialect;
use super::rewrite::with_suffix;

/// The end of an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ArrayEnd {
    First,
    Last,
}

/// Which record of a pair a text is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// `name_l` in a level.
    LevelLeft,
    /// `name_r` in a level.
    LevelRight,
    /// `l.name` in a blocking rule.
    RuleLeft,
    /// `r.name` in a blocking rule.
    RuleRight,
}

#[derive(Debug, Clone, PartialEq)]
enum Operation {
    Lower,
    Substr { start: i64, length: i64 },
    CastToString,
    RegexExtract { pattern: String, capture_group: u32 },
    NullIf(String),
    TryParseDate(Option<String>),
    TryParseTimestamp(Option<String>),
    ArrayElement(ArrayEnd),
}

/// A column, or an SQL expression over columns, with operations applied one after the other.
///
/// ```
/// use kintsu_link::library::ColumnExpression;
/// let initial = ColumnExpression::new("first_name").lower().substr(1, 1);
/// assert_eq!(initial.label(), "transformed first_name");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnExpression {
    text: String,
    operations: Vec<Operation>,
}

impl<T: Into<String>> From<T> for ColumnExpression {
    fn from(text: T) -> Self {
        Self::new(text)
    }
}

impl ColumnExpression {
    /// A column by name, or an SQL expression such as `substr(dob, 1, 4)` or `address['city']`.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), operations: Vec::new() }
    }

    fn then(mut self, operation: Operation) -> Self {
        self.operations.push(operation);
        self
    }

    /// In lower case.
    pub fn lower(self) -> Self {
        self.then(Operation::Lower)
    }

    /// `length` characters from the `start`th on, counted from 1.
    pub fn substr(self, start: i64, length: i64) -> Self {
        self.then(Operation::Substr { start, length })
    }

    /// As text.
    pub fn cast_to_string(self) -> Self {
        self.then(Operation::CastToString)
    }

    /// The part that `pattern` finds, or one of its groups; null when it finds nothing or the empty text.
    pub fn regex_extract(self, pattern: impl Into<String>, capture_group: u32) -> Self {
        self.then(Operation::RegexExtract { pattern: pattern.into(), capture_group })
    }

    /// Null where the value is `null_value`.
    pub fn nullif(self, null_value: impl Into<String>) -> Self {
        self.then(Operation::NullIf(null_value.into()))
    }

    /// A date read from text; null where it is none. The format is the dialect's; year-month-day by default.
    pub fn try_parse_date(self, format: Option<String>) -> Self {
        self.then(Operation::TryParseDate(format))
    }

    /// A time read from text; null where it is none. The format is the dialect's; ISO 8601 by default.
    pub fn try_parse_timestamp(self, format: Option<String>) -> Self {
        self.then(Operation::TryParseTimestamp(format))
    }

    /// The first or last element of an array.
    pub fn access_extreme_array_element(self, end: ArrayEnd) -> Self {
        self.then(Operation::ArrayElement(end))
    }

    /// The text for people: the column, `transformed` when operations stand on it.
    pub fn label(&self) -> String {
        if self.operations.is_empty() { self.text.clone() } else { format!("transformed {}", self.text) }
    }

    /// The name that a comparison of this column takes: letters, digits and `_` only.
    pub fn output_column_name(&self) -> String {
        self.text.chars().map(|character| if character.is_alphanumeric() { character } else { '_' }).collect()
    }

    /// The column when this is one without anything done to it, which is what term frequencies are counted for.
    pub fn pure_column(&self) -> Option<Cow<'_, str>> {
        self.operations.is_empty().then(|| bare_name(&self.text)).flatten()
    }

    /// The SQL for one record of a pair.
    pub(super) fn sql(&self, place: Place, dialect: Dialect) -> Result<String, LibraryError> {
        let base = match bare_name(&self.text) {
            Some(name) => dialect::column(&name, place, dialect),
            None => self.expression(place, dialect)?,
        };
        self.operations.iter().try_fold(base, |value, operation| operation.sql(&value, dialect))
    }

    /// The SQL of this expression for the left and the right record of a level.
    pub(super) fn both(&self, dialect: Dialect) -> Result<(String, String), LibraryError> {
        Ok((self.sql(Place::LevelLeft, dialect)?, self.sql(Place::LevelRight, dialect)?))
    }

    fn expression(&self, place: Place, dialect: Dialect) -> Result<String, LibraryError> {
        let parsed: Expr = parse_column_expression(&self.text, dialect)
            .map_err(|source| LibraryError::Sql { text: self.text.clone(), source })?;
        let names: Vec<String> = parsed.columns().into_iter().map(|column| column.name).collect();
        if names.is_empty() {
            return Err(LibraryError::NoColumn { text: self.text.clone() });
        }
        with_suffix(&self.text, &names, place, dialect)
    }
}

/// The column that `text` names, when it is a name and nothing else. Between quotes anything may stand, a quote twice; without them
/// letters, digits, `_`, blanks and dots.
fn bare_name(text: &str) -> Option<Cow<'_, str>> {
    if let Some(quoted) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        let one_by_one = quoted.replace("\"\"", "").contains('"');
        return (!one_by_one && !quoted.is_empty()).then(|| Cow::Owned(quoted.replace("\"\"", "\"")));
    }
    let plain = |character: char| character.is_alphanumeric() || matches!(character, '_' | ' ' | '.');
    (text.chars().all(plain) && !text.trim().is_empty()).then_some(Cow::Borrowed(text))
}

impl Operation {
    fn sql(&self, value: &str, dialect: Dialect) -> Result<String, LibraryError> {
        Ok(match self {
            Self::Lower => format!("LOWER({value})"),
            Self::Substr { start, length } => format!("SUBSTRING({value}, {start}, {length})"),
            Self::CastToString => format!("CAST({value} AS {})", dialect::text_type(dialect)),
            Self::RegexExtract { pattern, capture_group } => dialect::regex_extract(value, pattern, *capture_group, dialect)?,
            Self::NullIf(null_value) => format!("NULLIF({value}, {})", dialect::text_literal(null_value, dialect)),
            Self::TryParseDate(format) => dialect::try_parse_date(value, format.as_deref(), dialect)?,
            Self::TryParseTimestamp(format) => dialect::try_parse_timestamp(value, format.as_deref(), dialect)?,
            Self::ArrayElement(end) => dialect::array_element(value, *end, dialect)?,
        })
    }
}
