//! Outputs that are continued: customers added, runs that were killed.

use std::fs;

use kintsu_core::{Explain, RunContext};
use kintsu_generate::{GENERATOR_VERSION, GenerateError, Options, WriteMode, generate};

use crate::scene::{digests, made, options, texts};

fn sorted(path: &std::path::Path, column: &str) -> Vec<Option<String>> {
    let mut values = texts(path, column);
    values.sort();
    values
}

#[test]
fn appended_customers_are_those_of_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    made(&options(&one, 3000), 1);
    made(&options(&two, 1000), 1);
    let first = digests(&made(&Options { write_mode: WriteMode::Append, ..options(&folder.path().join("new"), 1000) }, 1));
    let appended = made(&Options { write_mode: WriteMode::Append, ..options(&two, 2000) }, 2);
    assert_eq!(appended.manifest.next_customer, 3000);
    for column in ["customer_id", "email", "date_of_birth"] {
        assert_eq!(texts(&one.join("truth/customers.parquet"), column), texts(&two.join("truth/customers.parquet"), column));
    }
    for (file, column) in [
        ("truth/truth.parquet", "record_id"),
        ("truth/changes.parquet", "after"),
        ("raw_crm_customers", "address"),
        ("raw_ecommerce_customers", "username"),
    ] {
        assert_eq!(sorted(&one.join(file), column), sorted(&two.join(file), column), "{file} {column}");
    }
    // What was there before is not touched.
    let path = "raw_erp_customers/part-00000.parquet";
    assert_eq!(first[path], digests(&appended)[path]);
    assert_eq!(appended.manifest.counts["records"] as usize, texts(&two.join("truth/truth.parquet"), "record_id").len());
}

#[test]
fn what_does_not_go_together_is_not_appended() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out");
    made(&options(&output, 100), 1);
    let append = Options { write_mode: WriteMode::Append, ..options(&output, 100) };
    for options in [
        Options { seed: 43, ..append.clone() },
        Options { keep_customer_id: true, ..append.clone() },
        Options { as_of: kintsu_generate::calendar::parse_as_of("2025-01-01").unwrap(), ..append.clone() },
        Options { file_format: kintsu_table::FileFormat::Csv, ..append.clone() },
    ] {
        let error = generate(&options, &RunContext::default()).unwrap_err();
        assert!(matches!(error, GenerateError::Append { .. }) && error.hint().is_some(), "{error}");
    }
    let text = fs::read_to_string(output.join("manifest.json")).unwrap();
    fs::write(
        output.join("manifest.json"),
        text.replace(&format!("\"generator_version\": {GENERATOR_VERSION}"), "\"generator_version\": 99"),
    )
    .unwrap();
    assert!(matches!(generate(&append, &RunContext::default()), Err(GenerateError::Append { .. })));
    fs::write(output.join("manifest.json"), text).unwrap();
    fs::write(output.join("raw_crm_customers/part-00000.parquet"), "damaged").unwrap();
    assert!(matches!(generate(&append, &RunContext::default()), Err(GenerateError::Append { .. })));
}

#[test]
fn a_killed_run_goes_on_from_its_finished_files() {
    let folder = tempfile::tempdir().unwrap();
    let wanted = |output: &str| Options { partitions: Some(3), ..options(&folder.path().join(output), 2000) };
    let whole = made(&wanted("whole"), 1);
    // What a run leaves that was killed: a hidden folder with a journal, finished files, one that was damaged, one in the making.
    let plan = kintsu_generate::plan(&wanted("out")).unwrap();
    let staging = folder.path().join(".out.kintsu-new");
    fs::create_dir_all(staging.join("raw_crm_customers")).unwrap();
    let mut journal = serde_json::json!({ "recipe": plan.recipe, "deliveries": plan.deliveries }).to_string() + "\n";
    for (path, card) in whole.manifest.files.iter().filter(|(path, _)| path.starts_with("raw_crm_customers")) {
        fs::copy(folder.path().join("whole").join(path), staging.join(path)).unwrap();
        let line = serde_json::json!({ "path": path, "rows": card.rows, "bytes": card.bytes, "blake3": card.blake3 });
        journal.push_str(&line.to_string());
        journal.push('\n');
    }
    fs::write(staging.join("raw_crm_customers/part-00001.parquet"), "damaged").unwrap();
    fs::write(staging.join(".journal"), journal + "{\"path\":\"raw_e").unwrap();
    let kept = staging.join("raw_crm_customers/part-00000.parquet");
    let before = fs::metadata(&kept).unwrap().modified().unwrap();
    let resumed = made(&wanted("out"), 2);
    assert_eq!(resumed.manifest, whole.manifest);
    let after = fs::metadata(folder.path().join("out/raw_crm_customers/part-00000.parquet")).unwrap().modified().unwrap();
    assert_eq!(before, after, "a finished file was made again");
    assert!(!folder.path().join("out/.journal").exists());
    for (path, card) in &resumed.manifest.files {
        assert_eq!(fs::metadata(folder.path().join("out").join(path)).unwrap().len(), card.bytes, "{path}");
        assert_eq!(
            fs::read(folder.path().join("out").join(path)).unwrap(),
            fs::read(folder.path().join("whole").join(path)).unwrap()
        );
    }
}

#[test]
fn what_another_run_left_is_cleared() {
    let folder = tempfile::tempdir().unwrap();
    let staging = folder.path().join(".out.kintsu-new");
    fs::create_dir_all(staging.join("raw_crm_customers")).unwrap();
    fs::write(staging.join(".journal"), "something else\n").unwrap();
    fs::write(staging.join("raw_crm_customers/part-00099.parquet"), "old").unwrap();
    made(&options(&folder.path().join("out"), 100), 1);
    assert!(!folder.path().join("out/raw_crm_customers/part-00099.parquet").exists());
    assert!(!staging.exists());
}
