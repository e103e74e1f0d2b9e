//! What a run tells besides its result: notes of a plan, lines of stages, warnings about values, and each thing only once.

use std::path::Path;

use crate::command::{folder_of, run, small_folder, stderr};

/// Runs `job.toml` of `folder`, which is to succeed, and gives what it says on standard error.
fn said_by(folder: &Path, arguments: &[&str]) -> String {
    let done = run(folder, arguments);
    assert!(done.status.success(), "{}", stderr(&done));
    stderr(&done)
}

#[test]
fn exact_levels_over_several_columns_that_are_sampled_are_noted_by_the_plan_and_the_model() {
    let folder = small_folder();
    let job = |max_pairs: &str| {
        let text = format!(
            "inputs = [\"people.csv\"]\noutput = \"out\"\noverwrite = true\nblocking_rules = [\"l.surname = r.surname\"]\n\
             [[comparisons]]\ntype = \"forename_surname_comparison\"\nforename_column = \"given_name\"\nsurname_column = \"surname\"\n\
             [[comparisons]]\ntype = \"exact_match\"\ncolumn = \"suburb\"\n\
             [[training]]\nmethod = \"estimate_u_using_random_sampling\"\nmax_pairs = {max_pairs}\n"
        );
        std::fs::write(folder.path().join("job.toml"), text).unwrap();
    };
    let note = "exact matches on several columns are sampled too: given_name_surname";
    for (max_pairs, sampled) in [("1e4", true), ("1e9", false)] {
        job(max_pairs);
        let planned = run(folder.path(), &["plan", "job.toml"]);
        let text = String::from_utf8_lossy(&planned.stdout).into_owned();
        assert_eq!(text.contains(note), sampled, "{text}{}", stderr(&planned));
        said_by(folder.path(), &["run", "job.toml", "--no-progress"]);
        let beside = std::fs::read_to_string(folder.path().join("out/model.kintsu.json")).unwrap();
        assert_eq!(beside.contains(note), sampled, "{beside}");
    }
}

#[test]
fn every_stage_has_one_line() {
    let folder = small_folder();
    let arguments = ["dedupe", "people.csv", "--settings", "febrl3.settings.json", "-o", "out", "-v"];
    let said = said_by(folder.path(), &arguments);
    let begins = |start: &str| said.lines().filter(|line| line.starts_with(start)).count();
    assert_eq!((begins("reading: "), begins("scoring pairs: "), begins("clustering: ")), (1, 1, 1), "{said}");
    assert_eq!((begins("read: "), begins("predict: "), begins("cluster: "), begins("estimate u: ")), (0, 0, 0, 0), "{said}");
    assert!(begins("block: ") > 0 && begins("prepare: ") > 0, "{said}");
}

#[test]
fn a_missing_column_is_told_once_with_what_needs_it_and_the_columns_once() {
    let folder = small_folder();
    std::fs::write(folder.path().join("few.csv"), "number,town\n1,york\n").unwrap();
    let said = stderr(&run(folder.path(), &["dedupe", "few.csv", "--model", "febrl3.model.json", "-o", "out"]));
    assert_eq!(
        said.matches("the column `given_name` is not in the input; the comparison `given_name` and ").count(),
        1,
        "{said}"
    );
    assert_eq!(said.matches("`given_name` is not in the input").count(), 1, "{said}");
    assert_eq!(said.matches("the input has: number, town").count(), 1, "{said}");
}

#[test]
fn ids_of_an_unfit_type_are_told_with_what_else_is_wrong() {
    let people = "{\"unique_id\": true, \"surname\": \"reed\"}\n{\"unique_id\": false, \"surname\": \"reed\"}\n";
    let job = "inputs = [\"a.jsonl\"]\noutput = \"out\"\nignore = [\"nobody\"]\n\
               [[comparisons]]\ntype = \"exact_match\"\ncolumn = \"surname\"\n";
    let folder = folder_of(&[("a.jsonl", people), ("job.toml", job)]);
    let done = run(folder.path(), &["run", "job.toml"]);
    let said = stderr(&done);
    assert_eq!(done.status.code(), Some(2), "{said}");
    assert!(said.contains("KN-LINK-105") && said.contains("the ignored column `nobody`"), "{said}");
}

