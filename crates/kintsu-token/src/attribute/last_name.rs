//! Family names: generational suffixes go, and only ASCII letters stay.

use std::borrow::Cow;

use super::Invalid;
use super::name_parts::{is_placeholder, letters, without_accents, without_suffix};
use crate::characters::{is_blank, is_java};
use crate::profile::Profile;

/// The normal form of a value that is one: three letters, two with a vowel among them, or `Ng`.
pub(super) fn accept(profile: Profile, value: &str) -> Result<Cow<'_, str>, Invalid> {
    if is_blank(profile, value) {
        return Err(Invalid::Blank);
    }
    if is_placeholder(profile, value) {
        return Err(Invalid::Placeholder);
    }
    let normal = normalize(profile, value);
    if normal.len() != value.len() && is_placeholder(profile, &normal) {
        return Err(Invalid::Placeholder);
    }
    if is_long_enough(normal.as_bytes()) { Ok(normal) } else { Err(Invalid::TooShort) }
}

/// `y` is no vowel: `Ly` is no name, `Li` is one.
fn is_long_enough(letters: &[u8]) -> bool {
    let vowel = |letter: &u8| matches!(letter.to_ascii_lowercase(), b'a' | b'e' | b'i' | b'o' | b'u');
    letters.len() >= 3 || (letters.len() == 2 && (letters.iter().any(vowel) || letters.eq_ignore_ascii_case(b"ng")))
}

/// The normal form of any value.
pub(super) fn normalize(profile: Profile, value: &str) -> Cow<'_, str> {
    if value.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Cow::Borrowed(value);
    }
    match without_accents(profile, value) {
        Cow::Borrowed(plain) => letters(Cow::Borrowed(without_suffixes(profile, plain))),
        Cow::Owned(plain) => Cow::Owned(letters(Cow::Borrowed(without_suffixes(profile, &plain))).into_owned()),
    }
}

/// Once in Python, twice in Java (where the second may leave nothing), and as often as there are any in OpenLinkToken 2.2.
fn without_suffixes(profile: Profile, name: &str) -> &str {
    let Some(mut rest) = without_suffix(profile, name) else { return name };
    while profile == Profile::OpenLinkToken22
        && let Some(shorter) = without_suffix(profile, rest)
    {
        rest = shorter;
    }
    if rest.is_empty() {
        rest = name;
    }
    if is_java(profile) { without_suffix(profile, rest).unwrap_or(rest) } else { rest }
}
