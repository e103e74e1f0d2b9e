//! `kintsu tokenize --fuzzy` and `kintsu overlap --fuzzy` from outside: what they write, what they refuse, and what they never show.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;

use kintsu_token::Secret;
use kintsu_token::fuzzy::{ClkEncoder, Clks, EncodeOptions, LinkageSchema, dice};
use serde_json::Value;

use crate::command::{done, files, json, kintsu, read, run, stderr};

const SECRET: &str = "canary-hashing-secret-7hGq2";
const SCHEMA: &str = r#"{"version": 3, "clkConfig": {"l": 512, "kdf": {"type": "HKDF"}}, "features": [
    {"identifier": "row", "ignored": true},
    {"identifier": "name", "format": {"type": "string", "maxLength": 30},
     "hashing": {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerFeature": 120}}},
    {"identifier": "born", "format": {"type": "date", "format": "%Y-%m-%d"},
     "hashing": {"comparison": {"type": "ngram", "n": 1, "positional": true}, "strategy": {"bitsPerFeature": 80}}}]}"#;
const FUZZY: [&str; 4] = ["--fuzzy", "schema.json", "--hashing-secret-file", "secret"];
const ROWS: usize = 2000;

/// A person: id, name, date of birth. Of every ten persons one is of the other file, a letter off, one has a date that is none,
/// and one has the name and the date of another of the same file.
fn person(letter: char, row: usize) -> [String; 3] {
    let given = ["canaryanna", "canarybob", "canarycid", "canarydee", "canaryeve", "canaryfinn", "canarygus"];
    let mixed = |times: usize, modulo: usize| row.wrapping_mul(times) % modulo;
    let typed = if letter == 'b' && row.is_multiple_of(10) { "x" } else { "" };
    let name = format!("{} o{}k{typed}, {}", given[mixed(31, 7)], mixed(7919, 1009), mixed(104_729, 641));
    let born = match row % 10 {
        3 => "unknown".to_owned(),
        _ => format!("19{:02}-{:02}-{:02}", mixed(17, 90) + 10, mixed(5, 12) + 1, mixed(11, 28) + 1),
    };
    let shift = if letter == 'a' { 0 } else { 5 * ROWS / 10 };
    [format!("{letter}{:05}", row + shift), name, born]
}

fn persons(letter: char) -> Vec<[String; 3]> {
    let first = if letter == 'a' { 0 } else { ROWS / 2 };
    (first..first + ROWS).map(|row| person(letter, row)).collect()
}

fn csv(persons: &[[String; 3]]) -> String {
    let rows = persons.iter().map(|[id, name, born]| format!("{born},\"{name}\",{id}\n"));
    "born,name,RecordId\n".to_owned() + &rows.collect::<String>()
}

