//! What headers, types and arguments tell is told in one run, before any record is read.

use crate::all_at_once::{PEOPLE, errors, refused, tells};
use crate::command::{folder_of, run, stderr};

const UNCOMPUTABLE: &str = r#"inputs = ["people.csv"]
output = "out"
blocking_rules = [
  "l.surname",
  "l.surname = r.surname and l.born",
  { columns = ["number"], arrays_to_explode = ["number"] },
  "l.surname || r.surname",
  "l.absent",
  "l.number = r.number",
]
[types]
number = "integer"
[[comparisons]]
type = "custom"
output_column_name = "surname"
comparison_levels = [
  { sql_condition = "surname_l is null or surname_r is null", is_null_level = true },
  { sql_condition = "surname_l" },
  { sql_condition = "surname_l = surname_r and born_l" },
  { sql_condition = "array_length(list_intersect(born_l, born_r)) > 0" },
  { sql_condition = "number_l" },
  { sql_condition = "ELSE" },
]
[[comparisons]]
type = "array_intersect_at_sizes"
column = "born"
[[training]]
method = "estimate_probability_two_random_records_match"
deterministic_matching_rules = ["l.surname = r.surname", "l.born"]
recall = 0.5
[[training]]
method = "estimate_parameters_using_expectation_maximisation"
blocking_rule = "r.surname"
[[steps]]
step = "count_comparisons"
blocking_rules = ["l.surname", "l.number"]
[[steps]]
step = "profile_columns"
column_expressions = ["list_intersect(surname, born)", "upper(surname)"]
[[steps]]
step = "largest_blocks"
blocking_rule = "l.born"
"#;

#[test]
fn what_cannot_be_computed_on_the_types_of_the_columns_is_told_with_its_line_by_run_and_plan() {
    let folder = folder_of(&[("people.csv", PEOPLE), ("job.toml", UNCOMPUTABLE)]);
    for command in ["run", "plan"] {
        let said = refused(folder.path(), &[command, "job.toml"]);
        tells(
            &said,
            &[
                "KN-LINK-108]: job.toml:4: blocking_rules[0]: `l.surname` cannot be computed: it is no condition",
                "job.toml:5: blocking_rules[1]: `l.surname = r.surname and l.born` cannot be computed: it is no condition",
                "KN-LINK-109]: job.toml:6: blocking_rules[2]: the blocking rule cannot explode `number`: it is no list",
                "job.toml:7: blocking_rules[3]: `l.surname || r.surname` cannot be computed: it is no condition",
                "job.toml:8: blocking_rules[4]: the column `absent`",
                "job.toml:18: comparisons[0].comparison_levels[1].sql_condition: `surname_l` cannot be computed: it is no condition",
                "job.toml:19: comparisons[0].comparison_levels[2].sql_condition: `surname_l = surname_r and born_l` cannot be computed",
                "job.toml:20: comparisons[0].comparison_levels[3].sql_condition: `array_length(list_intersect(born_l, born_r)) > 0` cannot be computed: an operator",
                "job.toml:24: comparisons[1]: `",
                "job.toml:29: training[0].deterministic_matching_rules[1]: `l.born` cannot be computed: it is no condition",
                "job.toml:33: training[1].blocking_rule: `r.surname` cannot be computed: it is no condition",
                "job.toml:36: steps[0].blocking_rules[0]: `l.surname` cannot be computed: it is no condition",
                "job.toml:39: steps[1].column_expressions[0]: `list_intersect(surname, born)` cannot be computed: an operator",
                "job.toml:42: steps[2].blocking_rule: `l.born` cannot be computed: it is no condition",
            ],
        );
        assert!(said.contains("unless `[types]` names another type"), "{said}");
    }
}

