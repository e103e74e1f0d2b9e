//! Steps of a job file, each on a table of a few rows whose results can be told by hand.

use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use crate::command::{kintsu, run, stderr};

/// Agreement on the surname weighs log2(0.9 / 0.1) bits, disagreement as much the other way, and the prior nothing.
const MODEL: &str = r#"{
    "link_type": "LINK_TYPE", "probability_two_random_records_match": 0.5, "sql_dialect": "duckdb",
    "retain_matching_columns": true, "unique_id_column_name": "unique_id", "source_dataset_column_name": "source_dataset",
    "blocking_rules_to_generate_predictions": [{"blocking_rule": "l.surname = r.surname", "sql_dialect": "duckdb"}],
    "comparisons": [{"output_column_name": "surname", "comparison_levels": [
        {"sql_condition": "surname_l IS NULL OR surname_r IS NULL", "label_for_charts": "null", "is_null_level": true},
        {"sql_condition": "surname_l = surname_r", "label_for_charts": "equal", "m_probability": 0.9, "u_probability": 0.1},
        {"sql_condition": "ELSE", "label_for_charts": "else", "m_probability": 0.1, "u_probability": 0.9}]}]
}"#;

/// The weight of agreement, log2(9), and of disagreement.
const AGREE: f64 = 3.169_925_001_442_312;

/// A folder with a model of the link type and the files given.
fn folder_with(link_type: &str, files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("model.json"), MODEL.replace("LINK_TYPE", link_type)).unwrap();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

/// Runs the job that has these inputs and steps.
fn run_steps(folder: &Path, inputs: &str, steps: &str) -> Output {
    write_job(folder, inputs, steps);
    run(folder, &["run", "job.toml", "--no-progress"])
}

fn write_job(folder: &Path, inputs: &str, steps: &str) {
    let job =
        format!("inputs = {inputs}\nmodel = \"model.json\"\noutput = \"out\"\nfile_format = \"csv\"\noverwrite = true\n{steps}");
    std::fs::write(folder.join("job.toml"), job).unwrap();
}

/// The columns `wanted` of a CSV file of the output, a row each, sorted. No value of these tests holds a comma.
fn columns(folder: &Path, file: &str, wanted: &[&str]) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(folder.join("out").join(format!("{file}.csv"))).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let places: Vec<usize> = wanted
        .iter()
        .map(|name| header.iter().position(|column| column == name).unwrap_or_else(|| panic!("no {name} in {header:?}")))
        .collect();
    let mut rows: Vec<Vec<String>> = lines
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            places.iter().map(|place| fields[*place].trim_matches('"').to_owned()).collect()
        })
        .collect();
    rows.sort();
    rows
}

fn succeeds(done: &Output) {
    assert!(done.status.success(), "{}", stderr(done));
}

fn refused(done: &Output, code: &str) {
    let said = stderr(done);
    assert_eq!(done.status.code(), Some(2), "{said}");
    assert!(said.contains(code) && said.contains("hint:"), "{said}");
}

#[test]
fn new_records_match_tables_whose_ids_overlap() {
    let tables = [
        ("a.csv", "unique_id,surname\n1,reed\n2,sand\n3,tarn\n"),
        ("b.csv", "unique_id,surname\n1,sand\n2,tarn\n3,reed\n"),
        ("new.csv", "unique_id,surname\n1,reed\n2,tarn\n"),
    ];
    let folder = folder_with("link_only", &tables);
    let steps = "[[steps]]\nstep = \"find_matches_to_new_records\"\nrecords = \"new.csv\"\n";
    succeeds(&run_steps(folder.path(), "[\"a.csv\", \"b.csv\"]", steps));
    let wanted = ["source_dataset_l", "unique_id_l", "source_dataset_r", "unique_id_r"];
    let found = columns(folder.path(), "new_record_matches", &wanted);
    assert_eq!(found, [["a", "1", "new", "1"], ["a", "3", "new", "2"], ["b", "2", "new", "2"], ["b", "3", "new", "1"]]);
    let weights = columns(folder.path(), "new_record_matches", &["match_weight"]);
    assert!(weights.iter().all(|weight| (weight[0].parse::<f64>().unwrap() - AGREE).abs() < 1e-9), "{weights:?}");
}

