//! What is written in a format is read back from it.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::types::Int64Type;
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Float32Array, Float64Array, Int8Array, Int64Array,
    LargeStringArray, ListArray, StringArray, StringViewArray, TimestampMicrosecondArray, UInt64Array,
};
use arrow_schema::DataType;
use kintsu_table::{Column, ColumnChoice, ColumnData, FileFormat, Input, Table, schema_of};

use crate::scene::{Scene, shown, table};

fn texts(values: Vec<Option<&str>>) -> ArrayRef {
    Arc::new(StringArray::from(values))
}

fn text_lists() -> ArrayRef {
    let mut builder = ListBuilder::new(StringBuilder::new());
    for list in [Some(vec![Some("a,\"b"), None]), None, Some(vec![]), Some(vec![Some("")])] {
        builder.append_option(list);
    }
    Arc::new(builder.finish())
}

/// Columns that every format gives back with their types.
fn plain_columns() -> Vec<(&'static str, ArrayRef)> {
    vec![
        ("text", texts(vec![Some("O\"Brien, \u{1F600}"), None, Some(""), Some(" \r\n\t\u{0}end")])),
        ("a name, \"quoted\"", texts(vec![Some("x"), Some("x"), None, Some("y")])),
    ]
}

fn typed_columns() -> Vec<(&'static str, ArrayRef)> {
    vec![
        ("integer", Arc::new(Int64Array::from(vec![Some(i64::MIN), None, Some(0), Some(i64::MAX)])) as ArrayRef),
        ("float", Arc::new(Float64Array::from(vec![Some(0.1), None, Some(-1e300), Some(5.0)]))),
        ("boolean", Arc::new(BooleanArray::from(vec![Some(true), None, Some(false), Some(true)]))),
        ("texts", text_lists()),
        (
            "integers",
            Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(vec![
                Some(vec![Some(1), None]),
                None,
                Some(vec![]),
                Some(vec![Some(-7)]),
            ])),
        ),
    ]
}

fn exotic_columns() -> Vec<(&'static str, ArrayRef)> {
    vec![
        ("tiny", Arc::new(Int8Array::from(vec![Some(-1), None, Some(3), Some(-1)])) as ArrayRef),
        ("unsigned", Arc::new(UInt64Array::from(vec![Some(u64::MAX), None, Some(0), Some(1)]))),
        ("single", Arc::new(Float32Array::from(vec![Some(0.1), None, Some(f32::INFINITY), Some(-2.0)]))),
        ("date", Arc::new(Date32Array::from(vec![Some(0), None, Some(-40_000), Some(20_000)]))),
        ("time", Arc::new(TimestampMicrosecondArray::from(vec![Some(1), None, Some(-5), Some(0)]))),
        (
            "decimal",
            Arc::new(Decimal128Array::from(vec![Some(12345), None, Some(-1), Some(0)]).with_precision_and_scale(9, 2).unwrap()),
        ),
    ]
}

#[test]
fn binary_formats_give_back_every_type() {
    let all = [plain_columns(), typed_columns(), exotic_columns()].concat();
    let original = table(all);
    for format in [FileFormat::Parquet, FileFormat::Arrow] {
        for rows_per_batch in [1, 3, 100] {
            let scene = Scene::new();
            let name = format!("a.{format}");
            scene.write(&name, format, &original, rows_per_batch);
            assert_eq!(shown(&scene.read(&[&name]).unwrap()), shown(&original), "{format} {rows_per_batch}");
        }
    }
}

#[test]
fn json_lines_give_back_their_own_types() {
    let original = table([plain_columns(), typed_columns()].concat());
    let scene = Scene::new();
    scene.write("a.jsonl", FileFormat::JsonLines, &original, 2);
    assert_eq!(shown(&scene.read(&["a.jsonl"]).unwrap()), shown(&original));
}

#[test]
fn csv_gives_back_text_and_tells_null_from_empty() {
    let original = table(plain_columns());
    let scene = Scene::new();
    scene.write("a.csv", FileFormat::Csv, &original, 3);
    assert_eq!(shown(&scene.read(&["a.csv"]).unwrap()), shown(&original));
}

#[test]
fn text_formats_write_other_types_as_iso_text() {
    let scene = Scene::new();
    let path = scene.write("a.csv", FileFormat::Csv, &table([exotic_columns(), typed_columns()].concat()), 10);
    let text = std::fs::read_to_string(path).unwrap();
    let first = "-1,18446744073709551615,0.1,1970-01-01,1970-01-01T00:00:00.000001,123.45,-9223372036854775808,0.1,true,\
                 \"[\"\"a,\\\"\"b\"\",null]\",\"[1,null]\"";
    assert_eq!(text.lines().nth(1).unwrap(), first);
    assert_eq!(text.lines().nth(2).unwrap(), ",,,,,,,,,,");
    let path = scene.write("a.jsonl", FileFormat::JsonLines, &table(exotic_columns()), 10);
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains("\"single\":null") && text.contains("\"date\":\"1970-01-01\""), "{text}");
}

