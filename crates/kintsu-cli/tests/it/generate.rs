//! `kintsu generate` when it is killed, when the disk fills up, and when an output or something damaged is there already.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::command::{files, kintsu, run, stderr};

/// Enough rows for a run of some tenths of a second, in enough files that one can be killed between them.
const ARGUMENTS: [&str; 9] = ["generate", "-o", "out", "--customers", "30000", "--partitions", "12", "--no-progress", "-qq"];

/// How many runs are killed, at moments spread over a run.
const ATTEMPTS: u32 = 16;

fn output(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    files(&folder.join("out"))
}

/// The hidden folder in which a run makes its files.
fn staging(folder: &Path) -> PathBuf {
    folder.join(".out.kintsu-new")
}

/// What stands in the folder.
fn names(folder: &Path) -> Vec<String> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

fn made(folder: &Path, arguments: &[&str]) {
    let made = run(folder, arguments);
    assert!(made.status.success(), "{}", stderr(&made));
}

/// Starts a run and kills it after `delay`; whether it was still at work.
fn killed_after(folder: &Path, delay: Duration) -> bool {
    let mut child = kintsu(folder).args(ARGUMENTS).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(delay);
    let working = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    working
}

/// Runs until the journal tells of `count` finished files, then kills.
fn killed_with_files(folder: &Path, count: usize) {
    let mut child = kintsu(folder).args(ARGUMENTS).stderr(Stdio::null()).spawn().unwrap();
    let started = Instant::now();
    loop {
        let journal = std::fs::read_to_string(staging(folder).join(".journal")).unwrap_or_default();
        if journal.lines().count() > count {
            break;
        }
        assert!(child.try_wait().unwrap().is_none(), "the run ended before it was killed");
        assert!(started.elapsed() < Duration::from_mins(1), "the run does not go on");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_killed_run_goes_on_and_gives_the_bytes_of_an_undisturbed_one() {
    let folder = tempfile::tempdir().unwrap();
    let started = Instant::now();
    made(folder.path(), &ARGUMENTS);
    let whole = started.elapsed();
    let expected = output(folder.path());
    let mut killed = 0;
    for attempt in 0..ATTEMPTS {
        std::fs::remove_dir_all(folder.path().join("out")).unwrap();
        // Some are killed twice before they may end.
        for _ in 0..=attempt % 2 {
            if folder.path().join("out").exists() {
                break;
            }
            killed += u32::from(killed_after(folder.path(), whole * (2 * attempt + 1) / (2 * ATTEMPTS)));
            assert!(!folder.path().join("out").exists() || output(folder.path()) == expected, "attempt {attempt}");
        }
        // Who was killed after publishing may leave the lock, which the next run clears.
        if !folder.path().join("out").exists() {
            made(folder.path(), &ARGUMENTS);
            assert_eq!(names(folder.path()), ["out"], "attempt {attempt}");
        }
        assert!(output(folder.path()) == expected, "attempt {attempt}");
    }
    assert!(killed >= ATTEMPTS / 2, "only {killed} runs were killed while they ran");
}

#[test]
fn finished_files_are_kept_unless_they_were_damaged() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path(), &ARGUMENTS);
    let expected = output(folder.path());
    std::fs::remove_dir_all(folder.path().join("out")).unwrap();
    killed_with_files(folder.path(), 6);
    let part = |number: u32| format!("raw_crm_customers/part-{number:05}.parquet");
    let kept = staging(folder.path()).join(part(0));
    let before = std::fs::metadata(&kept).unwrap().modified().unwrap();
    // One loses its end, one a single bit.
    let cut = staging(folder.path()).join(part(1));
    std::fs::File::options().write(true).open(&cut).unwrap().set_len(100).unwrap();
    let turned = staging(folder.path()).join(part(2));
    let mut bytes = std::fs::read(&turned).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&turned, bytes).unwrap();
    made(folder.path(), &ARGUMENTS);
    assert!(output(folder.path()) == expected);
    let after = std::fs::metadata(folder.path().join("out").join(part(0))).unwrap().modified().unwrap();
    assert_eq!(before, after, "a finished file was made again");
    assert_eq!(names(folder.path()), ["out"]);
}

#[test]
fn another_command_does_not_take_what_a_killed_run_left() {
    let folder = tempfile::tempdir().unwrap();
    killed_with_files(folder.path(), 3);
    let other = ["generate", "-o", "out", "--customers", "300", "--seed", "7", "--no-progress", "-qq"];
    made(folder.path(), &other);
    let expected = output(folder.path());
    made(folder.path(), &[&other[..], &["--overwrite"]].concat());
    assert!(output(folder.path()) == expected);
    assert_eq!(names(folder.path()), ["out"]);
}

#[test]
fn an_output_that_is_there_is_refused_unasked_and_replaced_only_where_it_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let small = ["generate", "-o", "out", "--customers", "200", "--no-progress", "-qq"];
    made(folder.path(), &small);
    let before = output(folder.path());
    let refused = run(folder.path(), &small);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("--overwrite") && stderr(&refused).contains("append"), "{}", stderr(&refused));
    assert!(output(folder.path()) == before);
    made(folder.path(), &[&small[..], &["--overwrite"]].concat());
    assert!(output(folder.path()) == before);
    std::fs::create_dir(folder.path().join("mine")).unwrap();
    std::fs::write(folder.path().join("mine/letter.txt"), "dear").unwrap();
    let protected = run(folder.path(), &["generate", "-o", "mine", "--customers", "200", "--overwrite"]);
    assert_eq!(protected.status.code(), Some(2), "{}", stderr(&protected));
    assert!(folder.path().join("mine/letter.txt").exists());
}

/// A limit on the size of files stands in for the full disk, as in the tests of linkage.
#[cfg(unix)]
#[test]
fn a_disk_that_fills_up_leaves_nothing_half_written() {
    use std::process::Command;

    let folder = tempfile::tempdir().unwrap();
    let small = ["generate", "-o", "out", "--customers", "3000", "--no-progress"];
    made(folder.path(), &small);
    let old = files(folder.path());
    for (blocks, arguments) in [(0, "--overwrite"), (1, "--overwrite"), (64, "--overwrite"), (64, "--write-mode append")] {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" {} {arguments}", small.join(" "));
        let full = Command::new("sh")
            .current_dir(folder.path())
            .env("NO_COLOR", "1")
            .args(["-c", &script, env!("CARGO_BIN_EXE_kintsu")])
            .output()
            .unwrap();
        let said = stderr(&full);
        assert_eq!(full.status.code(), Some(2), "{blocks} blocks: {said}");
        assert!(said.contains("cannot write") && said.contains("hint:"), "{blocks} blocks: {said}");
        assert!(files(folder.path()) == old, "{blocks} blocks: something was left or changed");
        assert_eq!(names(folder.path()), ["out"], "{blocks} blocks");
    }
    made(folder.path(), &[&small[..], &["--overwrite"]].concat());
    assert!(files(folder.path()) == old);
}
