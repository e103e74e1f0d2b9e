//! Truth tables, prediction errors, unlinkables, waterfalls and block counts against Splink's, from its own predictions.
//!
//! Stored predictions reach down to probability 0.01, so truth tables are compared from weight -6.5 upwards.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use kintsu_link::diagnose::{
    KeyCodes, Labelled, LabelsFrom, PairEvidence, TRUTH_COLUMNS, TruthCounts, TruthOptions, TruthRow, TruthStatus, completeness,
    cumulative_counts, largest_blocks, truth_status, unlinkables, waterfall,
};
use kintsu_link::model::{JsonOptions, Model};

use crate::vectors::{models, read, shared};

pub(crate) type Row = HashMap<String, String>;

/// Above this weight every pair is among the stored predictions.
const WEIGHT_MIN: f64 = -6.5;

pub(crate) fn csv(path: &Path) -> Vec<Row> {
    let text = read(path);
    let mut lines = text.lines().map(fields);
    let names = lines.next().unwrap();
    lines.map(|values| names.iter().cloned().zip(values).collect()).collect()
}

fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for character in line.chars() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => fields.last_mut().unwrap().push(other),
        }
    }
    fields
}

pub(crate) fn number(row: &Row, column: &str) -> f64 {
    optional(row, column).unwrap_or_else(|| panic!("{column}"))
}

fn optional(row: &Row, column: &str) -> Option<f64> {
    row.get(column)?.parse().ok()
}

pub(crate) fn ids(row: &Row) -> (u32, u32) {
    (row["unique_id_l"].parse().unwrap(), row["unique_id_r"].parse().unwrap())
}

pub(crate) fn close(found: f64, expected: f64) -> bool {
    found == expected || (found - expected).abs() <= 1e-9
}

/// The two models for which everything about accuracy is stored, in both versions.
pub(crate) fn evaluated() -> Vec<PathBuf> {
    let kept = models().into_iter().filter(|(_, name, _)| ["basic", "thresholds"].contains(name));
    kept.map(|(_, _, path)| path).collect()
}

/// The pairs of one model with weight, label and whether blocking finds them.
struct Pairs {
    predicted: HashMap<(u32, u32), f64>,
    unfound: HashMap<(u32, u32), f64>,
    cluster: Vec<String>,
}

impl Pairs {
    fn read(folder: &Path) -> Self {
        let weights = |rows: Vec<Row>| rows.iter().map(|row| (ids(row), number(row, "match_weight"))).collect();
        let errors = csv(&folder.join("prediction_errors_0.9.csv"));
        let unfound = errors.into_iter().filter(|row| row["found_by_blocking_rules"] == "False").collect();
        let input = csv(&folder.join("../../input.csv"));
        Self {
            predicted: weights(csv(&folder.join("predictions.csv"))),
            unfound: weights(unfound),
            cluster: input.into_iter().map(|row| row["cluster"].clone()).collect(),
        }
    }

    fn is_match(&self, (left, right): (u32, u32)) -> bool {
        self.cluster[left as usize] == self.cluster[right as usize]
    }

    /// Weight and whether found; pairs that are found but not stored weigh less than anything compared here.
    fn look_up(&self, pair: (u32, u32)) -> (f64, bool) {
        match (self.predicted.get(&pair), self.unfound.get(&pair)) {
            (Some(&weight), _) => (weight, true),
            (None, Some(&weight)) => (weight, false),
            (None, None) => (-100.0, true),
        }
    }

    fn matches(&self) -> Vec<(u32, u32)> {
        let rows = self.cluster.len() as u32;
        let pairs = (0..rows).flat_map(|left| (left + 1..rows).map(move |right| (left, right)));
        pairs.filter(|&pair| self.is_match(pair)).collect()
    }

    fn counted_by_column(&self, options: TruthOptions) -> TruthCounts {
        let mut counts = TruthCounts::new(options);
        for (&pair, &weight) in self.predicted.iter().filter(|&(&pair, _)| !self.is_match(pair)) {
            assert!(!self.unfound.contains_key(&pair));
            counts.add(weight, false, true);
        }
        for pair in self.matches() {
            let (weight, found) = self.look_up(pair);
            counts.add(weight, true, found);
        }
        counts
    }
}

