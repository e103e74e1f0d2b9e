use proptest::prelude::*;

use super::*;
use crate::hash::BLANK_TOKEN;
use crate::overlap::{OverlapError, TokenReader, TokenRow, TokenSide};
use kintsu_core::RunContext;

/// Rows of token and record, all of rule `T1`.
fn disclosure(rows: &[(String, String)], options: &DisclosureOptions, bytes_max: usize) -> Disclosure {
    let folder = tempfile::tempdir().unwrap();
    let reader = TokenReader::new(None, None);
    let mut side = TokenSide::new("A", "tokens", &reader, folder.path(), bytes_max);
    for rows in rows.chunks(7) {
        let prepared = reader.prepare(rows.iter().map(|row| TokenRow { rule: Some("T1"), token: Some(&row.0) }));
        side.add(&prepared, rows.iter().map(|row| Some(row.1.as_str()))).unwrap();
    }
    Disclosure::new(&mut side, options, bytes_max, &RunContext::default()).unwrap()
}

/// Tokens of these frequencies, each record with one.
fn of_frequencies(frequencies: &[u64]) -> Vec<(String, String)> {
    let token = |(token, frequency): (usize, &u64)| {
        (0..*frequency).map(move |record| (format!("token {token}"), format!("{token}-{record}")))
    };
    frequencies.iter().enumerate().flat_map(token).collect()
}

fn measured(frequencies: &[u64]) -> RuleDisclosure {
    disclosure(&of_frequencies(frequencies), &DisclosureOptions::default(), 1 << 20).rules[0].clone()
}

fn close(left: f64, right: f64) -> bool {
    (left - right).abs() < 1e-12
}

#[test]
fn measures_of_a_worked_example() {
    // One token of 4 records, one of 2, two of 1: N = 4, 8 records.
    let rule = measured(&[4, 1, 2, 1]);
    assert_eq!((rule.records, rule.distinct_tokens, rule.top_frequencies.as_slice()), (8, 4, &[4, 2, 1, 1][..]));
    assert!(close(rule.top_share, 0.5) && close(rule.entropy_bits, 0.5 + 0.5 + 0.75));
    // Six records stand under tokens of a frequency of their own; the others have (1/2 - 1/4) / (3/4) = 1/3.
    assert_eq!(rule.records_opened, 6);
    assert!(close(rule.marketer_risk, 0.75) && close(rule.mean_risk, (6.0 + 2.0 / 3.0) / 8.0));
    assert!(rule.open_to_frequency_attack);
    let band = |from, to, tokens, records| FrequencyBand { from, to, tokens, records };
    assert_eq!(rule.histogram, [band(1, Some(1), 2, 2), band(2, Some(2), 1, 2), band(3, Some(4), 1, 4)]);
    let count = |k, records_below, tokens_below| AnonymityCount { k, records_below, tokens_below };
    assert_eq!(rule.anonymity, [count(2, 2, 2), count(5, 8, 4), count(10, 8, 4)]);
}

#[test]
fn tokens_that_never_repeat_withstand_the_attack_and_stand_alone() {
    let rule = measured(&[1; 16]);
    assert!(!rule.open_to_frequency_attack && close(rule.mean_risk, 0.0) && close(rule.entropy_bits, 4.0));
    assert_eq!((rule.records_opened, rule.anonymity[0].records_below), (0, 16));
}

#[test]
fn one_token_alone_is_open_and_none_is_not() {
    let rule = measured(&[5]);
    assert!(rule.open_to_frequency_attack && close(rule.mean_risk, 1.0) && close(rule.entropy_bits, 0.0));
    let blank = vec![(BLANK_TOKEN.to_owned(), "x".to_owned()), (String::new(), "y".to_owned())];
    let found = disclosure(&blank, &DisclosureOptions::default(), 1);
    let rule = &found.rules[0];
    assert_eq!((found.records, rule.blank, rule.records, rule.distinct_tokens), (2, 2, 0, 0));
    assert!(
        !rule.open_to_frequency_attack
            && close(rule.blank_share, 1.0)
            && close(rule.entropy_bits, 0.0)
            && close(rule.mean_risk, 0.0)
    );
}

#[test]
fn a_record_that_stands_there_twice_counts_once() {
    let once = of_frequencies(&[3, 1]);
    let twice = [once.clone(), once.clone()].concat();
    let (once, twice) =
        (disclosure(&once, &DisclosureOptions::default(), 1), disclosure(&twice, &DisclosureOptions::default(), 1));
    assert_eq!(once.rules[0].top_frequencies, twice.rules[0].top_frequencies);
    assert_eq!((once.records, once.rules[0].records), (twice.records, twice.rules[0].records));
}

#[test]
fn too_many_rules_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let reader = TokenReader::new(None, None);
    let mut side = TokenSide::new("A", "tokens", &reader, folder.path(), 1);
    let rules: Vec<String> = (0..65).map(|rule| format!("R{rule}")).collect();
    let prepared = reader.prepare(rules.iter().map(|rule| TokenRow { rule: Some(rule), token: Some("x") }));
    let added = side.add(&prepared, rules.iter().map(|_| Some("id")));
    assert!(matches!(added, Err(OverlapError::TooMany { count: 65, .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn measures_stay_in_their_ranges_and_depend_on_frequencies_alone(frequencies in prop::collection::vec(1..30_u64, 1..20), seed in any::<u64>()) {
        let rule = measured(&frequencies);
        let mut shuffled = frequencies.clone();
        shuffled.sort_by_key(|frequency| kintsu_core::hash_bytes(&frequency.to_le_bytes(), seed));
        prop_assert_eq!(&measured(&shuffled), &rule);
        prop_assert_eq!(rule.records, frequencies.iter().sum::<u64>());
        prop_assert_eq!(rule.distinct_tokens, frequencies.len() as u64);
        prop_assert_eq!(rule.histogram.iter().map(|band| band.records).sum::<u64>(), rule.records);
        for measure in [rule.mean_risk, rule.marketer_risk, rule.top_share] {
            prop_assert!((0.0..=1.0 + 1e-12).contains(&measure));
        }
        prop_assert!(rule.mean_risk + 1e-12 >= rule.marketer_risk);
        prop_assert!(rule.entropy_bits <= (frequencies.len() as f64).log2() + 1e-9);
        // The records opened, one token at a time.
        let opened: u64 = frequencies.iter().filter(|own| frequencies.iter().filter(|other| other == own).count() == 1).sum();
        prop_assert_eq!(rule.records_opened, opened);
    }
}
