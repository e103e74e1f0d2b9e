//! The parts of dates: taking them out, counting them between two dates, cutting a date to one.

use super::calendar::{self, DAY, SECOND};

/// A part of a date or timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum DatePart {
    Millennium,
    Century,
    Decade,
    Year,
    IsoYear,
    Quarter,
    Month,
    Week,
    YearWeek,
    Day,
    DayOfWeek,
    IsoDayOfWeek,
    DayOfYear,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
    Epoch,
    Julian,
    Era,
}

impl DatePart {
    /// The part of this name, in any case.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_lowercase();
        Some(match name.as_str() {
            "millennium" | "millenium" | "millennia" | "mil" | "mils" => Self::Millennium,
            "century" | "centuries" | "cent" | "c" => Self::Century,
            "decade" | "decades" | "dec" | "decs" => Self::Decade,
            "year" | "years" | "yr" | "yrs" | "y" | "yyyy" | "yy" => Self::Year,
            "isoyear" => Self::IsoYear,
            "quarter" | "quarters" => Self::Quarter,
            "month" | "months" | "mon" | "mons" | "mm" => Self::Month,
            "week" | "weeks" | "weekofyear" | "w" => Self::Week,
            "yearweek" => Self::YearWeek,
            "day" | "days" | "d" | "dayofmonth" | "dd" => Self::Day,
            "dow" | "dayofweek" | "weekday" => Self::DayOfWeek,
            "isodow" => Self::IsoDayOfWeek,
            "doy" | "dayofyear" => Self::DayOfYear,
            "hour" | "hours" | "hr" | "hrs" | "h" => Self::Hour,
            "minute" | "minutes" | "min" | "mins" | "m" => Self::Minute,
            "second" | "seconds" | "sec" | "secs" | "s" => Self::Second,
            "millisecond" | "milliseconds" | "ms" | "msec" | "msecs" => Self::Millisecond,
            "microsecond" | "microseconds" | "us" | "usec" | "usecs" => Self::Microsecond,
            "epoch" => Self::Epoch,
            "julian" => Self::Julian,
            "era" => Self::Era,
            _ => return None,
        })
    }
}

/// A number taken from a date.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Part {
    Whole(i64),
    Fraction(f64),
}

/// Takes one part out of a timestamp.
pub(crate) fn extract(part: DatePart, timestamp: i64) -> Part {
    let (day, time) = calendar::split(timestamp);
    let date = calendar::civil(day);
    let year = i64::from(date.year);
    Part::Whole(match part {
        DatePart::Millennium => period(year, 1_000),
        DatePart::Century => period(year, 100),
        DatePart::Decade => year / 10,
        DatePart::Year => year,
        DatePart::IsoYear => calendar::iso_week(day).0,
        DatePart::Quarter => i64::from((date.month - 1) / 3 + 1),
        DatePart::Month => i64::from(date.month),
        DatePart::Week => calendar::iso_week(day).1,
        DatePart::YearWeek => {
            let (year, week) = calendar::iso_week(day);
            year * 100 + if year > 0 { week } else { -week }
        }
        DatePart::Day => i64::from(date.day),
        DatePart::DayOfWeek => calendar::iso_weekday(day) % 7,
        DatePart::IsoDayOfWeek => calendar::iso_weekday(day),
        DatePart::DayOfYear => calendar::day_of_year(day),
        DatePart::Hour => time.hour,
        DatePart::Minute => time.minute,
        DatePart::Second => time.second,
        DatePart::Millisecond => time.second * 1_000 + time.microsecond / 1_000,
        DatePart::Microsecond => time.second * SECOND + time.microsecond,
        DatePart::Era => i64::from(year > 0),
        DatePart::Epoch => return Part::Fraction(epoch(timestamp)),
        DatePart::Julian => return Part::Fraction(julian(timestamp)),
    })
}

/// Seconds since 1970-01-01.
pub(crate) fn epoch(timestamp: i64) -> f64 {
    timestamp as f64 / 1e6
}

