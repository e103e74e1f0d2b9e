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

/// The classes of units: 26 letters whatever their case, 10 digits, then the rest.
const CLASSES: usize = 48;

/// How many occurrences of a class have bits of their own.
const DEPTH: usize = 4;

/// The bag of a value's units, without its length.
#[inline]
pub(crate) fn bag(units: impl Iterator<Item = u32>) -> u64 {
    let mut seen = [0u8; CLASSES];
    let mut bag = 0;
    for unit in units {
        let class = CLASS[(unit as usize) & 255] as usize;
        let occurrence = seen[class] as usize;
        bag |= BITS[occurrence][class];
        seen[class] = (occurrence + 1).min(DEPTH) as u8;
    }
    bag
}

/// The class of each unit; units above 255 take the class of their low byte, which merges classes and so only loosens bounds.
static CLASS: [u8; 256] = classes();

/// The bit for each occurrence (from 0) and class; occurrences from the fifth on have none.
static BITS: [[u64; CLASSES]; DEPTH + 1] = bits();

const fn classes() -> [u8; 256] {
    let mut classes = [0u8; 256];
    let mut unit = 0;
    while unit < 256 {
        let lower = if unit >= 65 && unit <= 90 { unit + 32 } else { unit };
        classes[unit] = match lower {
            97..=122 => (lower - 97) as u8,
            48..=57 => (lower - 48 + 26) as u8,
            46 => 36,
            64 => 37,
            45 => 38,
            32 => 39,
            39 => 40,
            128..=255 => (unit % 26) as u8,
            _ => 41 + (unit % 7) as u8,
        };
        unit += 1;
    }
    classes
}

/// Letters own bits 6 to 31 (first occurrence) and 32 to 57 (second). Digits borrow what letters seldom need: rare letters'
/// second occurrences, then common letters' second, then rare letters' first: a value of digits has no letters.
const fn bits() -> [[u64; CLASSES]; DEPTH + 1] {
    const RARE: [u8; 10] = *b"jqvwxzkfyb";
    const COMMON: [u8; 10] = *b"cdghipmtus";
    let mut bits = [[0u64; CLASSES]; DEPTH + 1];
    let mut class = 0;
    while class < CLASSES {
        if class < 26 {
            bits[0][class] = 1 << (6 + class);
            bits[1][class] = 1 << (32 + class);
        } else if class < 36 {
            let (rare, common) = (RARE[class - 26] - 97, COMMON[class - 26] - 97);
            bits[0][class] = 1 << (32 + rare);
            bits[1][class] = 1 << (32 + common);
            bits[2][class] = 1 << (6 + rare);
            bits[3][class] = 1 << (6 + common);
        } else if class < 40 {
            bits[0][class] = 1 << (58 + class - 36);
        } else {
            bits[0][class] = 1 << (62 + class % 2);
        }
        class += 1;
    }
    bits
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
