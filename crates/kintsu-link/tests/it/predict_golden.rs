//! Predictions against Splink's: every column of every pair, for all models of both versions.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_cast::cast;
use arrow_schema::DataType;
use kintsu_core::{MatchWeight, Probability, RunContext};
use kintsu_link::block::Blocker;
use kintsu_link::compare::{Comparators, Scratch};
use kintsu_link::model::{LinkType, Model};
use kintsu_link::records::{PairKind, Records, RecordsOptions};
use kintsu_link::score::{
    EdgeColumns, Scorer, TermFrequencyTables, Threshold, count_patterns, deterministic_link, predict, score_in_order,
};
use kintsu_table::{Column, Table};

use crate::diagnose_golden::{Row, csv, trained};
use crate::em_golden::rule;
use crate::vectors::{models, shared};

const COLUMNS: [&str; 5] = ["first_name", "surname", "dob", "city", "email"];

fn people() -> Vec<Row> {
    shared().map(|folder| csv(&folder.join("fake_1000/input.csv"))).unwrap_or_default()
}

fn table(rows: &[Row], with_sources: bool) -> Table {
    let ids: Vec<i64> = rows.iter().map(|row| row["unique_id"].parse().unwrap()).collect();
    let mut columns = vec![Column::encode("unique_id", &(Arc::new(Int64Array::from(ids.clone())) as ArrayRef)).unwrap()];
    for name in COLUMNS {
        let values: StringArray = rows.iter().map(|row| Some(row[name].as_str()).filter(|value| !value.is_empty())).collect();
        columns.push(Column::encode(name, &(Arc::new(values) as ArrayRef)).unwrap());
    }
    if with_sources {
        let sources: StringArray = ids.iter().map(|id| Some(if id % 2 == 0 { "even" } else { "odd" })).collect();
        columns.push(Column::encode("source_dataset", &(Arc::new(sources) as ArrayRef)).unwrap());
    }
    Table::new(columns).unwrap()
}

fn options(link_type: LinkType) -> RecordsOptions {
    let sources = vec!["even".to_owned(), "odd".to_owned()];
    RecordsOptions { link_type, sources, ..RecordsOptions::deduplicate("unique_id") }
}

/// The rows of a batch by column name, as text; empty for null.
fn texts(batch: &RecordBatch) -> Vec<Row> {
    let columns: Vec<(String, ArrayRef)> = batch
        .schema()
        .fields()
        .iter()
        .zip(batch.columns())
        .map(|(field, array)| (field.name().clone(), cast(array, &DataType::Utf8).unwrap()))
        .collect();
    let cell = |array: &ArrayRef, row: usize| {
        let text = array.as_string::<i32>();
        if text.is_null(row) { String::new() } else { text.value(row).to_owned() }
    };
    (0..batch.num_rows()).map(|row| columns.iter().map(|(name, array)| (name.clone(), cell(array, row))).collect()).collect()
}

fn key(row: &Row) -> Vec<String> {
    ["source_dataset_l", "source_dataset_r", "unique_id_l", "unique_id_r"]
        .iter()
        .filter_map(|name| row.get(*name).cloned())
        .collect()
}

fn assert_rows(found: &[Row], expected: &[Row], what: &str) {
    let by_key: BTreeMap<Vec<String>, &Row> = found.iter().map(|row| (key(row), row)).collect();
    assert_eq!(found.len(), expected.len(), "{what}: pairs");
    for expected in expected {
        let found = by_key.get(&key(expected)).unwrap_or_else(|| panic!("{what}: a pair is missing"));
        for (column, expected) in expected {
            let found = found.get(column).unwrap_or_else(|| panic!("{what}: no column {column}"));
            assert!(is_same(column, found, expected), "{what} {column}: {found} for {expected}");
        }
    }
}

fn is_same(column: &str, found: &str, expected: &str) -> bool {
    if found == expected {
        return true;
    }
    let absolute = column == "match_weight";
    let measured = ["match_weight", "match_probability", "tf_", "bf_", "mw_"].iter().any(|prefix| column.starts_with(prefix));
    match (found.parse::<f64>(), expected.parse::<f64>()) {
        (Ok(found), Ok(expected)) if measured => {
            (found - expected).abs() <= 1e-9 * if absolute { 1.0 } else { expected.abs().max(1.0) }
        }
        _ => false,
    }
}

