//! `kintsu overlap` and `kintsu tokens disclosure` from outside: what they print and write, what they refuse, and what they never show.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::command::{done, files, json, kintsu, read, run, stderr};

const BLANK: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const SECRET: &str = "canary-hashing-secret-7hGq2";
const KEYS: [&str; 2] = ["canary-encryption-key-9fKw3-0000", "canary-encryption-key-4dLs8-1111"];
const HEADER: &str = "RecordId,FirstName,LastName,BirthDate,Sex,PostalCode,SocialSecurityNumber\n";
const PERSONS: [&str; 5] = [
    "Canaryann,Canarysmith,2000-01-01,Female,98004,234-56-7890\n",
    "Canarybob,Canaryjones,1990-05-17,Male,98101,345-67-8901\n",
    "Canarycid,Canaryburns,1985-11-30,Male,60601,456-78-9012\n",
    "Canarydee,Canarymills,1970-02-28,Female,10001,567-89-0123\n",
    "Test,Unknown,,,,\n",
];

/// A folder with two files of persons, of whom the second, the third and the unknown one stand in both, and with secrets.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let persons = |letter: &str, some: &[usize]| {
        let rows = some.iter().map(|person| format!("canary{letter}{person},{}", PERSONS[*person]));
        HEADER.to_owned() + &rows.collect::<String>()
    };
    let written = [
        ("a.csv", persons("a", &[0, 1, 2, 4])),
        ("b.csv", persons("b", &[1, 2, 3, 4])),
        ("secret", SECRET.to_owned()),
        ("key_a", KEYS[0].to_owned()),
        ("key_b", KEYS[1].to_owned()),
    ];
    for (name, content) in &written {
        fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

fn tokenize(folder: &Path, side: &str, ending: &str, options: &[&str]) {
    let ends = [format!("{side}.csv"), format!("tokens_{side}.{ending}")];
    done(folder, &[&["tokenize", &ends[0], "-o", &ends[1], "--hashing-secret-file", "secret"], options].concat());
}

#[test]
fn the_same_persons_are_found_in_every_mode_and_format() {
    let folder = folder();
    let folder = folder.path();
    let expected = "tokens_a_RecordId,tokens_b_RecordId\ncanarya1,canaryb1\ncanarya2,canaryb2\n";
    for ending in ["csv", "parquet"] {
        let (a, b) = (format!("tokens_a.{ending}"), format!("tokens_b.{ending}"));
        let compare = ["overlap", &a, &b, "-o", "pairs.csv", "--rules", "T1,T2,T4", "--overwrite"];
        for side in ["a", "b"] {
            tokenize(folder, side, ending, &["--mode", "hash-only", "--overwrite"]);
        }
        let found = json(folder, &compare);
        assert_eq!(read(folder, "pairs.csv"), expected);
        let result = &found["results"][0];
        assert_eq!((result["total_records_dataset1"].as_u64(), result["unique_to_dataset2"].as_u64()), (Some(4), Some(2)));
        assert_eq!((result["overlap_percentage"].as_f64(), result["matching_rules"].as_array().unwrap().len()), (Some(50.0), 3));
        assert_eq!(found["rules"][0]["dataset1"]["blank"], 1);

        for (side, key) in [("a", "key_a"), ("b", "key_b")] {
            tokenize(folder, side, ending, &["--encryption-key-file", key, "--overwrite"]);
        }
        done(folder, &[&compare[..], &["--key-a-file", "key_a", "--key-b-file", "key_b"]].concat());
        assert_eq!(read(folder, "pairs.csv"), expected);
        // From the environment, a variable for each side.
        let mut command = kintsu(folder);
        command.env("KINTSU_ENCRYPTION_KEY", KEYS[0]).env("KINTSU_ENCRYPTION_KEY_B", KEYS[1]);
        assert!(command.args(compare).status().unwrap().success());
        assert_eq!(read(folder, "pairs.csv"), expected);
    }
}

#[test]
fn sets_are_told_and_memory_and_threads_change_no_byte() {
    let folder = folder();
    let folder = folder.path();
    let rows = |letter: char, from: u32| {
        let row = |record: u32| format!("{letter}{record},T1,one {record}\n{letter}{record},T2,two {}\n", record / 2);
        "RecordId,RuleId,Token\n".to_owned() + &(from..from + 20_000).map(row).collect::<String>()
    };
    fs::write(folder.join("x.csv"), rows('x', 0)).unwrap();
    fs::write(folder.join("y.csv"), rows('y', 10_001)).unwrap();
    let compare = ["overlap", "x.csv", "y.csv", "--rule-sets", "T1,T2;T2", "--overwrite", "-o"];
    let found = json(folder, &[&compare[..], &["held.parquet", "--threads", "2"]].concat());
    let matches = |set: usize| found["results"][set]["matches"].as_u64();
    assert_eq!((matches(0), matches(1), found["pairs"].as_u64()), (Some(9_999), Some(19_998), Some(19_998)));
    done(folder, &[&compare[..], &["one.parquet", "--threads", "1", "--memory", "100MiB"]].concat());
    assert_eq!(fs::read(folder.join("held.parquet")).unwrap(), fs::read(folder.join("one.parquet")).unwrap());
    done(folder, &["overlap", "x.csv", "y.csv", "--rules", "T1,T2", "--any", "--one-to-one", "-o", "any.csv"]);
    assert!(
        read(folder, "any.csv").starts_with("x_RecordId,y_RecordId,MatchingRules,RuleSets\nx10001,y10001,\"T1,T2\",\"T1,T2\"\n")
    );
    assert!(files(folder).keys().all(|name| !name.contains("spill")), "{:?}", files(folder).keys());
}

#[test]
fn what_is_wrong_is_told_and_nothing_is_written() {
    let folder = folder();
    let folder = folder.path();
    for side in ["a", "b"] {
        tokenize(folder, side, "parquet", &["--encryption-key-file", "key_a"]);
    }
    let whole = fs::read(folder.join("tokens_a.parquet")).unwrap();
    fs::write(folder.join("cut.parquet"), &whole[..whole.len() / 2]).unwrap();
    fs::write(folder.join("short.csv"), "RuleId,Token\nT1,canarytoken\n").unwrap();
    fs::write(folder.join("ragged.csv"), "RuleId,Token,RecordId\nT1,canarytoken\n").unwrap();
    let (a, b) = ("tokens_a.parquet", "tokens_b.parquet");
    let cases: Vec<(Vec<&str>, &str)> = vec![
        (vec![a, b, "--rules", "T1", "--encryption-key-file", "key_b"], "KN-TOKEN-404"),
        (vec![a, b, "--rules", "T1,T8", "--encryption-key-file", "key_a"], "T1, T2, T3, T4, T5"),
        (vec![a, b, "--rules", " , "], "KN-TOKEN-401"),
        (vec![a, b], "KN-CLI-006"),
        (vec![a, b, "--rules", "T1", "--any", "--all"], "KN-CLI-006"),
        (vec![a, b, "--rules", "T1", "--max-token-frequency", "0"], "KN-CLI-006"),
        (vec!["short.csv", b, "--rules", "T1"], "RecordId"),
        (vec!["ragged.csv", b, "--rules", "T1"], "line 2"),
        (vec!["cut.parquet", b, "--rules", "T1"], "KN-TABLE"),
        (vec!["absent.csv", b, "--rules", "T1"], "KN-TABLE"),
        (vec![a, b, "--rules", "T1", "--key-a-file", "absent"], "KN-TOKEN-101"),
        (vec![a, b, "--rules", "T1", "--key-a-file", "a.csv", "--allow-weak-secret"], "KN-TOKEN-108"),
        (vec!["-", "-", "--rules", "T1"], "KN-JOB-026"),
    ];
    let before = files(folder);
    for (arguments, expected) in cases {
        let output = run(folder, &[&["overlap", "-o", "pairs.csv"], &arguments[..]].concat());
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(expected) && said.contains("hint:"), "{arguments:?}: {said}");
        assert!(!said.to_lowercase().contains("canary") && output.stdout.is_empty(), "{arguments:?}: {said}");
        assert_eq!(files(folder).keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>(), "{arguments:?}");
    }
    for output in ["pairs.xls", "a.csv"] {
        let refused = run(folder, &["overlap", a, b, "--rules", "T1", "-o", output]);
        assert_eq!(refused.status.code(), Some(2), "{output}");
    }
    assert_eq!(files(folder), before);
}

