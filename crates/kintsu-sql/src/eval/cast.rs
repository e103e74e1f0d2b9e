//! Conversions between types, as DuckDB's casts do them.

use std::borrow::Cow;

use super::calendar;
use super::compare::number;
use super::decimal::Decimal;
use super::operand::Operand;
use super::raised::{Raised, Scratch};
use super::render;
use crate::Parity;
use crate::value::ValueType;

/// Converts `value`; null where it cannot be, and then a reason is raised unless `or_null`.
pub(crate) fn cast<'a>(value: Operand<'a>, to: &ValueType, or_null: bool, parity: Parity, scratch: &mut Scratch) -> Operand<'a> {
    if value.is_null() {
        return Operand::Null;
    }
    let converted = match to {
        ValueType::Boolean => super::truth(&value).map(Operand::Boolean),
        ValueType::Integer => to_integer(&value).map(Operand::Integer),
        ValueType::Double => to_double(&value).map(Operand::Double),
        ValueType::Float => to_float(&value).map(Operand::Float),
        ValueType::Text => Some(Operand::Text(to_text(value))),
        ValueType::Date if parity == Parity::DuckDb1_5 => to_date_leniently(&value).map(Operand::Date),
        ValueType::Date => to_date(&value).map(Operand::Date),
        ValueType::Timestamp => to_timestamp(&value).map(Operand::Timestamp),
        ValueType::Interval => to_interval(&value),
        ValueType::List(item) => to_list(&value, item, or_null, parity, scratch),
    };
    converted.unwrap_or_else(|| {
        if !or_null {
            scratch.raise(Raised::Conversion);
        }
        Operand::Null
    })
}

/// Any value as text, as it is printed.
pub(crate) fn to_text(value: Operand<'_>) -> Cow<'_, str> {
    match value {
        Operand::Text(text) => text,
        other => Cow::Owned(render::render(&other)),
    }
}

fn to_integer(value: &Operand<'_>) -> Option<i64> {
    match value {
        Operand::Integer(value) => Some(*value),
        Operand::Boolean(value) => Some(i64::from(*value)),
        Operand::Decimal(value) => i64::try_from(value.round(0)?.floor()).ok(),
        Operand::Double(value) => double_to_integer(*value),
        Operand::Float(value) => double_to_integer(f64::from(*value)),
        Operand::Text(text) => text_to_integer(text),
        _ => None,
    }
}

fn to_double(value: &Operand<'_>) -> Option<f64> {
    match value {
        Operand::Text(text) => text_to_double(text),
        other => number(other),
    }
}

fn to_float(value: &Operand<'_>) -> Option<f32> {
    match value {
        Operand::Text(text) => text_to_double(text).and_then(double_to_float),
        Operand::Double(value) => double_to_float(*value),
        other => super::compare::single(other),
    }
}

fn double_to_float(value: f64) -> Option<f32> {
    let single = value as f32;
    (single.is_finite() || !value.is_finite()).then_some(single)
}

fn to_date(value: &Operand<'_>) -> Option<i32> {
    match value {
        Operand::Date(days) => Some(*days),
        Operand::Timestamp(microseconds) => Some(calendar::split(*microseconds).0),
        Operand::Text(text) => text_to_date(text),
        _ => None,
    }
}

/// DuckDB 1.5 does not mind what stands behind a date, as long as it is no digit.
fn to_date_leniently(value: &Operand<'_>) -> Option<i32> {
    match value {
        Operand::Text(text) => {
            leading_date(trim(text)).filter(|(_, rest)| !rest.starts_with(|c: char| c.is_ascii_digit())).map(|(days, _)| days)
        }
        other => to_date(other),
    }
}

fn to_timestamp(value: &Operand<'_>) -> Option<i64> {
    match value {
        Operand::Date(days) => Some(date_to_timestamp(*days)),
        Operand::Timestamp(microseconds) => Some(*microseconds),
        Operand::Text(text) => text_to_timestamp(text),
        _ => None,
    }
}

fn to_interval<'a>(value: &Operand<'_>) -> Option<Operand<'a>> {
    match value {
        Operand::Interval(interval) => Some(Operand::Interval(*interval)),
        Operand::Text(text) => super::interval::parse(text).map(Operand::Interval),
        _ => None,
    }
}

fn to_list<'a>(
    value: &Operand<'a>,
    item: &ValueType,
    or_null: bool,
    parity: Parity,
    scratch: &mut Scratch,
) -> Option<Operand<'a>> {
    let items: Vec<Operand<'a>> = value.list_items()?.collect();
    Some(Operand::items(items.into_iter().map(|value| cast(value, item, or_null, parity, scratch)).collect()))
}

/// Midnight of a date, in microseconds.
pub(crate) fn date_to_timestamp(days: i32) -> i64 {
    i64::from(days) * calendar::DAY
}

/// Halves go to the even neighbour.
fn double_to_integer(value: f64) -> Option<i64> {
    let rounded = value.round_ties_even();
    (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&rounded).then_some(rounded as i64)
}