/// What scoring needs.
struct Job {
    records: Records,
    model: Model,
    comparators: Comparators,
    frequencies: TermFrequencyTables,
    scorer: Scorer,
    ctx: RunContext,
}

impl Job {
    fn new(records: Records, model: Model, counted: impl Fn(usize) -> bool) -> Self {
        let ctx = RunContext::default();
        let comparators = Comparators::compile(&model, &records, &ctx).unwrap();
        let frequencies = TermFrequencyTables::new_among(&model, &records, Vec::new(), counted).unwrap();
        let scorer = Scorer::new(&model, &frequencies).unwrap();
        Self { records, model, comparators, frequencies, scorer, ctx }
    }

    fn of(folder: &Path) -> Self {
        let model = trained(folder);
        let records = Records::new(table(&people(), model.link_type != LinkType::DedupeOnly), &options(model.link_type)).unwrap();
        Self::new(records, model, |_| true)
    }

    fn blocker(&self) -> Blocker<'_> {
        Blocker::new(&self.records, &self.model.blocking_rules, self.model.parity, &self.ctx).unwrap()
    }

    fn rows(&self, blocker: &Blocker<'_>, threshold: Threshold) -> Vec<Row> {
        let edges = score_in_order(blocker, &self.comparators, &self.scorer, threshold, &self.ctx).unwrap();
        texts(&self.columns(Some(&self.scorer)).batch(&edges, 0..edges.len()).unwrap())
    }

    fn columns<'j>(&'j self, scorer: Option<&'j Scorer>) -> EdgeColumns<'j> {
        let source_column = self.records.source_codes().map(|_| self.records.source_column());
        EdgeColumns { records: &self.records, model: &self.model, source_column, scorer, frequencies: &self.frequencies }
    }
}

fn at_least(probability: f64) -> Threshold {
    Threshold::Probability(Probability::new(probability).unwrap())
}

#[test]
fn every_column_of_every_prediction() {
    for (version, name, folder) in models() {
        let job = Job::of(&folder);
        let found = job.rows(&job.blocker(), at_least(0.01));
        assert_rows(&found, &csv(&folder.join("predictions.csv")), &format!("{version} {name}"));
    }
}

#[test]
fn giving_pairs_up_early_changes_nothing() {
    for (version, name, folder) in models() {
        let job = Job::of(&folder);
        let all = predict(&job.blocker(), &job.comparators, &job.scorer, Threshold::None, &job.ctx).unwrap();
        for probability in [0.001, 0.5, 0.99] {
            let kept = predict(&job.blocker(), &job.comparators, &job.scorer, at_least(probability), &job.ctx).unwrap();
            let expected = (0..all.len()).filter(|&edge| all.probability(edge) >= probability);
            let columns = |edge: usize, edges: &kintsu_link::score::Edges| {
                (
                    edges.left[edge],
                    edges.right[edge],
                    edges.weights[edge].to_bits(),
                    edges.rules[edge],
                    edges.gammas(edge).to_vec(),
                )
            };
            let kept: Vec<_> = (0..kept.len()).map(|edge| columns(edge, &kept)).collect();
            let expected: Vec<_> = expected.map(|edge| columns(edge, &all)).collect();
            assert_eq!(kept, expected, "{version} {name} at {probability}");
        }
    }
}

#[test]
fn one_pair_scores_as_in_a_batch() {
    for (_, _, folder) in models() {
        let job = Job::of(&folder);
        let edges = predict(&job.blocker(), &job.comparators, &job.scorer, at_least(0.01), &job.ctx).unwrap();
        let mut scratch = Scratch::default();
        for edge in (0..edges.len()).step_by(17) {
            let gammas = job.comparators.levels_of_pair(edges.left[edge], edges.right[edge], &mut scratch);
            assert_eq!(gammas, edges.gammas(edge));
            assert_eq!(job.scorer.weight(gammas, edges.left[edge], edges.right[edge]), edges.weights[edge]);
        }
    }
}

#[test]
fn links_without_scores() {
    for (version, name, folder) in models().into_iter().filter(|(_, name, _)| ["basic", "thresholds"].contains(name)) {
        let job = Job::of(&folder);
        let pairs = deterministic_link(&job.blocker(), &job.ctx).unwrap();
        let found = texts(&job.columns(None).batch(&pairs, 0..pairs.len()).unwrap());
        assert_rows(&found, &csv(&folder.join("deterministic_link.csv")), &format!("{version} {name}"));
    }
}

