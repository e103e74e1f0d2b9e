//! The commands of tokens from outside: the reference's cases file by file, bad input, and that no secret and no name leaks.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use crate::command::{done, files, json, kintsu, read, run, stderr};

const SECRET: &str = "canary-hashing-secret-7hGq2";
const KEY: &str = "canary-encryption-key-9fKw3-0000";
const PEOPLE: &str = "RecordId,FirstName,LastName,BirthDate,Sex,PostalCode,SocialSecurityNumber\n\
    r1,Canaryfirst,Canarylast,2000-01-01,Male,98004,234-56-7890\n\
    r2,José,\"O'Brien, Jr.\",01/15/1980,F,98004-1234,234567891\n\
    r3,,Smith,1980-01-15,M,12345,000-12-3456\n";

fn shared() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("KINTSU_SHARED").map_or(beside, PathBuf::from).join("vectors/opentoken");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: ../shared is not here");
    None
}

/// A folder with people, a hashing secret and an encryption key.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [("people.csv", PEOPLE), ("secret", SECRET), ("key", KEY)] {
        fs::write(folder.path().join(name), content).unwrap();
    }
    guard(folder.path(), &["secret", "key"]);
    folder
}

/// Lets the owner alone read files, which are warned of otherwise.
fn guard(folder: &Path, names: &[&str]) {
    #[cfg(unix)]
    for name in names {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o600)).unwrap();
    }
    #[cfg(not(unix))]
    let _ = (folder, names);
}

const HASH_ONLY: [&str; 4] = ["--mode", "hash-only", "--hashing-secret-file", "secret"];
const ENCRYPT: [&str; 4] = ["--hashing-secret-file", "secret", "--encryption-key-file", "key"];

fn tokenize(folder: &Path, ends: &[&str], options: &[&str]) -> Output {
    run(folder, &[&["tokenize"], ends, options].concat())
}

fn succeeded(output: &Output) {
    assert!(output.status.success(), "{}", stderr(output));
}

/// Ids that were made up stand as `made-up`, numbered by their first appearance.
fn without_made_up_ids(text: &str) -> String {
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let is_uuid = |id: &str| id.len() == 36 && id.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    let line = |line: &str| match line.rsplit_once(',') {
        Some((rest, id)) if is_uuid(id) => {
            let next = known.len();
            format!("{rest},made-up {}\n", known.entry(id.to_owned()).or_insert(next))
        }
        _ => format!("{line}\n"),
    };
    text.split_inclusive('\n').map(|text| text.trim_end_matches('\n')).map(line).collect()
}

