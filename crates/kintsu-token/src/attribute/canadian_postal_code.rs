//! Postal codes of Canada, `A1A 1A1`, or the first three to five characters of one.

use std::borrow::Cow;

use super::Invalid;
use crate::characters::{digit, is_blank, is_space, trim};
use crate::profile::Profile;

/// Codes that nobody has.
const LISTED: [&str; 9] = ["A1A 1A1", "X0X 0X0", "Y0Y 0Y0", "Z0Z 0Z0", "A0A 0A0", "B1B 1B1", "C2C 2C2", "K1A 0A6", "H0H 0H0"];

/// Areas of which no filled-up code is taken; full codes that end in 0 are refused with them.
const LISTED_AREAS: [&str; 3] = ["K1A", "M7A", "H0H"];

/// The normal form of a value that is one; with `partial`, short codes are filled up with `000`, `A0` or `0`.
pub(super) fn accept(profile: Profile, value: &str, partial: bool) -> Result<Cow<'_, str>, Invalid> {
    let Some(code) = code(profile, value) else {
        return Err(if is_blank(profile, value) { Invalid::Blank } else { Invalid::Shape });
    };
    let count = code.chars().count();
    if count < 6 && !partial {
        return Ok(Cow::Borrowed(trim(profile, value)));
    }
    let area_end = code.char_indices().nth(3).map_or(code.len(), |(end, _)| end);
    let (area, rest) = code.split_at(area_end);
    let filling = ["000", "A0", "0", ""][count - 3];
    let normal = format!("{area} {rest}{filling}");
    let filled = LISTED_AREAS.contains(&area) && normal.ends_with('0');
    if filled || LISTED.contains(&normal.as_str()) {
        return Err(Invalid::Listed);
    }
    Ok(Cow::Owned(normal))
}

/// The normal form of any value.
pub(super) fn normalize(profile: Profile, value: &str) -> Cow<'_, str> {
    match accept(profile, value, false) {
        Ok(normal) => normal,
        Err(_) => Cow::Borrowed(trim(profile, value)),
    }
}

/// Three to six characters, letters and digits in turn, in upper case; one space may stand after the third.
fn code(profile: Profile, value: &str) -> Option<String> {
    let text = value.trim_matches(|character| is_space(profile, character));
    let mut code = String::with_capacity(8);
    let mut count = 0;
    let mut spaced = false;
    for character in text.chars() {
        if count == 3 && !spaced && is_space(profile, character) {
            spaced = true;
            continue;
        }
        let fits = if count % 2 == 0 { character.is_ascii_alphabetic() } else { digit(profile, character).is_some() };
        if !fits || count == 6 {
            return None;
        }
        code.push(character.to_ascii_uppercase());
        count += 1;
    }
    (3..=6).contains(&count).then_some(code)
}
