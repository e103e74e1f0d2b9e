//! Several files as one table.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int32Array, Int64Array, StringArray, UInt64Array};
use kintsu_core::{Explain, RunContext};
use kintsu_table::{ColumnChoice, ColumnData, FileFormat, Input, TableError, read, schema_of};

use crate::scene::{Scene, shown, table};

#[test]
fn columns_are_united_and_gaps_are_named() {
    let mut scene = Scene::new();
    scene.options.source_dataset_column = Some("source_dataset".to_owned());
    scene.file("a.csv", "id,name\n1,x\n");
    scene.file("b.jsonl", "{\"name\":\"y\",\"city\":\"z\"}\n");
    let read = scene.read(&["a.csv", "b.jsonl"]).unwrap();
    assert_eq!(shown(&read), ["source_dataset:Utf8|id:Utf8|name:Utf8|city:Utf8", "a|1|x|-", "b|-|y|z"]);
    let warnings = scene.warnings();
    assert_eq!(warnings.len(), 2);
    assert!(warnings[0].message.ends_with("a.csv has no `city`; filled with nulls"), "{}", warnings[0].message);
    assert_eq!(warnings[1].code, "KN-W-TABLE-001");
}

#[test]
fn numbers_are_widened_and_text_is_not() {
    let mut scene = Scene::new();
    let number = |array: ArrayRef| table(vec![("n", array)]);
    scene.write("a.parquet", FileFormat::Parquet, &number(Arc::new(Int32Array::from(vec![1, 2]))), 9);
    scene.write("b.parquet", FileFormat::Parquet, &number(Arc::new(Int64Array::from(vec![2, 1 << 40]))), 9);
    scene.write("c.arrow", FileFormat::Arrow, &number(Arc::new(Float64Array::from(vec![2.0, 0.5]))), 9);
    scene.write("u.arrow", FileFormat::Arrow, &number(Arc::new(UInt64Array::from(vec![7, u64::MAX]))), 9);
    scene.write("t.parquet", FileFormat::Parquet, &number(Arc::new(StringArray::from(vec!["2"]))), 9);
    let two = scene.read(&["a.parquet", "b.parquet"]).unwrap();
    assert_eq!(shown(&two), ["n:Int64", "1", "2", "2", "1099511627776"]);
    assert_eq!(&two.columns()[0].encoded().unwrap().codes[..], &[0, 1, 1, 2]);
    let three = scene.read(&["a.parquet", "b.parquet", "c.arrow"]).unwrap();
    assert_eq!(shown(&three)[0], "n:Float64");
    assert_eq!(&three.columns()[0].encoded().unwrap().codes[..], &[0, 1, 1, 2, 1, 3]);
    let error = scene.read(&["a.parquet", "t.parquet"]).unwrap_err();
    assert!(matches!(error, TableError::TypeConflict { .. }));
    assert_eq!(error.hint().unwrap(), "give `n` one type in both files, such as text; the columns of a CSV file are text");
    let mut carried = scene.options.clone();
    (carried.encode, carried.carry) = (ColumnChoice::None, ColumnChoice::All);
    std::mem::swap(&mut scene.options, &mut carried);
    let n = scene.read(&["a.parquet", "t.parquet"]).unwrap();
    assert_eq!(n.column("n").unwrap().data_type().to_string(), "Utf8");
    assert!(scene.warnings().iter().any(|warning| warning.code == "KN-W-TABLE-003"), "{:?}", scene.warnings());
    scene.options = carried;
    let error = scene.read(&["b.parquet", "u.arrow"]).unwrap_err();
    assert_eq!(error.to_string(), "the column `n` has a value in one of the files that is no Int64");
}

#[test]
fn ids_of_csv_files_join_integers() {
    let mut scene = Scene::new();
    scene.options.integers = vec!["id".to_owned()];
    scene.write("a.parquet", FileFormat::Parquet, &table(vec![("id", Arc::new(Int64Array::from(vec![5, 6])))]), 9);
    scene.file("b.csv", "id\n6\n7\n");
    scene.file("c.csv", "id\n06\n");
    for order in [["a.parquet", "b.csv"], ["b.csv", "a.parquet"]] {
        assert_eq!(scene.read(&order).unwrap().columns()[0].data_type().to_string(), "Int64");
    }
    assert_eq!(scene.read(&["a.parquet", "c.csv"]).unwrap_err().code(), "KN-TABLE-024");
}

#[test]
fn ids_that_are_text_in_a_typed_file_stay_text() {
    let mut scene = Scene::new();
    scene.options.integers = vec!["id".to_owned()];
    scene.write("a.parquet", FileFormat::Parquet, &table(vec![("id", Arc::new(StringArray::from(vec!["5", "6"])))]), 9);
    scene.write("n.parquet", FileFormat::Parquet, &table(vec![("id", Arc::new(Int64Array::from(vec![5, 6])))]), 9);
    scene.file("b.csv", "id\n6\n7\n");
    scene.file("c.jsonl", "{\"id\": \"8\"}\n");
    for inputs in [&["a.parquet"][..], &["a.parquet", "b.csv"], &["b.csv", "a.parquet"], &["c.jsonl"]] {
        assert_eq!(scene.read(inputs).unwrap().columns()[0].data_type().to_string(), "Utf8", "{inputs:?}");
    }
    assert!(scene.read(&["a.parquet", "n.parquet"]).is_err(), "text and numbers do not go together");
}