#[test]
fn the_cases_of_the_reference_come_out_file_by_file() {
    let Some(shared) = shared() else { return };
    let cases: Vec<Value> = serde_json::from_str(&read(&shared, "cli/index.json")).unwrap();
    assert!(cases.len() >= 40);
    for case in &cases {
        let (name, implementation) = (case["case"].as_str().unwrap(), case["impl"].as_str().unwrap());
        let place = format!("{name} of {implementation}");
        let source = shared.join("cli").join(name);
        let folder = tempfile::tempdir().unwrap();
        fs::copy(source.join("input.csv"), folder.path().join("input.csv")).unwrap();
        let given: Vec<&str> = case["args"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let profile = format!("opentoken-1-{implementation}");
        let fixed = ["opentoken", "-i", "input.csv", "-o", "output.csv", "--token-profile", &profile, "-qq"];
        let done = run(folder.path(), &[&fixed, given.as_slice()].concat());
        if case["output_written"] == false {
            assert_eq!(done.status.code(), Some(2), "{place}: {}", stderr(&done));
            assert_eq!(files(folder.path()).keys().collect::<Vec<_>>(), ["input.csv"], "{place}");
            continue;
        }
        assert!(done.status.success(), "{place}: {}", stderr(&done));
        let mut found = read(folder.path(), "output.csv");
        let mut expected = read(&source.join(implementation), "output.csv");
        if let Some(key) = given.iter().position(|flag| *flag == "-e").map(|flag| given[flag + 1]) {
            fs::write(folder.path().join("expected.csv"), &expected).unwrap();
            (found, expected) = (decrypted(folder.path(), "output.csv", key), decrypted(folder.path(), "expected.csv", key));
        }
        assert_eq!(without_made_up_ids(&found), without_made_up_ids(&expected), "{place}");
        let metadata = |text: &str| {
            let lines = text.lines().filter(|line| !line.contains("\"PythonVersion\"") && !line.contains("\"JavaVersion\""));
            (lines.map(str::to_owned).collect::<Vec<_>>(), text.ends_with('\n'), text.lines().count())
        };
        let (found, expected) =
            (read(folder.path(), "output.metadata.json"), read(&source.join(implementation), "output.metadata.json"));
        assert_eq!(metadata(&found), metadata(&expected), "{place}");
    }
}

/// The tokens of a file, decrypted.
fn decrypted(folder: &Path, name: &str, key: &str) -> String {
    let plain = format!("plain-{name}");
    succeeded(&run(folder, &["opentoken", "-d", "-i", name, "-t", "csv", "-o", &plain, "-e", key, "-qq"]));
    read(folder, &plain)
}

#[test]
fn every_number_of_threads_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let mut people = PEOPLE.lines().next().unwrap().to_owned() + "\n";
    for row in 0..30_000 {
        let (name, day) = (["Anna", "Bob", "", "José", "Test"][row % 5], row % 31);
        let _ = writeln!(
            people,
            "id{row},{name}{},Smith{},19{:02}-03-{day:02},F,9{:04},2345{row:05}",
            row % 97,
            row % 1013,
            row % 100,
            row % 9999
        );
    }
    fs::write(folder.path().join("people.csv"), people).unwrap();
    fs::write(folder.path().join("secret"), SECRET).unwrap();
    let outputs = ["1", "2", "7"].map(|threads| {
        let output = format!("tokens{threads}.csv");
        succeeded(&tokenize(folder.path(), &["people.csv", "-o", &output, "--threads", threads, "-qq"], &HASH_ONLY));
        fs::read(folder.path().join(output)).unwrap()
    });
    assert_eq!(String::from_utf8_lossy(&outputs[0]).lines().count(), 150_001);
    assert!(outputs[1] == outputs[0] && outputs[2] == outputs[0]);
}

#[test]
fn parquet_csv_packed_csv_and_standard_input_give_the_same_tokens() {
    use std::io::Write;
    let folder = folder();
    let here = folder.path();
    succeeded(&tokenize(here, &["people.csv", "-o", "tokens.csv", "-qq"], &HASH_ONLY));
    let expected = read(here, "tokens.csv");
    assert_eq!(expected.lines().count(), 16);
    succeeded(&tokenize(here, &["people.csv", "-o", "columns.parquet", "-qq"], &HASH_ONLY));
    let mut process = kintsu(here)
        .args(["tokenize", "-", "-o", "piped.csv", "-qq"])
        .args(HASH_ONLY)
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(PEOPLE.as_bytes()).unwrap();
    assert!(process.wait().unwrap().success());
    assert_eq!(read(here, "piped.csv"), expected);
    // Hash-only tokens pass through another profile's decryption untouched, which turns Parquet into CSV.
    let options = ["opentoken", "-d", "-i", "columns.parquet", "-t", "parquet", "-o", "back.csv", "-ot", "csv", "-e", KEY, "-qq"];
    succeeded(&run(here, &options));
    assert_eq!(read(here, "back.csv"), expected);
}

