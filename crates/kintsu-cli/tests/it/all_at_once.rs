//! Everything that is wrong is told in one run, each thing with its place, and nothing is written.

use std::path::Path;

use crate::command::{demo, done, folder_of, read, run, small_folder, stderr};

/// A value that stands in every input here and must never be printed.
const CANARY: &str = "zebulonquartz";

pub(crate) const PEOPLE: &str = "unique_id,surname,number,born\n1,zebulonquartz,5,2000-01-01\n2,zebulonquartz,6,2001-01-01\n";

/// Runs in `folder`, expects a refusal that leaves nothing behind, and gives what is said.
pub(crate) fn refused(folder: &Path, arguments: &[&str]) -> String {
    let done = run(folder, arguments);
    let said = stderr(&done);
    assert_eq!(done.status.code(), Some(2), "{arguments:?}: {said}");
    assert!(done.stdout.is_empty() && !folder.join("out").exists(), "{arguments:?} writes something");
    assert!(!said.contains(CANARY), "{arguments:?} prints a value: {said}");
    said
}

/// The errors in what is said, without their hints.
pub(crate) fn errors(said: &str) -> Vec<&str> {
    said.lines().filter(|line| line.starts_with("error[")).collect()
}

/// Asserts that the errors are exactly those that hold `expected`, one each.
pub(crate) fn tells(said: &str, expected: &[&str]) {
    for wanted in expected {
        assert_eq!(errors(said).iter().filter(|line| line.contains(wanted)).count(), 1, "{wanted}:\n{said}");
    }
    assert_eq!(errors(said).len(), expected.len(), "more is told than expected:\n{said}");
}

const JOB: &str = r#"
inputs = ["people.csv"]
output = "out"
one_to_one = true
additional_columns_to_retain = ["nothere"]
memory = "lots"
truth = "nowhere"
ignore = ["nobody"]
max_iterations = 5000000000
blocking_rules = [
  "l.surname = r.surname",
  "l.town = r.town",
  "foo(l.surname) = r.surname",
  { columns = ["substr(surname", "nocol"] },
]
[types]
postcode = "integer"
[[comparisons]]
type = "exact_match"
colum = "surname"
[[comparisons]]
type = "custom"
output_column_name = "number"
comparison_levels = [
  { sql_condition = "number_l is null", is_null_level = true },
  { sql_condition = "jaro_wnkler_similarity(number_l, number_r) > 0.9" },
  { sql_condition = "(select 1)" },
  { sql_condition = "lacking_l = lacking_r", m_probability = -1 },
  { sql_condition = "born_l = born_r" },
]
[[comparisons]]
type = "forename_surname_comparison"
forename_column = "lower(forename"
surname_column = "surnam"
[[training]]
method = "estimate_probability_two_random_records_match"
deterministic_matching_rules = ["l.x = r.x", "bar(l.surname)"]
recall = 0.0
[[training]]
method = "estimate_m_from_label_column"
label_colname = "label"
[[training]]
method = "estimate_m_from_pairwise_labels"
labels = "people.csv"
[[steps]]
step = "cluster"
thresholds = [2.0]
threshold_match_probability = 0.5
[[steps]]
step = "profile_columns"
column_expressions = ["baz(surname)", "surname"]
name = "a b"
[[steps]]
step = "single_best_links"
[[steps]]
step = "compare_two_records"
left = "absent.csv"
right = "few.csv"
[term_frequencies]
surname = "few.csv"
"#;

