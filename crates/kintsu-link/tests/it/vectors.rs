//! The golden vectors of Splink, where they are at hand.

use std::path::PathBuf;

/// The folder of shared vectors: `KINTSU_SHARED`, or `../shared` beside the repository.
pub(crate) fn shared() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("KINTSU_SHARED").map_or(beside, PathBuf::from);
    if folder.join("vectors/splink").is_dir() {
        return Some(folder.join("vectors/splink"));
    }
    println!("skipped: ../shared is not here");
    None
}

/// The folders of models that ran on fake_1000: version, name, path.
pub(crate) fn models() -> Vec<(&'static str, &'static str, PathBuf)> {
    let Some(shared) = shared() else { return Vec::new() };
    let mut found = Vec::new();
    for version in ["splink4", "splink5"] {
        for name in ["basic", "thresholds", "tf_variants", "fullname", "link_only", "link_and_dedupe"] {
            found.push((version, name, shared.join("fake_1000").join(version).join(name)));
        }
    }
    found
}

/// The text of a file that must be there.
pub(crate) fn read(path: &std::path::Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