#[test]
fn a_card_stands_beside_the_pairs_and_is_never_half_replaced() {
    let folder = folder();
    let folder = folder.path();
    for side in ["a", "b"] {
        tokenize(folder, side, "csv", &["--mode", "hash-only"]);
    }
    let compare = ["overlap", "tokens_a.csv", "tokens_b.csv", "--rules", "T1,T2", "-o", "pairs.csv"];
    let found = json(folder, &compare);
    let card: Value = serde_json::from_str(&read(folder, "pairs.csv.run.json")).unwrap();
    assert_eq!(card["overlap"], found);
    assert_eq!((&card["counts"]["pairs"], &card["files"]["pairs.csv"]["rows"]), (&2.into(), &2.into()));
    assert_eq!(card["job"]["overlap"]["rule_sets"], serde_json::json!([["T1", "T2"]]));
    let digests: Vec<_> = card["inputs"].as_array().unwrap().iter().map(|input| input["digest"].as_str()).collect();
    assert!(digests.len() == 2 && digests.iter().all(Option::is_some), "{card}");
    // A card in the way is told before the work begins.
    fs::remove_file(folder.join("pairs.csv")).unwrap();
    let before = files(folder);
    assert_eq!(run(folder, &compare).status.code(), Some(2));
    assert_eq!(files(folder), before);
}

