//! Postal codes of the United States and of Canada, partial ones filled up.

use std::borrow::Cow;

use super::{Invalid, canadian_postal_code, us_postal_code};
use crate::characters::trim;
use crate::profile::Profile;

/// The normal form of a value that is a code of either country.
pub(super) fn accept(profile: Profile, value: &str) -> Result<Cow<'_, str>, Invalid> {
    us_postal_code::accept(profile, value, true).or_else(|reason| match reason {
        Invalid::Listed | Invalid::Blank => Err(reason),
        _ => canadian_postal_code::accept(profile, value, true),
    })
}

/// The normal form of any value.
pub(super) fn normalize(profile: Profile, value: &str) -> Cow<'_, str> {
    accept(profile, value).unwrap_or_else(|_| Cow::Borrowed(trim(profile, value)))
}
