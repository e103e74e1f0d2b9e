//! The SHA instructions of x86: four rounds of one message take a pair of instructions, and two messages side by side hide how
//! long each takes.
//!
//! Unsafe for instructions that not every machine has; they run only beneath [`run`], which checks for them.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_blend_epi16, _mm_loadu_si128, _mm_set_epi64x, _mm_setzero_si128,
    _mm_sha256msg1_epu32, _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi8, _mm_shuffle_epi32, _mm_storeu_si128,
};

use super::super::hmac_key::{HmacKey, INNER_PADDING};
use super::super::{TOKEN_BYTES, base64, hex};
use super::chain::{Chains, OUTER_BITS, Task};
use super::words::LANES_MAX;
use super::{INITIAL, ROUND, State};

/// The messages side by side.
const STREAMS: usize = 2;

/// Whether the machine has the instructions.
pub(super) fn is_available() -> bool {
    is_x86_feature_detected!("sha") && is_x86_feature_detected!("sse4.1") && is_x86_feature_detected!("ssse3")
}

/// Makes the tokens of a batch.
///
/// # Panics
///
/// On a machine without the instructions.
pub(super) fn run(task: &mut Task<'_>) {
    assert!(is_available(), "the caller has checked for the SHA instructions");
    // SAFETY: the machine has the instructions.
    unsafe { run_with_features(task) }
}

#[target_feature(enable = "sha,ssse3,sse4.1")]
fn run_with_features(task: &mut Task<'_>) {
    task.run::<Streams>();
}

/// The states of the messages, each in the order that the instructions want: `abef`, `cdgh`. Every method is called beneath
/// [`run`] alone, so the machine has what it needs.
struct Streams([[__m128i; 2]; STREAMS]);

impl Chains for Streams {
    const LANES: usize = STREAMS;

    #[inline(always)]
    fn begin() -> Self {
        Self([pack(&INITIAL); STREAMS])
    }

    #[inline(always)]
    fn take(&mut self, blocks: &[[u8; 64]; LANES_MAX]) {
        let mut words = [zeros(); STREAMS];
        for (words, block) in words.iter_mut().zip(blocks) {
            *words = load(block);
        }
        self.rounds(words);
    }

    #[inline(always)]
    fn sign(&mut self, key: &HmacKey) {
        let mut words = [zeros(); STREAMS];
        for (words, digest) in words.iter_mut().zip(&self.digests()) {
            *words = load(&hex::digest(digest));
        }
        *self = Self([pack(&key.inner); STREAMS]);
        self.rounds(words);
        self.rounds_of_schedule(&INNER_PADDING);

        for (words, digest) in words.iter_mut().zip(&self.digests()) {
            let mut block = [0; 64];
            block[..32].copy_from_slice(digest);
            block[32] = 0x80;
            block[60..].copy_from_slice(&OUTER_BITS.to_be_bytes());
            *words = load(&block);
        }
        *self = Self([pack(&key.outer); STREAMS]);
        self.rounds(words);
    }

    #[inline(always)]
    fn base64(&self, texts: &mut [[u8; 64]; LANES_MAX]) {
        for (text, digest) in texts.iter_mut().zip(&self.digests()) {
            text[..TOKEN_BYTES].copy_from_slice(&base64::digest(digest));
        }
    }

    #[inline(always)]
    fn hexadecimal(&self, texts: &mut [[u8; 64]; LANES_MAX]) {
        for (text, digest) in texts.iter_mut().zip(&self.digests()) {
            *text = hex::digest(digest);
        }
    }
}

impl Streams {
    #[inline(always)]
    fn digests(&self) -> [[u8; 32]; STREAMS] {
        let mut digests = [[0; 32]; STREAMS];
        for (digest, &[abef, cdgh]) in digests.iter_mut().zip(&self.0) {
            let (upper, lower) = digest.split_at_mut(16);
            // SAFETY: beneath `run`; each half has the 16 bytes that are written, and the stores need no alignment.
            unsafe {
                let (feba, dchg) = (_mm_shuffle_epi32::<0x1b>(abef), _mm_shuffle_epi32::<0xb1>(cdgh));
                let (dcba, hgfe) = (_mm_blend_epi16::<0xf0>(feba, dchg), _mm_alignr_epi8::<8>(dchg, feba));
                _mm_storeu_si128(upper.as_mut_ptr().cast(), swap_bytes(dcba));
                _mm_storeu_si128(lower.as_mut_ptr().cast(), swap_bytes(hgfe));
            }
        }
        digests
    }

