//! Blocks without special instructions.

use super::{Block, InstructionSet};

/// Plain loops, which compilers for other machines turn into what these have.
pub(crate) struct Scalar;

impl InstructionSet for Scalar {
    type Block16 = [u8; 16];
    type Block32 = [u8; 32];
    type Block64 = [u8; 64];
    const FUSED: bool = false;
}

impl<const N: usize> Block for [u8; N] {
    #[inline(always)]
    fn load(bytes: &[u8], start: usize) -> Self {
        let mut block = [0; N];
        block.copy_from_slice(&bytes[start..start + N]);
        block
    }

    #[inline(always)]
    fn splat(byte: u8) -> Self {
        [byte; N]
    }

    #[inline(always)]
    fn equal(self, other: Self) -> u64 {
        let mut bits = 0;
        for i in 0..N {
            bits |= u64::from(self[i] == other[i]) << i;
        }
        bits
    }
}
