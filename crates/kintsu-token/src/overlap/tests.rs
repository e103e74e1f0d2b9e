use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::encrypt::{Cipher, IvSource};
use crate::golden;
use crate::hash::BLANK_TOKEN;
use crate::{Profile, Secret};

/// Rule, token, record.
type Row = (String, String, String);

const KEY: &[u8; 32] = b"otk-golden-encryption-key-32chr!";

fn row(rule: &str, token: &str, record: &str) -> Row {
    (rule.to_owned(), token.to_owned(), record.to_owned())
}

fn cipher() -> Cipher {
    Cipher::new(&Secret::from_bytes(*KEY), Profile::default()).unwrap()
}

fn encrypted(text: &str) -> String {
    let mut token = Vec::new();
    cipher().encrypt(text.as_bytes(), &mut IvSource::operating_system(), &mut token).unwrap();
    String::from_utf8(token).unwrap()
}

/// How a test computes an overlap.
struct Way {
    options: OverlapOptions,
    threads: usize,
    rows_at_once: usize,
    key: bool,
}

impl Default for Way {
    fn default() -> Self {
        let options = OverlapOptions { one_to_one: false, token_frequency_max: None, bytes_max: 64 << 20 };
        Self { options, threads: 2, rows_at_once: 3, key: false }
    }
}

/// What came out.
#[derive(Debug, Clone, PartialEq)]
struct Found {
    /// Both ids, rules as bits, sets as bits.
    pairs: Vec<(String, String, u64, u64)>,
    results: Vec<OverlapResult>,
    rules: Vec<RuleOverlap>,
    put_aside: bool,
}

fn side(name: &str, rows: &[Row], reader: &TokenReader, folder: &Path, way: &Way) -> Result<TokenSide, OverlapError> {
    let mut side =
        TokenSide::new(name, &format!("side{}", folder.read_dir().unwrap().count()), reader, folder, way.options.bytes_max);
    for rows in rows.chunks(way.rows_at_once) {
        let prepared = reader.prepare(rows.iter().map(|row| TokenRow { rule: Some(&row.0), token: Some(&row.1) }));
        side.add(&prepared, rows.iter().map(|row| Some(row.2.as_str())))?;
    }
    Ok(side)
}

fn overlap_named(names: [&str; 2], sets: &RuleSets, first: &[Row], second: &[Row], way: &Way) -> Result<Found, OverlapError> {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let key = || way.key.then(|| (cipher(), Profile::default()));
    let readers = [TokenReader::new(Some(sets.rules()), key()), TokenReader::new(Some(sets.rules()), key())];
    let sides = [
        side(names[0], first, &readers[0], folders[0].path(), way)?,
        side(names[1], second, &readers[1], folders[1].path(), way)?,
    ];
    let put_aside = sides.iter().any(TokenSide::is_put_aside);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(way.threads).build().unwrap();
    pool.install(|| {
        let context = RunContext::default();
        let mut overlap = Overlap::new(sets.clone(), sides, way.options.clone(), folders[0].path(), &context)?;
        let mut pairs = Vec::new();
        overlap.for_each_pair(|ids, some| {
            pairs
                .extend(some.iter().map(|pair| (ids.first(pair).to_owned(), ids.second(pair).to_owned(), pair.rules, pair.sets)));
            Ok::<(), OverlapError>(())
        })?;
        Ok(Found { pairs, results: overlap.results(), rules: overlap.rules(), put_aside: put_aside || overlap.is_put_aside() })
    })
}

fn overlap(sets: &RuleSets, first: &[Row], second: &[Row], way: &Way) -> Found {
    overlap_named(["A", "B"], sets, first, second, way).unwrap()
}

fn ids(found: &Found) -> Vec<(&str, &str)> {
    found.pairs.iter().map(|(first, second, ..)| (first.as_str(), second.as_str())).collect()
}

fn all(rules: &str) -> RuleSets {
    RuleSets::parse(rules, Agreement::All).unwrap()
}