fn expect_table(found: &[TruthRow], path: &Path, single_precision: &[&str]) {
    let expected: Vec<Row> = csv(path).into_iter().filter(|row| number(row, "truth_threshold") > WEIGHT_MIN).collect();
    let found: Vec<&TruthRow> = found.iter().filter(|row| row.truth_threshold > WEIGHT_MIN).collect();
    assert!(found.len() > 200, "{}", path.display());
    assert_eq!(found.len(), expected.len(), "{}", path.display());
    for (found, expected) in found.into_iter().zip(&expected) {
        for (column, value) in TRUTH_COLUMNS.into_iter().zip(found.values()) {
            let value = value.unwrap_or_else(|| panic!("{column}"));
            let expected = number(expected, column);
            let equal = if single_precision.contains(&column) { value as f32 == expected as f32 } else { close(value, expected) };
            assert!(equal, "{column} at {} is {value}, not {expected}: {}", found.truth_threshold, path.display());
        }
        assert_eq!(found.truth_threshold, number(expected, "truth_threshold"));
    }
}

#[test]
fn truth_tables_from_a_column_are_splinks() {
    for folder in evaluated() {
        let pairs = Pairs::read(&folder);
        let table = pairs.counted_by_column(TruthOptions::default()).table(Some(499_500));
        expect_table(&table, &folder.join("truth_table_from_column.csv"), &[]);
        let by_itself = TruthOptions { unfound_pairs_below_all: false, ..TruthOptions::default() };
        let table = pairs.counted_by_column(by_itself).table(Some(499_500));
        expect_table(&table, &folder.join("truth_table_from_column_blocking_ignored.csv"), &[]);
    }
}

#[test]
fn truth_tables_from_labelled_pairs_are_splinks() {
    for folder in evaluated() {
        let pairs = Pairs::read(&folder);
        let mut counts = TruthCounts::new(TruthOptions::default());
        for label in csv(&folder.join("../../labels.csv")) {
            let (weight, found) = pairs.look_up(ids(&label));
            counts.add(weight, number(&label, "clerical_match_score") >= 0.5, found);
        }
        // The reference writes this one column in single precision.
        expect_table(&counts.table(None), &folder.join("truth_table_from_labels.csv"), &["N_rate"]);
    }
}

#[test]
fn prediction_errors_are_splinks() {
    for folder in evaluated() {
        let pairs = Pairs::read(&folder);
        let candidates: HashSet<(u32, u32)> = pairs.predicted.keys().copied().chain(pairs.matches()).collect();
        let is_error = |pair: &(u32, u32)| {
            let (weight, found_by_blocking_rules) = pairs.look_up(*pair);
            let match_probability = kintsu_core::MatchWeight::new(weight).probability().value();
            let clerical_match_score = f64::from(u8::from(pairs.is_match(*pair)));
            let labelled = Labelled { match_probability, clerical_match_score, found_by_blocking_rules };
            truth_status(&labelled, 0.9, LabelsFrom::Column)
        };
        let found: HashMap<(u32, u32), TruthStatus> =
            candidates.into_iter().filter_map(|pair| is_error(&pair).map(|status| (pair, status))).collect();
        let expected = csv(&folder.join("prediction_errors_0.9.csv"));
        assert_eq!(found.len(), expected.len(), "{}", folder.display());
        for row in &expected {
            let status = if number(row, "clerical_match_score") == 1.0 { "FN" } else { "FP" };
            assert_eq!(found.get(&ids(row)).map(|status| status.as_str()), Some(status), "{:?}", ids(row));
        }
    }
}

/// Values as they stand in a table: an empty field is null.
fn filled(row: &Row, column: &str) -> bool {
    !row[column].is_empty()
}

pub(crate) fn trained(folder: &Path) -> Model {
    let text = read(&folder.join("model.json"));
    Model::from_json(&text, JsonOptions::default()).unwrap_or_else(|errors| panic!("{:?}", errors.problems()))
}

