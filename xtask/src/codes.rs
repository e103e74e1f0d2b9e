//! The reference page of error and warning codes, made from the sources in Rust and Python so that it cannot lack one.
//!
//! A code of an error enum means what the doc of its variant says; every other code has a note in `kintsu-job`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::process::root;

/// Where the codes of problems and warnings have their notes.
const NOTES: &str = "crates/kintsu-job/src/codes.rs";

/// The page.
///
/// # Errors
/// When a code has no meaning, or a note belongs to no code.
pub fn page() -> Result<String, String> {
    let read = |path: &Path| std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()));
    let notes_path = root().join(NOTES);
    let notes = notes(&read(&notes_path)?);
    let mut found: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut files = sources(&root().join("crates"))?;
    files.extend(files_below(root().join("python/kintsu"), "py")?);
    for path in files.into_iter().filter(|path| *path != notes_path) {
        for (code, meaning) in codes_of(&read(&path)?) {
            let known = found.entry(code).or_default();
            *known = known.take().or(meaning);
        }
    }
    let unused: Vec<&String> = notes.keys().filter(|code| !found.contains_key(*code)).collect();
    if !unused.is_empty() {
        return Err(format!("{NOTES} explains codes that nothing has: {unused:?}"));
    }
    let mut rows = Vec::new();
    for (code, meaning) in found {
        let (meaning, hint) = match (notes.get(&code), meaning) {
            (Some((meaning, hint)), _) => (meaning.clone(), hint.clone()),
            (None, Some(meaning)) => (meaning, "the message says what".to_owned()),
            (None, None) => return Err(format!("the code {code} has no meaning: add it to {NOTES}")),
        };
        rows.push((code, meaning, hint));
    }
    Ok(written(&rows))
}

fn written(rows: &[(String, String, String)]) -> String {
    let mut page =
        "# Error and warning codes\n\nWritten by `cargo xtask docs`.\n\nErrors end a command with exit code 2 where the \
                    input is wrong and 3 where the program is; nothing is written then. Warnings stand in `run.json` too.\n"
            .to_owned();
    for (title, warnings) in [("Errors", false), ("Warnings", true)] {
        let _ = write!(page, "\n## {title}\n\n| code | means | what to do |\n|---|---|---|\n");
        for (code, meaning, hint) in rows.iter().filter(|(code, ..)| code.starts_with("KN-W-") == warnings) {
            let _ = writeln!(page, "| {code} | {} | {} |", meaning.replace('|', "\\|"), hint.replace('|', "\\|"));
        }
    }
    page
}

/// Every Rust file of the crates' sources.
fn sources(crates: &Path) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    for folder in entries(crates)?.into_iter().map(|path| path.join("src")).filter(|path| path.is_dir()) {
        files.extend(files_below(folder, "rs")?);
    }
    files.sort();
    Ok(files)
}

/// The files with an ending in a folder and those below it.
fn files_below(folder: PathBuf, ending: &str) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for path in entries(&folder)? {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == ending) {
                files.push(path);
            }
        }
    }
    Ok(files)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let failed = |error: std::io::Error| format!("cannot read {}: {error}", folder.display());
    std::fs::read_dir(folder).map_err(failed)?.map(|entry| entry.map(|entry| entry.path()).map_err(failed)).collect()
}

/// The codes in a source file, tests and comments left out, each with the doc of its variant where one stands on its line.
fn codes_of(source: &str) -> Vec<(String, Option<String>)> {
    let end = source.find("#[cfg(test)]").unwrap_or(source.len());
    let source = &source[..end];
    let mut found = Vec::new();
    for line in source.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for code in codes_in(line) {
            let variant = line.split("Self::").nth(1).map(|rest| rest.split(|letter: char| !letter.is_alphanumeric()).next());
            found.push((code, variant.flatten().and_then(|variant| doc_of(source, variant))));
        }
    }
    found
}

/// What looks like `KN-JOB-013` in a line.
fn codes_in(line: &str) -> Vec<String> {
    let is_part = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '-';
    let starts = line.match_indices("KN-").map(|(at, _)| at);
    let code = |at: usize| line[at..].chars().take_while(|letter| is_part(*letter)).collect::<String>();
    starts.map(code).filter(|code| code.rsplit('-').next().is_some_and(|number| number.len() == 3)).collect()
}

/// The first paragraph of the doc of an enum's variant.
fn doc_of(source: &str, variant: &str) -> Option<String> {
    let lines: Vec<&str> = source.lines().collect();
    let is_variant = |line: &&str| {
        let rest = line.strip_prefix("    ").and_then(|line| line.strip_prefix(variant));
        rest.is_some_and(|rest| rest.starts_with([',', '(', ' ']))
    };
    let at = lines.iter().position(is_variant)?;
    let is_another = |line: &str| line.strip_prefix("    ").is_some_and(|rest| rest.starts_with(char::is_alphabetic));
    let ends = |line: &str| line.trim().is_empty() || line.starts_with("    }") || line.ends_with('{') || is_another(line);
    let above = lines[..at].iter().rev().take_while(|line| !ends(line));
    let mut doc: Vec<&str> = above.filter_map(|line| line.trim().strip_prefix("/// ")).collect();
    doc.reverse();
    let doc = doc.join(" ").trim_end_matches('.').to_owned();
    (!doc.is_empty()).then_some(doc)
}

/// The notes: code, meaning and hint by three literals each.
fn notes(source: &str) -> BTreeMap<String, (String, String)> {
    let after = source.split("const NOTES").nth(1).and_then(|text| text.split("\n];").next()).unwrap_or_default();
    let literals = literals(after);
    literals.chunks_exact(3).map(|note| (note[0].clone(), (note[1].clone(), note[2].clone()))).collect()
}

fn literals(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut letters = source.chars();
    while letters.any(|letter| letter == '"') {
        let mut text = String::new();
        while let Some(letter) = letters.next().filter(|letter| *letter != '"') {
            text.push(if letter == '\\' { letters.next().unwrap_or_default() } else { letter });
        }
        found.push(text);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{codes_of, literals, notes};

    #[test]
    fn a_variant_brings_its_doc_and_a_literal_none() {
        let source = "enum E {\n    /// Another.\n    Other,\n    /// Too\n    /// long.\n    #[error(\"x\")]\n    Long { a: u8 },\n}\n\
                      // \"KN-A-001\"\nSelf::Long { .. } => \"KN-A-002\",\nwarn(\"KN-W-A-003\")\n#[cfg(test)]\n\"KN-A-004\"";
        let expected = [("KN-A-002".to_owned(), Some("Too long".to_owned())), ("KN-W-A-003".to_owned(), None)];
        assert_eq!(codes_of(source), expected);
    }

    #[test]
    fn notes_are_read_as_they_are_written() {
        assert_eq!(literals(r#"("a", "b\"c")"#), ["a", "b\"c"]);
        let note = notes("const NOTES: &[_] = &[\n    (\"KN-A-001\", \"m\",\n \"h\"),\n];\n\"other\"");
        assert_eq!(note.into_iter().next(), Some(("KN-A-001".to_owned(), ("m".to_owned(), "h".to_owned()))));
    }
}
