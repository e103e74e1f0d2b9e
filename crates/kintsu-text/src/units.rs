//! Strings as slices of comparable units: bytes where that is enough, 32-bit numbers otherwise.

use crate::Unit;

/// A position of a string that measures can compare.
pub(crate) trait CodeUnit: Copy + Eq + Ord {
    /// The unit as a number.
    fn value(self) -> u32;
}

impl CodeUnit for u8 {
    #[inline]
    fn value(self) -> u32 {
        u32::from(self)
    }
}

impl CodeUnit for u32 {
    #[inline]
    fn value(self) -> u32 {
        self
    }
}

/// Two strings as units of the same width.
pub(crate) enum UnitPair<'a> {
    /// Each unit is a byte of the text.
    Narrow(&'a [u8], &'a [u8]),
    /// At least one string has units that are no byte.
    Wide(Vec<u32>, Vec<u32>),
}

/// Splits both strings into units; ASCII is never copied.
pub(crate) fn unit_pair<'a>(left: &'a str, right: &'a str, unit: Unit) -> UnitPair<'a> {
    if unit == Unit::Bytes || (left.is_ascii() && right.is_ascii()) {
        return UnitPair::Narrow(left.as_bytes(), right.as_bytes());
    }
    let (mut left_units, mut right_units) = (Vec::new(), Vec::new());
    push_units(left, unit, &mut left_units);
    push_units(right, unit, &mut right_units);
    UnitPair::Wide(left_units, right_units)
}

/// Appends the units of `text` to `units`.
pub(crate) fn push_units(text: &str, unit: Unit, units: &mut Vec<u32>) {
    match unit {
        Unit::Bytes => units.extend(text.bytes().map(u32::from)),
        Unit::Characters => units.extend(text.chars().map(u32::from)),
        Unit::Utf16 => units.extend(text.encode_utf16().map(u32::from)),
    }
}

/// Runs a measure that is generic over units on two strings.
macro_rules! on_units {
    ($left:expr, $right:expr, $unit:expr, $measure:path $(, $more:expr)*) => {
        match $crate::units::unit_pair($left, $right, $unit) {
            $crate::units::UnitPair::Narrow(left, right) => $measure(left, right $(, $more)*),
            $crate::units::UnitPair::Wide(left, right) => $measure(&left, &right $(, $more)*),
        }
    };
}
pub(crate) use on_units;

/// Drops what both slices begin and end with; no edit distance depends on it.
pub(crate) fn trim_common<'a, T: Eq>(mut left: &'a [T], mut right: &'a [T]) -> (&'a [T], &'a [T]) {
    let prefix = left.iter().zip(right).take_while(|(a, b)| a == b).count();
    (left, right) = (&left[prefix..], &right[prefix..]);
    let suffix = left.iter().rev().zip(right.iter().rev()).take_while(|(a, b)| a == b).count();
    (&left[..left.len() - suffix], &right[..right.len() - suffix])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_follow_the_definition() {
        let mut units = Vec::new();
        push_units("é𝄞", Unit::Characters, &mut units);
        push_units("é𝄞", Unit::Utf16, &mut units);
        push_units("é", Unit::Bytes, &mut units);
        assert_eq!(units, [0xE9, 0x1D11E, 0xE9, 0xD834, 0xDD1E, 0xC3, 0xA9]);
    }

    #[test]
    fn trimming_never_counts_a_unit_twice() {
        assert_eq!(trim_common(b"aa", b"aaa"), (&b""[..], &b"a"[..]));
        assert_eq!(trim_common(b"abcd", b"axd"), (&b"bc"[..], &b"x"[..]));
    }
}