#[test]
fn waterfalls_add_up_to_splinks_weights() {
    for (_, _, folder) in models() {
        let model = trained(&folder);
        for row in csv(&folder.join("predictions.csv")) {
            let evidence: Vec<PairEvidence> = model
                .comparisons
                .iter()
                .map(|comparison| {
                    let gamma = number(&row, &format!("gamma_{}", comparison.output_column_name)) as i32;
                    let column = comparison.level_with_gamma(gamma).and_then(|level| level.tf_adjustment_column.clone());
                    let frequency = |side: &str| optional(&row, &format!("tf_{}_{side}", column.as_ref()?));
                    PairEvidence {
                        gamma,
                        frequency_left: frequency("l"),
                        frequency_right: frequency("r"),
                        ..PairEvidence::default()
                    }
                })
                .collect();
            let found = waterfall(&model, &evidence).unwrap();
            assert!(close(found.match_weight, number(&row, "match_weight")), "{:?} in {}", ids(&row), folder.display());
            assert!(close(found.match_probability, number(&row, "match_probability")));
            for step in &found.steps {
                for (prefix, of_factor) in [("bf_", f64::log2 as fn(f64) -> f64), ("mw_", |weight| weight)] {
                    if let Some(expected) = optional(&row, &format!("{prefix}{}", step.comparison)) {
                        assert!(close(step.log2_bayes_factor, of_factor(expected)), "{prefix}{}", step.comparison);
                    }
                    if let Some(expected) = optional(&row, &format!("{prefix}tf_adj_{}", step.comparison)) {
                        let adjustment = step.term_frequency.as_ref().map_or(0.0, |adjusted| adjusted.adjustment);
                        assert!(close(adjustment, of_factor(expected)), "{prefix}tf_adj_{}", step.comparison);
                    }
                }
            }
        }
    }
}

#[test]
fn unlinkables_are_splinks() {
    for folder in evaluated() {
        let model = trained(&folder);
        let frequencies: HashMap<&str, HashMap<String, f64>> = ["first_name", "surname", "city", "email"]
            .into_iter()
            .filter(|column| folder.join(format!("tf_{column}.csv")).exists())
            .map(|column| {
                let rows = csv(&folder.join(format!("tf_{column}.csv")));
                (column, rows.into_iter().map(|row| (row[column].clone(), number(&row, &format!("tf_{column}")))).collect())
            })
            .collect();
        let mut weights = Vec::new();
        for record in csv(&folder.join("../../input.csv")) {
            // A record agrees with itself exactly, or has no value.
            let evidence: Vec<PairEvidence> = model
                .comparisons
                .iter()
                .map(|comparison| {
                    let column = comparison.columns()[0].clone();
                    let gamma = if filled(&record, &column) { comparison.scored_levels() as i32 - 1 } else { -1 };
                    let frequency = frequencies.get(column.as_str()).and_then(|table| table.get(&record[&column]).copied());
                    PairEvidence { gamma, frequency_left: frequency, frequency_right: frequency, ..PairEvidence::default() }
                })
                .collect();
            weights.push(waterfall(&model, &evidence).unwrap());
        }
        let match_weights: Vec<f64> = weights.iter().map(|found| found.match_weight).collect();
        let probabilities: Vec<f64> = weights.iter().map(|found| found.match_probability).collect();
        let expected: serde_json::Value = serde_json::from_str(&read(&folder.join("unlinkables.json"))).unwrap();
        let found = serde_json::to_value(unlinkables(&match_weights, &probabilities)).unwrap();
        let (expected, found) = (expected.as_array().unwrap(), found.as_array().unwrap());
        assert_eq!(found.len(), expected.len(), "{}", folder.display());
        for (found, expected) in found.iter().zip(expected) {
            for key in ["match_weight", "match_probability", "prop", "cum_prop"] {
                let (found, expected) = (found[key].as_f64().unwrap(), expected[key].as_f64().unwrap());
                assert!(close(found, expected), "{key}: {found}, not {expected}");
            }
        }
    }
}

/// The codes of a column of the input; nulls where it is empty.
fn codes(input: &[Row], column: &str) -> Vec<u32> {
    let mut known: HashMap<String, u32> = HashMap::new();
    let mut code = |value: &str| {
        let next = known.len() as u32;
        *known.entry(value.to_owned()).or_insert(next)
    };
    input.iter().map(|row| if filled(row, column) { code(&row[column]) } else { u32::MAX }).collect()
}

