//! The tables: their columns, formats and files, and that they do not give the truth away.

use std::fs;

use kintsu_generate::{Options, PresetName};
use kintsu_table::{FileFormat, Input, ReadOptions, schema_of};

use crate::scene::{made, options, options_of, texts};

const SHARED: &str = "first_name:Utf8 last_name:Utf8 full_name:Utf8 email:Utf8 phone:Utf8 address:Utf8 city:Utf8 state:Utf8 \
    zip_code:Utf8 date_of_birth:Date32 company:Utf8 job_title:Utf8 annual_income:Int32 customer_segment:Utf8 \
    registration_date:Date32 last_activity_date:Date32 is_active:Boolean";

const SOURCES: [(&str, &str); 3] = [
    ("crm", "lead_source:Utf8 sales_rep:Utf8 deal_stage:Utf8"),
    ("erp", "account_number:Utf8 credit_limit:Int32 payment_terms:Utf8 account_status:Utf8"),
    ("ecommerce", "username:Utf8 total_orders:Int32 total_spent:Float64 preferred_category:Utf8 marketing_opt_in:Boolean"),
];

fn columns(path: &std::path::Path) -> String {
    let schema = schema_of(&Input::new(path), &ReadOptions::default()).unwrap();
    let columns = schema.fields().iter().map(|field| format!("{}:{}", field.name(), field.data_type()));
    columns.collect::<Vec<_>>().join(" ")
}

#[test]
fn columns_are_those_of_the_description() {
    for preset in [PresetName::Mdm, PresetName::Realistic] {
        check_columns(preset);
    }
}

fn check_columns(preset: PresetName) {
    let folder = tempfile::tempdir().unwrap();
    let (plain, kept) = (folder.path().join("plain"), folder.path().join("kept"));
    made(&options_of(preset, &plain, 200), 1);
    made(&Options { keep_customer_id: true, table_suffix: "_scale".to_owned(), ..options_of(preset, &kept, 200) }, 1);
    for (system, extra) in SOURCES {
        let own = format!("source_id:Utf8 source_system:Utf8 record_id:Utf8 {SHARED} {extra}");
        assert_eq!(columns(&plain.join(format!("raw_{system}_customers"))), own);
        assert_eq!(columns(&kept.join(format!("raw_{system}_customers_scale"))), format!("customer_id:Utf8 {own}"));
    }
    assert_eq!(columns(&plain.join("truth/customers.parquet")), format!("customer_id:Utf8 {SHARED}"));
    assert_eq!(columns(&plain.join("truth/truth.parquet")), "record_id:Utf8 source_system:Utf8 customer_id:Utf8");
    let changes = "record_id:Utf8 column:Utf8 operation:Utf8 before:Utf8 after:Utf8";
    assert_eq!(columns(&plain.join("truth/changes.parquet")), changes);
    let sql = fs::read_to_string(kept.join("union.sql")).unwrap();
    assert!(sql.contains("raw_customers_combined") && sql.contains("FROM \"raw_erp_customers_scale\""));
}

#[test]
fn every_format_holds_the_same_rows() {
    let folder = tempfile::tempdir().unwrap();
    let values = |format: FileFormat| {
        let output = folder.path().join(format.extension());
        made(&Options { file_format: format, ..options(&output, 300) }, 2);
        let ending = format.extension();
        let crm = output.join(format!("raw_crm_customers/part-00000.{ending}"));
        let changes = output.join(format!("truth/changes.{ending}"));
        ["record_id", "full_name", "phone", "date_of_birth", "is_active"]
            .map(|column| texts(&crm, column))
            .into_iter()
            .chain(["record_id", "operation", "after"].map(|column| texts(&changes, column)))
            .collect::<Vec<_>>()
    };
    let parquet = values(FileFormat::Parquet);
    assert!(parquet[0].len() > 200 && parquet[2].contains(&None));
    for format in [FileFormat::Csv, FileFormat::JsonLines, FileFormat::Arrow] {
        assert_eq!(values(format), parquet, "{format}");
    }
}

