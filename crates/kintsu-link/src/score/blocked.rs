//! Pairs that blocking finds, without scores: deterministic links.

use kintsu_core::RunContext;
use rayon::prelude::*;

use super::edges::Edges;
use crate::block::Blocker;
use crate::error::LinkError;

/// A pair with its rule.
const PAIR_BYTES: u64 = 12;
/// An edge without gammas.
const EDGE_BYTES: u64 = 20;

/// The pairs of `blocker` as they are: what some rule finds counts as a link. They have no gammas, and a weight of 0.
///
/// # Errors
/// [`LinkError::Cancelled`].
pub fn deterministic_link(blocker: &Blocker<'_>, ctx: &RunContext) -> Result<Edges, LinkError> {
    let parts = blocker.fold(ctx, Vec::new, |pairs: &mut Vec<(u32, u32, u32)>, batch| {
        pairs.extend(batch.left.iter().zip(&batch.right).map(|(&left, &right)| (left, right, batch.rule)));
        Ok(())
    })?;
    ctx.make_room_for(parts.iter().map(Vec::len).sum::<usize>() as u64 * (PAIR_BYTES + EDGE_BYTES))?;
    let mut pairs: Vec<(u32, u32, u32)> = parts.concat();
    pairs.par_sort_unstable();
    Ok(Edges {
        left: pairs.iter().map(|pair| pair.0).collect(),
        right: pairs.iter().map(|pair| pair.1).collect(),
        rules: pairs.iter().map(|pair| pair.2).collect(),
        weights: vec![0.0; pairs.len()],
        candidate_pairs: pairs.len() as u64,
        ..Edges::default()
    })
}

/// The number of distinct pairs that the rules of `blocker` find, after every condition. Walks every pair.
///
/// # Errors
/// [`LinkError::Cancelled`].
pub fn count_pairs(blocker: &Blocker<'_>, ctx: &RunContext) -> Result<u64, LinkError> {
    let parts = blocker.fold(
        ctx,
        || 0_u64,
        |count, batch| {
            *count += batch.len() as u64;
            Ok(())
        },
    )?;
    Ok(parts.iter().sum())
}
