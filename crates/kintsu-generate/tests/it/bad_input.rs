//! What cannot be is refused, and nothing is left behind.

use std::fs;

use kintsu_core::{Blame, Explain, RunContext};
use kintsu_generate::{GenerateError, Lists, Options, Part, PresetName, WriteMode, generate, plan};

use crate::scene::{made, options};

#[test]
fn volumes_that_cannot_be_are_refused_with_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out");
    let base = Options { preset: PresetName::Mdm, ..Options::new(output.clone()).unwrap() };
    for wrong in [
        Options { customers: Some(0), ..base.clone() },
        Options { records: Some(3), ..base.clone() },
        Options { customers: Some(u64::MAX), ..base.clone() },
        Options { customers: Some(11), records: Some(10), ..base.clone() },
        Options { exact: true, ..base.clone() },
        Options { partitions: Some(0), ..base.clone() },
        Options { table_suffix: "/../x".to_owned(), ..base.clone() },
        Options { part: Some(Part { number: 1, of: 10 }), partitions: Some(5), ..base.clone() },
        Options { part: Some(Part { number: 1, of: 10 }), write_mode: WriteMode::Append, ..base.clone() },
    ] {
        let error = generate(&wrong, &RunContext::default()).unwrap_err();
        assert!(error.hint().is_some() && error.blame() == Blame::Input, "{error}");
        assert!(!output.exists() && fs::read_dir(folder.path()).unwrap().next().is_none(), "{error}");
    }
    let error = plan(&Options { customers: Some(11), records: Some(10), ..base }).unwrap_err();
    assert_eq!(error.to_string(), "Unique customers (11) cannot exceed total records (10)");
}

#[test]
fn many_customers_for_the_records_are_warned_about_from_51_percent_on() {
    let folder = tempfile::tempdir().unwrap();
    let warned = |customers, records| {
        let options =
            Options { customers: Some(customers), records: Some(records), ..Options::new(folder.path().join("o")).unwrap() };
        !plan(&options).unwrap().volumes.warnings.is_empty()
    };
    assert!(!warned(509, 1000) && warned(510, 1000) && !warned(250, 1000));
}

#[test]
fn records_make_a_quarter_of_customers() {
    let options = Options { preset: PresetName::Mdm, records: Some(100_000), ..Options::new("o".into()).unwrap() };
    let volumes = plan(&options).unwrap().volumes;
    let rows: Vec<u64> = volumes.expected.iter().map(|table| table.rows).collect();
    assert_eq!((volumes.customers, rows), (25_000, vec![23_000, 17_500, 20_250]));
}

#[test]
fn an_existing_output_is_kept_unless_it_is_to_be_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out");
    let first = made(&options(&output, 100), 1);
    assert!(matches!(generate(&options(&output, 50), &RunContext::default()), Err(GenerateError::Table(_))));
    assert_eq!(fs::read_to_string(output.join("manifest.json")).unwrap(), first.manifest.to_text().unwrap());
    let replaced = made(&Options { write_mode: WriteMode::Overwrite, ..options(&output, 50) }, 1);
    assert_eq!(replaced.manifest.counts["customers"], 50);
    // Something that is no output of this program is never replaced.
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("thesis.txt"), "years of work").unwrap();
    let error =
        generate(&Options { write_mode: WriteMode::Overwrite, ..options(&other, 50) }, &RunContext::default()).unwrap_err();
    assert!(error.hint().is_some());
    let error = generate(&Options { write_mode: WriteMode::Append, ..options(&other, 50) }, &RunContext::default()).unwrap_err();
    assert!(matches!(error, GenerateError::Manifest { .. }), "{error}");
    assert_eq!(fs::read_to_string(other.join("thesis.txt")).unwrap(), "years of work");
}

#[test]
fn lists_of_names_must_be_single_words_and_parts_be_parts() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("mdm")).unwrap();
    fs::write(folder.path().join("mdm/surnames.tsv"), "De La Cruz\n").unwrap();
    let options = Options { lists: Lists::in_folder(folder.path()), ..options(&folder.path().join("out"), 10) };
    assert!(matches!(generate(&options, &RunContext::default()), Err(GenerateError::List { .. })));
    assert_eq!("3/10".parse::<Part>().unwrap(), Part { number: 3, of: 10 });
    for wrong in ["0/10", "11/10", "3", "a/b", "1/0", "-1/2"] {
        assert!(wrong.parse::<Part>().is_err(), "{wrong}");
    }
}

#[test]
fn a_stopped_run_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let context = RunContext::default();
    context.cancel();
    let error = generate(&options(&folder.path().join("out"), 100), &context).unwrap_err();
    assert_eq!(error.blame(), Blame::Interrupted);
    assert!(fs::read_dir(folder.path()).unwrap().all(|entry| entry.unwrap().file_name().to_string_lossy().ends_with("lock")));
}
