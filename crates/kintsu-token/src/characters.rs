//! Classes of characters as Python and as Java know them.
//!
//! Tables are those of Unicode 14, which Python 3.11 has: a character assigned later is no digit and no mark here either.

use crate::profile::Profile;

/// Whether the profile follows Java; the others follow Python.
pub(crate) const fn is_java(profile: Profile) -> bool {
    matches!(profile, Profile::OpenToken1Java)
}

/// White space as Python's `strip`, `isspace` and `\s` see it.
pub(crate) const fn is_python_space(character: char) -> bool {
    matches!(character,
        '\u{09}'..='\u{0D}' | '\u{1C}'..='\u{20}' | '\u{85}' | '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}'
        | '\u{2028}' | '\u{2029}' | '\u{202F}' | '\u{205F}' | '\u{3000}')
}

/// White space as Java's `\s` sees it.
pub(crate) const fn is_java_space(character: char) -> bool {
    matches!(character, ' ' | '\u{09}'..='\u{0D}')
}

/// White space as Java's `isWhitespace` and `isBlank` see it: Python's without the spaces that forbid a line break.
pub(crate) const fn is_java_whitespace(character: char) -> bool {
    is_python_space(character) && !matches!(character, '\u{85}' | '\u{A0}' | '\u{2007}' | '\u{202F}')
}

/// What `\s` matches.
pub(crate) const fn is_space(profile: Profile, character: char) -> bool {
    if is_java(profile) { is_java_space(character) } else { is_python_space(character) }
}

/// The text without white space at its ends; Java's `trim` takes every character up to the space.
pub(crate) fn trim(profile: Profile, text: &str) -> &str {
    if is_trimmed(text) {
        return text;
    }
    if is_java(profile) { text.trim_matches(|character| character <= ' ') } else { text.trim_matches(is_python_space) }
}

/// Whether both ends are visible ASCII characters, so that no profile trims them.
fn is_trimmed(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.first().is_some_and(u8::is_ascii_graphic) && bytes.last().is_some_and(u8::is_ascii_graphic)
}

/// Whether there is nothing but white space.
pub(crate) fn is_blank(profile: Profile, text: &str) -> bool {
    if text.as_bytes().first().is_some_and(u8::is_ascii_graphic) {
        return false;
    }
    if is_java(profile) { text.chars().all(is_java_whitespace) } else { text.chars().all(is_python_space) }
}

/// The value of what `\d` matches; Java's matches ASCII only.
pub(crate) fn digit(profile: Profile, character: char) -> Option<u8> {
    if character.is_ascii() || is_java(profile) {
        return character.is_ascii_digit().then(|| character as u8 - b'0');
    }
    decimal_digit(character)
}

/// The value of a decimal digit of any script.
pub(crate) fn decimal_digit(character: char) -> Option<u8> {
    let code = character as u32;
    let after = ZEROS.partition_point(|&zero| zero <= code);
    let zero = ZEROS.get(after.checked_sub(1)?)?;
    (code - zero < 10).then_some((code - zero) as u8)
}

/// The zero of every decimal system.
#[rustfmt::skip]
const ZEROS: &[u32] = &[
    0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0, 0xF20,
    0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900,
    0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450,
    0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x16A60, 0x16AC0, 0x16B50, 0x1D7CE,
    0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_sees_white_space_and_digits_of_every_script() {
        assert_eq!(trim(Profile::OpenToken1Python, "\u{A0}a\u{1C}"), "a");
        assert_eq!(digit(Profile::OpenToken1Python, '\u{0664}'), Some(4));
        assert_eq!(digit(Profile::OpenToken1Python, '\u{1D7FF}'), Some(9));
        assert_eq!(digit(Profile::OpenToken1Python, '\u{1D800}'), None);
        assert!(is_blank(Profile::OpenToken1Python, "\u{2007}"));
    }

    #[test]
    fn java_trims_control_characters_and_knows_ascii_digits_only() {
        assert_eq!(trim(Profile::OpenToken1Java, "\u{A0}a\u{1}"), "\u{A0}a");
        assert_eq!(digit(Profile::OpenToken1Java, '\u{0664}'), None);
        assert!(!is_blank(Profile::OpenToken1Java, "\u{2007}"));
        assert!(is_blank(Profile::OpenToken1Java, " \u{1F}"));
    }
}
