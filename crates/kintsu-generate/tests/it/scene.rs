//! What the tests share: runs into folders of their own, and reading what they wrote.

use std::collections::BTreeMap;
use std::path::Path;

use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use kintsu_core::RunContext;
use kintsu_generate::{Generated, Options, PresetName, generate};
use kintsu_table::{ColumnChoice, Input, ReadOptions, read};

/// Options for so many customers of the preset mdm.
pub(crate) fn options(output: &Path, customers: u64) -> Options {
    options_of(PresetName::Mdm, output, customers)
}

/// Options for so many customers of a preset.
pub(crate) fn options_of(preset: PresetName, output: &Path, customers: u64) -> Options {
    Options { preset, customers: Some(customers), ..Options::new(output.to_owned()).unwrap() }
}

/// Makes data in a folder, on so many threads.
pub(crate) fn made(options: &Options, threads: usize) -> Generated {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| generate(options, &RunContext::default())).unwrap()
}

/// The digest of every data file.
pub(crate) fn digests(made: &Generated) -> BTreeMap<String, String> {
    made.manifest.files.iter().map(|(path, card)| (path.clone(), card.blake3.clone())).collect()
}

/// A column of a file or folder as text; none for null.
pub(crate) fn texts(path: &Path, column: &str) -> Vec<Option<String>> {
    let array = array(path, column);
    let array = arrow_cast::cast(&array, &arrow_schema::DataType::Utf8).unwrap();
    array.as_string::<i32>().iter().map(|value| value.map(str::to_owned)).collect()
}

/// A column of a file or folder.
pub(crate) fn array(path: &Path, column: &str) -> ArrayRef {
    let options = ReadOptions {
        encode: ColumnChoice::names([] as [&str; 0]),
        carry: ColumnChoice::names([column]),
        ..ReadOptions::default()
    };
    let table = read(&[Input::new(path)], &options, &RunContext::default()).unwrap();
    table.column(column).unwrap().to_array().unwrap()
}

/// The share of the values that `is` holds of.
pub(crate) fn share<Value>(values: &[Value], is: impl Fn(&Value) -> bool) -> f64 {
    values.iter().filter(|value| is(value)).count() as f64 / values.len() as f64
}

/// Fails unless a share of `trials` is within five standard deviations of `probability`.
pub(crate) fn near(what: &str, share: f64, trials: usize, probability: f64) {
    let deviation = (probability * (1.0 - probability) / trials as f64).sqrt();
    assert!(
        (share - probability).abs() < 5.0 * deviation,
        "{what}: {share} is not {probability} by {}",
        (share - probability) / deviation
    );
}
