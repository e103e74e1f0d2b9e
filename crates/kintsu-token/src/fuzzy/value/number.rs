//! Numbers as Python's `int` and `float` read them: white space around them, digits of any script, single underscores within.

use std::borrow::Cow;

use crate::characters::decimal_digit as digit;

/// Python refuses to read longer whole numbers.
const DIGITS_MAX: usize = 4300;

/// The decimal digits of a whole number, without a plus sign or leading zeros; none where `int` raises.
pub(super) fn python_integer(text: &str) -> Option<Cow<'_, str>> {
    let bytes = text.as_bytes();
    if (1..=18).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_digit) && (bytes[0] != b'0' || bytes.len() == 1) {
        return Some(Cow::Borrowed(text));
    }
    let plain = plain_number(text)?;
    let (negative, digits) = match plain.as_bytes().first()? {
        b'-' => (true, &plain[1..]),
        b'+' => (false, &plain[1..]),
        _ => (false, plain.as_str()),
    };
    if digits.is_empty() || digits.len() > DIGITS_MAX || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let significant = digits.trim_start_matches('0');
    Some(Cow::Owned(match (significant, negative) {
        ("", _) => "0".to_owned(),
        (_, true) => format!("-{significant}"),
        (_, false) => significant.to_owned(),
    }))
}

/// A number with a fraction or an exponent; none where `float` raises, and none for infinities and what is no number.
pub(super) fn python_float(text: &str) -> Option<f64> {
    let plain = plain_number(text)?;
    let numeric = plain.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
    plain.parse().ok().filter(|number: &f64| numeric && number.is_finite())
}

/// Whether a whole number, as [`python_integer`] gives it, keeps within bounds.
pub(super) fn is_within(digits: &str, minimum: Option<i128>, maximum: Option<i128>) -> bool {
    match digits.parse::<i128>() {
        Ok(number) => minimum.is_none_or(|minimum| number >= minimum) && maximum.is_none_or(|maximum| number <= maximum),
        Err(_) if digits.starts_with('-') => minimum.is_none(),
        Err(_) => maximum.is_none(),
    }
}

/// The text in ASCII digits, without white space around it and without underscores; none where one of these stands wrong.
fn plain_number(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut before = ' ';
    let mut characters = text.trim_matches(is_space).chars().peekable();
    while let Some(character) = characters.next() {
        match digit(character) {
            Some(digit) => plain.push(char::from(b'0' + digit)),
            None if character == '_' => {
                let after = characters.peek().copied().and_then(digit);
                if digit(before).is_none() || after.is_none() {
                    return None;
                }
            }
            None if character.is_ascii() => plain.push(character),
            None => return None,
        }
        before = character;
    }
    Some(plain)
}

/// White space around numbers; the separators of ASCII do not count.
fn is_space(character: char) -> bool {
    matches!(character, '\t'..='\r' | ' ') || (!character.is_ascii() && character.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What CPython 3.11 answers.
    #[test]
    fn whole_numbers_are_those_of_python() {
        for (text, expected) in [
            ("7", "7"),
            (" +007\n", "7"),
            ("-0", "0"),
            ("\u{2003}5\u{a0}", "5"),
            ("1_000", "1000"),
            ("\u{665}", "5"),
            ("-\u{ff11}2", "-12"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
        ] {
            assert_eq!(python_integer(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["", " ", "_1", "1_", "1__0", "- 1", "0x1", "1e3", "1.0", "\u{1c}5", "+", "²"] {
            assert_eq!(python_integer(text), None, "{text}");
        }
        assert!(python_integer(&"1".repeat(4300)).is_some() && python_integer(&"1".repeat(4301)).is_none());
    }

    #[test]
    fn fractions_are_those_of_python() {
        for (text, expected) in [("5_0.2_1", 50.21), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0), ("\u{665}.5", 5.5), (" 3 ", 3.0)]
        {
            assert_eq!(python_float(text), Some(expected), "{text}");
        }
        for text in ["1_e3", "1e_3", "infinity", "nan", "", ".", "0x1p3", "1e999"] {
            assert_eq!(python_float(text), None, "{text}");
        }
    }

    #[test]
    fn bounds_hold_for_numbers_of_any_length() {
        let huge = "9".repeat(60);
        assert!(is_within(&huge, Some(0), None) && !is_within(&huge, None, Some(i128::MAX)));
        assert!(is_within(&format!("-{huge}"), None, Some(0)) && !is_within(&format!("-{huge}"), Some(0), None));
        assert!(is_within("5", Some(5), Some(5)) && !is_within("5", Some(6), None) && !is_within("5", None, Some(4)));
    }
}