/// The day of the Julian calendar's count, which DuckDB lets begin at midnight.
pub(crate) fn julian(timestamp: i64) -> f64 {
    let day = timestamp.div_euclid(DAY) + 2_440_588;
    day as f64 + timestamp.rem_euclid(DAY) as f64 / DAY as f64
}

/// How many boundaries of the part lie between two timestamps.
pub(crate) fn difference(part: DatePart, from: i64, to: i64) -> i64 {
    let (from_day, to_day) = (from.div_euclid(DAY), to.div_euclid(DAY));
    let month = |timestamp: i64| {
        let date = calendar::civil(timestamp.div_euclid(DAY) as i32);
        i64::from(date.year) * 12 + i64::from(date.month) - 1
    };
    let year = |timestamp: i64| i64::from(calendar::civil(timestamp.div_euclid(DAY) as i32).year);
    let spans = |unit: i64| to.div_euclid(unit) - from.div_euclid(unit);
    match part {
        DatePart::Millennium => year(to) / 1_000 - year(from) / 1_000,
        DatePart::Century => year(to) / 100 - year(from) / 100,
        DatePart::Decade => year(to) / 10 - year(from) / 10,
        DatePart::Year | DatePart::Era => year(to) - year(from),
        DatePart::IsoYear | DatePart::YearWeek => calendar::iso_week(to_day as i32).0 - calendar::iso_week(from_day as i32).0,
        DatePart::Quarter => month(to).div_euclid(3) - month(from).div_euclid(3),
        DatePart::Month => month(to) - month(from),
        DatePart::Week => (to_day - from_day) / 7,
        DatePart::Day | DatePart::DayOfWeek | DatePart::IsoDayOfWeek | DatePart::DayOfYear | DatePart::Julian => {
            to_day - from_day
        }
        DatePart::Hour => spans(3_600 * SECOND),
        DatePart::Minute => spans(60 * SECOND),
        DatePart::Second | DatePart::Epoch => spans(SECOND),
        DatePart::Millisecond => spans(1_000),
        DatePart::Microsecond => to - from,
    }
}

/// How many whole parts lie between two timestamps.
pub(crate) fn whole(part: DatePart, from: i64, to: i64) -> i64 {
    let elapsed = to - from;
    let months = || whole_months(from, to);
    match part {
        DatePart::Millennium => months() / 12_000,
        DatePart::Century => months() / 1_200,
        DatePart::Decade => months() / 120,
        DatePart::Year | DatePart::Era | DatePart::IsoYear => months() / 12,
        DatePart::Quarter => months() / 3,
        DatePart::Month => months(),
        DatePart::Week | DatePart::YearWeek => elapsed / (7 * DAY),
        DatePart::Day | DatePart::DayOfWeek | DatePart::IsoDayOfWeek | DatePart::DayOfYear | DatePart::Julian => elapsed / DAY,
        DatePart::Hour => elapsed / (3_600 * SECOND),
        DatePart::Minute => elapsed / (60 * SECOND),
        DatePart::Second | DatePart::Epoch => elapsed / SECOND,
        DatePart::Millisecond => elapsed / 1_000,
        DatePart::Microsecond => elapsed,
    }
}

fn whole_months(from: i64, to: i64) -> i64 {
    if from > to {
        return -whole_months(to, from);
    }
    let (from_day, from_time) = (from.div_euclid(DAY) as i32, from.rem_euclid(DAY));
    let (to_day, to_time) = (to.div_euclid(DAY) as i32, to.rem_euclid(DAY));
    let (start, end) = (calendar::civil(from_day), calendar::civil(to_day));
    let months = (i64::from(end.year) - i64::from(start.year)) * 12 + i64::from(end.month) - i64::from(start.month);
    // The last day of a month completes the month for every later day of the start's month.
    let end_is_last = end.day == calendar::days_in_month(end.year, end.month);
    let day_reached = if end_is_last && start.day > end.day { end.day } else { start.day };
    let complete = (end.day, to_time) >= (day_reached, from_time);
    if complete { months } else { months - 1 }
}

