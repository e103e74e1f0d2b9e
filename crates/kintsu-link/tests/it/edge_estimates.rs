//! The estimate of edges: exact where all pairs are looked at, near where a sample is, and the same for any number of threads.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array};
use kintsu_core::{Probability, RunContext};
use kintsu_link::block::Blocker;
use kintsu_link::compare::Comparators;
use kintsu_link::library::{ComparisonBuilder, block_on};
use kintsu_link::model::{Dialect, Model};
use kintsu_link::records::{Records, RecordsOptions};
use kintsu_link::score::{Scorer, TermFrequencyTables, Threshold, estimate_edges, predict};
use kintsu_table::{Column, Table};

/// Records of which every `towns`-th is of one town, with ages from a few.
fn records(rows: i64, towns: i64) -> Records {
    let column = |name: &str, of: &dyn Fn(i64) -> i64| {
        let values: ArrayRef = Arc::new(Int64Array::from_iter_values((0..rows).map(of)));
        Column::encode(name, &values).unwrap()
    };
    let columns = vec![
        column("unique_id", &|row| row),
        column("town", &|row| row % towns),
        column("age", &|row| row.wrapping_mul(0x5DEE_CE66D) >> 7 & 15),
        column("size", &|row| row.wrapping_mul(0x2545_F491) >> 5 & 7),
    ];
    Records::new(Table::new(columns).unwrap(), &RecordsOptions::deduplicate("unique_id")).unwrap()
}

/// The estimate of the edges and how many there are, at a threshold that equal ages reach.
fn estimated_and_kept(records: &Records, columns: &[&str]) -> (u64, u64) {
    let comparisons = ["age", "size"].map(|name| ComparisonBuilder::exact_match(name).build(Dialect::DuckDb).unwrap());
    let rules = if columns.is_empty() { vec![] } else { vec![block_on(columns.iter().copied()).build(Dialect::DuckDb).unwrap()] };
    let model = Model { probability_two_random_records_match: 0.5, ..Model::new(comparisons.to_vec(), rules) };
    let ctx = RunContext::default();
    let comparators = Comparators::compile(&model, records, &ctx).unwrap();
    let scorer = Scorer::new(&model, &TermFrequencyTables::new(&model, records, Vec::new()).unwrap()).unwrap();
    let blocker = Blocker::new(records, &model.blocking_rules, model.parity, &ctx).unwrap();
    let threshold = Threshold::Probability(Probability::new(0.5).unwrap());
    let estimated = estimate_edges(&blocker, &comparators, &scorer, threshold, &ctx).unwrap().unwrap();
    let kept = predict(&blocker, &comparators, &scorer, threshold, &ctx).unwrap();
    (estimated, kept.len() as u64)
}

#[test]
fn few_pairs_are_counted() {
    let records = records(500, 3);
    for columns in [&[][..], &["town"], &["town", "size"]] {
        let (estimated, kept) = estimated_and_kept(&records, columns);
        assert!(kept > 0 && estimated == kept, "{columns:?}: {estimated} estimated, {kept} kept");
    }
}

#[test]
fn many_pairs_are_estimated_from_a_sample_that_threads_do_not_change() {
    let records = records(4000, 2);
    for columns in [&[][..], &["town"]] {
        let (estimated, kept) = estimated_and_kept(&records, columns);
        let ratio = estimated as f64 / kept as f64;
        assert!(kept > 300_000 && (0.9..1.1).contains(&ratio), "{columns:?}: {estimated} estimated, {kept} kept");
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            assert_eq!(pool.install(|| estimated_and_kept(&records, columns).0), estimated);
        }
    }
}
