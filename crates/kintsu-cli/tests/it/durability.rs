//! A run that is killed leaves nothing that looks finished, and one that is stopped leaves nothing at all.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use crate::command::{files, kintsu, run, small_folder, stderr};

const ARGUMENTS: [&str; 9] =
    ["dedupe", "people.csv", "--settings", "febrl3.settings.json", "-o", "out", "--no-progress", "-qq", "--overwrite"];

/// How many runs are killed, at moments spread from the start of a run to a tenth past its end.
const ATTEMPTS: u32 = 30;

/// The output of a run apart from its card, which holds times. None where there is no output.
fn output(folder: &Path) -> Option<BTreeMap<String, Vec<u8>>> {
    let out = folder.join("out");
    if !out.exists() {
        return None;
    }
    let mut found = files(&out);
    let card = found.remove("run.json").unwrap();
    assert!(card.ends_with(b"}\n"), "the run card is cut off");
    Some(found)
}

/// What stands in the folder beside the output because of it.
fn leftovers(folder: &Path) -> Vec<String> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.contains("out") && name != "out")
        .collect()
}

#[test]
fn a_killed_run_leaves_the_old_or_the_new_output_whole() {
    let folder = small_folder();
    let out = folder.path().join("out");
    let old_arguments =
        ["dedupe", "people.csv", "--model", "febrl3.model.json", "-o", "out", "--no-progress", "-qq", "--overwrite"];
    let made = run(folder.path(), &old_arguments);
    assert!(made.status.success(), "{}", stderr(&made));
    let old = output(folder.path()).unwrap();
    let started = Instant::now();
    let made = run(folder.path(), &ARGUMENTS);
    let whole = started.elapsed();
    assert!(made.status.success(), "{}", stderr(&made));
    let new = output(folder.path()).unwrap();
    assert!(old != new, "the old and the new output cannot be told apart");
    let (mut killed, mut completed) = (0, 0);
    for attempt in 0..ATTEMPTS {
        let before = if attempt % 2 == 0 {
            assert!(run(folder.path(), &old_arguments).status.success());
            assert_eq!(leftovers(folder.path()), Vec::<String>::new(), "before attempt {attempt}");
            Some(&old)
        } else {
            if out.exists() {
                std::fs::remove_dir_all(&out).unwrap();
            }
            None
        };
        let mut child = kintsu(folder.path()).args(ARGUMENTS).spawn().unwrap();
        std::thread::sleep(whole * attempt * 11 / (10 * (ATTEMPTS - 1)));
        if attempt + 1 == ATTEMPTS {
            // The last one comes to its end however slow the machine has become since the run was measured.
            wait_until(&mut child, |child| child.try_wait().unwrap().is_some());
        }
        let ended = child.try_wait().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let found = output(folder.path());
        if let Some(status) = ended {
            completed += 1;
            assert!(status.success() && found.as_ref() == Some(&new), "attempt {attempt}");
        } else {
            killed += 1;
            assert!(found.as_ref() == before || found.as_ref() == Some(&new), "attempt {attempt}");
        }
    }
    assert!(killed >= 5, "only {killed} runs were killed while they ran");
    assert!(completed >= 1, "no run came to its end before it was to be killed");
    let again = run(folder.path(), &ARGUMENTS);
    assert!(again.status.success(), "{}", stderr(&again));
    assert!(output(folder.path()) == Some(new));
    assert_eq!(leftovers(folder.path()), Vec::<String>::new(), "leftovers are cleared by the next run");
}

