//! Values as text, as DuckDB prints them.

use std::fmt::Write;

use super::calendar::{self, CivilTime};
use super::operand::Operand;
use crate::value::Interval;

/// The text of a value; null gives `NULL`, as inside lists.
pub(crate) fn render(value: &Operand<'_>) -> String {
    match value {
        Operand::Null => "NULL".to_owned(),
        Operand::Boolean(value) => value.to_string(),
        Operand::Integer(value) => value.to_string(),
        Operand::Decimal(value) => value.to_string(),
        Operand::Double(value) => float(&format!("{value:e}")),
        Operand::Float(value) => float(&format!("{value:e}")),
        Operand::Text(text) => text.clone().into_owned(),
        Operand::Date(days) => date(*days),
        Operand::Timestamp(microseconds) => timestamp(*microseconds),
        Operand::Interval(value) => interval(*value),
        Operand::List(_) | Operand::Items(_) => list(value),
    }
}

/// Turns Rust's shortest scientific form into DuckDB's: plain from 1e-4 to below 1e16, otherwise with a two-digit exponent.
fn float(scientific: &str) -> String {
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific.to_ascii_lowercase();
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    let (sign, digits) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let digits: String = digits.chars().filter(|c| *c != '.').collect();
    let point = exponent + 1;
    if point <= 0 {
        return format!("{sign}0.{}{digits}", "0".repeat(point.unsigned_abs() as usize));
    }
    let point = point as usize;
    if digits.len() <= point {
        return format!("{sign}{digits:0<point$}.0");
    }
    let (whole, fraction) = digits.split_at(point);
    format!("{sign}{whole}.{fraction}")
}

/// `YYYY-MM-DD`; years before 1 with ` (BC)`.
pub(crate) fn date(days: i32) -> String {
    let date = calendar::civil(days);
    if date.year > 0 {
        format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)
    } else {
        format!("{:04}-{:02}-{:02} (BC)", 1 - date.year, date.month, date.day)
    }
}

fn timestamp(microseconds: i64) -> String {
    let (days, time) = calendar::split(microseconds);
    let date = date(days);
    match date.strip_suffix(" (BC)") {
        Some(date) => format!("{date} (BC) {}", clock(time)),
        None => format!("{date} {}", clock(time)),
    }
}

fn clock(time: CivilTime) -> String {
    let mut text = format!("{:02}:{:02}:{:02}", time.hour, time.minute, time.second);
    if time.microsecond != 0 {
        let fraction = format!("{:06}", time.microsecond);
        text.push('.');
        text.push_str(fraction.trim_end_matches('0'));
    }
    text
}

fn interval(value: Interval) -> String {
    let mut text = String::new();
    let mut part = |number: i64, name: &str| {
        if number != 0 {
            let plural = if number.abs() == 1 { "" } else { "s" };
            let space = if text.is_empty() { "" } else { " " };
            let _ = write!(text, "{space}{number} {name}{plural}");
        }
    };
    part(i64::from(value.months / 12), "year");
    part(i64::from(value.months % 12), "month");
    part(i64::from(value.days), "day");
    if value.microseconds != 0 || text.is_empty() {
        let magnitude = value.microseconds.unsigned_abs() as i64;
        let time = CivilTime {
            hour: magnitude / (3_600 * calendar::SECOND),
            minute: magnitude / (60 * calendar::SECOND) % 60,
            second: magnitude / calendar::SECOND % 60,
            microsecond: magnitude % calendar::SECOND,
        };
        if !text.is_empty() {
            text.push(' ');
        }
        if value.microseconds < 0 {
            text.push('-');
        }
        text.push_str(&clock(time));
    }
    text
}

/// `[a, b]`; text that could be misread is quoted.
fn list(value: &Operand<'_>) -> String {
    let items = value.list_items().into_iter().flatten();
    let texts: Vec<String> =
        items.map(|item| if let Operand::Text(text) = &item { quoted(text) } else { render(&item) }).collect();
    format!("[{}]", texts.join(", "))
}

fn quoted(text: &str) -> String {
    let plain = !text.is_empty()
        && !text.eq_ignore_ascii_case("null")
        && !text.starts_with(' ')
        && !text.ends_with(' ')
        && !text.contains(['\'', '"', '\\', ',', '[', ']', '{', '}', '(', ')', ':', '=']);
    if plain { text.to_owned() } else { format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_print_as_duckdb_prints_them() {
        let text = |value: f64| render(&Operand::Double(value));
        assert_eq!(text(1e20), "1e+20");
        assert_eq!(text(1e-7), "1e-07");
        assert_eq!(text(1.5e-5), "1.5e-05");
        assert_eq!(text(1e-4), "0.0001");
        assert_eq!(text(1e15), "1000000000000000.0");
        assert_eq!(text(1.2345678901234568e17), "1.2345678901234568e+17");
        assert_eq!(text(1234567.5), "1234567.5");
        assert_eq!(text(-0.0), "-0.0");
        assert_eq!(text(100.0), "100.0");
        assert_eq!(text(f64::INFINITY), "inf");
        assert_eq!(text(f64::NAN), "nan");
    }

    #[test]
    fn intervals_print_their_parts() {
        let year = Interval { months: 14, days: 3, microseconds: 14_706_700_000 };
        assert_eq!(interval(year), "1 year 2 months 3 days 04:05:06.7");
        assert_eq!(interval(Interval { days: -3, ..Interval::default() }), "-3 days");
        assert_eq!(interval(Interval::default()), "00:00:00");
    }
}
