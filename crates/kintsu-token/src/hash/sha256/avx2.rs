//! Eight lanes of AVX2.
//!
//! Unsafe for instructions that not every machine has; they run only beneath [`run`], which checks for them.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256i, _mm256_add_epi32, _mm256_and_si256, _mm256_loadu_si256, _mm256_or_si256, _mm256_permute2x128_si256,
    _mm256_set_epi64x, _mm256_set1_epi32, _mm256_shuffle_epi8, _mm256_slli_epi32, _mm256_srli_epi32, _mm256_storeu_si256,
    _mm256_sub_epi32, _mm256_unpackhi_epi32, _mm256_unpackhi_epi64, _mm256_unpacklo_epi32, _mm256_unpacklo_epi64,
    _mm256_xor_si256,
};

use super::chain::{Task, Transposed};
use super::words::{LANES_MAX, Words};

/// Whether the machine has the instructions.
pub(super) fn is_available() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("bmi2")
}

/// Makes the tokens of a batch.
///
/// # Panics
///
/// On a machine without the instructions.
pub(super) fn run(task: &mut Task<'_>) {
    assert!(is_available(), "the caller has checked for AVX2");
    // SAFETY: the machine has the instructions.
    unsafe { run_with_features(task) }
}

#[target_feature(enable = "avx2,bmi1,bmi2")]
fn run_with_features(task: &mut Task<'_>) {
    task.run::<Transposed<Lanes>>();
}

/// One word of eight lanes. Every method is called beneath [`run`] alone, so the machine has what it needs.
#[derive(Clone, Copy)]
struct Lanes(__m256i);

impl Words for Lanes {
    const LANES: usize = 8;

    #[inline(always)]
    fn splat(word: u32) -> Self {
        // SAFETY: beneath `run`.
        Self(unsafe { _mm256_set1_epi32(word as i32) })
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: beneath `run`.
        Self(unsafe { _mm256_add_epi32(self.0, other.0) })
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        // SAFETY: beneath `run`.
        Self(unsafe { _mm256_xor_si256(self.0, other.0) })
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        // SAFETY: beneath `run`.
        Self(unsafe { _mm256_and_si256(self.0, other.0) })
    }

    #[inline(always)]
    fn rotate_right<const BITS: i32, const LEFT: i32>(self) -> Self {
        // SAFETY: beneath `run`.
        Self(unsafe { _mm256_or_si256(_mm256_srli_epi32::<BITS>(self.0), _mm256_slli_epi32::<LEFT>(self.0)) })
    }

    #[inline(always)]
    fn shift_right<const BITS: i32>(self) -> Self {
        // SAFETY: beneath `run`.
        Self(unsafe { _mm256_srli_epi32::<BITS>(self.0) })
    }

    #[inline(always)]
    fn shift_left<const BITS: i32>(self) -> Self {
        // SAFETY: beneath `run`.
        Self(unsafe { _mm256_slli_epi32::<BITS>(self.0) })
    }

    #[inline(always)]
    fn load(blocks: &[[u8; 64]; LANES_MAX]) -> [Self; 16] {
        let mut words = [Self::splat(0); 16];
        for (half, words) in words.as_chunks_mut::<8>().0.iter_mut().enumerate() {
            let mut rows = *words;
            for (row, block) in rows.iter_mut().zip(blocks) {
                let bytes = &block.as_chunks::<32>().0[half];
                // SAFETY: beneath `run`; 32 bytes are read, and the load needs no alignment.
                *row = swap_bytes(Self(unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }));
            }
            *words = transpose(&rows);
        }
        words
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        // SAFETY: beneath `run`.
        Self(unsafe { _mm256_sub_epi32(self.0, other.0) })
    }

    #[inline(always)]
    fn store(words: &[Self; 16], texts: &mut [[u8; 64]; LANES_MAX]) {
        for (half, words) in words.as_chunks::<8>().0.iter().enumerate() {
            for (row, text) in transpose(words).iter().zip(&mut *texts) {
                let bytes = &mut text.as_chunks_mut::<32>().0[half];
                // SAFETY: beneath `run`; 32 bytes are written, and the store needs no alignment.
                unsafe { _mm256_storeu_si256(bytes.as_mut_ptr().cast(), swap_bytes(*row).0) };
            }
        }
    }
}

/// Turns the order of the bytes in every word.
#[inline(always)]
fn swap_bytes(words: Lanes) -> Lanes {
    let (high, low) = (0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
    // SAFETY: beneath `run`.
    unsafe { Lanes(_mm256_shuffle_epi8(words.0, _mm256_set_epi64x(high, low, high, low))) }
}

/// Makes column `i` of eight rows row `i`.
#[inline(always)]
fn transpose(rows: &[Lanes; 8]) -> [Lanes; 8] {
    let mut fours = *rows;
    for group in fours.as_chunks_mut::<4>().0 {
        *group = transpose_halves(group);
    }
    let mut columns = *rows;
    for column in 0..4 {
        let (upper, lower) = (fours[column].0, fours[column + 4].0);
        // SAFETY: beneath `run`.
        unsafe {
            columns[column] = Lanes(_mm256_permute2x128_si256::<0x20>(upper, lower));
            columns[column + 4] = Lanes(_mm256_permute2x128_si256::<0x31>(upper, lower));
        }
    }
    columns
}

/// Four rows make four vectors: in each half the same column of the four rows.
#[inline(always)]
fn transpose_halves(rows: &[Lanes; 4]) -> [Lanes; 4] {
    let [a, b, c, d] = [rows[0].0, rows[1].0, rows[2].0, rows[3].0];
    // SAFETY: beneath `run`.
    unsafe {
        let (low_one, high_one) = (_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
        let (low_two, high_two) = (_mm256_unpacklo_epi32(c, d), _mm256_unpackhi_epi32(c, d));
        [
            Lanes(_mm256_unpacklo_epi64(low_one, low_two)),
            Lanes(_mm256_unpackhi_epi64(low_one, low_two)),
            Lanes(_mm256_unpacklo_epi64(high_one, high_two)),
            Lanes(_mm256_unpackhi_epi64(high_one, high_two)),
        ]
    }
}
