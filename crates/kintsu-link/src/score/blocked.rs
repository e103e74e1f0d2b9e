//! Pairs that blocking finds, without scores: deterministic links.

use kintsu_core::RunContext;
use rayon::prelude::*;

use crate::block::Blocker;
use crate::error::LinkError;

/// Pairs of rows with the rule that found each, sorted by left row, then right row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlockedPairs {
    /// The left rows.
    pub left: Vec<u32>,
    /// The right rows.
    pub right: Vec<u32>,
    /// The indices of the rules.
    pub rules: Vec<u32>,
}

/// The pairs of `blocker` as they are: what some rule finds counts as a link. Takes 12 bytes a pair.
///
/// # Errors
/// [`LinkError::Cancelled`].
pub fn deterministic_link(blocker: &Blocker<'_>, ctx: &RunContext) -> Result<BlockedPairs, LinkError> {
    let parts = blocker.fold(ctx, Vec::new, |pairs: &mut Vec<(u32, u32, u32)>, batch| {
        pairs.extend(batch.left.iter().zip(&batch.right).map(|(&left, &right)| (left, right, batch.rule)));
    })?;
    let mut pairs: Vec<(u32, u32, u32)> = parts.concat();
    pairs.par_sort_unstable();
    Ok(BlockedPairs {
        left: pairs.iter().map(|pair| pair.0).collect(),
        right: pairs.iter().map(|pair| pair.1).collect(),
        rules: pairs.iter().map(|pair| pair.2).collect(),
    })
}

/// The number of distinct pairs that the rules of `blocker` find, after every condition. Walks every pair.
///
/// # Errors
/// [`LinkError::Cancelled`].
pub fn count_pairs(blocker: &Blocker<'_>, ctx: &RunContext) -> Result<u64, LinkError> {
    Ok(blocker.fold(ctx, || 0_u64, |count, batch| *count += batch.len() as u64)?.iter().sum())
}
