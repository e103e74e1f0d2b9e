//! Records made by the kernel are those of the files that a run writes.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, UInt64Array};
use kintsu_core::RunContext;
use kintsu_generate::{CorruptionSpec, Options, PresetName, generate, plan};
use kintsu_kernel::{GenerateSpec, Kernel, KernelSpec};
use kintsu_table::{ColumnChoice, Input, ReadOptions, read};

use super::over_the_wire;

/// All slots of a source, in three pieces.
fn slots(spec: &GenerateSpec) -> RecordBatch {
    let Kernel::Generate(kernel) = Kernel::new(&KernelSpec::Generate(spec.clone())).unwrap() else { unreachable!() };
    let bounds: Vec<u64> = (0..=3).map(|piece| kernel.slots() * piece / 3).collect();
    let first: ArrayRef = Arc::new(UInt64Array::from_iter_values(bounds[..3].iter().copied()));
    let count: ArrayRef = Arc::new(UInt64Array::from_iter_values(bounds.windows(2).map(|pair| pair[1] - pair[0])));
    RecordBatch::try_from_iter([("first_slot", first), ("slots", count)]).unwrap()
}

fn rows(path: &Path) -> RecordBatch {
    let options = ReadOptions { encode: ColumnChoice::None, carry: ColumnChoice::All, ..ReadOptions::default() };
    let table = read(&[Input::new(path)], &options, &RunContext::default()).unwrap();
    let columns = table.columns().iter().map(|column| (column.name.to_string(), column.to_array().unwrap()));
    RecordBatch::try_from_iter(columns).unwrap()
}

/// The columns of a batch, as text.
fn texts(batch: &RecordBatch) -> Vec<(String, ArrayRef)> {
    let schema = batch.schema();
    let text = |array: &ArrayRef| arrow_cast::cast(array, &arrow_schema::DataType::Utf8).unwrap();
    schema.fields().iter().zip(batch.columns()).map(|(field, array)| (field.name().clone(), text(array))).collect()
}

#[test]
fn the_kernel_makes_whatever_a_run_makes() {
    let folder = tempfile::tempdir().unwrap();
    let base = |name: &str| Options { customers: Some(500), ..Options::new(folder.path().join(name)).unwrap() };
    let corruption = CorruptionSpec { missing: [("phone".to_owned(), 0.5)].into(), ..CorruptionSpec::default() };
    for (source, options) in [
        ("erp", Options { preset: PresetName::Mdm, ..base("mdm") }),
        ("crm", Options { corruption: Some(corruption), copies: "uniform:0-3".parse().unwrap(), ..base("realistic") }),
        ("people", Options { preset: PresetName::People, customers: None, records: Some(777), exact: true, ..base("people") }),
        ("companies", Options { preset: PresetName::Companies, batches: 3, ..base("companies") }),
    ] {
        let made = generate(&options, &RunContext::default()).unwrap();
        for card in plan(&Options { output: folder.path().join("other"), ..options.clone() }).unwrap().deliveries {
            let spec = GenerateSpec {
                preset: options.preset,
                seed: options.seed,
                as_of: options.as_of.to_string(),
                source: source.to_owned(),
                keep_customer_id: false,
                first_customer: card.first_customer,
                customers: card.customers,
                copies: Some(options.copies.to_string()),
                corruption: options.corruption.clone(),
                batch: card.batch,
                last_customer_records: card.last_customer_records,
            };
            let table = if ["erp", "crm"].contains(&source) { format!("raw_{source}_customers") } else { source.to_owned() };
            let table = card.batch.map_or(table.clone(), |batch| format!("{table}/{}", batch.folder()));
            let file = rows(&made.output.join(&table));
            assert_eq!(file.num_rows() as u64, made.manifest.counts[&table]);
            let kernel = over_the_wire(&KernelSpec::Generate(spec.clone()), &slots(&spec));
            assert_eq!(texts(&kernel), texts(&file), "{table}");
        }
    }
}