#[test]
fn a_job_file_with_many_mistakes_is_told_all_of_them_with_their_lines() {
    let folder = folder_of(&[("people.csv", PEOPLE), ("job.toml", JOB), ("few.csv", "a\n1\n")]);
    let said = refused(folder.path(), &["run", "job.toml", "--threads", "0"]);
    tells(
        &said,
        &[
            "--threads cannot be `0`",
            "job.toml:4: `one_to_one` needs several tables",
            "job.toml:5: the column to retain `nothere`",
            "job.toml:6: `lots` is no amount of memory",
            "job.toml:7: the truth `nowhere`",
            "job.toml:8: the ignored column `nobody`",
            "job.toml:9: `max_iterations` must be at most 4294967295",
            "job.toml:12: blocking_rules[1]: the column `town`",
            "job.toml:13: blocking_rules[2]: the blocking rule `foo(l.surname) = r.surname` cannot be used: unknown function `foo`",
            "job.toml:14: blocking_rules[3].columns[0]: the blocking rule cannot be used: `substr(surname`",
            "job.toml:14: blocking_rules[3]: the column `nocol`",
            "job.toml:17: types.postcode: the column `postcode`",
            "job.toml:18: the key `column` is missing in `comparisons[0]`",
            "job.toml:20: unknown key `comparisons[0].colum`",
            "job.toml:24: comparisons[1].comparison_levels: the last level is not ELSE",
            "job.toml:26: comparisons[1].comparison_levels[1].sql_condition: unknown function `jaro_wnkler_similarity`",
            "job.toml:27: comparisons[1].comparison_levels[2].sql_condition: not supported",
            "job.toml:28: comparisons[1].comparison_levels[3].m_probability: -1 is not at least",
            "job.toml:28: comparisons[1].comparison_levels[3].sql_condition: the column `lacking`",
            "job.toml:33: comparisons[2].forename_column: `lower(forename`",
            "job.toml:31: comparisons[2]: the column `surnam`",
            "job.toml:37: training[0].deterministic_matching_rules[0]: the column `x`",
            "job.toml:37: training[0].deterministic_matching_rules[1]: the blocking rule `bar(l.surname)`",
            "job.toml:35: `recall` must be above 0",
            "job.toml:41: training[1].label_colname: the column `label`",
            "job.toml:44: training[2].labels: the file of pairs ",
            "job.toml:45: both `threshold_match_probability` and `thresholds` are given",
            "job.toml:45: `thresholds` must be from 0 to 1",
            "job.toml:51: steps[1].column_expressions[0]: the column expression `baz(surname)`",
            "job.toml:49: `a b` cannot be the name of a file",
            "job.toml:53: steps[2]: best links need several tables",
            "job.toml:55: the input `absent.csv` does not exist",
            "job.toml:58: steps[3].right: the id column `unique_id` is not in `few.csv`",
            "job.toml:60: term_frequencies.surname: the term-frequency table `few.csv` needs the columns",
        ],
    );
    assert!(said.contains("did you mean `jaro_winkler_similarity`?") && said.contains("did you mean `surname`?"), "{said}");
    let only_places = JOB.replace("memory = \"lots\"\n", "").replace("max_iterations = 5000000000\n", "");
    std::fs::write(folder.path().join("job.toml"), only_places).unwrap();
    let planned = refused(folder.path(), &["plan", "job.toml"]);
    assert!(errors(&planned).len() >= 30, "{planned}");
}

#[test]
fn what_only_headers_tell_has_its_line_too() {
    let job = "inputs = [\"people.csv\"]\noutput = \"out\"\nblocking_rules = [\n  \"l.surnam = r.surnam\",\n  \"foo(l.surname)\",\n]\n\
               [[comparisons]]\ntype = \"exact_match\"\ncolumn = \"surname\"\n";
    let folder = folder_of(&[("people.csv", PEOPLE), ("job.toml", job)]);
    for command in ["run", "plan"] {
        tells(
            &refused(folder.path(), &[command, "job.toml"]),
            &["job.toml:4: blocking_rules[0]: the column `surnam`", "job.toml:5: blocking_rules[1]: the blocking rule `foo("],
        );
    }
}

#[test]
fn an_option_in_place_of_a_key_is_not_looked_for_in_the_file() {
    let job = "inputs = [\"people.csv\"]\noutput = \"out\"\nignore = [\"number\"]\nblocking_rules = [\"l.surname = r.surname\"]\n\
               [[comparisons]]\ntype = \"exact_match\"\ncolumn = \"surname\"\n";
    let folder = folder_of(&[("people.csv", PEOPLE), ("job.toml", job)]);
    let said = refused(folder.path(), &["run", "job.toml", "--ignore", "nobody", "--unique-id", "nowhere", "--truth", "absent"]);
    tells(&said, &["]: the ignored column `nobody`", "]: the id column `nowhere`", "]: the truth `absent`"]);
}