/// A folder with two files of persons, a schema and a secret.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let written = [
        ("a.csv", csv(&persons('a'))),
        ("b.csv", csv(&persons('b'))),
        ("secret", SECRET.to_owned()),
        ("schema.json", SCHEMA.to_owned()),
    ];
    for (name, content) in &written {
        fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

fn encode(folder: &Path, input: &str, output: &str, options: &[&str]) -> Output {
    done(folder, &[&["tokenize", input, "-o", output], &FUZZY[..], options].concat())
}

/// The CLKs of persons as the library makes them.
fn of_library(persons: &[[String; 3]]) -> Clks {
    let schema = LinkageSchema::from_json(SCHEMA).unwrap();
    let encoder = ClkEncoder::new(&schema, &Secret::from_bytes(SECRET), &EncodeOptions::default()).unwrap();
    let column = |place: usize| persons.iter().map(|person| person[place].as_str()).collect::<Vec<_>>();
    encoder.encode(&column(0), &[&column(1), &column(2)]).unwrap().clks
}

#[test]
fn clks_are_those_of_the_library_in_both_formats_and_with_any_number_of_threads() {
    let folder = folder();
    let folder = folder.path();
    let persons = persons('a');
    let clks = of_library(&persons);
    let rows = persons.iter().enumerate().map(|(record, [id, ..])| format!("{id},{}\n", clks.text(record)));
    let expected = "RecordId,Clk\n".to_owned() + &rows.collect::<String>();
    for threads in ["1", "2", "7"] {
        let (csv, parquet) = (format!("clks{threads}.csv"), format!("columns{threads}.parquet"));
        encode(folder, "a.csv", &csv, &["--threads", threads]);
        encode(folder, "a.csv", &parquet, &["--threads", threads]);
        assert!(read(folder, &csv) == expected, "{threads} threads");
        assert_eq!(fs::read(folder.join(&parquet)).unwrap(), fs::read(folder.join("columns1.parquet")).unwrap());
    }
    // What the two formats hold matches itself record by record.
    let compare = ["overlap", "--fuzzy", "clks1.csv", "columns1.parquet", "--threshold", "1", "--one-to-one"];
    let found = json(folder, &compare);
    let blank = persons.iter().filter(|[.., born]| born == "unknown").count();
    assert_eq!((found["dataset1"].clone(), found["pairs"].as_u64()), {
        let mut side = found["dataset2"].clone();
        side["name"] = found["dataset1"]["name"].clone();
        (side, Some((ROWS - blank) as u64))
    });
}

#[test]
fn the_cards_count_blank_records_and_say_how_clks_were_made() {
    let folder = folder();
    let folder = folder.path();
    let options = ["--salt-columns", "born", "--folds", "1", "--rule-90", "--flip-probability", "0.01", "--balance"];
    encode(folder, "a.csv", "clks.parquet", &options);
    let card: Value = serde_json::from_str(&read(folder, "clks.parquet.run.json")).unwrap();
    let metadata: Value = serde_json::from_str(&read(folder, "clks.metadata.json")).unwrap();
    let clks = &card["clks"];
    assert_eq!(
        (clks["records"].as_u64(), clks["blank_records"].as_u64(), clks["bits"].as_u64()),
        (Some(2000), Some(200), Some(512))
    );
    assert_eq!(clks["invalid_values"], serde_json::json!({"born": {"not-a-date": 200}}));
    let hardening = serde_json::json!({
        "salt_columns": ["born"], "folds": 1, "rule_90": true, "flip_probability": 0.01, "balance": true
    });
    assert_eq!((&clks["hardening"], &metadata["Hardening"]), (&hardening, &hardening));
    assert_eq!(metadata["BlankRecords"], 200);
    assert_eq!((&metadata["SchemaDigest"], &metadata["HashingSecret"]), (&clks["schema_digest"], &clks["hashing_secret"]));
    let salt = clks["hashing_secret"]["salt"].as_str().unwrap();
    assert_eq!(clks["hashing_secret"]["fingerprint"], Secret::from_bytes(SECRET).fingerprint(salt.as_bytes()));
    encode(folder, "a.csv", "whole.csv", &["--on-invalid", "leave-out-value"]);
    assert!(read(folder, "whole.csv").lines().all(|line| !line.ends_with(',')));
}

#[test]
fn a_job_file_and_renamed_columns_make_the_same_clks() {
    let folder = folder();
    let folder = folder.path();
    encode(folder, "a.csv", "clks.csv", &[]);
    let renamed = read(folder, "a.csv").replacen("born,name,RecordId", "\u{feff}birth , name,nr", 1);
    fs::write(folder.join("renamed.csv"), renamed).unwrap();
    let job = "inputs = [\"renamed.csv\"]\noutput = \"job.csv\"\n[tokenize]\nrecord_id = \"nr\"\nhashing_secret_file = \"secret\"\n\
               columns = { born = \"birth\" }\nfuzzy = { schema = \"schema.json\" }\n";
    fs::write(folder.join("job.toml"), job).unwrap();
    done(folder, &["run", "job.toml"]);
    let mut command = kintsu(folder);
    command.env("KINTSU_HASHING_SECRET", SECRET).args(["tokenize", "renamed.csv", "-o", "cli.csv", "--fuzzy", "schema.json"]);
    assert!(command.args(["--columns", "birth=born,nr=RecordId"]).status().unwrap().success());
    for name in ["job.csv", "cli.csv"] {
        assert!(read(folder, name) == read(folder, "clks.csv"), "{name}");
    }
}

/// The pairs of a file with their similarities.
fn pairs(folder: &Path, name: &str) -> BTreeMap<(String, String), f64> {
    let text = read(folder, name);
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("clks_a_RecordId,clks_b_RecordId,Dice"));
    let pair = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        ((fields[0].to_owned(), fields[1].to_owned()), fields[2].parse().unwrap())
    };
    lines.map(pair).collect()
}

