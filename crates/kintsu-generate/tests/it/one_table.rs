//! Whole runs of the presets `people` and `companies`.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use kintsu_generate::{LOCALES, Options, Part, PresetName};
use kintsu_table::{Input, ReadOptions, schema_of};

use crate::scene::{digests, made, options_of, share, texts};

const PRESETS: [(PresetName, &str, &str); 2] = [
    (
        PresetName::People,
        "people",
        "first_name:Utf8 surname:Utf8 dob:Date32 gender:Utf8 email:Utf8 phone:Utf8 street_address:Utf8 city:Utf8 state:Utf8 \
         postcode:Utf8 country:Utf8 national_id:Utf8",
    ),
    (
        PresetName::Companies,
        "companies",
        "name:Utf8 legal_form:Utf8 registration_id:Utf8 street_address:Utf8 city:Utf8 postcode:Utf8 country:Utf8 phone:Utf8 \
         website:Utf8",
    ),
];

fn columns(path: &Path) -> String {
    let schema = schema_of(&Input::new(path), &ReadOptions::default()).unwrap();
    let columns = schema.fields().iter().map(|field| format!("{}:{}", field.name(), field.data_type()));
    columns.collect::<Vec<_>>().join(" ")
}

#[test]
fn columns_are_those_of_the_description() {
    let folder = tempfile::tempdir().unwrap();
    for (preset, table, own) in PRESETS {
        let (plain, kept) = (folder.path().join(table), folder.path().join(format!("{table}_kept")));
        made(&options_of(preset, &plain, 200), 1);
        made(&Options { keep_customer_id: true, table_suffix: "_x".to_owned(), ..options_of(preset, &kept, 200) }, 1);
        assert_eq!(columns(&plain.join(table)), format!("unique_id:Utf8 {own}"));
        assert_eq!(columns(&kept.join(format!("{table}_x"))), format!("customer_id:Utf8 unique_id:Utf8 {own}"));
        assert_eq!(columns(&plain.join("truth/customers.parquet")), format!("customer_id:Utf8 {own}"));
    }
}

#[test]
fn the_bytes_depend_neither_on_threads_nor_on_parts() {
    let folder = tempfile::tempdir().unwrap();
    for (preset, table, _) in PRESETS {
        let of = |name: &str| options_of(preset, &folder.path().join(format!("{table}-{name}")), 3001);
        let one = digests(&made(&of("one"), 1));
        assert_eq!((&one, &one), (&digests(&made(&of("two"), 2)), &digests(&made(&of("seven"), 7))));
        let whole = digests(&made(&Options { partitions: Some(3), ..of("whole") }, 2));
        for number in 1..=3 {
            let part = Options { part: Some(Part { number, of: 3 }), ..of(&number.to_string()) };
            for (path, digest) in digests(&made(&part, 1)).iter().filter(|(path, _)| path.starts_with(table)) {
                assert_eq!(whole.get(path), Some(digest), "{path}");
            }
        }
    }
}

/// The values of each record: what the changes make of the clean row of its customer.
fn replayed(output: &Path, column: &str) -> HashMap<String, Option<String>> {
    let of = |file: &str, name: &str| texts(&output.join(file), name);
    let clean: HashMap<_, _> =
        of("truth/customers.parquet", "customer_id").into_iter().zip(of("truth/customers.parquet", column)).collect();
    let owners = of("truth/truth.parquet", "record_id").into_iter().zip(of("truth/truth.parquet", "customer_id"));
    let mut values: HashMap<String, _> = owners.map(|(record, owner)| (record.unwrap(), clean[&owner].clone())).collect();
    let changes = |name| of("truth/changes.parquet", name);
    let rows = changes("record_id").into_iter().zip(changes("column")).zip(changes("before")).zip(changes("after"));
    for (((record, name), before), after) in rows.filter(|(((_, name), _), _)| name.as_deref() == Some(column)) {
        let value = values.get_mut(&record.unwrap()).unwrap();
        assert_eq!(*value, before, "{name:?}");
        *value = after;
    }
    values
}

#[test]
fn changes_lead_from_the_clean_rows_to_the_records() {
    let folder = tempfile::tempdir().unwrap();
    for (preset, table, own) in PRESETS {
        let output = folder.path().join(table);
        made(&options_of(preset, &output, 2000), 1);
        let ids = texts(&output.join(table), "unique_id");
        for column in own.split(' ').filter_map(|column| column.split(':').next()) {
            let expected = replayed(&output, column);
            for (record, value) in ids.iter().zip(texts(&output.join(table), column)) {
                assert_eq!(value, expected[record.as_ref().unwrap()], "{column}");
            }
        }
        let operations: HashSet<_> = texts(&output.join("truth/changes.parquet"), "operation").into_iter().flatten().collect();
        let wanted: &[&str] = match preset {
            PresetName::People => {
                &["nickname", "surname_change", "moved", "birth_date", "names_swapped", "transliteration", "missing"]
            }
            _ => &["legal_form", "abbreviation", "alias", "moved", "transliteration", "missing", "keyboard"],
        };
        assert!(wanted.iter().all(|operation| operations.contains(*operation)), "{operations:?}");
    }
}

#[test]
fn rows_countries_and_copies_are_as_many_as_expected() {
    let folder = tempfile::tempdir().unwrap();
    for (preset, table, _) in PRESETS {
        let output = folder.path().join(table);
        let customers = 20_000;
        let made = made(&options_of(preset, &output, customers), 2);
        let expected = &made.volumes.expected[0];
        let rows = made.manifest.counts[table];
        assert!((expected.least..=expected.most).contains(&rows) && expected.rows == 28_000, "{rows}, {expected:?}");
        let countries: Vec<_> = texts(&output.join("truth/customers.parquet"), "country").into_iter().flatten().collect();
        assert_eq!(countries.iter().collect::<HashSet<_>>().len(), LOCALES.len());
        // Four of one country come together.
        let american = share(&countries, |country| country == "US");
        assert!((american - 0.4).abs() < 5.0 * (4.0 * 0.4 * 0.6 / customers as f64).sqrt(), "{american}");
        let postcodes = texts(&output.join(table), "postcode").into_iter().zip(texts(&output.join(table), "country"));
        let dutch: Vec<_> =
            postcodes.filter(|(_, country)| country.as_deref() == Some("NL")).filter_map(|(code, _)| code).collect();
        assert!(dutch.len() > 500 && dutch.iter().all(|code| code.len() == 7), "moves stay in the country");
        let sql = std::fs::read_to_string(output.join("union.sql")).unwrap();
        assert!(sql.contains(&format!("VIEW \"{table}\"")), "{sql}");
    }
}