#[test]
fn the_pairs_that_em_sees() {
    for (version, name, folder) in models() {
        for (session, text) in
            [("em_1_pairs.csv", "l.first_name = r.first_name and l.surname = r.surname"), ("em_2_pairs.csv", "l.dob = r.dob")]
        {
            let path = folder.join(session);
            if !path.exists() {
                continue;
            }
            let job = Job::of(&folder);
            let blocker = Blocker::new(&job.records, &[rule(text)], job.model.parity, &job.ctx).unwrap();
            let comparisons: Vec<usize> = (0..job.comparators.len()).collect();
            let found =
                count_patterns(&blocker, &job.comparators, &job.model, &comparisons, Some(&job.frequencies), &job.ctx).unwrap();
            let gamma =
                |row: &Row, at: usize| row.get(&format!("gamma_{}", job.model.comparisons[at].output_column_name)).cloned();
            let expected = csv(&path);
            let mut counts: HashMap<Vec<Option<String>>, u64> = HashMap::new();
            let known: Vec<bool> = comparisons.iter().map(|&at| gamma(&expected[0], at).is_some()).collect();
            for row in &expected {
                *counts.entry(comparisons.iter().map(|&at| gamma(row, at)).collect()).or_default() += 1;
            }
            let mut ours: HashMap<Vec<Option<String>>, u64> = HashMap::new();
            for pattern in 0..found.len() {
                let gammas =
                    found.gammas(pattern).iter().zip(&known).map(|(gamma, known)| known.then(|| gamma.to_string())).collect();
                *ours.entry(gammas).or_default() += found.counts[pattern];
            }
            assert_eq!(ours, counts, "{version} {name} {session}");
        }
    }
}

/// A record made of the columns of a stored pair that end in `end`.
fn record(row: &Row, end: &str) -> Row {
    let id = [("unique_id".to_owned(), row[&format!("unique_id{end}")].clone())];
    id.into_iter().chain(COLUMNS.iter().map(|name| ((*name).to_owned(), row[&format!("{name}{end}")].clone()))).collect()
}

fn job_with_new(model: Model, new: &[Row]) -> Job {
    let old = people();
    let is_new: Vec<bool> = old.iter().map(|_| false).chain(new.iter().map(|_| true)).collect();
    let rows: Vec<Row> = old.into_iter().chain(new.iter().cloned()).collect();
    let records = Records::new_against_old(table(&rows, false), &options(LinkType::DedupeOnly), &is_new).unwrap();
    let PairKind::AcrossTwo { first_right } = records.pair_kind() else { panic!("old and new") };
    Job::new(records, model, |row| row < first_right as usize)
}

#[test]
fn new_records_against_old_ones() {
    for (version, name, folder) in models() {
        let path = folder.join("find_matches_to_new_records.csv");
        if !path.exists() {
            continue;
        }
        let expected = csv(&path);
        let new: BTreeMap<String, Row> = expected.iter().map(|row| (row["unique_id_r"].clone(), record(row, "_r"))).collect();
        let job = job_with_new(trained(&folder), &new.into_values().collect::<Vec<_>>());
        let threshold = if version == "splink4" { Threshold::Weight(MatchWeight::new(-10.0)) } else { Threshold::None };
        assert_rows(&job.rows(&job.blocker(), threshold), &expected, &format!("{version} {name}"));
    }
}

#[test]
fn two_records_compared() {
    for (version, name, folder) in models() {
        let path = folder.join("compare_two_records.json");
        if !path.exists() {
            continue;
        }
        let stored: serde_json::Value = serde_json::from_str(&crate::vectors::read(&path)).unwrap();
        let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let text = |value: &serde_json::Value| if value.is_null() { String::new() } else { text(value) };
        let mut expected: Row = stored[0].as_object().unwrap().iter().map(|(name, value)| (name.clone(), text(value))).collect();
        let job = job_with_new(trained(&folder), &[record(&expected, "_l"), record(&expected, "_r")]);
        let first = (job.records.rows() - 2) as u32;
        let found = job.rows(&Blocker::given(&job.records, &[(first, first + 1)]), Threshold::None);
        expected.remove("found_by_blocking_rules");
        assert_rows(&found, &[expected], &format!("{version} {name}"));
    }
}
