//! Days of birth: from 1910 to today.

use std::borrow::Cow;

use jiff::civil::{Date, date};

use super::{Invalid, date as days};
use crate::profile::Profile;

/// The first day of birth that is believed.
const FIRST: Date = date(1910, 1, 1);

/// The normal form `yyyy-MM-dd` of a value that is a day of birth not after `as_of`.
pub(super) fn accept(profile: Profile, as_of: Date, value: &str) -> Result<Cow<'_, str>, Invalid> {
    match days::day(profile, value) {
        Some(day) if (FIRST..=as_of).contains(&day) => Ok(days::normal_form(profile, value, day)),
        Some(_) => Err(Invalid::OutOfRange),
        None => Err(days::validate(profile, value).err().unwrap_or(Invalid::NotADate)),
    }
}
