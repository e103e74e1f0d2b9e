//! Male or female; only the first letter may stand in either case.

use super::Invalid;
use crate::characters::{is_blank, is_java, is_python_space};
use crate::profile::Profile;

/// `Male` or `Female`; Java takes no white space around it.
pub(super) fn accept(profile: Profile, value: &str) -> Result<&'static str, Invalid> {
    let word = if is_java(profile) { value } else { value.trim_matches(is_python_space) };
    match word.as_bytes() {
        [b'M' | b'm'] | [b'M' | b'm', b'a', b'l', b'e'] => Ok("Male"),
        [b'F' | b'f'] | [b'F' | b'f', b'e', b'm', b'a', b'l', b'e'] => Ok("Female"),
        _ if is_blank(profile, value) => Err(Invalid::Blank),
        _ => Err(Invalid::Shape),
    }
}
