//! What can be wrong with the slices that this crate is given.

use kintsu_core::{Blame, Explain};

/// Links, scores or labels that do not fit together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntityError {
    /// A link names a row that does not exist.
    #[error("link {link} names row {row}, but there are only {nodes} rows")]
    RowOutOfRange {
        /// The position of the link.
        link: usize,
        /// The row it names.
        row: u32,
        /// How many rows there are.
        nodes: usize,
    },
    /// Two slices that belong together differ in length.
    #[error("{what}: expected {expected}, found {found}")]
    LengthMismatch {
        /// Which slice is too long or too short.
        what: &'static str,
        /// How long it has to be.
        expected: usize,
        /// How long it is.
        found: usize,
    },
    /// A score or threshold is not a number.
    #[error("{what} at position {position} is not a number")]
    NotANumber {
        /// What was read.
        what: &'static str,
        /// Its position.
        position: usize,
    },
    /// More rows than fit in 32 bits.
    #[error("{nodes} rows are more than the {max} that can be clustered", max = u32::MAX)]
    TooManyRows {
        /// How many rows there are.
        nodes: usize,
    },
    /// More links than fit in 32 bits.
    #[error("{links} links are more than can be looked at together")]
    TooManyLinks {
        /// How many links there are.
        links: usize,
    },
    /// Two rows have the same place in a ranking.
    #[error("the ranking gives place {rank} to more than one row, or leaves the range of the rows")]
    RankingNotUnique {
        /// The place.
        rank: u32,
    },
}

impl Explain for EntityError {
    fn code(&self) -> &'static str {
        match self {
            Self::RowOutOfRange { .. } => "KN-ENTITY-001",
            Self::LengthMismatch { .. } => "KN-ENTITY-002",
            Self::NotANumber { .. } => "KN-ENTITY-003",
            Self::TooManyRows { .. } => "KN-ENTITY-004",
            Self::RankingNotUnique { .. } => "KN-ENTITY-005",
            Self::TooManyLinks { .. } => "KN-ENTITY-006",
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NotANumber { .. } => Some("drop links without a score before clustering".to_owned()),
            Self::TooManyLinks { .. } => Some("raise the threshold below which links are not kept".to_owned()),
            Self::TooManyRows { .. } => Some("split the input by a column that no entity crosses".to_owned()),
            Self::RowOutOfRange { .. } | Self::LengthMismatch { .. } | Self::RankingNotUnique { .. } => {
                Some(kintsu_core::DEFECT_HINT.to_owned())
            }
        }
    }

    fn blame(&self) -> Blame {
        match self {
            Self::NotANumber { .. } | Self::TooManyRows { .. } | Self::TooManyLinks { .. } => Blame::Input,
            _ => Blame::Internal,
        }
    }
}

/// The number of rows as 32 bits.
pub(crate) fn node_count(nodes: usize) -> Result<u32, EntityError> {
    u32::try_from(nodes).map_err(|_| EntityError::TooManyRows { nodes })
}

/// That every link names rows below `nodes`.
pub(crate) fn check_links(nodes: usize, links: &[(u32, u32)]) -> Result<(), EntityError> {
    node_count(nodes)?;
    for (link, &(left, right)) in links.iter().enumerate() {
        let row = left.max(right);
        if row as usize >= nodes {
            return Err(EntityError::RowOutOfRange { link, row, nodes });
        }
    }
    Ok(())
}

/// That `found` is `expected`.
pub(crate) fn check_length(what: &'static str, expected: usize, found: usize) -> Result<(), EntityError> {
    if expected == found { Ok(()) } else { Err(EntityError::LengthMismatch { what, expected, found }) }
}

/// That no score is a NaN.
pub(crate) fn check_numbers(what: &'static str, scores: &[f64]) -> Result<(), EntityError> {
    match scores.iter().position(|score| score.is_nan()) {
        Some(position) => Err(EntityError::NotANumber { what, position }),
        None => Ok(()),
    }
}

/// That a ranking, where there is one, gives each of `nodes` rows a place of its own.
pub(crate) fn check_ranking(nodes: usize, ranking: Option<&[u32]>) -> Result<(), EntityError> {
    let Some(ranking) = ranking else { return Ok(()) };
    check_length("places in the ranking", nodes, ranking.len())?;
    let mut taken = vec![false; nodes];
    for &rank in ranking {
        match taken.get_mut(rank as usize) {
            Some(seat) if !*seat => *seat = true,
            _ => return Err(EntityError::RankingNotUnique { rank }),
        }
    }
    Ok(())
}
