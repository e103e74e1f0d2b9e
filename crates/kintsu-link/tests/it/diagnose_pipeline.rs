//! Diagnostics over the whole way from a file to scored pairs, against Splink's.

use std::collections::HashMap;
use std::path::Path;

use kintsu_core::{Probability, RunContext};
use kintsu_link::block::Blocker;
use kintsu_link::compare::Comparators;
use kintsu_link::diagnose::{
    LabelledPair, ReadyModel, TRUTH_COLUMNS, TruthOptions, TruthRow, TruthStatus, count_comparisons, largest_blocks_of_rule,
    profile_expression, table_completeness,
};
use kintsu_link::model::{BlockingRule, Dialect, Model, Parity};
use kintsu_link::records::{Records, RecordsOptions};
use kintsu_link::score::{Scorer, TermFrequencyTables, Threshold, predict};
use kintsu_link::sql::parse_column_expression;
use kintsu_table::{Input, ReadOptions, Table};

use crate::diagnose_golden::{Row, close, csv, evaluated, ids, number, trained};
use crate::em_golden::rule;
use crate::vectors::{read, shared};

fn table(folder: &Path) -> Table {
    let options = ReadOptions { integers: vec!["unique_id".to_owned(), "cluster".to_owned()], ..ReadOptions::default() };
    kintsu_table::read(&[Input::new(folder.join("input.csv"))], &options, &RunContext::default()).unwrap()
}

fn records(folder: &Path) -> Records {
    Records::new(table(folder), &RecordsOptions::deduplicate("unique_id")).unwrap()
}

/// Everything that scoring one model needs.
struct Ready {
    records: Records,
    model: Model,
    comparators: Comparators,
    frequencies: TermFrequencyTables,
    scorer: Scorer,
}

impl Ready {
    fn new(folder: &Path) -> Self {
        let records = records(&folder.join("../.."));
        let model = trained(folder);
        let comparators = Comparators::compile(&model, &records, &RunContext::default()).unwrap();
        let frequencies = TermFrequencyTables::new(&model, &records, Vec::new()).unwrap();
        let scorer = Scorer::new(&model, &frequencies).unwrap();
        Self { records, model, comparators, frequencies, scorer }
    }

    fn model(&self) -> ReadyModel<'_> {
        ReadyModel { records: &self.records, model: &self.model, comparators: &self.comparators, scorer: &self.scorer }
    }
}

fn expect_table(found: &[TruthRow], path: &Path, single_precision: &[&str]) {
    let expected = csv(path);
    assert_eq!(found.len(), expected.len(), "{}", path.display());
    for (found, expected) in found.iter().zip(&expected) {
        for (column, value) in TRUTH_COLUMNS.into_iter().zip(found.values()) {
            let (value, expected) = (value.unwrap(), number(expected, column));
            let equal = if single_precision.contains(&column) { value as f32 == expected as f32 } else { close(value, expected) };
            assert!(equal, "{column} at {} is {value}, not {expected}: {}", found.truth_threshold, path.display());
        }
    }
}

fn labels(folder: &Path) -> Vec<LabelledPair> {
    let rows = csv(&folder.join("../../labels.csv"));
    let labelled = rows.iter().map(|row| {
        let (left, right) = ids(row);
        LabelledPair { left, right, clerical_match_score: number(row, "clerical_match_score") }
    });
    labelled.collect()
}

#[test]
fn every_row_of_every_truth_table_is_splinks() {
    let ctx = RunContext::default();
    for folder in evaluated() {
        let ready = Ready::new(&folder);
        let model = ready.model();
        let table = model.truth_from_column("cluster", TruthOptions::default(), &ctx).unwrap();
        expect_table(&table, &folder.join("truth_table_from_column.csv"), &[]);
        let by_itself = TruthOptions { unfound_pairs_below_all: false, ..TruthOptions::default() };
        let table = model.truth_from_column("cluster", by_itself, &ctx).unwrap();
        expect_table(&table, &folder.join("truth_table_from_column_blocking_ignored.csv"), &[]);
        let table = model.truth_from_pairs(&labels(&folder), 0.5, TruthOptions::default(), &ctx).unwrap();
        expect_table(&table, &folder.join("truth_table_from_labels.csv"), &["N_rate"]);
    }
}

