//! Whole numbers, printed without leading zeros and without a plus sign.

use std::borrow::Cow;

use super::{Invalid, NormalizeError};
use crate::characters::{digit, is_blank, is_java, is_space};
use crate::profile::Profile;

/// Python refuses to read longer numbers.
const DIGITS_MAX: usize = 4300;

/// Whether a value is written as a whole number; it may still be too large to be read.
pub(super) fn validate(profile: Profile, value: &str) -> Result<(), Invalid> {
    let number = value.trim_matches(|character| is_space(profile, character));
    let digits = number.strip_prefix(['+', '-']).unwrap_or(number);
    if !digits.is_empty() && digits.chars().all(|character| digit(profile, character).is_some()) {
        return Ok(());
    }
    Err(if is_blank(profile, value) { Invalid::Blank } else { Invalid::Shape })
}

/// The number in decimal digits; Python reads digits of every script, Java no more than 64 bits.
pub(super) fn normalize(profile: Profile, value: &str) -> Result<Cow<'_, str>, NormalizeError> {
    if value == "0" || (is_short(value.as_bytes()) && !value.starts_with('0')) {
        return Ok(Cow::Borrowed(value));
    }
    validate(profile, value).map_err(|_| NormalizeError::NotANumber)?;
    let number = value.trim_matches(|character| is_space(profile, character));
    let negative = number.starts_with('-');
    let digits: String =
        number.chars().filter_map(|character| digit(profile, character)).map(|digit| char::from(b'0' + digit)).collect();
    if digits.len() > DIGITS_MAX && !is_java(profile) {
        return Err(NormalizeError::NotANumber);
    }
    let significant = digits.trim_start_matches('0');
    if significant.is_empty() {
        return Ok(Cow::Borrowed("0"));
    }
    let text = if negative { format!("-{significant}") } else { significant.to_owned() };
    if is_java(profile) && text.parse::<i64>().is_err() {
        return Err(NormalizeError::NotANumber);
    }
    Ok(Cow::Owned(text))
}

/// The number itself, for ranges; none where it is no number or far out of any range.
pub(super) fn read(profile: Profile, value: &str) -> Option<i64> {
    normalize(profile, value).ok()?.parse().ok()
}

/// One to eighteen ASCII digits.
fn is_short(value: &[u8]) -> bool {
    (1..=18).contains(&value.len()) && value.iter().all(u8::is_ascii_digit)
}