/// Waits until `done`, at most a minute.
fn wait_until(child: &mut Child, mut done: impl FnMut(&mut Child) -> bool) {
    let started = Instant::now();
    while !done(child) {
        if started.elapsed() > Duration::from_mins(1) {
            child.kill().unwrap();
            panic!("the run neither goes on nor ends");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Whether the process has a handler for SIGINT: the second bit of the mask of caught signals.
#[cfg(target_os = "linux")]
fn catches_interrupts(process: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap_or("0");
    u64::from_str_radix(caught.trim(), 16).unwrap() & 2 != 0
}

#[cfg(target_os = "linux")]
#[test]
fn a_stopped_run_says_so_and_leaves_nothing() {
    use std::process::Stdio;

    use crate::command::demo;

    let folder = small_folder();
    std::fs::copy(demo("febrl3.csv"), folder.path().join("people.csv")).unwrap();
    let every_pair = "inputs = [\"people.csv\"]\nmodel = \"febrl3.model.json\"\nblocking_rules = [\"l.state = r.state\"]\n\
                      output = \"out\"\n";
    std::fs::write(folder.path().join("job.toml"), every_pair).unwrap();
    let mut child = kintsu(folder.path()).args(["run", "job.toml", "--no-progress"]).stderr(Stdio::null()).spawn().unwrap();
    interrupt(&mut child);
    wait_until(&mut child, |child| child.try_wait().unwrap().is_some());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!folder.path().join("out").exists());
    assert_eq!(leftovers(folder.path()), Vec::<String>::new());
}

/// Interrupts the process once, as soon as it has set its handler: before, the signal would end it as it ends any process.
#[cfg(target_os = "linux")]
fn interrupt(child: &mut Child) {
    wait_until(child, |child| catches_interrupts(child.id()) || child.try_wait().unwrap().is_some());
    let asked = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(asked.success());
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_that_waits_for_its_input_is_stopped_by_the_first_signal() {
    use std::process::{Command, Stdio};

    let folder = small_folder();
    assert!(Command::new("mkfifo").arg(folder.path().join("pipe.csv")).status().unwrap().success());
    for input in ["pipe.csv", "-"] {
        let arguments = ["dedupe", input, "--model", "febrl3.model.json", "-o", "out", "--no-progress"];
        let mut child = kintsu(folder.path()).args(arguments).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        interrupt(&mut child);
        wait_until(&mut child, |child| child.try_wait().unwrap().is_some());
        assert_eq!(child.wait().unwrap().code(), Some(130), "{input}");
        assert!(!folder.path().join("out").exists(), "{input}");
    }
    let whole = run(folder.path(), &["dedupe", "people.csv", "--model", "febrl3.model.json", "-o", "out", "-qq"]);
    assert!(whole.status.success(), "{}", stderr(&whole));
    assert_eq!(leftovers(folder.path()), Vec::<String>::new(), "leftovers are cleared by the next run");
}

#[test]
fn an_existing_directory_is_not_replaced_unasked() {
    let folder = small_folder();
    let arguments = ["dedupe", "people.csv", "--model", "febrl3.model.json", "-o", "out"];
    assert!(run(folder.path(), &arguments).status.success());
    let before = files(&folder.path().join("out"));
    let refused = run(folder.path(), &arguments);
    assert_eq!(refused.status.code(), Some(2));
    assert!(before == files(&folder.path().join("out")));
    let with = [&arguments[..], &["--overwrite"]].concat();
    assert!(run(folder.path(), &with).status.success());
    std::fs::create_dir(folder.path().join("mine")).unwrap();
    std::fs::write(folder.path().join("mine/letter.txt"), "dear").unwrap();
    let protected = run(folder.path(), &["dedupe", "people.csv", "--model", "febrl3.model.json", "-o", "mine", "--overwrite"]);
    assert_eq!(protected.status.code(), Some(2), "{}", stderr(&protected));
    assert!(folder.path().join("mine/letter.txt").exists());
}

#[test]
fn nothing_that_a_run_did_not_write_is_replaced_with_it() {
    let folder = small_folder();
    let arguments = ["dedupe", "people.csv", "--settings", "febrl3.settings.json", "-o", "out", "--overwrite", "-qq", "--ignore"];
    assert!(run(folder.path(), &arguments[..8]).status.success());
    assert!(run(folder.path(), &arguments[..8]).status.success(), "what the run wrote is replaced");
    let out = folder.path().join("out");
    std::fs::copy(folder.path().join("people.csv"), out.join("people.csv")).unwrap();
    std::fs::create_dir(out.join("mine")).unwrap();
    std::fs::write(out.join("mine/letter.txt"), "dear").unwrap();
    let before = files(&out);
    let mut within = arguments;
    within[1] = "out/people.csv";
    let refused = run(folder.path(), &[&within[..], &["nobody"]].concat());
    let said = stderr(&refused);
    assert_eq!(refused.status.code(), Some(2), "{said}");
    for told in ["KN-JOB-090", "KN-JOB-091", "mine/letter.txt", "people.csv", "`nobody`"] {
        assert!(said.contains(told), "{told}: {said}");
    }
    assert!(before == files(&out));
}