/// All pairs that reach a threshold, by comparing every one.
fn naive(threshold: f64) -> BTreeMap<(String, String), f64> {
    let sides = ['a', 'b'].map(|letter| (persons(letter), of_library(&persons(letter))));
    let mut found = BTreeMap::new();
    for (left, [id, ..]) in sides[0].0.iter().enumerate() {
        for (right, [other, ..]) in sides[1].0.iter().enumerate() {
            let similarity = dice(&sides[0].1, left, &sides[1].1, right);
            if similarity >= threshold {
                found.insert((id.clone(), other.clone()), similarity);
            }
        }
    }
    found
}

/// One pair for each record: the most alike first, of equally alike ones the first by its ids.
fn best(pairs: &BTreeMap<(String, String), f64>) -> BTreeMap<(String, String), f64> {
    let mut in_order: Vec<_> = pairs.iter().collect();
    in_order.sort_by(|a, b| b.1.total_cmp(a.1).then_with(|| a.0.cmp(b.0)));
    let (mut left, mut right) = (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
    let mut kept = BTreeMap::new();
    for ((a, b), similarity) in in_order {
        if !left.contains(a) && !right.contains(b) {
            left.insert(a);
            right.insert(b);
            kept.insert((a.clone(), b.clone()), *similarity);
        }
    }
    kept
}

#[test]
fn pairs_are_those_of_comparing_every_one_whatever_the_order_of_rows_and_the_threads() {
    let folder = folder();
    let folder = folder.path();
    for side in ["a", "b"] {
        encode(folder, &format!("{side}.csv"), &format!("clks_{side}.csv"), &[]);
    }
    let expected = naive(0.8);
    assert!(expected.len() > 800 && expected.values().any(|similarity| *similarity < 1.0));
    let compare = ["overlap", "--fuzzy", "clks_a.csv", "clks_b.csv", "--threshold", "0.8", "--overwrite", "-o"];
    let found = json(folder, &[&compare[..], &["pairs.csv"]].concat());
    assert_eq!(found["pairs"].as_u64(), Some(expected.len() as u64));
    assert_eq!(pairs(folder, "pairs.csv"), expected);
    let matching = expected.keys().map(|(left, _)| left).collect::<std::collections::BTreeSet<_>>().len() as u64;
    assert_eq!(
        (found["dataset1"]["matching_records"].as_u64(), found["dataset1"]["records"].as_u64()),
        (Some(matching), Some(2000))
    );

    let one = best(&expected);
    assert!(one.len() < expected.len());
    done(folder, &[&compare[..], &["one.csv", "--one-to-one"]].concat());
    assert_eq!(pairs(folder, "one.csv"), one);

    // Rows in another order, and some twice.
    for name in ["clks_a.csv", "clks_b.csv"] {
        let text = read(folder, name);
        let (header, rows) = text.split_once('\n').unwrap();
        let mut turned: Vec<&str> = rows.lines().rev().collect();
        turned.extend(rows.lines().take(50));
        fs::write(folder.join(name), format!("{header}\n{}\n", turned.join("\n"))).unwrap();
    }
    for threads in ["1", "2", "7"] {
        done(folder, &[&compare[..], &["turned.csv", "--one-to-one", "--threads", threads]].concat());
        assert_eq!(read(folder, "turned.csv"), read(folder, "one.csv"), "{threads} threads");
    }
    done(folder, &[&compare[..], &["sampled.csv", "--blocking", "sampled", "--sample-bits", "16"]].concat());
    let sampled = pairs(folder, "sampled.csv");
    assert!(sampled.len() * 100 >= expected.len() * 98 && sampled.iter().all(|(pair, dice)| expected.get(pair) == Some(dice)));
}

#[test]
fn what_is_wrong_is_told_and_nothing_is_written() {
    let folder = folder();
    let folder = folder.path();
    encode(folder, "a.csv", "clks.csv", &[]);
    encode(folder, "a.csv", "short.csv", &["--folds", "1"]);
    let clks = read(folder, "clks.csv");
    let written = [
        ("bad.json", SCHEMA.replace("\"n\": 2", "\"n\": -2")),
        ("no.json", "canary".to_owned()),
        ("weak", "canary".to_owned()),
        ("twice.csv", "born,name,name,RecordId\n1980-01-02,canary,canary,1\n".to_owned()),
        ("ids.csv", "born,name\n1980-01-02,canary\n".to_owned()),
        ("ragged.csv", "born,name,RecordId\n1980-01-02,canary\n".to_owned()),
        ("mixed.csv", clks.lines().take(3).collect::<Vec<_>>().join("\n") + "\ncanary,Y2FuYXJ5\n"),
        ("text.csv", "RecordId,Clk\ncanary,?canary?\n".to_owned()),
    ];
    for (name, content) in &written {
        fs::write(folder.join(name), content).unwrap();
    }
    let tokenize = |input: &'static str, options: &[&'static str]| {
        [&["tokenize", input, "-o", "out.csv", "--hashing-secret-file", "secret"], options].concat()
    };
    let overlap = |options: &[&'static str]| [&["overlap", "--fuzzy", "-o", "out.csv"], options].concat();
    let cases: Vec<(Vec<&str>, &str)> = vec![
        (tokenize("a.csv", &["--fuzzy", "bad.json"]), "features[1].hashing.comparison.n"),
        (tokenize("a.csv", &["--fuzzy", "no.json"]), "KN-TOKEN-501"),
        (tokenize("a.csv", &["--fuzzy", "absent.json"]), "KN-JOB-001"),
        (tokenize("a.csv", &["--fuzzy", "schema.json", "--mode", "plain", "--rules", "x"]), "`rules`"),
        (tokenize("a.csv", &["--fuzzy", "schema.json", "--partner", "p"]), "KN-JOB-071"),
        (tokenize("a.csv", &["--folds", "1"]), "--fuzzy"),
        (tokenize("a.csv", &["--fuzzy", "schema.json", "--folds", "12"]), "KN-TOKEN-512"),
        (tokenize("a.csv", &["--fuzzy", "schema.json", "--flip-probability", "0.5"]), "KN-TOKEN-512"),
        (tokenize("a.csv", &["--fuzzy", "schema.json", "--salt-columns", "year"]), "KN-JOB-063"),
        (tokenize("a.csv", &["--fuzzy", "schema.json", "--columns", "born=birth"]), "KN-JOB-065"),
        (tokenize("a.csv", &["--fuzzy", "schema.json", "--columns", "birth=born"]), "KN-JOB-023"),
        (tokenize("a.csv", &["--fuzzy", "schema.json", "--record-id", "nr"]), "KN-JOB-023"),
        (tokenize("twice.csv", &["--fuzzy", "schema.json"]), "KN-JOB-074"),
        (tokenize("ids.csv", &["--fuzzy", "schema.json"]), "KN-JOB-073"),
        (tokenize("ragged.csv", &["--fuzzy", "schema.json"]), "line 2"),
        (vec!["tokenize", "a.csv", "-o", "out.csv", "--fuzzy", "schema.json"], "KN-JOB-072"),
        (vec!["tokenize", "a.csv", "-o", "out.csv", "--fuzzy", "schema.json", "--hashing-secret-file", "weak"], "weak"),
        (vec!["tokenize", "-", "-o", "out.csv", "--fuzzy", "schema.json", "--hashing-secret-file", "-"], "KN-JOB-026"),
        (overlap(&["clks.csv", "short.csv"]), "KN-TOKEN-515"),
        (overlap(&["clks.csv", "mixed.csv"]), "row 3 of mixed.csv"),
        (overlap(&["clks.csv", "text.csv"]), "row 1 of text.csv"),
        (overlap(&["clks.csv", "a.csv"]), "KN-JOB-076"),
        (overlap(&["clks.csv", "clks.csv", "--threshold", "1.5"]), "KN-TOKEN-516"),
        (overlap(&["clks.csv", "clks.csv", "--rules", "T1"]), "--rules"),
        (overlap(&["clks.csv", "clks.csv", "--any"]), "--any"),
        (overlap(&["clks.csv", "clks.csv", "--sample-bits", "9"]), "KN-CLI-007"),
        (overlap(&["clks.csv", "clks.csv", "--blocking", "sampled", "--sample-bits", "64"]), "KN-TOKEN-517"),
        (overlap(&["clks.csv", "clks.csv", "--blocking", "sampled", "--sample-recall", "1"]), "KN-TOKEN-517"),
        (overlap(&["clks.csv", "clks.csv", "--threshold", "NaN"]), "KN-TOKEN-516"),
        (overlap(&["clks.csv", "clks.csv", "--key-a-file", "secret"]), "give --blocking tokens"),
        (overlap(&["clks.csv", "clks.csv", "--tokens-a", "a.csv", "--tokens-b", "a.csv"]), "give --blocking tokens"),
        (overlap(&["clks.csv", "clks.csv", "--blocking", "tokens", "--tokens-a", "a.csv"]), "--tokens-b"),
        (overlap(&["clks.csv", "clks.csv", "--blocking", "tokens", "--tokens-a", "a.csv", "--tokens-b", "a.csv"]), "KN-JOB-067"),
        (overlap(&["clks.csv", "-", "--blocking", "tokens", "--tokens-a", "-", "--tokens-b", "a.csv"]), "KN-JOB-026"),
        (tokenize("a.csv", &["--fuzzy", "schema.json", "--flip-probability", "1e-9"]), "KN-TOKEN-512"),
        (tokenize("a.csv", &["--fuzzy", "schema.json", "--columns", "born=born,name=born"]), "KN-CLI-007"),
        (vec!["overlap", "clks.csv", "clks.csv", "-o", "out.csv", "--rules", "T1", "--threshold", "0.9"], "--threshold"),
    ];
    let before = files(folder);
    for (arguments, expected) in cases {
        let output = run(folder, &arguments);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(expected) && said.contains("hint:"), "{arguments:?}: {said}");
        assert!(!said.to_lowercase().contains("canary") && output.stdout.is_empty(), "{arguments:?}: {said}");
        assert_eq!(files(folder), before, "{arguments:?}");
    }
}

