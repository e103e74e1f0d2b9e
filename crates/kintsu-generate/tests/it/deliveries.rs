//! Dated deliveries of new and changed records.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use kintsu_core::RunContext;
use kintsu_generate::{Generated, Options, Part, PresetName, WriteMode, generate};

use crate::scene::{digests, made, options_of, texts};

const DATES: [&str; 3] = ["2026-01-01", "2026-02-01", "2026-03-01"];

fn dated(preset: PresetName, output: &Path, customers: u64) -> Options {
    Options { batches: 3, ..options_of(preset, output, customers) }
}

fn folder_of(output: &Path, table: &str, date: &str) -> PathBuf {
    output.join(table).join(format!("delivery={date}"))
}

const TABLES: [(PresetName, &str, &str); 3] = [
    (PresetName::Realistic, "raw_crm_customers", "record_id"),
    (PresetName::People, "people", "unique_id"),
    (PresetName::Companies, "companies", "unique_id"),
];

#[test]
fn the_bytes_depend_neither_on_threads_nor_on_parts() {
    let folder = tempfile::tempdir().unwrap();
    for (preset, table, _) in TABLES {
        let of = |name: &str| dated(preset, &folder.path().join(format!("{table}-{name}")), 2001);
        let one = digests(&made(&of("one"), 1));
        assert_eq!((&one, &one), (&digests(&made(&of("two"), 2)), &digests(&made(&of("seven"), 7))));
        let whole = digests(&made(&Options { partitions: Some(2), ..of("whole") }, 2));
        for number in 1..=2 {
            let part = Options { part: Some(Part { number, of: 2 }), ..of(&number.to_string()) };
            for (path, digest) in digests(&made(&part, 1)).iter().filter(|(path, _)| path.starts_with(table)) {
                assert_eq!(whole.get(path), Some(digest), "{path}");
            }
        }
    }
}

#[test]
fn deliveries_are_as_large_as_expected_and_the_truth_tells_each_record_once() {
    let folder = tempfile::tempdir().unwrap();
    for (preset, table, id) in TABLES {
        let output = folder.path().join(table);
        let made = made(&dated(preset, &output, 40_000), 2);
        for expected in &made.volumes.expected {
            let rows = made.manifest.counts[&expected.table];
            assert!((expected.least..=expected.most).contains(&rows) && expected.rows > 1000, "{expected:?}: {rows}");
        }
        let owners: HashMap<_, _> = texts(&output.join("truth/truth.parquet"), "record_id")
            .into_iter()
            .zip(texts(&output.join("truth/truth.parquet"), "customer_id"))
            .collect();
        assert_eq!(owners.len(), texts(&output.join("truth/truth.parquet"), "record_id").len());
        let mut known: HashSet<Option<String>> = HashSet::new();
        for (date, bounds) in DATES.iter().zip([(1, 20_000), (20_001, 30_000), (30_001, 40_000)]) {
            let ids = texts(&folder_of(&output, table, date), id);
            let (again, new): (Vec<_>, Vec<_>) = ids.iter().partition(|id| known.contains(*id));
            assert_eq!(again.is_empty(), *date == DATES[0]);
            let number = |id: &Option<String>| owners[id].as_deref().unwrap()[5..].parse::<u64>().unwrap();
            assert!(new.iter().all(|id| (bounds.0..=bounds.1).contains(&number(id))), "{date}");
            assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "a record comes once in a delivery");
            known.extend(ids);
        }
        let here: HashSet<&Option<String>> = owners.keys().collect();
        assert!(preset == PresetName::Realistic || known.iter().all(|id| here.contains(id)) && known.len() == here.len());
    }
}