#[test]
fn several_wrong_inputs_are_told_together() {
    let job = "inputs = [\"people.csv\", \"broken.parquet\", \"absent.csv\", \"empty.csv\"]\noutput = \"out\"\n\
               blocking_rules = [\"foo(l.surname)\"]\n[[comparisons]]\ntype = \"exact_match\"\ncolumn = \"surname\"\n";
    let files = [("people.csv", PEOPLE), ("broken.parquet", "zebulonquartz"), ("empty.csv", ""), ("job.toml", job)];
    let said = refused(folder_of(&files).path(), &["run", "job.toml"]);
    tells(
        &said,
        &["broken.parquet is no readable Parquet", "`absent.csv` does not exist", "empty.csv is empty", "function `foo`"],
    );
}

#[test]
fn broken_lines_of_several_files_are_told_together() {
    let broken = |line: &str| format!("{PEOPLE}{line}\n");
    let (short, quote) = (broken("3,zebulonquartz"), broken("4,\"zebulonquartz\"x,1,"));
    let job = "inputs = [\"a.csv\", \"people.csv\", \"b.csv\"]\noutput = \"out\"\nlink_type = \"link_and_dedupe\"\n\
               blocking_rules = [\"l.surname = r.surname\"]\n[[comparisons]]\ntype = \"exact_match\"\ncolumn = \"surname\"\n";
    let folder = folder_of(&[("a.csv", &short), ("people.csv", PEOPLE), ("b.csv", &quote), ("job.toml", job)]);
    tells(&refused(folder.path(), &["run", "job.toml"]), &["a.csv, line 4", "b.csv, line 4"]);
}

#[test]
fn every_column_that_is_not_of_its_type_is_told_with_its_first_record() {
    let people = "unique_id,surname,number,born\n1,reed,5,2000-01-01\n2,reed,x,\n3,zebulonquartz,y,soon\n";
    let job = "inputs = [\"people.csv\", \"more.csv\"]\noutput = \"out\"\nblocking_rules = [\"l.number = r.number\"]\n\
               [types]\nnumber = \"integer\"\nborn = \"date\"\nsurname = \"boolean\"\nunique_id = \"integer\"\n\
               [[comparisons]]\ntype = \"exact_match\"\ncolumn = \"surname\"\n";
    let more = "unique_id,surname,number,born\n1,yes,5,2000-01-01\n";
    let folder = folder_of(&[("people.csv", more), ("more.csv", people), ("job.toml", job)]);
    tells(
        &refused(folder.path(), &["run", "job.toml"]),
        &[
            "`number` has 2 values that are no integer, the first in record 2 of more.csv",
            "`born` has 1 value that is no date, the first in record 3 of more.csv",
            "`surname` has 2 values that are no truth value, the first in record 1 of more.csv",
        ],
    );
}

#[test]
fn what_only_rows_tell_of_other_files_is_told_together_and_before_training() {
    let job = "inputs = [\"people.csv\"]\noutput = \"out\"\ntruth = \"truth.csv\"\nblocking_rules = [\"l.surname = r.surname\"]\n\
               [[comparisons]]\ntype = \"exact_match\"\ncolumn = \"surname\"\n\
               [[training]]\nmethod = \"estimate_m_from_pairwise_labels\"\nlabels = \"labels.csv\"\n\
               [[steps]]\nstep = \"score_pairs\"\npairs = \"pairs.csv\"\n[term_frequencies]\nsurname = \"tf.csv\"\n";
    let folder = folder_of(&[
        ("people.csv", PEOPLE),
        ("job.toml", job),
        ("truth.csv", "unique_id,entity\n1,a\n1,b\n"),
        ("labels.csv", "unique_id_l,unique_id_r\n1,77\n"),
        ("pairs.csv", "unique_id_l,unique_id_r\n1,1\n"),
        ("tf.csv", "surname,tf_surname\nreed,7\n"),
    ]);
    tells(
        &refused(folder.path(), &["run", "job.toml"]),
        &[
            "job.toml:15: term_frequencies.surname: 1 of the 1 shares",
            "1 rows of the truth put a record into another entity",
            "job.toml:10: training[0].labels: 1 of the 1 pairs in `labels.csv` name a record",
            "job.toml:13: steps[0].pairs: 1 of the 1 pairs in `pairs.csv` are of a record with itself",
        ],
    );
}

