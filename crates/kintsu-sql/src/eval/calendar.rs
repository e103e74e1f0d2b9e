//! The proleptic Gregorian calendar in whole numbers: days and microseconds since 1970-01-01.

/// Microseconds of a day.
pub(crate) const DAY: i64 = 86_400_000_000;
/// Microseconds of a second.
pub(crate) const SECOND: i64 = 1_000_000;

/// A date in its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CivilDate {
    pub(crate) year: i32,
    pub(crate) month: u32,
    pub(crate) day: u32,
}

/// A time of day in its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CivilTime {
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
    pub(crate) microsecond: i64,
}

/// Whether February has 29 days.
pub(crate) const fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The number of days of a month; 0 for a month that does not exist.
pub(crate) const fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + is_leap(year) as u32,
        _ => 0,
    }
}

/// Days since 1970-01-01; none for a date that does not exist or lies beyond five million years.
pub(crate) fn days(year: i32, month: u32, day: u32) -> Option<i32> {
    if day == 0 || day > days_in_month(year, month) || !(-5_000_000..=5_000_000).contains(&year) {
        return None;
    }
    // Years begin in March, so that the leap day is the last day; 400 years make an era of 146,097 days.
    let shifted_year = i64::from(year) - i64::from(month <= 2);
    let era = shifted_year.div_euclid(400);
    let year_of_era = shifted_year.rem_euclid(400);
    let day_of_year = (153 * ((i64::from(month) + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    i32::try_from(era * 146_097 + day_of_era - 719_468).ok()
}

/// The date of a number of days since 1970-01-01.
pub(crate) fn civil(days: i32) -> CivilDate {
    let shifted = i64::from(days) + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    CivilDate {
        year: (year_of_era + era * 400 + i64::from(month <= 2)) as i32,
        month: month as u32,
        day: (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u32,
    }
}

/// The date and the time of day of a timestamp.
pub(crate) fn split(timestamp: i64) -> (i32, CivilTime) {
    let day = timestamp.div_euclid(DAY);
    let rest = timestamp.rem_euclid(DAY);
    let time = CivilTime {
        hour: rest / (3_600 * SECOND),
        minute: rest / (60 * SECOND) % 60,
        second: rest / SECOND % 60,
        microsecond: rest % SECOND,
    };
    (day as i32, time)
}

/// The timestamp of a date and a time of day; none where it does not fit.
pub(crate) fn join(days: i32, time: CivilTime) -> Option<i64> {
    let microseconds = ((time.hour * 60 + time.minute) * 60 + time.second) * SECOND + time.microsecond;
    i64::from(days).checked_mul(DAY)?.checked_add(microseconds)
}

/// A date moved by whole months; the day is cut to the end of the month.
pub(crate) fn add_months(days_before: i32, months: i64) -> Option<i32> {
    let date = civil(days_before);
    let month_number = i64::from(date.year) * 12 + i64::from(date.month) - 1 + months;
    let year = i32::try_from(month_number.div_euclid(12)).ok()?;
    let month = month_number.rem_euclid(12) as u32 + 1;
    days(year, month, date.day.min(days_in_month(year, month)))
}

/// Monday is 1, Sunday 7.
pub(crate) fn iso_weekday(days: i32) -> i64 {
    (i64::from(days) + 3).rem_euclid(7) + 1
}

/// The day's number in its year, from 1.
pub(crate) fn day_of_year(day: i32) -> i64 {
    let date = civil(day);
    days(date.year, 1, 1).map_or(0, |first| i64::from(day) - i64::from(first) + 1)
}

/// The year and number of the ISO week.
pub(crate) fn iso_week(day: i32) -> (i64, i64) {
    // A week belongs to the year of its Thursday.
    let thursday = day.saturating_add(4 - iso_weekday(day) as i32);
    (i64::from(civil(thursday).year), (day_of_year(thursday) - 1) / 7 + 1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_inverse() {
        for day in (-800_000..800_000).step_by(37) {
            let date = civil(day);
            assert_eq!(days(date.year, date.month, date.day), Some(day));
        }
    }

    #[test]
    fn known_days() {
        assert_eq!(days(1970, 1, 1), Some(0));
        assert_eq!(days(2000, 2, 29), Some(11_016));
        assert_eq!(days(1900, 2, 29), None);
        assert_eq!(iso_weekday(0), 4);
        assert_eq!(iso_week(days(2000, 1, 1).unwrap()), (1999, 52));
        assert_eq!(iso_week(days(2020, 12, 31).unwrap()), (2020, 53));
    }

    #[test]
    fn months_are_cut_to_their_end() {
        let january = days(2000, 1, 31).unwrap();
        assert_eq!(add_months(january, 1), days(2000, 2, 29));
        assert_eq!(add_months(january, -2), days(1999, 11, 30));
    }
}