#[test]
fn data_sets_have_names_of_their_own() {
    let mut scene = Scene::new();
    scene.options.source_dataset_column = Some("source_dataset".to_owned());
    scene.file("x/people.csv", "id\n1\n");
    scene.file("y/people.csv", "id\n2\n");
    let read_all = scene.read(&["x/people.csv", "y/people.csv"]).unwrap();
    assert_eq!(shown(&read_all)[1..], ["people|1", "people_2|2"]);
    assert_eq!(scene.warnings()[0].code, "KN-W-TABLE-002");
    let named = |name: &str| Input::new(scene.path("x/people.csv")).named(name);
    let context = RunContext::default();
    let both = read(&[named("l"), named("r")], &scene.options, &context).unwrap();
    assert_eq!(shown(&both)[1..], ["l|1", "r|1"]);
    let error = read(&[named("l"), named("l")], &scene.options, &context).unwrap_err();
    assert!(matches!(error, TableError::DuplicateInputName { .. }));
}

#[test]
fn a_source_column_of_the_files_is_kept() {
    let mut scene = Scene::new();
    scene.options.source_dataset_column = Some("source_dataset".to_owned());
    scene.file("a.csv", "id,source_dataset\n1,mine\n");
    scene.file("b.csv", "id\n2\n");
    assert_eq!(shown(&scene.read(&["a.csv", "b.csv"]).unwrap()), ["id:Utf8|source_dataset:Utf8", "1|mine", "2|b"]);
    assert!(scene.warnings().is_empty());
}

#[test]
fn folders_are_read_file_by_file() {
    let scene = Scene::new();
    for (position, name) in ["part-0", "part-1", "part-2"].iter().enumerate() {
        let rows: ArrayRef = Arc::new(Int64Array::from(vec![position as i64, 7]));
        scene.file(&format!("parts/_{name}"), "ignored");
        scene.write(&format!("parts/{name}.parquet"), FileFormat::Parquet, &table(vec![("id", rows)]), 9);
    }
    assert_eq!(shown(&scene.read(&["parts"]).unwrap()), ["id:Int64", "0", "7", "1", "7", "2", "7"]);
    assert_eq!(schema_of(&Input::new(scene.path("parts")), &scene.options).unwrap().fields().len(), 1);
    scene.file("parts/readme.csv", "a\n1\n");
    assert!(matches!(scene.read(&["parts"]).unwrap_err(), TableError::MixedFolder { .. }));
    scene.file("nothing/_hidden.csv", "a\n");
    assert!(matches!(scene.read(&["nothing"]).unwrap_err(), TableError::Empty { .. }));
}

#[test]
fn nulls_go_with_every_type() {
    let mut scene = Scene::new();
    scene.file("a.jsonl", "{\"a\":null,\"b\":[]}\n");
    scene.file("b.jsonl", "{\"a\":1.5,\"b\":[\"x\"]}\n");
    assert_eq!(shown(&scene.read(&["a.jsonl", "b.jsonl"]).unwrap())[1..], ["-|[]", "1.5|[x]"]);
    assert_eq!(shown(&scene.read(&["b.jsonl", "a.jsonl"]).unwrap())[1..], ["1.5|[x]", "-|[]"]);
    assert!(shown(&scene.read(&["a.jsonl"]).unwrap())[0].starts_with("a:Utf8"));
    scene.options.encode = kintsu_table::ColumnChoice::None;
    scene.options.carry = kintsu_table::ColumnChoice::All;
    let carried = scene.read(&["a.jsonl", "b.jsonl"]).unwrap();
    assert!(matches!(carried.columns()[0].data, ColumnData::Plain(_)));
    assert_eq!(shown(&carried)[1..], ["-|[]", "1.5|[x]"]);
}

#[test]
fn json_blocks_agree_on_types() {
    let scene = Scene::new();
    let lines: String =
        (0..200_000).map(|row| format!("{{\"id\":{row},\"late\":{}}}\n", if row < 150_000 { "1" } else { "1.5" })).collect();
    scene.file("a.jsonl", &lines);
    let read = scene.read(&["a.jsonl"]).unwrap();
    let late = read.column("late").unwrap().encoded().unwrap();
    assert_eq!((late.values.len(), late.codes[0], late.codes[199_999]), (2, 0, 1));
    scene.file("b.jsonl", lines + "{\"id\":\"x\"}\n");
    let error = scene.read(&["b.jsonl"]).unwrap_err().to_string();
    assert!(
        error.contains("line 200001: `id` is text where it is a number in line")
            || error.contains("line 200001: `id` is text where it was"),
        "{error}"
    );
}
