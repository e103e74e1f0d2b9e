//! Real files, where they are at hand.

use std::path::{Path, PathBuf};

use kintsu_core::RunContext;
use kintsu_table::{Input, ReadOptions, TableError, read};

fn shared() -> Option<PathBuf> {
    let named = std::env::var_os("KINTSU_SHARED").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"));
    folder.join("data").is_dir().then_some(folder)
}

fn tables_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tables_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "csv" || extension == "parquet") {
            found.push(path);
        }
    }
}

#[test]
fn every_data_set_is_read() {
    let Some(shared) = shared() else {
        println!("skipped: ../shared is not here");
        return;
    };
    let mut files = Vec::new();
    tables_below(&shared.join("data"), &mut files);
    assert!(files.len() > 10);
    for file in files {
        let table = match read(&[Input::new(&file)], &ReadOptions::default(), &RunContext::default()) {
            Ok(table) => table,
            // One collection has random errors in its bytes, quotes and delimiters among them.
            Err(TableError::Csv { .. }) if file.to_string_lossy().contains("recordlinker") => continue,
            Err(error) => panic!("{}: {error}", file.display()),
        };
        assert!(table.rows() > 0 && !table.columns().is_empty(), "{}", file.display());
    }
}