/// The same, computed pair by pair.
fn naive(sets: &RuleSets, first: &[Row], second: &[Row], token_frequency_max: Option<u64>) -> Vec<(String, String, u64, u64)> {
    let tokens = |rows: &[Row]| {
        let mut tokens: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
        for (rule, token, record) in rows.iter().filter(|row| !row.2.is_empty()) {
            let own = tokens.entry(record.clone()).or_default();
            if token != BLANK_TOKEN && !token.trim().is_empty() {
                own.insert((rule.clone(), token.clone()));
            }
        }
        tokens
    };
    let (first, second) = (tokens(first), tokens(second));
    type Tokens = BTreeMap<String, BTreeSet<(String, String)>>;
    let bearers = |side: &Tokens, token: &(String, String)| side.values().filter(|own| own.contains(token)).count() as u64;
    let counts = |token: &(String, String)| {
        token_frequency_max.is_none_or(|most| bearers(&first, token) <= most && bearers(&second, token) <= most)
    };
    let mut pairs = Vec::new();
    for (left, left_tokens) in &first {
        for (right, right_tokens) in &second {
            let common: BTreeSet<&String> =
                left_tokens.intersection(right_tokens).filter(|token| counts(token)).map(|token| &token.0).collect();
            let rules = sets
                .rules()
                .iter()
                .enumerate()
                .filter(|(_, rule)| common.contains(rule))
                .fold(0, |bits, (rule, _)| bits | 1 << rule);
            let matches = |set: &usize| {
                let agreed = sets.rules_of(*set).iter().filter(|rule| common.contains(rule)).count();
                if sets.agreement() == Agreement::All { agreed == sets.rules_of(*set).len() } else { agreed > 0 }
            };
            let matched = (0..sets.len()).filter(matches).fold(0, |bits, set| bits | 1 << set);
            let named = (0..sets.len()).filter(|set| matched >> set & 1 == 1).flat_map(|set| sets.rules_of(set));
            let named: BTreeSet<String> = named.collect();
            let of_sets = sets.rules().iter().enumerate().filter(|(_, rule)| named.contains(*rule));
            let rules = rules & of_sets.fold(0, |bits, (rule, _)| bits | 1 << rule);
            if matched != 0 {
                pairs.push((left.clone(), right.clone(), rules, matched));
            }
        }
    }
    pairs
}

/// Four records and five, of which two pairs agree on both rules and one on one alone; two of each side are blank.
fn two_hospitals() -> [Vec<Row>; 2] {
    let first = vec![
        row("T1", "one", "a1"),
        row("T2", "uno", "a1"),
        row("T1", "two", "a2"),
        row("T2", "due", "a2"),
        row("T1", "three", "a3"),
        row("T2", "tre", "a3"),
        row("T1", BLANK_TOKEN, "a4"),
        row("T2", BLANK_TOKEN, "a4"),
    ];
    let second = vec![
        row("T1", "one", "b1"),
        row("T2", "uno", "b1"),
        row("T1", "two", "b2"),
        row("T2", "sette", "b2"),
        row("T1", "three", "b3"),
        row("T2", "tre", "b3"),
        row("T1", BLANK_TOKEN, "b4"),
        row("T2", BLANK_TOKEN, "b4"),
        row("T1", "five", "b5"),
        row("T2", BLANK_TOKEN, "b5"),
    ];
    [first, second]
}

#[test]
fn results_have_the_keys_and_the_figures_of_the_reference() {
    let [first, second] = two_hospitals();
    let encrypt = |rows: Vec<Row>| -> Vec<Row> {
        rows.into_iter()
            .map(|(rule, token, id)| (rule, if token == BLANK_TOKEN { token } else { encrypted(&token) }, id))
            .collect()
    };
    let way = Way { key: true, ..Way::default() };
    let found = overlap_named(["Hospital_A", "Hospital_B"], &all("T1,T2"), &encrypt(first), &encrypt(second), &way).unwrap();
    let own = serde_json::to_value(&found.results[0]).unwrap();
    golden::rows("pyspark.jsonl", |case| {
        if case["case"] != "overlap_enc T1+T2" {
            return;
        }
        for (key, value) in case["result"].as_object().unwrap() {
            match key.as_str() {
                "matches" => {
                    let pairs: Vec<_> = ids(&found).into_iter().map(|(left, right)| serde_json::json!([left, right])).collect();
                    assert_eq!(&serde_json::Value::Array(pairs), value);
                }
                "matches_columns" => {
                    assert_eq!(value, &serde_json::json!(found.results[0].names().map(|name| format!("{name}_RecordId"))));
                }
                key => assert_eq!(&own[key], value, "{key}"),
            }
        }
    });
    assert_eq!(ids(&found), [("a1", "b1"), ("a3", "b3")]);
    assert_eq!((found.results[0].unique_to_dataset2, found.results[0].overlap_percentage), (3, 50.0));
}

