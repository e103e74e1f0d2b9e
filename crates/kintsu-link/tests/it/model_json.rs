//! Models from Splink read, written and read again; what is wrong with a model is said all at once.

use kintsu_core::Explain;
use kintsu_link::model::{JsonOptions, KintsuModel, Model, ModelProblem, Parity, SplinkVersion};

use crate::vectors::{models, read};

const FILES: [&str; 4] = ["settings_untrained.json", "model_after_lambda_u.json", "model_after_em1.json", "model.json"];

fn model(text: &str) -> Model {
    Model::from_json(text, JsonOptions::default()).unwrap_or_else(|errors| panic!("{:?}", errors.problems()))
}

#[test]
fn every_model_is_read_written_and_read_again_unchanged() {
    for (version, name, folder) in models() {
        for file in FILES.iter().map(|file| folder.join(file)).filter(|file| file.exists()) {
            let text = read(&file);
            let first = model(&text);
            let written = first.to_json();
            let mut again = model(&written);
            KintsuModel::from_json(&KintsuModel::of(&first).to_json()).unwrap().apply(&mut again);
            assert_eq!(first, again, "{}", file.display());
            let expected_version = if version == "splink4" { SplinkVersion::V4 } else { SplinkVersion::V5 };
            assert_eq!(first.splink_version, expected_version, "{version} {name}");
            let without_prefix: String =
                text.lines().filter(|line| !line.contains("match_weight_column_prefix")).collect::<Vec<_>>().join("\n");
            assert_eq!(written, without_prefix, "{}", file.display());
        }
    }
}

#[test]
fn parity_follows_the_splink_that_wrote_the_model() {
    let text = |extra: &str| format!(r#"{{"link_type": "dedupe_only", "comparisons": []{extra}}}"#);
    for (extra, parity) in [
        ("", Parity::DuckDb2_0),
        (r#", "bayes_factor_column_prefix": "bf_""#, Parity::DuckDb1_5),
        (r#", "match_weight_column_prefix": "mw_""#, Parity::DuckDb2_0),
        (r#", "sql_dialect": "spark""#, Parity::SparkJar),
    ] {
        assert_eq!(model(&text(extra)).parity, parity, "{extra}");
        let options = JsonOptions { parity: Some(Parity::Characters), ..JsonOptions::default() };
        assert_eq!(Model::from_json(&text(extra), options).unwrap().parity, Parity::Characters);
    }
}

#[test]
fn levels_are_numbered_and_names_default() {
    let text = r#"{"link_type": "link_only", "comparisons": [
        {"comparison_levels": [
            {"sql_condition": "first_name_l IS NULL OR first_name_r IS NULL", "is_null_level": true},
            {"sql_condition": "first_name_l = first_name_r AND surname_l = surname_r"},
            {"sql_condition": "first_name_l = first_name_r", "m_probability": 0.25},
            {"sql_condition": "else"}]},
        {"comparison_levels": [{"sql_condition": "dob_l = dob_r"}, {"sql_condition": "ELSE"}]}],
        "blocking_rules_to_generate_predictions": ["l.dob = r.dob", {"blocking_rule": "l.surname = r.surname", "salting_partitions": 4}]}"#;
    let model = model(text);
    let names: Vec<&str> = model.comparisons.iter().map(|comparison| comparison.output_column_name.as_str()).collect();
    assert_eq!(names, ["custom_first_name_surname", "dob"]);
    let gammas: Vec<i32> = model.comparisons[0].levels.iter().map(|level| level.gamma).collect();
    assert_eq!(gammas, [-1, 2, 1, 0]);
    assert_eq!(model.splink_version, SplinkVersion::V4, "salting belongs to 4");
    assert_eq!(model.blocking_rules[1].salting_partitions, Some(4));
    assert!(!model.to_json().contains("salting"));
    let first = &model.comparisons[0];
    assert_eq!(first.effective_m(&first.levels[2]), 0.25);
    assert_eq!(first.effective_m(&first.levels[1]), 0.95);
}

#[test]
fn all_problems_come_at_once_with_their_places() {
    let text = r#"{
    "link_type": "dedupe",
    "probability_two_random_records_match": 1.5,
    "comparison": [],
    "comparisons": [
        {"comparison_levels": [
            {"sql_condition": "a_l = a_r", "m_probabilty": 0.5},
            {"sql_condition": "ELSE", "m_probability": 1e-301, "fix_m_probability": "yes"}],
         "output_name": "x"}
    ]
}"#;
    let errors = Model::from_json(text, JsonOptions::default()).unwrap_err();
    let seen: Vec<(&str, &str, Option<usize>)> =
        errors.problems().iter().map(|problem| (problem.code(), problem.place().path.as_str(), problem.place().line)).collect();
    assert_eq!(
        seen,
        [
            ("KN-LINK-305", "link_type", Some(2)),
            ("KN-LINK-306", "probability_two_random_records_match", Some(3)),
            ("KN-LINK-302", "comparison", Some(4)),
            ("KN-LINK-302", "comparisons[0].comparison_levels[0].m_probabilty", Some(7)),
            ("KN-LINK-306", "comparisons[0].comparison_levels[1].m_probability", Some(8)),
            ("KN-LINK-304", "comparisons[0].comparison_levels[1].fix_m_probability", Some(8)),
            ("KN-LINK-302", "comparisons[0].output_name", Some(9)),
        ]
    );
    let hints: Vec<String> = errors.problems().iter().filter_map(Explain::hint).collect();
    assert!(hints.contains(&"did you mean `comparisons`?".to_owned()), "{hints:?}");
    assert!(hints.contains(&"did you mean `m_probability`?".to_owned()), "{hints:?}");
    assert!(hints.contains(&"did you mean `dedupe_only`?".to_owned()), "{hints:?}");
    assert_eq!(errors.parts().len(), 7);
}

#[test]
fn levels_must_make_a_comparison() {
    let with = |levels: &str| format!(r#"{{"link_type": "dedupe_only", "comparisons": [{{"comparison_levels": [{levels}]}}]}}"#);
    for levels in [
        "",
        r#"{"sql_condition": "a_l = a_r"}, {"sql_condition": "b_l = b_r"}"#,
        r#"{"sql_condition": "ELSE"}, {"sql_condition": "a_l = a_r"}"#,
        r#"{"sql_condition": "ELSE"}"#,
    ] {
        let errors = Model::from_json(&with(levels), JsonOptions::default()).unwrap_err();
        assert!(matches!(errors.problems(), [ModelProblem::Levels { .. }]), "{levels}: {errors}");
    }
    let adjusted = r#"{"sql_condition": "levenshtein(a_l, a_r) <= 1", "tf_adjustment_column": "a"}, {"sql_condition": "ELSE"}"#;
    let errors = Model::from_json(&with(adjusted), JsonOptions::default()).unwrap_err();
    assert!(matches!(errors.problems(), [ModelProblem::NoExactLevel { column, .. }] if column == "a"));
}

#[test]
fn what_is_no_json_is_said_with_its_line() {
    let errors = Model::from_json("{\n \"link_type\": \"dedupe_only\",\n}", JsonOptions::default()).unwrap_err();
    assert_eq!((errors.code(), errors.problems()[0].place().line), ("KN-LINK-301", Some(3)));
    let errors = Model::from_json("[]", JsonOptions::default()).unwrap_err();
    assert_eq!(errors.problems()[0].code(), "KN-LINK-304");
}

const SMALL: &str = r#"{"link_type": "dedupe_only", "comparisons": [{"output_column_name": "a", "comparison_levels": [
    {"sql_condition": "a_l IS NULL OR a_r IS NULL", "is_null_level": true},
    {"sql_condition": "a_l = a_r", "m_probability": 0.9, "u_probability": 0.1, "tf_adjustment_column": "a"},
    {"sql_condition": "ELSE", "fix_m_probability": true}]}], "blocking_rules_to_generate_predictions": ["l.a = r.a"]}"#;

