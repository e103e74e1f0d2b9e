//! Dates as days since 1970-01-01.

use jiff::civil::{Date, date};
use jiff::{Span, ToSpan};

use crate::error::GenerateError;

/// The date that data are as of, unless another one is named.
pub const AS_OF_DEFAULT: &str = "2026-01-01";

/// Reads a date.
///
/// # Errors
/// [`GenerateError::Options`] for what is no date of the years 1900 to 9999.
pub fn parse_as_of(text: &str) -> Result<Date, GenerateError> {
    let read = text.parse::<Date>().ok().filter(|date| (1900..=9999).contains(&date.year()));
    read.ok_or_else(|| GenerateError::options(format!("`{text}` is no date"), "write it as 2026-01-01, from the year 1900 on"))
}

/// Days since 1970-01-01.
pub fn days(day: Date) -> i32 {
    date(1970, 1, 1).until(day).map_or(0, |span: Span| span.get_days())
}

/// The date so many days after 1970-01-01; none outside the years from -9999 to 9999.
pub fn from_days(days: i32) -> Option<Date> {
    date(1970, 1, 1).checked_add(Span::new().try_days(days).ok()?).ok()
}

/// The same day so many years earlier; 28 February where there is no 29th.
pub fn years_before(day: Date, years: i32) -> Date {
    day.checked_sub(years.years()).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_1970() {
        for day in [-40_000, -1, 0, 1, 59, 10_957, 20_000] {
            assert_eq!(from_days(day).map(days), Some(day));
        }
        assert_eq!(from_days(10_957), Some(date(2000, 1, 1)));
        assert_eq!(from_days(i32::MAX), None);
        assert_eq!(days(date(2026, 1, 1)), 20_454);
        assert_eq!(days(date(1969, 12, 31)), -1);
        assert_eq!(years_before(date(2024, 2, 29), 1), date(2023, 2, 28));
        assert!(parse_as_of("2026-13-01").is_err() && parse_as_of(AS_OF_DEFAULT).is_ok());
    }
}
