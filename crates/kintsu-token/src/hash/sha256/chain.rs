//! The four compressions of a token: the signature, the two blocks of the inner HMAC, the outer HMAC.

use super::super::base64 as base64_text;
use super::super::hmac_key::{HmacKey, INNER_PADDING};
use super::super::{HEX_BYTES, TOKEN_BYTES, hex};
use super::scalar::{blocks, digest_of, fill_block};
use super::words::{LANES_MAX, Words, base64, hexadecimal, rounds, rounds_of_schedule};
use super::{INITIAL, State};

/// Signatures of more blocks than this are hashed one at a time; they are longer than 119 bytes.
const BLOCKS_IN_LANES: usize = 2;

/// The length of the outer message in bits: the padded key and a digest.
pub(super) const OUTER_BITS: u32 = (64 + 32) * 8;

/// Hashes that are computed side by side, a message a lane.
pub(super) trait Chains {
    /// The number of messages.
    const LANES: usize;
    /// The state that a hash begins with, in every lane.
    fn begin() -> Self;
    /// Takes a block of every lane.
    fn take(&mut self, blocks: &[[u8; 64]; LANES_MAX]);
    /// The HMACs of the hexadecimal digits of the digests, in their place.
    fn sign(&mut self, key: &HmacKey);
    /// The digests in base64, in the first [`TOKEN_BYTES`] of every text.
    fn base64(&self, texts: &mut [[u8; 64]; LANES_MAX]);
    /// The digests in hexadecimal digits.
    fn hexadecimal(&self, texts: &mut [[u8; 64]; LANES_MAX]);
}

/// Chains whose words are transposed: one vector holds the same word of every lane.
pub(super) struct Transposed<W>([W; 8]);

impl<W: Words> Transposed<W> {
    #[inline(always)]
    fn all(state: &State) -> Self {
        let [a, b, c, d, e, f, g, h] = *state;
        Self([W::splat(a), W::splat(b), W::splat(c), W::splat(d), W::splat(e), W::splat(f), W::splat(g), W::splat(h)])
    }
}

impl<W: Words> Chains for Transposed<W> {
    const LANES: usize = W::LANES;

    #[inline(always)]
    fn begin() -> Self {
        Self::all(&INITIAL)
    }

    #[inline(always)]
    fn take(&mut self, blocks: &[[u8; 64]; LANES_MAX]) {
        rounds(&mut self.0, W::load(blocks));
    }

    #[inline(always)]
    fn sign(&mut self, key: &HmacKey) {
        let message = hexadecimal(&self.0);
        *self = Self::all(&key.inner);
        rounds(&mut self.0, message);
        rounds_of_schedule(&mut self.0, &INNER_PADDING);
        let [zero, one] = [W::splat(0), W::splat(0x8000_0000)];
        let [a, b, c, d, e, f, g, h] = self.0;
        let message = [a, b, c, d, e, f, g, h, one, zero, zero, zero, zero, zero, zero, W::splat(OUTER_BITS)];
        *self = Self::all(&key.outer);
        rounds(&mut self.0, message);
    }

    #[inline(always)]
    fn base64(&self, texts: &mut [[u8; 64]; LANES_MAX]) {
        W::store(&base64(&self.0), texts);
        for text in texts {
            text[TOKEN_BYTES - 1] = b'=';
        }
    }

    #[inline(always)]
    fn hexadecimal(&self, texts: &mut [[u8; 64]; LANES_MAX]) {
        W::store(&hexadecimal(&self.0), texts);
    }
}

/// A batch: what to hash and where to.
pub(in crate::hash) struct Task<'a> {
    /// The signatures, one after another.
    pub(in crate::hash) signatures: &'a [u8],
    /// Where each signature ends.
    pub(in crate::hash) ends: &'a [usize],
    /// The key of the HMAC, if there is to be one.
    pub(in crate::hash) key: Option<&'a HmacKey>,
    /// Holds the blank token, and room for others, wherever a token belongs.
    pub(in crate::hash) tokens: &'a mut [u8],
    /// Where each token ends.
    pub(in crate::hash) token_ends: &'a [usize],
}

/// Signatures of one number of blocks that wait until they fill the lanes.
#[derive(Clone, Copy)]
struct Waiting<'a> {
    signatures: [&'a [u8]; LANES_MAX],
    token_ends: [usize; LANES_MAX],
    count: usize,
}

impl Task<'_> {
    /// Makes the tokens.
    #[inline(always)]
    pub(super) fn run<C: Chains>(&mut self) {
        let nothing = Waiting { signatures: [&[]; LANES_MAX], token_ends: [0; LANES_MAX], count: 0 };
        let mut waiting = [nothing; BLOCKS_IN_LANES];
        let mut begin = 0;
        for (&end, &token_end) in self.ends.iter().zip(self.token_ends) {
            let signature = &self.signatures[begin..end];
            begin = end;
            match blocks(signature.len()) {
                _ if signature.is_empty() => {}
                count @ 1..=BLOCKS_IN_LANES => {
                    let group = &mut waiting[count - 1];
                    group.signatures[group.count] = signature;
                    group.token_ends[group.count] = token_end;
                    group.count += 1;
                    if group.count == C::LANES {
                        flush::<C>(group, count, self.key, self.tokens);
                    }
                }
                _ => hash_alone(signature, self.key, token_end, self.tokens),
            }
        }
        for (group, count) in waiting.iter_mut().zip(1..) {
            if group.count > 0 {
                flush::<C>(group, count, self.key, self.tokens);
            }
        }
    }
}

/// Hashes what waits and writes its tokens.
#[inline(always)]
fn flush<C: Chains>(group: &mut Waiting<'_>, block_count: usize, key: Option<&HmacKey>, tokens: &mut [u8]) {
    let mut blocks = [[0; 64]; LANES_MAX];
    let mut chains = C::begin();
    for index in 0..block_count {
        for (block, signature) in blocks.iter_mut().zip(&group.signatures[..group.count]) {
            fill_block(signature, 0, index, block);
        }
        chains.take(&blocks);
    }
    let mut texts = blocks;
    if let Some(key) = key {
        chains.sign(key);
        chains.base64(&mut texts);
        write::<TOKEN_BYTES>(&texts, group, tokens);
    } else {
        chains.hexadecimal(&mut texts);
        write::<HEX_BYTES>(&texts, group, tokens);
    }
    group.count = 0;
}

/// Writes the texts, of which the first `LENGTH` bytes count, where the tokens end.
#[inline(always)]
fn write<const LENGTH: usize>(texts: &[[u8; 64]; LANES_MAX], group: &Waiting<'_>, tokens: &mut [u8]) {
    for (text, &token_end) in texts.iter().zip(&group.token_ends[..group.count]) {
        tokens[token_end - LENGTH..token_end].copy_from_slice(&text[..LENGTH]);
    }
}

/// Hashes one signature of any length and writes its token.
#[cold]
fn hash_alone(signature: &[u8], key: Option<&HmacKey>, token_end: usize, tokens: &mut [u8]) {
    let digest = digest_of(INITIAL, 0, signature);
    if let Some(key) = key {
        let token = base64_text::digest(&key.sign_digest(&digest));
        tokens[token_end - TOKEN_BYTES..token_end].copy_from_slice(&token);
    } else {
        tokens[token_end - HEX_BYTES..token_end].copy_from_slice(&hex::digest(&digest));
    }
}
