//! MD5 (RFC 1321).

use super::hmac::Compress;

/// MD5.
pub(crate) struct Md5;

/// The integer parts of 2^32 times the sines of 1 to 64.
const SINES: [u32; 64] = [
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af,
    0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa,
    0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8,
    0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244, 0x432aff97,
    0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1,
    0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
];

const ROTATIONS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

impl Compress for Md5 {
    type State = [u32; 4];

    const INITIAL: [u32; 4] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];

    const BIG_ENDIAN: bool = false;

    fn compress(state: &mut [u32; 4], block: &[u8; 64]) {
        let mut words = [0_u32; 16];
        for (word, bytes) in words.iter_mut().zip(block.as_chunks::<4>().0) {
            *word = u32::from_le_bytes(*bytes);
        }
        let mut mixed = *state;
        rounds::<0>(&mut mixed, &words, |at| at, |b, c, d| d ^ (b & (c ^ d)));
        rounds::<1>(&mut mixed, &words, |at| 5 * at + 1, |b, c, d| c ^ (d & (b ^ c)));
        rounds::<2>(&mut mixed, &words, |at| 3 * at + 5, |b, c, d| b ^ c ^ d);
        rounds::<3>(&mut mixed, &words, |at| 7 * at, |b, c, d| c ^ (b | !d));
        for (word, mixed) in state.iter_mut().zip(mixed) {
            *word = word.wrapping_add(mixed);
        }
    }
}

#[inline(always)]
fn rounds<const ROUND: usize>(
    state: &mut [u32; 4],
    words: &[u32; 16],
    order: impl Fn(usize) -> usize,
    choose: impl Fn(u32, u32, u32) -> u32,
) {
    for at in 0..16 {
        let [a, b, c, d] = *state;
        let sum = a.wrapping_add(choose(b, c, d)).wrapping_add(words[order(at) % 16]).wrapping_add(SINES[ROUND * 16 + at]);
        *state = [d, b.wrapping_add(sum.rotate_left(ROTATIONS[ROUND][at % 4])), b, c];
    }
}
