//! The rates of the preset `mdm`, at 200,000 customers, within five standard deviations.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int32Type};

use crate::scene::{array, made, near, options, share, texts};

const CUSTOMERS: u64 = 200_000;

fn data() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out");
    let made = made(&options(&output, CUSTOMERS), 2);
    for table in &made.volumes.expected {
        let rows = made.manifest.counts[&table.table];
        assert!((table.least..=table.most).contains(&rows), "{}: {rows}", table.table);
    }
    (folder, output)
}

#[test]
fn the_rates_are_those_of_the_description() {
    let (_folder, output) = data();
    coverage_and_copies(&output);
    changes(&output);
    customers(&output);
    own_columns(&output);
}

/// How many records each customer has in each source.
fn coverage_and_copies(output: &Path) {
    let truth = output.join("truth/truth.parquet");
    let mut counts: HashMap<(String, String), u64> = HashMap::new();
    for (system, customer) in texts(&truth, "source_system").into_iter().zip(texts(&truth, "customer_id")) {
        *counts.entry((system.unwrap(), customer.unwrap())).or_default() += 1;
    }
    let held =
        |system: &str| counts.iter().filter(|((found, _), _)| found == system).map(|(_, count)| *count).collect::<Vec<_>>();
    for (system, coverage, copies) in
        [("crm", 0.80, vec![0.85, 0.15]), ("erp", 0.70, vec![1.0]), ("ecommerce", 0.60, vec![0.70, 0.25, 0.05])]
    {
        let held = held(system);
        near(system, held.len() as f64 / CUSTOMERS as f64, CUSTOMERS as usize, coverage);
        assert!(held.iter().all(|count| *count as usize <= copies.len()));
        for (position, probability) in copies.iter().enumerate().filter(|(_, probability)| **probability < 1.0) {
            near(system, share(&held, |count| *count as usize == position + 1), held.len(), *probability);
        }
    }
    // Coverage is independent from source to source.
    let both =
        counts.keys().filter(|(system, customer)| system == "crm" && counts.contains_key(&("erp".to_owned(), customer.clone())));
    near("crm and erp", both.count() as f64 / CUSTOMERS as f64, CUSTOMERS as usize, 0.56);
}

/// How many records had what done to them; rates that depend on the lists are taken among those that a rule could concern.
fn changes(output: &Path) {
    let changes = output.join("truth/changes.parquet");
    let records = texts(&output.join("truth/truth.parquet"), "record_id").len();
    let column = |name| texts(&changes, name).into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>();
    let (names, operations) = (column("column"), column("operation"));
    let pairs: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(operations.iter().map(String::as_str)).collect();
    let count =
        |name: &str, operation: &str| pairs.iter().filter(|pair| **pair == (name, operation)).count() as f64 / records as f64;
    near("e-mail domain", count("email", "email_domain"), records, 0.20);
    for name in ["phone", "company", "job_title"] {
        near(name, count(name, "missing"), records, 0.05);
    }
    // One letter of 26 is the one that stood there, unless that one was no small letter.
    let typo = |name: &str| count(name, "typo");
    assert!((0.05 * 25.0 / 26.0 - 0.0015..0.05 + 0.0015).contains(&typo("full_name")), "{}", typo("full_name"));
    assert!((0.05 * 25.0 / 26.0 - 0.0015..0.05 + 0.0015).contains(&typo("address")), "{}", typo("address"));
    suites(output, records);
}

/// The rule of one word: `Suite` becomes `Ste` in 0.30 times 0.40 of the addresses that have it.
fn suites(output: &Path, records: usize) {
    let systems = ["crm", "erp", "ecommerce"];
    let addresses: Vec<String> = systems
        .iter()
        .flat_map(|system| texts(&output.join(format!("raw_{system}_customers")), "address"))
        .map(Option::unwrap_or_default)
        .collect();
    assert_eq!(addresses.len(), records);
    let (long, short) = (
        addresses.iter().filter(|text| text.contains(" Suite ")).count(),
        addresses.iter().filter(|text| text.contains(" Ste ")).count(),
    );
    near("Suite", short as f64 / (long + short) as f64, long + short, 0.12);
}

