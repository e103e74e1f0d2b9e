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
    if trimmed.is_ascii() { Cow::Borrowed(trimmed) } else { Cow::Owned(decomposed(profile, trimmed)) }
}

/// Without the marks that letters are decomposed into.
fn decomposed(profile: Profile, text: &str) -> String {
    let marks = marks(profile);
    let plain = |character: &char| !marks.contains(*character);
    if matches!(profile, Profile::OpenToken1Python | Profile::OpenToken1Java) {
        return text.nfd().filter(plain).collect();
    }
    let mut spelled = String::with_capacity(text.len());
    for character in text.chars() {
        match spelling(character) {
            Some(letters) => spelled.push_str(letters),
            None => spelled.push(character),
        }
    }
    spelled.nfd().filter(plain).collect()
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::attribute::{first_name, last_name};

    /// Suffixes by the definition: every one that the patterns name, in either case.
    fn plain_suffix(word: &str) -> bool {
        let word = word.to_ascii_lowercase();
        let ordinal = word.trim_start_matches(|character: char| character.is_ascii_digit());
        ["jr", "jr.", "junior", "sr", "sr.", "senior", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"]
            .contains(&word.as_str())
            || (ordinal.len() < word.len() && ["st", "nd", "rd", "th"].contains(&ordinal))
    }

    #[test]
    fn letters_are_spelled_out_since_openlinktoken_2() {
        assert_eq!(without_accents(Profile::OpenToken1Python, " Łukász "), "Łukasz");
        assert_eq!(without_accents(Profile::OpenLinkToken2, "Łukász"), "Lukasz");
        assert_eq!(without_accents(Profile::OpenLinkToken2, "Groß"), "Gross");
    }

    proptest! {
        #[test]
        fn ascii_has_nothing_to_decompose(text in "[ -~\\t\\n]{0,16}") {
            for profile in Profile::ALL {
                prop_assert_eq!(without_accents(profile, &text).into_owned(), decomposed(profile, trim(profile, &text)));
            }
        }

        #[test]
        fn a_suffix_is_a_last_word_that_is_one(first in "[A-Za-z]{1,6}", word in "[jJsSrRiIvVxX]{1,4}\\.?|[0-9]{0,2}(st|ND|rd|tH)|[a-z]{1,6}") {
            let text = format!("{first} \t{word}");
            let expected = plain_suffix(&word).then_some(first.as_str());
            for profile in Profile::ALL {
                prop_assert_eq!(without_suffix(profile, &text), expected);
            }
        }

        #[test]
        fn plain_names_are_read_as_any_name(name in "[A-Za-z]{1,10}") {
            for profile in Profile::ALL {
                // A dash takes the general way and leaves no letter behind.
                let dashed = format!("-{name}-");
                prop_assert_eq!(first_name::normalize(profile, &name), first_name::normalize(profile, &dashed));
                prop_assert_eq!(last_name::normalize(profile, &name), last_name::normalize(profile, &dashed));
            }
        }

        #[test]
        fn normal_names_hold_letters_alone_and_never_stop_the_program(name in "\\PC{0,12}") {
            for profile in Profile::ALL {
                for normal in [first_name::normalize(profile, &name), last_name::normalize(profile, &name)] {
                    prop_assert!(normal.bytes().all(|byte| byte.is_ascii_alphabetic()));
                }
            }
        }
    }
}
