//! Years of birth: from 1910 to this year.

use jiff::civil::Date;

use super::{Invalid, integer, year};
use crate::profile::Profile;

/// Whether a value is a year of birth not after that of `as_of`.
pub(super) fn validate(profile: Profile, as_of: Date, value: &str) -> Result<(), Invalid> {
    year::validate(profile, value)?;
    match integer::read(profile, value) {
        Some(read) if (1910..=i64::from(as_of.year())).contains(&read) => Ok(()),
        _ => Err(Invalid::OutOfRange),
    }
}
