//! What bad input gets: one clear error with a hint, exit code 2, nothing written, and no values of records.

use crate::command::{run, small_folder, stderr};

/// A value that stands in every input here and must never be printed.
const CANARY: &str = "zebulonquartz";

/// Files to write, arguments, and a piece of the error.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str], &'a str);

const GOOD: &str = "unique_id,given_name,surname,street_number,address_1,address_2,suburb,postcode,state,date_of_birth\n\
                    1,zebulonquartz,b,c,d,e,f,2000,g,19500101\n2,zebulonquartz,b,c,d,e,f,2000,g,19500101\n";

#[test]
fn every_bad_input_is_refused_with_a_hint() {
    let model = ["--model", "febrl3.model.json"];
    let (short_line, open_quote) = (format!("{GOOD}3,zebulonquartz\n"), format!("{GOOD}3,\"zebulonquartz\n"));
    let (short_line, open_quote) = ([("x.csv", short_line.as_str())], [("x.csv", open_quote.as_str())]);
    let cases: Vec<Case<'_>> = vec![
        (&[], &["dedupe", "absent.csv"], "KN-JOB-013"),
        (&[("x.csv", GOOD)], &["dedupe", "x.csv", "--unique-id", "unique_ids"], "did you mean `unique_id`?"),
        (&[("x.csv", GOOD)], &["dedupe", "x.csv", "--predict-threshold", "0.99"], "KN-JOB-014"),
        (&[("x.csv", GOOD)], &["dedupe", "x.csv", "--ignore", "surname"], "KN-JOB-025"),
        (&[("x.csv", GOOD)], &["dedupe", "x.csv", "--truth", "nowhere"], "KN-JOB-023"),
        (&[("x.csv", "")], &["dedupe", "x.csv"], "KN-TABLE-003"),
        (&[("x.csv", "unique_id,surname\n1,zebulonquartz\n")], &["dedupe", "x.csv"], "given_name"),
        (&short_line, &["dedupe", "x.csv"], "line 4"),
        (&open_quote, &["dedupe", "x.csv"], "line 4"),
        (&[("x.parquet", "this is zebulonquartz")], &["dedupe", "x.parquet"], "KN-TABLE"),
        (&[("x.csv", GOOD)], &["dedupe", "x.csv", "--memory", "1KiB"], "KN-JOB-007"),
    ];
    for (written, arguments, expected) in cases {
        let folder = small_folder();
        for (name, content) in written {
            std::fs::write(folder.path().join(name), content).unwrap();
        }
        let all = [arguments, &model[..], &["-o", "out", "--no-progress"]].concat();
        let done = run(folder.path(), &all);
        let said = stderr(&done);
        assert_eq!(done.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(expected) && said.contains("hint:"), "{arguments:?}: {said}");
        assert!(!said.contains(CANARY), "{arguments:?} prints a value: {said}");
        assert!(!folder.path().join("out").exists(), "{arguments:?} leaves output");
        assert!(done.stdout.is_empty(), "{arguments:?} prints to standard output");
    }
}

#[test]
fn duplicate_and_missing_ids_are_refused() {
    for (rows, expected) in
        [("1,zebulonquartz\n1,zebulonquartz\n", "KN-LINK-104"), ("1,zebulonquartz\n,zebulonquartz\n", "KN-LINK-103")]
    {
        let folder = small_folder();
        std::fs::write(folder.path().join("x.csv"), format!("unique_id,surname\n{rows}")).unwrap();
        let job = "inputs = [\"x.csv\"]\nblocking_rules = [\"l.surname = r.surname\"]\noutput = \"out\"\n\
                   [[comparisons]]\ntype = \"exact_match\"\ncolumn = \"surname\"\n";
        std::fs::write(folder.path().join("job.toml"), job).unwrap();
        let done = run(folder.path(), &["run", "job.toml"]);
        let said = stderr(&done);
        assert_eq!(done.status.code(), Some(2), "{said}");
        assert!(said.contains(expected) && said.contains("hint:") && !said.contains(CANARY), "{said}");
        assert!(!folder.path().join("out").exists());
    }
}

#[test]
fn neither_settings_nor_model_is_refused_with_a_hint() {
    let folder = small_folder();
    let done = run(folder.path(), &["dedupe", "people.csv", "-o", "out"]);
    assert_eq!(done.status.code(), Some(2));
    assert!(stderr(&done).contains("--settings FILE"), "{}", stderr(&done));
}

