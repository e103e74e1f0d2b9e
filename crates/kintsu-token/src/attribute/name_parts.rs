//! What given and family names share: accents, generational suffixes and words that stand for nobody.
//!
//! The end of a text is where the references' `$` matches, which is also before one last line end.

use std::borrow::Cow;
use std::sync::OnceLock;

use unicode_normalization::UnicodeNormalization;

use crate::character_set::CharacterSet;
use crate::characters::{digit, is_java, is_space, trim};
use crate::profile::Profile;

/// Values that stand for an unknown person, in lower case.
const PLACEHOLDERS: [&str; 18] = [
    "unknown",
    "n/a",
    "none",
    "test",
    "sample",
    "donor",
    "patient",
    "automation test",
    "automationtest",
    "patient not found",
    "patientnotfound",
    "<masked>",
    "anonymous",
    "zzztrash",
    "missing",
    "unavailable",
    "not available",
    "notavailable",
];

/// Whether a value, as it stands, is a placeholder; letters match in either case.
pub(super) fn is_placeholder(profile: Profile, value: &str) -> bool {
    // The longest has 17 characters, of at most three bytes each.
    if !(3..=51).contains(&value.len()) {
        return false;
    }
    if value.is_ascii() {
        return PLACEHOLDERS.iter().any(|placeholder| placeholder.eq_ignore_ascii_case(value));
    }
    PLACEHOLDERS.iter().any(|placeholder| {
        let mut expected = placeholder.chars();
        value.chars().all(|character| expected.next() == Some(folded(profile, character))) && expected.next().is_none()
    })
}

/// The ASCII letter that a character equals where case is ignored: Python lower-cases, Java compares both cases.
fn folded(profile: Profile, character: char) -> char {
    match character {
        '\u{212A}' => 'k',
        '\u{17F}' if is_java(profile) => 's',
        '\u{130}' | '\u{131}' if is_java(profile) => 'i',
        _ => character.to_ascii_lowercase(),
    }
}

/// Trims and takes accents off; OpenLinkToken 2 also spells out letters that Unicode does not decompose.
pub(super) fn without_accents(profile: Profile, value: &str) -> Cow<'_, str> {
    let trimmed = trim(profile, value);
    if trimmed.is_ascii() {
        return Cow::Borrowed(trimmed);
    }
    let marks = marks(profile);
    let mut plain = String::with_capacity(trimmed.len());
    if matches!(profile, Profile::OpenToken1Python | Profile::OpenToken1Java) {
        plain.extend(trimmed.nfd().filter(|&character| !marks.contains(character)));
    } else {
        let mut spelled = String::with_capacity(trimmed.len());
        for character in trimmed.chars() {
            match spelling(character) {
                Some(letters) => spelled.push_str(letters),
                None => spelled.push(character),
            }
        }
        plain.extend(spelled.nfd().filter(|&character| !marks.contains(character)));
    }
    Cow::Owned(plain)
}

/// The marks that are dropped: those without a width in OpenToken's Python, all of them elsewhere.
fn marks(profile: Profile) -> &'static CharacterSet {
    static NARROW: OnceLock<CharacterSet> = OnceLock::new();
    static ALL: OnceLock<CharacterSet> = OnceLock::new();
    match profile {
        Profile::OpenToken1Python => NARROW.get_or_init(|| CharacterSet::of_unicode(r"[\p{Mn}&&\p{age=14.0}]")),
        _ => ALL.get_or_init(|| CharacterSet::of_unicode(r"[\p{M}&&\p{age=14.0}]")),
    }
}

