//! A session that is asked step by step gives what the job gives, whether its data are files or in memory.

use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use kintsu_core::RunContext;
use kintsu_job::{Engine, Held, JobSpec, LinkageSession, LocalEngine, StepSpec, TrainingStep};
use kintsu_table::{ColumnChoice, HeldTable, Input, ReadOptions};

const NAMES: [&str; 8] = ["Ann", "Bob", "Cy", "Dee", "Eve", "Flo", "Gus", "Hal"];

fn people() -> HeldTable {
    let at = |row: usize, by: usize| NAMES[row / by % 8];
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(0..96));
    let first: ArrayRef = Arc::new(StringArray::from_iter_values((0..96).map(|row| at(row, 2))));
    let last: ArrayRef = Arc::new((0..96).map(|row| (row % 9 > 0).then(|| at(row, 16))).collect::<StringArray>());
    let city: ArrayRef = Arc::new(StringArray::from_iter_values((0..96).map(|row| at(row, 5))));
    let person: ArrayRef = Arc::new(Int64Array::from_iter_values((0..96).map(|row| row / 2)));
    let columns = [("id", ids), ("first_name", first), ("surname", last), ("city", city), ("person", person)];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    HeldTable::new(batch.schema(), vec![batch.slice(60, 36), batch.slice(0, 60)])
}

fn job(more: &str) -> JobSpec {
    let text = format!(
        r#"{{"inputs": [{{"path": "memory:people"}}], "unique_id": "id", "predict_threshold": 0.0,
        "comparisons": [{{"type": "exact_match", "column": "first_name"}}, {{"type": "exact_match", "column": "surname"}}],
        "blocking_rules": ["l.first_name = r.first_name"] {more}}}"#
    );
    serde_json::from_str(&text).unwrap()
}

fn held() -> Held {
    let mut held = Held::default();
    assert_eq!(held.hold_table("people", people()), PathBuf::from("memory:people"));
    held
}

fn training() -> Vec<TrainingStep> {
    serde_json::from_str(
        r#"[{"method": "estimate_u_using_random_sampling", "max_pairs": 1e6},
        {"method": "estimate_m_from_label_column", "label_colname": "person"},
        {"method": "estimate_parameters_using_expectation_maximisation", "blocking_rule": "l.city = r.city"}]"#,
    )
    .unwrap()
}

fn step(text: &str) -> StepSpec {
    serde_json::from_str(text).unwrap()
}

/// A table as text, a row a line.
fn lines(table: &HeldTable) -> Vec<String> {
    let options = ReadOptions { encode: ColumnChoice::None, carry: ColumnChoice::All, ..ReadOptions::default() };
    let table = kintsu_table::read(&[Input::of_table("memory:any", table.clone())], &options, &RunContext::default()).unwrap();
    let columns: Vec<ArrayRef> = table.columns().iter().map(|column| column.to_array().unwrap()).collect();
    (0..table.rows()).map(|row| format!("{:?}", columns.iter().map(|column| column.slice(row, 1)).collect::<Vec<_>>())).collect()
}

fn file_lines(path: &std::path::Path) -> Vec<String> {
    let options = ReadOptions { encode: ColumnChoice::None, carry: ColumnChoice::All, ..ReadOptions::default() };
    let table = kintsu_table::read(&[Input::new(path)], &options, &RunContext::default()).unwrap();
    let batch = table.to_dictionary_batch().unwrap();
    lines(&HeldTable::new(batch.schema(), vec![batch]))
}