#[test]
fn zones_are_kept_in_binary_files_and_written_as_instants_in_text() {
    let times: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![Some(0), None]).with_timezone("Europe/Paris"));
    let scene = Scene::new();
    let path = scene.write("a.csv", FileFormat::Csv, &table(vec![("t", Arc::clone(&times))]), 10);
    assert_eq!(std::fs::read_to_string(path).unwrap(), "t\n1970-01-01T00:00:00Z\n\n");
    scene.write("a.parquet", FileFormat::Parquet, &table(vec![("t", times)]), 10);
    let read = scene.read(&["a.parquet"]).unwrap();
    assert!(matches!(read.columns()[0].data_type(), DataType::Timestamp(_, Some(_))));
}

#[test]
fn tables_without_rows_or_with_one_column_survive() {
    for format in FileFormat::ALL {
        let scene = Scene::new();
        let empty = table(vec![("a", texts(vec![])), ("b", texts(vec![]))]);
        scene.write("empty", format, &empty, 10);
        let input = Input::new(scene.path("empty")).of_format(format);
        if format == FileFormat::JsonLines {
            continue; // A file of no objects has no columns: read as an empty file.
        }
        let read = kintsu_table::read(&[input], &scene.options, &kintsu_core::RunContext::default()).unwrap();
        assert_eq!(shown(&read), ["a:Utf8|b:Utf8"], "{format}");
        let single = table(vec![("a", texts(vec![None, Some("x"), Some(""), None]))]);
        scene.write(&format!("single.{format}"), format, &single, 3);
        assert_eq!(shown(&scene.read(&[&format!("single.{format}")]).unwrap()), shown(&single), "{format}");
    }
}

#[test]
fn every_layout_of_text_becomes_one() {
    let values = vec![Some("b"), None, Some("a"), Some("b"), Some("a text longer than twelve bytes")];
    let dictionary: DictionaryArray<arrow_array::types::Int8Type> = values.iter().copied().collect();
    let arrays: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from(values.clone())),
        Arc::new(LargeStringArray::from(values.clone())),
        Arc::new(StringViewArray::from(values)),
        Arc::new(dictionary),
    ];
    for array in arrays {
        let layout = array.data_type().clone();
        let original = Table::new(vec![Column::plain("t", Arc::clone(&array))]).unwrap();
        for format in FileFormat::ALL {
            let scene = Scene::new();
            let name = format!("a.{format}");
            scene.write(&name, format, &original, 2);
            let read = scene.read(&[&name]).unwrap();
            let encoded = read.columns()[0].encoded().unwrap();
            assert_eq!(&encoded.codes[..], &[0, u32::MAX, 1, 0, 2], "{layout} {format}");
            assert_eq!(
                encoded.text().unwrap().iter().flatten().collect::<Vec<_>>(),
                ["b", "a", "a text longer than twelve bytes"]
            );
        }
    }
}

#[test]
fn columns_are_encoded_carried_or_left_out() {
    let mut scene = Scene::new();
    let original = table([plain_columns(), typed_columns()].concat());
    for format in [FileFormat::Parquet, FileFormat::Arrow, FileFormat::JsonLines] {
        scene.write(&format!("a.{format}"), format, &original, 3);
        scene.options.encode = ColumnChoice::names(["integer"]);
        scene.options.carry = ColumnChoice::names(["texts", "text"]);
        let read = scene.read(&[&format!("a.{format}")]).unwrap();
        let names: Vec<&str> = read.columns().iter().map(|column| &*column.name).collect();
        assert_eq!(names, ["text", "integer", "texts"], "{format}");
        assert!(matches!(read.column("text").unwrap().data, ColumnData::Plain(_)));
        assert!(matches!(read.column("integer").unwrap().data, ColumnData::Encoded(_)));
        let expected = original.clone().retain(|column| names.contains(&&*column.name));
        assert_eq!(shown(&read)[1..], shown(&expected)[1..]);
    }
    scene.options.encode = ColumnChoice::names(["Integer", "nowhere"]);
    let error = scene.read(&["a.parquet"]).unwrap_err();
    assert_eq!(error.to_string(), "no input has the columns `Integer`, `nowhere`");
    assert_eq!(kintsu_core::Explain::hint(&error).unwrap(), "did you mean `integer`?");
}

#[test]
fn schemas_are_known_before_reading() {
    let scene = Scene::new();
    let original = table([plain_columns(), typed_columns()].concat());
    for format in [FileFormat::Parquet, FileFormat::Arrow, FileFormat::JsonLines] {
        let path = scene.write(&format!("a.{format}"), format, &original, 3);
        let schema = schema_of(&Input::new(path), &scene.options).unwrap();
        let types: Vec<DataType> = original.columns().iter().map(|column| column.data_type().clone()).collect();
        assert_eq!(schema.fields().iter().map(|field| field.data_type().clone()).collect::<Vec<_>>(), types, "{format}");
    }
}

#[test]
fn rows_are_taken_in_any_order() {
    let original = table([plain_columns(), typed_columns()].concat());
    let plain = Table::new(original.columns().iter().map(|c| Column::plain(&c.name, c.to_array().unwrap())).collect()).unwrap();
    for table in [original, plain] {
        let rows = shown(&table);
        let taken = shown(&table.take(&[3, 0, 0, 2]).unwrap());
        assert_eq!(taken, [&rows[0], &rows[4], &rows[1], &rows[1], &rows[3]].map(String::clone));
        assert_eq!(table.take(&[]).unwrap().rows(), 0);
    }
}