#[test]
fn everything_wrong_with_a_job_file_is_told_at_once_with_its_line() {
    let folder = small_folder();
    let job = "inputs = [\"people.csv\"]\npredict_treshold = 0.5\nthreads = \"two\"\n[[steps]]\nstep = \"clusters\"\n";
    std::fs::write(folder.path().join("job.toml"), job).unwrap();
    let done = run(folder.path(), &["run", "job.toml", "-o", "out"]);
    let said = stderr(&done);
    assert_eq!(done.status.code(), Some(2));
    for expected in ["job.toml:2:", "did you mean `predict_threshold`?", "job.toml:3:", "job.toml:5:", "did you mean `cluster`?"]
    {
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

#[test]
fn sql_that_is_not_supported_is_refused_when_the_job_is_read() {
    let folder = small_folder();
    let job = "inputs = [\"people.csv\"]\nblocking_rules = [\"l.surname = (select max(surname) from people)\"]\n\
               [[comparisons]]\ntype = \"exact_match\"\ncolumn = \"surname\"\n";
    std::fs::write(folder.path().join("job.toml"), job).unwrap();
    let done = run(folder.path(), &["run", "job.toml", "-o", "out"]);
    assert_eq!(done.status.code(), Some(2), "{}", stderr(&done));
    assert!(!folder.path().join("out").exists());
}

#[test]
fn options_that_do_not_exist_are_refused() {
    let folder = small_folder();
    for arguments in [&["dedupe"][..], &["dedupe", "people.csv", "--treads", "2"], &["dedupe", "people.csv", "--engine", "spark"]]
    {
        assert_eq!(run(folder.path(), arguments).status.code(), Some(2), "{arguments:?}");
    }
    assert_eq!(run(folder.path(), &["--version"]).status.code(), Some(0));
}

/// Runs in a small folder and expects exit code 2, nothing written, and every one of `expected` in what is said.
fn refused_with(arguments: &[&str], expected: &[&str]) {
    let folder = small_folder();
    let settings = std::fs::read_to_string(folder.path().join("febrl3.settings.json")).unwrap();
    let wrong = settings.replacen('{', "{\n\"comparison\": [],", 1);
    std::fs::write(folder.path().join("wrong.settings.json"), wrong).unwrap();
    std::fs::write(folder.path().join("few.csv"), "unique_id,surname\n1,zebulonquartz\n2,zebulonquartz\n").unwrap();
    std::fs::write(folder.path().join("truth.csv"), "unique_id\n1\n").unwrap();
    let job = "inputs = [\"few.csv\"]\npredict_treshold = 0.5\nmodel = \"febrl3.model.json\"\n[[steps]]\nstep = \"clusters\"\n";
    std::fs::write(folder.path().join("job.toml"), job).unwrap();
    let done = run(folder.path(), &[arguments, &["-o", "out", "--no-progress"]].concat());
    let said = stderr(&done);
    assert_eq!(done.status.code(), Some(2), "{arguments:?}: {said}");
    for expected in expected {
        assert!(said.contains(expected), "{arguments:?} lacks {expected}: {said}");
    }
    assert!(said.contains("hint:") && !said.contains(CANARY) && !folder.path().join("out").exists(), "{arguments:?}: {said}");
    let hints: Vec<&str> = said.lines().filter(|line| line.trim_start().starts_with("hint:")).collect();
    let different: std::collections::BTreeSet<&str> = hints.iter().copied().collect();
    assert_eq!(hints.len(), different.len(), "{arguments:?} repeats a hint: {said}");
}

#[test]
fn truth_ignored_columns_and_ids_are_told_together_before_the_run() {
    refused_with(
        &[
            "dedupe",
            "people.csv",
            "--model",
            "febrl3.model.json",
            "--truth",
            "absent.csv",
            "--ignore",
            "nobody",
            "--unique-id",
            "nowhere",
        ],
        &["the truth `absent.csv`", "the ignored column `nobody`", "the id column `nowhere`"],
    );
    refused_with(
        &["dedupe", "people.csv", "--model", "febrl3.model.json", "--truth", "truth.csv", "--ignore", "nobody"],
        &["KN-JOB-033", "the ignored column `nobody`"],
    );
}

#[test]
fn a_wrong_key_in_settings_does_not_hide_missing_columns() {
    refused_with(
        &["dedupe", "few.csv", "--settings", "wrong.settings.json"],
        &["unknown key `comparison`", "`given_name` is not in the input"],
    );
    refused_with(&["run", "job.toml"], &["did you mean `predict_threshold`?", "did you mean `cluster`?", "`given_name` is not"]);
}

#[test]
fn values_of_options_are_told_together_with_the_rest() {
    refused_with(
        &["dedupe", "people.csv", "--model", "absent.json", "--memory", "lots", "--threads", "0", "--parity", "duckdb-1.4"],
        &["--memory cannot be `lots`", "--threads cannot be `0`", "write `duckdb-1.5`", "KN-JOB-013"],
    );
    refused_with(
        &["dedupe", "people.csv", "--model", "febrl3.model.json", "--predict-threshold", "NaN", "--cluster-threshold", "-1"],
        &["--predict-threshold cannot be `NaN`", "--cluster-threshold cannot be `-1`"],
    );
    refused_with(&["dedupe", "people.csv", "--treads", "2"], &["error[KN-CLI-006]", "--threads"]);
    refused_with(
        &["dedupe", "people.csv", "--model", "febrl3.model.json", "--settings", "febrl3.settings.json", "--seed", "x"],
        &["KN-CLI-007", "--seed cannot be `x`"],
    );
}

#[test]
fn a_run_directory_that_is_none_is_told_from_one_that_is_not_there() {
    let folder = small_folder();
    for (arguments, expected) in [
        (&["explain", "nowhere", "1"][..], "`nowhere` does not exist"),
        (&["explain", "people.csv", "1"], "it is a file"),
        (&["evaluate", ".", "--truth", "x"], "it has no run.json"),
    ] {
        let done = run(folder.path(), arguments);
        let said = stderr(&done);
        assert_eq!(done.status.code(), Some(2), "{said}");
        assert!(said.contains(expected) && said.contains("hint:"), "{arguments:?}: {said}");
    }
}

#[test]
fn a_target_that_exists_is_told_with_what_else_is_wrong() {
    let folder = small_folder();
    std::fs::create_dir(folder.path().join("there")).unwrap();
    std::fs::write(folder.path().join("there/mine"), "").unwrap();
    let arguments = ["dedupe", "people.csv", "--model", "febrl3.model.json", "-o", "there", "--ignore", "nobody"];
    let said = stderr(&run(folder.path(), &arguments));
    assert!(said.contains("--overwrite") && said.contains("`nobody`"), "{said}");
    let arguments = ["dedupe", "people.csv", "--model", "febrl3.model.json", "-o", "people.csv/out"];
    let done = run(folder.path(), &arguments);
    assert_eq!(done.status.code(), Some(2));
    assert!(stderr(&done).contains("people.csv/out") && !stderr(&done).contains("lock"), "{}", stderr(&done));
}

#[test]
fn shares_that_cannot_be_are_refused() {
    let folder = small_folder();
    let job = "inputs = [\"people.csv\"]\nmodel = \"febrl3.model.json\"\n[term_frequencies]\nsuburb = \"tf.csv\"\n";
    std::fs::write(folder.path().join("job.toml"), job).unwrap();
    for (shares, wrong) in [(["0.5", "-1"], 1), (["nan", "2"], 2), (["often", "0"], 2), (["0.5", ""], 0)] {
        let table = format!("suburb,tf_suburb\n{CANARY},{}\nelsewhere,{}\n", shares[0], shares[1]);
        std::fs::write(folder.path().join("tf.csv"), table).unwrap();
        let done = run(folder.path(), &["run", "job.toml", "-o", "out", "--overwrite", "--no-progress"]);
        let said = stderr(&done);
        assert_eq!(done.status.success(), wrong == 0, "{shares:?}: {said}");
        assert_eq!(
            said.contains(&format!("job.toml:4: term_frequencies.suburb: {wrong} of the 2 shares in ")),
            wrong > 0,
            "{shares:?}: {said}"
        );
        assert!(!said.contains(CANARY), "{said}");
    }
}

#[test]
fn a_table_that_contradicts_itself_is_refused() {
    let folder = small_folder();
    let job = "inputs = [\"people.csv\"]\nmodel = \"febrl3.model.json\"\n[term_frequencies]\nsuburb = \"tf.csv\"\n";
    std::fs::write(folder.path().join("job.toml"), job).unwrap();
    for (second, refused) in [("0.5", false), ("0.25", true)] {
        let table = format!("suburb,tf_suburb\n{CANARY},0.5\n{CANARY},{second}\n");
        std::fs::write(folder.path().join("tf.csv"), table).unwrap();
        let done = run(folder.path(), &["run", "job.toml", "-o", "out", "--overwrite", "--no-progress"]);
        let said = stderr(&done);
        assert_eq!(done.status.success(), !refused, "{said}");
        assert_eq!(said.contains("KN-JOB-050]: job.toml:4: term_frequencies.suburb: 1 rows of "), refused, "{said}");
        assert!(!said.contains(CANARY), "{said}");
    }
    for (second, refused) in [("a", false), ("b", true)] {
        std::fs::write(folder.path().join("truth.csv"), format!("unique_id,entity\n1,a\n2,b\n1,{second}\n")).unwrap();
        let truth = ["dedupe", "people.csv", "--model", "febrl3.model.json", "--truth", "truth.csv", "-o", "out", "--overwrite"];
        let done = run(folder.path(), &truth);
        let said = stderr(&done);
        assert_eq!(done.status.success(), !refused, "{said}");
        assert_eq!(said.contains("KN-JOB-050]: 1 rows of the truth"), refused, "{said}");
    }
}

#[test]
fn texts_that_are_not_of_the_type_of_their_column_are_refused() {
    let folder = small_folder();
    let job = |types: &str| {
        let job = format!("inputs = [\"people.csv\"]\nmodel = \"febrl3.model.json\"\n[types]\n{types}\n");
        std::fs::write(folder.path().join("job.toml"), job).unwrap();
        stderr(&run(folder.path(), &["run", "job.toml", "-o", "out", "--overwrite", "--no-progress"]))
    };
    let said = job("postcode = \"integer\"\nsurname = \"date\"");
    assert!(said.contains("KN-TABLE-026]: the column `surname` has ") && said.contains("hint:"), "{said}");
    let said = job("post_code = \"integer\"");
    assert!(said.contains("KN-JOB-023") && said.contains("did you mean `postcode`?"), "{said}");
    assert!(job("postcode = \"number\"").contains("KN-JOB-004"), "{said}");
}

#[test]
fn an_id_column_that_is_asked_for_must_be_there() {
    let folder = small_folder();
    let people = std::fs::read_to_string(folder.path().join("people.csv")).unwrap();
    std::fs::write(folder.path().join("people.csv"), people.replacen("unique_id", "number", 1)).unwrap();
    refused_in(&folder, &["--unique-id", "unique_id"], "KN-JOB-023");
}

#[test]
fn a_folder_is_read_with_its_folders_and_the_values_that_they_stand_for() {
    let folder = small_folder();
    let people = std::fs::read_to_string(folder.path().join("people.csv")).unwrap();
    let (header, rows) = people.split_once('\n').unwrap();
    std::fs::create_dir_all(folder.path().join("parts/more")).unwrap();
    let half = rows.lines().count() / 2;
    let part = |lines: Vec<&str>| format!("{header}\n{}\n", lines.join("\n"));
    std::fs::write(folder.path().join("parts/a.csv"), part(rows.lines().take(half).collect())).unwrap();
    std::fs::write(folder.path().join("parts/more/b.csv"), part(rows.lines().skip(half).collect())).unwrap();
    let arguments = ["dedupe", "parts", "--model", "febrl3.model.json", "--file-format", "csv", "--overwrite", "-o", "out"];
    for (folder_inside, years) in [("parts/more", 0), ("parts/year=19%31", rows.lines().count() - half)] {
        if years > 0 {
            std::fs::rename(folder.path().join("parts/more"), folder.path().join(folder_inside)).unwrap();
        }
        let done = run(folder.path(), &arguments);
        assert!(done.status.success(), "{}", stderr(&done));
        let clusters = std::fs::read_to_string(folder.path().join("out/clusters.csv")).unwrap();
        assert_eq!(clusters.lines().count(), 1 + rows.lines().count());
        assert_eq!(clusters.lines().filter(|line| line.ends_with(",191")).count(), years, "{folder_inside}");
    }
}

/// The people of `folder` are refused, and nothing is written.
fn refused_in(folder: &tempfile::TempDir, more: &[&str], code: &str) {
    let arguments = [&["dedupe", "people.csv", "--model", "febrl3.model.json", "-o", "refused"], more].concat();
    let done = run(folder.path(), &arguments);
    assert!(done.status.code() == Some(2) && stderr(&done).contains(code), "{}", stderr(&done));
    assert!(!folder.path().join("refused").exists());
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_as_a_file_is() {
    let folder = small_folder();
    let path = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let people = std::fs::read(folder.path().join("people.csv")).unwrap();
    let writer = std::thread::spawn(move || std::fs::write(path, people));
    let done = run(folder.path(), &["dedupe", "pipe", "--model", "febrl3.model.json", "-o", "out", "--no-progress"]);
    assert!(done.status.success(), "{}", stderr(&done));
    writer.join().unwrap().unwrap();
    let of_file = run(folder.path(), &["dedupe", "people.csv", "--model", "febrl3.model.json", "-o", "of_file"]);
    assert!(of_file.status.success());
    let clusters = |run: &str| std::fs::read(folder.path().join(run).join("clusters.parquet")).unwrap();
    assert_eq!(clusters("out"), clusters("of_file"));
}

#[test]
fn a_process_runs_more_than_one_command() {
    let arguments = ["kintsu", "plan", "absent.toml", "-qq"].map(std::ffi::OsString::from);
    assert_eq!([kintsu_cli::run_command(arguments.clone()), kintsu_cli::run_command(arguments)], [2, 2]);
}
