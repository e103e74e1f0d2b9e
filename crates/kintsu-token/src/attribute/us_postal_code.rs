//! Postal codes of the United States: three, four, five or nine digits.

use std::borrow::Cow;

use super::Invalid;
use crate::characters::{digit, is_blank, is_space, trim};
use crate::profile::Profile;

/// Prefixes of codes that nobody has, compared with the code as it was written.
const LISTED: [&str; 13] =
    ["11111", "22222", "33333", "66666", "77777", "99999", "01234", "12345", "54321", "98765", "000", "555", "888"];

/// The normal form of a value that is one; with `partial`, three and four digits are filled up with zeros at the end.
pub(super) fn accept(profile: Profile, value: &str, partial: bool) -> Result<Cow<'_, str>, Invalid> {
    let code = value.trim_matches(|character| is_space(profile, character));
    let Some(count) = count_of_digits(profile, code) else {
        return Err(if is_blank(profile, value) { Invalid::Blank } else { Invalid::Shape });
    };
    if LISTED.iter().any(|prefix| code.starts_with(prefix)) {
        return Err(Invalid::Listed);
    }
    Ok(match count {
        3 if partial => Cow::Owned(format!("{code}00")),
        4 if partial => Cow::Owned(format!("{code}0")),
        3 | 4 => Cow::Borrowed(trim(profile, value)),
        _ => Cow::Borrowed(first_five(code)),
    })
}

/// The normal form of any value.
pub(super) fn normalize(profile: Profile, value: &str) -> Cow<'_, str> {
    match accept(profile, value, false) {
        Ok(normal) => normal,
        Err(_) => Cow::Borrowed(trim(profile, value)),
    }
}

/// How many digits the code has, when it is three, four, five or nine, the last four of nine perhaps after a dash.
fn count_of_digits(profile: Profile, code: &str) -> Option<usize> {
    let mut count = 0;
    let mut dashed = false;
    for character in code.chars() {
        if character == '-' && count == 5 && !dashed {
            dashed = true;
            continue;
        }
        digit(profile, character)?;
        count += 1;
    }
    (matches!(count, 9) || (matches!(count, 3..=5) && !dashed)).then_some(count)
}

fn first_five(code: &str) -> &str {
    code.char_indices().nth(5).map_or(code, |(end, _)| &code[..end])
}
