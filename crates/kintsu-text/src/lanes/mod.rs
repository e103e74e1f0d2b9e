//! Blocks of 16, 32 and 64 bytes, compared in one go: the leaves where machine instructions are chosen.
//!
//! Everything above is written once against [`Block`] and [`InstructionSet`], and is inlined into one function an instruction
//! set; [`dispatch`] picks among these when the program runs. All of them compute the same bits.

mod scalar;
#[cfg(target_arch = "x86_64")]
mod x86;

pub(crate) use scalar::Scalar;

/// Sets of machine instructions, from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Instructions {
    /// Those that every machine has.
    Scalar,
    /// SSE2: what every x86-64 has.
    Sse2,
    /// AVX2, BMI1, BMI2, LZCNT, POPCNT and FMA: x86-64-v3.
    Avx2,
    /// These and AVX-512 with F, BW, VL, VBMI and VBMI2.
    Avx512,
}

impl Instructions {
    /// The most that this machine has.
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        return x86::detect();
        #[cfg(not(target_arch = "x86_64"))]
        Self::Scalar
    }
}

/// Some bytes that are compared at once.
pub(crate) trait Block: Copy {
    /// Takes the bytes of `bytes` from `start` on, as many as fit; all of them must be there.
    fn load(bytes: &[u8], start: usize) -> Self;

    /// The same byte everywhere.
    fn splat(byte: u8) -> Self;

    /// Bit `i` is set where byte `i` is equal in both.
    fn equal(self, other: Self) -> u64;
}

/// The blocks of a set of instructions.
pub(crate) trait InstructionSet {
    /// 16 bytes.
    type Block16: Block;
    /// 32 bytes.
    type Block32: Block;
    /// 64 bytes.
    type Block64: Block;
    /// Whether `f64::mul_add` is one instruction.
    const FUSED: bool;
}

/// Work that is compiled once for each set of instructions.
pub(crate) trait Task {
    /// Does the work. Implementations are `#[inline(always)]`, so that they are compiled with the instructions at hand.
    fn run<I: InstructionSet>(self);
}

/// Does `task` with the given instructions, which the machine must have.
pub(crate) fn dispatch<T: Task>(instructions: Instructions, task: T) {
    #[cfg(target_arch = "x86_64")]
    x86::dispatch(instructions, task);
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = instructions;
        task.run::<Scalar>();
    }
}

/// Asks the machine to bring `value` near, for it will be read soon; it need not.
#[inline(always)]
pub(crate) fn prefetch<T>(value: &T) {
    #[cfg(target_arch = "x86_64")]
    x86::prefetch(value);
    #[cfg(not(target_arch = "x86_64"))]
    let _ = value;
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Compare<'a> {
        bytes: &'a [u8],
        found: &'a mut Vec<u64>,
    }

    impl Task for Compare<'_> {
        fn run<I: InstructionSet>(self) {
            for (start, other) in [(0, 1), (3, 70), (9, 9)] {
                let (a, b) = (I::Block16::load(self.bytes, start), I::Block16::load(self.bytes, other));
                self.found.push(a.equal(b));
                let (a, b) = (I::Block32::load(self.bytes, start), I::Block32::load(self.bytes, other));
                self.found.push(a.equal(b));
                let (a, b) = (I::Block64::load(self.bytes, start), I::Block64::load(self.bytes, other));
                self.found.push(a.equal(b));
                self.found.push(a.equal(I::Block64::splat(2)));
            }
        }
    }

    #[test]
    fn all_instructions_give_the_same_bits() {
        let bytes: Vec<u8> = (0..160u32).map(|i| (i * i % 7) as u8).collect();
        let found = |instructions: Instructions| {
            let mut found = Vec::new();
            dispatch(instructions.min(Instructions::detect()), Compare { bytes: &bytes, found: &mut found });
            found
        };
        let expected = found(Instructions::Scalar);
        assert!(expected.iter().any(|&bits| bits != 0));
        for instructions in [Instructions::Sse2, Instructions::Avx2, Instructions::Avx512] {
            assert_eq!(found(instructions), expected, "{instructions:?}");
        }
    }
}
