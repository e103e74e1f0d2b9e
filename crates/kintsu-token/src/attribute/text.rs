//! Any text, and the ids of records: trimmed, and not blank.

use super::Invalid;
use crate::characters::{is_blank, trim};
use crate::profile::Profile;

/// The trimmed value, where it is not blank.
pub(super) fn accept(profile: Profile, value: &str) -> Result<&str, Invalid> {
    if is_blank(profile, value) { Err(Invalid::Blank) } else { Ok(trim(profile, value)) }
}
