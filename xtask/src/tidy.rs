//! `cargo xtask tidy`: dependencies point downward, files stay short, and words that mark unfinished work are absent.

use crate::process::{cargo, output, program, root};

/// Crates by layer, the ground first. A crate may know those of lower layers, never one of its own or a higher layer.
const LAYERS: [&[&str]; 8] = [
    &["kintsu-core"],
    &["kintsu-text", "kintsu-table"],
    &["kintsu-sql"],
    &["kintsu-link", "kintsu-entity", "kintsu-token", "kintsu-generate"],
    &["kintsu-kernel"],
    &["kintsu-job"],
    &["kintsu"],
    &["kintsu-python"],
];

const LINES_MAX: usize = 900;

/// Split so that this file does not hold them itself.
const WORDS: [(&str, &str); 10] = [
    ("todo", "!("),
    ("unimplemented", "!("),
    ("dbg", "!("),
    ("FIX", "ME"),
    ("HA", "CK:"),
    ("X", "XX:"),
    ("/ro", "ot/"),
    ("/ho", "me/"),
    ("/tm", "p/"),
    ("/wo", "rk/"),
];

const NAMES: [&str; 6] = ["utils", "util", "helpers", "helper", "common", "manager"];

/// Runs all checks and reports everything that they find.
pub fn run() -> Result<(), String> {
    eprintln!("== tidy");
    let mut found = upward_dependencies()?;
    for name in output(program("git").args(["ls-files", "--cached", "--others", "--exclude-standard"]))?.lines() {
        found.extend(untidy(name));
    }
    if found.is_empty() { Ok(()) } else { Err(format!("tidy:\n  {}", found.join("\n  "))) }
}

fn upward_dependencies() -> Result<Vec<String>, String> {
    let text = output(cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&text).map_err(|error| format!("cargo metadata: {error}"))?;
    let mut found = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        if name == "xtask" {
            continue;
        }
        let Some(layer) = layer(name) else {
            found.push(format!("{name}: stands in no layer; add it to LAYERS"));
            continue;
        };
        let dependencies = package["dependencies"].as_array().into_iter().flatten();
        for dependency in dependencies.filter_map(|dependency| dependency["name"].as_str()) {
            if layer_of_ours(dependency).is_some_and(|other| other >= layer) {
                found.push(format!("{name}: depends on {dependency}, which stands beside or above it"));
            }
        }
    }
    Ok(found)
}

fn layer(name: &str) -> Option<usize> {
    LAYERS.iter().position(|crates| crates.contains(&name))
}

fn layer_of_ours(name: &str) -> Option<usize> {
    if name.starts_with("kintsu") { Some(layer(name).unwrap_or(usize::MAX)) } else { None }
}

fn untidy(name: &str) -> Vec<String> {
    let path = std::path::Path::new(name);
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    if !["rs", "py", "md", "toml", "sh", "json"].contains(&ending) {
        return Vec::new();
    }
    let Ok(text) = std::fs::read_to_string(root().join(name)) else { return Vec::new() };
    let mut found = Vec::new();
    let generated = ending == "json" || name.starts_with("docs/reference/");
    if !generated && text.lines().count() > LINES_MAX {
        found.push(format!("{name}: longer than {LINES_MAX} lines"));
    }
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if NAMES.contains(&stem) {
        found.push(format!("{name}: a file is named for what it holds"));
    }
    for (number, line) in text.lines().enumerate() {
        for (head, tail) in WORDS {
            if line.contains(&format!("{head}{tail}")) {
                found.push(format!("{name}:{}: `{head}{tail}` does not belong here", number + 1));
            }
        }
    }
    found
}