#[test]
fn every_prediction_error_is_splinks() {
    let ctx = RunContext::default();
    let both = [TruthStatus::FalsePositive, TruthStatus::FalseNegative];
    for folder in evaluated() {
        let ready = Ready::new(&folder);
        let found = ready.model().errors_from_column("cluster", 0.9, &both, &ctx).unwrap();
        let expected: HashMap<(u32, u32), Row> =
            csv(&folder.join("prediction_errors_0.9.csv")).into_iter().map(|row| (ids(&row), row)).collect();
        assert_eq!(found.edges.len(), expected.len());
        for edge in 0..found.edges.len() {
            let row = &expected[&(found.edges.left[edge], found.edges.right[edge])];
            assert!(close(found.edges.weights[edge], number(row, "match_weight")));
            assert!(close(found.edges.probability(edge), number(row, "match_probability")));
            assert_eq!(found.clerical_match_score[edge], number(row, "clerical_match_score"));
            assert_eq!(found.found_by_blocking_rules[edge], row["found_by_blocking_rules"] == "True");
        }
        let missed = ready.model().errors_from_column("cluster", 0.9, &both[1..], &ctx).unwrap();
        let expected = expected.values().filter(|row| number(row, "clerical_match_score") == 1.0).count();
        assert_eq!((missed.edges.len(), missed.truth_status.len()), (expected, expected));
    }
}

#[test]
fn errors_from_labelled_pairs_are_those_of_their_scores() {
    let ctx = RunContext::default();
    let both = [TruthStatus::FalsePositive, TruthStatus::FalseNegative];
    for folder in evaluated() {
        let ready = Ready::new(&folder);
        let errors = ready.model().errors_from_pairs(&labels(&folder), 0.9, &both, &ctx).unwrap();
        assert!(errors.edges.len() > 100);
        for edge in 0..errors.edges.len() {
            let (probability, label) = (errors.edges.probability(edge), errors.clerical_match_score[edge]);
            let wrong = match errors.truth_status[edge] {
                TruthStatus::FalsePositive => label < 0.9 && probability > 0.9,
                TruthStatus::FalseNegative => label > 0.9 && probability < 0.9,
            };
            assert!(wrong, "{probability} {label}");
        }
    }
}

#[test]
fn unlinkables_of_a_table_are_splinks() {
    for folder in evaluated() {
        let found = serde_json::to_value(Ready::new(&folder).model().unlinkables(&RunContext::default()).unwrap()).unwrap();
        let expected: serde_json::Value = serde_json::from_str(&read(&folder.join("unlinkables.json"))).unwrap();
        let (found, expected) = (found.as_array().unwrap(), expected.as_array().unwrap());
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            for key in ["match_weight", "match_probability", "prop", "cum_prop"] {
                assert!(close(found[key].as_f64().unwrap(), expected[key].as_f64().unwrap()), "{key}");
            }
        }
    }
}

#[test]
fn an_explanation_ends_at_the_score_of_the_pair() {
    let ctx = RunContext::default();
    for folder in evaluated() {
        let ready = Ready::new(&folder);
        let blocker = Blocker::new(&ready.records, &ready.model.blocking_rules, ready.model.parity, &ctx).unwrap();
        let threshold = Threshold::Probability(Probability::new(0.01).unwrap());
        let edges = predict(&blocker, &ready.comparators, &ready.scorer, threshold, &ctx).unwrap();
        for edge in 0..edges.len() {
            let (left, right) = (edges.left[edge], edges.right[edge]);
            let found = ready.model().explain_pair(left, right, &ready.frequencies, false).unwrap();
            assert!(close(found.match_weight, edges.weights[edge]), "{left} {right}");
            assert!(found.steps.iter().all(|step| step.values_left.is_empty()), "values only when asked for");
        }
        let shown = ready.model().explain_pair(0, 1, &ready.frequencies, true).unwrap();
        assert_eq!(shown.steps[0].values_left, vec![Some("Julia ".to_owned())]);
        assert!(ready.model().explain_pair(0, 1000, &ready.frequencies, true).is_err());
    }
}

