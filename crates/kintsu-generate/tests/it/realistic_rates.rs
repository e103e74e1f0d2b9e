//! The rates of the preset `realistic`, at 200,000 customers, within five standard deviations.

use std::collections::HashMap;
use std::path::Path;

use kintsu_generate::PresetName;

use crate::scene::{made, near, options_of, share, texts};

const CUSTOMERS: u64 = 200_000;

#[test]
fn the_rates_are_those_of_the_description() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out");
    let made = made(&options_of(PresetName::Realistic, &output, CUSTOMERS), 2);
    for table in &made.volumes.expected {
        let rows = made.manifest.counts[&table.table];
        assert!((table.least..=table.most).contains(&rows), "{}: {rows}", table.table);
    }
    coverage_and_copies(&output);
    changes(&output, made.manifest.counts["records"] as usize);
    missing_values(&output);
    households(&output);
    found_out(&output);
}

/// Who is in which source, and how often: once, and as many times more as Poisson's law of mean 0.4 draws.
fn coverage_and_copies(output: &Path) {
    let truth = output.join("truth/truth.parquet");
    let mut counts: HashMap<(String, String), u64> = HashMap::new();
    for (system, customer) in texts(&truth, "source_system").into_iter().zip(texts(&truth, "customer_id")) {
        *counts.entry((system.unwrap(), customer.unwrap())).or_default() += 1;
    }
    for (system, coverage) in [("crm", 0.8), ("erp", 0.7), ("ecommerce", 0.6)] {
        let held: Vec<u64> = counts.iter().filter(|((found, _), _)| found == system).map(|(_, count)| *count).collect();
        near(system, held.len() as f64 / CUSTOMERS as f64, CUSTOMERS as usize, coverage);
        let none = (-0.4_f64).exp();
        for (further, probability) in [(0, none), (1, 0.4 * none), (2, 0.08 * none), (3, 0.4_f64.powi(3) / 6.0 * none)] {
            let what = format!("{further} further copies in {system}");
            near(&what, share(&held, |count| *count == further + 1), held.len(), probability);
        }
    }
    let both =
        counts.keys().filter(|(system, customer)| system == "crm" && counts.contains_key(&("erp".to_owned(), customer.clone())));
    near("crm and erp", both.count() as f64 / CUSTOMERS as f64, CUSTOMERS as usize, 0.56);
}

/// A rate where a tenth of the records is bad, with five times it.
fn mixed(rate: f64) -> f64 {
    0.9 * rate + 0.1 * (5.0 * rate).min(1.0)
}

fn changes(output: &Path, records: usize) {
    let changes = output.join("truth/changes.parquet");
    let mut counts: HashMap<(String, String), f64> = HashMap::new();
    for (column, operation) in texts(&changes, "column").into_iter().zip(texts(&changes, "operation")) {
        *counts.entry((column.unwrap(), operation.unwrap())).or_default() += 1.0;
    }
    let seen = |column: &str, operations: &[&str]| -> f64 {
        let count = |operation: &&str| counts.get(&(column.to_owned(), (*operation).to_owned())).copied().unwrap_or(0.0);
        operations.iter().map(count).sum::<f64>() / records as f64
    };
    let typos = ["keyboard", "transposition", "deletion", "insertion", "phonetic", "ocr"];
    for (column, operations, rate) in [
        ("first_name", &typos[..], 0.03),
        ("last_name", &typos, 0.03),
        ("last_name", &["surname_change"], 0.015),
        ("address", &["moved"], 0.08),
        ("zip_code", &["moved"], 0.08),
        ("date_of_birth", &["birth_date"], 0.02),
        ("first_name", &["names_swapped"], 0.005),
        ("last_name", &["names_swapped"], 0.005),
        ("email", &["missing"], 0.15),
        ("phone", &["missing"], 0.12),
        ("date_of_birth", &["missing"], 0.05),
    ] {
        near(&format!("{column} {operations:?}"), seen(column, operations), records, mixed(rate));
    }
    for column in ["company", "job_title"] {
        let rate = seen(column, &["job_change"]);
        // Now and then the other job has the same title.
        assert!((0.194..0.203).contains(&rate), "{column}: {rate}");
    }
    // Only names that have a nickname get one.
    let nicknames = seen("first_name", &["nickname"]);
    assert!(nicknames < mixed(0.06) && nicknames > mixed(0.06) * 0.6, "{nicknames}");
    let total: f64 = typos.iter().map(|kind| seen("last_name", &[kind])).sum();
    let swapped = seen("last_name", &["transposition"]) / total;
    assert!((swapped - 0.2).abs() < 0.02, "{swapped}");
}

fn missing_values(output: &Path) {
    for (column, rate) in [("email", 0.15), ("phone", 0.12), ("date_of_birth", 0.05), ("first_name", 0.0), ("city", 0.0)] {
        let values: Vec<Option<String>> = ["crm", "erp", "ecommerce"]
            .iter()
            .flat_map(|system| texts(&output.join(format!("raw_{system}_customers")), column))
            .collect();
        let missing = share(&values, Option::is_none);
        if rate == 0.0 { assert!(missing == 0.0, "{column}") } else { near(column, missing, values.len(), mixed(rate)) }
    }
}

/// People of a household have one address; they stand beside one another in the truth, where that gives nothing away.
fn households(output: &Path) {
    let addresses = texts(&output.join("truth/customers.parquet"), "address");
    let together: usize = addresses
        .chunks(4)
        .map(|four| four.iter().filter(|address| four.iter().filter(|other| other == address).count() > 1).count())
        .sum();
    let (expected, fours) = (0.35 * CUSTOMERS as f64, CUSTOMERS as f64 / 4.0);
    // Households of two (half), three or four people are formed by 0.509 of the fours: 2.24 is the variance of their number.
    let deviation = (fours * 2.24).sqrt();
    assert!((together as f64 - expected).abs() < 5.0 * deviation, "{together}, expected {expected}");
}

/// What sources find out by themselves is not copied: no customer is told by it.
fn found_out(output: &Path) {
    let customer_of: HashMap<String, String> = texts(&output.join("truth/truth.parquet"), "record_id")
        .into_iter()
        .zip(texts(&output.join("truth/truth.parquet"), "customer_id"))
        .map(|(record, customer)| (record.unwrap(), customer.unwrap()))
        .collect();
    let values = |system: &str, column: &str| -> HashMap<String, String> {
        let table = output.join(format!("raw_{system}_customers"));
        let records = texts(&table, "record_id").into_iter().map(|record| customer_of[&record.unwrap()].clone());
        records.zip(texts(&table, column).into_iter().map(Option::unwrap)).collect()
    };
    for (column, most) in [("annual_income", 0.07), ("registration_date", 0.002), ("last_activity_date", 0.01), ("company", 0.7)]
    {
        let (crm, erp) = (values("crm", column), values("erp", column));
        let both: Vec<bool> = crm.iter().filter_map(|(customer, value)| Some(erp.get(customer)? == value)).collect();
        let same = share(&both, |same| *same);
        assert!(same < most, "{column}: {same}");
    }
    for (first, last) in texts(&output.join("raw_erp_customers"), "registration_date")
        .iter()
        .zip(texts(&output.join("raw_erp_customers"), "last_activity_date"))
    {
        assert!(*first <= last, "nobody is seen before registering");
    }
}
