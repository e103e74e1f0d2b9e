//! The operator `D`: a value must be a date `yyyy-MM-dd` and is printed as one.
//!
//! Python is strict, yet takes months and days of one digit. Java is lenient: months and days roll over, numbers have any length,
//! and days before 15 October 1582 are counted in the Julian calendar.

use std::borrow::Cow;

use super::ExpressionError;
use crate::characters::{decimal_digit, is_java, is_java_whitespace};
use crate::julian;
use crate::profile::Profile;

/// The date as the profile prints it.
pub(super) fn check(profile: Profile, text: &str) -> Result<Cow<'_, str>, ExpressionError> {
    if is_canonical(text.as_bytes()) {
        return Ok(Cow::Borrowed(text));
    }
    let printed = if is_java(profile) { java(text) } else { python(text) };
    printed.map(Cow::Owned).ok_or(ExpressionError)
}

/// A day after 1582 of at most 28, in ten ASCII characters: every profile prints it as it stands.
fn is_canonical(text: &[u8]) -> bool {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = text else { return false };
    let digits = [y0, y1, y2, y3, m0, m1, d0, d1];
    if !digits.iter().all(|digit| digit.is_ascii_digit()) {
        return false;
    }
    let year = &text[..4];
    let month = (m0 - b'0') * 10 + (m1 - b'0');
    let day = (d0 - b'0') * 10 + (d1 - b'0');
    let days = match month {
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    year > b"1582".as_slice() && (1..=12).contains(&month) && (1..=days).contains(&day)
}

/// Python's `strptime` with `%Y-%m-%d`: four digits, a month and a day of one or two, and nothing more.
fn python(text: &str) -> Option<String> {
    let mut characters = text.chars();
    let mut year = 0;
    for _ in 0..4 {
        year = year * 10 + i16::from(decimal_digit(characters.next()?)?);
    }
    let rest = characters.as_str().strip_prefix('-')?;
    let (month, day) = rest.split_once('-')?;
    let month = python_month(month)?;
    let day = python_day(day)?;
    let date = jiff::civil::Date::new(year, month, day).ok().filter(|_| year > 0)?;
    Some(format!("{}-{:02}-{:02}", date.year(), date.month(), date.day()))
}

fn python_month(text: &str) -> Option<i8> {
    match text.as_bytes() {
        [b'0', digit @ b'1'..=b'9'] | [digit @ b'1'..=b'9'] => Some((digit - b'0') as i8),
        [b'1', digit @ b'0'..=b'2'] => Some((10 + digit - b'0') as i8),
        _ => None,
    }
}

/// The second digit of the days 10 to 29 may be of any script; a space may stand for the first.
fn python_day(text: &str) -> Option<i8> {
    let mut characters = text.chars();
    let first = characters.next()?;
    let second = characters.next();
    if characters.next().is_some() {
        return None;
    }
    match (first, second) {
        ('1'..='9', None) => Some((first as u8 - b'0') as i8),
        ('0' | ' ', Some(digit @ '1'..='9')) => Some((digit as u8 - b'0') as i8),
        ('1' | '2', Some(digit)) => Some(((first as u8 - b'0') * 10 + decimal_digit(digit)?) as i8),
        ('3', Some(digit @ ('0' | '1'))) => Some((30 + digit as u8 - b'0') as i8),
        _ => None,
    }
}

/// Java's lenient date format in UTC.
fn java(text: &str) -> Option<String> {
    let (year, rest) = java_number(text)?;
    let (month, rest) = java_number(rest.strip_prefix('-')?)?;
    let (day, rest) = java_number(rest.strip_prefix('-')?)?;
    let (year, month, day) = julian::calendar_of(julian::lenient_days(year, month, day));
    rest.is_empty().then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// A number of 32 bits in digits of any script, white space before it.
fn java_number(text: &str) -> Option<(i64, &str)> {
    let digits = text.trim_start_matches(is_java_whitespace);
    let mut number = 0_i64;
    let mut length = 0;
    for character in digits.chars() {
        let Some(digit) = decimal_digit(character) else { break };
        number = number * 10 + i64::from(digit);
        i32::try_from(number).ok()?;
        length += character.len_utf8();
    }
    (length > 0).then(|| (number, &digits[length..]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn java_rolls_over_where_python_refuses() {
        assert_eq!(check(Profile::OpenToken1Java, "1980-02-30").as_deref(), Ok("1980-03-01"));
        assert_eq!(check(Profile::OpenToken1Java, "1980-00-10").as_deref(), Ok("1979-12-10"));
        assert_eq!(check(Profile::OpenToken1Python, "1980-02-30"), Err(ExpressionError));
        assert_eq!(check(Profile::OpenToken1Python, "1980-1-5").as_deref(), Ok("1980-01-05"));
        assert_eq!(check(Profile::OpenToken1Python, "0500-01-01").as_deref(), Ok("500-01-01"));
    }

    proptest! {
        #[test]
        fn canonical_dates_are_printed_as_they_stand(text in "(0[0-9]{3}|1[0-9]{3}|20[0-9]{2})-[01][0-9]-[0-3][0-9]") {
            if is_canonical(text.as_bytes()) {
                prop_assert_eq!(python(&text), Some(text.clone()));
                prop_assert_eq!(java(&text), Some(text));
            }
        }
    }
}