#[test]
fn partners_keys_are_passed_on_and_counted() {
    let folder = folder();
    let here = folder.path();
    succeeded(&tokenize(here, &["people.csv", "-o", "hashed.csv", "-qq"], &HASH_ONLY));
    succeeded(&tokenize(here, &["people.csv", "-o", "north.csv", "--partner", "north", "-qq"], &ENCRYPT));
    let rekey = ["tokens", "rekey", "north.csv", "-o", "south.csv", "--encryption-key-file", "key", "-qq"];
    succeeded(&run(here, &[rekey.as_slice(), &["--from-partner", "north", "--to-partner", "south"]].concat()));
    let metadata: Value = serde_json::from_str(&read(here, "south.metadata.json")).unwrap();
    let counted = |name: &str| metadata[name].as_u64().unwrap();
    assert_eq!(counted("RekeyedTokens") + counted("BlankTokens"), 15);
    assert_eq!(metadata["EncryptionKey"]["uses"], metadata["RekeyedTokens"]);
    let ledger = read(here, &format!("key.{}.uses", metadata["EncryptionKey"]["id"].as_str().unwrap()));
    assert!(ledger.trim_end().ends_with(&format!("{:020}", counted("RekeyedTokens"))), "{ledger}");
    let decrypt = |name: &str, partner: &str| {
        let decrypt = ["decrypt", name, "-o", "plain.csv", "--overwrite", "--encryption-key-file", "key", "-qq"];
        run(here, &[decrypt.as_slice(), &["--partner", partner]].concat())
    };
    succeeded(&decrypt("south.csv", "south"));
    assert_eq!(read(here, "plain.csv"), read(here, "hashed.csv"));
    assert_eq!(decrypt("south.csv", "north").status.code(), Some(2));
    let card: Value = serde_json::from_str(&read(here, "north.csv.run.json")).unwrap();
    let used = card["tokens"]["encryption_key"]["uses"].as_u64().unwrap();
    let blank = read(here, "hashed.csv").matches(&"0".repeat(64)).count() as u64;
    assert_eq!(used, 15 - blank);
    let id = card["tokens"]["encryption_key"]["id"].as_str().unwrap();
    let ledger = read(here, &format!("key.{id}.uses"));
    assert!(ledger.trim_end().ends_with(&format!("{used:020}")), "{ledger}");
}

#[test]
fn byte_order_marks_padding_and_named_columns_are_understood() {
    let folder = folder();
    let here = folder.path();
    succeeded(&tokenize(here, &["people.csv", "-o", "plain.csv", "-qq"], &HASH_ONLY));
    let padded = format!("\u{feff}{}", PEOPLE.replacen("FirstName,LastName", " FirstName ,last", 1));
    fs::write(here.join("padded.csv"), padded).unwrap();
    let done = tokenize(here, &["padded.csv", "-o", "padded.out.csv", "--columns", "last=LastName"], &HASH_ONLY);
    succeeded(&done);
    assert_eq!(stderr(&done).matches("KN-W-TOKEN-002").count(), 2, "{}", stderr(&done));
    assert_eq!(read(here, "padded.out.csv"), read(here, "plain.csv"));
}

