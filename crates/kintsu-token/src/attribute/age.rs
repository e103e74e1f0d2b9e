//! Ages: whole numbers from 0 to 120.

use super::{Invalid, integer};
use crate::profile::Profile;

/// Whether a value is an age.
pub(super) fn validate(profile: Profile, value: &str) -> Result<(), Invalid> {
    integer::validate(profile, value)?;
    match integer::read(profile, value) {
        Some(0..=120) => Ok(()),
        _ => Err(Invalid::OutOfRange),
    }
}
