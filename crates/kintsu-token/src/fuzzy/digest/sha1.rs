//! SHA-1 (RFC 3174).

use super::hmac::Compress;

/// SHA-1.
pub(crate) struct Sha1;

impl Compress for Sha1 {
    type State = [u32; 5];

    const INITIAL: [u32; 5] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];

    const BIG_ENDIAN: bool = true;

    fn compress(state: &mut [u32; 5], block: &[u8; 64]) {
        let mut words = [0_u32; 80];
        for (word, bytes) in words.iter_mut().zip(block.as_chunks::<4>().0) {
            *word = u32::from_be_bytes(*bytes);
        }
        for at in 16..80 {
            words[at] = (words[at - 3] ^ words[at - 8] ^ words[at - 14] ^ words[at - 16]).rotate_left(1);
        }
        let mut mixed = *state;
        rounds(&mut mixed, &words[..20], 0x5a827999, |b, c, d| d ^ (b & (c ^ d)));
        rounds(&mut mixed, &words[20..40], 0x6ed9eba1, |b, c, d| b ^ c ^ d);
        rounds(&mut mixed, &words[40..60], 0x8f1bbcdc, |b, c, d| (b & c) | (d & (b | c)));
        rounds(&mut mixed, &words[60..], 0xca62c1d6, |b, c, d| b ^ c ^ d);
        for (word, mixed) in state.iter_mut().zip(mixed) {
            *word = word.wrapping_add(mixed);
        }
    }
}

#[inline(always)]
fn rounds(state: &mut [u32; 5], words: &[u32], constant: u32, choose: impl Fn(u32, u32, u32) -> u32) {
    for word in words {
        let [a, b, c, d, e] = *state;
        let next = a.rotate_left(5).wrapping_add(choose(b, c, d)).wrapping_add(e).wrapping_add(*word).wrapping_add(constant);
        *state = [next, a, b.rotate_left(30), c, d];
    }
}
