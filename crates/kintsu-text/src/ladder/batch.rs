//! Runs a ladder over many pairs.

use super::{Ladder, Scratch};
use crate::prepared::PreparedValues;

/// Fills `out[k]` with the step of `pairs[k]`; both have the same length.
pub(super) fn run(
    ladder: &Ladder,
    left: &PreparedValues,
    right: &PreparedValues,
    pairs: &[(u32, u32)],
    out: &mut [u8],
    _: &mut Scratch,
) {
    for (&(i, j), out) in pairs.iter().zip(out) {
        *out = ladder.step_plainly(left.units(i as usize), right.units(j as usize));
    }
}