fn keys<'a>(by_name: &'a HashMap<String, Vec<u32>>, columns: &[&str]) -> Vec<KeyCodes<'a>> {
    columns.iter().map(|column| KeyCodes { left: &by_name[*column], right: &by_name[*column] }).collect()
}

#[test]
fn largest_blocks_and_counts_before_filters_are_splinks() {
    let Some(shared) = shared() else { return };
    let folder = shared.join("fake_1000");
    let input = csv(&folder.join("input.csv"));
    let by_name: HashMap<String, Vec<u32>> = ["first_name", "surname", "dob", "city", "email"]
        .into_iter()
        .map(|column| (column.to_owned(), codes(&input, column)))
        .collect();
    for version in ["splink4", "splink5"] {
        let expected = csv(&folder.join(version).join("exploratory/n_largest_blocks.csv"));
        let found = largest_blocks(&keys(&by_name, &["city", "first_name"]), expected.len());
        let mut found: Vec<(String, String, u64)> = found
            .iter()
            .map(|block| {
                let first = &input[block.first_left as usize];
                (first["city"].clone(), first["first_name"].clone(), block.block_count())
            })
            .collect();
        let mut expected: Vec<(String, String, u64)> = expected
            .iter()
            .map(|row| (row["key_0"].clone(), row["key_1"].clone(), row["block_count"].parse().unwrap()))
            .collect();
        let smallest = expected.iter().map(|block| block.2).min().unwrap();
        assert_eq!(found.iter().map(|block| block.2).sum::<u64>(), expected.iter().map(|block| block.2).sum::<u64>());
        // Which of several blocks as small as the smallest are listed is not determined.
        found.retain(|block| block.2 > smallest);
        expected.retain(|block| block.2 > smallest);
        found.sort();
        expected.sort();
        assert_eq!(found, expected);
    }
    let rules: [&[&str]; 7] =
        [&["first_name"], &["surname"], &["dob"], &["email"], &["first_name", "dob"], &["surname"], &["email"]];
    let expected: serde_json::Value =
        serde_json::from_str(&read(&folder.join("splink4/exploratory/count_comparisons.json"))).unwrap();
    for (columns, expected) in rules.iter().zip(expected.as_array().unwrap()) {
        let found = kintsu_link::diagnose::BlockSizes::count(&keys(&by_name, columns)).pairs_before_filters();
        assert_eq!(Some(found), expected["number_of_comparisons_generated_pre_filter_conditions"].as_u64(), "{columns:?}");
    }
}

#[test]
fn running_totals_of_rules_are_splinks() {
    let Some(shared) = shared() else { return };
    let folder = shared.join("fake_1000/splink4/exploratory");
    let expected = csv(&folder.join("cumulative_comparisons.csv"));
    let rules: Vec<&str> = expected.iter().map(|row| row["blocking_rule"].as_str()).collect();
    let added: Vec<u64> = expected.iter().map(|row| row["row_count"].parse().unwrap()).collect();
    for (found, expected) in cumulative_counts(&rules, &added, 499_500).iter().zip(&expected) {
        let found = [found.cumulative_rows, found.cartesian, u64::from(found.match_key), found.start];
        let columns = ["cumulative_rows", "cartesian", "match_key", "start"];
        assert_eq!(found, columns.map(|column| expected[column].parse::<u64>().unwrap()));
    }
}

#[test]
fn completeness_is_splinks() {
    let Some(shared) = shared() else { return };
    let folder = shared.join("fake_1000");
    let input = csv(&folder.join("input.csv"));
    let one_source = vec![0; input.len()];
    let expected: serde_json::Value = serde_json::from_str(&read(&folder.join("splink5/exploratory/completeness.json"))).unwrap();
    for expected in expected.as_array().unwrap() {
        let column = expected["column_name"].as_str().unwrap();
        let found = completeness(column, &["input_data_1"], &one_source, |row| !filled(&input[row], column));
        assert_eq!(found.len(), 1);
        assert_eq!(Some(found[0].total_null_rows), expected["total_null_rows"].as_u64());
        assert_eq!(Some(found[0].total_rows_inc_nulls), expected["total_rows_inc_nulls"].as_u64());
        assert_eq!(found[0].completeness as f32, expected["completeness"].as_f64().unwrap() as f32);
    }
}
