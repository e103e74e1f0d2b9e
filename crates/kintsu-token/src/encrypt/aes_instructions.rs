//! AES-256-GCM (NIST SP 800-38D) of hashed tokens by the AES and carry-less multiplication instructions of x86.
//!
//! A library's call for each message spends most of its time around the four blocks that a token has. Here all tokens have one
//! length, so nothing is decided for each of them: the powers of the hash key and the block of lengths are worked out once a key,
//! two tokens are in the cipher at once, and their base64 text is made in the same registers. GHASH is computed as POLYVAL
//! (RFC 8452, appendix A), whose bits stand in the order of the instructions.
//!
//! What surprises: a counter never overflows its byte, because a token has three blocks. Unsafe for instructions that not every
//! machine has, checked for when a cipher is made, and for loads and stores of whole registers.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m128i, __m256i, _mm_aesenc_si128, _mm_aesenclast_si128, _mm_aeskeygenassist_si128, _mm_and_si128, _mm_clmulepi64_si128,
    _mm_cmpeq_epi8, _mm_loadu_si128, _mm_movemask_epi8, _mm_or_si128, _mm_set_epi8, _mm_set_epi32, _mm_set_epi64x,
    _mm_setzero_si128, _mm_shuffle_epi8, _mm_shuffle_epi32, _mm_slli_epi64, _mm_slli_si128, _mm_srai_epi32, _mm_srli_epi64,
    _mm_srli_si128, _mm_storeu_si128, _mm_xor_si128, _mm256_add_epi8, _mm256_and_si256, _mm256_castsi256_si128,
    _mm256_cmpgt_epi8, _mm256_extracti128_si256, _mm256_loadu_si256, _mm256_madd_epi16, _mm256_maddubs_epi16,
    _mm256_movemask_epi8, _mm256_mulhi_epu16, _mm256_mullo_epi16, _mm256_or_si256, _mm256_set_m128i, _mm256_set1_epi8,
    _mm256_set1_epi32, _mm256_setr_epi8, _mm256_shuffle_epi8, _mm256_storeu_si256,
};

use ring::aead::NONCE_LEN;
use zeroize::Zeroizing;

use super::{GROUP, TAG_BYTES, TEXT_BYTES};
use crate::hash::TOKEN_BYTES;

/// The round keys of AES-256.
const ROUND_KEYS: usize = 15;
/// Blocks of a token; so many powers of the hash key are kept.
const BLOCKS: usize = 3;
/// Everything that depends on the key alone: round keys, powers of the hash key from the highest down, the hash of the lengths.
const KEY_BLOCKS: usize = ROUND_KEYS + BLOCKS + 1;

/// An encrypted token before it is text, with room for whole registers behind it.
type Sealed = [u8; NONCE_LEN + TOKEN_BYTES + TAG_BYTES + 8];

const SEALED_NOTHING: Sealed = [0; NONCE_LEN + TOKEN_BYTES + TAG_BYTES + 8];

/// A key for tokens of 44 bytes, wiped when dropped.
pub(super) struct TokenCipher(Box<Zeroizing<[[u8; 16]; KEY_BLOCKS]>>);

/// The key in registers, or ready to be loaded into them.
struct Key {
    rounds: [__m128i; ROUND_KEYS],
    powers: [__m128i; BLOCKS],
    lengths: __m128i,
}

impl TokenCipher {
    /// The cipher of a key; none on a machine without the instructions.
    pub(super) fn new(key: &[u8; 32]) -> Option<Self> {
        if !is_available() {
            return None;
        }
        let mut blocks = Box::new(Zeroizing::new([[0; 16]; KEY_BLOCKS]));
        // SAFETY: the machine has the instructions.
        unsafe { fill_key(key, &mut blocks) };
        Some(Self(blocks))
    }

    /// Appends the texts of encrypted tokens, each with its vector; of the first [`GROUP`] where there are more.
    pub(super) fn seal(&self, ivs: &[[u8; NONCE_LEN]], tokens: &[[u8; TOKEN_BYTES]], texts: &mut Vec<u8>) {
        // SAFETY: the machine has the instructions, or there would be no cipher.
        unsafe { seal(&self.0, ivs, tokens, texts) }
    }

    /// The token of an encrypted one; none when the text is not plain base64 or the tag does not fit.
    pub(super) fn open(&self, text: &[u8; TEXT_BYTES]) -> Option<[u8; TOKEN_BYTES]> {
        // SAFETY: the machine has the instructions, or there would be no cipher.
        unsafe { open(&self.0, text) }
    }
}

