//! A value's signature: its length and a bag of its units in one 64-bit word, made so that counting bits bounds distances.
//!
//! Bits 0 to 5 hold the length, or [`NOT_SHORT`]. Each other bit says "this unit class occurs at least n times"; a bit may stand
//! for several such statements. Taking one unit out of a string makes at most one statement false and putting one in makes at
//! most one true, hence with `only_left = popcount(left & !right)` and `only_right` likewise:
//!
//! * any edit distance is at least `max(only_left, only_right)`;
//! * the units in common are at most `min(|left| - only_left, |right| - only_right)`.

/// The bits that hold the length.
pub(crate) const LENGTH_BITS: u64 = 63;

/// Stands in place of the length where a value is longer than [`SHORT_MAX`] or has units that are no byte.
pub(crate) const NOT_SHORT: u64 = 63;

/// The longest value that is compared as padded bytes.
pub(crate) const SHORT_MAX: usize = 62;

/// The bag of a value's units, without its length.
///
/// Letters (whatever their case) own a bit for the first occurrence and one for the second. Digits have four each and borrow
/// what letters seldom need: rare letters' second occurrences, some common letters' second, then the same letters' first; a
/// value of digits has no letters. Other units own one bit a class.
#[inline]
pub(crate) fn bag(units: impl Iterator<Item = u32>) -> u64 {
    let (mut once, mut twice, mut thrice, mut more) = (0u64, 0u64, 0u64, 0u64);
    for unit in units {
        let class = CLASS[(unit as usize) & 255];
        more |= thrice & class;
        thrice |= twice & class;
        twice |= once & class;
        once |= class;
    }
    let letters = (once & LETTERS) << FIRST | (twice & LETTERS) << SECOND;
    let digit = |seen: u64| seen >> DIGIT & DIGITS;
    let digits = digit(once) << (SECOND + RARE) | digit(twice) << (SECOND + MIDDLE);
    let more_digits = digit(thrice) << (FIRST + RARE) | digit(more) << (FIRST + MIDDLE);
    letters | digits | more_digits | (once >> OTHER) << OTHERS
}

/// Letters from the most to the least frequent in names: class `i` is the letter at `i`.
const LETTERS_BY_FREQUENCY: &[u8; 26] = b"aeinorlstmdchugpkbyfjvwzxq";

/// The classes that are letters.
const LETTERS: u64 = (1 << 26) - 1;

/// The class of the digit 0; the others follow.
const DIGIT: u32 = 26;

/// Ten classes.
const DIGITS: u64 = (1 << 10) - 1;

/// The first class that is neither; six of them.
const OTHER: u32 = 36;

/// Where the bits of letters' first occurrences begin, those of second ones, and those of other units.
const FIRST: u32 = 6;
const SECOND: u32 = 32;
const OTHERS: u32 = 58;

/// The first of the ten rarest letters, and of the ten before these.
const RARE: u32 = 16;
const MIDDLE: u32 = 6;

/// The class of each unit as one bit; units above 255 take that of their low byte, which merges classes and so only loosens
/// bounds.
static CLASS: [u64; 256] = classes();

const fn classes() -> [u64; 256] {
    let mut classes = [0; 256];
    let mut unit = 0;
    while unit < 256 {
        classes[unit] = 1
            << match unit as u8 {
                letter @ (b'a'..=b'z' | b'A'..=b'Z') => letter_class(letter | 32),
                digit @ b'0'..=b'9' => DIGIT + (digit - b'0') as u32,
                b'.' => OTHER,
                b'@' => OTHER + 1,
                b'-' => OTHER + 2,
                b' ' => OTHER + 3,
                other @ 0..=127 => OTHER + 4 + (other % 2) as u32,
                other => (other % 26) as u32,
            };
        unit += 1;
    }
    classes
}

const fn letter_class(letter: u8) -> u32 {
    let mut class = 0;
    while LETTERS_BY_FREQUENCY[class] != letter {
        class += 1;
    }
    class as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> u64 {
        bag(text.chars().map(u32::from))
    }

    #[test]
    fn the_length_bits_stay_free() {
        let everything: String = (0..=255u8).map(char::from).cycle().take(255 * 6).collect();
        assert_eq!(of(&everything) & LENGTH_BITS, 0);
        assert_eq!(of(&everything) | LENGTH_BITS, u64::MAX);
    }

    #[test]
    fn one_unit_changes_at_most_one_bit() {
        for text in ["", "aab", "1949-01-07", "x1z.q@9 '", "éßaazz00000zz00"] {
            for unit in (0..400).filter_map(char::from_u32) {
                let longer = format!("{text}{unit}");
                assert_eq!(of(text) & !of(&longer), 0, "{longer}");
                assert!((of(&longer) & !of(text)).count_ones() <= 1, "{longer}");
            }
        }
    }

    #[test]
    fn order_does_not_matter() {
        assert_eq!(of("1949-01-07"), of("70-10-9491"));
        assert_ne!(of("1949"), of("1944"));
    }
}