/// The start of the part that the timestamp lies in.
pub(crate) fn truncate(part: DatePart, timestamp: i64) -> Option<i64> {
    let (day, _) = calendar::split(timestamp);
    let date = calendar::civil(day);
    let start_of = |year: i32, month: u32| calendar::days(year, month, 1).map(|day| i64::from(day) * DAY);
    let cut = |unit: i64| Some(timestamp.div_euclid(unit) * unit);
    match part {
        DatePart::Millennium => start_of(date.year / 1_000 * 1_000, 1),
        DatePart::Century => start_of(date.year / 100 * 100, 1),
        DatePart::Decade => start_of(date.year / 10 * 10, 1),
        DatePart::Year => start_of(date.year, 1),
        DatePart::Quarter => start_of(date.year, (date.month - 1) / 3 * 3 + 1),
        DatePart::Month => start_of(date.year, date.month),
        DatePart::Week | DatePart::YearWeek => Some((i64::from(day) + 1 - calendar::iso_weekday(day)) * DAY),
        DatePart::Day | DatePart::DayOfWeek | DatePart::IsoDayOfWeek | DatePart::DayOfYear | DatePart::Julian => cut(DAY),
        DatePart::Hour => cut(3_600 * SECOND),
        DatePart::Minute => cut(60 * SECOND),
        DatePart::Second | DatePart::Epoch => cut(SECOND),
        DatePart::Millisecond => cut(1_000),
        DatePart::Microsecond => Some(timestamp),
        DatePart::IsoYear | DatePart::Era => None,
    }
}

fn period(year: i64, length: i64) -> i64 {
    if year > 0 { (year - 1) / length + 1 } else { year / length - 1 }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::cast::text_to_timestamp;
    use super::*;

    fn at(text: &str) -> i64 {
        text_to_timestamp(text).unwrap()
    }

    #[test]
    fn boundaries_between_dates() {
        assert_eq!(difference(DatePart::Month, at("2000-01-31"), at("2000-02-01")), 1);
        assert_eq!(difference(DatePart::Year, at("2000-12-31"), at("2001-01-01")), 1);
        assert_eq!(difference(DatePart::Day, at("2000-01-01 23:00"), at("2000-01-02 01:00")), 1);
        assert_eq!(difference(DatePart::Hour, at("2000-01-01 23:59"), at("2000-01-02 01:00")), 2);
        assert_eq!(difference(DatePart::Day, at("2000-01-02"), at("2000-01-01")), -1);
    }

    #[test]
    fn whole_parts_between_dates() {
        assert_eq!(whole(DatePart::Month, at("2000-01-31"), at("2000-03-30")), 1);
        assert_eq!(whole(DatePart::Month, at("2000-01-31 10:00"), at("2000-02-29 10:00")), 1);
        assert_eq!(whole(DatePart::Month, at("2000-01-15 10:00"), at("2000-02-15 09:00")), 0);
        assert_eq!(whole(DatePart::Year, at("2000-02-29"), at("2001-02-28")), 1);
        assert_eq!(whole(DatePart::Month, at("2000-02-29 10:00"), at("2000-01-31 10:00")), -1);
    }

    #[test]
    fn parts() {
        assert_eq!(extract(DatePart::DayOfWeek, at("2000-01-02")), Part::Whole(0));
        assert_eq!(extract(DatePart::Century, at("2000-05-01")), Part::Whole(20));
        assert_eq!(extract(DatePart::Decade, at("1999-05-01")), Part::Whole(199));
        assert_eq!(extract(DatePart::YearWeek, at("2000-01-01")), Part::Whole(199_952));
        assert_eq!(extract(DatePart::Julian, at("2000-01-01 12:00")), Part::Fraction(2_451_545.5));
        assert_eq!(extract(DatePart::Epoch, at("2000-01-01 00:00:01.5")), Part::Fraction(946_684_801.5));
    }

    #[test]
    fn starts() {
        assert_eq!(truncate(DatePart::Week, at("2000-01-01")), Some(at("1999-12-27")));
        assert_eq!(truncate(DatePart::Quarter, at("2000-05-05")), Some(at("2000-04-01")));
    }
}