#[test]
fn blank_tokens_match_nothing() {
    let side = |blank: &str| vec![row("T1", blank, "x"), row("T1", "y", "y")];
    for blank in [BLANK_TOKEN, "", "  "] {
        assert_eq!(ids(&overlap(&all("T1"), &side(blank), &side(blank), &Way::default())), [("y", "y")]);
    }
    let [mut first, mut second] = [side(&encrypted(BLANK_TOKEN)), side(&encrypted("  "))];
    first.push(row("T1", &encrypted("z"), "z"));
    second.push(row("T1", &encrypted("z"), "z"));
    let found = overlap(&all("T1"), &first, &second, &Way { key: true, ..Way::default() });
    assert_eq!(ids(&found), [("y", "y"), ("z", "z")]);
    assert_eq!((found.rules[0].dataset1.blank, found.rules[0].dataset1.not_decrypted), (1, 1));
}

#[test]
fn repeated_ids_rules_and_names_change_nothing() {
    let [first, second] = two_hospitals();
    let plain = overlap(&all("T1,T2"), &first, &second, &Way::default());
    let twice = overlap(&all("T1,T2"), &[first.clone(), first.clone()].concat(), &second, &Way::default());
    let repeated = overlap(&all("T1,T1,T2,T1"), &first, &second, &Way::default());
    assert_eq!((ids(&twice), &twice.results), (ids(&plain), &plain.results));
    assert_eq!((&repeated.pairs, &repeated.results), (&plain.pairs, &plain.results));
    let named = overlap_named(["X", "X"], &all("T1"), &first, &second, &Way::default()).unwrap();
    assert_eq!(named.results[0].names(), [&"X_1".to_owned(), &"X_2".to_owned()]);
    // A record with two tokens of a rule bears both.
    let both = [first, vec![row("T2", "sette", "a2")]].concat();
    assert_eq!(ids(&overlap(&all("T1,T2"), &both, &second, &Way::default())), [("a1", "b1"), ("a2", "b2"), ("a3", "b3")]);
}

#[test]
fn several_sets_are_compared_at_once() {
    let [first, second] = two_hospitals();
    let found = overlap(&all("T1,T2;T1;T2"), &first, &second, &Way::default());
    let sets: Vec<u64> = found.pairs.iter().map(|pair| pair.3).collect();
    assert_eq!((ids(&found), sets), (vec![("a1", "b1"), ("a2", "b2"), ("a3", "b3")], vec![0b111, 0b010, 0b111]));
    assert_eq!(found.results.iter().map(|result| result.matches).collect::<Vec<_>>(), [2, 3, 2]);
    for (set, rules) in ["T1,T2", "T1", "T2"].iter().enumerate() {
        let alone = overlap(&all(rules), &first, &second, &Way::default());
        assert_eq!(alone.results[0], found.results[set]);
    }
}

#[test]
fn a_key_that_opens_nothing_is_told_and_one_that_opens_some_is_counted() {
    let [first, second] = two_hospitals();
    let way = Way { key: true, ..Way::default() };
    let error = overlap_named(["A", "B"], &all("T1"), &first, &second, &way).unwrap_err();
    assert!(matches!(&error, OverlapError::WrongKey { side, tokens: 3 } if side == "A"), "{error}");
    let mixed = [first, vec![row("T1", &encrypted("six"), "a6")]].concat();
    let other = [second, vec![row("T1", &encrypted("six"), "b6")]].concat();
    let found = overlap(&all("T1"), &mixed, &other, &way);
    assert_eq!(ids(&found), [("a1", "b1"), ("a2", "b2"), ("a3", "b3"), ("a6", "b6")]);
    assert_eq!((found.rules[0].dataset1.not_decrypted, found.rules[0].dataset2.not_decrypted), (3, 4));
}

#[test]
fn rules_of_neither_file_are_told_and_empty_files_are_not_wrong() {
    let [first, second] = two_hospitals();
    let error = overlap_named(["A", "B"], &all("T1,T9"), &first, &second, &Way::default()).unwrap_err();
    assert!(matches!(&error, OverlapError::UnknownRule { rule, known } if rule == "T9" && known == &["T1", "T2"]), "{error}");
    for (first, second) in [(&first[..], &[][..]), (&[], &second), (&[], &[])] {
        let found = overlap(&all("T1"), first, second, &Way::default());
        assert_eq!((found.pairs.len(), found.results[0].overlap_percentage), (0, 0.0));
    }
}

#[test]
fn rows_without_an_id_belong_to_nobody() {
    let rows = vec![row("T1", "one", ""), row("T1", "two", "x")];
    let found = overlap(&all("T1"), &rows, &rows, &Way::default());
    assert_eq!((ids(&found), found.results[0].total_records_dataset1), (vec![("x", "x")], 1));
}