#[test]
fn changes_lead_from_the_clean_rows_to_the_records_of_each_delivery() {
    let folder = tempfile::tempdir().unwrap();
    for (preset, table, id) in TABLES {
        let output = folder.path().join(table);
        let made = made(&dated(preset, &output, 4000), 2);
        let names = if preset == PresetName::Companies { ["name", "city", "phone"] } else { ["city", "email", "phone"] };
        for name in names.into_iter().chain((preset == PresetName::People).then_some("surname")) {
            follow(&made, table, id, name);
        }
        let operations: HashSet<_> = texts(&output.join("truth/changes.parquet"), "operation").into_iter().flatten().collect();
        assert!(operations.contains("relocated") && operations.contains("renamed"));
    }
}

/// Holds a column of each delivery against the changes told for it.
fn follow(made: &Generated, table: &str, id: &str, column: &str) {
    let of = |file: &str, name: &str| texts(&made.output.join(file), name);
    let clean: HashMap<_, _> =
        of("truth/customers.parquet", "customer_id").into_iter().zip(of("truth/customers.parquet", column)).collect();
    let owner: HashMap<_, _> =
        of("truth/truth.parquet", "record_id").into_iter().zip(of("truth/truth.parquet", "customer_id")).collect();
    let changes: Vec<Vec<Option<String>>> = ["delivery", "record_id", "column", "before", "after"]
        .map(|name| of("truth/changes.parquet", name))
        .into_iter()
        .collect();
    for date in DATES {
        let folder = folder_of(&made.output, table, date);
        let ids = texts(&folder, id);
        let mut expected: BTreeMap<_, _> = ids.iter().map(|id| (id.clone(), clean[&owner[id]].clone())).collect();
        for row in (0..changes[0].len()).filter(|row| changes[0][*row].as_deref() == Some(date)) {
            if changes[2][row].as_deref() == Some(column)
                && let Some(value) = expected.get_mut(&changes[1][row])
            {
                assert_eq!(*value, changes[3][row], "{date} {column}");
                value.clone_from(&changes[4][row]);
            }
        }
        for (id, value) in ids.iter().zip(texts(&folder, column)) {
            assert_eq!(value, expected[id], "{date} {column}");
        }
    }
}

#[test]
fn who_has_moved_is_found_at_one_new_address_by_every_source() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out");
    made(&dated(PresetName::Realistic, &output, 10_000), 2);
    let changes = |name| texts(&output.join("truth/changes.parquet"), name);
    let owner: HashMap<_, _> = texts(&output.join("truth/truth.parquet"), "record_id")
        .into_iter()
        .zip(texts(&output.join("truth/truth.parquet"), "customer_id"))
        .collect();
    let mut homes: HashMap<Option<String>, Vec<Option<String>>> = HashMap::new();
    let rows = changes("operation").into_iter().zip(changes("column")).zip(changes("record_id")).zip(changes("after"));
    for (((operation, column), record), after) in rows {
        if (operation.as_deref(), column.as_deref()) == (Some("relocated"), Some("address")) {
            homes.entry(owner[&record].clone()).or_default().push(after);
        }
    }
    let several: Vec<_> = homes.values().filter(|homes| homes.len() > 1).collect();
    let distinct = |homes: &&Vec<Option<String>>| homes.iter().collect::<HashSet<_>>().len();
    // Who moves twice has two new addresses; hardly anybody does.
    let settled = several.iter().filter(|homes| distinct(homes) == 1).count();
    assert!(several.len() > 100 && settled * 10 > several.len() * 9, "{settled} of {}", several.len());
}

#[test]
fn dated_deliveries_are_not_continued_and_are_one_table_in_the_union() {
    let folder = tempfile::tempdir().unwrap();
    let options = dated(PresetName::People, &folder.path().join("out"), 100);
    let made = made(&options, 1);
    assert!(made.manifest.deliveries.iter().map(|card| card.batch.unwrap().date.to_string()).eq(DATES));
    let append = Options { batches: 1, write_mode: WriteMode::Append, ..options };
    assert!(generate(&append, &RunContext::default()).is_err());
    let sql = std::fs::read_to_string(made.output.join("union.sql")).unwrap();
    assert!(sql.contains("read_parquet('people/*/*.parquet', hive_partitioning = true)"), "{sql}");
}
