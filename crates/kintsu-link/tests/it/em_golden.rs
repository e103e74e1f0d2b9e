//! Expectation maximisation against Splink: every parameter after every iteration, and the models that follow.

use std::collections::BTreeMap;
use std::path::Path;

use kintsu_core::RunContext;
use kintsu_link::model::{BlockingRule, Dialect, JsonOptions, Model};
use kintsu_link::score::{NO_TERM_FREQUENCY, PatternCounts};
use kintsu_link::sql::parse_blocking_rule;
use kintsu_link::train::{EmIteration, EmSettings, Trainer};
use serde_json::Value;

use crate::vectors::{models, read};

pub(crate) fn model(path: &Path) -> Model {
    Model::from_json(&read(path), JsonOptions::default()).unwrap_or_else(|errors| panic!("{:?}", errors.problems()))
}

pub(crate) fn rule(text: &str) -> BlockingRule {
    BlockingRule::new(text.to_owned(), parse_blocking_rule(text, Dialect::DuckDb).unwrap(), Dialect::DuckDb)
}

/// Counts the pairs of a stored session.
fn patterns(model: &Model, csv: &str) -> PatternCounts {
    let mut lines = csv.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let at = |name: &str| header.iter().position(|column| *column == name);
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let frequency = |row: &[&str], name: String| -> Option<f64> { row[at(&name)?].parse().ok() };
    // For each pair and comparison the gamma and the larger term frequency of the level taken.
    let seen = |row: &[&str]| -> Vec<(i8, Option<f64>)> {
        let of = |comparison: &kintsu_link::model::Comparison| {
            let gamma: i8 = row[at(&format!("gamma_{}", comparison.output_column_name)).unwrap()].parse().unwrap();
            let column = comparison.level_with_gamma(i32::from(gamma)).and_then(|level| level.tf_adjustment_column.clone());
            let larger = column.and_then(|column| {
                let left = frequency(row, format!("tf_{column}_l"));
                let right = frequency(row, format!("tf_{column}_r"));
                left.into_iter().chain(right).max_by(f64::total_cmp)
            });
            (gamma, larger)
        };
        model.comparisons.iter().map(of).collect()
    };
    let pairs: Vec<Vec<(i8, Option<f64>)>> = rows.iter().map(|row| seen(row)).collect();
    let width = model.comparisons.len();
    let frequencies: Vec<Vec<f64>> = (0..width)
        .map(|comparison| {
            let mut values: Vec<f64> = pairs.iter().filter_map(|pair| pair[comparison].1).collect();
            values.sort_unstable_by(f64::total_cmp);
            values.dedup();
            values
        })
        .collect();
    let mut counted: BTreeMap<(Vec<i8>, Vec<u32>), u64> = BTreeMap::new();
    for pair in &pairs {
        let gammas = pair.iter().map(|(gamma, _)| *gamma).collect();
        let rank = |(comparison, (_, value)): (usize, &(i8, Option<f64>))| match value {
            Some(value) => frequencies[comparison].binary_search_by(|known| known.total_cmp(value)).unwrap() as u32,
            None => NO_TERM_FREQUENCY,
        };
        *counted.entry((gammas, pair.iter().enumerate().map(rank).collect())).or_insert(0) += 1;
    }
    let mut counts = PatternCounts { comparisons: (0..width).collect(), frequencies, ..PatternCounts::default() };
    for ((gammas, ranks), pairs) in counted {
        counts.gammas.extend(gammas);
        counts.ranks.extend(ranks);
        counts.counts.push(pairs);
    }
    counts
}

fn assert_near(ours: f64, theirs: f64, what: &str) {
    assert!((ours - theirs).abs() < 1e-9, "{what}: {ours} instead of {theirs}");
}