#[test]
fn frequent_tokens_are_left_out_and_counted() {
    let rows: Vec<Row> = (0..10)
        .flat_map(|record| [row("T1", "same", &format!("r{record}")), row("T2", &format!("t{record}"), &format!("r{record}"))])
        .collect();
    let mut way = Way::default();
    way.options.token_frequency_max = Some(9);
    let any = RuleSets::parse("T1,T2", Agreement::Any).unwrap();
    let found = overlap(&any, &rows, &rows, &way);
    assert_eq!((found.pairs.len(), found.rules[0].excluded_tokens, found.rules[0].dataset2.token_frequency_max), (10, 1, 10));
    way.options.token_frequency_max = Some(10);
    assert_eq!(overlap(&any, &rows, &rows, &way).pairs.len(), 100);
}

#[test]
fn everybody_has_one_partner_and_the_better_one() {
    let first = vec![row("T1", "x", "a1"), row("T1", "x", "a2"), row("T2", "y", "a2")];
    let second = vec![row("T1", "x", "b1"), row("T2", "y", "b1"), row("T1", "x", "b2")];
    let mut way = Way::default();
    way.options.one_to_one = true;
    let any = RuleSets::parse("T1,T2;T1", Agreement::Any).unwrap();
    let found = overlap(&any, &first, &second, &way);
    // By both rules a2 belongs to b1, with whom it agrees on both; by the first alone nothing tells them apart but their ids.
    let pairs: Vec<_> = found.pairs.iter().map(|pair| (pair.0.as_str(), pair.1.as_str(), pair.3)).collect();
    assert_eq!(pairs, [("a1", "b1", 0b10), ("a1", "b2", 0b01), ("a2", "b1", 0b01), ("a2", "b2", 0b10)]);
    assert_eq!(found.results.iter().map(|result| result.matches).collect::<Vec<_>>(), [2, 2]);
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let token = prop_oneof![
        4 => (0..8_u8).prop_map(|number| format!("token{number}")),
        4 => (0..8_u8).prop_map(|number| {
            let mut text = Vec::new();
            crate::hash::base64::encode(&[number; 32], &mut text);
            String::from_utf8(text).unwrap()
        }),
        1 => Just(BLANK_TOKEN.to_owned()),
        1 => Just(String::new()),
    ];
    let one = (0..4_u8, token, 0..9_u8).prop_map(|(rule, token, record)| {
        row(&format!("T{rule}"), &token, &if record == 8 { String::new() } else { format!("r{record}") })
    });
    prop::collection::vec(one, 0..40)
}

/// Rows that hold every rule, so that none is unknown.
fn with_rules(mut rows: Vec<Row>) -> Vec<Row> {
    rows.extend((0..4).map(|rule| row(&format!("T{rule}"), "", "r0")));
    rows
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn pairs_are_those_of_the_naive_form(
        first in rows(), second in rows(), any in any::<bool>(), most in prop::option::of(1..4_u64), rows_at_once in 1..50_usize,
    ) {
        let (first, second) = (with_rules(first), with_rules(second));
        let sets = RuleSets::parse("T0,T1;T2;T3,T0,T2", if any { Agreement::Any } else { Agreement::All }).unwrap();
        let mut way = Way { rows_at_once, ..Way::default() };
        way.options.token_frequency_max = most;
        let found = overlap(&sets, &first, &second, &way);
        prop_assert_eq!(&found.pairs, &naive(&sets, &first, &second, most));
        for (set, result) in found.results.iter().enumerate() {
            let of_set: Vec<_> = found.pairs.iter().filter(|pair| pair.3 >> set & 1 == 1).collect();
            let distinct = |ids: BTreeSet<&str>| ids.len() as u64;
            prop_assert_eq!(result.matches, of_set.len() as u64);
            prop_assert_eq!(result.matching_records_dataset1, distinct(of_set.iter().map(|pair| pair.0.as_str()).collect()));
            prop_assert_eq!(result.matching_records_dataset2, distinct(of_set.iter().map(|pair| pair.1.as_str()).collect()));
        }
    }

    #[test]
    fn order_threads_and_memory_change_nothing(first in rows(), second in rows(), one_to_one in any::<bool>(), seed in any::<u64>()) {
        let (first, second) = (with_rules(first), with_rules(second));
        let sets = RuleSets::parse("T0,T1;T2,T3,T0", Agreement::Any).unwrap();
        let mut way = Way::default();
        way.options.one_to_one = one_to_one;
        let expected = overlap(&sets, &first, &second, &way);
        let shuffled = |rows: &[Row]| {
            let mut rows = rows.to_vec();
            rows.sort_by_key(|row| kintsu_core::hash_bytes(format!("{row:?}").as_bytes(), seed));
            rows
        };
        for (threads, bytes_max) in [(1, 64 << 20), (3, 1)] {
            way.threads = threads;
            way.options.bytes_max = bytes_max;
            let found = overlap(&sets, &shuffled(&first), &shuffled(&second), &way);
            prop_assert_eq!((&found.pairs, &found.results, &found.rules), (&expected.pairs, &expected.results, &expected.rules));
        }
    }

    #[test]
    fn one_to_one_is_greedy_and_leaves_nobody_who_could_be_paired(first in rows(), second in rows(), any in any::<bool>()) {
        let (first, second) = (with_rules(first), with_rules(second));
        let sets = RuleSets::parse("T0,T1,T2", if any { Agreement::Any } else { Agreement::All }).unwrap();
        let mut way = Way::default();
        way.options.one_to_one = true;
        let mut pairs = naive(&sets, &first, &second, None);
        pairs.sort_by_key(|pair| std::cmp::Reverse(pair.2.count_ones()));
        let (mut left, mut right, mut expected) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        for pair in pairs {
            if !left.contains(&pair.0) && !right.contains(&pair.1) {
                left.insert(pair.0.clone());
                right.insert(pair.1.clone());
                expected.push(pair);
            }
        }
        expected.sort();
        prop_assert_eq!(overlap(&sets, &first, &second, &way).pairs, expected);
    }
}

