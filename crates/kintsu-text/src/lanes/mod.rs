//! The instructions that short values are compared with.

/// Sets of machine instructions, from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Instructions {
    /// Those that every machine has.
    Scalar,
    /// SSE2: what every x86-64 has.
    Sse2,
    /// AVX2, BMI, POPCNT and FMA: x86-64-v3.
    Avx2,
    /// AVX-512 with BW, VL, VBMI and VBMI2.
    Avx512,
}

impl Instructions {
    /// The most that this machine has.
    pub fn detect() -> Self {
        Self::Scalar
    }
}
