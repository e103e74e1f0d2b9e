//! SHA-256 of one message at a time, for keys, for long messages and as the form that the lanes are held to.

use super::words::rounds;
use super::{ROUND, State};

/// Takes a block into a state.
pub(in crate::hash) fn compress(state: &mut State, block: &[u8; 64]) {
    let mut words = [0; 16];
    for (word, bytes) in words.iter_mut().zip(block.as_chunks::<4>().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    rounds(state, words);
}

/// The digest of a message that follows `before` bytes already taken into `state`; `before` is a multiple of 64.
pub(in crate::hash) fn digest_of(mut state: State, before: usize, message: &[u8]) -> [u8; 32] {
    let mut block = [0; 64];
    for index in 0..blocks(message.len()) {
        fill_block(message, before, index, &mut block);
        compress(&mut state, &block);
    }
    bytes(&state)
}

/// The blocks that a message of some bytes makes, its padding included.
pub(super) const fn blocks(length: usize) -> usize {
    (length + 9).div_ceil(64)
}

/// Writes one block of a padded message.
#[inline(always)]
pub(super) fn fill_block(message: &[u8], before: usize, index: usize, block: &mut [u8; 64]) {
    *block = [0; 64];
    let rest = message.get(index * 64..).unwrap_or_default();
    let length = rest.len().min(64);
    block[..length].copy_from_slice(&rest[..length]);
    if length < 64 && index * 64 <= message.len() {
        block[length] = 0x80;
    }
    if index + 1 == blocks(message.len()) {
        block[56..].copy_from_slice(&((before + message.len()) as u64 * 8).to_be_bytes());
    }
}

/// The bytes of a state.
pub(super) fn bytes(state: &State) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (chunk, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *chunk = word.to_be_bytes();
    }
    bytes
}

/// The message schedule of a block with the constants of the rounds added.
pub(in crate::hash) const fn schedule(block: &[u32; 16]) -> [u32; 64] {
    let mut words = [0_u32; 64];
    let mut at = 0;
    while at < 64 {
        words[at] = if at < 16 {
            block[at]
        } else {
            let (early, late) = (words[at - 15], words[at - 2]);
            let early = early.rotate_right(7) ^ early.rotate_right(18) ^ (early >> 3);
            let late = late.rotate_right(17) ^ late.rotate_right(19) ^ (late >> 10);
            words[at - 16].wrapping_add(early).wrapping_add(words[at - 7]).wrapping_add(late)
        };
        at += 1;
    }
    at = 0;
    while at < 64 {
        words[at] = words[at].wrapping_add(ROUND[at]);
        at += 1;
    }
    words
}
