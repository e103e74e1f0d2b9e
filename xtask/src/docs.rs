//! `cargo xtask docs`: the reference pages that the program writes about itself.

use std::path::PathBuf;

use crate::codes;
use crate::process::{cargo, output, root, target};

/// The pages, each with what the program is asked for.
const PAGES: [(&str, &str); 5] = [
    ("kintsu.schema.json", "schema"),
    ("corruption.schema.json", "corruption-schema"),
    ("commands.md", "commands"),
    ("sql.md", "sql"),
    ("codes.md", CODES),
];
/// The page that is made from the sources and not by the program.
const CODES: &str = "codes";

/// Writes the pages.
pub fn write() -> Result<(), String> {
    output(cargo().args(["build", "--release", "--quiet", "--workspace"]))?;
    let folder = folder();
    std::fs::create_dir_all(&folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    for (name, topic) in PAGES {
        let path = folder.join(name);
        std::fs::write(&path, page(topic)?).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    Ok(())
}

/// Says which pages are not what the program would write. The program must have been built.
pub fn check() -> Result<(), String> {
    eprintln!("== documents");
    let stale: Vec<&str> = PAGES
        .iter()
        .map(|(name, topic)| Ok((*name, std::fs::read_to_string(folder().join(name)).ok() != Some(page(topic)?))))
        .collect::<Result<Vec<_>, String>>()?
        .into_iter()
        .filter_map(|(name, stale)| stale.then_some(name))
        .collect();
    if stale.is_empty() {
        return Ok(());
    }
    Err(format!("docs/reference is not current: {}\nhint: run `cargo xtask docs` and commit what it writes", stale.join(", ")))
}

fn folder() -> PathBuf {
    root().join("docs/reference")
}

fn page(topic: &str) -> Result<String, String> {
    if topic == CODES {
        return codes::page();
    }
    output(std::process::Command::new(target().join("release/kintsu")).args(["reference", topic]))
}