fn is_available() -> bool {
    is_x86_feature_detected!("aes") && is_x86_feature_detected!("pclmulqdq") && is_x86_feature_detected!("avx2")
}

#[target_feature(enable = "aes,pclmulqdq,avx2")]
fn seal(key: &[[u8; 16]; KEY_BLOCKS], ivs: &[[u8; NONCE_LEN]], tokens: &[[u8; TOKEN_BYTES]], texts: &mut Vec<u8>) {
    let key = load_key(key);
    let count = tokens.len().min(ivs.len()).min(GROUP);
    // All are sealed before any is made text: what is read back would otherwise wait for what was just written in pieces.
    let mut sealed = [SEALED_NOTHING; GROUP];
    let pairs = sealed[..count].chunks_mut(2).zip(ivs[..count].chunks(2)).zip(tokens[..count].chunks(2));
    for ((sealed, ivs), tokens) in pairs {
        match (sealed, ivs, tokens) {
            ([a, b], [iv_a, iv_b], [token_a, token_b]) => seal_two(&key, [iv_a, iv_b], [token_a, token_b], [a, b]),
            ([a], [iv], [token]) => {
                let mut other = SEALED_NOTHING;
                seal_two(&key, [iv, iv], [token, token], [a, &mut other]);
            }
            _ => {}
        }
    }
    let mut made = [[0; TEXT_BYTES]; GROUP];
    for (sealed, text) in sealed[..count].iter().zip(&mut made) {
        encode(sealed, text);
    }
    texts.extend_from_slice(made[..count].as_flattened());
}

/// Encrypts two tokens, whose blocks are in the cipher together.
#[target_feature(enable = "aes,pclmulqdq,avx2")]
#[inline]
fn seal_two(key: &Key, ivs: [&[u8; NONCE_LEN]; 2], tokens: [&[u8; TOKEN_BYTES]; 2], sealed: [&mut Sealed; 2]) {
    let ([a, b, c, d], [e, f, g, h]) = (counters(ivs[0]), counters(ivs[1]));
    let [a, b, c, d, e, f, g, h] = encrypt_blocks(&key.rounds, [a, b, c, d, e, f, g, h]);
    for (((stream, iv), token), sealed) in [[a, b, c, d], [e, f, g, h]].into_iter().zip(ivs).zip(tokens).zip(sealed) {
        let [one, two, three] = blocks_of(token);
        let text = [
            _mm_xor_si128(one, stream[1]),
            _mm_xor_si128(two, stream[2]),
            _mm_and_si128(_mm_xor_si128(three, stream[3]), last_block()),
        ];
        sealed[..NONCE_LEN].copy_from_slice(iv);
        // In this order: the tag overwrites what the last block, which is not whole, leaves behind the text.
        for (place, block) in text.iter().enumerate() {
            store(sealed, NONCE_LEN + 16 * place, *block);
        }
        store(sealed, NONCE_LEN + TOKEN_BYTES, tag(key, text, stream[0]));
    }
}

#[target_feature(enable = "aes,pclmulqdq,avx2")]
fn open(key: &[[u8; 16]; KEY_BLOCKS], text: &[u8; TEXT_BYTES]) -> Option<[u8; TOKEN_BYTES]> {
    let key = load_key(key);
    let mut sealed = SEALED_NOTHING;
    if !decode(text, &mut sealed) {
        return None;
    }
    let (iv, rest) = sealed.split_first_chunk::<NONCE_LEN>()?;
    let (hidden, rest) = rest.split_first_chunk::<TOKEN_BYTES>()?;
    let (given, _) = rest.split_first_chunk::<TAG_BYTES>()?;
    let hidden = blocks_of(hidden);
    let stream = encrypt_blocks(&key.rounds, counters(iv));
    let equal = _mm_cmpeq_epi8(tag(&key, hidden, stream[0]), load(given, 0));
    if _mm_movemask_epi8(equal) != 0xffff {
        return None;
    }
    let mut token = [0; TOKEN_BYTES + 4];
    for (place, (block, stream)) in hidden.into_iter().zip(&stream[1..]).enumerate() {
        store(&mut token, 16 * place, _mm_xor_si128(block, *stream));
    }
    token.first_chunk().copied()
}