#[test]
fn a_dry_run_checks_keys_columns_and_the_output() {
    let folder = folder();
    let folder = folder.path();
    tokenize(folder, "a", "csv", &["--encryption-key-file", "key_a"]);
    let before = files(folder);
    let compare = |second: &'static str, output: &'static str, key: &'static str| {
        ["overlap", "tokens_a.csv", second, "--rules", "T1", "-o", output, "--encryption-key-file", key, "--dry-run"]
    };
    assert_eq!(json(folder, &compare("tokens_a.csv", "pairs.csv", "key_a"))["would_write"], "pairs.csv");
    for (second, output, key) in [
        ("b.csv", "pairs.csv", "key_a"),
        ("absent.csv", "pairs.csv", "key_a"),
        ("tokens_a.csv", "b.csv", "key_a"),
        ("tokens_a.csv", "tokens_a.csv", "key_a"),
        ("tokens_a.csv", "pairs.csv", "a.csv"),
    ] {
        assert_eq!(run(folder, &compare(second, output, key)).status.code(), Some(2), "{second} {output} {key}");
    }
    assert_eq!(files(folder), before);
}

#[test]
fn a_want_of_memory_is_told_in_words_of_tokens() {
    let folder = folder();
    let folder = folder.path();
    let row = |record: u32| format!("T1,token {record},{record:0>80}\n");
    let rows: String = (0..200_000).map(row).collect();
    fs::write(folder.join("x.csv"), format!("RuleId,Token,RecordId\n{rows}")).unwrap();
    let refused = run(folder, &["overlap", "x.csv", "x.csv", "--rules", "T1", "-o", "pairs.csv", "--memory", "30MiB"]);
    let said = stderr(&refused);
    assert!(refused.status.code() == Some(2) && said.contains("KN-JOB-007") && said.contains("ids of the records"), "{said}");
    assert!(!said.contains("blocking rules") && !folder.join("pairs.csv").exists(), "{said}");
}

