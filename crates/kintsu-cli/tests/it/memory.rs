//! The limit on memory: a run either refuses with a hint and leaves nothing, or ends within it.
#![cfg(target_os = "linux")]

use std::fmt::Write;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use crate::command::{kintsu, run, stderr};

const PEOPLE: u64 = 120_000;

/// What a run takes before it first looks at its memory: the program, and the batches in which a file is read.
const START_MEBIBYTES: f64 = 40.0;

/// Writes people of whom every third appears twice, by plain arithmetic.
fn write_people(path: &Path) {
    let mut text = String::from("unique_id,first_name,surname,city,postcode,email\n");
    for id in 0..PEOPLE {
        let person = if id % 3 == 2 { id - 1 } else { id };
        let mixed = person.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
        let (first, last, city, postcode) = (mixed % 300, (mixed >> 9) % 4000, (mixed >> 21) % 150, (mixed >> 5) % 9000);
        writeln!(text, "{id},first{first},surname{last},city{city},P{postcode},person{person}@mail{city}.example").unwrap();
    }
    std::fs::write(path, text).unwrap();
}

const JOB: &str = r#"
inputs = ["people.csv"]
unique_id = "unique_id"
predict_threshold = 0.001
cluster_threshold = 0.9
output = "out"
overwrite = true
threads = 2
blocking_rules = [
    "l.first_name = r.first_name and l.surname = r.surname",
    "l.postcode = r.postcode and l.city = r.city",
    "l.email = r.email",
    "l.surname = r.surname and l.city = r.city",
]
[[comparisons]]
type = "jaro_winkler_at_thresholds"
column = "first_name"
[[comparisons]]
type = "jaro_winkler_at_thresholds"
column = "surname"
[[comparisons]]
type = "exact_match"
column = "city"
[[comparisons]]
type = "levenshtein_at_thresholds"
column = "postcode"
[[comparisons]]
type = "levenshtein_at_thresholds"
column = "email"
"#;

fn folder_of_people() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_people(&folder.path().join("people.csv"));
    std::fs::write(folder.path().join("job.toml"), JOB).unwrap();
    folder
}

/// How a run ended: its exit code, what it said, and the most memory that it held, in MiB.
struct Ended {
    code: Option<i32>,
    said: String,
    peak: f64,
}

/// Runs the job, looking at its memory until it ends: the system keeps the peak, so only what comes in the very last moment can be
/// missed.
fn run_within(folder: &Path, limit: &str) -> Ended {
    let errors = folder.join("errors.txt");
    let mut command = kintsu(folder);
    command.args(["run", "job.toml", "--no-progress", "-q", "--memory", limit]).stdout(Stdio::null());
    let mut child = command.stderr(std::fs::File::create(&errors).unwrap()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0.0;
    let code = loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        if let Some(line) = text.lines().find_map(|line| line.strip_prefix("VmHWM:")) {
            peak = line.trim().trim_end_matches("kB").trim().parse::<f64>().unwrap() / 1024.0;
        }
        match child.try_wait().unwrap() {
            Some(ended) => break ended.code(),
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    let said = std::fs::read_to_string(&errors).unwrap();
    std::fs::remove_file(&errors).unwrap();
    Ended { code, said, peak }
}

#[test]
fn a_run_ends_within_its_memory_or_refuses_and_leaves_nothing() {
    let folder = folder_of_people();
    let out = folder.path().join("out");
    let free = run_within(folder.path(), "64GiB");
    assert_eq!(free.code, Some(0), "{}", free.said);
    assert!(free.peak > 30.0, "a run of {PEOPLE} people takes more than {} MiB", free.peak);
    let (mut refused, mut done) = (0, 0);
    for share in [0.03, 0.1, 0.3, 0.45, 0.6, 0.7, 0.8, 0.9, 0.97, 1.05, 1.4] {
        let limit = (free.peak * share).ceil();
        if out.exists() {
            std::fs::remove_dir_all(&out).unwrap();
        }
        let ended = run_within(folder.path(), &format!("{limit}MiB"));
        eprintln!("limit {limit} MiB of {:.0}: exit code {:?}, peak {:.0} MiB", free.peak, ended.code, ended.peak);
        if ended.code == Some(0) {
            assert!(ended.peak <= limit * 1.15, "a limit of {limit} MiB and a peak of {} MiB", ended.peak);
            done += 1;
            continue;
        }
        refused += 1;
        assert!(ended.peak <= limit * 1.15 + START_MEBIBYTES, "refused only at {} MiB with a limit of {limit}", ended.peak);
        let said = &ended.said;
        assert_eq!(ended.code, Some(2), "{said}");
        assert!(said.contains("KN-JOB-007") && said.contains("hint: raise --memory"), "{said}");
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "left behind: {left:?}");
    }
    assert!(refused > 0 && done > 0, "{refused} refused, {done} done: the limits tell nothing apart");
}

#[test]
fn a_plan_announces_about_what_the_run_takes() {
    let folder = folder_of_people();
    let free = run_within(folder.path(), "64GiB");
    assert_eq!(free.code, Some(0), "{}", free.said);
    let planned = run(folder.path(), &["plan", "job.toml", "--format", "json"]);
    let plan: serde_json::Value = serde_json::from_slice(&planned.stdout).unwrap_or_else(|_| panic!("{}", stderr(&planned)));
    let announced = plan["memory_bytes"].as_f64().unwrap() / 1024.0 / 1024.0;
    let ratio = announced / free.peak;
    assert!((0.6..=1.6).contains(&ratio), "{announced} MiB announced, {} MiB taken", free.peak);
}

/// The job with every pair kept, of which there are many: few surnames and cities make large blocks.
fn folder_of_many_edges() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::from("unique_id,first_name,surname,city,postcode,email\n");
    for id in 0..30_000_u64 {
        let mixed = id.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
        let (first, last, city, postcode) = (mixed % 40, (mixed >> 9) % 100, (mixed >> 21) % 10, (mixed >> 5) % 9000);
        writeln!(text, "{id},first{first},surname{last},city{city},P{postcode},person{id}@mail.example").unwrap();
    }
    std::fs::write(folder.path().join("people.csv"), text).unwrap();
    std::fs::write(folder.path().join("job.toml"), JOB.replace("predict_threshold = 0.001", "predict_threshold = 0")).unwrap();
    folder
}

