//! Corruption: the rates, what is told of changes, and what a file gets wrong.

use std::collections::HashMap;

use kintsu_core::Stream;
use kintsu_generate::{Change, CorruptColumn, CorruptionSpec, Corruptor, Lists, Operation, Value};

const COLUMNS: [&str; 10] =
    ["first_name", "last_name", "full_name", "email", "phone", "address", "city", "state", "zip_code", "date_of_birth"];
const BIRTH_DATE: usize = 9;

fn columns() -> Vec<CorruptColumn> {
    COLUMNS.iter().map(|name| CorruptColumn { name: (*name).to_owned(), is_date: *name == "date_of_birth" }).collect()
}

fn corruptor(spec: &CorruptionSpec) -> Corruptor {
    assert_eq!(spec.problems(&columns()), Vec::new());
    spec.compile(&columns(), &Lists::built_in()).unwrap()
}

fn robert() -> Vec<Value> {
    let mut record: Vec<Value> =
        ["Robert", "Miller", "Robert Miller", "r@example.org", "555-0100", "1 Elm Street", "Nowhere", "ZZ", "00001"]
            .map(Value::text)
            .into();
    record.push(Value::date(3_000));
    record
}

#[test]
fn every_rate_holds_for_usual_and_for_bad_records() {
    let corruptor = corruptor(&CorruptionSpec::default());
    let stream = Stream::new(42, "copy");
    let mut counts: HashMap<(bool, usize, Operation), u64> = HashMap::new();
    let (mut totals, mut changes) = ([0_u64; 2], Vec::new());
    for number in 0..200_000 {
        let draws = stream.draws(number);
        let bad = corruptor.is_bad(draws);
        changes.clear();
        corruptor.apply(&mut robert(), draws, &mut changes);
        totals[usize::from(bad)] += 1;
        for change in &changes {
            *counts.entry((bad, change.column, change.operation)).or_default() += 1;
        }
    }
    within(totals[1], 200_000, 0.1, "bad records");
    for (bad, factor) in [(false, 1.0), (true, 5.0)] {
        let total = totals[usize::from(bad)];
        let seen = |column: usize, operations: &[Operation]| -> u64 {
            operations.iter().filter_map(|operation| counts.get(&(bad, column, *operation))).sum()
        };
        let typos = &Operation::ALL[..6];
        for (column, operations, rate) in [
            (0, &[Operation::Nickname][..], 0.06),
            (1, &[Operation::SurnameChange], 0.015),
            (5, &[Operation::Moved], 0.08),
            (6, &[Operation::Moved], 0.08),
            (7, &[Operation::Moved], 0.08),
            (8, &[Operation::Moved], 0.08),
            (BIRTH_DATE, &[Operation::BirthDate], 0.02),
            (0, &[Operation::NamesSwapped], 0.005),
            (0, typos, 0.03),
            (1, typos, 0.03),
            (3, &[Operation::Missing], 0.15),
            (4, &[Operation::Missing], 0.12),
            (BIRTH_DATE, &[Operation::Missing], 0.05),
        ] {
            within(seen(column, operations), total, rate * factor, &format!("{} {operations:?} bad: {bad}", COLUMNS[column]));
        }
    }
}

/// Five standard deviations around the expected count.
fn within(seen: u64, total: u64, rate: f64, what: &str) {
    let (seen, expected) = (seen as f64, total as f64 * rate);
    assert!((seen - expected).abs() <= 5.0 * (expected * (1.0 - rate)).sqrt(), "{what}: {seen}, expected {expected}");
}

#[test]
fn changes_lead_from_the_clean_record_to_the_corrupted_one() {
    let corruptor = corruptor(&CorruptionSpec::default());
    for number in 0..20_000 {
        let mut record = robert();
        let mut changes = Vec::new();
        corruptor.apply(&mut record, Stream::new(7, "copy").draws(number), &mut changes);
        let mut replayed: Vec<Option<String>> = robert().iter().enumerate().map(shown).collect();
        for Change { column, before, after, .. } in &changes {
            assert_eq!(replayed[*column].as_ref(), Some(before));
            replayed[*column].clone_from(after);
        }
        let names = (replayed[0].clone().unwrap(), replayed[1].clone().unwrap());
        replayed[2] = Some(format!("{} {}", names.0, names.1));
        assert_eq!(replayed, record.iter().enumerate().map(shown).collect::<Vec<_>>());
    }
}

fn shown((column, value): (usize, &Value)) -> Option<String> {
    let date = || jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(value.days)).unwrap().to_string();
    (!value.missing).then(|| if column == BIRTH_DATE { date() } else { value.text.clone() })
}

#[test]
fn missing_values_stay_missing_and_rates_of_zero_change_nothing() {
    let quiet: CorruptionSpec = toml::from_str(
        "typos = {}\nmissing = {}\n[events]\nnickname = 0\nsurname_change = 0\nmoved = 0\nbirth_date = 0\nnames_swapped = 0",
    )
    .unwrap();
    let loud: CorruptionSpec = toml::from_str("bad_records = { share = 1.0, factor = 1000.0 }").unwrap();
    let (mut changes, stream) = (Vec::new(), Stream::new(1, "copy"));
    let mut empty = vec![Value::missing(); COLUMNS.len()];
    for number in 0..1_000 {
        let mut record = robert();
        corruptor(&quiet).apply(&mut record, stream.draws(number), &mut changes);
        assert_eq!(record, robert());
        if number < 50 {
            corruptor(&loud).apply(&mut empty, stream.draws(number), &mut changes);
        }
    }
    assert!(changes.is_empty() && empty.iter().all(|value| value.missing));
}

#[test]
fn everything_wrong_with_a_file_is_told_at_once() {
    let spec: CorruptionSpec = toml::from_str(
        "locale = \"en_UK\"\n[columns]\naddress = \"adress\"\n[typos]\nlast_nam = 0.1\ndate_of_birth = 0.1\n[missing]\nemail = 1.5\n\
         [bad_records]\nshare = -1.0\n[typo_kinds]\nocr = -1.0",
    )
    .unwrap();
    let keys: Vec<String> = spec.problems(&columns()).iter().map(|problem| problem.keys.join(".")).collect();
    assert_eq!(
        keys,
        [
            "columns.address",
            "typos.last_nam",
            "locale",
            "missing.email",
            "typos.date_of_birth",
            "typo_kinds",
            "bad_records.share"
        ]
    );
}
