//! Training on the records themselves against Splink: lambda, u from all pairs, both sessions of expectation maximisation; and what
//! must hold of samples and labels.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, StringArray};
use kintsu_core::{Explain, RunContext};
use kintsu_link::compare::Comparators;
use kintsu_link::library::{RuleBuilder, block_on};
use kintsu_link::model::{BlockingRule, Dialect, JsonOptions, LinkType, Model, Parity};
use kintsu_link::records::{Records, RecordsOptions};
use kintsu_link::score::TermFrequencyTables;
use kintsu_link::train::{EmSettings, Trainer, TrainingData, em_rules, warn_about_dominant_rule};
use kintsu_table::{Column, Table};

use crate::em_golden::{assert_model, model};
use crate::vectors::{models, read, shared};

const COLUMNS: [&str; 6] = ["first_name", "surname", "dob", "city", "email", "cluster"];

/// The rows of fake_1000 as text; none where the field is empty.
fn rows() -> Vec<Vec<Option<String>>> {
    let Some(shared) = shared() else { return Vec::new() };
    let text = read(&shared.join("fake_1000/input.csv"));
    let field = |field: &str| (!field.is_empty()).then(|| field.to_owned());
    text.lines().skip(1).map(|line| line.split(',').map(field).collect()).collect()
}

fn records(rows: &[Vec<Option<String>>], link_type: LinkType) -> Records {
    let ids: Vec<i64> = rows.iter().map(|row| row[0].as_ref().unwrap().parse().unwrap()).collect();
    let mut columns = vec![Column::encode("unique_id", &(Arc::new(Int64Array::from(ids.clone())) as ArrayRef)).unwrap()];
    for (place, name) in COLUMNS.iter().enumerate() {
        let values: StringArray = rows.iter().map(|row| row[place + 1].clone()).collect();
        columns.push(Column::encode(name, &(Arc::new(values) as ArrayRef)).unwrap());
    }
    let sources: StringArray = ids.iter().map(|id| Some(if id % 2 == 0 { "even" } else { "odd" })).collect();
    if link_type != LinkType::DedupeOnly {
        columns.push(Column::encode("source_dataset", &(Arc::new(sources) as ArrayRef)).unwrap());
    }
    let options = RecordsOptions {
        link_type,
        sources: vec!["even".to_owned(), "odd".to_owned()],
        ..RecordsOptions::deduplicate("unique_id")
    };
    Records::new(Table::new(columns).unwrap(), &options).unwrap()
}

