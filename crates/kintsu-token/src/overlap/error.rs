//! Why an overlap cannot be computed.

use std::path::PathBuf;

use kintsu_core::{Blame, Cancelled, Explain};

use super::{RULE_SETS_MAX, RULES_MAX};

/// Why an overlap, or a report on tokens, cannot be computed. No message holds a token or the id of a record.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OverlapError {
    /// A set of rules without a rule.
    #[error("a set of rules names no rule")]
    NoRules,
    /// More rules or sets of rules than are counted at once.
    #[error("there are {count} {what}; at most {maximum} are compared at once")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// The most that there may be.
        maximum: usize,
    },
    /// A rule that neither side has tokens of.
    #[error("the rule `{rule}` stands in neither file")]
    UnknownRule {
        /// The rule.
        rule: String,
        /// Rules that stand there.
        known: Vec<String>,
    },
    /// A key that opens nothing.
    #[error("the encryption key opens none of the {tokens} tokens of {side}")]
    WrongKey {
        /// The name of the data set.
        side: String,
        /// Tokens that are not blank.
        tokens: u64,
    },
    /// More records than can be numbered.
    #[error("{side} has more than {maximum} records")]
    TooManyRecords {
        /// The name of the data set.
        side: String,
        /// The most that there may be.
        maximum: u32,
    },
    /// A file for what does not fit in memory cannot be written or read back.
    #[error("cannot put aside what does not fit in memory, in {}: {source}", path.display())]
    Spill {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The run was stopped.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl OverlapError {
    pub(super) fn too_many_rules(count: usize) -> Self {
        Self::TooMany { what: "rules", count, maximum: RULES_MAX }
    }

    pub(super) fn too_many_sets(count: usize) -> Self {
        Self::TooMany { what: "sets of rules", count, maximum: RULE_SETS_MAX }
    }
}

impl Explain for OverlapError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoRules => "KN-TOKEN-401",
            Self::TooMany { .. } => "KN-TOKEN-402",
            Self::UnknownRule { .. } => "KN-TOKEN-403",
            Self::WrongKey { .. } => "KN-TOKEN-404",
            Self::TooManyRecords { .. } => "KN-TOKEN-405",
            Self::Spill { .. } => "KN-TOKEN-406",
            Self::Cancelled(_) => "KN-TOKEN-130",
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NoRules => {
                Some("write rules with commas between them, and sets with semicolons, such as `T1,T2;T3`".to_owned())
            }
            Self::TooMany { .. } => Some("compare some of them, and the others in another run".to_owned()),
            Self::UnknownRule { known, .. } if known.is_empty() => {
                Some("the files hold no tokens; check that they are those that you mean".to_owned())
            }
            Self::UnknownRule { known, .. } => Some(format!("the files hold the rules {}", known.join(", "))),
            Self::WrongKey { .. } => Some(
                "check that it is the key that this side encrypted with; give no key for tokens that are not encrypted"
                    .to_owned(),
            ),
            Self::TooManyRecords { .. } => Some("split the file".to_owned()),
            Self::Spill { source, .. } => {
                let general = "check the disk that the output is written to, or raise --memory so that nothing has to wait there";
                Some(kintsu_core::hint_for_writing(source).unwrap_or(general).to_owned())
            }
            Self::Cancelled(_) => Some(kintsu_core::CANCELLED_HINT.to_owned()),
        }
    }

    fn blame(&self) -> Blame {
        match self {
            Self::Cancelled(_) => Blame::Interrupted,
            _ => Blame::Input,
        }
    }
}
