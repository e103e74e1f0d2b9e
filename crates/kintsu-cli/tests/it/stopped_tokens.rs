//! Commands of tokens that are killed or interrupted in the middle: nothing stands there that looks finished, and the next run does
//! its work and clears away what was left.
#![cfg(unix)]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::command::{done, kintsu};

const HEADER: &str = "RecordId,FirstName,LastName,BirthDate,Sex,PostalCode,SocialSecurityNumber\n";
const PERSON: &str = "r1,Anna,Smith,2000-01-01,Female,98004,234-56-7890\n";

/// A command that reads standard input, which stays open, with rows in it; the output that it must not leave.
struct Case {
    arguments: Vec<&'static str>,
    rows: String,
    output: &'static str,
}

fn cases() -> Vec<Case> {
    let secrets = ["--hashing-secret-file", "secret", "--encryption-key-file", "key"];
    let persons = HEADER.to_owned() + &PERSON.repeat(100_000);
    let tokens = |count: usize| {
        let row = |row: usize| format!("T1,token {row},{row}\n");
        "RuleId,Token,RecordId\n".to_owned() + &(0..count).map(row).collect::<String>()
    };
    let case = |arguments: &[&'static str], rows: String, output| Case { arguments: arguments.to_vec(), rows, output };
    vec![
        case(&[&["tokenize", "-", "-o", "out.csv"], &secrets[..]].concat(), persons.clone(), "out.csv"),
        case(&[&["tokenize", "-", "-o", "out.parquet"], &secrets[..]].concat(), persons, "out.parquet"),
        case(&["decrypt", "-", "-o", "out.csv", "--encryption-key-file", "key"], tokens(200_000), "out.csv"),
        case(&["overlap", "-", "tokens.csv", "--rules", "T1", "-o", "out.csv"], tokens(200_000), "out.csv"),
    ]
}

/// Files of the folder that are there because of an output.
fn traces(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    names.filter(|name| name.contains("out")).collect()
}

/// Waits until the run has begun to make its output.
fn wait_for_work(child: &mut Child, folder: &Path) {
    let started = Instant::now();
    while !traces(folder).iter().any(|name| name.ends_with("-new")) {
        assert!(started.elapsed() < Duration::from_mins(1) && child.try_wait().unwrap().is_none(), "the run does not begin");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn nothing_that_looks_finished_is_left_and_the_next_run_clears_the_rest() {
    for case in cases() {
        for signal in ["-KILL", "-INT"] {
            let folder = tempfile::tempdir().unwrap();
            let here = folder.path();
            fs::write(here.join("secret"), "a hashing secret of the tests").unwrap();
            fs::write(here.join("key"), "an encryption key of these tests").unwrap();
            fs::write(here.join("tokens.csv"), "RuleId,Token,RecordId\nT1,token 1,a\n").unwrap();
            fs::write(here.join("people.csv"), HEADER.to_owned() + PERSON).unwrap();
            let mut child =
                kintsu(here).args(&case.arguments).arg("-qq").stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
            let mut input = child.stdin.take().unwrap();
            let half = &case.rows.as_bytes()[..case.rows.len() - 5];
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    // The pipe breaks where the process ends before it has read everything.
                    let _ = input.write_all(half);
                    std::thread::sleep(Duration::from_millis(50));
                });
                wait_for_work(&mut child, here);
                std::thread::sleep(Duration::from_millis(30));
                let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
                assert!(sent.success());
                child.wait().unwrap();
            });
            let looks_finished: Vec<String> = traces(here).into_iter().filter(|name| !name.starts_with('.')).collect();
            assert_eq!(looks_finished, Vec::<String>::new(), "{:?} {signal}", case.arguments);

            let again: Vec<&str> = match case.arguments[0] {
                "tokenize" => {
                    case.arguments.iter().map(|argument| if *argument == "-" { "people.csv" } else { argument }).collect()
                }
                "overlap" => {
                    case.arguments.iter().map(|argument| if *argument == "-" { "tokens.csv" } else { argument }).collect()
                }
                _ => vec!["tokenize", "people.csv", "-o", case.output, "--mode", "hash-only", "--hashing-secret-file", "secret"],
            };
            done(here, &again);
            assert!(here.join(case.output).exists());
            let hidden: Vec<String> = traces(here).into_iter().filter(|name| name.starts_with('.')).collect();
            assert_eq!(hidden, Vec::<String>::new(), "{:?} {signal}", case.arguments);
        }
    }
}
