//! Blocks in the registers of x86-64.
//!
//! The only unsafe code of the crate: loads, which check their bounds, and instructions that not every machine has, which run
//! only beneath [`dispatch`].
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m128i, __m256i, __m512i, _MM_HINT_T0, _mm_cmpeq_epi8, _mm_cmpeq_epi8_mask, _mm_loadu_si128, _mm_movemask_epi8,
    _mm_prefetch, _mm_set1_epi8, _mm256_cmpeq_epi8, _mm256_cmpeq_epi8_mask, _mm256_loadu_si256, _mm256_movemask_epi8,
    _mm256_set1_epi8, _mm512_cmpeq_epi8_mask, _mm512_loadu_si512, _mm512_set1_epi8,
};

use super::{Block, InstructionSet, Instructions, Scalar, Task};

/// The most that this machine has.
pub(super) fn detect() -> Instructions {
    let avx2 = is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt")
        && is_x86_feature_detected!("fma");
    let avx512 = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vbmi")
        && is_x86_feature_detected!("avx512vbmi2");
    match (avx2, avx512) {
        (false, _) => Instructions::Sse2,
        (true, false) => Instructions::Avx2,
        (true, true) => Instructions::Avx512,
    }
}

/// See [`super::dispatch`].
pub(super) fn dispatch<T: Task>(instructions: Instructions, task: T) {
    match instructions.min(detect()) {
        Instructions::Scalar => task.run::<Scalar>(),
        Instructions::Sse2 => task.run::<Sse2>(),
        // SAFETY: the machine has these instructions, as `detect` found.
        Instructions::Avx2 => unsafe { run_avx2(task) },
        // SAFETY: as above.
        Instructions::Avx512 => unsafe { run_avx512(task) },
    }
}

/// See [`super::prefetch`].
#[inline(always)]
pub(super) fn prefetch<T>(value: &T) {
    // SAFETY: every x86-64 has SSE; a prefetch has no effect but on speed, and the address is that of a live value.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(value).cast()) };
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,fma")]
fn run_avx2<T: Task>(task: T) {
    task.run::<Avx2>();
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,fma,avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")]
fn run_avx512<T: Task>(task: T) {
    task.run::<Avx512>();
}

/// What every x86-64 has.
struct Sse2;

impl InstructionSet for Sse2 {
    type Block16 = Sse16;
    type Block32 = Two<Sse16, 16>;
    type Block64 = Two<Two<Sse16, 16>, 32>;
    const FUSED: bool = false;
}

/// Used only beneath [`run_avx2`].
struct Avx2;

impl InstructionSet for Avx2 {
    type Block16 = Sse16;
    type Block32 = Avx32;
    type Block64 = Two<Avx32, 32>;
    const FUSED: bool = true;
}

/// Used only beneath [`run_avx512`].
struct Avx512;

impl InstructionSet for Avx512 {
    type Block16 = Avx512Of16;
    type Block32 = Avx512Of32;
    type Block64 = Avx512Of64;
    const FUSED: bool = true;
}

/// Two blocks of `N` bytes behind one another.
#[derive(Clone, Copy)]
struct Two<B, const N: usize>(B, B);

impl<B: Block, const N: usize> Block for Two<B, N> {
    #[inline(always)]
    fn load(bytes: &[u8], start: usize) -> Self {
        Self(B::load(bytes, start), B::load(bytes, start + N))
    }

    #[inline(always)]
    fn splat(byte: u8) -> Self {
        Self(B::splat(byte), B::splat(byte))
    }

    #[inline(always)]
    fn equal(self, other: Self) -> u64 {
        self.0.equal(other.0) | self.1.equal(other.1) << N
    }
}

/// The address of `bytes[start]`, from which `N` bytes can be read.
#[inline(always)]
fn readable<const N: usize>(bytes: &[u8], start: usize) -> *const u8 {
    bytes[start..start + N].as_ptr()
}

#[derive(Clone, Copy)]
struct Sse16(__m128i);

impl Block for Sse16 {
    #[inline(always)]
    fn load(bytes: &[u8], start: usize) -> Self {
        // SAFETY: 16 bytes can be read; the load needs no alignment.
        Self(unsafe { _mm_loadu_si128(readable::<16>(bytes, start).cast()) })
    }

    #[inline(always)]
    fn splat(byte: u8) -> Self {
        // SAFETY: every x86-64 has SSE2.
        Self(unsafe { _mm_set1_epi8(byte as i8) })
    }

    #[inline(always)]
    fn equal(self, other: Self) -> u64 {
        // SAFETY: every x86-64 has SSE2.
        u64::from(unsafe { _mm_movemask_epi8(_mm_cmpeq_epi8(self.0, other.0)) } as u32)
    }
}

#[derive(Clone, Copy)]
struct Avx32(__m256i);

impl Block for Avx32 {
    #[inline(always)]
    fn load(bytes: &[u8], start: usize) -> Self {
        // SAFETY: 32 bytes can be read; the load needs no alignment; AVX2 is there beneath `run_avx2`.
        Self(unsafe { _mm256_loadu_si256(readable::<32>(bytes, start).cast()) })
    }

    #[inline(always)]
    fn splat(byte: u8) -> Self {
        // SAFETY: AVX2 is there beneath `run_avx2`.
        Self(unsafe { _mm256_set1_epi8(byte as i8) })
    }

    #[inline(always)]
    fn equal(self, other: Self) -> u64 {
        // SAFETY: AVX2 is there beneath `run_avx2`.
        u64::from(unsafe { _mm256_movemask_epi8(_mm256_cmpeq_epi8(self.0, other.0)) } as u32)
    }
}

/// A block in AVX-512 style, where a comparison gives bits at once.
macro_rules! avx512_block {
    ($name:ident, $register:ty, $units:literal, $load:ident, $splat:ident, $equal:ident) => {
        #[derive(Clone, Copy)]
        struct $name($register);

        impl Block for $name {
            #[inline(always)]
            fn load(bytes: &[u8], start: usize) -> Self {
                // SAFETY: the bytes can be read; the load needs no alignment; AVX-512 is there beneath `run_avx512`.
                Self(unsafe { $load(readable::<$units>(bytes, start).cast()) })
            }

            #[inline(always)]
            fn splat(byte: u8) -> Self {
                // SAFETY: AVX-512 is there beneath `run_avx512`.
                Self(unsafe { $splat(byte as i8) })
            }

            #[inline(always)]
            fn equal(self, other: Self) -> u64 {
                // SAFETY: AVX-512 is there beneath `run_avx512`.
                u64::from(unsafe { $equal(self.0, other.0) })
            }
        }
    };
}

avx512_block!(Avx512Of16, __m128i, 16, _mm_loadu_si128, _mm_set1_epi8, _mm_cmpeq_epi8_mask);
avx512_block!(Avx512Of32, __m256i, 32, _mm256_loadu_si256, _mm256_set1_epi8, _mm256_cmpeq_epi8_mask);
avx512_block!(Avx512Of64, __m512i, 64, _mm512_loadu_si512, _mm512_set1_epi8, _mm512_cmpeq_epi8_mask);
