//! The same bytes from any number of threads and from parts made one by one.

use std::collections::BTreeMap;

use kintsu_generate::{Options, Part};

use crate::scene::{digests, made, options};

#[test]
fn threads_do_not_change_a_byte() {
    let folder = tempfile::tempdir().unwrap();
    // More customers than a row group has, so that there are several pieces to be put in order.
    let with = |threads: usize| made(&options(&folder.path().join(threads.to_string()), 200_000), threads);
    let one = with(1);
    assert_eq!(digests(&one), digests(&with(2)));
    assert_eq!(one.manifest, with(7).manifest);
    assert_eq!(one.manifest.files.len(), 6);
}

#[test]
fn ten_parts_are_the_files_of_one_run_in_ten_partitions() {
    let folder = tempfile::tempdir().unwrap();
    let whole = made(&Options { partitions: Some(10), ..options(&folder.path().join("whole"), 3001) }, 2);
    let mut parts = BTreeMap::new();
    let (mut customers, mut records) = (0, 0);
    for number in 1..=10 {
        let part = Part { number, of: 10 };
        let made = made(&Options { part: Some(part), ..options(&folder.path().join(number.to_string()), 3001) }, 1);
        customers += made.manifest.counts["customers"];
        records += made.manifest.counts["records"];
        parts.extend(digests(&made).into_iter().filter(|(path, _)| !path.starts_with("truth/")));
    }
    let sources = digests(&whole).into_iter().filter(|(path, _)| !path.starts_with("truth/")).collect();
    assert_eq!(parts, sources);
    assert_eq!((customers, records), (3001, whole.manifest.counts["records"]));
}

#[test]
fn another_seed_gives_other_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let with = |seed: u64| digests(&made(&Options { seed, ..options(&folder.path().join(seed.to_string()), 500) }, 1));
    let (first, second) = (with(1), with(2));
    assert!(first.iter().all(|(path, digest)| second[path] != *digest));
}
