//! Birth dates written wrongly.

use jiff::civil::Date;
use kintsu_core::{Draws, below};

use crate::calendar::{days as to_days, from_days};

/// Another date that somebody may have written instead: day and month swapped, the day or the month off by one, the year off by
/// one or ten, its last two digits swapped, or the first of the month. Never the same one.
pub(super) fn wrong_date(days: i32, draws: Draws) -> Option<i32> {
    let right = from_days(days)?;
    let first = below(draws.at(0), WAYS);
    let later = draws.at(1) & 1 == 1;
    let wrong = (0..WAYS).filter_map(|step| written(right, (first + step) % WAYS, later)).find(|wrong| *wrong != right);
    Some(to_days(wrong?))
}

const WAYS: u64 = 7;

fn written(right: Date, way: u64, later: bool) -> Option<Date> {
    let (year, month, day) = (right.year(), right.month(), right.day());
    let step: i8 = if later { 1 } else { -1 };
    match way {
        0 => Date::new(year, day, month),
        1 => Date::new(year, month, day + step),
        2 => Date::new(year, month + step, day),
        3 => Date::new(year + i16::from(step), month, day),
        4 => Date::new(year + 10 * i16::from(step), month, day),
        5 => Date::new(year / 100 * 100 + year % 10 * 10 + year / 10 % 10, month, day),
        _ => Date::new(year, month, 1),
    }
    .ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use kintsu_core::Stream;

    use super::*;

    #[test]
    fn a_wrong_date_is_another_one() {
        let stream = Stream::new(1, "date");
        for days in -20_000..20_000 {
            assert_ne!(wrong_date(days, stream.draws(days as u64)).unwrap(), days);
        }
    }
}
