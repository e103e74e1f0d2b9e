//! The names of levels for people.

use crate::model::is_else;

use super::dialect::{StringMeasure, number};
use super::level::{Kind, Level, LiteralSide};

impl Kind {
    pub(super) fn label(&self) -> String {
        match self {
            Self::Else => "All other comparisons".to_owned(),
            Self::Null(column) => format!("{} is NULL", column.label()),
            Self::ExactMatch(column) => format!("Exact match on {}", column.label()),
            Self::Custom { sql_condition, .. } if is_else(sql_condition) => "All other comparisons".to_owned(),
            Self::Custom { sql_condition, .. } => sql_condition.clone(),
            Self::Literal { column, value, side, .. } => {
                let side = match side {
                    LiteralSide::Left => "left",
                    LiteralSide::Right => "right",
                    LiteralSide::Both => "both",
                };
                format!("{} = {value} on {side}", column.label())
            }
            Self::Reversed { columns: (first, second), symmetrical } => {
                let ways = if *symmetrical { "both directions" } else { "one direction" };
                format!("Match on reversed cols: {} and {} ({ways})", first.label(), second.label())
            }
            Self::Measure { column, measure, threshold } => {
                let operator = if measure.is_similarity() { ">=" } else { "<=" };
                let name = match measure {
                    StringMeasure::Levenshtein => "Levenshtein distance",
                    StringMeasure::DamerauLevenshtein => "Damerau-Levenshtein distance",
                    StringMeasure::Jaro => "Jaro similarity",
                    StringMeasure::JaroWinkler => "Jaro-Winkler similarity",
                    StringMeasure::Jaccard => "Jaccard similarity",
                };
                format!("{name} of {} {operator} {}", column.label(), number(*threshold))
            }
            Self::Cosine { column, threshold } => format!("Cosine similarity of {} >= {}", column.label(), number(*threshold)),
            Self::Function { column, function, threshold, higher_is_more_similar } => {
                let operator = if *higher_is_more_similar { ">=" } else { "<=" };
                format!("{function} of {} {operator} {}", column.label(), number(*threshold))
            }
            Self::Pairwise { column, measure, threshold } => {
                let operator = if measure.is_similarity() { ">=" } else { "<=" };
                format!("Best {} of {} {operator} {}", measure.name(), column.label(), number(*threshold))
            }
            Self::Elapsed { column, threshold, metric, .. } => {
                format!("Difference of {} <= {} {}", column.label(), number(*threshold), metric.name())
            }
            Self::Kilometres { threshold, .. } => format!("Distance <= {} km", number(*threshold)),
            Self::Intersection { column, size } => format!("Common elements of {} >= {size}", column.label()),
            Self::Subset { column, .. } => format!("Subset of {}", column.label()),
            Self::Percentage { column, threshold } => {
                format!("Difference of {} < {}%", column.label(), number(*threshold * 100.0))
            }
            Self::Difference { column, threshold } => format!("Difference of {} <= {}", column.label(), number(*threshold)),
            Self::And(levels) => joined_labels(levels, " AND "),
            Self::Or(levels) => joined_labels(levels, " OR "),
            Self::Not(level) => format!("NOT ({})", level.label()),
        }
    }
}

fn joined_labels(levels: &[Level], by: &str) -> String {
    levels.iter().map(|level| format!("({})", level.label())).collect::<Vec<_>>().join(by)
}
