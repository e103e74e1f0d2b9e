//! The functions of dates and timestamps.

use super::call::Prepared;
use super::cast::{date_to_timestamp, text_to_timestamp, to_text};
use super::compare::number;
use super::datepart::{self, DatePart, Part};
use super::operand::Operand;
use super::raised::Raised;
use super::timeformat::{DAYS, MONTHS, TimeFormat, is_epoch};
use super::{calendar, interval};
use crate::function::Function;
use crate::value::Interval;

/// Computes a date function of values that are not null.
pub(crate) fn compute<'a>(function: Function, values: &[Operand<'a>], prepared: &Prepared) -> Result<Operand<'a>, Raised> {
    use Function as F;
    let argument = |index: usize| values.get(index).ok_or(Raised::Types);
    let first = argument(0)?;
    Ok(match function {
        F::ParseTimestamp if matches!(first, Operand::Text(text) if is_epoch(text)) => Operand::Timestamp(0),
        F::ParseTimestamp => read(first, values.get(1), prepared)?.ok_or(Raised::DateFormat)?,
        F::TryParseTimestamp => read(first, values.get(1), prepared)?.unwrap_or(Operand::Null),
        F::FormatTimestamp => write(first, argument(1)?, prepared)?,
        F::Epoch => Operand::Double(if let Operand::Interval(span) = first {
            interval::epoch(*span)
        } else {
            datepart::epoch(instant(first)?)
        }),
        F::EpochMilliseconds => Operand::Integer(instant(first)?.div_euclid(1_000)),
        F::FromEpoch => Operand::Timestamp(scaled(first, 1e6)?),
        F::DatePart => part_of(part(first, prepared)?, argument(1)?)?,
        F::DateDifference => {
            Operand::Integer(datepart::difference(part(first, prepared)?, instant(argument(1)?)?, instant(argument(2)?)?))
        }
        F::DateSubtract => {
            Operand::Integer(datepart::whole(part(first, prepared)?, instant(argument(1)?)?, instant(argument(2)?)?))
        }
        F::DateTruncate => {
            Operand::Timestamp(datepart::truncate(part(first, prepared)?, instant(argument(1)?)?).ok_or(Raised::Types)?)
        }
        F::MakeDate => make_date(first, argument(1)?, argument(2)?)?,
        F::LastDay => last_day(day(first)?)?,
        F::DayName => Operand::text(DAYS[(calendar::iso_weekday(day(first)?) % 7) as usize]),
        F::MonthName => Operand::text(MONTHS[(calendar::civil(day(first)?).month as usize).clamp(1, 12) - 1]),
        // SQLite's day begins at noon, half a day before the others' count.
        F::JulianDay => Operand::Double(datepart::julian(instant(first)?) - 0.5),
        F::IntervalOfMonths => Operand::Interval(Interval { months: scaled(first, 1.0)? as i32, ..Interval::default() }),
        F::IntervalOfDays => Operand::Interval(Interval { days: scaled(first, 1.0)? as i32, ..Interval::default() }),
        F::IntervalOfSeconds => Operand::Interval(Interval { microseconds: scaled(first, 1e6)?, ..Interval::default() }),
        _ => return Err(Raised::Types),
    })
}

/// A date or timestamp as a timestamp; text is read first.
fn instant(value: &Operand<'_>) -> Result<i64, Raised> {
    match value {
        Operand::Date(days) => Ok(date_to_timestamp(*days)),
        Operand::Timestamp(microseconds) => Ok(*microseconds),
        Operand::Text(text) => text_to_timestamp(text).ok_or(Raised::Conversion),
        _ => Err(Raised::Types),
    }
}

fn day(value: &Operand<'_>) -> Result<i32, Raised> {
    instant(value).map(|timestamp| calendar::split(timestamp).0)
}

