//! Years of four digits, printed as numbers: `0042` becomes `42`.

use std::borrow::Cow;

use super::{Invalid, NormalizeError, integer};
use crate::characters::{digit, is_blank, is_space};
use crate::profile::Profile;

/// Whether a value has four digits.
pub(super) fn validate(profile: Profile, value: &str) -> Result<(), Invalid> {
    let year = value.trim_matches(|character| is_space(profile, character));
    if year.chars().count() == 4 && year.chars().all(|character| digit(profile, character).is_some()) {
        return Ok(());
    }
    Err(if is_blank(profile, value) { Invalid::Blank } else { Invalid::Shape })
}

/// The year as a number.
pub(super) fn normalize(profile: Profile, value: &str) -> Result<Cow<'_, str>, NormalizeError> {
    integer::normalize(profile, value)
}
