//! What can go wrong between a table and its scored pairs.

use kintsu_core::{Blame, Cancelled, Explain};

/// An error of records, blocking, comparing or scoring. Messages name columns and counts, never values of records.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// A column that something needs is not in the table.
    #[error("the column `{name}` is not in the input{}", needed_by(.wanted_by))]
    MissingColumn {
        /// The column.
        name: String,
        /// What needs it; empty when that is plain.
        wanted_by: String,
        /// The columns there are.
        available: Vec<String>,
    },
    /// A column that is to be compared was only carried along.
    #[error("the column `{name}` was read only to be carried to the output, so it cannot be compared")]
    ColumnNotEncoded {
        /// The column.
        name: String,
    },
    /// Records without an id.
    #[error("{} no value in the id column `{column}`", records(*rows, "has", "have"))]
    MissingIds {
        /// The id column.
        column: String,
        /// How many records.
        rows: usize,
    },
    /// Several records of one table share an id.
    #[error("{} the value of the id column `{column}` with an earlier record of the same table", records(*rows, "shares", "share"))]
    DuplicateIds {
        /// The id column.
        column: String,
        /// How many records repeat an id.
        rows: usize,
    },
    /// Ids of a type that has no order.
    #[error("the id column `{column}` is of type {data_type}, which cannot serve as an id")]
    UnsupportedIdType {
        /// The id column.
        column: String,
        /// Its type.
        data_type: String,
    },
    /// Records that do not say which table they come from.
    #[error("{} no value in the source column `{column}`", records(*rows, "has", "have"))]
    MissingSources {
        /// The source column.
        column: String,
        /// How many records.
        rows: usize,
    },
    /// Linking needs two tables.
    #[error("linking needs records of at least two tables; the source column `{column}` names {}", counted(*sources, "table", "tables"))]
    TooFewSources {
        /// The source column.
        column: String,
        /// How many tables it names.
        sources: usize,
    },
    /// An expression cannot be computed on these columns.
    #[error("`{place}` cannot be computed: {reason}")]
    Expression {
        /// Where it stands: the comparison and level, or the blocking rule.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// A rule explodes what is no list, or uses the exploded column in a way that is not supported.
    #[error("blocking rule {rule} cannot explode `{column}`: {reason}")]
    Explode {
        /// The index of the rule.
        rule: usize,
        /// The array column.
        column: String,
        /// What is wrong.
        reason: String,
    },
    /// A level's term frequencies have no exact level to start from.
    #[error(
        "comparison `{comparison}` adjusts for term frequencies of `{column}` but has no level that is an exact match on it alone"
    )]
    NoExactLevel {
        /// The comparison.
        comparison: String,
        /// The column of the term frequencies.
        column: String,
    },
    /// A comparison with more levels than fit.
    #[error("comparison `{comparison}` has {levels} levels; at most 100 are supported")]
    TooManyLevels {
        /// The comparison.
        comparison: String,
        /// How many levels.
        levels: usize,
    },
    /// A parameter that is no probability, or is not there.
    #[error("comparison `{comparison}`, level {level}: {what}")]
    Parameter {
        /// The comparison.
        comparison: String,
        /// The position of the level.
        level: usize,
        /// What is wrong.
        what: String,
    },
    /// Both kinds of threshold at once.
    #[error("a probability threshold and a weight threshold were both given")]
    TwoThresholds,
    /// A pair that names a record that is not there.
    #[error("{pairs} of the given pairs {} a record that is not in the input", if *pairs == 1 { "names" } else { "name" })]
    UnknownRecords {
        /// How many pairs.
        pairs: usize,
    },
    /// More kept pairs than memory allows.
    #[error("keeping {edges} edges would take more than the {limit_bytes} bytes allowed")]
    TooManyEdges {
        /// How many edges there were when the run stopped.
        edges: u64,
        /// The limit.
        limit_bytes: u64,
    },
    /// The output could not be put together.
    #[error("the output could not be put together: {0}")]
    Output(String),
    /// The run was stopped by its user.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// So many records with the verb that goes with them.
fn records(count: usize, one: &str, several: &str) -> String {
    format!("{} {}", counted(count, "record", "records"), if count == 1 { one } else { several })
}

fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

fn needed_by(what: &str) -> String {
    if what.is_empty() { String::new() } else { format!(", which {what} needs") }
}

