//! CLKs against those of clkhash itself.
//!
//! `tests/differential/emit_clks.py` writes the folder that the environment variable `KINTSU_DIFFERENTIAL_CLKS` names; without it the tests
//! are skipped. `cargo xtask test` sets it.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{ClkEncoder, EncodeOptions, LinkageSchema};
use crate::secret::Secret;

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("KINTSU_DIFFERENTIAL_CLKS").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: KINTSU_DIFFERENTIAL_CLKS is not set");
    }
    folder
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn strings(values: &Value) -> Vec<&str> {
    values.as_array().unwrap().iter().map(|value| value.as_str().unwrap_or("")).collect()
}

#[test]
fn clks_are_those_of_clkhash_bit_by_bit() {
    let Some(folder) = folder() else { return };
    let mut compared = 0;
    for name in ["people", "double_folded", "numbers", "long_filter", "version_two", "version_one"] {
        let answers = read(&folder.join(format!("{name}.json")));
        let schema = LinkageSchema::from_json(&answers["schema"].to_string()).unwrap();
        let secret = Secret::from_bytes(answers["secret"].as_str().unwrap());
        let encoder = ClkEncoder::new(&schema, &secret, &EncodeOptions::default()).unwrap();
        let (names, expected) = (strings(&answers["columns"]), strings(&answers["clks"]));
        let rows: Vec<Vec<&str>> = answers["rows"].as_array().unwrap().iter().map(strings).collect();
        let column = |wanted: &String| {
            let place = names.iter().position(|name| name == wanted).unwrap();
            rows.iter().map(|row| row[place]).collect::<Vec<_>>()
        };
        let columns: Vec<Vec<&str>> = encoder.columns().iter().map(column).collect();
        let columns: Vec<&[&str]> = columns.iter().map(Vec::as_slice).collect();
        let encoded = encoder.encode(&vec![""; rows.len()], &columns).unwrap();
        let differing: Vec<usize> = (0..rows.len()).filter(|&row| encoded.clks.text(row) != expected[row]).collect();
        assert!(
            differing.is_empty(),
            "{name}: {} differ, such as {:?}",
            differing.len(),
            differing.first().map(|&row| &rows[row])
        );
        assert_eq!(expected.iter().filter(|clk| clk.is_empty()).count() > 0, !encoded.invalid.is_empty(), "{name}");
        compared += rows.len();
    }
    assert!(compared >= 60_000, "{compared}");
}

#[test]
fn schemas_that_clkhash_takes_are_taken_and_others_refused() {
    let Some(folder) = folder() else { return };
    let cases = read(&folder.join("accepted.json"));
    let cases = cases.as_array().unwrap();
    let mut taken = 0;
    let differs = |case: &&Value| {
        let secret = Secret::from_bytes(*b"a secret");
        let read = LinkageSchema::from_json(&case["schema"].to_string());
        let accepted = read.is_ok_and(|schema| ClkEncoder::new(&schema, &secret, &EncodeOptions::default()).is_ok());
        taken += usize::from(accepted);
        accepted != case["accepted"].as_bool().unwrap()
    };
    let differing: Vec<&Value> = cases.iter().filter(differs).collect();
    for case in differing.iter().take(10) {
        eprintln!(
            "clkhash takes it: {}; {}; {:?}",
            case["accepted"],
            case["schema"],
            LinkageSchema::from_json(&case["schema"].to_string()).err()
        );
    }
    assert!(differing.is_empty(), "{} of {} differ", differing.len(), cases.len());
    assert!(taken > 100 && taken < cases.len() - 100, "{taken}");
}
