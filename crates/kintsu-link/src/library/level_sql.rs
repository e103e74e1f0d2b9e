//! The SQL of each level.

use std::fmt::Write as _;

use crate::model::Dialect;

use super::LibraryError;
use super::column::ColumnExpression;
use super::dialect::{self, StringMeasure, number};
use super::level::{Kind, Level, LiteralSide, LiteralType};

impl Kind {
    pub(super) fn sql(&self, dialect: Dialect) -> Result<String, LibraryError> {
        Ok(match self {
            Self::Else => "ELSE".to_owned(),
            Self::Null(column) => {
                let (left, right) = column.both(dialect)?;
                format!("{left} IS NULL OR {right} IS NULL")
            }
            Self::ExactMatch(column) => {
                let (left, right) = column.both(dialect)?;
                format!("{left} = {right}")
            }
            Self::Custom { sql_condition, base_dialect } => {
                if base_dialect.is_some_and(|base| base != dialect) {
                    return Err(LibraryError::Dialect { what: "a custom level of another dialect", dialect });
                }
                sql_condition.clone()
            }
            Self::Literal { column, value, datatype, side } => literal(column, value, *datatype, *side, dialect)?,
            Self::Reversed { columns: (first, second), symmetrical } => {
                let ((first_l, first_r), (second_l, second_r)) = (first.both(dialect)?, second.both(dialect)?);
                let one = format!("{first_l} = {second_r}");
                if *symmetrical { format!("{one} AND {first_r} = {second_l}") } else { one }
            }
            Self::Measure { column, measure, threshold } => {
                let (left, right) = column.both(dialect)?;
                let operator = if measure.is_similarity() { ">=" } else { "<=" };
                format!("{}({left}, {right}) {operator} {}", measure.function(dialect)?, within(*threshold, *measure)?)
            }
            Self::Cosine { column, threshold } => {
                let (left, right) = column.both(dialect)?;
                format!("{} >= {}", dialect::cosine_similarity(&left, &right, dialect)?, finite("the threshold", *threshold)?)
            }
            Self::Function { column, function, threshold, higher_is_more_similar } => {
                let (left, right) = column.both(dialect)?;
                let operator = if *higher_is_more_similar { ">=" } else { "<=" };
                format!("{function}({left}, {right}) {operator} {}", finite("the threshold", *threshold)?)
            }
            Self::Pairwise { column, measure, threshold } => {
                let (left, right) = column.both(dialect)?;
                let operator = if measure.is_similarity() { ">=" } else { "<=" };
                format!("{} {operator} {}", dialect::pairwise(*measure, &left, &right, dialect)?, within(*threshold, *measure)?)
            }
            Self::Elapsed { column, threshold, metric, dates } => {
                let (left, right) = column.both(dialect)?;
                finite("the threshold", *threshold)?;
                dialect::within_seconds(&left, &right, metric.seconds() * threshold, *dates, dialect)?
            }
            Self::Kilometres { latitude, longitude, threshold, not_null } => {
                kilometres(latitude, longitude, *threshold, *not_null, dialect)?
            }
            Self::Intersection { column, size } => {
                let (left, right) = column.both(dialect)?;
                format!("{} >= {size}", dialect::intersection_size(&left, &right, dialect)?)
            }
            Self::Subset { column, empty_is_subset } => subset(column, *empty_is_subset, dialect)?,
            Self::Percentage { column, threshold } => {
                let (left, right) = column.both(dialect)?;
                let larger = format!("CASE WHEN {right} > {left} THEN {right} ELSE {left} END");
                format!("(ABS({left} - {right}) / ({larger})) < {}", finite("the threshold", *threshold)?)
            }
            Self::Difference { column, threshold } => {
                let (left, right) = column.both(dialect)?;
                format!("ABS({left} - {right}) <= {}", finite("the threshold", *threshold)?)
            }
            Self::And(levels) => joined(levels, " AND ", dialect)?,
            Self::Or(levels) => joined(levels, " OR ", dialect)?,
            Self::Not(level) => format!("NOT ({})", level.sql(dialect)?),
        })
    }
}

fn literal(
    column: &ColumnExpression,
    value: &str,
    datatype: LiteralType,
    side: LiteralSide,
    dialect: Dialect,
) -> Result<String, LibraryError> {
    let numeric = matches!(datatype, LiteralType::Int | LiteralType::Float);
    if numeric && value.trim().parse::<f64>().is_err() {
        return Err(LibraryError::UnknownWord { what: "the literal", word: value.to_owned(), allowed: "the numbers".to_owned() });
    }
    let (left, right) = column.both(dialect)?;
    let constant = dialect::typed_literal(value, datatype, dialect);
    Ok(match side {
        LiteralSide::Left => format!("{left} = {constant}"),
        LiteralSide::Right => format!("{right} = {constant}"),
        LiteralSide::Both => format!("{left} = {constant} AND {right} = {constant}"),
    })
}

fn kilometres(
    latitude: &ColumnExpression,
    longitude: &ColumnExpression,
    threshold: f64,
    not_null: bool,
    dialect: Dialect,
) -> Result<String, LibraryError> {
    finite("the threshold", threshold)?;
    let ((lat_l, lat_r), (long_l, long_r)) = (latitude.both(dialect)?, longitude.both(dialect)?);
    let near = dialect::within_kilometres((&lat_l, &lat_r), (&long_l, &long_r), threshold);
    if !not_null {
        return Ok(near);
    }
    let mut known = String::new();
    for column in [&lat_r, &lat_l, &long_l, &long_r] {
        // Writing to a String cannot fail.
        let _ = write!(known, "{column} IS NOT NULL AND ");
    }
    Ok(format!("{known}{near}"))
}

fn subset(column: &ColumnExpression, empty_is_subset: bool, dialect: Dialect) -> Result<String, LibraryError> {
    let (left, right) = column.both(dialect)?;
    let smaller = dialect::smaller_size(&left, &right, dialect)?;
    let contained = format!("{} = {smaller}", dialect::intersection_size(&left, &right, dialect)?);
    Ok(if empty_is_subset { contained } else { format!("{smaller} <> 0 AND {contained}") })
}

fn joined(levels: &[Level], by: &str, dialect: Dialect) -> Result<String, LibraryError> {
    let parts: Result<Vec<String>, LibraryError> = levels.iter().map(|level| Ok(format!("({})", level.sql(dialect)?))).collect();
    Ok(parts?.join(by))
}

/// The threshold of a measure: from 0 to 1 for similarities, at least 0 for distances.
fn within(threshold: f64, measure: StringMeasure) -> Result<String, LibraryError> {
    let (valid, expected) = if measure.is_similarity() {
        ((0.0..=1.0).contains(&threshold), "from 0 to 1")
    } else {
        (threshold >= 0.0, "at least 0")
    };
    if valid {
        finite("the threshold", threshold)
    } else {
        Err(LibraryError::OutOfRange { what: "the threshold", value: threshold, expected })
    }
}

fn finite(what: &'static str, value: f64) -> Result<String, LibraryError> {
    if value.is_finite() { Ok(number(value)) } else { Err(LibraryError::OutOfRange { what, value, expected: "finite" }) }
}