impl Explain for LinkError {
    fn code(&self) -> &'static str {
        match self {
            Self::MissingColumn { .. } => "KN-LINK-101",
            Self::ColumnNotEncoded { .. } => "KN-LINK-102",
            Self::MissingIds { .. } => "KN-LINK-103",
            Self::DuplicateIds { .. } => "KN-LINK-104",
            Self::UnsupportedIdType { .. } => "KN-LINK-105",
            Self::MissingSources { .. } => "KN-LINK-106",
            Self::TooFewSources { .. } => "KN-LINK-107",
            Self::Expression { .. } => "KN-LINK-108",
            Self::Explode { .. } => "KN-LINK-109",
            Self::NoExactLevel { .. } => "KN-LINK-110",
            Self::TooManyLevels { .. } => "KN-LINK-111",
            Self::Parameter { .. } => "KN-LINK-112",
            Self::TwoThresholds => "KN-LINK-113",
            Self::UnknownRecords { .. } => "KN-LINK-114",
            Self::TooManyEdges { .. } => "KN-LINK-115",
            Self::Output(_) => "KN-LINK-116",
            Self::Cancelled(_) => "KN-LINK-199",
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::MissingColumn { name, available, .. } => Some(
                nearest(name, available)
                    .map_or_else(|| format!("the input has: {}", available.join(", ")), |near| format!("did you mean `{near}`?")),
            ),
            Self::ColumnNotEncoded { name } => Some(format!("name `{name}` among the columns to encode when the table is read")),
            Self::MissingIds { .. } => Some("give every record an id, or name another column with --unique-id".to_owned()),
            Self::DuplicateIds { .. } => {
                Some("give every record of a table an id of its own, or name another column with --unique-id".to_owned())
            }
            Self::UnsupportedIdType { .. } => Some("use integers or text as ids".to_owned()),
            Self::MissingSources { column, .. } => Some(format!("fill `{column}`, or read the tables from separate files")),
            Self::TooFewSources { .. } => Some("use the link type dedupe_only for a single table".to_owned()),
            Self::NoExactLevel { .. } => {
                Some("add an exact match level on the column, or set disable_tf_exact_match_detection on the level".to_owned())
            }
            Self::TwoThresholds => Some("give one of the two".to_owned()),
            Self::TooManyEdges { .. } => Some("raise the threshold, tighten the blocking rules, or allow more memory".to_owned()),
            Self::Expression { .. } => Some("check the types of its columns; cast() converts them".to_owned()),
            Self::Explode { column, .. } => Some(format!("explode a column of lists, and use `{column}` in an equality only")),
            Self::TooManyLevels { .. } => Some("merge levels whose thresholds lie close to each other".to_owned()),
            Self::Parameter { .. } => Some("give the level m and u above 0 and at most 1, or train the model".to_owned()),
            Self::UnknownRecords { .. } => Some("check the ids of the pairs against those of the input".to_owned()),
            Self::Output(_) => Some(kintsu_core::DEFECT_HINT.to_owned()),
            Self::Cancelled(_) => Some(kintsu_core::CANCELLED_HINT.to_owned()),
        }
    }

    fn blame(&self) -> Blame {
        match self {
            Self::Cancelled(_) => Blame::Interrupted,
            Self::Output(_) => Blame::Internal,
            _ => Blame::Input,
        }
    }
}

/// The available name that differs least from `name`, when one is close.
fn nearest<'a>(name: &str, available: &'a [String]) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    available
        .iter()
        .map(|candidate| (edits(&wanted, &candidate.to_lowercase()), candidate.as_str()))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len().min(name.len()) / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn edits(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &b) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_a_near_name() {
        let error = LinkError::MissingColumn {
            name: "frist_name".to_owned(),
            wanted_by: "comparison `first_name`".to_owned(),
            available: vec!["first_name".to_owned(), "dob".to_owned()],
        };
        assert_eq!(error.hint().as_deref(), Some("did you mean `first_name`?"));
        assert_eq!(error.to_string(), "the column `frist_name` is not in the input, which comparison `first_name` needs");
    }

    #[test]
    fn lists_the_columns_when_none_is_near() {
        let error =
            LinkError::MissingColumn { name: "zzz".to_owned(), wanted_by: String::new(), available: vec!["dob".to_owned()] };
        assert_eq!(error.hint().as_deref(), Some("the input has: dob"));
    }
}
