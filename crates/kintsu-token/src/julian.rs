//! The Julian calendar, which Java's dates follow before 15 October 1582.

use jiff::civil::Date;

/// Days from 1 January 1970 to the first Gregorian day, 15 October 1582.
const FIRST_GREGORIAN: i64 = -141_427;

/// The Gregorian day that Java reads from a strict date: one before 15 October 1582 is a day of the Julian calendar.
pub(crate) fn strict_day(year: i16, month: i16, day: i16) -> Option<Date> {
    let gregorian = |year: i64, month: i64, day: i64| Date::new(year as i16, month as i8, day as i8).ok();
    let (year, month, day) = (i64::from(year), i64::from(month), i64::from(day));
    if (year, month, day) >= (1582, 10, 15) {
        return gregorian(year, month, day);
    }
    let days = days_of_julian(year, month, day);
    let exists = (1..=12).contains(&month) && julian_of_days(days) == (year, month, day) && days < FIRST_GREGORIAN;
    let (year, month, day) = gregorian_of_days(days);
    if exists { gregorian(year, month, day) } else { None }
}

/// Year of its era, month and day of a number of days since 1 January 1970.
pub(crate) fn calendar_of(days: i64) -> (i64, i64, i64) {
    let (year, month, day) = if days >= FIRST_GREGORIAN { gregorian_of_days(days) } else { julian_of_days(days) };
    (if year > 0 { year } else { 1 - year }, month, day)
}

/// The number of days since 1 January 1970 of a lenient date: months and days may lie outside of the calendar.
pub(crate) fn lenient_days(year: i64, month: i64, day: i64) -> i64 {
    let year_of_month = year + (month - 1).div_euclid(12);
    let month = (month - 1).rem_euclid(12) + 1;
    let gregorian = days_of_gregorian(year_of_month, month, 1) + day - 1;
    let julian = days_of_julian(year_of_month, month, 1) + day - 1;
    // The year as it was written says which calendar is tried first; days that were left out count on from their eve.
    if year >= 1582 && gregorian >= FIRST_GREGORIAN { gregorian } else { julian }
}

/// Years run from March, so that the leap day is the last; the algorithm counts in eras of 400 years.
fn days_of_gregorian(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn gregorian_of_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    month_and_day(era * 400 + year_of_era, day_of_year)
}

fn days_of_julian(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year.div_euclid(4) * 1_461 + year.rem_euclid(4) * 365 + day_of_year - 719_470
}

fn julian_of_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_470;
    let cycle = shifted.div_euclid(1_461);
    let day_of_cycle = shifted.rem_euclid(1_461);
    let year_of_cycle = (day_of_cycle - day_of_cycle / 1_460) / 365;
    month_and_day(cycle * 4 + year_of_cycle, day_of_cycle - 365 * year_of_cycle)
}

/// From the year that began in March and the day in it.
const fn month_and_day(year: i64, day_of_year: i64) -> (i64, i64, i64) {
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (if month <= 2 { year + 1 } else { year }, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendars_meet_in_october_1582() {
        assert_eq!(days_of_gregorian(1970, 1, 1), 0);
        assert_eq!(days_of_gregorian(1582, 10, 15), FIRST_GREGORIAN);
        assert_eq!(days_of_julian(1582, 10, 4), FIRST_GREGORIAN - 1);
        assert_eq!(calendar_of(FIRST_GREGORIAN - 1), (1582, 10, 4));
    }

    #[test]
    fn days_and_dates_agree_in_both_calendars() {
        for days in (-800_000..60_000).step_by(7) {
            let (year, month, day) = gregorian_of_days(days);
            assert_eq!(days_of_gregorian(year, month, day), days);
            let (year, month, day) = julian_of_days(days);
            assert_eq!(days_of_julian(year, month, day), days);
        }
    }
}
