//! CSV files as they come: marks, line ends, packing, integers, and any text at all.

use std::io::Write;
use std::sync::Arc;

use arrow_array::{ArrayRef, StringArray};
use arrow_schema::DataType;
use kintsu_core::Explain;
use kintsu_table::{FileFormat, Input, schema_of};
use proptest::prelude::*;

use crate::scene::{Scene, shown, table};

#[test]
fn marks_line_ends_and_delimiters() {
    for (name, content) in [
        ("a.csv", "\u{feff}id,name\r\n1,x\n2,\r\n"),
        ("a.csv", "\n\nid,name\n1,x\n\n2,"),
        ("a.tsv", "id\tname\n1\tx\n2\t\n"),
        ("a.txt", "\"id\",\"name\"\n\"1\",\"x\"\n2,\n"),
    ] {
        let scene = Scene::new();
        scene.file(name, content);
        assert_eq!(shown(&scene.read(&[name]).unwrap()), ["id:Utf8|name:Utf8", "1|x", "2|-"], "{content:?}");
    }
    let mut scene = Scene::new();
    scene.file("a.csv", "id;name\n1;x,y\n");
    scene.options.delimiter = Some(b';');
    assert_eq!(shown(&scene.read(&["a.csv"]).unwrap()), ["id:Utf8|name:Utf8", "1|x,y"]);
}

#[test]
fn packed_files_are_unpacked_whatever_their_name() {
    let text = "id,name\n".to_owned() + &(0..100_000).map(|row| format!("{row},name {}\n", row % 7)).collect::<String>();
    let scene = Scene::new();
    scene.file("plain.csv", &text);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&text.as_bytes()[..50_000]).unwrap();
    let mut members = gzip.finish().unwrap();
    let mut second = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    second.write_all(&text.as_bytes()[50_000..]).unwrap();
    members.extend(second.finish().unwrap());
    scene.file("a.csv.gz", &members);
    scene.file("misnamed.csv", &members);
    scene.file("a.csv.zst", zstd::encode_all(text.as_bytes(), 1).unwrap());
    let expected = shown(&scene.read(&["plain.csv"]).unwrap());
    assert_eq!(expected.len(), 100_001);
    for name in ["a.csv.gz", "misnamed.csv", "a.csv.zst"] {
        assert!(shown(&scene.read(&[name]).unwrap()) == expected, "{name}");
    }
    scene.file("cut.csv.gz", &members[..members.len() / 2]);
    assert_eq!(scene.read(&["cut.csv.gz"]).unwrap_err().code(), "KN-TABLE-002");
}

#[test]
fn text_stays_text_and_chosen_columns_become_integers() {
    let mut scene = Scene::new();
    scene.options.integers = vec!["id".to_owned(), "other".to_owned(), "empty".to_owned()];
    scene.file("a.csv", "id,zip,other,empty\n10,1,7,\n-9,2,007,\n,3,,\n");
    let read = scene.read(&["a.csv"]).unwrap();
    assert_eq!(shown(&read), ["id:Int64|zip:Utf8|other:Utf8|empty:Utf8", "10|1|7|-", "-9|2|007|-", "-|3|-|-"]);
    let schema = schema_of(&Input::new(scene.path("a.csv")), &scene.options).unwrap();
    assert!(schema.fields().iter().all(|field| *field.data_type() == DataType::Utf8));
}

#[test]
fn columns_without_a_name_are_called_by_their_place() {
    let scene = Scene::new();
    scene.file("a.csv", ",column_1,\n1,2,3\n");
    assert_eq!(shown(&scene.read(&["a.csv"]).unwrap()), ["column_1_:Utf8|column_1:Utf8|column_3:Utf8", "1|2|3"]);
}

#[test]
fn broken_records_name_their_line() {
    let long: String = (0..300_000).map(|row| format!("{row},\"x\ny\"\n")).collect();
    for (content, message) in [
        ("a,b\n1,2\n3\n".to_owned(), "line 3: the record has 1 fields where the header has 2"),
        ("a,b\n1,\"2\n3,4\n".to_owned(), "line 2: a quoted field is never closed"),
        ("a,b\n1,\"2\"x\n".to_owned(), "line 2: field 2 goes on after its closing quote"),
        ("a,b\n1,2\"\n\"x\",\"\n".to_owned(), "field 2 holds a quote though it does not begin with one"),
        (",,\n1,2,3\n".to_owned(), "line 1: no column has a name, not even column 1"),
        (format!("a,b\n{long}1,2,3\n"), "line 600002: the record has 3 fields where the header has 2"),
    ] {
        let scene = Scene::new();
        scene.file("a.csv", &content);
        let error = scene.read(&["a.csv"]).unwrap_err();
        assert_eq!(error.code(), "KN-TABLE-006");
        assert!(error.to_string().ends_with(message), "{error}");
        assert!(error.hint().is_some());
    }
    let scene = Scene::new();
    scene.file("a.csv", b"a,b\n1,2\n\xff\xfe,3\n");
    assert!(scene.read(&["a.csv"]).unwrap_err().to_string().ends_with("line 3: field 1 is not valid UTF-8"));
}

fn field() -> impl Strategy<Value = Option<String>> {
    let text =
        prop::collection::vec(prop::sample::select(vec!["a", "\"", ",", "\n", "\r", "\r\n", " ", "é", "\u{0}", "-"]), 0..6);
    prop::option::of(text.prop_map(|parts| parts.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_survives_csv_and_json_lines(rows in prop::collection::vec((field(), field(), field()), 1..40)) {
        let column = |pick: fn(&(Option<String>, Option<String>, Option<String>)) -> &Option<String>| -> ArrayRef {
            Arc::new(rows.iter().map(|row| pick(row).as_deref()).collect::<StringArray>())
        };
        let original = table(vec![("a", column(|row| &row.0)), ("b", column(|row| &row.1)), ("c", column(|row| &row.2))]);
        let scene = Scene::new();
        scene.write("a.csv", FileFormat::Csv, &original, 7);
        let read = scene.read(&["a.csv"]).unwrap();
        prop_assert_eq!(shown(&read), shown(&original));
        scene.write("a.jsonl", FileFormat::JsonLines, &original, 7);
        let read = scene.read(&["a.jsonl"]).unwrap();
        prop_assert_eq!(shown(&read)[1..].to_vec(), shown(&original)[1..].to_vec());
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(prop::sample::select(b"a\",\n\r\xff{}[]:1.\\u".to_vec()), 0..60)) {
        let scene = Scene::new();
        scene.file("a.csv", &bytes);
        scene.file("a.jsonl", &bytes);
        let _ = scene.read(&["a.csv"]);
        let _ = scene.read(&["a.jsonl"]);
    }
}
