//! Which types the head of an input tells for every row.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int32Array, StringArray};
use arrow_schema::DataType;
use kintsu_table::{FileFormat, Input, header_of, schema_of};

use crate::scene::{Scene, table};

fn types(scene: &Scene, name: &str) -> Vec<(String, Option<DataType>)> {
    let input = Input::new(scene.path(name));
    let header = header_of(&input, &scene.options).unwrap();
    assert_eq!(header.schema, schema_of(&input, &scene.options).unwrap());
    header.schema.fields().iter().map(|field| field.name().clone()).zip(header.types).collect()
}

#[test]
fn columns_of_csv_files_are_text_and_those_of_json_lines_are_not_known() {
    let scene = Scene::new();
    scene.file("a.csv", "id,name\n1,x\n");
    scene.file("b.jsonl", "{\"id\":1,\"flag\":null}\n");
    let text = Some(DataType::Utf8);
    assert_eq!(types(&scene, "a.csv"), [("id".to_owned(), text.clone()), ("name".to_owned(), text)]);
    let of_json = types(&scene, "b.jsonl");
    assert!(of_json.len() == 2 && of_json.iter().all(|(_, data_type)| data_type.is_none()), "{of_json:?}");
}

#[test]
fn files_of_a_folder_agree_on_a_type_or_it_is_not_known() {
    let scene = Scene::new();
    let numbers: ArrayRef = Arc::new(Int32Array::from(vec![1]));
    let halves: ArrayRef = Arc::new(Float64Array::from(vec![0.5]));
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["x"]));
    std::fs::create_dir(scene.path("parts")).unwrap();
    let first = table(vec![("a", Arc::clone(&numbers)), ("b", Arc::clone(&numbers)), ("c", Arc::clone(&texts))]);
    scene.write("parts/1.parquet", FileFormat::Parquet, &first, 9);
    scene.write("parts/2.parquet", FileFormat::Parquet, &table(vec![("a", halves), ("b", texts)]), 9);
    let known = [("a", Some(DataType::Float64)), ("b", None), ("c", Some(DataType::Utf8))];
    assert_eq!(types(&scene, "parts"), known.map(|(name, data_type)| (name.to_owned(), data_type)));
}