fn customers(output: &Path) {
    let path = output.join("truth/customers.parquet");
    let column = |name| texts(&path, name).into_iter().map(Option::unwrap).collect::<Vec<_>>();
    let rows = CUSTOMERS as usize;
    assert_eq!(column("customer_id").first().map(String::as_str), Some("CUST_00001"));
    assert_eq!(column("customer_id").last().map(String::as_str), Some("CUST_200000"));
    near("active", share(&column("is_active"), |value| value == "true"), rows, 0.75);
    for segment in ["Premium", "Standard", "Basic"] {
        near(segment, share(&column("customer_segment"), |value| value == segment), rows, 1.0 / 3.0);
    }
    for domain in ["com", "net", "org"] {
        near(domain, share(&column("email"), |value| value.ends_with(&format!("@example.{domain}"))), rows, 1.0 / 3.0);
    }
    assert!(column("phone").iter().all(|value| value.len() <= 12 && value.len() >= 10));
    assert!(column("zip_code").iter().all(|value| value.len() == 5 && value.bytes().all(|byte| byte.is_ascii_digit())));
    assert!(column("address").iter().all(|value| !value.contains("Apartment")));
    let incomes = array(&path, "annual_income");
    let incomes = incomes.as_primitive::<Int32Type>().values();
    assert!(incomes.iter().all(|income| (30_000..=200_000).contains(income)));
    near("income", share(incomes, |income| *income < 115_000), rows, 85_000.0 / 170_001.0);
    let dates = |name| array(&path, name).as_primitive::<Date32Type>().values().to_vec();
    let day = |text: &str| kintsu_generate::calendar::days(kintsu_generate::calendar::parse_as_of(text).unwrap());
    for (name, first, last) in [
        ("date_of_birth", "1945-01-02", "2008-01-01"),
        ("registration_date", "2021-01-01", "2026-01-01"),
        ("last_activity_date", "2025-01-01", "2026-01-01"),
    ] {
        let (days, first, last) = (dates(name), day(first), day(last));
        assert!(days.iter().all(|day| (first..=last).contains(day)), "{name}");
        let middle = first + (last - first) / 2;
        near(name, share(&days, |day| *day < middle), rows, f64::from(middle - first) / f64::from(last - first + 1));
    }
    let early =
        dates("registration_date").iter().zip(dates("last_activity_date")).filter(|(first, last)| **first > *last).count();
    assert!(early > 0, "activity may precede registration");
}

fn own_columns(output: &Path) {
    let table = |system: &str| output.join(format!("raw_{system}_customers"));
    let words = [
        ("crm", "lead_source", vec!["Website", "Referral", "Cold Call", "Trade Show"]),
        ("crm", "deal_stage", vec!["Prospect", "Qualified", "Proposal", "Closed Won", "Closed Lost"]),
        ("erp", "payment_terms", vec!["Net 30", "Net 60", "COD", "Prepaid"]),
        ("erp", "account_status", vec!["Active", "Suspended", "Closed"]),
        ("ecommerce", "preferred_category", vec!["Electronics", "Clothing", "Books", "Home", "Sports"]),
        ("ecommerce", "marketing_opt_in", vec!["true", "false"]),
    ];
    for (system, column, words) in words {
        let values: Vec<String> = texts(&table(system), column).into_iter().map(Option::unwrap).collect();
        for word in &words {
            near(word, share(&values, |value| value == word), values.len(), 1.0 / words.len() as f64);
        }
    }
    for (system, prefix) in [("crm", "CRM_"), ("erp", "ERP_"), ("ecommerce", "EC_")] {
        let ids: Vec<String> = texts(&table(system), "source_id").into_iter().map(Option::unwrap).collect();
        let number = |id: &String| id.strip_prefix(prefix).and_then(|number| number.parse::<u32>().ok());
        assert!(ids.iter().all(|id| number(id).is_some_and(|number| (10_000..=99_999).contains(&number))));
        let distinct: std::collections::HashSet<&String> = ids.iter().collect();
        assert!(distinct.len() < ids.len() && distinct.len() > 60_000);
    }
    let spent = array(&table("ecommerce"), "total_spent");
    let spent = spent.as_primitive::<Float64Type>().values();
    assert!(spent.iter().all(|amount| (50.0..=5000.0).contains(amount) && format!("{amount:.2}").parse() == Ok(*amount)));
    let orders = array(&table("ecommerce"), "total_orders");
    near("orders", share(orders.as_primitive::<Int32Type>().values(), |orders| *orders <= 25), spent.len(), 0.5);
    let limits = array(&table("erp"), "credit_limit");
    assert!(limits.as_primitive::<Int32Type>().values().iter().all(|limit| (1000..=50_000).contains(limit)));
    let accounts = texts(&table("erp"), "account_number");
    assert!(accounts.iter().flatten().all(|id| id.len() == 9 && id.starts_with("ACC")));
}
