//! The kernels on the wire do what the library does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod generate;
mod golden;
mod token_rows;
mod tokens;

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, UInt32Type, UInt64Type};
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use kintsu_core::{Probability, RunContext};
use kintsu_kernel::{
    Compiled, CountPatternsSpec, DerivedSpec, Kernel, KernelSpec, ModelSpec, PrepareSpec, Prepared, RecordsSpec, RuleSpec,
    ScoreBlocksSpec, ScorePairsSpec, TermFrequenciesSpec, edges_batch, pattern_counts,
};
use kintsu_link::block::Blocker;
use kintsu_link::compare::Comparators;
use kintsu_link::library::block_on_column;
use kintsu_link::model::{Dialect, JsonOptions, LinkType, Model, Parity};
use kintsu_link::score::{TermFrequencies, TermFrequencyTables, Threshold, predict};
use kintsu_link::train::{EmSettings, Trainer, TrainingData};
use kintsu_table::{Column, Table};

fn batch() -> RecordBatch {
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![5, 3, 9, 1, 7, 2]));
    let text = |values: Vec<Option<&str>>| -> ArrayRef { Arc::new(StringArray::from(values)) };
    let names = text(vec![Some("anna"), Some("ana"), Some("bob"), Some("anna"), None, Some("bob")]);
    let cities = text(vec![Some("York"), Some("York"), Some("Leeds"), Some("York"), Some("Leeds"), Some("Leeds")]);
    let columns = vec![
        Column::encode("unique_id", &ids).unwrap(),
        Column::encode("name", &names).unwrap(),
        Column::encode("city", &cities).unwrap(),
    ];
    Table::new(columns).unwrap().to_dictionary_batch().unwrap()
}

fn model() -> Model {
    let text = r#"{
        "link_type": "dedupe_only", "probability_two_random_records_match": 0.1, "sql_dialect": "duckdb",
        "blocking_rules_to_generate_predictions": ["l.city = r.city"],
        "comparisons": [
            {"output_column_name": "name", "comparison_levels": [
                {"sql_condition": "\"name_l\" IS NULL OR \"name_r\" IS NULL", "is_null_level": true},
                {"sql_condition": "\"name_l\" = \"name_r\"", "m_probability": 0.8, "u_probability": 0.1, "tf_adjustment_column": "name"},
                {"sql_condition": "levenshtein(\"name_l\", \"name_r\") <= 1", "m_probability": 0.15, "u_probability": 0.1},
                {"sql_condition": "ELSE", "m_probability": 0.05, "u_probability": 0.8}]}]}"#;
    Model::from_json(text, JsonOptions { parity: Some(Parity::Characters), ..JsonOptions::default() }).unwrap()
}

fn records_spec() -> RecordsSpec {
    RecordsSpec {
        unique_id: Some("unique_id".to_owned()),
        source_dataset: "source_dataset".to_owned(),
        link_type: LinkType::DedupeOnly,
        sources: Vec::new(),
    }
}

/// What a worker would do: read the spec from JSON, then apply it.
fn over_the_wire(spec: &KernelSpec, batch: &RecordBatch) -> RecordBatch {
    let text = serde_json::to_string(spec).unwrap();
    let read: KernelSpec = serde_json::from_str(&text).unwrap();
    assert_eq!(&read, spec);
    Kernel::new(&read).unwrap().apply(batch).unwrap()
}

fn prepare() -> KernelSpec {
    let initial = DerivedSpec {
        name: "initial".to_owned(),
        expression: "substr(name, 1, 1)".to_owned(),
        dialect: Dialect::DuckDb,
        parity: Parity::Characters,
    };
    KernelSpec::Prepare(PrepareSpec { records: records_spec(), derive: vec![initial] })
}

#[test]
fn prepared_records_stand_in_pair_order_with_derived_columns() {
    let prepared = over_the_wire(&prepare(), &batch());
    let table = Table::from_batch(&prepared).unwrap();
    let records = Prepared::new(&prepared, &records_spec()).unwrap().into_records();
    assert!(records.input_rows().is_none(), "preparing what is prepared changes nothing");
    let ids: Vec<String> = (0..records.rows()).map(|row| records.ids().text(row).into_owned()).collect();
    assert_eq!(ids, ["1", "2", "3", "5", "7", "9"]);
    let initial = table.column("initial").unwrap().encoded().unwrap();
    let values = initial.text().unwrap();
    let found: Vec<Option<&str>> =
        (0..6).map(|row| (!initial.is_null(row)).then(|| values.value(initial.codes[row] as usize))).collect();
    assert_eq!(found, [Some("a"), Some("b"), Some("a"), Some("a"), None, Some("b")]);
}