    /// Takes a block of every message, given as its words.
    #[inline(always)]
    fn rounds(&mut self, mut words: [[__m128i; 4]; STREAMS]) {
        let before = self.0;
        for (four, constants) in ROUND.as_chunks::<4>().0.iter().enumerate() {
            let constants = load_words(constants);
            for (state, words) in self.0.iter_mut().zip(&mut words) {
                if four >= 4 {
                    extend(words, four % 4);
                }
                // SAFETY: beneath `run`.
                four_rounds(state, unsafe { _mm_add_epi32(words[four % 4], constants) });
            }
        }
        self.add(&before);
    }

    /// Takes a block whose schedule, with the constants added, is known and the same for all.
    #[inline(always)]
    fn rounds_of_schedule(&mut self, schedule: &[u32; 64]) {
        let before = self.0;
        for words in schedule.as_chunks::<4>().0 {
            let words = load_words(words);
            for state in &mut self.0 {
                four_rounds(state, words);
            }
        }
        self.add(&before);
    }

    #[inline(always)]
    fn add(&mut self, other: &[[__m128i; 2]; STREAMS]) {
        for (state, other) in self.0.as_flattened_mut().iter_mut().zip(other.as_flattened()) {
            // SAFETY: beneath `run`.
            *state = unsafe { _mm_add_epi32(*state, *other) };
        }
    }
}

#[inline(always)]
fn zeros() -> [__m128i; 4] {
    // SAFETY: every x86-64 has SSE2.
    [unsafe { _mm_setzero_si128() }; 4]
}

/// The next four words of the schedule, in place of the oldest.
#[inline(always)]
fn extend(words: &mut [__m128i; 4], oldest: usize) {
    let of = |place: usize| words[(oldest + place) % 4];
    // SAFETY: beneath `run`.
    words[oldest] = unsafe {
        let sums = _mm_add_epi32(_mm_sha256msg1_epu32(of(0), of(1)), _mm_alignr_epi8::<4>(of(3), of(2)));
        _mm_sha256msg2_epu32(sums, of(3))
    };
}

#[inline(always)]
fn four_rounds(state: &mut [__m128i; 2], words: __m128i) {
    let [abef, cdgh] = *state;
    // SAFETY: beneath `run`.
    unsafe {
        let cdgh = _mm_sha256rnds2_epu32(cdgh, abef, words);
        *state = [_mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32::<0x0e>(words)), cdgh];
    }
}

/// The order of the words that the instructions want.
#[inline(always)]
fn pack(state: &State) -> [__m128i; 2] {
    let (abcd, efgh) = state.split_at(4);
    // SAFETY: beneath `run`; each half has the 16 bytes that are read, and the loads need no alignment.
    unsafe {
        let (abcd, efgh) = (_mm_loadu_si128(abcd.as_ptr().cast()), _mm_loadu_si128(efgh.as_ptr().cast()));
        let (badc, hgfe) = (_mm_shuffle_epi32::<0xb1>(abcd), _mm_shuffle_epi32::<0x1b>(efgh));
        [_mm_alignr_epi8::<8>(badc, hgfe), _mm_blend_epi16::<0xf0>(hgfe, badc)]
    }
}

/// The words of a block.
#[inline(always)]
fn load(block: &[u8; 64]) -> [__m128i; 4] {
    let mut words = zeros();
    for (words, bytes) in words.iter_mut().zip(block.as_chunks::<16>().0) {
        // SAFETY: 16 bytes are read, and the load needs no alignment.
        *words = swap_bytes(unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) });
    }
    words
}

#[inline(always)]
fn load_words(words: &[u32; 4]) -> __m128i {
    // SAFETY: 16 bytes are read, and the load needs no alignment.
    unsafe { _mm_loadu_si128(words.as_ptr().cast()) }
}

/// Turns the order of the bytes in every word.
#[inline(always)]
fn swap_bytes(words: __m128i) -> __m128i {
    // SAFETY: beneath `run`.
    unsafe { _mm_shuffle_epi8(words, _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203)) }
}