#[test]
fn a_plan_announces_the_edges_and_their_memory_where_there_are_many() {
    let folder = folder_of_many_edges();
    let free = run_within(folder.path(), "64GiB");
    assert_eq!(free.code, Some(0), "{}", free.said);
    let card: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(folder.path().join("out/run.json")).unwrap()).unwrap();
    let edges = card["counts"]["edges"].as_f64().unwrap();
    let planned = run(folder.path(), &["plan", "job.toml", "--format", "json"]);
    let plan: serde_json::Value = serde_json::from_slice(&planned.stdout).unwrap_or_else(|_| panic!("{}", stderr(&planned)));
    let announced = plan["edges"].as_f64().unwrap();
    assert!((0.9..=1.1).contains(&(announced / edges)), "{announced} edges announced, {edges} made");
    let mebibytes = |key: &str| plan[key].as_f64().unwrap() / 1024.0 / 1024.0;
    let (about, most) = (mebibytes("memory_bytes"), mebibytes("memory_bytes_max"));
    assert!((0.6..=1.6).contains(&(about / free.peak)), "{about} MiB announced, {} MiB taken", free.peak);
    assert!(most >= about, "{about} MiB announced, {most} MiB at most");
    std::fs::remove_dir_all(folder.path().join("out")).unwrap();
    let refused = run_within(folder.path(), &format!("{}MiB", (free.peak / 2.0).round()));
    assert_eq!(refused.code, Some(2), "{}", refused.said);
    assert!(refused.said.contains("KN-JOB-007") && refused.said.contains("the run needs "), "{}", refused.said);
    assert!(refused.peak < free.peak / 2.0, "refused only at {} MiB of {}", refused.peak, free.peak);
}

#[test]
fn a_training_rule_that_explodes_is_announced_by_the_plan_and_before_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::from("unique_id,surname,city,code\n");
    for id in 0..3000 {
        writeln!(text, "{id},surname{},one city,c{}", id / 2, id % 700).unwrap();
    }
    std::fs::write(folder.path().join("people.csv"), text).unwrap();
    let job = r#"
inputs = ["people.csv"]
output = "out"
blocking_rules = ["l.surname = r.surname"]
[[comparisons]]
type = "exact_match"
column = "surname"
[[comparisons]]
type = "exact_match"
column = "code"
[[training]]
method = "estimate_u_using_random_sampling"
max_pairs = 1e5
[[training]]
method = "estimate_parameters_using_expectation_maximisation"
blocking_rule = "l.city = r.city"
"#;
    std::fs::write(folder.path().join("job.toml"), job).unwrap();
    for arguments in [&["plan", "job.toml"][..], &["run", "job.toml", "--no-progress"]] {
        let done = run(folder.path(), arguments);
        let said = stderr(&done);
        assert!(done.status.success(), "{said}");
        assert!(said.contains("one block of the rule `l.city = r.city` makes 4498500 of its 4498500 pairs"), "{said}");
        assert!(!said.contains("one block of the rule `l.surname"), "{said}");
    }
}