proptest::proptest! {
    #[test]
    fn numbers_survive_to_the_last_bit(m in 1e-300_f64..2.0, u_bits in 0_u64..u64::MAX, lambda in 0.0_f64..=1.0) {
        let mut first = model(SMALL);
        let u = f64::from_bits(u_bits).abs();
        let level = &mut first.comparisons[0].levels[1];
        level.m_probability = Some(m);
        level.u_probability = (u.is_finite() && u >= 1e-300).then_some(u);
        level.tf_minimum_u_value = m / 3.0;
        first.probability_two_random_records_match = lambda;
        let again = model(&first.to_json());
        proptest::prop_assert_eq!(&again.comparisons, &first.comparisons);
        proptest::prop_assert_eq!(again.probability_two_random_records_match.to_bits(), lambda.to_bits());
    }

    #[test]
    fn broken_text_is_an_error_with_a_place(cut in 1_usize..SMALL.len(), flip in 0_usize..SMALL.len(), with in "[\\[\\]{}\",:0a]") {
        proptest::prop_assert!(Model::from_json(&SMALL[..SMALL.len() - cut], JsonOptions::default()).is_err());
        let mut text = SMALL.to_owned();
        text.replace_range(flip..=flip, &with);
        if let Err(errors) = Model::from_json(&text, JsonOptions::default()) {
            proptest::prop_assert!(!errors.problems().is_empty());
            proptest::prop_assert!(errors.problems().iter().all(|problem| problem.place().line.is_some()), "{:?}", errors.problems());
        }
    }
}

#[test]
fn the_file_beside_the_model_is_checked() {
    let mut beside = KintsuModel::of(&model(SMALL));
    beside.parity = Parity::Characters;
    let mut read = model(SMALL);
    KintsuModel::from_json(&beside.to_json()).unwrap().apply(&mut read);
    assert_eq!(read.parity, Parity::Characters);
    let later = beside.to_json().replace("\"format\": 1", "\"format\": 2");
    assert_eq!(KintsuModel::from_json(&later).unwrap_err().code(), "KN-LINK-321");
    assert_eq!(KintsuModel::from_json("{}").unwrap_err().code(), "KN-LINK-320");
    assert!(beside.to_json().contains("\"parity\": \"characters\""));
}

#[test]
fn a_weight_of_zero_is_no_adjustment_for_splink_either() {
    let mut first = model(SMALL);
    first.comparisons[0].levels[1].tf_adjustment_weight = 0.0;
    assert!(!first.comparisons[0].levels[1].has_term_frequency_adjustment());
    let written = first.to_json();
    assert!(!written.contains("tf_adjustment"), "Splink reads a weight of 0 as 1, so the column is left out: {written}");
}
