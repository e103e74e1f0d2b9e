//! Staged folders and files: published whole, gone without a trace otherwise.

use std::fs;
use std::path::{Path, PathBuf};

use kintsu_core::Explain;
use kintsu_table::{Overwrite, StagedDirectory, StagedFile, TableError};
use tempfile::TempDir;

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn staged(target: &Path, overwrite: Overwrite, content: &str) -> StagedDirectory {
    let staged = StagedDirectory::create(target, overwrite).unwrap();
    fs::write(staged.file("a"), content).unwrap();
    fs::create_dir(staged.file("inner")).unwrap();
    fs::write(staged.path().join("inner/b"), content).unwrap();
    staged
}

fn scene() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let target = folder.path().join("out");
    (folder, target)
}

#[test]
fn a_folder_appears_when_it_is_published() {
    let (folder, target) = scene();
    let output = staged(&target, Overwrite::Refuse, "new");
    assert!(!target.exists());
    assert_eq!(output.publish().unwrap(), target);
    assert_eq!(names(folder.path()), ["out"]);
    assert_eq!(fs::read_to_string(target.join("inner/b")).unwrap(), "new");
}

#[test]
fn a_dropped_folder_leaves_nothing() {
    let (folder, target) = scene();
    drop(staged(&target, Overwrite::Refuse, "new"));
    assert!(names(folder.path()).is_empty());
    let deep = folder.path().join("made/for/out");
    drop(staged(&deep, Overwrite::Refuse, "new"));
    assert!(names(folder.path()).is_empty());
    staged(&deep, Overwrite::Refuse, "new").publish().unwrap();
    assert_eq!(names(&folder.path().join("made/for")), ["out"]);
}

#[test]
fn an_existing_folder_is_kept_unless_it_may_go() {
    let (folder, target) = scene();
    staged(&target, Overwrite::Refuse, "old").publish().unwrap();
    let refused = StagedDirectory::create(&target, Overwrite::Refuse).unwrap_err();
    assert!(matches!(refused, TableError::TargetExists { .. }));
    assert_eq!(refused.code(), "KN-TABLE-021");
    let refused = StagedDirectory::create(&target, Overwrite::ReplaceHolding("run.json")).unwrap_err();
    assert!(matches!(refused, TableError::TargetProtected { .. }));
    let output = staged(&target, Overwrite::ReplaceHolding("a"), "new");
    assert_eq!(fs::read_to_string(target.join("a")).unwrap(), "old");
    output.publish().unwrap();
    assert_eq!(fs::read_to_string(target.join("a")).unwrap(), "new");
    drop(staged(&target, Overwrite::Replace, "newer"));
    assert_eq!(fs::read_to_string(target.join("a")).unwrap(), "new");
    assert_eq!(names(folder.path()), ["out"]);
}