#[test]
fn bad_input_is_refused_and_leaves_nothing() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("other.csv"), "a,b\n1,2\n").unwrap();
    fs::write(here.join("no_ssn.csv"), "RecordId,FirstName,LastName,BirthDate,Sex,PostalCode\nr1,A,Doe,2000-01-01,M,98004\n")
        .unwrap();
    fs::write(here.join("cut.csv"), PEOPLE.replacen("234567891", "\"234567891", 1)).unwrap();
    fs::write(here.join("short"), "short").unwrap();
    fs::write(here.join("long"), "x1".repeat(20)).unwrap();
    let before = files(here);
    let refused = |arguments: &[&str], code: &str| {
        let done = run(here, arguments);
        assert_eq!(done.status.code(), Some(2), "{arguments:?}: {}", stderr(&done));
        assert!(stderr(&done).contains(code), "{arguments:?}: {}", stderr(&done));
        assert_eq!(files(here), before, "{arguments:?}");
    };
    let dry = run(here, &["opentoken", "-i", "people.csv", "-t", "csv", "-o", "dry.csv", "-h", SECRET, "-e", KEY, "--dry-run"]);
    assert_eq!((dry.status.success(), files(here) == before), (true, true), "{}", stderr(&dry));
    let hash_only =
        |input: &'static str, more: &[&'static str]| [&["tokenize", input, "-o", "o.csv"], &HASH_ONLY[..], more].concat();
    refused(&hash_only("other.csv", &[]), "KN-JOB-064");
    refused(&hash_only("no_ssn.csv", &["--strict-columns"]), "KN-JOB-063");
    refused(&hash_only("people.csv", &["--columns", "lst=LastName"]), "KN-JOB-023");
    refused(&hash_only("people.csv", &["--columns", "LastName=Nothing"]), "KN-JOB-065");
    refused(&hash_only("people.csv", &["--as-of", "2000-13-01"]), "KN-TOKEN-303");
    refused(&hash_only("cut.csv", &[]), "KN-TABLE-006");
    refused(&hash_only("absent.csv", &[]), "KN-TABLE-002");
    refused(&["tokenize", "people.csv", "-o", "o.csv", "--mode", "hash-only"], "KN-TOKEN-301");
    refused(&["tokenize", "people.csv", "-o", "o.csv", "--mode", "hash-only", "--hashing-secret-file", "short"], "KN-TOKEN-106");
    refused(
        &["tokenize", "people.csv", "-o", "o.csv", "--hashing-secret-file", "secret", "--encryption-key-file", "long"],
        "KN-TOKEN-108",
    );
    refused(&hash_only("people.csv", &["--partner", "north"]), "KN-JOB-068");
    refused(&["tokenize", "people.csv", "-o", "o.csv", "--mode", "plain", "--partner", "north"], "KN-JOB-068");
    refused(&["decrypt", "-", "-o", "o.csv", "--encryption-key-file", "-"], "KN-JOB-026");
    refused(&["tokens", "disclosure", "-", "--encryption-key-file", "-"], "KN-JOB-026");
    let rekey = ["tokens", "rekey", "a.csv", "-o", "o.csv", "--encryption-key-file", "-", "--to-key-file", "-"];
    refused(&rekey, "KN-JOB-026");
    refused(&["tokens", "new-secret", "-", "--kind", "hashing"], "KN-CLI-004");
    refused(&["tokenize", "people.csv", "-o", "o.xlsx", "--hashing-secret-file", "secret"], "KN-JOB-060");
    refused(&["decrypt", "people.csv", "-o", "o.csv", "--encryption-key-file", "key"], "KN-JOB-067");

    let done = tokenize(here, &["no_ssn.csv", "-o", "o.csv"], &HASH_ONLY);
    succeeded(&done);
    assert!(stderr(&done).contains("KN-W-TOKEN-001"), "{}", stderr(&done));
    let card: Value = serde_json::from_str(&read(here, "o.csv.run.json")).unwrap();
    assert_eq!(card["warnings"][0]["code"], "KN-W-TOKEN-001");
    assert_eq!(card["tokens"]["blank_tokens"]["T4"], 1);
    succeeded(&tokenize(here, &["other.csv", "-o", "other.out.csv", "--allow-missing"], &HASH_ONLY));
}

#[test]
fn a_column_that_is_named_for_two_things_or_two_columns_for_one_are_told_apart() {
    let folder = folder();
    let here = folder.path();
    let both = "--columns LastName=FirstName,FirstName=FirstName";
    for columns in [both, "--columns RecordId=RecordId,LastName=RecordId", "--record-id RecordId --columns LastName=RecordId"] {
        let options: Vec<&str> = columns.split(' ').collect();
        let refused = tokenize(here, &["people.csv", "-o", "o.csv"], &[&HASH_ONLY[..], &options].concat());
        assert_eq!(refused.status.code(), Some(2), "{columns}");
        assert!(stderr(&refused).contains("KN-CLI-007") && stderr(&refused).contains("LastName"), "{}", stderr(&refused));
    }
    // One column may serve several fields, and one thing may be said twice.
    let same = ["--columns", "LastName=FirstName,LastName=LastName,LastName=LastName", "--record-id", "RecordId"];
    succeeded(&tokenize(here, &["people.csv", "-o", "o.csv"], &[&HASH_ONLY[..], &same].concat()));
}

