//! The algorithm over words of any number of lanes.

use super::ROUND;

/// The most lanes that any engine has.
pub(super) const LANES_MAX: usize = 16;

/// One 32-bit word of every lane.
pub(super) trait Words: Copy {
    /// The number of lanes.
    const LANES: usize;
    /// The same word in every lane.
    fn splat(word: u32) -> Self;
    /// The sum, modulo 2^32.
    fn add(self, other: Self) -> Self;
    /// The exclusive or.
    fn xor(self, other: Self) -> Self;
    /// The bits that both have.
    fn and(self, other: Self) -> Self;
    /// The bits of `self`, rotated right by `BITS`; `LEFT` is 32 - `BITS`.
    fn rotate_right<const BITS: i32, const LEFT: i32>(self) -> Self;
    /// The bits of `self`, moved right.
    fn shift_right<const BITS: i32>(self) -> Self;
    /// The bits of `self`, moved left.
    fn shift_left<const BITS: i32>(self) -> Self;
    /// The words of 64-byte blocks, a block a lane, read with the most significant byte first.
    fn load(blocks: &[[u8; 64]; LANES_MAX]) -> [Self; 16];
    /// The difference, modulo 2^32.
    fn sub(self, other: Self) -> Self;
    /// Writes 16 words of every lane as 64-byte texts, a text a lane, with the most significant byte first.
    fn store(words: &[Self; 16], texts: &mut [[u8; 64]; LANES_MAX]);

    /// The exclusive or of three.
    #[inline(always)]
    fn xor3(self, second: Self, third: Self) -> Self {
        self.xor(second).xor(third)
    }

    /// Bit by bit, `one` where `self` is set and `zero` where not.
    #[inline(always)]
    fn choose(self, one: Self, zero: Self) -> Self {
        one.xor(zero).and(self).xor(zero)
    }

    /// Bit by bit, what at least two of three say.
    #[inline(always)]
    fn majority(self, second: Self, third: Self) -> Self {
        self.xor(second).and(self.xor(third)).xor(self)
    }
}

/// Takes a block into a state; the message schedule keeps its last 16 words alone.
#[inline(always)]
pub(super) fn rounds<W: Words>(state: &mut [W; 8], mut block: [W; 16]) {
    let before = *state;
    for (sixteen, constants) in ROUND.as_chunks::<16>().0.iter().enumerate() {
        if sixteen > 0 {
            extend(&mut block);
        }
        let mut words = block;
        for (word, &constant) in words.iter_mut().zip(constants) {
            *word = word.add(W::splat(constant));
        }
        sixteen_rounds(state, &words);
    }
    add_all(state, &before);
}

/// Takes a block into a state whose schedule, with the constants added, is known and the same in all lanes.
#[inline(always)]
pub(super) fn rounds_of_schedule<W: Words>(state: &mut [W; 8], schedule: &[u32; 64]) {
    let before = *state;
    for sixteen in schedule.as_chunks::<16>().0 {
        let mut words = [state[0]; 16];
        for (word, &known) in words.iter_mut().zip(sixteen) {
            *word = W::splat(known);
        }
        sixteen_rounds(state, &words);
    }
    add_all(state, &before);
}

/// The next 16 words of the schedule in place of the last 16.
#[inline(always)]
fn extend<W: Words>(block: &mut [W; 16]) {
    for at in 0..16 {
        let (early, late) = (block[(at + 1) % 16], block[(at + 14) % 16]);
        let early = early.rotate_right::<7, 25>().xor3(early.rotate_right::<18, 14>(), early.shift_right::<3>());
        let late = late.rotate_right::<17, 15>().xor3(late.rotate_right::<19, 13>(), late.shift_right::<10>());
        block[at] = block[at].add(early).add(block[(at + 9) % 16].add(late));
    }
}

/// Sixteen rounds, written out so that the turning of the state costs nothing.
#[inline(always)]
fn sixteen_rounds<W: Words>(state: &mut [W; 8], words: &[W; 16]) {
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    for eight in words.as_chunks::<8>().0 {
        (d, h) = round(a, b, c, d, e, f, g, h, eight[0]);
        (c, g) = round(h, a, b, c, d, e, f, g, eight[1]);
        (b, f) = round(g, h, a, b, c, d, e, f, eight[2]);
        (a, e) = round(f, g, h, a, b, c, d, e, eight[3]);
        (h, d) = round(e, f, g, h, a, b, c, d, eight[4]);
        (g, c) = round(d, e, f, g, h, a, b, c, eight[5]);
        (f, b) = round(c, d, e, f, g, h, a, b, eight[6]);
        (e, a) = round(b, c, d, e, f, g, h, a, eight[7]);
    }
    *state = [a, b, c, d, e, f, g, h];
}

/// One round: the new values of `d` and `h`, which become the next round's `e` and `a`.
///
/// Three operations lie between one round's `e` and the next, and between one `a` and the next; for that, sums that do not depend
/// on them are made first, at the price of one more addition.
#[allow(clippy::too_many_arguments)]
#[inline(always)]
fn round<W: Words>(a: W, b: W, c: W, d: W, e: W, f: W, g: W, h: W, word: W) -> (W, W) {
    let known = h.add(word).add(e.choose(f, g));
    let of_e = e.rotate_right::<6, 26>().xor3(e.rotate_right::<11, 21>(), e.rotate_right::<25, 7>());
    let of_a = a.rotate_right::<2, 30>().xor3(a.rotate_right::<13, 19>(), a.rotate_right::<22, 10>());
    (d.add(known).add(of_e), known.add(of_e).add(a.majority(b, c)).add(of_a))
}