#[test]
fn counts_of_rules_are_splinks() {
    let Some(shared) = shared() else { return };
    let folder = shared.join("fake_1000");
    let exploratory = folder.join("splink4/exploratory");
    let records = records(&folder);
    let cumulative = csv(&exploratory.join("cumulative_comparisons.csv"));
    let rules: Vec<BlockingRule> = cumulative.iter().map(|row| rule(&row["blocking_rule"])).collect();
    let found = count_comparisons(&records, &rules, Parity::DuckDb1_5, &RunContext::default()).unwrap();
    let single: serde_json::Value = serde_json::from_str(&read(&exploratory.join("count_comparisons.json"))).unwrap();
    for ((found, cumulative), single) in found.iter().zip(&cumulative).zip(single.as_array().unwrap()) {
        let count = |column: &str| cumulative[column].parse::<u64>().unwrap();
        assert_eq!(found.row_count, count("row_count"), "{}", found.blocking_rule);
        assert_eq!(
            (found.cumulative_rows, found.start, found.cartesian),
            (count("cumulative_rows"), count("start"), count("cartesian"))
        );
        assert_eq!(found.pairs_before_filters, single["number_of_comparisons_generated_pre_filter_conditions"].as_u64());
        assert_eq!(Some(found.pairs), single["number_of_comparisons_to_be_scored_post_filter_conditions"].as_u64());
    }
}

#[test]
fn the_largest_blocks_of_a_rule_are_splinks() {
    let Some(shared) = shared() else { return };
    let folder = shared.join("fake_1000");
    let rule = rule("l.city = r.city and l.first_name = r.first_name");
    let found = largest_blocks_of_rule(&records(&folder), &rule, 10, Parity::DuckDb1_5).unwrap();
    let expected = csv(&folder.join("splink5/exploratory/n_largest_blocks.csv"));
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected.iter().rev()) {
        assert_eq!(found.block_count, number(expected, "block_count") as u64);
        // Which of the blocks of 25 are listed is not determined.
        if found.block_count > 25 {
            let same =
                expected_with(&found.keys, found.block_count, &csv(&folder.join("splink5/exploratory/n_largest_blocks.csv")));
            assert!(same, "{:?}", found.keys);
        }
    }
}

fn expected_with(keys: &[String], count: u64, expected: &[Row]) -> bool {
    expected.iter().any(|row| row["key_0"] == keys[0] && row["key_1"] == keys[1] && number(row, "block_count") as u64 == count)
}

#[test]
fn completeness_of_a_table_is_splinks() {
    let Some(shared) = shared() else { return };
    let folder = shared.join("fake_1000");
    let found = table_completeness(&table(&folder), None, "input_data_1", None).unwrap();
    let expected: serde_json::Value = serde_json::from_str(&read(&folder.join("splink5/exploratory/completeness.json"))).unwrap();
    let expected = expected.as_array().unwrap();
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(Some(found.column_name.as_str()), expected["column_name"].as_str());
        assert_eq!(Some(found.source_dataset.as_str()), expected["source_dataset"].as_str());
        assert_eq!(Some(found.total_null_rows), expected["total_null_rows"].as_u64());
        assert_eq!(found.completeness as f32, expected["completeness"].as_f64().unwrap() as f32);
    }
}

#[test]
fn an_expression_is_profiled_as_its_values_are_counted() {
    let Some(shared) = shared() else { return };
    let folder = shared.join("fake_1000");
    let expression = parse_column_expression("substr(dob, 1, 4)", Dialect::DuckDb).unwrap();
    let profile = profile_expression(&records(&folder), "year", &expression, Parity::DuckDb1_5, 3, 3).unwrap();
    let mut counts: HashMap<String, u64> = HashMap::new();
    for row in csv(&folder.join("input.csv")).iter().filter(|row| !row["dob"].is_empty()) {
        *counts.entry(row["dob"].chars().take(4).collect()).or_default() += 1;
    }
    let mut expected: Vec<(u64, String)> = counts.into_iter().map(|(value, count)| (u64::MAX - count, value)).collect();
    expected.sort();
    let top: Vec<(u64, String)> = profile.top.iter().map(|value| (u64::MAX - value.value_count, value.value.clone())).collect();
    assert_eq!(top, expected[..3]);
    assert_eq!(profile.distinct_value_count as usize, expected.len());
    assert_eq!(
        profile.distribution.iter().map(|step| step.sum_tokens_in_value_count_group).sum::<u64>(),
        profile.total_non_null_rows
    );
}