#[test]
fn a_dry_run_checks_what_it_would_do_and_writes_nothing() {
    let folder = folder();
    let here = folder.path();
    succeeded(&tokenize(here, &["people.csv", "-o", "there.csv", "-qq"], &ENCRYPT));
    fs::write(here.join("weak"), "short").unwrap();
    fs::write(
        here.join("job.toml"),
        "inputs = [\"people.csv\"]\noutput = \"o.csv\"\n[tokenize]\nhashing_secret_file = \"secret\"\n",
    )
    .unwrap();
    fs::remove_file(here.join("key.uses")).unwrap();
    fs::remove_file(here.join("there.csv.run.json")).unwrap();
    let before = files(here);
    let planned = json(here, &[&["tokenize", "people.csv", "-o", "o.csv", "--dry-run"], &ENCRYPT[..]].concat());
    assert_eq!((&planned["would_write"], &planned["record_id"]), (&"o.csv".into(), &"RecordId".into()));
    assert_eq!(planned["columns"]["SocialSecurityNumber"], "SocialSecurityNumber");
    let decrypt = ["decrypt", "there.csv", "-o", "o.csv", "--encryption-key-file", "key", "--dry-run"];
    done(here, &decrypt);
    let rekey = ["tokens", "rekey", "there.csv", "-o", "o.csv", "--encryption-key-file", "key", "--to-partner", "p", "--dry-run"];
    done(here, &rekey);
    let reference = ["opentoken", "-i", "people.csv", "-t", "csv", "-o", "o.csv", "-h", SECRET, "-e", KEY, "--dry-run"];
    done(here, &reference);
    let swapped = |arguments: &[&'static str], from: &str, to: &'static str| -> Vec<&'static str> {
        arguments.iter().map(|argument| if *argument == from { to } else { argument }).collect()
    };
    let tokenize = [&["tokenize", "people.csv", "-o", "o.csv", "--dry-run"], &ENCRYPT[..]].concat();
    for arguments in [
        swapped(&tokenize, "people.csv", "absent.csv"),
        swapped(&tokenize, "people.csv", "secret"),
        swapped(&tokenize, "secret", "weak"),
        swapped(&tokenize, "key", "secret"),
        swapped(&tokenize, "o.csv", "there.csv"),
        swapped(&tokenize, "o.csv", "people.csv"),
        // Its metadata would stand in the place of those that are there.
        swapped(&tokenize, "o.csv", "there.parquet"),
        ["tokenize", "people.csv", "-o", "o.csv", "--dry-run"].to_vec(),
        ["run", "job.toml", "--dry-run"].to_vec(),
        swapped(&decrypt, "there.csv", "people.csv"),
        swapped(&decrypt, "key", "secret"),
        swapped(&rekey, "there.csv", "absent.csv"),
        swapped(&rekey, "p", ""),
        swapped(&reference, "people.csv", "absent.csv"),
        swapped(&reference, KEY, "short"),
    ] {
        assert_eq!(run(here, &arguments).status.code(), Some(2), "{arguments:?}");
        assert_eq!(files(here), before, "{arguments:?}");
    }
}

#[test]
fn what_is_in_the_way_is_told_before_a_key_is_used() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("o.metadata.json"), "{}").unwrap();
    fs::write(here.join("other.csv"), "a,b\n1,2\n").unwrap();
    let before = files(here);
    for ends in [["people.csv", "-o", "o.csv"], ["other.csv", "-o", "p.csv"]] {
        let refused = tokenize(here, &ends, &ENCRYPT);
        assert_eq!((refused.status.code(), files(here) == before), (Some(2), true), "{ends:?}: {}", stderr(&refused));
    }
    succeeded(&tokenize(here, &["people.csv", "-o", "o.csv", "--overwrite"], &ENCRYPT));
}