#[inline(always)]
fn add_all<W: Words>(state: &mut [W; 8], other: &[W; 8]) {
    for (word, &other) in state.iter_mut().zip(other) {
        *word = word.add(other);
    }
}

/// The 64 hexadecimal digits of the states as the words of a block.
#[inline(always)]
pub(super) fn hexadecimal<W: Words>(state: &[W; 8]) -> [W; 16] {
    let mut block = [state[0]; 16];
    for (pair, &word) in block.as_chunks_mut::<2>().0.iter_mut().zip(state) {
        *pair = [digits(word.shift_right::<16>()), digits(word.and(W::splat(0xffff)))];
    }
    block
}

/// The four digits of 16 bits, a byte each.
#[inline(always)]
fn digits<W: Words>(bits: W) -> W {
    // 0x0000abcd becomes 0x00ab00cd, then 0x0a0b0c0d.
    let bytes = bits.xor(bits.shift_left::<8>()).and(W::splat(0x00ff_00ff));
    let nibbles = bytes.xor(bytes.shift_left::<4>()).and(W::splat(0x0f0f_0f0f));
    // A nibble of 10 or more carries into bit 4 when 6 is added; letters follow the ten digits at a distance of 39.
    let letters = nibbles.add(W::splat(0x0606_0606)).shift_right::<4>().and(W::splat(0x0101_0101));
    // 39 = 32 + 4 + 2 + 1
    let distance = letters.shift_left::<5>().add(letters.shift_left::<2>()).add(letters.shift_left::<1>().add(letters));
    nibbles.add(W::splat(0x3030_3030)).add(distance)
}

/// The base64 digits of the states as the first 11 words of a text, but for the padding that ends it.
#[inline(always)]
pub(super) fn base64<W: Words>(state: &[W; 8]) -> [W; 16] {
    let [a, b, c, d, e, f, g, h] = *state;
    let zero = W::splat(0);
    let mut text = [zero; 16];
    for (digits, [x, y, z]) in text.as_chunks_mut::<4>().0.iter_mut().zip([[a, b, c], [d, e, f], [g, h, zero]]) {
        // Three words are four groups of 24 bits, each at the low end of a word.
        *digits = [
            four_of_base64(x.shift_right::<8>()),
            four_of_base64(x.shift_left::<16>().xor(y.shift_right::<16>())),
            four_of_base64(y.shift_left::<8>().xor(z.shift_right::<24>())),
            four_of_base64(z),
        ];
    }
    text
}

/// The four base64 digits of the lower 24 bits, a byte each.
#[inline(always)]
fn four_of_base64<W: Words>(bits: W) -> W {
    let [first, second] = [bits.shift_left::<6>().and(W::splat(0x3f00_0000)), bits.shift_left::<4>().and(W::splat(0x003f_0000))];
    let [third, fourth] = [bits.shift_left::<2>().and(W::splat(0x0000_3f00)), bits.and(W::splat(0x0000_003f))];
    let values = first.xor(second).xor3(third, fourth);
    // One in every byte whose value is at least a limit; the sum then carries into its highest bit.
    let at_least = |limit: u32| values.add(W::splat((128 - limit) * 0x0101_0101)).shift_right::<7>().and(W::splat(0x0101_0101));
    let [small, digit, plus, slash] = [at_least(26), at_least(52), at_least(62), at_least(63)];
    // From `A` the letters go on by one; then 6 characters are passed over, 75 and 15 gone back, and 3 passed over.
    let forward = small.shift_left::<2>().add(small.shift_left::<1>()).add(slash.shift_left::<1>().add(slash));
    let back = digit.shift_left::<6>().add(digit.shift_left::<3>()).add(digit.shift_left::<1>().add(digit));
    let back = back.add(plus.shift_left::<4>().sub(plus));
    values.add(W::splat(0x4141_4141)).add(forward).sub(back)
}

impl Words for u32 {
    const LANES: usize = 1;

    #[inline(always)]
    fn splat(word: u32) -> Self {
        word
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.wrapping_add(other)
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        self ^ other
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        self & other
    }

    #[inline(always)]
    fn rotate_right<const BITS: i32, const LEFT: i32>(self) -> Self {
        u32::rotate_right(self, BITS as u32)
    }

    #[inline(always)]
    fn shift_right<const BITS: i32>(self) -> Self {
        self >> BITS
    }

    #[inline(always)]
    fn shift_left<const BITS: i32>(self) -> Self {
        self << BITS
    }

    #[inline(always)]
    fn load(blocks: &[[u8; 64]; LANES_MAX]) -> [Self; 16] {
        let mut words = [0; 16];
        for (word, bytes) in words.iter_mut().zip(blocks[0].as_chunks::<4>().0) {
            *word = u32::from_be_bytes(*bytes);
        }
        words
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.wrapping_sub(other)
    }

    #[inline(always)]
    fn store(words: &[Self; 16], texts: &mut [[u8; 64]; LANES_MAX]) {
        for (bytes, word) in texts[0].as_chunks_mut::<4>().0.iter_mut().zip(words) {
            *bytes = word.to_be_bytes();
        }
    }
}