#[test]
fn step_by_step_and_as_a_job_the_answer_is_the_same() {
    let ctx = RunContext::default();
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("run");
    let whole = JobSpec { training: training(), output: Some(directory.clone()), ..job("") };
    LocalEngine::holding(held()).run(&whole, &ctx).unwrap();

    let mut session = LinkageSession::open(job(""), held(), &ctx).unwrap();
    assert_eq!(session.last_em_session(), None);
    for method in training() {
        session.train(&method, &ctx).unwrap();
    }
    assert_eq!(session.last_em_session().unwrap().blocking_rule, "l.city = r.city");
    let predicted = session.take_step(&step(r#"{"step": "predict"}"#), None, &ctx).unwrap();
    let clustered = session.take_step(&step(r#"{"step": "cluster"}"#), predicted.links.clone(), &ctx).unwrap();
    let model = std::fs::read_to_string(directory.join("model.json")).unwrap();
    assert_eq!(session.model_json().unwrap().trim_end(), model.trim_end());
    for (name, table) in predicted.tables.iter().chain(&clustered.tables) {
        assert_eq!(lines(table), file_lines(&directory.join(format!("{name}.parquet"))), "{name}");
    }
    let (run, answer) = LinkageSession::run(JobSpec { training: training(), ..job("") }, held(), &ctx).unwrap();
    assert_eq!(answer.tables, [predicted.tables, clustered.tables].concat());
    assert_eq!(run.explain_entity("0").unwrap(), session.explain_entity("0").unwrap());
    let measured = run.evaluate("person", &ctx).unwrap();
    assert_eq!(measured, session.evaluate("person", &ctx).unwrap());
}

#[test]
fn links_of_another_prediction_can_be_clustered() {
    let ctx = RunContext::default();
    let mut session = LinkageSession::open(job(""), held(), &ctx).unwrap();
    let all = session.take_step(&step(r#"{"step": "predict"}"#), None, &ctx).unwrap();
    let none = session.take_step(&step(r#"{"step": "predict", "threshold_match_weight": 1000.0}"#), None, &ctx).unwrap();
    assert!(none.links.unwrap().is_empty());
    let cluster = step(r#"{"step": "cluster", "threshold_match_probability": 0.0}"#);
    let clusters = session.take_step(&cluster, all.links.clone(), &ctx).unwrap();
    assert_eq!(session.counts().find("clusters"), Some(&8));
    let held = session.hold_table("pairs", all.tables[0].1.clone());
    let read = Arc::new(session.read_links(&held, &ctx).unwrap());
    assert_eq!(read.len(), all.links.unwrap().len());
    assert_eq!(session.take_step(&cluster, Some(read), &ctx).unwrap().tables, clusters.tables);
}

#[test]
fn what_is_wrong_with_a_step_is_told_and_changes_nothing() {
    let ctx = RunContext::default();
    let mut session = LinkageSession::open(job(""), held(), &ctx).unwrap();
    let before = session.model_json().unwrap();
    let wrong = r#"{"method": "estimate_parameters_using_expectation_maximisation", "blocking_rule": "l.cty = r.cty"}"#;
    let error = session.train(&serde_json::from_str(wrong).unwrap(), &ctx).unwrap_err();
    assert!(error.to_string().contains("cty"), "{error}");
    let labels = step(r#"{"step": "accuracy_from_labels_table", "labels": "nowhere.csv"}"#);
    assert!(session.take_step(&labels, None, &ctx).is_err());
    assert_eq!(session.model_json().unwrap(), before);
    ctx.cancel();
    assert!(session.train(&training()[0], &ctx).is_err());
}

#[test]
fn records_in_json_take_the_types_of_the_columns() {
    let ctx = RunContext::default();
    let mut session = LinkageSession::open(job(""), held(), &ctx).unwrap();
    let path = session.hold_json_records("one", "{\"id\": \"7\", \"surname\": null, \"person\": 3}\n".to_owned(), &ctx).unwrap();
    assert_eq!(path, PathBuf::from("memory:one"));
    assert!(session.hold_json_records("two", "{\"id\": \"seven\"}\n".to_owned(), &ctx).is_err());
}

/// The pairs of ids of a table of pairs.
fn ids(table: &HeldTable) -> Vec<(i64, i64)> {
    let mut pairs = Vec::new();
    for batch in table.batches.iter() {
        let column = |name: &str| batch.column_by_name(name).unwrap().as_primitive::<Int64Type>().values().to_vec();
        pairs.extend(column("id_l").into_iter().zip(column("id_r")));
    }
    pairs
}

#[test]
fn chunks_of_a_prediction_make_up_the_whole() {
    let ctx = RunContext::default();
    let mut session = LinkageSession::open(job(""), held(), &ctx).unwrap();
    let whole = ids(&session.take_step(&step(r#"{"step": "predict"}"#), None, &ctx).unwrap().tables[0].1);
    let mut parts = Vec::new();
    for (left, right) in [(1, 1), (1, 2), (2, 1), (2, 2), (3, 1), (3, 2)] {
        for kind in ["predict", "deterministic_link"] {
            let chunks =
                format!(r#"{{"left_chunk": {{"number": {left}, "of": 3}}, "right_chunk": {{"number": {right}, "of": 2}}, "#);
            let part = step(&format!(r#"{chunks} "step": "{kind}"}}"#));
            let found = ids(&session.take_step(&part, None, &ctx).unwrap().tables[0].1);
            assert!(found.len() < whole.len() / 2);
            parts.push(found);
        }
    }
    assert!(parts.chunks(2).all(|kinds| kinds[0] == kinds[1]));
    let mut together: Vec<(i64, i64)> = parts.iter().step_by(2).flatten().copied().collect();
    together.sort_unstable();
    let mut expected = whole.clone();
    expected.sort_unstable();
    assert_eq!(together, expected);
    let none = step(r#"{"step": "predict", "left_chunk": {"number": 4, "of": 3}}"#);
    assert!(session.take_step(&none, None, &ctx).unwrap_err().to_string().contains("no chunk 4 of 3"));
}

#[test]
fn a_job_scores_pairs_inside_clusters_and_between_tables() {
    let ctx = RunContext::default();
    let steps = r#", "steps": [
        {"step": "predict", "threshold_match_weight": -11.0},
        {"step": "cluster", "threshold_match_probability": 0.0005},
        {"step": "score_missing_cluster_edges"},
        {"step": "score_missing_cluster_edges", "leave_out_edges": false, "name": "inside"},
        {"step": "predict_between", "left": ["memory:people"], "right": [{"path": "memory:people"}]}]"#;
    let (_, answer) = LinkageSession::run(JobSpec { training: training(), ..job(steps) }, held(), &ctx).unwrap();
    let table = |name: &str| &answer.tables.iter().find(|table| table.0 == name).unwrap().1;
    let (edges, missing, inside) = (ids(table("edges")), ids(table("missing_cluster_edges")), ids(table("inside")));
    assert!(!edges.is_empty() && !missing.is_empty() && missing.iter().all(|pair| !edges.contains(pair)));
    assert_eq!(inside.len(), edges.len() + missing.len());
    // Every record with every record of its first name, itself among them.
    assert_eq!(ids(table("pairs_between")).len(), 8 * 12 * 12);
}