#[test]
fn empty_files_and_files_without_rows_hold_no_tokens() {
    let folder = folder();
    let folder = folder.path();
    tokenize(folder, "a", "csv", &["--mode", "hash-only"]);
    fs::write(folder.join("empty.csv"), "").unwrap();
    fs::write(folder.join("header.csv"), "Token,RecordId,RuleId\n").unwrap();
    for other in ["empty.csv", "header.csv"] {
        let found = json(folder, &["overlap", "tokens_a.csv", other, "--rules", "T1", "-o", "pairs.csv", "--overwrite"]);
        let result = &found["results"][0];
        assert_eq!((result["matches"].as_u64(), result["overlap_percentage"].as_f64()), (Some(0), Some(0.0)), "{other}");
        assert!(read(folder, "pairs.csv").lines().count() == 1, "{other}");
    }
    assert_eq!(json(folder, &["tokens", "disclosure", "empty.csv"])["records"], 0);
}

#[test]
fn disclosure_counts_repetition_and_reasons_alike_for_tokens_and_for_records() {
    let folder = folder();
    let folder = folder.path();
    let twins = [0, 1, 2, 3, 4, 5].map(|twin| format!("canaryt{twin},{}", PERSONS[0])).concat();
    fs::write(folder.join("t.csv"), format!("{HEADER}{twins}x,{}y,{}", PERSONS[1], PERSONS[4])).unwrap();
    tokenize(folder, "t", "parquet", &["--encryption-key-file", "key_a"]);
    let of_tokens =
        json(folder, &["tokens", "disclosure", "tokens_t.parquet", "--encryption-key-file", "key_a", "--anonymity", "2,7"]);
    let of_records = json(folder, &["tokens", "disclosure", "t.csv", "--anonymity", "2,7"]);
    assert_eq!(of_tokens["rules"], of_records["rules"]);
    assert_eq!(of_tokens["invalid_attributes"], of_records["invalid_attributes"]);
    assert!(of_tokens["invalid_attributes"]["LastName"].as_object().is_some_and(|reasons| !reasons.is_empty()), "{of_tokens}");
    let first = &of_tokens["rules"][0];
    assert_eq!(
        (first["rule"].as_str(), first["blank"].as_u64(), first["distinct_tokens"].as_u64()),
        (Some("T1"), Some(1), Some(2))
    );
    assert_eq!(first["top_frequencies"], serde_json::json!([6, 1]));
    assert_eq!(first["open_to_frequency_attack"], true);
    assert_eq!(
        first["anonymity"],
        serde_json::json!([
            { "k": 2, "records_below": 1, "tokens_below": 1 },
            { "k": 7, "records_below": 7, "tokens_below": 2 },
        ])
    );
    let without_key = done(folder, &["tokens", "disclosure", "tokens_t.parquet"]);
    assert!(stderr(&without_key).contains("KN-W-TOKEN-009"));
}

#[test]
fn neither_names_nor_secrets_nor_tokens_are_printed() {
    let folder = folder();
    let folder = folder.path();
    for side in ["a", "b"] {
        tokenize(folder, side, "csv", &["--encryption-key-file", "key_a"]);
    }
    let keys = ["--encryption-key-file", "key_a"];
    let tokens: Vec<String> =
        read(folder, "tokens_a.csv").lines().filter_map(|line| line.split(',').nth(1).map(str::to_owned)).collect();
    for arguments in [
        vec!["overlap", "tokens_a.csv", "tokens_b.csv", "--rules", "T1,T2", "-v"],
        vec!["overlap", "tokens_a.csv", "tokens_b.csv", "--rules", "T1,T2", "--format", "json"],
        vec!["tokens", "disclosure", "tokens_a.csv", "-v"],
        vec!["tokens", "disclosure", "tokens_a.csv", "--format", "json"],
    ] {
        let output = done(folder, &[&arguments[..], &keys].concat());
        let said = format!("{}{}", stderr(&output), String::from_utf8_lossy(&output.stdout)).to_lowercase();
        assert!(!said.contains("canary"), "{said}");
        let shown =
            tokens.iter().filter(|token| token.len() >= 44 && *token != BLANK).find(|token| said.contains(&token.to_lowercase()));
        assert_eq!(shown, None);
    }
}