/// The blocks that the cipher makes of a vector what hides the tag, then the token.
#[target_feature(enable = "aes,pclmulqdq,avx2")]
#[inline]
fn counters(iv: &[u8; NONCE_LEN]) -> [__m128i; 4] {
    let [a, b, c, d, e, f, g, h, i, j, k, l] = *iv;
    let low = i64::from_le_bytes([a, b, c, d, e, f, g, h]);
    let high = i64::from(u32::from_le_bytes([i, j, k, l]));
    let mut blocks = [_mm_setzero_si128(); 4];
    for (block, counter) in blocks.iter_mut().zip(1_i64..) {
        *block = _mm_set_epi64x(high | counter << 56, low);
    }
    blocks
}

#[target_feature(enable = "aes,pclmulqdq,avx2")]
#[inline]
fn encrypt_blocks<const COUNT: usize>(rounds: &[__m128i; ROUND_KEYS], mut blocks: [__m128i; COUNT]) -> [__m128i; COUNT] {
    for block in &mut blocks {
        *block = _mm_xor_si128(*block, rounds[0]);
    }
    for round in &rounds[1..ROUND_KEYS - 1] {
        for block in &mut blocks {
            *block = _mm_aesenc_si128(*block, *round);
        }
    }
    for block in &mut blocks {
        *block = _mm_aesenclast_si128(*block, rounds[ROUND_KEYS - 1]);
    }
    blocks
}

/// The tag of an encrypted token: its hash, hidden by the first block of the cipher.
#[target_feature(enable = "aes,pclmulqdq,avx2")]
#[inline]
fn tag(key: &Key, text: [__m128i; BLOCKS], mask: __m128i) -> __m128i {
    let mut sum = [_mm_setzero_si128(); 3];
    for (block, power) in text.into_iter().zip(&key.powers) {
        let product = multiply(turned(block), *power);
        sum = [_mm_xor_si128(sum[0], product[0]), _mm_xor_si128(sum[1], product[1]), _mm_xor_si128(sum[2], product[2])];
    }
    let hash = _mm_xor_si128(reduced(sum), key.lengths);
    _mm_xor_si128(turned(hash), mask)
}

/// The product of two polynomials: its lowest, middle and highest part, 64 bits apart and not yet added up.
#[target_feature(enable = "aes,pclmulqdq,avx2")]
#[inline]
fn multiply(left: __m128i, right: __m128i) -> [__m128i; 3] {
    let middle = _mm_xor_si128(_mm_clmulepi64_si128::<0x01>(left, right), _mm_clmulepi64_si128::<0x10>(left, right));
    [_mm_clmulepi64_si128::<0x00>(left, right), middle, _mm_clmulepi64_si128::<0x11>(left, right)]
}

/// A product times x^-128, modulo x^128 + x^127 + x^126 + x^121 + 1 (Montgomery's reduction, 64 bits at a time).
#[target_feature(enable = "aes,pclmulqdq,avx2")]
#[inline]
fn reduced([low, middle, high]: [__m128i; 3]) -> __m128i {
    let modulus = _mm_set_epi64x(0, MODULUS_HIGH);
    let mut low = _mm_xor_si128(low, _mm_slli_si128::<8>(middle));
    let high = _mm_xor_si128(high, _mm_srli_si128::<8>(middle));
    for _ in 0..2 {
        low = _mm_xor_si128(_mm_shuffle_epi32::<0b01_00_11_10>(low), _mm_clmulepi64_si128::<0x00>(low, modulus));
    }
    _mm_xor_si128(high, low)
}

/// The terms x^127, x^126 and x^121 of the modulus, of which the last one, 1, stands in the other half.
const MODULUS_HIGH: i64 = 0xc200_0000_0000_0000_u64 as i64;

/// The bytes in the other order.
#[target_feature(enable = "aes,pclmulqdq,avx2")]
#[inline]
fn turned(block: __m128i) -> __m128i {
    _mm_shuffle_epi8(block, _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15))
}

/// The bits of a token in its last block.
#[target_feature(enable = "aes,pclmulqdq,avx2")]
#[inline]
fn last_block() -> __m128i {
    _mm_set_epi32(0, -1, -1, -1)
}

/// The blocks of a token, the last one filled up with zeros.
#[target_feature(enable = "aes,pclmulqdq,avx2")]
#[inline]
fn blocks_of(token: &[u8; TOKEN_BYTES]) -> [__m128i; BLOCKS] {
    [load(token, 0), load(token, 16), _mm_srli_si128::<4>(load(token, TOKEN_BYTES - 16))]
}

