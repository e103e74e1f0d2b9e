//! Sixteen lanes of AVX-512, whose rotations and three-way logic are single instructions.
//!
//! Unsafe for instructions that not every machine has; they run only beneath [`run`], which checks for them.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m512i, _mm_cvtsi32_si128, _mm512_add_epi32, _mm512_and_si512, _mm512_loadu_si512, _mm512_ror_epi32, _mm512_set1_epi32,
    _mm512_set4_epi32, _mm512_shuffle_epi8, _mm512_shuffle_i32x4, _mm512_sll_epi32, _mm512_srl_epi32, _mm512_storeu_si512,
    _mm512_sub_epi32, _mm512_ternarylogic_epi32, _mm512_unpackhi_epi32, _mm512_unpackhi_epi64, _mm512_unpacklo_epi32,
    _mm512_unpacklo_epi64, _mm512_xor_si512,
};

use super::chain::{Task, Transposed};
use super::words::{LANES_MAX, Words};

/// Whether the machine has the instructions.
pub(super) fn is_available() -> bool {
    super::avx2::is_available() && is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw")
}

/// Makes the tokens of a batch.
///
/// # Panics
///
/// On a machine without the instructions.
pub(super) fn run(task: &mut Task<'_>) {
    assert!(is_available(), "the caller has checked for AVX-512");
    // SAFETY: the machine has the instructions.
    unsafe { run_with_features(task) }
}

#[target_feature(enable = "avx2,bmi1,bmi2,avx512f,avx512bw")]
fn run_with_features(task: &mut Task<'_>) {
    task.run::<Transposed<Lanes>>();
}

/// One word of 16 lanes. Every method is called beneath [`run`] alone, so the machine has what it needs.
#[derive(Clone, Copy)]
struct Lanes(__m512i);

impl Words for Lanes {
    const LANES: usize = 16;

    #[inline(always)]
    fn splat(word: u32) -> Self {
        // SAFETY: beneath `run`.
        Self(unsafe { _mm512_set1_epi32(word as i32) })
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: beneath `run`.
        Self(unsafe { _mm512_add_epi32(self.0, other.0) })
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        // SAFETY: beneath `run`.
        Self(unsafe { _mm512_xor_si512(self.0, other.0) })
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        // SAFETY: beneath `run`.
        Self(unsafe { _mm512_and_si512(self.0, other.0) })
    }

    #[inline(always)]
    fn rotate_right<const BITS: i32, const LEFT: i32>(self) -> Self {
        // SAFETY: beneath `run`.
        Self(unsafe { _mm512_ror_epi32::<BITS>(self.0) })
    }

    #[inline(always)]
    fn shift_right<const BITS: i32>(self) -> Self {
        // SAFETY: beneath `run`.
        Self(unsafe { _mm512_srl_epi32(self.0, _mm_cvtsi32_si128(BITS)) })
    }

    #[inline(always)]
    fn shift_left<const BITS: i32>(self) -> Self {
        // SAFETY: beneath `run`.
        Self(unsafe { _mm512_sll_epi32(self.0, _mm_cvtsi32_si128(BITS)) })
    }

    #[inline(always)]
    fn xor3(self, second: Self, third: Self) -> Self {
        // SAFETY: beneath `run`.
        Self(unsafe { _mm512_ternarylogic_epi32::<0x96>(self.0, second.0, third.0) })
    }

    #[inline(always)]
    fn choose(self, one: Self, zero: Self) -> Self {
        // SAFETY: beneath `run`.
        Self(unsafe { _mm512_ternarylogic_epi32::<0xca>(self.0, one.0, zero.0) })
    }

    #[inline(always)]
    fn majority(self, second: Self, third: Self) -> Self {
        // SAFETY: beneath `run`.
        Self(unsafe { _mm512_ternarylogic_epi32::<0xe8>(self.0, second.0, third.0) })
    }

    #[inline(always)]
    fn load(blocks: &[[u8; 64]; LANES_MAX]) -> [Self; 16] {
        let mut rows = [Self::splat(0); 16];
        for (row, block) in rows.iter_mut().zip(blocks) {
            // SAFETY: beneath `run`; a block has the 64 bytes that are read, and the load needs no alignment.
            *row = swap_bytes(Self(unsafe { _mm512_loadu_si512(block.as_ptr().cast()) }));
        }
        transpose(&rows)
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        // SAFETY: beneath `run`.
        Self(unsafe { _mm512_sub_epi32(self.0, other.0) })
    }

    #[inline(always)]
    fn store(words: &[Self; 16], texts: &mut [[u8; 64]; LANES_MAX]) {
        for (row, text) in transpose(words).iter().zip(texts) {
            // SAFETY: beneath `run`; a text has the 64 bytes that are written, and the store needs no alignment.
            unsafe { _mm512_storeu_si512(text.as_mut_ptr().cast(), swap_bytes(*row).0) };
        }
    }
}

/// Turns the order of the bytes in every word.
#[inline(always)]
fn swap_bytes(words: Lanes) -> Lanes {
    // SAFETY: beneath `run`.
    unsafe {
        let order = _mm512_set4_epi32(0x0c0d_0e0f, 0x0809_0a0b, 0x0405_0607, 0x0001_0203);
        Lanes(_mm512_shuffle_epi8(words.0, order))
    }
}

/// Makes column `i` of 16 rows row `i`.
#[inline(always)]
fn transpose(rows: &[Lanes; 16]) -> [Lanes; 16] {
    // Four rows make four vectors: in each quarter the same column of the four rows.
    let mut fours = *rows;
    for group in fours.as_chunks_mut::<4>().0 {
        *group = transpose_quarters(group);
    }
    let mut columns = *rows;
    for column in 0..4 {
        let of = |group: usize| fours[4 * group + column].0;
        // SAFETY: beneath `run`.
        unsafe {
            let (even_low, odd_low) = (pick::<0x88>(of(0), of(1)), pick::<0xdd>(of(0), of(1)));
            let (even_high, odd_high) = (pick::<0x88>(of(2), of(3)), pick::<0xdd>(of(2), of(3)));
            columns[column] = Lanes(pick::<0x88>(even_low, even_high));
            columns[column + 4] = Lanes(pick::<0x88>(odd_low, odd_high));
            columns[column + 8] = Lanes(pick::<0xdd>(even_low, even_high));
            columns[column + 12] = Lanes(pick::<0xdd>(odd_low, odd_high));
        }
    }
    columns
}

/// Two quarters of the first vector, then two of the second.
///
/// # Safety
///
/// The machine has AVX-512.
#[inline(always)]
unsafe fn pick<const QUARTERS: i32>(first: __m512i, second: __m512i) -> __m512i {
    // SAFETY: as the caller promises.
    unsafe { _mm512_shuffle_i32x4::<QUARTERS>(first, second) }
}

#[inline(always)]
fn transpose_quarters(rows: &[Lanes; 4]) -> [Lanes; 4] {
    let [a, b, c, d] = [rows[0].0, rows[1].0, rows[2].0, rows[3].0];
    // SAFETY: beneath `run`.
    unsafe {
        let (low_one, high_one) = (_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
        let (low_two, high_two) = (_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
        [
            Lanes(_mm512_unpacklo_epi64(low_one, low_two)),
            Lanes(_mm512_unpackhi_epi64(low_one, low_two)),
            Lanes(_mm512_unpacklo_epi64(high_one, high_two)),
            Lanes(_mm512_unpackhi_epi64(high_one, high_two)),
        ]
    }
}
