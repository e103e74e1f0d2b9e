//! Kernels on the models and records of the golden data.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use kintsu_core::{Probability, RunContext};
use kintsu_kernel::{Compiled, KernelSpec, Prepared, RecordsSpec, ScoreBlocksSpec, edges_batch};
use kintsu_link::block::Blocker;
use kintsu_link::model::{JsonOptions, LinkType, Model};
use kintsu_link::score::{Threshold, predict};
use kintsu_table::{Column, ColumnChoice, Input, ReadOptions, Table};

use crate::over_the_wire;

fn vectors() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("KINTSU_SHARED").map_or_else(beside, PathBuf::from).join("vectors/splink/fake_1000");
    if !folder.is_dir() {
        eprintln!("skipped: {} is not here", folder.display());
        return None;
    }
    Some(folder)
}

/// The golden records as one dictionary batch; for links, even ids are of the table "even" and odd ones of "odd".
fn records(vectors: &Path, linked: bool) -> RecordBatch {
    let options = ReadOptions { encode: ColumnChoice::All, integers: vec!["unique_id".to_owned()], ..ReadOptions::default() };
    let table = kintsu_table::read(&[Input::new(vectors.join("input.parquet"))], &options, &RunContext::default()).unwrap();
    let table = if linked { with_sources(table) } else { table };
    table.to_dictionary_batch().unwrap()
}

fn with_sources(table: Table) -> Table {
    let ids = table.column("unique_id").unwrap().to_array().unwrap();
    let ids = arrow_cast::cast(&ids, &arrow_schema::DataType::UInt32).unwrap();
    let even = |id: &u32| if id.is_multiple_of(2) { "even" } else { "odd" };
    let sources: ArrayRef = Arc::new(StringArray::from_iter_values(ids.as_primitive::<UInt32Type>().values().iter().map(even)));
    assert_eq!(sources.len(), table.rows());
    table.with_column(Column::encode("source_dataset", &sources).unwrap()).unwrap()
}

/// Scores the golden records with one model both ways and tells how many edges there were.
fn compare(vectors: &Path, model_file: &Path, threshold: Threshold) -> usize {
    let model = Model::from_json(&std::fs::read_to_string(model_file).unwrap(), JsonOptions::default()).unwrap();
    let linked = model.link_type != LinkType::DedupeOnly;
    let batch = records(vectors, linked);
    let spec = RecordsSpec {
        unique_id: Some("unique_id".to_owned()),
        source_dataset: model.source_dataset_column_name.clone(),
        link_type: model.link_type,
        sources: if linked { vec!["even".to_owned(), "odd".to_owned()] } else { Vec::new() },
    };
    let kernel = KernelSpec::ScoreBlocks(ScoreBlocksSpec::of(spec.clone(), &model, threshold).unwrap());
    let found = over_the_wire(&kernel, &batch);

    let (prepared, ctx) = (Prepared::new(&batch, &spec).unwrap(), RunContext::default());
    let compiled = Compiled::new(&model, prepared.records(), Vec::new(), &ctx).unwrap();
    let blocker = Blocker::new(prepared.records(), &model.blocking_rules, model.parity, &ctx).unwrap();
    let edges = predict(&blocker, &compiled.comparators, &compiled.scorer, threshold, &ctx).unwrap();
    assert_eq!(found, edges_batch(&model, &edges).unwrap(), "{}", model_file.display());
    edges.len()
}

#[test]
fn every_golden_model_scores_over_the_wire_as_in_the_library() {
    let Some(vectors) = vectors() else { return };
    let likely = Threshold::Probability(Probability::new(0.01).unwrap());
    let mut models = 0;
    for version in ["splink4", "splink5"] {
        for folder in std::fs::read_dir(vectors.join(version)).unwrap() {
            let model_file = folder.unwrap().path().join("model.json");
            if model_file.is_file() {
                let all = compare(&vectors, &model_file, Threshold::None);
                let kept = compare(&vectors, &model_file, likely);
                assert!(0 < kept && kept <= all, "{}: {kept} of {all}", model_file.display());
                models += 1;
            }
        }
    }
    assert!(models >= 12, "only {models} models");
}