/// Reads a whole number; a fraction is rounded, halves away from zero, and an exponent is understood.
pub(crate) fn text_to_integer(text: &str) -> Option<i64> {
    let text = trim(text);
    if let Ok(number) = text.strip_prefix('+').unwrap_or(text).parse() {
        return (!text.starts_with("+-") && !text.starts_with("++")).then_some(number);
    }
    if let Some(decimal) = Decimal::parse(text) {
        return i64::try_from(decimal.round(0)?.floor()).ok();
    }
    let number = text_to_double(text)?;
    let rounded = number.round();
    (rounded.abs() < 9.2e18).then_some(rounded as i64)
}

/// Reads a number; `inf`, `infinity` and `nan` in any case are understood.
pub(crate) fn text_to_double(text: &str) -> Option<f64> {
    let text = trim(text);
    let valid_start = text
        .strip_prefix(['+', '-'])
        .unwrap_or(text)
        .starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | 'i' | 'I' | 'n' | 'N'));
    if valid_start { text.parse().ok() } else { None }
}

/// Reads `true`, `t`, `1`, `yes`, `y` and their opposites in any case.
pub(crate) fn text_to_boolean(text: &str) -> Option<bool> {
    let is = |words: [&str; 5]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(["true", "t", "1", "yes", "y"]) {
        Some(true)
    } else if is(["false", "f", "0", "no", "n"]) {
        Some(false)
    } else {
        None
    }
}

/// Reads `YYYY-MM-DD`, with `-`, `/`, `\` or a space between the parts, a time after it left out.
pub(crate) fn text_to_date(text: &str) -> Option<i32> {
    let text = trim(text);
    let (days, rest) = leading_date(text)?;
    if rest.is_empty() {
        return Some(days);
    }
    text_to_timestamp(text).map(|timestamp| calendar::split(timestamp).0)
}

/// Reads a date and, after a space or `T`, a time.
pub(crate) fn text_to_timestamp(text: &str) -> Option<i64> {
    let text = trim(text);
    let (days, rest) = leading_date(text)?;
    if rest.is_empty() {
        return Some(date_to_timestamp(days));
    }
    let rest = rest.strip_prefix(['T', ' '])?.trim_start_matches(' ');
    let (microseconds, rest) = leading_time(rest)?;
    let offset = if rest.is_empty() { 0 } else { time_zone(rest)? };
    date_to_timestamp(days).checked_add(microseconds)?.checked_sub(offset)
}

/// The whitespace that casts ignore around a value.
fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\n', '\r', '\u{b}', '\u{c}'])
}

fn leading_number(text: &str, digits_max: usize) -> Option<(i64, &str)> {
    let count = text.bytes().take_while(u8::is_ascii_digit).count();
    if count == 0 || count > digits_max {
        return None;
    }
    let (digits, rest) = text.split_at(count);
    Some((digits.parse().ok()?, rest))
}

fn leading_date(text: &str) -> Option<(i32, &str)> {
    match text {
        _ if text.eq_ignore_ascii_case("epoch") => return Some((0, "")),
        _ if text.starts_with('+') => return None,
        _ => {}
    }
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (year, rest) = leading_number(digits, 7)?;
    let separator = rest.chars().next().filter(|c| matches!(c, '-' | '/' | '\\' | ' '))?;
    let (month, rest) = leading_number(rest.strip_prefix(separator)?, 2)?;
    let (day, mut rest) = leading_number(rest.strip_prefix(separator)?, 2)?;
    let mut year = if negative { -year } else { year };
    if let Some(after) = rest.strip_prefix(" (BC)") {
        if negative || year == 0 {
            return None;
        }
        year = 1 - year;
        rest = after;
    }
    Some((calendar::days(i32::try_from(year).ok()?, month as u32, day as u32)?, rest))
}

fn leading_time(text: &str) -> Option<(i64, &str)> {
    let (hour, rest) = leading_number(text, 2)?;
    let (minute, rest) = leading_number(rest.strip_prefix(':')?, 2)?;
    let (second, rest) = match rest.strip_prefix(':') {
        Some(rest) => leading_number(rest, 2)?,
        None => (0, rest),
    };
    let (microsecond, rest) = match rest.strip_prefix('.') {
        Some(rest) => leading_fraction(rest),
        None => (0, rest),
    };
    let total = ((hour * 60 + minute) * 60 + second) * calendar::SECOND + microsecond;
    ((hour < 24 || total == calendar::DAY) && minute < 60 && second < 60).then_some((total, rest))
}

/// Microseconds of a fraction of a second; digits beyond the sixth are left out.
fn leading_fraction(text: &str) -> (i64, &str) {
    let count = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(count);
    let padded = format!("{digits:0<6}");
    (padded.get(..6).and_then(|six| six.parse().ok()).unwrap_or(0), rest)
}

/// Microseconds east of Greenwich of `Z` or `±HH[:MM]`; DuckDB ignores the zone in a plain timestamp, and so does this.
fn time_zone(text: &str) -> Option<i64> {
    let text = text.trim_start_matches(' ');
    if matches!(text, "Z" | "z" | "UTC") {
        return Some(0);
    }
    let rest = text.strip_prefix(['+', '-'])?;
    let (_, rest) = leading_number(rest, 2)?;
    let rest = match rest.strip_prefix(':') {
        Some(minutes) => leading_number(minutes, 2)?.1,
        None => rest,
    };
    rest.is_empty().then_some(0)
}
