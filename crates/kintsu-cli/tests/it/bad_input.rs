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