fn scaled(value: &Operand<'_>, by: f64) -> Result<i64, Raised> {
    if let Operand::Integer(value) = value {
        return value.checked_mul(by as i64).ok_or(Raised::Overflow);
    }
    let scaled = (number(value).ok_or(Raised::Types)? * by).round();
    if scaled.abs() < 9e18 { Ok(scaled as i64) } else { Err(Raised::Overflow) }
}

fn part(name: &Operand<'_>, prepared: &Prepared) -> Result<DatePart, Raised> {
    match (prepared, name) {
        (Prepared::Part(part), _) => Ok(*part),
        (_, Operand::Text(name)) => DatePart::parse(name).ok_or(Raised::Conversion),
        _ => Err(Raised::Types),
    }
}

fn part_of<'a>(part: DatePart, value: &Operand<'_>) -> Result<Operand<'a>, Raised> {
    if let Operand::Interval(span) = value {
        return interval_part(part, *span).ok_or(Raised::Types);
    }
    Ok(match datepart::extract(part, instant(value)?) {
        Part::Whole(number) => Operand::Integer(number),
        Part::Fraction(number) => Operand::Double(number),
    })
}

fn interval_part<'a>(part: DatePart, span: Interval) -> Option<Operand<'a>> {
    Some(Operand::Integer(match part {
        DatePart::Epoch => return Some(Operand::Double(interval::epoch(span))),
        DatePart::Year => i64::from(span.months / 12),
        DatePart::Month => i64::from(span.months % 12),
        DatePart::Day => i64::from(span.days),
        DatePart::Hour => span.microseconds / (3_600 * calendar::SECOND),
        DatePart::Minute => span.microseconds / (60 * calendar::SECOND) % 60,
        DatePart::Second => span.microseconds / calendar::SECOND % 60,
        _ => return None,
    }))
}

/// The first format that fits; none where no format does. Dates and timestamps are taken as they are.
fn read<'a>(value: &Operand<'_>, format: Option<&Operand<'_>>, prepared: &Prepared) -> Result<Option<Operand<'a>>, Raised> {
    if let Operand::Date(_) | Operand::Timestamp(_) = value {
        return instant(value).map(|timestamp| Some(Operand::Timestamp(timestamp)));
    }
    let text = to_text(value.clone());
    if let Prepared::Formats(formats) = prepared {
        return Ok(formats.iter().find_map(|format| format.read(&text)).map(Operand::Timestamp));
    }
    let Some(Operand::Text(format)) = format else { return Err(Raised::Types) };
    let format = TimeFormat::parse(format).map_err(|_| Raised::DateFormat)?;
    Ok(format.read(&text).map(Operand::Timestamp))
}

fn write<'a>(value: &Operand<'_>, format: &Operand<'_>, prepared: &Prepared) -> Result<Operand<'a>, Raised> {
    let timestamp = instant(value)?;
    if let Prepared::Formats(formats) = prepared
        && let Some(format) = formats.first()
    {
        return Ok(Operand::from(format.write(timestamp)));
    }
    let Operand::Text(format) = format else { return Err(Raised::Types) };
    let format = TimeFormat::parse(format).map_err(|_| Raised::DateFormat)?;
    Ok(Operand::from(format.write(timestamp)))
}

fn make_date<'a>(year: &Operand<'_>, month: &Operand<'_>, day: &Operand<'_>) -> Result<Operand<'a>, Raised> {
    let whole = |value: &Operand<'_>| i32::try_from(scaled(value, 1.0)?).map_err(|_| Raised::Overflow);
    let (year, month, day) = (whole(year)?, whole(month)?, whole(day)?);
    let (month, day) = (u32::try_from(month).map_err(|_| Raised::Domain)?, u32::try_from(day).map_err(|_| Raised::Domain)?);
    calendar::days(year, month, day).map(Operand::Date).ok_or(Raised::Domain)
}

fn last_day<'a>(day: i32) -> Result<Operand<'a>, Raised> {
    let date = calendar::civil(day);
    calendar::days(date.year, date.month, calendar::days_in_month(date.year, date.month))
        .map(Operand::Date)
        .ok_or(Raised::Overflow)
}