/// Works out what depends on the key alone.
#[target_feature(enable = "aes,pclmulqdq,avx2")]
fn fill_key(key: &[u8; 32], blocks: &mut [[u8; 16]; KEY_BLOCKS]) {
    let rounds = expanded(key);
    let [hash_key] = encrypt_blocks(&rounds, [_mm_setzero_si128()]);
    let first = times_x(turned(hash_key));
    let second = reduced(multiply(first, first));
    let third = reduced(multiply(second, first));
    let fourth = reduced(multiply(third, first));
    // The block of lengths comes last: no bits of additional data, and those of a token.
    let lengths = reduced(multiply(_mm_set_epi64x(0, TOKEN_BYTES as i64 * 8), first));
    let all = rounds.into_iter().chain([fourth, third, second, lengths]);
    for (block, value) in blocks.iter_mut().zip(all) {
        store(block, 0, value);
    }
}

#[target_feature(enable = "aes,pclmulqdq,avx2")]
#[inline]
fn load_key(blocks: &[[u8; 16]; KEY_BLOCKS]) -> Key {
    let nothing = _mm_setzero_si128();
    let mut key = Key { rounds: [nothing; ROUND_KEYS], powers: [nothing; BLOCKS], lengths: nothing };
    let places = key.rounds.iter_mut().chain(&mut key.powers).chain([&mut key.lengths]);
    for (place, block) in places.zip(blocks) {
        *place = load(block, 0);
    }
    key
}

/// A polynomial times x, modulo that of [`reduced`].
#[target_feature(enable = "aes,pclmulqdq,avx2")]
fn times_x(block: __m128i) -> __m128i {
    let carried = _mm_slli_si128::<8>(_mm_srli_epi64::<63>(block));
    let shifted = _mm_or_si128(_mm_slli_epi64::<1>(block), carried);
    let overflow = _mm_shuffle_epi32::<0xff>(_mm_srai_epi32::<31>(block));
    _mm_xor_si128(shifted, _mm_and_si128(overflow, _mm_set_epi64x(MODULUS_HIGH, 1)))
}

/// The round keys (FIPS 197, section 5.2).
#[target_feature(enable = "aes,pclmulqdq,avx2")]
fn expanded(key: &[u8; 32]) -> [__m128i; ROUND_KEYS] {
    let mut keys = [_mm_setzero_si128(); ROUND_KEYS];
    (keys[0], keys[1]) = (load(key, 0), load(key, 16));
    for round in 2..ROUND_KEYS {
        let (before, last) = (keys[round - 2], keys[round - 1]);
        // What is added to the first word: the last word, substituted, and in every other round turned, with a constant.
        let added = match round {
            2 => _mm_shuffle_epi32::<0xff>(_mm_aeskeygenassist_si128::<0x01>(last)),
            4 => _mm_shuffle_epi32::<0xff>(_mm_aeskeygenassist_si128::<0x02>(last)),
            6 => _mm_shuffle_epi32::<0xff>(_mm_aeskeygenassist_si128::<0x04>(last)),
            8 => _mm_shuffle_epi32::<0xff>(_mm_aeskeygenassist_si128::<0x08>(last)),
            10 => _mm_shuffle_epi32::<0xff>(_mm_aeskeygenassist_si128::<0x10>(last)),
            12 => _mm_shuffle_epi32::<0xff>(_mm_aeskeygenassist_si128::<0x20>(last)),
            14 => _mm_shuffle_epi32::<0xff>(_mm_aeskeygenassist_si128::<0x40>(last)),
            _ => _mm_shuffle_epi32::<0xaa>(_mm_aeskeygenassist_si128::<0x00>(last)),
        };
        // Every word takes up all words before it.
        let sums = _mm_xor_si128(before, _mm_slli_si128::<4>(before));
        let sums = _mm_xor_si128(sums, _mm_slli_si128::<8>(sums));
        keys[round] = _mm_xor_si128(sums, added);
    }
    keys
}

/// The base64 text of an encrypted token, 24 bytes at a time.
#[target_feature(enable = "aes,pclmulqdq,avx2")]
#[inline]
fn encode(sealed: &Sealed, text: &mut [u8; TEXT_BYTES]) {
    let spread = twice([1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10]);
    for step in 0..TEXT_BYTES / 32 {
        let bytes = _mm256_set_m128i(load(sealed, 24 * step + 12), load(sealed, 24 * step));
        // Three bytes a, b, c become the numbers a·256 + b and b·256 + c, which hold two values of six bits each.
        let numbers = _mm256_shuffle_epi8(bytes, spread);
        let even = _mm256_mulhi_epu16(_mm256_and_si256(numbers, _mm256_set1_epi32(0x0fc0_fc00)), _mm256_set1_epi32(0x0400_0040));
        let odd = _mm256_mullo_epi16(_mm256_and_si256(numbers, _mm256_set1_epi32(0x003f_03f0)), _mm256_set1_epi32(0x0100_0010));
        store_wide(text, 32 * step, characters(_mm256_or_si256(even, odd)));
    }
}

