//! SHA-256 (FIPS 180-4) of many short messages.
//!
//! One message a lane of a vector register: the same instruction computes 8 (AVX2) or 16 (AVX-512) hashes. The chain from the
//! signature to the HMAC stays in the lanes; words are transposed on the way in and out alone. Machines without wide registers
//! but with the SHA instructions use those, two messages interleaved; all others one message at a time.
//!
//! `words` is the algorithm over any number of lanes, `chain` the four compressions of a token, `scalar` one message; the
//! other files hold the instructions.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod chain;
mod scalar;
#[cfg(target_arch = "x86_64")]
mod sha_instructions;
mod words;

use chain::Transposed;

pub(super) use chain::Task;
pub(super) use scalar::{compress, digest_of, schedule};

/// The eight words of a state.
pub(super) type State = [u32; 8];

/// The state that a hash begins with.
pub(super) const INITIAL: State =
    [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

/// The constants of the rounds.
const ROUND: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
    0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
    0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
    0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

/// What computes hashes.
///
/// The rule of choice: of those that the machine has, the one that made a token of up to 55 bytes in the shortest time when they
/// were measured side by side (`cargo run --release -p kintsu-token --example token_speed`, on a Zen 5 server that has them all:
/// 690, 180, 152 and 60 ns in the order below). It is fixed here and not found out at run time, so that a run does not depend on
/// what else the machine was doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Engine {
    /// One message at a time, on any machine.
    Portable,
    /// Eight lanes of AVX2.
    Avx2,
    /// The SHA instructions of x86, some messages interleaved.
    ShaInstructions,
    /// Sixteen lanes of AVX-512.
    Avx512,
}

impl Engine {
    /// Every engine, the fastest last.
    pub const ALL: [Self; 4] = [Self::Portable, Self::Avx2, Self::ShaInstructions, Self::Avx512];

    /// The fastest that this machine has.
    pub fn detect() -> Self {
        Self::ALL.into_iter().rev().find(|engine| engine.is_available()).unwrap_or(Self::Portable)
    }

    /// Whether this machine has the instructions.
    pub fn is_available(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::is_available(),
            #[cfg(target_arch = "x86_64")]
            Self::ShaInstructions => sha_instructions::is_available(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => avx512::is_available(),
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }

    /// Makes the tokens of a batch; an engine that the machine lacks leaves the work to the portable one.
    pub(super) fn run(self, task: &mut Task<'_>) {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 if avx2::is_available() => avx2::run(task),
            #[cfg(target_arch = "x86_64")]
            Self::ShaInstructions if sha_instructions::is_available() => sha_instructions::run(task),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 if avx512::is_available() => avx512::run(task),
            _ => task.run::<Transposed<u32>>(),
        }
    }
}
