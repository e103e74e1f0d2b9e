//! The vectors that were made by running the reference implementations.

use std::path::PathBuf;

use jiff::civil::{Date, date};
use kintsu_token::Profile;
use serde_json::Value;

/// A day between the latest date that the vectors take for past and the earliest that they take for future.
pub(crate) const AS_OF: Date = date(2026, 11, 20);

/// The profiles that the vectors hold, with the key of each.
pub(crate) const PROFILES: [(Profile, &str); 3] =
    [(Profile::OpenToken1Python, "python"), (Profile::OpenToken1Java, "java"), (Profile::OpenLinkToken2, "python_v2")];

/// The rows of a file of vectors; none where the vectors are not here, which is said.
pub(crate) fn rows(file: &str) -> Option<Vec<Value>> {
    let shared = std::env::var_os("KINTSU_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")), PathBuf::from);
    let path = shared.join("vectors/opentoken").join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {file} (no golden data here)");
        return None;
    };
    Some(text.lines().map(|line| serde_json::from_str(line).expect("vectors are JSON lines")).collect())
}
