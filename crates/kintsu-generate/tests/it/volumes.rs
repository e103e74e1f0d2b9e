//! Exact numbers of records, and what is expected of them.

use kintsu_core::RunContext;
use kintsu_generate::{Options, Part, PresetName, WriteMode, generate, plan};

use crate::scene::{digests, made, options_of, texts};

const PRESETS: [PresetName; 3] = [PresetName::Realistic, PresetName::People, PresetName::Companies];

fn exact(preset: PresetName, output: &std::path::Path, records: u64) -> Options {
    Options { customers: None, records: Some(records), exact: true, ..options_of(preset, output, 1) }
}

#[test]
fn exactly_so_many_records_are_made() {
    let folder = tempfile::tempdir().unwrap();
    for preset in PRESETS {
        for records in [1, 2, 3, 4, 5, 777, 30_000] {
            let options = exact(preset, &folder.path().join(format!("{}-{records}", preset.name())), records);
            let made = made(&options, 2);
            assert_eq!(made.manifest.counts["records"], records, "{preset:?}");
            assert_eq!(texts(&made.output.join("truth/truth.parquet"), "record_id").len() as u64, records);
            assert_eq!(made.manifest.counts["customers"], made.volumes.customers);
        }
    }
}

#[test]
fn an_exact_number_is_of_the_same_bytes_in_parts_and_goes_on_where_it_ended() {
    let folder = tempfile::tempdir().unwrap();
    let of = |name: &str| exact(PresetName::Realistic, &folder.path().join(name), 10_001);
    let whole = made(&Options { partitions: Some(3), ..of("whole") }, 1);
    let mut records = 0;
    for number in 1..=3 {
        let part = made(&Options { part: Some(Part { number, of: 3 }), ..of(&number.to_string()) }, 2);
        records += part.manifest.counts["records"];
        for (path, digest) in digests(&part).iter().filter(|(path, _)| path.starts_with("raw_")) {
            assert_eq!(digests(&whole).get(path), Some(digest), "{path}");
        }
    }
    assert_eq!(records, 10_001);
    let more = made(&Options { write_mode: WriteMode::Append, records: Some(500), ..of("whole") }, 1);
    assert_eq!(more.manifest.counts["records"], 10_501);
    // What was there is made anew for the truth, and is the same.
    assert_eq!(digests(&more)["raw_erp_customers/part-00000.parquet"], digests(&whole)["raw_erp_customers/part-00000.parquet"]);
}

#[test]
fn records_become_customers_by_the_rates_of_the_preset() {
    let customers = |preset: PresetName, copies: &str| {
        let options = Options {
            copies: copies.parse().unwrap(),
            customers: None,
            records: Some(294_000),
            ..options_of(preset, std::path::Path::new("o"), 1)
        };
        let volumes = plan(&options).unwrap().volumes;
        let rows: u64 = volumes.expected.iter().map(|table| table.rows).sum();
        assert!(rows.abs_diff(294_000) < 3 && volumes.warnings.is_empty(), "{volumes:?}");
        volumes.customers
    };
    // 2.1 sources of a customer, 1.4 records each; one table.
    assert!(customers(PresetName::Realistic, "poisson:0.4").abs_diff(100_000) < 3);
    assert!(customers(PresetName::People, "poisson:0.4").abs_diff(210_000) < 3);
    assert_eq!(customers(PresetName::Companies, "uniform:0-3"), 117_600);
    assert_eq!(customers(PresetName::People, "uniform:0-0"), 294_000);
}

#[test]
fn customers_beyond_what_the_rates_make_are_warned_about_or_refused() {
    let warned = |preset, customers| {
        let options = Options { records: Some(1000), ..options_of(preset, std::path::Path::new("o"), customers) };
        plan(&options).map(|plan| !plan.volumes.warnings.is_empty())
    };
    assert_eq!((warned(PresetName::Realistic, 509).unwrap(), warned(PresetName::Realistic, 510).unwrap()), (false, true));
    // 1000 records of people are about 714.
    assert_eq!((warned(PresetName::People, 719).unwrap(), warned(PresetName::People, 730).unwrap()), (false, true));
    assert!(warned(PresetName::Companies, 1001).is_err());
}

#[test]
fn exact_numbers_that_cannot_be_had_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let base = exact(PresetName::Realistic, &folder.path().join("out"), 100);
    for wrong in [
        Options { preset: PresetName::Mdm, ..base.clone() },
        Options { customers: Some(10), ..base.clone() },
        Options { batches: 2, ..base.clone() },
        Options { exact: false, batches: 0, ..base.clone() },
        Options { exact: false, batches: 121, ..base.clone() },
        Options { exact: false, batches: 2, preset: PresetName::Mdm, ..base.clone() },
        Options { exact: false, batches: 2, write_mode: WriteMode::Append, ..base },
    ] {
        assert!(generate(&wrong, &RunContext::default()).is_err(), "{wrong:?}");
        assert!(!folder.path().join("out").exists());
    }
}
