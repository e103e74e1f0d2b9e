//! Whole runs of the preset `realistic`.

use std::collections::HashMap;
use std::path::Path;

use kintsu_generate::{Options, Part, PresetName};

use crate::scene::{digests, made, options_of, texts};

fn realistic(output: &Path, customers: u64) -> Options {
    options_of(PresetName::Realistic, output, customers)
}

#[test]
fn the_bytes_depend_neither_on_threads_nor_on_parts() {
    let folder = tempfile::tempdir().unwrap();
    let of = |name: &str, threads: usize| digests(&made(&realistic(&folder.path().join(name), 3001), threads));
    let one = of("one", 1);
    assert_eq!((&one, &one), (&of("two", 2), &of("seven", 7)));
    let whole = made(&Options { partitions: Some(3), ..realistic(&folder.path().join("whole"), 3001) }, 2);
    let whole = digests(&whole);
    for number in 1..=3 {
        let part = Options { part: Some(Part { number, of: 3 }), ..realistic(&folder.path().join(number.to_string()), 3001) };
        for (path, digest) in digests(&made(&part, 1)).iter().filter(|(path, _)| path.starts_with("raw_")) {
            assert_eq!(whole.get(path), Some(digest), "{path}");
        }
    }
}

#[test]
fn rows_are_as_many_as_expected_and_changes_tell_what_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out");
    let made = made(&realistic(&output, 20_000), 2);
    for table in &made.volumes.expected {
        let rows = made.manifest.counts[&table.table];
        assert!((table.least..=table.most).contains(&rows), "{}: {rows}", table.table);
    }
    let column = |path: &str, name: &str| texts(&output.join(path), name);
    let pairs = |path: &str, key: &str, value: &str| -> HashMap<String, Option<String>> {
        column(path, key).into_iter().flatten().zip(column(path, value)).collect()
    };
    let customer_of = pairs("truth/truth.parquet", "record_id", "customer_id");
    let clean = pairs("truth/customers.parquet", "customer_id", "last_name");
    let held = pairs("raw_crm_customers", "record_id", "last_name");
    let changed: Vec<(String, String)> = column("truth/changes.parquet", "record_id")
        .into_iter()
        .zip(column("truth/changes.parquet", "column"))
        .filter_map(|(record, column)| Some((record?, column?)))
        .filter(|(_, column)| column == "last_name")
        .collect();
    let changed: std::collections::HashSet<&String> = changed.iter().map(|(record, _)| record).collect();
    let same = |record: &String, name: &Option<String>| clean[customer_of[record].as_ref().unwrap()] == *name;
    assert!(held.iter().all(|(record, name)| same(record, name) || changed.contains(record)));
    let different = held.iter().filter(|(record, name)| !same(record, name)).count();
    assert!(different > 500, "{different}");
}

#[test]
fn what_cannot_be_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let base = realistic(&folder.path().join("out"), 10);
    let copies = "uniform:0-3".parse().unwrap();
    for wrong in [Options { exact: true, ..base.clone() }, Options { preset: PresetName::Mdm, copies, ..base.clone() }] {
        assert!(kintsu_generate::plan(&wrong).is_err());
    }
}