#[test]
fn conditions_of_a_model_file_are_told_with_their_paths() {
    let level = |condition: &str| serde_json::json!({ "sql_condition": condition, "m_probability": 0.5, "u_probability": 0.5 });
    let model = serde_json::json!({
        "link_type": "dedupe_only",
        "sql_dialect": "duckdb",
        "unique_id_column_name": "unique_id",
        "probability_two_random_records_match": 0.1,
        "comparisons": [{
            "output_column_name": "surname",
            "comparison_levels": [level("born_l"), level("surname_l = surname_r"), level("ELSE")],
        }],
        "blocking_rules_to_generate_predictions": ["l.foo = r.foo", "l.surname"],
    });
    let folder = folder_of(&[("people.csv", PEOPLE), ("model.json", &model.to_string())]);
    tells(
        &refused(folder.path(), &["dedupe", "people.csv", "--model", "model.json", "-o", "out"]),
        &[
            "model.json: comparisons[0].comparison_levels[0].sql_condition: `born_l` cannot be computed",
            "model.json: blocking_rules_to_generate_predictions[0]: the column `foo`",
            "model.json: blocking_rules_to_generate_predictions[1]: `l.surname` cannot be computed",
        ],
    );
}

#[test]
fn types_that_only_rows_tell_are_not_judged_by_the_header() {
    let line = |id: u8, age: &str| format!("{{\"unique_id\":{id},\"age\":{age}}}\n");
    let people = [line(1, "null"), line(2, "null"), line(3, "7"), line(4, "7")].concat();
    let job = "inputs = [\"people.jsonl\"]\noutput = \"out\"\nblocking_rules = [\"l.age - r.age < 1\", \"l.age\"]\n\
               [[comparisons]]\ntype = \"exact_match\"\ncolumn = \"age\"\n[[steps]]\nstep = \"predict\"\n";
    let folder = folder_of(&[("people.jsonl", &people), ("job.toml", job)]);
    let done = run(folder.path(), &["run", "job.toml"]);
    assert!(done.status.success(), "{}", stderr(&done));
}

#[test]
fn comparisons_of_one_name_and_probabilities_that_are_none_are_told_by_run_and_plan() {
    let job = "inputs = [\"people.csv\"]\noutput = \"out\"\nignore = [\"nobody\"]\nblocking_rules = [\"l.surname = r.surname\"]\n\
               [[comparisons]]\ntype = \"exact_match\"\ncolumn = \"surname\"\n\
               [[comparisons]]\ntype = \"levenshtein_at_thresholds\"\ncolumn = \"surname\"\n\
               [[comparisons]]\ntype = \"exact_match\"\ncolumn = \"born\"\n\
               configure = { m_probabilities = [1.9, 0.1], u_probabilities = [0.0, -0.1] }\n";
    let folder = folder_of(&[("people.csv", PEOPLE), ("job.toml", job)]);
    for command in ["run", "plan"] {
        let said = refused(folder.path(), &[command, "job.toml"]);
        tells(
            &said,
            &[
                "the ignored column `nobody`",
                "KN-LINK-309]: job.toml:8: comparisons[1]: the name `surname` belongs to another comparison already",
                "job.toml:14: comparisons[2].configure.m_probabilities[0]: the probability 1.9 is not",
                "job.toml:14: comparisons[2].configure.u_probabilities[0]: the probability 0 is not above 0",
                "job.toml:14: comparisons[2].configure.u_probabilities[1]: the probability -0.1 is not",
            ],
        );
        assert!(said.contains("`type = \"custom\"` and an `output_column_name`"), "{said}");
    }
}