#[test]
fn scoring_blocks_over_the_wire_equals_the_library() {
    let (model, ctx) = (model(), RunContext::default());
    let spec = KernelSpec::ScoreBlocks(ScoreBlocksSpec {
        records: records_spec(),
        model: ModelSpec::of(&model).unwrap(),
        term_frequencies: Vec::new(),
        match_weight_min: None,
    });
    let found = over_the_wire(&spec, &over_the_wire(&prepare(), &batch()));
    let prepared = Prepared::new(&batch(), &records_spec()).unwrap();
    let compiled = Compiled::new(&model, prepared.records(), Vec::new(), &ctx).unwrap();
    let blocker = Blocker::new(prepared.records(), &model.blocking_rules, model.parity, &ctx).unwrap();
    let edges = predict(&blocker, &compiled.comparators, &compiled.scorer, Threshold::None, &ctx).unwrap();
    assert_eq!(found, edges_batch(&model, &edges).unwrap());
    assert_eq!(found.num_rows(), 6, "three pairs in York, three in Leeds");
}

#[test]
fn a_threshold_keeps_the_heavier_pairs() {
    let all = ScoreBlocksSpec {
        records: records_spec(),
        model: ModelSpec::of(&model()).unwrap(),
        term_frequencies: Vec::new(),
        match_weight_min: None,
    };
    let weights = |spec: ScoreBlocksSpec| -> Vec<f64> {
        let found = over_the_wire(&KernelSpec::ScoreBlocks(spec), &batch());
        found.column_by_name("match_weight").unwrap().as_primitive::<Float64Type>().values().to_vec()
    };
    let every = weights(all.clone());
    let heaviest = every.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let expected: Vec<f64> = every.iter().copied().filter(|weight| *weight >= heaviest).collect();
    assert!(expected.len() < every.len(), "the weights differ");
    let kept = weights(ScoreBlocksSpec { match_weight_min: Some(heaviest), ..all });
    assert_eq!(kept, expected);
}

fn patterns_spec() -> CountPatternsSpec {
    CountPatternsSpec {
        records: records_spec(),
        model: ModelSpec::of(&model()).unwrap(),
        rules: Vec::new(),
        comparisons: Vec::new(),
        by_term_frequency: false,
        term_frequencies: Vec::new(),
        pairs_max: None,
    }
}

/// The records with the frequency of each name beside it, as if other parts of the table held more names.
fn with_frequencies() -> RecordBatch {
    let shares: ArrayRef = Arc::new(Float64Array::from(vec![Some(0.02), Some(0.01), Some(0.4), Some(0.02), None, Some(0.4)]));
    let table = Table::from_batch(&batch()).unwrap().with_column(Column::encode("share", &shares).unwrap()).unwrap();
    table.to_dictionary_batch().unwrap()
}

fn shares() -> Vec<TermFrequenciesSpec> {
    vec![TermFrequenciesSpec { column: "name".to_owned(), frequencies: "share".to_owned() }]
}

#[test]
fn term_frequencies_that_records_carry_are_those_that_an_engine_supplies() {
    let (model, ctx) = (model(), RunContext::default());
    let counted = ScoreBlocksSpec::of(records_spec(), &model, Threshold::None).unwrap();
    let spec = ScoreBlocksSpec { term_frequencies: shares(), ..counted.clone() };
    let found = over_the_wire(&KernelSpec::ScoreBlocks(spec), &with_frequencies());
    assert_ne!(found, over_the_wire(&KernelSpec::ScoreBlocks(counted), &with_frequencies()), "the shares matter");

    let prepared = Prepared::new(&batch(), &records_spec()).unwrap();
    let names: ArrayRef = Arc::new(StringArray::from(vec!["bob", "ana", "anna"]));
    let supplied = TermFrequencies::supplied(prepared.records(), "name", &names, &[0.4, 0.01, 0.02]).unwrap();
    let compiled = Compiled::new(&model, prepared.records(), vec![supplied], &ctx).unwrap();
    let blocker = Blocker::new(prepared.records(), &model.blocking_rules, model.parity, &ctx).unwrap();
    let edges = predict(&blocker, &compiled.comparators, &compiled.scorer, Threshold::None, &ctx).unwrap();
    assert_eq!(found, edges_batch(&model, &edges).unwrap());

    let text = TermFrequenciesSpec { column: "name".to_owned(), frequencies: "city".to_owned() };
    let spec =
        ScoreBlocksSpec { term_frequencies: vec![text], ..ScoreBlocksSpec::of(records_spec(), &model, Threshold::None).unwrap() };
    let refused = Kernel::new(&KernelSpec::ScoreBlocks(spec)).unwrap().apply(&with_frequencies()).unwrap_err();
    assert_eq!(kintsu_core::Explain::code(&refused), "KN-KERNEL-001");
}

