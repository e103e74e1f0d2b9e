//! Golden vectors for the unit tests: what the reference implementations were seen to answer.

use std::path::PathBuf;

use serde_json::Value;

/// Calls `check` with every row of a file of vectors and returns their number; where there are no vectors it says so and returns
/// `None`.
pub(crate) fn rows(file: &str, mut check: impl FnMut(&Value)) -> Option<usize> {
    let root = std::env::var_os("KINTSU_SHARED").map_or_else(beside_the_repository, PathBuf::from);
    let path = root.join("vectors/opentoken").join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: no {}", path.display());
        return None;
    };
    text.lines().for_each(|line| check(&serde_json::from_str(line).unwrap()));
    Some(text.lines().count())
}

/// The text under a name, which is there.
pub(crate) fn text_of<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap()
}

fn beside_the_repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared")
}
