//! Columns of comparisons: by name, as SQL, or as SQL with operations on top.

use kintsu_link::library::{ArrayEnd, ColumnExpression};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A column: its name or an SQL expression over columns, or either with operations applied to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ColumnSpec {
    /// The name, or SQL such as `substr(dob, 1, 4)`.
    Sql(String),
    /// The name or SQL, with operations.
    Transformed(TransformedColumn),
}

/// A column with operations, applied one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TransformedColumn {
    /// The name of the column, or SQL over columns.
    pub sql: String,
    /// What is done with it, in order.
    #[serde(default)]
    pub operations: Vec<ColumnOperation>,
}

/// What is done with the values of a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "operation", rename_all = "snake_case", deny_unknown_fields)]
pub enum ColumnOperation {
    /// Into lower case.
    Lower {},
    /// Some of the characters.
    Substr {
        /// The first character, counted from 1.
        start: i64,
        /// How many characters.
        length: i64,
    },
    /// Into text.
    CastToString {},
    /// The part that a pattern finds; null where it finds nothing.
    RegexExtract {
        /// The regular expression.
        pattern: String,
        /// The group of it, 0 being the whole.
        #[serde(default)]
        capture_group: u32,
    },
    /// Null where the value is this text.
    Nullif {
        /// The text.
        null_value: String,
    },
    /// Text read as a date; null where it is none.
    TryParseDate {
        /// How it is read. Default `%Y-%m-%d`.
        #[serde(default)]
        format: Option<String>,
    },
    /// Text read as a time; null where it is none.
    TryParseTimestamp {
        /// How it is read. Default an ISO timestamp.
        #[serde(default)]
        format: Option<String>,
    },
    /// One element of a list.
    AccessExtremeArrayElement {
        /// Which one.
        first_or_last: ListEnd,
    },
}

/// An end of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum ListEnd {
    First,
    Last,
}

impl ColumnSpec {
    /// The column as the library has it.
    pub fn expression(&self) -> ColumnExpression {
        match self {
            Self::Sql(text) => ColumnExpression::new(text),
            Self::Transformed(column) => column
                .operations
                .iter()
                .fold(ColumnExpression::new(&column.sql), |expression, operation| operation.on(expression)),
        }
    }
}

impl ColumnOperation {
    fn on(&self, column: ColumnExpression) -> ColumnExpression {
        match self {
            Self::Lower {} => column.lower(),
            Self::Substr { start, length } => column.substr(*start, *length),
            Self::CastToString {} => column.cast_to_string(),
            Self::RegexExtract { pattern, capture_group } => column.regex_extract(pattern, *capture_group),
            Self::Nullif { null_value } => column.nullif(null_value),
            Self::TryParseDate { format } => column.try_parse_date(format.clone()),
            Self::TryParseTimestamp { format } => column.try_parse_timestamp(format.clone()),
            Self::AccessExtremeArrayElement { first_or_last } => column.access_extreme_array_element(match first_or_last {
                ListEnd::First => ArrayEnd::First,
                ListEnd::Last => ArrayEnd::Last,
            }),
        }
    }
}
