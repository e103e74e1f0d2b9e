//! Social security numbers of the United States.
//!
//! Python validates the number as it was written and so lets any seven to nine digits pass that stand without a dash; Java
//! validates the normal form.

use std::borrow::Cow;

use super::Invalid;
use crate::characters::{digit, is_blank, is_java, is_space, trim};
use crate::profile::Profile;

/// The normal form `ddd-dd-dddd` of a value that is one.
pub(super) fn accept(profile: Profile, value: &str) -> Result<Cow<'_, str>, Invalid> {
    if is_java(profile) {
        if is_blank(profile, value) {
            return Err(Invalid::Blank);
        }
        let normal = normalize(profile, value);
        check_dashed(profile, &normal)?;
        return Ok(normal);
    }
    if let Some(digits) = plain_digits(value.as_bytes()) {
        return Ok(Cow::Owned(digits));
    }
    accept_as_written(profile, value)
}

/// Python's validation of any value.
fn accept_as_written(profile: Profile, value: &str) -> Result<Cow<'_, str>, Invalid> {
    // Python's `$` also matches before one last line end, its list does not.
    let written = value.strip_suffix('\n').unwrap_or(value);
    if is_digits_with_zeros(profile, written) {
        return Ok(normalize(profile, value));
    }
    if let Err(reason) = check_dashed(profile, written) {
        return Err(if is_blank(profile, value) { Invalid::Blank } else { reason });
    }
    if written.len() == value.len() && is_listed(profile, value) {
        return Err(Invalid::Listed);
    }
    Ok(normalize(profile, value))
}

/// The normal form of any value; what holds no number stays as it is.
pub(super) fn normalize(profile: Profile, value: &str) -> Cow<'_, str> {
    if is_dashed(value.as_bytes()) {
        return Cow::Borrowed(value);
    }
    normalize_any(profile, value)
}

fn normalize_any(profile: Profile, value: &str) -> Cow<'_, str> {
    let mut digits = String::with_capacity(12);
    let mut count = 0;
    for character in trim(profile, value).chars().filter(|&character| !is_space(profile, character) && character != '-') {
        if character == '.' {
            break;
        }
        if digit(profile, character).is_none() {
            return Cow::Borrowed(value);
        }
        digits.push(character);
        count += 1;
    }
    match count {
        7 | 8 => Cow::Owned(dashed(&in_nine_digits(profile, &digits))),
        9 => Cow::Owned(dashed(&digits)),
        _ => Cow::Borrowed(value),
    }
}

/// In ASCII, with zeros before it.
fn in_nine_digits(profile: Profile, digits: &str) -> String {
    let plain: String =
        digits.chars().filter_map(|character| digit(profile, character)).map(|digit| char::from(b'0' + digit)).collect();
    format!("{plain:0>9}")
}

/// Nine digits, of any script, with dashes after the third and the fifth.
fn dashed(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + 2);
    for (place, character) in digits.chars().enumerate() {
        if place == 3 || place == 5 {
            text.push('-');
        }
        text.push(character);
    }
    text
}

/// The normal form of exactly nine ASCII digits.
fn plain_digits(value: &[u8]) -> Option<String> {
    let digits: &[u8; 9] = value.try_into().ok()?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut text = String::with_capacity(11);
    for (place, &digit) in digits.iter().enumerate() {
        if place == 3 || place == 5 {
            text.push('-');
        }
        text.push(char::from(digit));
    }
    Some(text)
}

/// `ddd-dd-dddd` in ASCII.
fn is_dashed(value: &[u8]) -> bool {
    value.len() == 11
        && value
            .iter()
            .enumerate()
            .all(|(place, byte)| if place == 3 || place == 6 { *byte == b'-' } else { byte.is_ascii_digit() })
}

/// Seven to nine digits, and perhaps a full stop with zeros after it.
fn is_digits_with_zeros(profile: Profile, text: &str) -> bool {
    let rest = text.trim_start_matches(|character| digit(profile, character).is_some());
    let count = text[..text.len() - rest.len()].chars().count();
    (7..=9).contains(&count)
        && (rest.is_empty() || rest.strip_prefix('.').is_some_and(|zeros| zeros.bytes().all(|byte| byte == b'0')))
}