/// A job on `surname` with the levels and rules given, which scores every pair that the rules find.
fn scoring_job(levels: &str, rule: &str) -> String {
    format!(
        "inputs = [\"a.csv\"]\noutput = \"out\"\nparity = \"duckdb-2.0\"\nfile_format = \"csv\"\nblocking_rules = [{rule:?}]\n\
         [[comparisons]]\ntype = \"custom\"\noutput_column_name = \"surname\"\ncomparison_levels = [{levels}]\n\
         [[steps]]\nstep = \"predict\"\nthreshold_match_weight = -1000.0\n"
    )
}

/// The gamma of each pair in the edges, by the ids.
fn gammas(folder: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(folder.join("out/edges.csv")).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let place = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let (left, right, gamma) = (place("unique_id_l"), place("unique_id_r"), place("gamma_surname"));
    let fields = lines.map(|line| line.split(',').collect::<Vec<_>>());
    fields.map(|fields| (format!("{}-{}", fields[left], fields[right]), fields[gamma].to_owned())).collect()
}

#[test]
fn jaccard_of_an_empty_text_takes_no_level_and_is_told() {
    let levels = "{ sql_condition = \"surname_l is null or surname_r is null\", is_null_level = true }, \
                  { sql_condition = \"jaccard(surname_l, surname_r) >= 0.0\", m_probability = 0.9, u_probability = 0.1 }, \
                  { sql_condition = \"ELSE\", m_probability = 0.1, u_probability = 0.9 }";
    let people = "unique_id,surname,town\n1,reed,york\n2,\"\",york\n3,,york\n4,deer,york\n";
    let job = scoring_job(levels, "l.town = r.town");
    let folder = folder_of(&[("a.csv", people), ("job.toml", &job)]);
    let said = said_by(folder.path(), &["run", "job.toml", "--no-progress"]);
    assert!(said.contains("KN-W-LINK-101") && said.contains("`surname`") && said.contains("empty text"), "{said}");
    let expected = [("1-2", "0"), ("1-3", "-1"), ("1-4", "1"), ("2-3", "-1"), ("2-4", "0"), ("3-4", "-1")];
    assert_eq!(gammas(folder.path()), expected.map(|(pair, gamma)| (pair.to_owned(), gamma.to_owned())));
    let card = std::fs::read_to_string(folder.path().join("out/run.json")).unwrap();
    assert!(card.contains("KN-W-LINK-101"), "{card}");
    std::fs::write(folder.path().join("a.csv"), people.replace("\"\"", "sand")).unwrap();
    let said = said_by(folder.path(), &["run", "job.toml", "--no-progress", "--overwrite"]);
    assert!(!said.contains("KN-W-LINK-101"), "{said}");
}

#[test]
fn an_expression_that_cannot_be_computed_for_a_record_is_null_there_and_told() {
    let levels = "{ sql_condition = \"surname_l = surname_r\", m_probability = 0.9, u_probability = 0.1 }, \
                  { sql_condition = \"ELSE\", m_probability = 0.1, u_probability = 0.9 }";
    let people = "unique_id,surname,code\n1,reed,7\n2,sand,07\n3,tarn,zebulon\n4,tarn,zebulon\n";
    let job = scoring_job(levels, "cast(l.code as integer) = cast(r.code as integer)");
    let folder = folder_of(&[("a.csv", people), ("job.toml", &job)]);
    let said = said_by(folder.path(), &["run", "job.toml", "--no-progress"]);
    assert!(said.contains("KN-W-LINK-103") && said.contains("for 2 records and is null there"), "{said}");
    assert!(!said.contains("zebulon"), "a value is told: {said}");
    assert_eq!(gammas(folder.path()), [("1-2".to_owned(), "0".to_owned())]);
}

#[test]
fn what_is_no_job_is_told_in_few_words() {
    let folder = small_folder();
    let done = run(folder.path(), &["run", "febrl3.model.json", "-o", "out"]);
    assert_eq!(done.status.code(), Some(2));
    assert!(stderr(&done).contains("KN-JOB-045") && stderr(&done).lines().count() == 2, "{}", stderr(&done));
    let done = run(folder.path(), &["run", "people.csv", "-o", "out"]);
    assert_eq!(done.status.code(), Some(2));
    assert!(stderr(&done).contains("KN-JOB-002") && stderr(&done).lines().count() < 10, "{}", stderr(&done));
}

