//! Reading spans of time and doing sums with them.

use super::calendar::{self, DAY};
use crate::value::Interval;

/// Reads `1 day 2 hours`, `-3 months`, `04:05:06.7`.
pub(crate) fn parse(text: &str) -> Option<Interval> {
    let mut total = Interval::default();
    let mut words = text.split_ascii_whitespace();
    let mut any = false;
    while let Some(word) = words.next() {
        any = true;
        let part = if word.contains(':') { clock(word)? } else { amount(word, words.next()?)? };
        total = add(total, part)?;
    }
    any.then_some(total)
}

/// So many of a unit.
pub(crate) fn of(number: f64, unit: &str) -> Option<Interval> {
    let unit = unit.to_ascii_lowercase();
    let months = |each: f64| Some(Interval { months: whole(number * each)?.try_into().ok()?, ..Interval::default() });
    let microseconds = |each: f64| Some(Interval { microseconds: whole(number * each)?, ..Interval::default() });
    match unit.strip_suffix('s').unwrap_or(&unit) {
        "millennium" | "millenium" => months(12_000.0),
        "century" | "centurie" => months(1_200.0),
        "decade" => months(120.0),
        "year" | "y" | "yr" => months(12.0),
        "quarter" => months(3.0),
        "month" | "mon" => months(1.0),
        "week" | "w" => days(number * 7.0),
        "day" | "d" => days(number),
        "hour" | "h" | "hr" => microseconds(3.6e9),
        "minute" | "min" | "m" => microseconds(6e7),
        "second" | "sec" | "" => microseconds(1e6),
        "millisecond" => microseconds(1e3),
        "microsecond" => microseconds(1.0),
        _ => None,
    }
}

/// The sum of two spans.
pub(crate) fn add(a: Interval, b: Interval) -> Option<Interval> {
    Some(Interval {
        months: a.months.checked_add(b.months)?,
        days: a.days.checked_add(b.days)?,
        microseconds: a.microseconds.checked_add(b.microseconds)?,
    })
}

/// The span so many times.
pub(crate) fn multiply(a: Interval, times: i64) -> Option<Interval> {
    Some(Interval {
        months: i64::from(a.months).checked_mul(times)?.try_into().ok()?,
        days: i64::from(a.days).checked_mul(times)?.try_into().ok()?,
        microseconds: a.microseconds.checked_mul(times)?,
    })
}

/// A timestamp moved by a span: first by its months, then its days, then its microseconds.
pub(crate) fn shift(timestamp: i64, by: Interval) -> Option<i64> {
    let (day, time) = calendar::split(timestamp);
    let day = calendar::add_months(day, i64::from(by.months))?.checked_add(by.days)?;
    calendar::join(day, time)?.checked_add(by.microseconds)
}

/// The span between two timestamps, in days and microseconds of the same sign.
pub(crate) fn between(to: i64, from: i64) -> Option<Interval> {
    let difference = to.checked_sub(from)?;
    Some(Interval { months: 0, days: (difference / DAY) as i32, microseconds: difference % DAY })
}

/// Seconds, where a year counts 365.25 days and a month outside whole years 30 days.
pub(crate) fn epoch(value: Interval) -> f64 {
    let years = f64::from(value.months / 12);
    let months = f64::from(value.months % 12);
    let days = years * 365.25 + months * 30.0 + f64::from(value.days);
    days * 86_400.0 + value.microseconds as f64 / 1e6
}

fn amount(number: &str, unit: &str) -> Option<Interval> {
    of(number.parse().ok()?, unit.trim_end_matches(','))
}

fn whole(number: f64) -> Option<i64> {
    (number.abs() < 9e18).then(|| number.trunc() as i64)
}

fn days(number: f64) -> Option<Interval> {
    let days = number.trunc();
    let microseconds = ((number - days) * DAY as f64).round() as i64;
    Some(Interval { months: 0, days: whole(days)?.try_into().ok()?, microseconds })
}

fn clock(text: &str) -> Option<Interval> {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let mut parts = text.split(':');
    let hours: i64 = parts.next()?.parse().ok()?;
    let minutes: i64 = parts.next()?.parse().ok()?;
    let seconds: f64 = parts.next().map_or(Some(0.0), |seconds| seconds.parse().ok())?;
    if parts.next().is_some() || minutes >= 60 || !(0.0..60.0).contains(&seconds) {
        return None;
    }
    let microseconds =
        hours.checked_mul(3_600)?.checked_add(minutes * 60)?.checked_mul(1_000_000)? + (seconds * 1e6).round() as i64;
    Some(Interval { microseconds: if negative { -microseconds } else { microseconds }, ..Interval::default() })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn reads_units_and_clock() {
        assert_eq!(parse("1 day 2 hours").unwrap(), Interval { months: 0, days: 1, microseconds: 7_200_000_000 });
        assert_eq!(parse("1 year 2 months").unwrap().months, 14);
        assert_eq!(parse("1.5 days").unwrap(), Interval { months: 0, days: 1, microseconds: DAY / 2 });
        assert_eq!(parse("-04:05:06.7").unwrap().microseconds, -14_706_700_000);
        assert_eq!(parse("3"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn months_move_to_the_end_of_the_month() {
        let january = i64::from(calendar::days(2000, 1, 31).unwrap()) * DAY;
        let february = i64::from(calendar::days(2000, 2, 29).unwrap()) * DAY;
        assert_eq!(shift(january, Interval { months: 1, ..Interval::default() }), Some(february));
    }

    #[test]
    fn epoch_counts_years_and_months_apart() {
        assert_eq!(epoch(Interval { months: 12, days: 1, microseconds: 0 }), 31_644_000.0);
        assert_eq!(epoch(Interval { months: 1, ..Interval::default() }), 2_592_000.0);
    }
}
