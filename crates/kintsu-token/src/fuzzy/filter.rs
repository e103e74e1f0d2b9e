//! The bits of one record while they are set.
//!
//! Position 0 is the most significant bit of the first byte, as in the text of clkhash.

/// A filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filter {
    words: Vec<u64>,
    bits: usize,
}

impl Filter {
    /// A filter of so many bits, none of them set.
    pub(crate) fn new(bits: usize) -> Self {
        Self { words: vec![0; bits.div_ceil(64)], bits }
    }

    pub(crate) fn bits(&self) -> usize {
        self.bits
    }

    pub(crate) fn words(&self) -> &[u64] {
        &self.words
    }

    pub(crate) fn clear(&mut self) {
        self.words.fill(0);
    }

    #[inline]
    pub(crate) fn set(&mut self, position: usize) {
        self.words[position / 64] |= 1 << (63 - position % 64);
    }

    #[inline]
    pub(crate) fn flip(&mut self, position: usize) {
        self.words[position / 64] ^= 1 << (63 - position % 64);
    }

    #[inline]
    pub(crate) fn is_set(&self, position: usize) -> bool {
        self.words[position / 64] >> (63 - position % 64) & 1 == 1
    }

    /// Sets so many positions, each a step on from the one before, beginning anew past the end.
    #[inline]
    pub(crate) fn set_steps(&mut self, first: usize, step: usize, count: usize) {
        let mut position = first;
        for _ in 0..count {
            self.set(position);
            position += step;
            if position >= self.bits {
                position -= self.bits;
            }
        }
    }

    /// The exclusive or of both halves, so many times: position `i` of the result is the parity of all positions that are `i`
    /// modulo its length. The length has to divide by 2 as often.
    pub(crate) fn folded(&self, folds: u32) -> Self {
        let mut folded = Self::new(self.bits >> folds);
        if folded.bits.is_multiple_of(64) {
            for part in self.words.chunks_exact(folded.words.len()) {
                for (word, other) in folded.words.iter_mut().zip(part) {
                    *word ^= other;
                }
            }
        } else {
            for position in (0..self.bits).filter(|&position| self.is_set(position)) {
                folded.flip(position % folded.bits);
            }
        }
        folded
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(bits: usize, positions: &[usize]) -> Filter {
        let mut filter = Filter::new(bits);
        for position in positions {
            filter.set(position % bits);
        }
        filter
    }

    #[test]
    fn the_first_position_is_the_highest_bit() {
        assert_eq!(of(70, &[0, 65]).words(), [1 << 63, 1 << 62]);
    }

    proptest! {
        #[test]
        fn folding_is_the_exclusive_or_of_halves(positions in prop::collection::vec(0..4096_usize, 0..200), wide: bool) {
            let bits = if wide { 1024 } else { 24 };
            let filter = of(bits, &positions);
            let half = filter.folded(1);
            for position in 0..bits / 2 {
                prop_assert_eq!(half.is_set(position), filter.is_set(position) ^ filter.is_set(position + bits / 2));
            }
            prop_assert_eq!(half.folded(1), filter.folded(2));
            prop_assert_eq!(filter.folded(0), filter);
        }
    }
}