#[test]
fn linking_with_a_model_that_deduplicates_is_refused() {
    let folder = small_folder();
    let arguments = ["link", "people.csv", "people.csv", "--model", "febrl3.model.json", "-o", "out"];
    let done = run(folder.path(), &arguments);
    assert_eq!(done.status.code(), Some(2));
    assert!(stderr(&done).contains("KN-CLI-008") && stderr(&done).contains("hint:"), "{}", stderr(&done));
    assert!(!folder.path().join("out").exists());
}

#[test]
fn a_file_without_a_header_tells_no_values() {
    let folder = small_folder();
    for (name, text) in [("none.csv", "1,anna,1990-01-01\n2,ben,1991-02-02\n"), ("mac.csv", "unique_id,name\r1,anna\r2,ben\r")] {
        std::fs::write(folder.path().join(name), text).unwrap();
        let done = run(folder.path(), &["dedupe", name, "--model", "febrl3.model.json", "-o", "out"]);
        let said = stderr(&done);
        assert_eq!(done.status.code(), Some(2), "{said}");
        assert!(said.contains("the names of the columns") && !said.contains("anna") && !said.contains("1990"), "{said}");
    }
}

#[test]
fn a_profile_of_several_broken_files_names_all() {
    let folder = small_folder();
    std::fs::write(folder.path().join("broken.parquet"), "no parquet").unwrap();
    let done = run(folder.path(), &["profile", "nowhere.csv", "people.csv", "broken.parquet"]);
    let said = stderr(&done);
    assert_eq!(done.status.code(), Some(2), "{said}");
    assert!(said.contains("nowhere.csv") && said.contains("broken.parquet"), "{said}");
}

#[test]
fn deduplicating_several_tables_compares_within_each() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("a.csv", "unique_id,surname\n1,reed\n2,reed\n");
    write("b.csv", "unique_id,surname\n1,reed\n");
    let job = "blocking_rules = [\"l.surname = r.surname\"]\n[[comparisons]]\ntype = \"exact_match\"\ncolumn = \"surname\"\n";
    write("job.toml", job);
    write("links.toml", &format!("link_type = \"link_only\"\n{job}"));
    for (settings, pairs, warned) in [("job.toml", 3, false), ("links.toml", 2, true)] {
        let output = format!("out_{settings}");
        let done = run(folder.path(), &["dedupe", "a.csv", "b.csv", "--settings", settings, "-o", &output, "--format", "json"]);
        assert!(done.status.success(), "{}", stderr(&done));
        let document: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
        assert_eq!(document["run"]["counts"]["candidate_pairs"], pairs);
        assert_eq!(stderr(&done).contains("KN-W-CLI-001"), warned, "{}", stderr(&done));
    }
}

#[test]
fn truth_that_says_nothing_is_no_perfect_score() {
    let folder = small_folder();
    said_by(folder.path(), &["dedupe", "people.csv", "--model", "febrl3.model.json", "-o", "out", "-qq"]);
    std::fs::write(folder.path().join("strange.csv"), "unique_id,entity\nnobody,1\nno one,1\n").unwrap();
    let done = run(folder.path(), &["evaluate", "out", "--truth", "strange.csv"]);
    assert_eq!(done.status.code(), Some(2), "{}", String::from_utf8_lossy(&done.stdout));
    assert!(stderr(&done).contains("KN-JOB-047") && stderr(&done).contains("hint:"), "{}", stderr(&done));
    std::fs::write(folder.path().join("half.csv"), "unique_id,entity\nnobody,1\n1,1\n2,1\n").unwrap();
    let said = said_by(folder.path(), &["evaluate", "out", "--truth", "half.csv"]);
    assert!(said.contains("1 of the 3 rows of the truth are of no record of the input"), "{said}");
}

#[test]
fn a_run_directory_that_lost_a_file_is_told_so() {
    let folder = small_folder();
    said_by(folder.path(), &["dedupe", "people.csv", "--model", "febrl3.model.json", "-o", "out", "-qq"]);
    for file in ["edges.parquet", "model.json"] {
        let (there, away) = (folder.path().join("out").join(file), folder.path().join("away"));
        std::fs::rename(&there, &away).unwrap();
        let done = run(folder.path(), &["explain", "out", "1", "2"]);
        assert_eq!(done.status.code(), Some(2), "{file}");
        assert!(stderr(&done).contains("KN-JOB-046") && stderr(&done).contains(file), "{}", stderr(&done));
        std::fs::rename(&away, &there).unwrap();
    }
}
