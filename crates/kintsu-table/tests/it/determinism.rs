//! Codes and bytes do not depend on the number of threads.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, StringArray};
use kintsu_core::RunContext;
use kintsu_table::{FileFormat, Input, ReadOptions, Table, read};

use crate::scene::{Scene, shown, table};

fn rows() -> Table {
    let count = 60_000i64;
    let name = |row: i64| (row % 11 != 0).then(|| format!("name {}", (row * row) % 7919));
    table(vec![
        ("id", Arc::new((0..count).map(|row| Some(row * 31 % 65_537)).collect::<Int64Array>()) as ArrayRef),
        ("name", Arc::new((0..count).map(name).collect::<StringArray>())),
        ("weight", Arc::new((0..count).map(|row| Some((row % 97) as f64 / 7.0)).collect::<Float64Array>())),
    ])
}

fn with_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

#[test]
fn files_are_the_same_bytes_for_any_number_of_threads() {
    let table = rows();
    for format in FileFormat::ALL {
        let bytes = |threads: usize| {
            with_threads(threads, || {
                let scene = Scene::new();
                std::fs::read(scene.write("a", format, &table, 10_000)).unwrap()
            })
        };
        let one = bytes(1);
        assert!(one == bytes(2) && one == bytes(7), "{format}");
    }
}

#[test]
fn codes_are_the_same_for_any_number_of_threads() {
    let table = rows();
    for format in FileFormat::ALL {
        let scene = Scene::new();
        let path = scene.write(&format!("a.{format}"), format, &table, 10_000);
        let inputs = [Input::new(&path), Input::new(&path).named("again")];
        let codes = |threads: usize| {
            let read = with_threads(threads, || read(&inputs, &ReadOptions::default(), &RunContext::default()).unwrap());
            let columns = read.columns().iter().map(|column| column.encoded().unwrap().codes.to_vec());
            (columns.collect::<Vec<_>>(), shown(&read))
        };
        let one = codes(1);
        assert!(one == codes(2) && one == codes(16), "{format}");
        let name = &one.0[1];
        assert_eq!((name[1], name[2], name[60_001]), (0, 1, 0), "codes follow first appearance");
    }
}
