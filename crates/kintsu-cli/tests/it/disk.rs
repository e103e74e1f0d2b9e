//! A disk that fills up while a run writes: an error with a hint, no leftovers, and the old output as it was.
//!
//! A limit on the size of files stands in for the full disk: it needs no privileges, and writing fails in the same place.
#![cfg(unix)]

use std::process::{Command, Output};

use crate::command::{demo, files, run, small_folder, stderr};

/// Runs the command with files of at most `blocks` blocks of 512 or 1024 bytes, as the shell counts them. Without the trap the
/// system would end the process instead of failing the write.
fn run_with_small_files(folder: &std::path::Path, blocks: u32, arguments: &str) -> Output {
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" {arguments}");
    Command::new("sh")
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .args(["-c", &script, env!("CARGO_BIN_EXE_kintsu")])
        .output()
        .unwrap()
}

#[test]
fn a_disk_that_fills_up_leaves_the_old_output_and_nothing_else() {
    let folder = small_folder();
    std::fs::copy(demo("febrl3.csv"), folder.path().join("people.csv")).unwrap();
    let arguments = ["dedupe", "people.csv", "--model", "febrl3.model.json", "-o", "out", "--no-progress", "--overwrite"];
    let made = run(folder.path(), &arguments);
    assert!(made.status.success(), "{}", stderr(&made));
    let old = files(folder.path());
    let largest = old.iter().filter(|(name, _)| name.starts_with("out/")).map(|(_, bytes)| bytes.len()).max().unwrap();
    assert!(largest > 64 * 1024, "no file is large enough to fail");
    for blocks in [0, 1, 8, 32] {
        let full = run_with_small_files(folder.path(), blocks, &arguments.join(" "));
        let said = stderr(&full);
        assert_eq!(full.status.code(), Some(2), "{blocks} blocks: {said}");
        assert!(said.contains("cannot write") && said.contains("hint:"), "{blocks} blocks: {said}");
        assert!(files(folder.path()) == old, "{blocks} blocks: something was left or changed");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().flatten().count(), 4, "{blocks} blocks");
    }
    let again = run(folder.path(), &arguments);
    assert!(again.status.success(), "{}", stderr(&again));
}