#[test]
fn settings_are_told_with_their_file_and_path() {
    let settings = std::fs::read_to_string(demo("febrl3.settings.json")).unwrap();
    let mut document: serde_json::Value = serde_json::from_str(&settings).unwrap();
    document["comparisons"][1]["comparison_levels"][1]["sql_condition"] = "foo(surname_l)".into();
    document["comparisons"][3]["comparison_levels"][0]["m_probability"] = "much".into();
    document["blocking_rules_to_generate_predictions"][0] = "l.surname =".into();
    document["additional_columns_to_retain"] = serde_json::json!(["nothere"]);
    document["em_convergence"] = (-1).into();
    let text = serde_json::to_string_pretty(&document).unwrap();
    let folder = folder_of(&[("people.csv", "unique_id,suburb\n1,zebulonquartz\n"), ("settings.json", &text)]);
    let said = refused(folder.path(), &["dedupe", "people.csv", "--settings", "settings.json", "-o", "out"]);
    for expected in [
        "comparisons[1].comparison_levels[1].sql_condition: unknown function `foo`",
        "comparisons[3].comparison_levels[0].m_probability: expected a number, found text",
        "blocking_rules_to_generate_predictions[0]: ",
        "em_convergence: -1 is not above 0",
        "the column to retain `nothere`",
        "the column `surname` is not in the input",
        "the column `given_name` is not in the input",
    ] {
        let told = errors(&said).iter().any(|line| line.contains("]: settings.json: ") && line.contains(expected));
        assert!(told, "{expected}:\n{said}");
    }
    assert!(!said.contains("did you mean `cos`"), "{said}");
}

#[test]
fn columns_that_are_missing_have_the_path_in_a_sound_model() {
    let model = std::fs::read_to_string(demo("febrl3.model.json")).unwrap();
    let folder = folder_of(&[("people.csv", "unique_id,suburb\n1,york\n"), ("model.json", &model)]);
    let said = refused(folder.path(), &["dedupe", "people.csv", "--model", "model.json", "-o", "out"]);
    let expected = "model.json: comparisons[0].comparison_levels[0].sql_condition: the column `given_name` is not in the input";
    assert!(said.contains(expected), "{said}");
}

#[test]
fn training_rules_that_leave_nothing_to_estimate_are_told_before_the_run() {
    let job = "inputs = [\"people.csv\"]\noutput = \"out\"\nblocking_rules = [\"l.surname = r.surname\"]\n\
               [[comparisons]]\ntype = \"exact_match\"\ncolumn = \"surname\"\n\
               [[training]]\nmethod = \"estimate_parameters_using_expectation_maximisation\"\nblocking_rule = \"l.surname = r.surname\"\n\
               [[training]]\nmethod = \"estimate_parameters_using_expectation_maximisation\"\n\
               blocking_rule = { columns = [\"number\"], arrays_to_explode = [\"number\"] }\n";
    let folder = folder_of(&[("people.csv", PEOPLE), ("job.toml", job)]);
    tells(
        &refused(folder.path(), &["run", "job.toml"]),
        &["job.toml:9: training[0].blocking_rule", "job.toml:12: training[1].blocking_rule"],
    );
}

