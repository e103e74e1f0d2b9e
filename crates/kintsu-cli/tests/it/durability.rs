//! A run that is killed leaves nothing that looks finished.

use std::time::Duration;

use crate::command::{files, kintsu, run, small_folder, stderr};

const ARGUMENTS: [&str; 9] =
    ["dedupe", "people.csv", "--settings", "febrl3.settings.json", "-o", "out", "--no-progress", "-qq", "--overwrite"];

#[test]
fn a_killed_run_leaves_all_or_nothing() {
    let folder = small_folder();
    let whole = run(folder.path(), &ARGUMENTS);
    assert!(whole.status.success(), "{}", stderr(&whole));
    let mut expected = files(&folder.path().join("out"));
    expected.remove("run.json").unwrap();
    std::fs::remove_dir_all(folder.path().join("out")).unwrap();
    for attempt in 0..30_u64 {
        let mut child = kintsu(folder.path()).args(ARGUMENTS).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(kintsu_core::hash_bytes(&attempt.to_le_bytes(), 1) % 250));
        child.kill().unwrap();
        child.wait().unwrap();
        if folder.path().join("out").exists() {
            let mut found = files(&folder.path().join("out"));
            assert!(found.remove("run.json").is_some_and(|card| card.ends_with(b"}\n")), "attempt {attempt}");
            assert!(found == expected, "attempt {attempt}");
            std::fs::remove_dir_all(folder.path().join("out")).unwrap();
        }
    }
    let again = run(folder.path(), &ARGUMENTS);
    assert!(again.status.success(), "{}", stderr(&again));
    let left: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.contains("out") && name != "out")
        .collect();
    assert_eq!(left, Vec::<String>::new(), "leftovers are cleared by the next run");
}

#[test]
fn an_existing_directory_is_not_replaced_unasked() {
    let folder = small_folder();
    let arguments = ["dedupe", "people.csv", "--model", "febrl3.model.json", "-o", "out"];
    assert!(run(folder.path(), &arguments).status.success());
    let before = files(&folder.path().join("out"));
    let refused = run(folder.path(), &arguments);
    assert_eq!(refused.status.code(), Some(2));
    assert!(before == files(&folder.path().join("out")));
    let with = [&arguments[..], &["--overwrite"]].concat();
    assert!(run(folder.path(), &with).status.success());
    std::fs::create_dir(folder.path().join("mine")).unwrap();
    std::fs::write(folder.path().join("mine/letter.txt"), "dear").unwrap();
    let protected = run(folder.path(), &["dedupe", "people.csv", "--model", "febrl3.model.json", "-o", "mine", "--overwrite"]);
    assert_eq!(protected.status.code(), Some(2), "{}", stderr(&protected));
    assert!(folder.path().join("mine/letter.txt").exists());
}
