//! Given names: titles, generational suffixes and a last initial go, and only ASCII letters stay.

use std::borrow::Cow;

use super::Invalid;
use super::name_parts::{end_before_line_end, equals_word, is_placeholder, letters, without_accents, without_suffix};
use crate::characters::{is_blank, is_space, trim};
use crate::profile::Profile;

const TITLES: [&str; 20] = [
    "mr",
    "mrs",
    "ms",
    "miss",
    "dr",
    "prof",
    "capt",
    "sir",
    "col",
    "gen",
    "cmdr",
    "lt",
    "rabbi",
    "father",
    "brother",
    "sister",
    "hon",
    "honorable",
    "reverend",
    "rev",
];

/// The normal form of a value that is one.
pub(super) fn accept(profile: Profile, value: &str) -> Result<Cow<'_, str>, Invalid> {
    if is_blank(profile, value) {
        return Err(Invalid::Blank);
    }
    if is_placeholder(profile, value) {
        return Err(Invalid::Placeholder);
    }
    let normal = normalize(profile, value);
    if normal.is_empty() {
        return Err(Invalid::TooShort);
    }
    if normal.len() != value.len() && is_placeholder(profile, &normal) {
        return Err(Invalid::Placeholder);
    }
    Ok(normal)
}

/// The normal form of any value.
pub(super) fn normalize(profile: Profile, value: &str) -> Cow<'_, str> {
    if value.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Cow::Borrowed(value);
    }
    match without_accents(profile, value) {
        Cow::Borrowed(plain) => letters(Cow::Borrowed(core(profile, plain))),
        Cow::Owned(plain) => Cow::Owned(letters(Cow::Borrowed(core(profile, &plain))).into_owned()),
    }
}

/// The part of a name without accents that holds the name itself.
fn core(profile: Profile, plain: &str) -> &str {
    let mut name = plain;
    let untitled = trim(profile, without_titles(profile, name));
    if !untitled.is_empty() {
        name = untitled;
    }
    let unsuffixed = trim(profile, without_suffixes(profile, name));
    if !unsuffixed.is_empty() {
        name = unsuffixed;
    }
    name = trim(profile, without_initial(profile, name));
    if profile == Profile::OpenLinkToken22 { first_part(name).unwrap_or(name) } else { name }
}

fn without_suffixes(profile: Profile, name: &str) -> &str {
    let mut rest = without_suffix(profile, name).unwrap_or(name);
    while profile == Profile::OpenLinkToken22
        && let Some(shorter) = without_suffix(profile, rest)
    {
        rest = shorter;
    }
    rest
}

/// The name without the title that it begins with, or all of them in OpenLinkToken 2.2.
fn without_titles(profile: Profile, name: &str) -> &str {
    let mut rest = name;
    while let Some(shorter) = without_title(profile, rest) {
        rest = shorter;
        if profile != Profile::OpenLinkToken22 {
            break;
        }
    }
    rest
}

fn without_title(profile: Profile, name: &str) -> Option<&str> {
    let space = |character| is_space(profile, character);
    let start = if profile == Profile::OpenToken1Java { name } else { name.trim_start_matches(space) };
    let after = start.trim_start_matches(|character| !space(character));
    if after.is_empty() {
        return None;
    }
    let word = &start[..start.len() - after.len()];
    let word = word.strip_suffix('.').unwrap_or(word);
    let is_title = TITLES.iter().any(|title| equals_word(profile, word, title)) || equals_word(profile, word, "doctor");
    is_title.then(|| after.trim_start_matches(space))
}

/// The name up to a last word of one character, with or without a full stop.
fn without_initial(profile: Profile, name: &str) -> &str {
    if !name.contains(|character| is_space(profile, character)) {
        return name;
    }
    let end = end_before_line_end(profile, name);
    for (start, space) in name.char_indices().filter(|&(_, character)| is_space(profile, character)) {
        let mut rest = name[start + space.len_utf8()..].chars();
        let Some(initial) = rest.next() else { break };
        let after = rest.as_str();
        let after = after.strip_prefix('.').unwrap_or(after);
        let position = name.len() - after.len();
        if !is_space(profile, initial) && (position == end || position == name.len()) {
            return &name[..start];
        }
    }
    name
}

/// The first of several words of letters, when it has three letters at least; it is parted from the second by white space,
/// full stops and slashes, later ones also by dashes.
fn first_part(name: &str) -> Option<&str> {
    let separator = |character| crate::characters::is_python_space(character) || matches!(character, '.' | '/');
    let later = |character| separator(character) || matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    let letter = |character: char| character.is_ascii_alphabetic();
    let after_first = name.trim_start_matches(letter);
    let first = &name[..name.len() - after_first.len()];
    if first.len() < 3 || after_first.is_empty() {
        return None;
    }
    let mut rest = after_first.trim_start_matches(separator);
    if rest.len() == after_first.len() {
        return None;
    }
    loop {
        let after_word = rest.trim_start_matches(letter);
        if after_word.len() == rest.len() {
            return None;
        }
        if after_word.is_empty() {
            return Some(first);
        }
        rest = after_word.trim_start_matches(later);
        if rest.len() == after_word.len() {
            return None;
        }
    }
}
