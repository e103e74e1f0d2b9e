//! What a comparison must be to be computed: levels that end with ELSE and leave something to score.

use super::{Comparison, ComparisonLevel};

/// What is wrong with the levels of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LevelFault {
    Empty,
    NoElse,
    ElseNotLast,
    OnlyOneScored,
    TooMany,
}

const LEVELS_MAX: usize = 100;

impl Comparison {
    /// Whether the levels make a comparison.
    fn check(&self) -> Result<(), LevelFault> {
        let is_else = |level: &ComparisonLevel| level.condition.is_none();
        let Some((last, before)) = self.levels.split_last() else { return Err(LevelFault::Empty) };
        if before.iter().any(is_else) {
            return Err(LevelFault::ElseNotLast);
        }
        if !is_else(last) {
            return Err(LevelFault::NoElse);
        }
        match self.scored_levels() {
            0 | 1 => Err(LevelFault::OnlyOneScored),
            levels if levels > LEVELS_MAX => Err(LevelFault::TooMany),
            _ => Ok(()),
        }
    }
}

impl Comparison {
    /// What is wrong with the levels and what to do; none when they make a comparison.
    pub(crate) fn check_levels(&self) -> Option<(String, String)> {
        self.check().err().map(LevelFault::explain)
    }
}

impl LevelFault {
    /// What is wrong, and what to do.
    fn explain(self) -> (String, String) {
        let (message, hint) = match self {
            Self::Empty => ("a comparison needs levels", "add at least two levels, the last with the condition ELSE"),
            Self::NoElse => {
                ("the last level is not ELSE", "add a level with the condition ELSE, so that every pair takes a level")
            }
            Self::ElseNotLast => ("levels after ELSE are never reached", "make ELSE the last level"),
            Self::OnlyOneScored => (
                "a comparison with fewer than two levels that are not null levels tells nothing",
                "add a level between the null level and ELSE",
            ),
            Self::TooMany => ("a comparison has at most 100 levels that are not null levels", "merge levels"),
        };
        (message.to_owned(), hint.to_owned())
    }
}