#[test]
fn every_wrong_argument_of_a_comparison_is_told() {
    let job = r#"inputs = ["people.csv"]
output = "out"
blocking_rules = ["l.surname = r.surname"]
[[comparisons]]
type = "levenshtein_at_thresholds"
column = "surname"
thresholds = [1.5, -2, 3]
configure = { m_probabilities = [1.0], u_probabilities = [0.5, 0.5] }
[[comparisons]]
type = "absolute_date_difference_at_thresholds"
column = "born"
input_is_string = true
metrics = ["days", "aeons", "month"]
thresholds = [1, -1]
[[comparisons]]
type = "jaro_at_thresholds"
column = "number"
thresholds = []
[[comparisons]]
type = "forename_surname_comparison"
forename_column = "lower(a"
surname_column = "upper(b"
jaro_winkler_thresholds = [0.9, 7]
"#;
    let folder = folder_of(&[("people.csv", PEOPLE), ("job.toml", job)]);
    let said = refused(folder.path(), &["run", "job.toml"]);
    tells(
        &said,
        &[
            "job.toml:7: comparisons[0].thresholds[0]: the threshold 1.5 is not a whole number",
            "job.toml:7: comparisons[0].thresholds[1]: the threshold -2 is not at least 0",
            "job.toml:8: comparisons[0].configure.m_probabilities: m_probabilities: 1 values for 5 levels",
            "job.toml:8: comparisons[0].configure.u_probabilities: u_probabilities: 2 values for 5 levels",
            "job.toml:13: comparisons[1].metrics[0]: the metric `days`",
            "job.toml:13: comparisons[1].metrics[1]: the metric `aeons`",
            "job.toml:13: comparisons[1].metrics: metrics: 3 values for",
            "job.toml:14: comparisons[1].thresholds[1]: the threshold -1 is not at least 0",
            "job.toml:18: comparisons[2].thresholds: `thresholds` is empty",
            "job.toml:21: comparisons[3].forename_column: `lower(a`",
            "job.toml:22: comparisons[3].surname_column: `upper(b`",
            "job.toml:23: comparisons[3].jaro_winkler_thresholds[1]: the threshold 7 is not",
        ],
    );
    assert!(said.contains("did you mean `day`?"), "{said}");
}

#[test]
fn a_wrong_value_of_a_key_that_must_be_there_hides_nothing_else() {
    let job = r#"inputs = [{ path = 3 }, "people.csv"]
output = "out"
ignore = ["nobody"]
blocking_rules = ["l.town = r.town"]
[[comparisons]]
type = "exact_match"
column = 3
[[comparisons]]
type = "exact_match"
column = "surnam"
[[training]]
method = "estimate_probability_two_random_records_match"
deterministic_matching_rules = ["l.surname = r.surname"]
recall = 1.5
[[training]]
method = "estimate_parameters_using_expectation_maximisation"
blocking_rule = 3
[[training]]
method = "estimate_m_from_label_column"
label_colname = "label"
[[steps]]
step = "score_pairs"
pairs = 3
[[steps]]
step = "single_best_links"
"#;
    let folder = folder_of(&[("people.csv", PEOPLE), ("job.toml", job)]);
    let said = refused(folder.path(), &["run", "job.toml"]);
    tells(
        &said,
        &[
            "job.toml:1: `inputs[0].path` must be text",
            "job.toml:3: the ignored column `nobody`",
            "job.toml:4: blocking_rules[0]: the column `town`",
            "job.toml:7: `comparisons[0].column` must be",
            "job.toml:8: comparisons[1]: the column `surnam`",
            "job.toml:14: `training[0].recall` must be at most 1",
            "job.toml:17: `training[1].blocking_rule` must be",
            "job.toml:20: training[2].label_colname: the column `label`",
            "job.toml:23: `steps[0].pairs` must be text",
            "job.toml:24: steps[1]: best links need several tables",
        ],
    );
}

#[test]
fn settings_that_compare_nothing_are_refused() {
    let folder = folder_of(&[("people.csv", PEOPLE), ("settings.json", "{\"link_type\":\"dedupe_only\"}")]);
    let said =
        refused(folder.path(), &["dedupe", "people.csv", "--settings", "settings.json", "-o", "out", "--ignore", "nobody"]);
    tells(&said, &["KN-JOB-051]: settings.json: the settings compare nothing", "the ignored column `nobody`"]);
    assert_eq!(errors(&said).len(), 2, "{said}");
}
