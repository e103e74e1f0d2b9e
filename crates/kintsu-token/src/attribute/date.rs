//! Days as people write them: `1980-01-15`, `1980/01/15`, `01/15/1980`, `01-15-1980`, `15.01.1980` and ISO timestamps with a zone.
//!
//! Day-first dates are known by their full stops alone: `03/04/1990` is the fourth of March. Python takes the day as it was
//! written, Java that of the moment in UTC. Python also reads digits of other scripts in some places.

use std::borrow::Cow;

use jiff::civil::Date;
use jiff::{Span, ToSpan};

use super::{Invalid, NormalizeError};
use crate::characters::{decimal_digit, is_blank, is_java};
use crate::profile::Profile;

/// The form in which a date is written; day, month and year stand at fixed places in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    YearFirst,
    MonthFirst,
    DayFirst,
    Timestamp,
    /// Looks like a date, yet is read as none: mixed separators, a timestamp without a zone.
    Unreadable,
}

/// Whether a value is written as a date is; there may be no such day.
pub(super) fn validate(profile: Profile, value: &str) -> Result<(), Invalid> {
    if is_plain(value.as_bytes()) || form(profile, value).is_some() {
        return Ok(());
    }
    Err(if is_blank(profile, value) { Invalid::Blank } else { Invalid::Shape })
}

/// The normal form of a valid date.
pub(super) fn normalize(profile: Profile, value: &str) -> Result<Cow<'_, str>, NormalizeError> {
    day(profile, value).map(|day| normal_form(profile, value, day)).ok_or(NormalizeError::NotADate)
}

/// `yyyy-MM-dd` of the day that the value names.
pub(super) fn normal_form(profile: Profile, value: &str, day: Date) -> Cow<'_, str> {
    let is_normal = is_plain(value.as_bytes()) && day.year() >= 1583;
    if is_normal { Cow::Borrowed(value) } else { Cow::Owned(print(profile, day)) }
}

/// The day that a value names; none where it has not the shape of a date or there is no such day.
pub(super) fn day(profile: Profile, value: &str) -> Option<Date> {
    if is_plain(value.as_bytes()) {
        return read_year_first(profile, value.as_bytes());
    }
    day_of_any_form(profile, value)
}

fn day_of_any_form(profile: Profile, value: &str) -> Option<Date> {
    let form = form(profile, value)?;
    let text = value.strip_suffix('\n').unwrap_or(value);
    if text.is_ascii() { read(profile, form, text.as_bytes()) } else { read(profile, form, &in_ascii(form, text)?) }
}

/// `dddd-dd-dd` in ASCII, by far the most frequent form.
fn is_plain(value: &[u8]) -> bool {
    value.len() == 10
        && value[4] == b'-'
        && value[7] == b'-'
        && [0, 1, 2, 3, 5, 6, 8, 9].iter().all(|&place: &usize| value[place].is_ascii_digit())
}

/// The form of a value, by its shape alone.
fn form(profile: Profile, value: &str) -> Option<Form> {
    let text = if is_java(profile) { value } else { value.strip_suffix('\n').unwrap_or(value) };
    // Longest shape: 29 characters, of at most four bytes each.
    if text.len() > 116 {
        return None;
    }
    let mut shape = [0_u8; 29];
    let mut length = 0;
    for character in text.chars() {
        let place = shape.get_mut(length)?;
        *place = match character {
            '0'..='9' => b'd',
            _ if character.is_ascii() => character as u8,
            _ if !is_java(profile) && decimal_digit(character).is_some() => b'd',
            _ => return None,
        };
        // A letter d must not pass for a digit.
        if character == 'd' {
            return None;
        }
        length += 1;
    }
    match &shape[..length] {
        b"dddd-dd-dd" | b"dddd/dd/dd" => Some(Form::YearFirst),
        b"dd/dd/dddd" | b"dd-dd-dddd" => Some(Form::MonthFirst),
        b"dd.dd.dddd" => Some(Form::DayFirst),
        b"dddd-dd/dd"
        | b"dddd/dd-dd"
        | [b'd', b'd', b'-' | b'.' | b'/', b'd', b'd', b'-' | b'.' | b'/', b'd', b'd', b'd', b'd'] => Some(Form::Unreadable),
        shape => timestamp(shape),
    }
}

fn timestamp(shape: &[u8]) -> Option<Form> {
    let rest = shape.strip_prefix(b"dddd-dd-ddTdd:dd:dd")?;
    match rest.strip_prefix(b".ddd").unwrap_or(rest) {
        b"" => Some(Form::Unreadable),
        b"Z" | b"+dd:dd" | b"-dd:dd" => Some(Form::Timestamp),
        _ => None,
    }
}

