//! BLAKE2b (RFC 7693) with a key and a salt, digests of 64 bytes.

use zeroize::Zeroizing;

const INITIAL: [u64; 8] = [
    0x6a09e667f3bcc908,
    0xbb67ae8584caa73b,
    0x3c6ef372fe94f82b,
    0xa54ff53a5f1d36f1,
    0x510e527fade682d1,
    0x9b05688c2b3e6c1f,
    0x1f83d9abfb41bd6b,
    0x5be0cd19137e2179,
];

const ORDER: [[usize; 16]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

const BLOCK: usize = 128;

/// The most bytes of a key; longer ones are cut.
pub(crate) const KEY_BYTES_MAX: usize = 64;

/// BLAKE2b after its key has been taken in, for one salt. Wiped when dropped.
pub(crate) struct KeyedBlake2b {
    /// After the block of the key.
    state: Zeroizing<[u64; 8]>,
    /// The digest of no message at all, whose last block is that of the key.
    empty: Zeroizing<[u64; 8]>,
}

impl KeyedBlake2b {
    /// Takes in a key of 1 to 64 bytes and a salt that is filled up with zeros.
    pub(crate) fn new(key: &[u8], salt: &[u8]) -> Self {
        let key = &key[..key.len().min(KEY_BYTES_MAX)];
        let mut block = Zeroizing::new([0; BLOCK]);
        block[..key.len()].copy_from_slice(key);
        let mut parameters = [0_u8; 64];
        parameters[..4].copy_from_slice(&[64, key.len() as u8, 1, 1]);
        for (byte, salt) in parameters[32..48].iter_mut().zip(salt) {
            *byte = *salt;
        }
        let mut state = Zeroizing::new(INITIAL);
        for (word, bytes) in state.iter_mut().zip(parameters.as_chunks::<8>().0) {
            *word ^= u64::from_le_bytes(*bytes);
        }
        let mut empty = state.clone();
        compress(&mut empty, &block, BLOCK as u64, true);
        compress(&mut state, &block, BLOCK as u64, false);
        Self { state, empty }
    }

    /// The digest of a message.
    pub(crate) fn digest(&self, message: &[u8]) -> [u8; 64] {
        let mut state = if message.is_empty() { *self.empty } else { *self.state };
        let mut block = [0; BLOCK];
        let mut taken = BLOCK as u64;
        let end = taken + message.len() as u64;
        for chunk in message.chunks(BLOCK) {
            block[..chunk.len()].copy_from_slice(chunk);
            block[chunk.len()..].fill(0);
            taken += chunk.len() as u64;
            compress(&mut state, &block, taken, taken == end);
        }
        let mut digest = [0; 64];
        for (bytes, word) in digest.as_chunks_mut::<8>().0.iter_mut().zip(state) {
            *bytes = word.to_le_bytes();
        }
        digest
    }
}

#[inline]
fn compress(state: &mut [u64; 8], block: &[u8; BLOCK], taken: u64, last: bool) {
    let mut words = [0_u64; 16];
    for (word, bytes) in words.iter_mut().zip(block.as_chunks::<8>().0) {
        *word = u64::from_le_bytes(*bytes);
    }
    let mut v = [0_u64; 16];
    v[..8].copy_from_slice(state);
    v[8..].copy_from_slice(&INITIAL);
    v[12] ^= taken;
    if last {
        v[14] = !v[14];
    }
    for round in 0..12 {
        let order = &ORDER[round % 10];
        let word = |at: usize| words[order[at]];
        mix(&mut v, [0, 4, 8, 12], word(0), word(1));
        mix(&mut v, [1, 5, 9, 13], word(2), word(3));
        mix(&mut v, [2, 6, 10, 14], word(4), word(5));
        mix(&mut v, [3, 7, 11, 15], word(6), word(7));
        mix(&mut v, [0, 5, 10, 15], word(8), word(9));
        mix(&mut v, [1, 6, 11, 12], word(10), word(11));
        mix(&mut v, [2, 7, 8, 13], word(12), word(13));
        mix(&mut v, [3, 4, 9, 14], word(14), word(15));
    }
    for at in 0..8 {
        state[at] ^= v[at] ^ v[at + 8];
    }
}

#[inline(always)]
fn mix(v: &mut [u64; 16], [a, b, c, d]: [usize; 4], first: u64, second: u64) {
    v[a] = v[a].wrapping_add(v[b]).wrapping_add(first);
    v[d] = (v[d] ^ v[a]).rotate_right(32);
    v[c] = v[c].wrapping_add(v[d]);
    v[b] = (v[b] ^ v[c]).rotate_right(24);
    v[a] = v[a].wrapping_add(v[b]).wrapping_add(second);
    v[d] = (v[d] ^ v[a]).rotate_right(16);
    v[c] = v[c].wrapping_add(v[d]);
    v[b] = (v[b] ^ v[c]).rotate_right(63);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(message: &[u8], key: &[u8], salt: &[u8]) -> String {
        crate::hash::hex::text(&KeyedBlake2b::new(key, salt).digest(message))
    }

    /// What Python's `hashlib.blake2b` answers.
    #[test]
    fn digests_depend_on_key_salt_and_message() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(
            digest(b"", b"k", b""),
            "a393a0e4093eea8bfd03ebe262849654a10fbf67afc7f4f533efc0f992b33cbc\
             574f32066446c2447ef23d5e86fabfd213b9eed79173ee8900909f2da52269cc"
        );
        assert_eq!(
            digest(b"a token", &bytes[..64], b"0"),
            "791a7ffaf559394507c6230f49981d0bad2afd68a3d7cf4caaa890f89f4697cb\
             252e77053fe1bd1a5e81f80be1353978da2208c5b3239ab52ffc515eb304dab2"
        );
        assert_eq!(
            digest(&[b'x'; 128], b"key", b"12"),
            "7bba9aad0a84e89a1f6f2a831405d139dd8a97540a8e141e0c8b8f542e375ed2\
             e3ae0a873b0d65f7340488bf2343ff186cb356407fcd72db5100267ff09a5adc"
        );
        let long = [bytes.as_slice(), bytes.as_slice(), b"!"].concat();
        assert_eq!(
            digest(&long, &bytes[..32], b""),
            "8d2ed91ab568abecf380f702b1a44a12e825c328e71aa57ea7341f8877cc83b1\
             c19390930d7c472d5988289333df37a10107348a8641a694a2784d2ac8c3fc3b"
        );
    }
}