/// What Python's and Java's readers make of quotes in odd places, of open ones and of lone carriage returns; the tokens are those of the
/// same records written properly.
#[test]
fn the_reference_reads_on_where_quotes_stand_in_odd_places() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let header = PEOPLE.lines().next().unwrap();
    let reference = |records: &str, implementation: &str| {
        fs::write(here.join("input.csv"), format!("{header}\n{records}")).unwrap();
        let profile = format!("opentoken-1-{implementation}");
        let fixed = ["opentoken", "-i", "input.csv", "-o", "output.csv", "-t", "csv", "--hash-only", "-h", SECRET, "-qq"];
        let output = run(here, &[&fixed[..], &["--token-profile", &profile]].concat());
        (output.status.code(), fs::read_to_string(here.join("output.csv")).unwrap_or_default())
    };
    let person = |id: &str, first: &str| format!("{id},{first},Doe,2000-01-01,Male,98004,234-56-7890\n");
    for (implementation, odd, proper) in [
        ("python", person("r1", "Jo\"hn"), person("r1", "John")),
        ("python", person("r1", "\"Jo\"hn"), person("r1", "John")),
        ("python", person("r\"1", "John"), person("\"r\"\"1\"", "John")),
        ("python", person("\"r\r\n1\"", "John"), person("\"r\n1\"", "John")),
        (
            "python",
            person("r1", "John").replace('\n', "\r") + &person("r2", "Jane"),
            person("r1", "John") + &person("r2", "Jane"),
        ),
        ("python", "\n\r\n".to_owned() + &person("r1", "John"), person("r1", "John")),
        ("java", person("r1", "Jo\"hn"), person("r1", "John")),
        ("java", person("\"r1\" ", "John"), person("r1", "John")),
        ("java", person("r1", "John").replace('\n', "\r") + &person("r2", "Jane"), person("r1", "John") + &person("r2", "Jane")),
    ] {
        let (code, found) = reference(&odd, implementation);
        assert_eq!((code, found.lines().count() > 5), (Some(0), true), "{implementation} {odd:?}");
        assert_eq!(found, reference(&proper, implementation).1, "{implementation} {odd:?}");
    }
    // Where the reference fails and leaves half a file, nothing is written.
    let open = person("r1", "John") + &person("r2", "\"Jane");
    for (implementation, records) in
        [("java", open.clone()), ("java", person("r1", "\"Jo\"hn")), ("python", format!("{open}{}", "x".repeat(140_000)))]
    {
        let _ = fs::remove_file(here.join("output.csv"));
        let _ = fs::remove_file(here.join("output.metadata.json"));
        assert_eq!(reference(&records, implementation), (Some(2), String::new()), "{implementation} {records:.100}");
    }
    fs::write(here.join("latin.csv"), [header.as_bytes(), b"\nr1,Jos\xe9,Doe,2000-01-01,Male,98004,234-56-7890\n"].concat())
        .unwrap();
    let latin = run(here, &["opentoken", "-i", "latin.csv", "-o", "l.csv", "-t", "csv", "--hash-only", "-h", SECRET]);
    assert!(latin.status.code() == Some(2) && stderr(&latin).contains("convert the file to UTF-8"), "{}", stderr(&latin));
    assert!(!here.join("l.csv").exists());
}

#[test]
fn the_order_of_columns_and_files_without_records_are_understood() {
    let folder = folder();
    let here = folder.path();
    succeeded(&tokenize(here, &["people.csv", "-o", "plain.csv", "-qq"], &HASH_ONLY));
    let turned = "Sex,SocialSecurityNumber,BirthDate,Extra,LastName,PostalCode,RecordId,FirstName\n\
        Male,234-56-7890,2000-01-01,x,Canarylast,98004,r1,Canaryfirst\n\
        F,234567891,01/15/1980,,\"O'Brien, Jr.\",98004-1234,r2,José\n\
        M,000-12-3456,1980-01-15,,Smith,12345,r3,\n";
    fs::write(here.join("turned.csv"), turned).unwrap();
    succeeded(&tokenize(here, &["turned.csv", "-o", "turned.out.csv", "-qq"], &HASH_ONLY));
    assert_eq!(read(here, "turned.out.csv"), read(here, "plain.csv"));

    fs::write(here.join("header.csv"), PEOPLE.lines().next().unwrap()).unwrap();
    succeeded(&tokenize(here, &["header.csv", "-o", "none.csv", "-qq"], &HASH_ONLY));
    assert_eq!(read(here, "none.csv"), "RuleId,Token,RecordId\n");
    fs::write(here.join("empty.csv"), "").unwrap();
    let empty = tokenize(here, &["empty.csv", "-o", "empty.out.csv"], &HASH_ONLY);
    assert_eq!((empty.status.code(), here.join("empty.out.csv").exists()), (Some(2), false), "{}", stderr(&empty));
}

#[cfg(unix)]
#[test]
fn secrets_that_others_can_read_are_warned_of() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let here = folder.path();
    let warnings = |mode: u32| {
        fs::set_permissions(here.join("secret"), fs::Permissions::from_mode(mode)).unwrap();
        let done = tokenize(here, &["people.csv", "-o", "tokens.csv", "--overwrite"], &HASH_ONLY);
        succeeded(&done);
        stderr(&done).matches("KN-W-TOKEN-020").count()
    };
    assert_eq!((warnings(0o644), warnings(0o600)), (1, 0));
}

#[test]
fn job_files_make_tokens_too() {
    let folder = folder();
    let here = folder.path();
    let job =
        "inputs = [\"people.csv\"]\noutput = \"job.csv\"\n[tokenize]\nmode = \"hash-only\"\nhashing_secret_file = \"secret\"\n";
    fs::write(here.join("job.toml"), job).unwrap();
    succeeded(&run(here, &["run", "job.toml", "-qq"]));
    succeeded(&tokenize(here, &["people.csv", "-o", "command.csv", "-qq"], &HASH_ONLY));
    assert_eq!(read(here, "job.csv"), read(here, "command.csv"));
}