#[test]
fn what_does_not_fit_is_put_aside_with_the_same_answer() {
    let rows = |from: u32| -> Vec<Row> {
        (from..from + 3000)
            .flat_map(|record| {
                (0..3)
                    .map(move |rule| row(&format!("T{rule}"), &format!("{rule} {}", record / (1 + rule)), &format!("r{record}")))
            })
            .collect()
    };
    let mut way = Way { rows_at_once: 500, ..Way::default() };
    let expected = overlap(&all("T0,T1;T2"), &rows(0), &rows(1000), &way);
    way.options.bytes_max = 1;
    let found = overlap(&all("T0,T1;T2"), &rows(0), &rows(1000), &way);
    assert!(found.put_aside && !expected.put_aside);
    assert_eq!((found.pairs, found.results, found.rules), (expected.pairs, expected.results, expected.rules));
}

#[test]
fn no_error_shows_a_token_or_an_id() {
    let rows = vec![row("T1", "canary-token", "canary-record")];
    let way = Way { key: true, ..Way::default() };
    let wrong_key = overlap_named(["A", "B"], &all("T1"), &rows, &rows, &way).unwrap_err();
    let unknown = overlap_named(["A", "B"], &all("T7"), &rows, &rows, &Way::default()).unwrap_err();
    for error in [wrong_key, unknown] {
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}

#[test]
fn a_run_that_is_stopped_ends() {
    let context = RunContext::default();
    context.cancel();
    let folder = tempfile::tempdir().unwrap();
    let sets = all("T1");
    let way = Way::default();
    let reader = TokenReader::new(Some(sets.rules()), None);
    let rows = [row("T1", "one", "x")];
    let make = |name| side(name, &rows, &reader, folder.path(), &way).unwrap();
    let stopped = Overlap::new(sets.clone(), [make("A"), make("B")], way.options.clone(), folder.path(), &context);
    assert!(matches!(stopped, Err(OverlapError::Cancelled(_))));
}

#[test]
fn every_error_has_a_code_of_its_own_and_a_hint() {
    use kintsu_core::Explain;
    let errors = [
        OverlapError::NoRules,
        OverlapError::too_many_rules(65),
        OverlapError::UnknownRule { rule: "T9".to_owned(), known: Vec::new() },
        OverlapError::WrongKey { side: "A".to_owned(), tokens: 1 },
        OverlapError::TooManyRecords { side: "A".to_owned(), maximum: 1 },
        OverlapError::Spill { path: "x".into(), source: std::io::Error::other("x") },
        OverlapError::Cancelled(kintsu_core::Cancelled),
    ];
    let codes: BTreeSet<&str> = errors.iter().map(Explain::code).collect();
    assert_eq!(codes.len(), errors.len());
    assert!(errors.iter().all(|error| error.hint().is_some_and(|hint| !hint.is_empty())));
}