/// The date with ASCII digits where Python reads digits of other scripts; none where it does not.
fn in_ascii(form: Form, text: &str) -> Option<Vec<u8>> {
    let anywhere: &[usize] = match form {
        Form::YearFirst => &[0, 1, 2, 3],
        Form::MonthFirst | Form::DayFirst => &[6, 7, 8, 9],
        // The year, and the second digits of hour, minute and second; those of the zone are looked at below.
        Form::Timestamp => &[0, 1, 2, 3, 12, 15, 18],
        Form::Unreadable => return None,
    };
    let length = text.chars().count();
    let mut plain = Vec::with_capacity(length);
    for (place, character) in text.chars().enumerate() {
        if character.is_ascii() {
            plain.push(character as u8);
            continue;
        }
        let digit = b'0' + decimal_digit(character)?;
        let in_zone = form == Form::Timestamp && place > 18 && [length - 5, length - 4, length - 1].contains(&place);
        let in_day = |first: usize| place == first + 1 && matches!(plain.get(first), Some(b'1' | b'2'));
        let is_day = match form {
            Form::YearFirst | Form::Timestamp => in_day(8),
            Form::MonthFirst => in_day(3),
            Form::DayFirst => in_day(0),
            Form::Unreadable => false,
        };
        if !(anywhere.contains(&place) || in_zone || is_day) {
            return None;
        }
        plain.push(digit);
    }
    Some(plain)
}

fn read(profile: Profile, form: Form, text: &[u8]) -> Option<Date> {
    match form {
        Form::YearFirst => read_year_first(profile, text),
        Form::MonthFirst => date(profile, number(&text[6..10]), number(&text[..2]), number(&text[3..5])),
        Form::DayFirst => date(profile, number(&text[6..10]), number(&text[3..5]), number(&text[..2])),
        Form::Timestamp => read_timestamp(profile, text),
        Form::Unreadable => None,
    }
}

fn read_year_first(profile: Profile, text: &[u8]) -> Option<Date> {
    date(profile, number(&text[..4]), number(&text[5..7]), number(&text[8..10]))
}

/// A moment: a time of day that exists, and an offset of less than a day.
fn read_timestamp(profile: Profile, text: &[u8]) -> Option<Date> {
    let day = read_year_first(profile, text)?;
    let (hour, minute, second) = (number(&text[11..13]), number(&text[14..16]), number(&text[17..19]));
    let offset = offset_minutes(text)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    if !is_java(profile) {
        return Some(day);
    }
    let in_utc = i32::from(hour) * 60 + i32::from(minute) - offset;
    let shift: Span = i64::from(in_utc.div_euclid(24 * 60)).days();
    day.checked_add(shift).ok()
}

/// Minutes east of UTC, less than a day.
fn offset_minutes(text: &[u8]) -> Option<i32> {
    if text.last() == Some(&b'Z') {
        return Some(0);
    }
    let zone = &text[text.len() - 6..];
    let (hours, minutes) = (number(&zone[1..3]), number(&zone[4..6]));
    let size = i32::from(hours) * 60 + i32::from(minutes);
    (hours <= 23 && minutes <= 59).then_some(if zone[0] == b'-' { -size } else { size })
}

fn number(digits: &[u8]) -> i16 {
    digits.iter().fold(0, |sum, digit| sum * 10 + i16::from(digit - b'0'))
}

/// Java reads days before 15 October 1582 in the Julian calendar.
fn date(profile: Profile, year: i16, month: i16, day: i16) -> Option<Date> {
    if year == 0 {
        return None;
    }
    if is_java(profile) && year <= 1582 {
        return crate::julian::strict_day(year, month, day);
    }
    Date::new(year, month as i8, day as i8).ok()
}

/// Python does not pad years; Java prints the Gregorian day, and years before the first as years of their era.
fn print(profile: Profile, day: Date) -> String {
    let (year, month, date) = (day.year(), day.month(), day.day());
    match profile {
        Profile::OpenToken1Java => format!("{:04}-{month:02}-{date:02}", if year > 0 { year } else { 1 - year }),
        _ => format!("{year}-{month:02}-{date:02}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_calendar_day_is_that_of_the_profile() {
        let evening = "1980-01-15T23:30:00-05:00";
        assert_eq!(normalize(Profile::OpenToken1Python, evening).as_deref(), Ok("1980-01-15"));
        assert_eq!(normalize(Profile::OpenToken1Java, evening).as_deref(), Ok("1980-01-16"));
        assert_eq!(normalize(Profile::OpenToken1Java, "0500-03-04").as_deref(), Ok("0500-03-06"));
        assert_eq!(normalize(Profile::OpenToken1Python, "0500-03-04").as_deref(), Ok("500-03-04"));
    }

    proptest! {
        #[test]
        fn the_frequent_form_is_read_as_any_form(value in "[0-9]{3,4}[-/][0-3][0-9][-/][0-3][0-9]", java in any::<bool>()) {
            let profile = if java { Profile::OpenToken1Java } else { Profile::OpenLinkToken2 };
            prop_assert_eq!(day(profile, &value), day_of_any_form(profile, &value));
            prop_assert_eq!(is_plain(value.as_bytes()) || form(profile, &value).is_some(), form(profile, &value).is_some());
        }

        #[test]
        fn a_normal_form_stays_as_it_is(value in "(1[6-9]|20)[0-9]{2}-[01][0-9]-[0-3][0-9]|[01][0-9]/[0-3][0-9]/(1[6-9]|20)[0-9]{2}") {
            for profile in Profile::ALL {
                if let Ok(normal) = normalize(profile, &value) {
                    prop_assert_eq!(normalize(profile, &normal), Ok(Cow::Borrowed(normal.as_ref())));
                }
            }
        }
    }
}