#[test]
fn a_model_trained_on_patterns_from_the_wire_is_the_one_trained_on_records() {
    let (ctx, rule) = (RunContext::default(), block_on_column("city", Dialect::DuckDb));
    let prepared = Prepared::new(&with_frequencies(), &records_spec()).unwrap();
    let records = prepared.records();
    let frequencies =
        TermFrequencies::of_rows(records, "name", |row| [0.02, 0.4, 0.01, 0.02, 0.0, 0.4].get(row).copied()).unwrap();
    let frequencies = TermFrequencyTables::new(&model(), records, vec![frequencies]).unwrap();
    let comparators = Comparators::compile(&model(), records, &ctx).unwrap();
    let data = TrainingData { records, comparators: &comparators, frequencies: &frequencies };
    let mut here = Trainer::new(model());
    here.estimate_parameters_using_expectation_maximisation(data, &rule, EmSettings::default(), &ctx).unwrap();

    let mut there = Trainer::new(model());
    let plan = there.plan_em(&rule, EmSettings::default()).unwrap();
    let spec = CountPatternsSpec {
        rules: vec![RuleSpec::of(&rule)],
        comparisons: plan.comparisons.clone(),
        by_term_frequency: plan.by_term_frequency(there.model()),
        term_frequencies: shares(),
        ..patterns_spec()
    };
    assert!(spec.by_term_frequency);
    let found = over_the_wire(&KernelSpec::CountPatterns(spec), &with_frequencies());
    // In two parts, as two workers would send them.
    let parts = [found.slice(0, 1), found.slice(1, found.num_rows() - 1)];
    there.run_em(plan, &pattern_counts(there.model(), &parts).unwrap(), &ctx).unwrap();
    assert_eq!(there.sessions(), here.sessions());
    assert_ne!(here.sessions()[0].history.len(), 0);
}

#[test]
fn patterns_count_every_pair_of_the_rules_once() {
    let spec = KernelSpec::CountPatterns(patterns_spec());
    let found = over_the_wire(&spec, &batch());
    let counts = found.column_by_name("count").unwrap().as_primitive::<UInt64Type>();
    assert_eq!(counts.values().iter().sum::<u64>(), 15);
}

#[test]
fn pairs_that_come_as_rows_are_scored_in_their_order() {
    let text = |values: Vec<&str>| -> ArrayRef { Arc::new(StringArray::from(values)) };
    let pairs = RecordBatch::try_from_iter([
        ("name_l", text(vec!["anna", "bob", "anna"])),
        ("name_r", text(vec!["anna", "zoe", "ana"])),
        ("city_l", text(vec!["a", "b", "c"])),
        ("city_r", text(vec!["x", "y", "z"])),
    ])
    .unwrap();
    let spec = KernelSpec::ScorePairs(ScorePairsSpec {
        model: ModelSpec::of(&model()).unwrap(),
        term_frequencies: Vec::new(),
        match_weight_min: None,
    });
    let found = over_the_wire(&spec, &pairs);
    assert_eq!(found.column_by_name("left").unwrap().as_primitive::<UInt32Type>().values(), &[0, 1, 2]);
    assert_eq!(found.column_by_name("right").unwrap().as_primitive::<UInt32Type>().values(), &[3, 4, 5]);
    let gammas = found.column_by_name("gamma_name").unwrap().as_primitive::<arrow_array::types::Int8Type>();
    assert_eq!(gammas.values(), &[2, 0, 1]);
}

#[test]
fn thresholds_without_a_number_in_json_cross_the_wire() {
    let weight_min = |threshold| ScoreBlocksSpec::of(records_spec(), &model(), threshold).unwrap().match_weight_min;
    let of = |probability| Threshold::Probability(Probability::new(probability).unwrap());
    assert_eq!((weight_min(Threshold::None), weight_min(of(0.0))), (None, None));
    assert_eq!((weight_min(of(0.5)), weight_min(of(1.0))), (Some(0.0), Some(f64::MAX)));
}

#[test]
fn a_spec_that_makes_no_sense_is_refused() {
    assert!(serde_json::from_str::<KernelSpec>(r#"{"kernel": "explode"}"#).is_err());
    let spec = CountPatternsSpec { comparisons: vec![7], ..patterns_spec() };
    let error = Kernel::new(&KernelSpec::CountPatterns(spec)).unwrap_err();
    assert_eq!(kintsu_core::Explain::code(&error), "KN-KERNEL-001");
}