/// Letters of Latin scripts that have no decomposition, in plain letters.
const fn spelling(character: char) -> Option<&'static str> {
    Some(match character {
        'Æ' | 'Ǽ' => "AE",
        'æ' | 'ǽ' => "ae",
        'Ð' | 'Đ' => "D",
        'ð' | 'đ' => "d",
        'Ø' | 'Ǿ' => "O",
        'ø' | 'ǿ' => "o",
        'Þ' => "TH",
        'þ' => "th",
        'ß' => "ss",
        'ẞ' => "SS",
        'Ħ' => "H",
        'ħ' => "h",
        'ı' => "i",
        'Ĳ' => "IJ",
        'ĳ' => "ij",
        'Ŀ' | 'Ł' => "L",
        'ŀ' | 'ł' => "l",
        'ŉ' => "n",
        'Ŋ' => "NG",
        'ŋ' => "ng",
        'Œ' => "OE",
        'œ' => "oe",
        'Ŧ' => "T",
        'ŧ' => "t",
        'ſ' => "s",
        'Ƒ' => "F",
        'ƒ' => "f",
        'Ǆ' | 'Ǳ' => "DZ",
        'ǅ' | 'ǲ' => "Dz",
        'ǆ' | 'ǳ' => "dz",
        'Ǉ' => "LJ",
        'ǈ' => "Lj",
        'ǉ' => "lj",
        'Ǌ' => "NJ",
        'ǋ' => "Nj",
        'ǌ' => "nj",
        _ => return None,
    })
}

/// Where the last line end of a text begins, or its end.
pub(super) fn end_before_line_end(profile: Profile, text: &str) -> usize {
    let last = if !is_java(profile) {
        usize::from(text.ends_with('\n'))
    } else if text.ends_with("\r\n") {
        2
    } else if text.ends_with(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
        text.chars().next_back().map_or(0, char::len_utf8)
    } else {
        0
    };
    text.len() - last
}

/// The text without one generational suffix (`Jr`, `III`, `2nd`) and the white space before it; none where it has none.
///
/// What follows the suffix is at most a line end, of which nothing is left in a name.
pub(super) fn without_suffix(profile: Profile, text: &str) -> Option<&str> {
    // A suffix ends in one of these; nearly every name ends otherwise.
    let last = text.as_bytes().last()?;
    if last.is_ascii() && !b"rRiIvVxXdDtThH.\n\r".contains(last) {
        return None;
    }
    let text = &text[..end_before_line_end(profile, text)];
    let before = text.trim_end_matches(|character| !is_space(profile, character));
    let suffix = &text[before.len()..];
    if before.is_empty() || !is_suffix(profile, suffix) {
        return None;
    }
    Some(before.trim_end_matches(|character| is_space(profile, character)))
}

fn is_suffix(profile: Profile, text: &str) -> bool {
    const WORDS: [&str; 16] =
        ["jr", "jr.", "junior", "sr", "sr.", "senior", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"];
    WORDS.iter().any(|word| equals_word(profile, text, word)) || is_ordinal(profile, text)
}

fn is_ordinal(profile: Profile, text: &str) -> bool {
    let ending = text.trim_start_matches(|character| digit(profile, character).is_some());
    ending.len() < text.len() && ["st", "nd", "rd", "th"].iter().any(|word| equals_word(profile, ending, word))
}

/// Whether a text is a word of lower-case ASCII as the references' patterns compare: Python's also take long s and dotless i.
pub(super) fn equals_word(profile: Profile, text: &str, word: &str) -> bool {
    if text.is_ascii() {
        return text.eq_ignore_ascii_case(word);
    }
    let mut expected = word.chars();
    !is_java(profile)
        && text.chars().all(|character| {
            let plain = match character {
                '\u{17F}' => 's',
                '\u{130}' | '\u{131}' => 'i',
                '\u{212A}' => 'k',
                _ => character.to_ascii_lowercase(),
            };
            expected.next() == Some(plain)
        })
        && expected.next().is_none()
}

/// The ASCII letters of a text, in order.
pub(super) fn letters(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return text;
    }
    Cow::Owned(text.bytes().filter(u8::is_ascii_alphabetic).map(char::from).collect())
}