/// The characters of values of six bits.
#[target_feature(enable = "aes,pclmulqdq,avx2")]
#[inline]
fn characters(values: __m256i) -> __m256i {
    let mut distance = _mm256_set1_epi8(b'A' as i8);
    // From the alphabet's letters to small ones, digits, plus and slash: what the distance changes by behind each place.
    for (last, change) in [(25, 6), (51, -75), (61, -15), (62, 3)] {
        let behind = _mm256_cmpgt_epi8(values, _mm256_set1_epi8(last));
        distance = _mm256_add_epi8(distance, _mm256_and_si256(behind, _mm256_set1_epi8(change)));
    }
    _mm256_add_epi8(values, distance)
}

/// Puts the bytes of a text into `sealed`, and says whether all its characters are of the alphabet.
#[target_feature(enable = "aes,pclmulqdq,avx2")]
#[inline]
fn decode(text: &[u8; TEXT_BYTES], sealed: &mut Sealed) -> bool {
    let gather = twice([2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1]);
    let mut valid = _mm256_set1_epi8(-1);
    for step in 0..TEXT_BYTES / 32 {
        let (values, known) = values(load_wide(text, 32 * step));
        valid = _mm256_and_si256(valid, known);
        // Four values of six bits become two of twelve, one of 24, and its bytes in their order.
        let twelve = _mm256_maddubs_epi16(values, _mm256_set1_epi32(0x0140_0140));
        let bytes = _mm256_shuffle_epi8(_mm256_madd_epi16(twelve, _mm256_set1_epi32(0x0001_1000)), gather);
        let [low, high] = halves(bytes);
        // In this order: what follows overwrites the four bytes behind each half.
        store(sealed, 24 * step, low);
        store(sealed, 24 * step + 12, high);
    }
    _mm256_movemask_epi8(valid) == -1
}

/// The values of characters, and all bits set where a character is of the alphabet.
#[target_feature(enable = "aes,pclmulqdq,avx2")]
#[inline]
fn values(text: __m256i) -> (__m256i, __m256i) {
    let (mut distance, mut known) = (_mm256_set1_epi8(0), _mm256_set1_epi8(0));
    for (first, last, value) in [(b'A', b'Z', 0_i8), (b'a', b'z', 26), (b'0', b'9', 52), (b'+', b'+', 62), (b'/', b'/', 63)] {
        let from = _mm256_cmpgt_epi8(text, _mm256_set1_epi8(first as i8 - 1));
        let up_to = _mm256_cmpgt_epi8(_mm256_set1_epi8(last as i8 + 1), text);
        let within = _mm256_and_si256(from, up_to);
        known = _mm256_or_si256(known, within);
        distance = _mm256_or_si256(distance, _mm256_and_si256(within, _mm256_set1_epi8(value - first as i8)));
    }
    (_mm256_add_epi8(text, distance), known)
}

/// The same bytes in both halves.
#[target_feature(enable = "aes,pclmulqdq,avx2")]
#[inline]
fn twice(bytes: [i8; 16]) -> __m256i {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = bytes;
    _mm256_setr_epi8(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)
}

#[target_feature(enable = "avx2")]
#[inline]
fn halves(bytes: __m256i) -> [__m128i; 2] {
    [_mm256_castsi256_si128(bytes), _mm256_extracti128_si256::<1>(bytes)]
}

/// The 16 bytes from a place on.
#[target_feature(enable = "avx2")]
#[inline]
fn load(bytes: &[u8], place: usize) -> __m128i {
    let bytes = &bytes[place..place + 16];
    // SAFETY: there are the 16 bytes that are read, and the load needs no alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn store(bytes: &mut [u8], place: usize, block: __m128i) {
    let bytes = &mut bytes[place..place + 16];
    // SAFETY: there are the 16 bytes that are written, and the store needs no alignment.
    unsafe { _mm_storeu_si128(bytes.as_mut_ptr().cast(), block) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn load_wide(bytes: &[u8], place: usize) -> __m256i {
    let bytes = &bytes[place..place + 32];
    // SAFETY: there are the 32 bytes that are read, and the load needs no alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn store_wide(bytes: &mut [u8], place: usize, block: __m256i) {
    let bytes = &mut bytes[place..place + 32];
    // SAFETY: there are the 32 bytes that are written, and the store needs no alignment.
    unsafe { _mm256_storeu_si256(bytes.as_mut_ptr().cast(), block) }
}