#[test]
fn neither_order_nor_neighbours_give_the_truth_away() {
    for (preset, systems) in [
        (PresetName::Mdm, ["crm", "erp"]),
        (PresetName::Realistic, ["crm", "erp"]),
        (PresetName::People, ["people", "people"]),
        (PresetName::Companies, ["companies", "companies"]),
    ] {
        check_order(preset, systems);
    }
}

fn check_order(preset: PresetName, systems_of: [&str; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out");
    made(&options_of(preset, &output, 20_000), 2);
    let customers = texts(&output.join("truth/truth.parquet"), "customer_id");
    let systems = texts(&output.join("truth/truth.parquet"), "source_system");
    let numbers: Vec<i64> = customers.iter().map(|id| id.as_deref().unwrap()[5..].parse().unwrap()).collect();
    let of = |system: &str| -> Vec<i64> {
        let rows = numbers.iter().zip(&systems).filter(|(_, found)| found.as_deref() == Some(system));
        rows.map(|(number, _)| *number).collect()
    };
    let (crm, erp) = (of(systems_of[0]), of(systems_of[1]));
    // Of 18,000 neighbours about one is of one customer where order says nothing.
    assert!(crm.windows(2).filter(|pair| pair[0] == pair[1]).count() < 10);
    // Spearman's correlation of position and number, and of the same positions in two sources, within five standard deviations.
    let correlation = |left: &[f64], right: &[f64]| {
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let (left_mean, right_mean) = (mean(left), mean(right));
        let moment =
            |f: &dyn Fn(f64, f64) -> f64| left.iter().zip(right).map(|(l, r)| f(l - left_mean, r - right_mean)).sum::<f64>();
        moment(&|l, r| l * r) / (moment(&|l, _| l * l) * moment(&|_, r| r * r)).sqrt()
    };
    let floats = |values: &[i64]| values.iter().map(|value| *value as f64).collect::<Vec<_>>();
    let positions: Vec<f64> = (0..crm.len()).map(|row| row as f64).collect();
    assert!(correlation(&positions, &floats(&crm)).abs() < 5.0 / (crm.len() as f64).sqrt());
    // People of one household, whose numbers are near, do not stand near one another either.
    let near = crm.windows(2).filter(|pair| pair[0].abs_diff(pair[1]) < 4).count();
    assert!(near < 40, "{near}");
    if systems_of[0] == systems_of[1] {
        return;
    }
    let count = crm.len().min(erp.len());
    assert!(correlation(&floats(&crm[..count]), &floats(&erp[..count])).abs() < 5.0 / (count as f64).sqrt());
}

#[test]
fn changes_lead_from_the_clean_rows_to_the_records() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out");
    made(&options(&output, 2000), 1);
    let truth = output.join("truth/truth.parquet");
    let (ids, owners) = (texts(&truth, "record_id"), texts(&truth, "customer_id"));
    let owner: std::collections::HashMap<_, _> = ids.into_iter().zip(owners).collect();
    let customers = output.join("truth/customers.parquet");
    let changes = output.join("truth/changes.parquet");
    let column = |name| texts(&changes, name);
    let (records, names, befores, afters) = (column("record_id"), column("column"), column("before"), column("after"));
    for name in
        ["first_name", "last_name", "full_name", "email", "phone", "address", "company", "job_title", "city", "date_of_birth"]
    {
        let clean: std::collections::HashMap<_, _> =
            texts(&customers, "customer_id").into_iter().zip(texts(&customers, name)).collect();
        let mut expected: std::collections::HashMap<_, _> =
            owner.iter().map(|(record, customer)| (record.clone(), clean[customer].clone())).collect();
        for row in (0..records.len()).filter(|row| names[*row].as_deref() == Some(name)) {
            let value = expected.get_mut(&records[row]).unwrap();
            assert_eq!(*value, befores[row], "{name}");
            *value = afters[row].clone();
        }
        for (system, _) in SOURCES {
            let table = output.join(format!("raw_{system}_customers"));
            for (record, value) in texts(&table, "record_id").into_iter().zip(texts(&table, name)) {
                assert_eq!(value, expected[&record], "{name}");
            }
        }
    }
}
