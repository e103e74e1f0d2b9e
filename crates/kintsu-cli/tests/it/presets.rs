//! The job files that come with the presets of the generator, run on small data sets and held against the truth.

use std::path::Path;

use serde_json::Value;

use crate::command::{run, stderr};

/// Sources of a preset: the name that the job has for each, and its folder.
type Tables<'a> = &'a [(&'static str, &'static str)];

const SYSTEMS: Tables<'static> =
    &[("crm", "raw_crm_customers"), ("erp", "raw_erp_customers"), ("ecommerce", "raw_ecommerce_customers")];

/// Runs the job of `preset` on a data set of it; gives the run's card.
fn linked(folder: &Path, preset: &str, tables: Tables<'_>, customers: &str) -> Value {
    let made = run(folder, &["generate", "-o", "data", "--preset", preset, "--customers", customers, "--seed", "11", "-qq"]);
    assert!(made.status.success(), "{}", stderr(&made));
    let jobs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../jobs");
    let job = jobs.join(format!("{preset}.toml")).to_string_lossy().into_owned();
    let inputs: Vec<String> = tables.iter().map(|(name, table)| format!("{name}=data/{table}")).collect();
    let mut arguments = vec!["run", &job, "-o", "linked", "--truth", "data/truth/truth.parquet", "--no-progress"];
    arguments.extend(inputs.iter().flat_map(|input| ["--input", input]));
    let done = run(folder, &arguments);
    assert!(done.status.success(), "{}", stderr(&done));
    serde_json::from_str(&std::fs::read_to_string(folder.join("linked/run.json")).unwrap()).unwrap()
}

fn f1(card: &Value) -> f64 {
    card["evaluation"]["f1"].as_f64().unwrap()
}

#[test]
fn the_job_of_realistic_finds_most_customers_and_names_what_tables_lack() {
    let folder = tempfile::tempdir().unwrap();
    let card = linked(folder.path(), "realistic", SYSTEMS, "4000");
    assert!((0.90..=0.995).contains(&f1(&card)), "{}", card["evaluation"]);
    let warnings = card["warnings"].as_array().unwrap();
    let of_gaps = warnings.iter().filter(|warning| warning["code"] == "KN-W-TABLE-001");
    assert_eq!(of_gaps.count(), 3, "{warnings:?}");
}

#[test]
fn the_job_of_mdm_finds_nearly_all_customers() {
    let folder = tempfile::tempdir().unwrap();
    let card = linked(folder.path(), "mdm", SYSTEMS, "4000");
    assert!(f1(&card) > 0.99, "{}", card["evaluation"]);
}

#[test]
fn the_jobs_of_people_and_companies_find_most_of_them() {
    for (preset, tables) in [("people", [("people", "people")]), ("companies", [("companies", "companies")])] {
        let folder = tempfile::tempdir().unwrap();
        let card = linked(folder.path(), preset, &tables, "4000");
        assert!((0.88..=0.999).contains(&f1(&card)), "{preset}: {}", card["evaluation"]);
    }
}