#[test]
fn profiles_are_compared_and_secrets_made() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("ssn.csv"), PEOPLE.replace("234-56-7890", "111111111")).unwrap();
    let done = run(here, &["tokens", "diff-profiles", "ssn.csv", "--format", "json"]);
    succeeded(&done);
    let found: Value = serde_json::from_slice(&done.stdout).unwrap();
    let java = &found["profiles"][0];
    assert_eq!((&java["profile"], &java["first_records"]), (&"opentoken-1-java".into(), &serde_json::json!([1])));
    succeeded(&run(here, &["tokens", "new-secret", "made.key", "--kind", "encryption", "-q"]));
    assert_eq!(fs::read(here.join("made.key")).unwrap().len(), 33);
    assert_eq!(run(here, &["tokens", "new-secret", "made.key", "--kind", "encryption"]).status.code(), Some(2));
}

/// Names of people and secrets stand in no output but those that are asked to hold them, in no message and in no argument.
#[test]
fn no_name_and_no_secret_leaks() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("broken.csv"), PEOPLE.replace("Male", "\"Ma\"le")).unwrap();
    fs::write(here.join("bad.toml"), "nonsense = 1\n").unwrap();
    let of_environment = |arguments: &[&str]| {
        let mut command = kintsu(here);
        command.args(arguments).env("KINTSU_HASHING_SECRET", SECRET).env("KINTSU_ENCRYPTION_KEY", KEY);
        command.output().unwrap()
    };
    let runs = [
        tokenize(here, &["people.csv", "-o", "a.csv", "-v"], &ENCRYPT),
        tokenize(here, &["people.csv", "-o", "b.parquet", "--format", "json", "--partner", "north"], &ENCRYPT),
        tokenize(here, &["people.csv", "-o", "c.csv", "-v"], &HASH_ONLY),
        tokenize(here, &["broken.csv", "-o", "d.csv", "-v"], &HASH_ONLY),
        tokenize(here, &["people.csv", "-o", "e.csv", "--rules", "bad.toml"], &HASH_ONLY),
        tokenize(here, &["people.csv", "-o", "f.csv", "--encryption-key-file", "secret"], &["--hashing-secret-file", "key"]),
        of_environment(&["tokenize", "people.csv", "-o", "g.csv", "-v"]),
        of_environment(&["decrypt", "a.csv", "-o", "h.csv", "--format", "json"]),
        of_environment(&["tokens", "rekey", "b.parquet", "-o", "i.csv", "--from-partner", "north", "--to-partner", "south"]),
        of_environment(&["tokens", "diff-profiles", "people.csv"]),
        run(here, &["opentoken", "-i", "people.csv", "-t", "csv", "-o", "j.csv", "-h", SECRET, "-e", KEY]),
        run(here, &["opentoken", "-i", "people.csv", "-t", "json", "-o", "k.csv", "-h", SECRET, "-e", KEY]),
        run(here, &["opentoken", "-i", "people.csv", "-t", "csv", "-o", "l.csv", "-h", SECRET, "-e", &KEY[1..]]),
    ];
    let codes: Vec<Option<i32>> = runs.iter().map(|done| done.status.code()).collect();
    assert_eq!(codes, [0, 0, 0, 2, 2, 2, 0, 0, 0, 0, 0, 2, 2].map(Some), "{}", runs.iter().map(stderr).collect::<String>());
    let canaries = ["Canaryfirst", "Canarylast", "CANARYFIRST", "CANARYLAST", "O'Brien", "234567891", "234-56-7890", SECRET, KEY];
    let spoken =
        runs.iter().enumerate().map(|(number, done)| (format!("run {number}"), [&done.stdout[..], &done.stderr].concat()));
    let given = ["people.csv", "broken.csv", "secret", "key"];
    let written = files(here).into_iter().filter(|(name, _)| !given.contains(&name.as_str()));
    for (place, bytes) in spoken.chain(written) {
        for canary in canaries {
            let leaks = bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
            assert!(!leaks, "{place} holds {canary}");
        }
    }
}