/// Rules of the name alone, and of the date of birth alone.
const RULES: &str = r#"
    [column_mappings]
    name = { column_name = "name", type = "String" }
    born = { column_name = "born", type = "String" }
    [token_rules]
    NAME = [{ field = "name", expression = "T|U" }]
    BORN = [{ field = "born", expression = "T" }]
"#;

#[test]
fn pairs_that_share_a_token_are_those_of_comparing_every_one_that_does() {
    let folder = folder();
    let folder = folder.path();
    fs::write(folder.join("rules.toml"), RULES).unwrap();
    fs::write(folder.join("key"), "canary-encryption-key-9fKw3-0000").unwrap();
    for side in ["a", "b"] {
        let [csv, clks, tokens] = [format!("{side}.csv"), format!("clks_{side}.csv"), format!("tokens_{side}.parquet")];
        encode(folder, &csv, &clks, &[]);
        let secrets = ["--hashing-secret-file", "secret", "--encryption-key-file", "key", "-qq"];
        done(folder, &[&["tokenize", &csv, "-o", &tokens, "--rules", "rules.toml"], &secrets[..]].concat());
    }
    let (a, b) = (persons('a'), persons('b'));
    let value = |persons: &[[String; 3]], id: &str, place: usize| {
        persons.iter().find(|person| person[0] == id).map(|person| person[place].to_uppercase()).unwrap()
    };
    let compare = ["overlap", "--fuzzy", "clks_a.csv", "clks_b.csv", "--threshold", "0.8", "--blocking", "tokens"];
    let of_tokens = ["--tokens-a", "tokens_a.parquet", "--tokens-b", "tokens_b.parquet", "--encryption-key-file", "key"];
    let all = naive(0.8);
    for (rules, places) in [("NAME", &[1][..]), ("BORN", &[2]), ("NAME,BORN", &[1, 2]), ("", &[1, 2])] {
        let by_rules: &[&str] = if rules.is_empty() { &[] } else { &["--block-rules", rules] };
        let options = ["-o", "pairs.csv", "--overwrite"];
        let found = json(folder, &[&compare[..], &of_tokens, by_rules, &options].concat());
        let share =
            |(left, right): &(String, String)| places.iter().any(|place| value(&a, left, *place) == value(&b, right, *place));
        let expected: BTreeMap<_, _> =
            all.iter().filter(|(pair, _)| share(pair)).map(|(pair, dice)| (pair.clone(), *dice)).collect();
        assert!(!expected.is_empty() && (expected.len() < all.len() || places.len() > 1), "{rules}");
        assert_eq!(pairs(folder, "pairs.csv"), expected, "{rules}");
        assert_eq!((&found["blocking"]["kind"], found["pairs"].as_u64()), (&"tokens".into(), Some(expected.len() as u64)));
    }
    // Tokens of others block nobody, and it is told.
    fs::write(folder.join("others.csv"), "RuleId,Token,RecordId\nNAME,x,nobody\n").unwrap();
    let others = ["--tokens-a", "others.csv", "--tokens-b", "others.csv"];
    let done = done(folder, &[&compare[..], &others, &["--format", "json"]].concat());
    let found: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(
        (found["pairs"].as_u64(), &found["blocking"]["records_without_token"]),
        (Some(0), &serde_json::json!([2000, 2000]))
    );
    assert!(stderr(&done).matches("KN-W-TOKEN-017").count() == 2, "{}", stderr(&done));
    let unknown = run(folder, &[&compare[..], &of_tokens, &["--block-rules", "T9"]].concat());
    assert!(unknown.status.code() == Some(2) && stderr(&unknown).contains("BORN, NAME"), "{}", stderr(&unknown));
}