fn assert_iteration(model: &Model, ours: &EmIteration, theirs: &Value, what: &str) {
    assert_near(
        ours.probability_two_random_records_match,
        theirs["probability_two_random_records_match"].as_f64().unwrap(),
        what,
    );
    let expected = theirs["comparisons"].as_object().unwrap();
    assert_eq!(ours.comparisons.len(), expected.len(), "{what}");
    for parameters in &ours.comparisons {
        let name = &model.comparisons[parameters.comparison].output_column_name;
        let levels = expected[name].as_array().unwrap();
        assert_eq!(levels.len(), parameters.m.len(), "{what} {name}");
        for level in levels {
            let gamma = level["gamma"].as_u64().unwrap() as usize;
            let place = format!("{what} {name} gamma {gamma}");
            for (symbol, ours) in [("m", parameters.m[gamma]), ("u", parameters.u[gamma])] {
                // A level that no pair took has no number there and reads 1e-6 here.
                match level[symbol].as_f64() {
                    Some(theirs) => assert_near(ours, theirs, &format!("{place} {symbol}")),
                    None => assert_eq!(ours, 1e-6, "{place} {symbol}: {}", level[symbol]),
                }
            }
        }
    }
}

pub(crate) fn assert_model(ours: &Model, theirs: &Model, what: &str) {
    assert_near(ours.probability_two_random_records_match, theirs.probability_two_random_records_match, what);
    for (ours, theirs) in ours.comparisons.iter().zip(&theirs.comparisons) {
        for (mine, level) in ours.levels.iter().zip(&theirs.levels) {
            let place = format!("{what} {} gamma {}", ours.output_column_name, level.gamma);
            for (symbol, mine, level) in
                [("m", mine.m_probability, level.m_probability), ("u", mine.u_probability, level.u_probability)]
            {
                assert_eq!(mine.is_some(), level.is_some(), "{place} {symbol}");
                assert_near(mine.unwrap_or(0.0), level.unwrap_or(0.0), &format!("{place} {symbol}"));
            }
        }
    }
}

#[test]
fn every_iteration_and_the_models_after_it() {
    let mut sessions = 0;
    for (version, name, folder) in models() {
        let ctx = RunContext::default();
        let mut trainer = Trainer::new(model(&folder.join("model_after_lambda_u.json")));
        for (number, after) in [(1, "model_after_em1.json"), (2, "model.json")] {
            let golden: Value = serde_json::from_str(&read(&folder.join(format!("em_{number}.json")))).unwrap();
            let what = format!("{version} {name} session {number}");
            let plan = trainer.plan_em(&rule(golden["blocking_rule"].as_str().unwrap()), EmSettings::default()).unwrap();
            let off: Vec<&str> =
                golden["comparisons_not_estimated"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            for (position, comparison) in trainer.model().comparisons.iter().enumerate() {
                assert_eq!(
                    plan.comparisons.contains(&position),
                    !off.contains(&comparison.output_column_name.as_str()),
                    "{what}"
                );
            }
            if number == 1 || folder.join("em_1_pairs.csv").exists() {
                assert_near(
                    plan.starting_probability,
                    golden["starting_lambda_after_blocking_adjustment"].as_f64().unwrap(),
                    &what,
                );
            }
            let pairs = folder.join(format!("em_{number}_pairs.csv"));
            if !pairs.exists() {
                break;
            }
            let counts = patterns(trainer.model(), &read(&pairs));
            let session = trainer.run_em(plan, &counts, &ctx).unwrap().clone();
            let history = golden["history"].as_array().unwrap();
            assert_eq!(session.history.len(), history.len(), "{what}: iterations");
            for (ours, theirs) in session.history.iter().zip(history) {
                assert_iteration(trainer.model(), ours, theirs, &what);
            }
            assert!(session.converged);
            assert_model(trainer.model(), &model(&folder.join(after)), &what);
            sessions += 1;
        }
    }
    assert!(sessions == 16 || crate::vectors::shared().is_none(), "{sessions} sessions");
}

#[test]
fn a_level_that_no_pair_took_keeps_its_starting_value() {
    let Some((_, _, folder)) = models().into_iter().next() else { return };
    let trained = model(&folder.join("model.json"));
    let dob = trained.comparisons.iter().find(|comparison| comparison.output_column_name == "dob").unwrap();
    assert!(dob.levels.iter().filter(|level| !level.is_null_level).any(|level| level.m_probability.is_none()));
}
