//! HMAC (RFC 2104) over a hash with blocks of 64 bytes and words of 32 bits.

use zeroize::{Zeroize, Zeroizing};

const BLOCK: usize = 64;

/// A hash of the family of MD4: blocks of 64 bytes, a set bit, zeros and the length of the message at the end.
pub(crate) trait Compress {
    /// The words of the state.
    type State: Copy + Zeroize + AsRef<[u32]>;
    /// The state that a hash begins with.
    const INITIAL: Self::State;
    /// Whether words and lengths have their most significant byte first.
    const BIG_ENDIAN: bool;
    /// Takes a block into the state.
    fn compress(state: &mut Self::State, block: &[u8; BLOCK]);
}

/// The states after the inner and the outer padded key. Wiped when dropped.
pub(crate) struct Hmac<H: Compress> {
    inner: Zeroizing<H::State>,
    outer: Zeroizing<H::State>,
}

impl<H: Compress> Hmac<H> {
    pub(crate) fn new(key: &[u8]) -> Self {
        let mut padded = [0; BLOCK];
        if key.len() > BLOCK {
            let digest = finish::<H>(H::INITIAL, 0, key);
            write::<H>(&digest, &mut padded);
        } else {
            padded[..key.len()].copy_from_slice(key);
        }
        let state_after = |mask: u8| {
            let mut block = padded.map(|byte| byte ^ mask);
            let mut state = H::INITIAL;
            H::compress(&mut state, &block);
            block.zeroize();
            Zeroizing::new(state)
        };
        let hmac = Self { inner: state_after(0x36), outer: state_after(0x5c) };
        padded.zeroize();
        hmac
    }

    /// The HMAC modulo a number below 2^31, read as a number with its most significant byte first.
    pub(crate) fn residue(&self, message: &[u8], modulus: u64) -> u64 {
        let inner = finish::<H>(*self.inner, BLOCK, message);
        let mut digest = [0; BLOCK];
        let length = write::<H>(&inner, &mut digest);
        let outer = finish::<H>(*self.outer, BLOCK, &digest[..length]);
        outer.as_ref().iter().fold(0, |residue, &word| {
            let word = if H::BIG_ENDIAN { word } else { word.swap_bytes() };
            ((residue << 32) | u64::from(word)) % modulus
        })
    }
}

/// The state after the rest of a message, of which `before` bytes have been taken in.
#[inline]
fn finish<H: Compress>(mut state: H::State, before: usize, message: &[u8]) -> H::State {
    let (blocks, rest) = message.as_chunks::<BLOCK>();
    for block in blocks {
        H::compress(&mut state, block);
    }
    let mut block = [0; BLOCK];
    block[..rest.len()].copy_from_slice(rest);
    block[rest.len()] = 0x80;
    if rest.len() + 9 > BLOCK {
        H::compress(&mut state, &block);
        block = [0; BLOCK];
    }
    let bits = (before + message.len()) as u64 * 8;
    block[56..].copy_from_slice(&if H::BIG_ENDIAN { bits.to_be_bytes() } else { bits.to_le_bytes() });
    H::compress(&mut state, &block);
    state
}

/// Writes the bytes of a state and returns how many they are.
fn write<H: Compress>(state: &H::State, bytes: &mut [u8; BLOCK]) -> usize {
    let words = state.as_ref();
    for (chunk, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(words) {
        *chunk = if H::BIG_ENDIAN { word.to_be_bytes() } else { word.to_le_bytes() };
    }
    words.len() * 4
}

#[cfg(test)]
mod tests {
    use super::super::{Md5, Sha1};
    use super::*;

    fn digest<H: Compress>(message: &[u8]) -> Vec<u8> {
        let mut bytes = [0; BLOCK];
        let length = write::<H>(&finish::<H>(H::INITIAL, 0, message), &mut bytes);
        bytes[..length].to_vec()
    }

    fn hex(bytes: &[u8]) -> String {
        crate::hash::hex::text(bytes)
    }

    /// The samples of RFC 1321 and RFC 3174.
    #[test]
    fn hashes_of_the_samples() {
        assert_eq!(hex(&digest::<Md5>(b"")), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(hex(&digest::<Md5>(b"message digest")), "f96b697d7cb7938d525a2f31aaf161d0");
        let long = b"12345678901234567890123456789012345678901234567890123456789012345678901234567890";
        assert_eq!(hex(&digest::<Md5>(long)), "57edf4a22be3c955ac49da2e2107b67a");
        assert_eq!(hex(&digest::<Sha1>(b"abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
        let two = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        assert_eq!(hex(&digest::<Sha1>(two)), "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    }

    #[test]
    fn sha1_is_that_of_another_library_at_every_length() {
        let message: Vec<u8> = (0..200_u8).collect();
        for length in 0..message.len() {
            let expected = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, &message[..length]);
            assert_eq!(digest::<Sha1>(&message[..length]), expected.as_ref(), "{length}");
        }
    }

    /// The residue modulo a prime below 2^31 of HMAC-SHA1 by another library, and of the samples of RFC 2202 for HMAC-MD5.
    #[test]
    fn residues_are_those_of_the_numbers() {
        let modulus = 2_147_483_647;
        let residue = |bytes: &[u8]| bytes.iter().fold(0_u64, |residue, byte| (residue * 256 + u64::from(*byte)) % modulus);
        for key_length in [1, 20, 63, 64, 65, 100] {
            let key = vec![0xa5; key_length];
            let expected = ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key), b"a token");
            assert_eq!(Hmac::<Sha1>::new(&key).residue(b"a token", modulus), residue(expected.as_ref()));
        }
        let jefe = [0x75, 0x0c, 0x78, 0x3e, 0x6a, 0xb0, 0xb5, 0x03, 0xea, 0xa8, 0x6e, 0x31, 0x0a, 0x5d, 0xb7, 0x38];
        let hmac = Hmac::<Md5>::new(b"Jefe");
        assert_eq!(hmac.residue(b"what do ya want for nothing?", modulus), residue(&jefe));
        let long = [0x6f, 0x63, 0x0f, 0xad, 0x67, 0xcd, 0xa0, 0xee, 0x1f, 0xb1, 0xf5, 0x62, 0xdb, 0x3a, 0xa5, 0x3e];
        let message = b"Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data";
        assert_eq!(Hmac::<Md5>::new(&[0xaa; 80]).residue(message, modulus), residue(&long));
    }
}