/// Area, group and serial number, with or without dashes between them, none of which may be all zeros.
fn check_dashed(profile: Profile, text: &str) -> Result<(), Invalid> {
    let mut digits = ['0'; 9];
    let mut count = 0;
    let mut after_dash = false;
    for character in text.chars() {
        after_dash = character == '-' && (count == 3 || count == 5) && !after_dash;
        if after_dash {
            continue;
        }
        let free = digits.get_mut(count).ok_or(Invalid::Shape)?;
        digit(profile, character).ok_or(Invalid::Shape)?;
        *free = character;
        count += 1;
    }
    if count < 9 {
        return Err(Invalid::Shape);
    }
    let area = &digits[..3];
    let zeros = |part: &[char]| part.iter().all(|&digit| digit == '0');
    if zeros(area) || area == ['6', '6', '6'] || area[0] == '9' || zeros(&digits[3..5]) || zeros(&digits[5..]) {
        return Err(Invalid::OutOfRange);
    }
    if is_java(profile) && is_listed(profile, text) {
        return Err(Invalid::Listed);
    }
    Ok(())
}

/// Whether nobody has the number, written with both dashes.
fn is_listed(profile: Profile, text: &str) -> bool {
    LISTED.binary_search(&text).is_ok()
        || (is_java(profile) && LISTED_IN_JAVA.contains(&text))
        || (matches!(profile, Profile::OpenLinkToken2 | Profile::OpenLinkToken22) && LISTED_SINCE_2.binary_search(&text).is_ok())
}

/// In order.
#[rustfmt::skip]
const LISTED: [&str; 16] = [
    "001-23-4567", "010-10-1010", "012-34-5678", "087-65-4321", "098-76-5432", "099-99-9999", "111-11-1111", "111-22-3333",
    "121-21-2121", "123-45-6789", "222-22-2222", "333-33-3333", "444-44-4444", "555-55-5555", "777-77-7777", "888-88-8888",
];

const LISTED_IN_JAVA: [&str; 2] = ["009-99-9999", "123-45-9999"];

/// In order.
#[rustfmt::skip]
const LISTED_SINCE_2: [&str; 36] = [
    "001-01-0001", "001-01-0101", "001-01-9999", "001-10-0110", "001-11-1111", "001-12-2334", "007-77-7777", "011-11-1111",
    "022-22-2222", "055-55-5555", "077-77-7777", "088-88-8888", "100-10-1000", "111-11-1112", "111-11-1234", "111-11-9999",
    "111-22-1111", "111-22-2333", "123-12-1234", "123-12-3123", "123-45-1234", "123-45-6788", "123-45-6798", "123-45-6879",
    "123-45-6987", "123-45-7896", "199-99-9999", "222-33-4444", "299-99-9999", "399-99-9999", "454-54-5454", "499-99-9999",
    "599-99-9999", "699-99-9999", "799-99-9999", "899-99-9999",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lists_are_in_order() {
        assert!(LISTED.is_sorted() && LISTED_SINCE_2.is_sorted());
    }

    #[test]
    fn python_looks_at_the_number_as_it_was_written() {
        assert_eq!(accept(Profile::OpenToken1Python, "111111111").as_deref(), Ok("111-11-1111"));
        assert_eq!(accept(Profile::OpenToken1Python, "111-11-1111"), Err(Invalid::Listed));
        assert_eq!(accept(Profile::OpenToken1Java, "111111111"), Err(Invalid::Listed));
        assert_eq!(accept(Profile::OpenToken1Python, "1234567").as_deref(), Ok("001-23-4567"));
        assert_eq!(accept(Profile::OpenToken1Python, "123 45 6789"), Err(Invalid::Shape));
        assert_eq!(accept(Profile::OpenToken1Java, "123 45 6780").as_deref(), Ok("123-45-6780"));
    }

    proptest! {
        #[test]
        fn frequent_forms_are_read_as_any_value(value in "[0-9]{9}|[0-9]{3}-[0-9]{2}-[0-9]{4}|[0-9]{7,10}(\\.0?)?") {
            for profile in Profile::ALL {
                prop_assert_eq!(normalize(profile, &value), normalize_any(profile, &value));
                if !is_java(profile) {
                    prop_assert_eq!(accept(profile, &value), accept_as_written(profile, &value));
                }
            }
        }
    }
}