#[test]
fn a_card_stands_beside_the_pairs() {
    let folder = folder();
    let folder = folder.path();
    encode(folder, "a.csv", "clks.csv", &[]);
    let compare = ["overlap", "--fuzzy", "clks.csv", "clks.csv", "--blocking", "sampled", "-o", "pairs.parquet"];
    let found = json(folder, &compare);
    let card: Value = serde_json::from_str(&read(folder, "pairs.parquet.run.json")).unwrap();
    assert_eq!(card["overlap"], found);
    assert_eq!((&card["counts"]["pairs"], card["inputs"].as_array().map(Vec::len)), (&found["pairs"], Some(2)));
    assert_eq!(card["job"]["overlap"]["blocking"], serde_json::json!({"kind": "sampled", "bits": 24, "recall": 0.99}));
}

#[test]
fn a_dry_run_checks_what_it_would_do_and_writes_nothing() {
    let folder = folder();
    let folder = folder.path();
    encode(folder, "a.csv", "clks.csv", &[]);
    let before = files(folder);
    let tokenize = |input: &'static str| [&["tokenize", input, "-o", "out.csv", "--dry-run"], &FUZZY[..]].concat();
    let overlap = |second: &'static str| vec!["overlap", "--fuzzy", "clks.csv", second, "-o", "out.csv", "--dry-run"];
    let planned = json(folder, &tokenize("a.csv"));
    assert_eq!(planned["columns"], serde_json::json!({"born": "born", "name": "name"}));
    done(folder, &overlap("clks.csv"));
    for arguments in
        [tokenize("clks.csv"), tokenize("absent.csv"), overlap("a.csv"), [overlap("clks.csv"), vec!["--threshold", "2"]].concat()]
    {
        assert_eq!(run(folder, &arguments).status.code(), Some(2), "{arguments:?}");
    }
    assert_eq!(files(folder), before);
}