#[test]
fn standard_input_is_read_once_for_all_steps() {
    let folder = folder_with("dedupe_only", &[("new.csv", "unique_id,surname\n7,tarn\n1,reed\n")]);
    let steps = "[[steps]]\nstep = \"predict\"\n[[steps]]\nstep = \"find_matches_to_new_records\"\nrecords = \"new.csv\"\n";
    write_job(folder.path(), "[\"-\"]", steps);
    let mut child = kintsu(folder.path())
        .args(["run", "job.toml", "--no-progress"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"unique_id,surname\n1,reed\n2,reed\n3,tarn\n").unwrap();
    succeeds(&child.wait_with_output().unwrap());
    let found = columns(folder.path(), "new_record_matches", &["unique_id_l", "unique_id_r"]);
    assert_eq!(found, [["1", "1"], ["2", "1"], ["3", "7"]]);
    let compare = "[[steps]]\nstep = \"compare_two_records\"\nleft = \"-\"\nright = \"new.csv\"\n";
    write_job(folder.path(), "[\"new.csv\"]", compare);
    let mut child = kintsu(folder.path()).args(["run", "job.toml", "-qq"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"unique_id,surname\n5,tarn\n").unwrap();
    assert!(child.wait().unwrap().success());
    let found = columns(folder.path(), "compared_records", &["unique_id_l", "unique_id_r"]);
    assert_eq!(found, [["5", "1"], ["5", "7"]]);
    let twice = "[[steps]]\nstep = \"compare_two_records\"\nleft = \"-\"\nright = \"new.csv\"\n";
    refused(&run_steps(folder.path(), "[\"-\"]", twice), "KN-JOB-026");
}

#[test]
fn compared_records_say_whether_blocking_would_find_them() {
    let people = "unique_id,surname\n1,reed\n2,sand\n";
    let sides =
        [("a.csv", people), ("left.csv", "unique_id,surname\n1,reed\n2,sand\n"), ("right.csv", "unique_id,surname\n1,sand\n")];
    let folder = folder_with("dedupe_only", &sides);
    let steps = "[[steps]]\nstep = \"compare_two_records\"\nleft = \"left.csv\"\nright = \"right.csv\"\n\
                 include_found_by_blocking_rules = true\n";
    succeeds(&run_steps(folder.path(), "[\"a.csv\"]", steps));
    let found = columns(folder.path(), "compared_records", &["unique_id_l", "unique_id_r", "found_by_blocking_rules"]);
    assert_eq!(found, [["1", "1", "false"], ["2", "1", "true"]]);
    let scores = columns(folder.path(), "compared_records", &["unique_id_l", "match_weight"]);
    let weights: Vec<f64> = scores.iter().map(|row| row[1].parse().unwrap()).collect();
    assert!((weights[0] + AGREE).abs() < 1e-9 && (weights[1] - AGREE).abs() < 1e-9, "{weights:?}");
}

#[test]
fn no_step_clusters_below_what_the_last_prediction_kept() {
    let folder = folder_with("link_only", &[("a.csv", "unique_id,surname\n1,reed\n"), ("b.csv", "unique_id,surname\n1,reed\n")]);
    let predict = |with: &str| format!("[[steps]]\nstep = \"predict\"\n{with}\n");
    let step = |name: &str, with: &str| format!("[[steps]]\nstep = \"{name}\"\n{with}\n");
    let high = predict("threshold_match_probability = 0.99");
    let even = "threshold_match_probability = 0.5";
    let cases = [
        predict("threshold_match_weight = 20.0") + &step("cluster", even),
        high.clone() + &step("cluster", "thresholds = [0.5, 0.995]"),
        high.clone() + &step("cluster", ""),
        high.clone() + &step("graph_metrics", even),
        high.clone() + &step("single_best_links", even),
        high.clone() + &step("single_best_links", ""),
        step("cluster", "threshold_match_probability = 0.2"),
    ];
    for steps in cases {
        refused(&run_steps(folder.path(), "[\"a.csv\", \"b.csv\"]", &steps), "KN-JOB-014");
        assert!(!folder.path().join("out").exists(), "{steps}");
    }
    let fine = [
        predict("threshold_match_weight = -20.0") + &step("cluster", "threshold_match_probability = 0.2"),
        high.clone() + &step("cluster", "deterministic = true"),
        high + &step("cluster", "threshold_match_probability = 0.99"),
    ];
    for steps in fine {
        succeeds(&run_steps(folder.path(), "[\"a.csv\", \"b.csv\"]", &steps));
    }
}

#[test]
fn steps_that_look_at_data_count_it() {
    let people = "unique_id,surname,town\n1,reed,york\n2,reed,\n3,sand,york\n4,reed,bath\n";
    let folder = folder_with("dedupe_only", &[("a.csv", people), ("pairs.csv", "unique_id_l,unique_id_r\n1,3\n1,2\n")]);
    let steps = "[[steps]]\nstep = \"profile_columns\"\ncolumn_expressions = [\"surname\"]\n\
                 [[steps]]\nstep = \"completeness\"\ncols = [\"town\"]\n\
                 [[steps]]\nstep = \"count_comparisons\"\nblocking_rules = [\"l.town = r.town\", \"l.surname = r.surname\"]\n\
                 [[steps]]\nstep = \"largest_blocks\"\nblocking_rule = \"l.surname = r.surname\"\nn_largest = 1\n\
                 [[steps]]\nstep = \"term_frequencies\"\ncolumns = [\"surname\"]\n\
                 [[steps]]\nstep = \"score_pairs\"\npairs = \"pairs.csv\"\n\
                 [[steps]]\nstep = \"unlinkables\"\n";
    let done = run_steps(folder.path(), "[\"a.csv\"]", steps);
    succeeds(&done);
    let at = folder.path();
    let top = columns(at, "profile_columns", &["kind", "value", "value_count", "distinct_value_count"]);
    assert!(top.contains(&["top", "reed", "3", "2"].map(str::to_owned).to_vec()), "{top:?}");
    assert!(top.contains(&["bottom", "sand", "1", "2"].map(str::to_owned).to_vec()), "{top:?}");
    let filled = columns(at, "completeness", &["column_name", "total_null_rows", "total_rows_inc_nulls", "completeness"]);
    assert_eq!(filled, [["town", "1", "4", "0.75"]]);
    let counts = columns(at, "count_comparisons", &["blocking_rule", "row_count", "cumulative_rows", "cartesian"]);
    assert_eq!(counts, [["l.surname = r.surname", "3", "4", "6"], ["l.town = r.town", "1", "1", "6"]]);
    let unlinkable = columns(at, "unlinkables", &["match_weight", "match_probability", "prop", "cum_prop"]);
    assert_eq!(unlinkable, [["3.17", "0.9", "1.0", "1.0"]]);
    assert_eq!(columns(at, "largest_blocks", &["key_0", "count_l", "count_r", "block_count"]), [["reed", "3", "3", "9"]]);
    assert_eq!(columns(at, "term_frequencies/surname", &["surname", "tf_surname"]), [["reed", "0.75"], ["sand", "0.25"]]);
    let scored = columns(at, "scored_pairs", &["unique_id_l", "unique_id_r", "found_by_blocking_rules"]);
    assert_eq!(scored, [["1", "2", "true"], ["1", "3", "false"]]);
    let weights: Vec<f64> =
        columns(at, "scored_pairs", &["unique_id_r", "match_weight"]).iter().map(|row| row[1].parse().unwrap()).collect();
    assert!((weights[0] - AGREE).abs() < 1e-9 && (weights[1] + AGREE).abs() < 1e-9, "{weights:?}");
}

#[test]
fn the_largest_blocks_of_a_link_have_two_sides() {
    let tables = [
        ("a.csv", "unique_id,surname\n1,reed\n2,reed\n3,sand\n"),
        ("b.csv", "unique_id,surname\n1,reed\n2,sand\n3,sand\n4,tarn\n"),
    ];
    let folder = folder_with("link_only", &tables);
    let steps = "[[steps]]\nstep = \"largest_blocks\"\nblocking_rule = \"l.surname = r.surname\"\n\
                 [[steps]]\nstep = \"count_comparisons\"\n\
                 blocking_rules = [\"l.surname = r.surname and l.unique_id <> r.unique_id\", \"1 = 1\"]\n";
    let done = run_steps(folder.path(), "[\"a.csv\", \"b.csv\"]", steps);
    succeeds(&done);
    assert!(stderr(&done).contains("blocking rule 1 has no equality") && !stderr(&done).contains("rule 0"), "{}", stderr(&done));
    let found = columns(folder.path(), "largest_blocks", &["key_0", "count_l", "count_r", "block_count"]);
    assert_eq!(found, [["reed", "2", "1", "2"], ["sand", "1", "2", "2"]]);
    let counts = columns(folder.path(), "count_comparisons", &["pairs_before_filters", "pairs", "row_count", "cartesian"]);
    assert_eq!(counts, [["12", "12", "10", "12"], ["4", "2", "2", "12"]]);
}

#[test]
fn term_frequencies_of_columns_that_the_model_adjusts_for_are_written_once() {
    let people = "unique_id,surname,town\n1,reed,york\n2,reed,\n3,sand,york\n4,reed,bath\n";
    let folder = folder_with("dedupe_only", &[("a.csv", people)]);
    let adjusted = MODEL.replace("LINK_TYPE", "dedupe_only").replace(
        "\"label_for_charts\": \"equal\",",
        "\"label_for_charts\": \"equal\", \"tf_adjustment_column\": \"surname\", \"tf_adjustment_weight\": 1.0,",
    );
    std::fs::write(folder.path().join("model.json"), adjusted).unwrap();
    let steps = "[[steps]]\nstep = \"term_frequencies\"\ncolumns = [\"surname\", \"town\"]\n\
                 [[steps]]\nstep = \"term_frequencies\"\ncolumns = [\"surname\"]\n";
    succeeds(&run_steps(folder.path(), "[\"a.csv\"]", steps));
    let at = folder.path();
    assert_eq!(columns(at, "term_frequencies/surname", &["surname", "tf_surname"]), [["reed", "0.75"], ["sand", "0.25"]]);
    let third = 1.0 / 3.0;
    let towns = [["bath".to_owned(), third.to_string()], ["york".to_owned(), (2.0 * third).to_string()]];
    assert_eq!(columns(at, "term_frequencies/town", &["town", "tf_town"]), towns);
}

#[test]
fn a_model_without_comparisons_scores_every_pair_by_its_prior() {
    let folder = folder_with("dedupe_only", &[("a.csv", "unique_id,surname\n1,reed\n2,reed\n3,sand\n")]);
    let bare = "{\"link_type\": \"dedupe_only\", \"comparisons\": [], \"probability_two_random_records_match\": 0.5, \
                \"blocking_rules_to_generate_predictions\": [\"l.surname = r.surname\"]}";
    std::fs::write(folder.path().join("model.json"), bare).unwrap();
    let steps = "[[steps]]\nstep = \"predict\"\n[[steps]]\nstep = \"deterministic_link\"\n\
                 [[steps]]\nstep = \"cluster\"\ndeterministic = true\n";
    succeeds(&run_steps(folder.path(), "[\"a.csv\"]", steps));
    assert_eq!(columns(folder.path(), "edges", &["unique_id_l", "unique_id_r", "match_weight"]), [["1", "2", "0.0"]]);
    assert_eq!(columns(folder.path(), "clusters", &["cluster_id", "unique_id"]), [["1", "1"], ["1", "2"], ["3", "3"]]);
}

#[test]
fn a_result_without_rows_has_its_columns() {
    let folder = folder_with("dedupe_only", &[("a.csv", "unique_id,surname\n1,reed\n2,reed\n")]);
    let sure = MODEL.replace("LINK_TYPE", "dedupe_only").replace("\"u_probability\": 0.1", "\"u_probability\": 1e-12");
    std::fs::write(folder.path().join("model.json"), sure).unwrap();
    succeeds(&run_steps(folder.path(), "[\"a.csv\"]", "[[steps]]\nstep = \"unlinkables\"\n"));
    let none: Vec<Vec<String>> = Vec::new();
    assert_eq!(columns(folder.path(), "unlinkables", &["match_weight", "match_probability", "prop", "cum_prop"]), none);
}

#[test]
fn labels_that_can_be_no_pair_are_refused_by_their_number() {
    let tables = [
        ("a.csv", "unique_id,surname\nzebulon,reed\n2,sand\n"),
        ("b.csv", "unique_id,surname\n3,reed\n4,sand\n"),
        ("itself.csv", "unique_id_l,unique_id_r\nzebulon,zebulon\nzebulon,2\n"),
        ("twice.csv", "unique_id_l,unique_id_r,clerical_match_score\nzebulon,2,1\n2,zebulon,0\n"),
        ("one_table.csv", "source_dataset_l,unique_id_l,source_dataset_r,unique_id_r\na,zebulon,a,2\na,zebulon,b,3\n"),
    ];
    let accuracy = |file: &str| format!("[[steps]]\nstep = \"accuracy_from_labels_table\"\nlabels = \"{file}\"\n");
    let training = |file: &str| format!("[[training]]\nmethod = \"estimate_m_from_pairwise_labels\"\nlabels = \"{file}\"\n");
    let one = folder_with("dedupe_only", &tables);
    for steps in [accuracy("itself.csv"), training("itself.csv")] {
        let done = run_steps(one.path(), "[\"a.csv\"]", &steps);
        refused(&done, "KN-JOB-036");
        assert!(stderr(&done).contains("1 of the 2 pairs") && !stderr(&done).contains("zebulon"), "{}", stderr(&done));
    }
    let done = run_steps(one.path(), "[\"a.csv\"]", &accuracy("twice.csv"));
    succeeds(&done);
    assert!(stderr(&done).contains("KN-W-JOB-005") && !stderr(&done).contains("zebulon"), "{}", stderr(&done));
    let two = folder_with("link_only", &tables);
    for steps in [accuracy("one_table.csv"), training("one_table.csv")] {
        let done = run_steps(two.path(), "[\"a.csv\", \"b.csv\"]", &steps);
        refused(&done, "KN-JOB-037");
        assert!(stderr(&done).contains("1 of the 2 pairs") && !stderr(&done).contains("zebulon"), "{}", stderr(&done));
    }
}

/// A model that compares numbers, for which texts would do no good.
const NUMBERS: &str = r#"{
    "link_type": "dedupe_only", "probability_two_random_records_match": 0.5, "sql_dialect": "duckdb",
    "unique_id_column_name": "unique_id", "source_dataset_column_name": "source_dataset",
    "blocking_rules_to_generate_predictions": [{"blocking_rule": "l.surname = r.surname", "sql_dialect": "duckdb"}],
    "comparisons": [{"output_column_name": "age", "comparison_levels": [
        {"sql_condition": "age_l IS NULL OR age_r IS NULL", "label_for_charts": "null", "is_null_level": true},
        {"sql_condition": "abs(age_l - age_r) <= 1", "label_for_charts": "near", "m_probability": 0.9, "u_probability": 0.1},
        {"sql_condition": "ELSE", "label_for_charts": "else", "m_probability": 0.1, "u_probability": 0.9}]}]
}"#;

#[test]
fn a_run_in_csv_is_explained_as_it_was_scored() {
    let people = "unique_id,surname,age,cluster_id\n1,reed,9,x\n2,reed,10,x\n3,reed,30,y\n";
    let folder = folder_with("dedupe_only", &[("a.csv", people), ("numbers.json", NUMBERS)]);
    let job = "inputs = [\"a.csv\"]\nmodel = \"numbers.json\"\noutput = \"out\"\nfile_format = \"csv\"\n\
               predict_threshold = 0.01\ncluster_threshold = 0.5\n[types]\nage = \"integer\"\n";
    std::fs::write(folder.path().join("job.toml"), job).unwrap();
    let done = run(folder.path(), &["run", "job.toml", "--no-progress"]);
    assert!(done.status.success(), "{}", stderr(&done));
    let explained = run(folder.path(), &["explain", "out", "1", "2", "--format", "json"]);
    assert!(explained.status.success(), "{}", stderr(&explained));
    let told: serde_json::Value = serde_json::from_slice(&explained.stdout).unwrap();
    assert_eq!(told["same_cluster"], true, "{told}");
    let weight = told["waterfall"]["match_weight"].as_f64().unwrap();
    assert!((weight - AGREE).abs() < 1e-9, "{told}");
    let measured = run(folder.path(), &["evaluate", "out", "--truth", "input_cluster_id", "--format", "json"]);
    let as_named = run(folder.path(), &["evaluate", "out", "--truth", "cluster_id", "--format", "json"]);
    assert!(measured.status.success() && measured.stdout == as_named.stdout, "{}", stderr(&as_named));
}

#[test]
fn what_a_run_found_is_no_truth() {
    let folder = folder_with("dedupe_only", &[("a.csv", "unique_id,surname\n1,reed\n2,reed\n")]);
    let done = run_steps(folder.path(), "[\"a.csv\"]", "[[steps]]\nstep = \"predict\"\n[[steps]]\nstep = \"cluster\"\n");
    assert!(done.status.success(), "{}", stderr(&done));
    let measured = run(folder.path(), &["evaluate", "out", "--truth", "cluster_id"]);
    assert!(measured.status.code() == Some(2) && stderr(&measured).contains("KN-JOB-049"), "{}", stderr(&measured));
}

#[test]
fn steps_on_data_alone_train_nothing() {
    let folder = folder_with("dedupe_only", &[("a.csv", "unique_id,surname,age\n1,reed,4\n2,reed,5\n")]);
    let settings: serde_json::Value = serde_json::from_str(MODEL).unwrap();
    let mut settings = serde_json::Value::Object(settings.as_object().unwrap().clone());
    settings["link_type"] = "dedupe_only".into();
    for level in settings["comparisons"][0]["comparison_levels"].as_array_mut().unwrap() {
        let level = level.as_object_mut().unwrap();
        level.remove("m_probability");
        level.remove("u_probability");
    }
    std::fs::write(folder.path().join("settings.json"), settings.to_string()).unwrap();
    let job = "inputs = [\"a.csv\"]\nsettings = \"settings.json\"\noutput = \"out\"\n[[steps]]\nstep = \"completeness\"\n";
    std::fs::write(folder.path().join("job.toml"), job).unwrap();
    let done = run(folder.path(), &["run", "job.toml", "--no-progress"]);
    assert!(done.status.success(), "{}", stderr(&done));
    assert!(folder.path().join("out/completeness.parquet").exists() && !folder.path().join("out/model.json").exists());
}

/// A job on `inputs` with the model `numbers.json`, which may block on another column, written in `format`.
fn numbers_job(inputs: &str, format: &str) -> String {
    format!(
        "inputs = {inputs}\nmodel = \"numbers.json\"\noutput = \"out\"\noverwrite = true\nfile_format = \"{format}\"\n\
         predict_threshold = 0.01\ncluster_threshold = 0.5\n[types]\nage = \"integer\"\n"
    )
}

#[test]
fn the_clusters_of_a_run_are_never_its_truth_and_the_column_of_the_input_is_found_in_every_format() {
    let people = "unique_id,surname,age,cluster_id,input_cluster_id\na,reed,9,1,x\nb,reed,10,1,x\nc,reed,30,2,y\n";
    let folder = folder_with("dedupe_only", &[("a.csv", people), ("numbers.json", NUMBERS)]);
    for format in ["csv", "jsonl", "arrow", "parquet"] {
        let typed = numbers_job("[\"a.csv\"]", format) + "cluster_id = \"integer\"\n";
        std::fs::write(folder.path().join("job.toml"), typed).unwrap();
        succeeds(&run(folder.path(), &["run", "job.toml", "--no-progress"]));
        succeeds(&run(folder.path(), &["explain", "out", "a", "b"]));
        let measured = |truth| run(folder.path(), &["evaluate", "out", "--truth", truth, "--format", "json"]);
        let right = measured("input_input_cluster_id");
        succeeds(&right);
        for name in ["cluster_id", "Cluster_ID"] {
            assert_eq!(measured(name).stdout, right.stdout, "{name} in {format}");
        }
    }
}

#[test]
fn a_rule_on_the_column_that_a_run_renames_cannot_be_explained() {
    let people = "unique_id,surname,age,cluster_id\n1,reed,9,x\n2,sand,10,x\n";
    let numbers = NUMBERS.replace("l.surname = r.surname", "l.cluster_id = r.cluster_id");
    let folder = folder_with("dedupe_only", &[("a.csv", people), ("numbers.json", &numbers)]);
    std::fs::write(folder.path().join("job.toml"), numbers_job("[\"a.csv\"]", "parquet")).unwrap();
    succeeds(&run(folder.path(), &["run", "job.toml", "--no-progress"]));
    refused(&run(folder.path(), &["explain", "out", "1", "2"]), "KN-JOB-049");
}

#[test]
fn text_is_read_as_its_type_beside_files_that_have_types() {
    let folder = folder_with("dedupe_only", &[("a.csv", "unique_id,surname,age\n1,reed,9\n"), ("numbers.json", NUMBERS)]);
    std::fs::write(folder.path().join("b.jsonl"), "{\"unique_id\": 2, \"surname\": \"reed\", \"age\": 10}\n").unwrap();
    let inputs = "[\"a.csv\", \"b.jsonl\"]";
    std::fs::write(folder.path().join("job.toml"), numbers_job(inputs, "csv")).unwrap();
    succeeds(&run(folder.path(), &["run", "job.toml", "--no-progress"]));
    assert_eq!(columns(folder.path(), "edges", &["unique_id_l", "gamma_age"]), [["1", "1"]]);
}

#[test]
fn tables_of_one_name_are_counted_apart() {
    let folder = folder_with("link_only", &[("a.csv", "unique_id,surname\n1,reed\n2,sand\n")]);
    std::fs::create_dir(folder.path().join("other")).unwrap();
    std::fs::write(folder.path().join("other/a.csv"), "unique_id,surname\n1,reed\n").unwrap();
    succeeds(&run_steps(folder.path(), "[\"a.csv\", \"other/a.csv\"]", ""));
    let card: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(folder.path().join("out/run.json")).unwrap()).unwrap();
    assert_eq!(
        (card["counts"]["records of a"].as_u64(), card["counts"]["records of a_2"].as_u64()),
        (Some(2), Some(1)),
        "{card}"
    );
    assert_eq!(columns(folder.path(), "edges", &["source_dataset_l", "source_dataset_r"]), [["a", "a_2"]]);
}

#[test]
fn a_prediction_after_what_needs_one_is_refused_before_anything_runs() {
    let folder = folder_with("dedupe_only", &[("a.csv", "unique_id,surname\n1,reed\n2,reed\n")]);
    let steps = "[[steps]]\nstep = \"cluster\"\n[[steps]]\nstep = \"predict\"\n";
    refused(&run_steps(folder.path(), "[\"a.csv\"]", steps), "KN-JOB-021");
    let twice = "[[steps]]\nstep = \"term_frequencies\"\ncolumns = [\"surname\"]\n".repeat(2);
    succeeds(&run_steps(folder.path(), "[\"a.csv\"]", &twice));
}

#[test]
fn ids_may_hold_what_stands_between_table_and_id() {
    let folder = folder_with("dedupe_only", &[("a.csv", "unique_id,surname\n1-__-2,reed\n2,reed\n")]);
    succeeds(&run_steps(folder.path(), "[\"a.csv\"]", "[[steps]]\nstep = \"predict\"\n[[steps]]\nstep = \"cluster\"\n"));
    succeeds(&run(folder.path(), &["explain", "out", "1-__-2", "2"]));
}
