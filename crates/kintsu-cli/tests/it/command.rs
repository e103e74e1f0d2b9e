//! Running the command, and a small data set for it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The command, in `folder`.
pub(crate) fn kintsu(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kintsu"));
    command.current_dir(folder).env("NO_COLOR", "1");
    command
}

/// Runs the command to its end.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    kintsu(folder).args(arguments).output().unwrap()
}

/// Runs the command, which has to succeed.
pub(crate) fn done(folder: &Path, arguments: &[&str]) -> Output {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
    output
}

/// Runs the command, which has to succeed, and gives the document that it prints.
pub(crate) fn json(folder: &Path, arguments: &[&str]) -> serde_json::Value {
    serde_json::from_slice(&done(folder, &[arguments, &["--format", "json"]].concat()).stdout).unwrap()
}

/// The text of a file.
pub(crate) fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The demo's data and models, which are always here.
pub(crate) fn demo(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo").join(name)
}

/// A folder with these files.
pub(crate) fn folder_of(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

/// A settings file and a job file beside 200 of the demo's people.
pub(crate) fn small_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let people = std::fs::read_to_string(demo("febrl3.csv")).unwrap();
    let some: Vec<&str> = people.lines().take(1 + 2000).collect();
    std::fs::write(folder.path().join("people.csv"), some.join("\n") + "\n").unwrap();
    for name in ["febrl3.model.json", "febrl3.settings.json"] {
        std::fs::copy(demo(name), folder.path().join(name)).unwrap();
    }
    folder
}

/// Every file under `folder`, by its relative name.
pub(crate) fn files(folder: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let mut found = std::collections::BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(inner) = open.pop() {
        for entry in std::fs::read_dir(inner).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}