#[test]
fn records_without_ids_and_files_without_clks_are_told() {
    let folder = folder();
    let folder = folder.path();
    encode(folder, "a.csv", "clks.csv", &[]);
    let first: Vec<String> = read(folder, "clks.csv").lines().take(3).map(str::to_owned).collect();
    let clk = first[1].split_once(',').unwrap().1;
    let twins = format!("{}\n{}\n,{clk}\na00001,{clk}\n", first[0], first[2]);
    fs::write(folder.join("twins.csv"), twins).unwrap();
    let output = run(folder, &["overlap", "--fuzzy", "twins.csv", "clks.csv", "--threshold", "1", "--format", "json"]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((found["dataset1"]["records"].as_u64(), found["dataset1"]["rows_without_id"].as_u64()), (Some(2), Some(1)));
    assert_eq!(found["pairs"].as_u64(), Some(2));
    let said = stderr(&output);
    assert!(said.contains("KN-W-TOKEN-011") && said.contains("KN-W-TOKEN-016"), "{said}");
    for (name, content) in [("empty.csv", ""), ("header.csv", "RecordId,Clk\n"), ("blank.csv", "Clk,RecordId\n,1\n,2\n")] {
        fs::write(folder.join(name), content).unwrap();
        let found = json(folder, &["overlap", "--fuzzy", "clks.csv", name, "-o", "pairs.csv", "--overwrite"]);
        assert_eq!((found["pairs"].as_u64(), found["bits"].as_u64()), (Some(0), Some(512)), "{name}");
        assert_eq!(read(folder, "pairs.csv").lines().count(), 1, "{name}");
    }
}

#[test]
fn neither_values_nor_secrets_nor_clks_are_printed() {
    let folder = folder();
    let folder = folder.path();
    let mut said = Vec::new();
    for side in ["a", "b"] {
        said.push(encode(folder, &format!("{side}.csv"), &format!("clks_{side}.csv"), &["-v"]));
    }
    for options in [&["-v"][..], &["--format", "json"]] {
        said.push(done(
            folder,
            &[&["overlap", "--fuzzy", "clks_a.csv", "clks_b.csv", "-o", "pairs.csv", "--overwrite"], options].concat(),
        ));
    }
    let mut shown: Vec<String> =
        said.iter().map(|output| format!("{}{}", stderr(output), String::from_utf8_lossy(&output.stdout))).collect();
    shown.extend(["clks_a.csv", "clks_a.metadata.json", "clks_a.csv.run.json", "pairs.csv"].map(|name| read(folder, name)));
    assert!(shown.iter().all(|text| !text.to_lowercase().contains("canary")));
    let clks: Vec<String> =
        read(folder, "clks_a.csv").lines().skip(1).filter_map(|line| Some(line.split_once(',')?.1.to_owned())).collect();
    let printed = &shown[..said.len()];
    assert!(clks.iter().filter(|clk| !clk.is_empty()).all(|clk| printed.iter().all(|text| !text.contains(clk))));
}