#[test]
fn one_table_that_is_to_be_linked_is_told_with_the_rest() {
    let job = "inputs = [\"people.csv\"]\noutput = \"out\"\nlink_type = \"link_only\"\nignore = [\"nobody\"]\n\
               blocking_rules = [\"l.surname = r.surname\"]\n[[comparisons]]\ntype = \"exact_match\"\ncolumn = \"surname\"\n";
    let folder = folder_of(&[("people.csv", PEOPLE), ("job.toml", job)]);
    tells(&refused(folder.path(), &["run", "job.toml"]), &["KN-LINK-107", "the ignored column `nobody`"]);
    let two = job.replace("[\"people.csv\"]", "[\"people.csv\", \"numberless.csv\"]").replace("ignore = [\"nobody\"]\n", "")
        + "[[steps]]\nstep = \"single_best_links\"\nduplicate_free_datasets = [\"peple\"]\n";
    std::fs::write(folder.path().join("job.toml"), two).unwrap();
    std::fs::write(folder.path().join("numberless.csv"), "surname\nreed\n").unwrap();
    tells(
        &refused(folder.path(), &["run", "job.toml"]),
        &["the id column `unique_id` is not in `numberless.csv`", "job.toml:10: steps[0].duplicate_free_datasets: "],
    );
}

#[test]
fn a_file_with_another_delimiter_is_told_so() {
    let model = std::fs::read_to_string(demo("febrl3.model.json")).unwrap();
    for (delimiter, words) in [(";", "parted by `;`"), ("\t", "parted by tabs"), ("|", "parted by `|`")] {
        let people = "unique_id,given_name,surname\n1,zebulonquartz,b\n".replace(',', delimiter);
        let folder = folder_of(&[("people.csv", &people), ("model.json", &model)]);
        let said = refused(folder.path(), &["dedupe", "people.csv", "--model", "model.json", "-o", "out"]);
        assert_eq!(said.matches(words).count(), 1, "{said}");
    }
}

#[test]
fn ids_that_repeat_are_told_what_helps() {
    let job = "inputs = [\"people.csv\"]\noutput = \"out\"\nblocking_rules = [\"l.surname = r.surname\"]\n\
               [[comparisons]]\ntype = \"exact_match\"\ncolumn = \"surname\"\n";
    let folder = folder_of(&[("people.csv", &PEOPLE.replace("\n2,", "\n1,")), ("job.toml", job)]);
    let said = refused(folder.path(), &["run", "job.toml"]);
    assert!(said.contains("name another column with --unique-id") && !said.contains("leave --unique-id out"), "{said}");
}

#[test]
fn numbers_that_json_has_no_word_for_are_told_and_null() {
    let job = "inputs = [\"people.csv\"]\noutput = \"out\"\nfile_format = \"jsonl\"\nblocking_rules = [\"l.surname = r.surname\"]\n\
               retain_matching_columns = false\n[types]\nsize = \"double\"\n\
               [[comparisons]]\ntype = \"exact_match\"\ncolumn = \"surname\"\n";
    let people = "unique_id,surname,size\n1,reed,NaN\n2,reed,inf\n3,reed,1.5\n4,reed,\n";
    let folder = folder_of(&[("people.csv", people), ("job.toml", job)]);
    let said = stderr(&done(folder.path(), &["run", "job.toml"]));
    assert_eq!(said.matches("KN-W-TABLE-004").count(), 1, "{said}");
    assert!(said.contains("in the column `size` of clusters.jsonl, 2 numbers are NaN or infinite"), "{said}");
    let clusters = read(folder.path(), "out/clusters.jsonl");
    assert_eq!(clusters.matches("\"size\":null").count(), 3, "{clusters}");
    assert!(read(folder.path(), "out/run.json").contains("KN-W-TABLE-004"));
    done(folder.path(), &["run", "job.toml", "-o", "csv", "--file-format", "csv"]);
    assert!(read(folder.path(), "csv/clusters.csv").contains("NaN"));
}

#[test]
fn settings_given_as_a_model_are_told_by_the_names_of_what_was_never_trained() {
    let folder = small_folder();
    let arguments = ["dedupe", "people.csv", "--model", "febrl3.settings.json", "-o", "out", "--no-progress"];
    let said = stderr(&done(folder.path(), &arguments));
    assert_eq!(said.matches("KN-W-JOB-007").count(), 1, "{said}");
    assert!(said.contains("`febrl3.settings.json` was never trained: the m and u of `given_name`, `surname`"), "{said}");
    assert!(said.contains("--settings") && !said.contains("KN-W-LINK-041"), "{said}");
}