/// Runs `test` with the records and everything that training needs.
fn with_data(model: &Model, records: &Records, test: impl FnOnce(TrainingData<'_>, &RunContext)) {
    let ctx = RunContext::default();
    let comparators = Comparators::compile(model, records, &ctx).unwrap();
    let frequencies = TermFrequencyTables::new(model, records, Vec::new()).unwrap();
    test(TrainingData { records, comparators: &comparators, frequencies: &frequencies }, &ctx);
}

fn deterministic_rules() -> Vec<BlockingRule> {
    let rules = [
        block_on(["first_name", "dob"]),
        RuleBuilder::custom("l.surname = r.surname and levenshtein(l.dob, r.dob) <= 1"),
        block_on(["email"]),
    ];
    rules.iter().map(|rule| rule.build(Dialect::DuckDb).unwrap()).collect()
}

fn block(columns: &[&str]) -> BlockingRule {
    block_on(columns.iter().copied()).build(Dialect::DuckDb).unwrap()
}

#[test]
fn every_stage_of_every_model() {
    for (version, name, folder) in models() {
        let untrained = model(&folder.join("settings_untrained.json"));
        let records = records(&rows(), untrained.link_type);
        with_data(&untrained, &records, |data, ctx| {
            let what = format!("{version} {name}");
            let mut trainer = Trainer::new(untrained.clone());
            trainer.estimate_probability_two_random_records_match(data, &deterministic_rules(), 0.7, ctx).unwrap();
            trainer.estimate_u_using_random_sampling(data, 1e7, None, ctx).unwrap();
            assert_model(trainer.model(), &model(&folder.join("model_after_lambda_u.json")), &format!("{what} lambda and u"));
            for (rule, after) in [(["first_name", "surname"].as_slice(), "model_after_em1.json"), (&["dob"], "model.json")] {
                let settings = EmSettings::default();
                trainer.estimate_parameters_using_expectation_maximisation(data, &block(rule), settings, ctx).unwrap();
                if folder.join(after).exists() {
                    assert_model(trainer.model(), &model(&folder.join(after)), &format!("{what} {after}"));
                }
            }
            trainer.warn_about_model(ctx);
        });
    }
}

#[test]
fn u_from_all_pairs_is_exact() {
    for (version, name, folder) in models() {
        let untrained = model(&folder.join("settings_untrained.json"));
        let golden = model(&folder.join("model_after_lambda_u.json"));
        let records = records(&rows(), untrained.link_type);
        with_data(&untrained, &records, |data, ctx| {
            let mut trainer = Trainer::new(untrained.clone());
            trainer.estimate_u_using_random_sampling(data, 1e7, None, ctx).unwrap();
            for (ours, theirs) in trainer.model().comparisons.iter().zip(&golden.comparisons) {
                for (mine, level) in ours.levels.iter().zip(&theirs.levels) {
                    assert_eq!(mine.u_probability, level.u_probability, "{version} {name} {}", ours.output_column_name);
                }
            }
        });
    }
}

/// u of every level after sampling so many pairs, missing levels as 0.
fn sampled_u(model: &Model, records: &Records, max_pairs: f64, seed: u64) -> Vec<f64> {
    let mut found = Vec::new();
    with_data(model, records, |data, ctx| {
        let mut trainer = Trainer::new(model.clone());
        trainer.estimate_u_using_random_sampling(data, max_pairs, Some(seed), ctx).unwrap();
        let levels = trainer.model().comparisons.iter().flat_map(|comparison| comparison.levels.clone());
        found = levels.filter(|level| !level.is_null_level).map(|level| level.u_probability.unwrap_or(0.0)).collect();
    });
    found
}

fn settings(version: &str, name: &str) -> Option<Model> {
    let folder = models().into_iter().find(|(found, model, _)| *found == version && *model == name)?.2;
    Some(model(&folder.join("settings_untrained.json")))
}

#[test]
fn samples_are_unbiased() {
    for name in ["basic", "link_only"] {
        let Some(model) = settings("splink5", name) else { return };
        let records = records(&rows(), model.link_type);
        let full = sampled_u(&model, &records, 1e9, 1);
        let samples: Vec<Vec<f64>> = (0..40).map(|seed| sampled_u(&model, &records, 20_000.0, seed)).collect();
        for (level, expected) in full.iter().enumerate() {
            let values: Vec<f64> = samples.iter().map(|sample| sample[level]).collect();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64;
            let error = (variance / values.len() as f64).sqrt();
            assert!((mean - expected).abs() <= 5.0 * error + 1e-12, "{name} level {level}: {mean} +- {error}, not {expected}");
        }
    }
}

#[test]
fn samples_do_not_depend_on_the_order_of_rows() {
    let Some(model) = settings("splink5", "basic") else { return };
    let mut shuffled = rows();
    let in_order = sampled_u(&model, &records(&shuffled, model.link_type), 5_000.0, 7);
    shuffled.reverse();
    shuffled.rotate_left(313);
    assert_eq!(in_order, sampled_u(&model, &records(&shuffled, model.link_type), 5_000.0, 7));
    assert_ne!(in_order, sampled_u(&model, &records(&shuffled, model.link_type), 5_000.0, 8));
}

#[test]
fn the_exact_level_needs_no_sample() {
    for name in ["tf_variants", "link_only"] {
        let Some(mut model) = settings("splink5", name) else { return };
        let records = records(&rows(), model.link_type);
        let full = sampled_u(&model, &records, 1e9, 1);
        model.parity = Parity::Characters;
        let sampled = sampled_u(&model, &records, 5_000.0, 1);
        let mut at = 0;
        for comparison in &model.comparisons {
            let levels = comparison.scored_levels();
            let top_is_plain = comparison.levels[0].sql_condition.matches("IS NULL").count() == 2
                && !comparison.levels[0].sql_condition.contains("try_");
            if top_is_plain {
                assert!((full[at] - sampled[at]).abs() < 1e-15, "{name} {}", comparison.output_column_name);
            }
            let sum: f64 = sampled[at..at + levels].iter().sum();
            assert!((sum - 1.0).abs() < 1e-9, "{name} {}: u sums to {sum}", comparison.output_column_name);
            at += levels;
        }
    }
}

#[test]
fn m_from_labels_is_counted() {
    let Some(model) = settings("splink5", "tf_variants") else { return };
    let rows = rows();
    let records = records(&rows, model.link_type);
    // By hand: among pairs of one person, how many agree on the city.
    let (mut equal, mut known, mut pairs) = (0_u64, 0_u64, Vec::new());
    for right in 0..rows.len() {
        for left in 0..right {
            if rows[left][6] == rows[right][6] {
                pairs.push((right as u32, left as u32));
                if let (Some(a), Some(b)) = (&rows[left][4], &rows[right][4]) {
                    known += 1;
                    equal += u64::from(a == b);
                }
            }
        }
    }
    let expected = equal as f64 / known as f64;
    with_data(&model, &records, |data, ctx| {
        let city_m = |trainer: &Trainer| {
            let city = trainer.model().comparisons.iter().find(|comparison| comparison.output_column_name == "city").unwrap();
            city.level_with_gamma(1).unwrap().m_probability.unwrap()
        };
        let mut by_column = Trainer::new(model.clone());
        by_column.estimate_m_from_label_column(data, "cluster", ctx).unwrap();
        assert_eq!(city_m(&by_column), expected);
        let mut by_pairs = Trainer::new(model.clone());
        by_pairs.estimate_m_from_pairwise_labels(data, &pairs, ctx).unwrap();
        assert_eq!(by_pairs.model(), by_column.model());
        assert_eq!(by_pairs.estimate_m_from_pairwise_labels(data, &[], ctx).unwrap_err().code(), "KN-LINK-403");
        assert!(by_column.estimate_m_from_label_column(data, "person", ctx).is_err());
    });
}

#[test]
fn a_sampled_session_is_near_the_whole_one() {
    let Some((_, _, folder)) = models().into_iter().find(|(_, name, _)| *name == "thresholds") else { return };
    let start = model(&folder.join("model_after_lambda_u.json"));
    let records = records(&rows(), start.link_type);
    with_data(&start, &records, |data, ctx| {
        let session = |max_pairs| {
            let settings = EmSettings { max_pairs, ..EmSettings::default() };
            let mut trainer = Trainer::new(start.clone());
            let session = trainer.estimate_parameters_using_expectation_maximisation(data, &block(&["dob"]), settings, ctx);
            (session.unwrap().pairs, trainer.into_model())
        };
        let (all, whole) = session(None);
        assert!(session(Some(1e9)) == (all, whole), "more pairs than there are: all of them");
        let (some, _) = session(Some(all as f64 / 2.0));
        assert!(some > all / 4 && some < all * 3 / 4, "{some} of {all}");
    });
}

#[test]
fn mistakes_are_named() {
    let Some(model) = settings("splink5", "basic") else { return };
    let records = records(&rows(), model.link_type);
    with_data(&model, &records, |data, ctx| {
        let mut trainer = Trainer::new(model.clone());
        let too_many = trainer.estimate_probability_two_random_records_match(data, &[block(&["city"])], 0.01, ctx);
        assert_eq!(too_many.unwrap_err().code(), "KN-LINK-404");
        let all = block(&["first_name", "surname", "dob", "city", "email"]);
        let settings = EmSettings::default();
        let nothing = trainer.estimate_parameters_using_expectation_maximisation(data, &all, settings, ctx);
        assert_eq!(nothing.unwrap_err().code(), "KN-LINK-402");
        assert_eq!(trainer.estimate_u_using_random_sampling(data, 0.0, None, ctx).unwrap_err().code(), "KN-LINK-407");
    });
}

#[test]
fn what_was_never_trained_is_said() {
    let Some(model) = settings("splink5", "basic") else { return };
    let records = records(&rows(), model.link_type);
    with_data(&model, &records, |data, ctx| {
        let mut trainer = Trainer::new(model.clone());
        trainer.estimate_u_using_random_sampling(data, 1e7, None, ctx).unwrap();
        let settings = EmSettings::default();
        trainer
            .estimate_parameters_using_expectation_maximisation(data, &block(&["first_name", "surname"]), settings, ctx)
            .unwrap();
        trainer.warn_about_model(ctx);
        let codes: Vec<(String, bool)> =
            ctx.warnings().into_iter().map(|warning| (warning.code, warning.message.contains("first_name"))).collect();
        assert!(codes.contains(&("KN-W-LINK-041".to_owned(), true)), "{codes:?}");
        assert!(codes.contains(&("KN-W-LINK-042".to_owned(), false)), "{codes:?}");
        let notes = trainer.kintsu_model(ctx);
        assert_eq!(notes.warnings.len(), ctx.warnings().len());
        assert!(notes.estimates.iter().any(|note| note.value.is_none()), "what was not seen is kept as such");
        let read = kintsu_link::model::KintsuModel::from_json(&notes.to_json()).unwrap();
        assert_eq!(read, notes);
    });
}

#[test]
fn freed_u_and_populated_lambda() {
    let Some((_, _, folder)) = models().into_iter().find(|(_, name, _)| *name == "thresholds") else { return };
    let start = model(&folder.join("model_after_lambda_u.json"));
    let records = records(&rows(), start.link_type);
    with_data(&start, &records, |data, ctx| {
        let settings = EmSettings {
            fix_u_probabilities: false,
            populate_probability_two_random_records_match_from_trained_values: true,
            ..EmSettings::default()
        };
        let mut trainer = Trainer::new(start.clone());
        trainer.estimate_parameters_using_expectation_maximisation(data, &block(&["dob"]), settings, ctx).unwrap();
        let lambda = trainer.model().probability_two_random_records_match;
        assert!(lambda > 0.0 && lambda < 0.1 && lambda != start.probability_two_random_records_match, "{lambda}");
        let u = trainer.model().comparisons[0].levels[1].u_probability;
        assert_ne!(u, start.comparisons[0].levels[1].u_probability);
    });
}

#[test]
fn json_options_reach_the_model() {
    let Some((_, _, folder)) = models().into_iter().next() else { return };
    let options = JsonOptions { parity: Some(Parity::Characters), ..JsonOptions::default() };
    assert_eq!(Model::from_json(&read(&folder.join("model.json")), options).unwrap().parity, Parity::Characters);
}

#[test]
fn rules_for_training_are_chosen_until_every_comparison_is_trained() {
    let Some(model) = settings("splink5", "thresholds") else { return };
    let rules = [
        RuleBuilder::custom("levenshtein(l.dob, r.dob) <= 1").build(Dialect::DuckDb).unwrap(),
        block(&["first_name"]),
        block(&["first_name", "city"]),
        block(&["dob"]),
        block(&["email"]),
    ];
    let chosen: Vec<String> = em_rules(&model, &rules).into_iter().map(|rule| rule.blocking_rule).collect();
    assert_eq!(chosen, ["l.\"first_name\" = r.\"first_name\"", "l.\"dob\" = r.\"dob\""]);
}

#[test]
fn limits_and_dominant_rules_are_said() {
    let Some((_, _, folder)) = models().into_iter().find(|(_, name, _)| *name == "thresholds") else { return };
    let mut start = model(&folder.join("model_after_lambda_u.json"));
    start.max_iterations = 2;
    let records = records(&rows(), start.link_type);
    with_data(&start, &records, |data, ctx| {
        let mut trainer = Trainer::new(start.clone());
        let session =
            trainer.estimate_parameters_using_expectation_maximisation(data, &block(&["dob"]), EmSettings::default(), ctx);
        assert!(!session.unwrap().converged);
        warn_about_dominant_rule(&[block(&["city"]), block(&["dob"])], &[9_900_000, 100_000], ctx);
        warn_about_dominant_rule(&[block(&["surname"]), block(&["dob"])], &[500_000, 500_000], ctx);
        let said: Vec<(String, String)> = ctx.warnings().into_iter().map(|warning| (warning.code, warning.message)).collect();
        assert!(said.iter().any(|(code, _)| code == "KN-W-LINK-045"), "{said:?}");
        let dominant: Vec<&str> =
            said.iter().filter(|(code, _)| code == "KN-W-LINK-046").map(|(_, message)| message.as_str()).collect();
        assert_eq!(dominant, ["the blocking rule `l.\"city\" = r.\"city\"` finds 9900000 of 10000000 candidate pairs"]);
    });
}