#[test]
fn an_empty_folder_is_taken_and_a_file_is_not() {
    let (folder, target) = scene();
    fs::create_dir(&target).unwrap();
    staged(&target, Overwrite::Refuse, "new").publish().unwrap();
    assert_eq!(names(&target), ["a", "inner"]);
    let file = folder.path().join("file");
    fs::write(&file, "mine").unwrap();
    for overwrite in [Overwrite::Refuse, Overwrite::Replace, Overwrite::ReplaceHolding("a")] {
        assert!(StagedDirectory::create(&file, overwrite).is_err(), "{overwrite:?}");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    assert_eq!(names(folder.path()), ["file", "out"]);
}

#[test]
fn a_target_that_appears_meanwhile_is_kept() {
    let (folder, target) = scene();
    let output = staged(&target, Overwrite::Refuse, "new");
    fs::create_dir(&target).unwrap();
    fs::write(target.join("theirs"), "x").unwrap();
    assert!(matches!(output.publish().unwrap_err(), TableError::TargetExists { .. }));
    assert_eq!(names(&target), ["theirs"]);
    assert_eq!(names(folder.path()), ["out"]);
}

#[test]
fn the_working_folder_is_never_replaced() {
    let current = std::env::current_dir().unwrap();
    let refused = StagedDirectory::create(&current, Overwrite::Replace).unwrap_err();
    assert!(matches!(refused, TableError::TargetProtected { .. }));
    assert!(matches!(
        StagedDirectory::create(Path::new("/"), Overwrite::Replace).unwrap_err(),
        TableError::TargetProtected { .. }
    ));
    assert!(matches!(
        StagedDirectory::create(Path::new(".."), Overwrite::Replace).unwrap_err(),
        TableError::TargetProtected { .. }
    ));
}

#[test]
fn one_run_at_a_time_works_on_a_target() {
    let (folder, target) = scene();
    let first = staged(&target, Overwrite::Refuse, "first");
    let second = StagedDirectory::create(&target, Overwrite::Refuse).unwrap_err();
    assert!(matches!(second, TableError::TargetBusy { .. }));
    assert!(first.path().join("inner/b").exists(), "the live run keeps its files");
    let other = staged(&folder.path().join("other"), Overwrite::Refuse, "other");
    first.publish().unwrap();
    other.publish().unwrap();
    assert_eq!(names(folder.path()), ["other", "out"]);
}

#[test]
fn leftovers_of_killed_runs_are_cleared() {
    let (folder, target) = scene();
    let killed = |name: &str| {
        fs::create_dir(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name).join("half"), "x").unwrap();
    };
    killed(".out.kintsu-new");
    fs::write(folder.path().join(".out.kintsu-lock"), "").unwrap();
    drop(StagedDirectory::create(&target, Overwrite::Refuse).unwrap());
    assert!(names(folder.path()).is_empty());

    // Killed between the two renames of a system without exchange: the old output comes back.
    killed(".out.kintsu-old");
    killed(".out.kintsu-new");
    assert!(matches!(StagedDirectory::create(&target, Overwrite::Refuse).unwrap_err(), TableError::TargetExists { .. }));
    assert_eq!(names(folder.path()), ["out"]);
    assert_eq!(names(&target), ["half"]);

    // Killed after them: the old output goes.
    killed(".out.kintsu-old");
    staged(&target, Overwrite::Replace, "new").publish().unwrap();
    assert_eq!(names(folder.path()), ["out"]);
    assert_eq!(names(&target), ["a", "inner"]);
}

#[test]
fn files_are_staged_as_folders_are() {
    let (folder, _) = scene();
    let target = folder.path().join("out.csv");
    let file = StagedFile::create(&target, Overwrite::Refuse).unwrap();
    fs::write(file.path(), "one").unwrap();
    drop(file);
    assert!(names(folder.path()).is_empty());
    let file = StagedFile::create(&target, Overwrite::Refuse).unwrap();
    fs::write(file.path(), "one").unwrap();
    file.publish().unwrap();
    assert!(matches!(StagedFile::create(&target, Overwrite::Refuse).unwrap_err(), TableError::TargetExists { .. }));
    let file = StagedFile::create(&target, Overwrite::Replace).unwrap();
    fs::write(file.path(), "two").unwrap();
    assert_eq!(fs::read_to_string(&target).unwrap(), "one");
    file.publish().unwrap();
    assert_eq!(fs::read_to_string(&target).unwrap(), "two");
    assert_eq!(names(folder.path()), ["out.csv"]);
    assert!(matches!(StagedFile::create(folder.path(), Overwrite::Replace).unwrap_err(), TableError::TargetProtected { .. }));
}

#[test]
fn a_file_that_was_never_written_is_an_error() {
    let (folder, target) = scene();
    let file = StagedFile::create(&target, Overwrite::Refuse).unwrap();
    assert!(matches!(file.publish().unwrap_err(), TableError::Write { .. }));
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_folder_that_cannot_be_written_is_a_typed_error() {
    let (folder, _) = scene();
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    let refused = StagedDirectory::create(&file.join("out"), Overwrite::Refuse).unwrap_err();
    assert!(matches!(refused, TableError::Write { .. }));
    // `/proc` refuses new files whoever asks.
    if Path::new("/proc/self").exists() {
        let refused = StagedDirectory::create(Path::new("/proc/kintsu-out"), Overwrite::Refuse).unwrap_err();
        assert!(matches!(refused, TableError::Write { .. }));
    }
    assert_eq!(names(folder.path()), ["file"]);
}

#[test]
fn the_longest_names_work() {
    let (folder, _) = scene();
    let target = folder.path().join("x".repeat(255));
    staged(&target, Overwrite::Refuse, "new").publish().unwrap();
    assert_eq!(names(folder.path()).len(), 1);
}
