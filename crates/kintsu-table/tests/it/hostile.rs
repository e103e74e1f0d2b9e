//! Files that want to do harm, or are just broken: a typed error each, soon, and never a panic.

use std::io::Write;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, StringArray, StructArray};
use arrow_schema::{DataType, Field};
use kintsu_core::{Explain, RunContext};
use kintsu_table::{Column, FileFormat, Input, Table, TableError, read};

use crate::scene::{Scene, shown, table};

#[test]
fn empty_and_strange_files_are_told_apart() {
    let scene = Scene::new();
    for name in ["a.csv", "a.parquet", "a.jsonl", "a.arrow", "a"] {
        scene.file(name, "");
        assert_eq!(scene.read(&[name]).unwrap_err().code(), "KN-TABLE-003", "{name}");
    }
    scene.file("blank.csv", "\n\r\n\n");
    assert_eq!(scene.read(&["blank.csv"]).unwrap_err().code(), "KN-TABLE-003");
    scene.file("b", b"\x7fELF\0\0");
    assert_eq!(scene.read(&["b"]).unwrap_err().code(), "KN-TABLE-004");
    for name in ["b.parquet", "b.arrow"] {
        scene.file(name, "this is no such file, though it is long enough to be looked at");
        assert_eq!(scene.read(&[name]).unwrap_err().code(), "KN-TABLE-008", "{name}");
    }
    assert_eq!(scene.read(&["nowhere.csv"]).unwrap_err().code(), "KN-TABLE-002");
    assert_eq!(scene.read(&[]).unwrap_err().code(), "KN-TABLE-001");
}

/// Every eight bytes in turn are made 2^45, which no process can set aside: a reader that believed such a length would end it.
#[test]
fn lengths_that_an_arrow_file_states_are_not_believed() {
    let scene = Scene::new();
    let small = table(vec![("id", Arc::new(Int64Array::from(vec![1, 2, 3])) as ArrayRef)]);
    let whole = scene.write("whole.arrow", FileFormat::Arrow, &small, 500);
    let content = std::fs::read(whole).unwrap();
    let refused = |name: &str, content: &[u8]| {
        scene.file(name, content);
        assert_eq!(scene.read(&[name]).unwrap_err().code(), "KN-TABLE-008", "{name}");
    };
    refused("word.arrow", b"xxxx");
    refused("continued.arrow", b"\xff\xff\xff\xff\xff\xff\xff\x7f");
    refused("negative.arrow", b"\xff\xff\xff\xff\xff\xff\xff\xff");
    // What stands between the mark and the footer of a file is a stream.
    let begins = content.windows(4).position(|word| word == [0xff; 4]).unwrap();
    let stream = &content[begins..];
    scene.file("stream.arrow", stream);
    assert_eq!(scene.read(&["stream.arrow"]).unwrap().rows(), 3);
    let mut lied = 0;
    for bytes in [&content[..], stream] {
        for at in 0..bytes.len() - 8 {
            let mut changed = bytes.to_vec();
            changed[at..at + 8].copy_from_slice(&(1_i64 << 45).to_le_bytes());
            scene.file("changed.arrow", &changed);
            lied += usize::from(scene.read(&["changed.arrow"]).is_err());
        }
    }
    assert!(lied > 100, "{lied}");
}

#[test]
fn names_that_come_twice_are_refused() {
    let scene = Scene::new();
    scene.file("a.csv", "id,name,id\n1,2,3\n");
    let error = scene.read(&["a.csv"]).unwrap_err();
    assert!(matches!(&error, TableError::DuplicateColumn { column, .. } if column == "id"));
    scene.file("a.jsonl", "{\"id\":1,\"id\":2}\n");
    assert!(scene.read(&["a.jsonl"]).unwrap_err().to_string().ends_with("line 1: the key `id` appears twice"));
}

#[test]
fn too_many_columns_are_refused() {
    let scene = Scene::new();
    let names: Vec<String> = (0..1_000_000).map(|column| format!("c{column}")).collect();
    scene.file("a.csv", names.join(","));
    assert_eq!(scene.read(&["a.csv"]).unwrap_err().code(), "KN-TABLE-013");
    let pairs: Vec<String> = names.iter().map(|name| format!("\"{name}\":1")).collect();
    scene.file("a.jsonl", format!("{{{}}}", pairs.join(",")));
    assert!(scene.read(&["a.jsonl"]).unwrap_err().to_string().ends_with("there are more than 100000 columns"));
}

#[test]
fn bombs_and_endless_fields_are_refused() {
    let mut scene = Scene::new();
    scene.options.record_bytes_max = 4 << 20;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(b"a\n\"").unwrap();
    for _ in 0..64 {
        gzip.write_all(&vec![b'x'; 1 << 20]).unwrap();
    }
    scene.file("bomb.csv.gz", gzip.finish().unwrap());
    let error = scene.read(&["bomb.csv.gz"]).unwrap_err().to_string();
    assert!(error.contains("line 2: the record is longer than 4194304 bytes"), "{error}");
    scene.file("bomb.jsonl.zst", zstd::encode_all(vec![b'['; 64 << 20].as_slice(), 1).unwrap());
    assert!(scene.read(&["bomb.jsonl.zst"]).unwrap_err().to_string().contains("line 1: the line is longer"));
    scene.file("deep.jsonl", format!("{{\"a\":{}", "[".repeat(1 << 20)));
    assert_eq!(scene.read(&["deep.jsonl"]).unwrap_err().code(), "KN-TABLE-007");
}

#[test]
fn zeros_and_lone_surrogates() {
    let scene = Scene::new();
    scene.file("a.csv", "a,b\nx\0y,\0\n");
    assert_eq!(shown(&scene.read(&["a.csv"]).unwrap())[1], "x\0y|\0");
    scene.file("a.jsonl", "{\"a\":\"x\\u0000y\"}\n");
    assert_eq!(shown(&scene.read(&["a.jsonl"]).unwrap())[1], "x\0y");
    for text in [r#"{"a":"\ud800"}"#, r#"{"a":"\ud800\u0041"}"#, r#"{"a":"\udc00"}"#] {
        scene.file("s.jsonl", text);
        assert_eq!(scene.read(&["s.jsonl"]).unwrap_err().code(), "KN-TABLE-007", "{text}");
    }
    scene.file("s.csv", b"a,b\n\xed\xa0\x80,1\n");
    assert!(scene.read(&["s.csv"]).unwrap_err().to_string().ends_with("line 2: field 1 is not valid UTF-8"));
}

#[test]
fn types_that_cannot_be_compared_are_named_and_can_be_carried() {
    let mut scene = Scene::new();
    let inner: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
    let structs: ArrayRef = Arc::new(StructArray::from(vec![(Arc::new(Field::new("x", DataType::Int64, true)), inner)]));
    let original = Table::new(vec![Column::plain("s", Arc::clone(&structs))]).unwrap();
    for format in [FileFormat::Parquet, FileFormat::Arrow] {
        scene.options = kintsu_table::ReadOptions::default();
        let name = format!("a.{format}");
        scene.write(&name, format, &original, 1);
        let error = scene.read(&[&name]).unwrap_err();
        assert!(error.to_string().starts_with("the column `s` is of type Struct("), "{error}");
        scene.options.encode = kintsu_table::ColumnChoice::None;
        scene.options.carry = kintsu_table::ColumnChoice::All;
        assert_eq!(shown(&scene.read(&[&name]).unwrap())[1..], ["{x: 1}", "{x: 2}"]);
    }
    assert!(Column::encode("s", &structs).is_err());
    let path = scene.path("a.csv");
    let batches = original.to_batches(9).unwrap().map(Ok);
    let error = kintsu_table::write_file(&path, FileFormat::Csv, &original.batch_schema(), batches).unwrap_err();
    assert_eq!(error.code(), "KN-TABLE-012");
    assert!(!path.exists());
}

/// Every damaged file gives a table or a typed error.
#[test]
fn damaged_binary_files_never_panic() {
    let count = 2000i64;
    let original = table(vec![
        ("id", Arc::new((0..count).map(Some).collect::<Int64Array>()) as ArrayRef),
        ("name", Arc::new((0..count).map(|row| (row % 5 != 0).then(|| format!("n{}", row % 50))).collect::<StringArray>())),
        ("email", Arc::new((0..count).map(|row| Some(format!("person{row}@example.org"))).collect::<StringArray>())),
    ]);
    let silent = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    for format in [FileFormat::Parquet, FileFormat::Arrow] {
        let scene = Scene::new();
        let bytes = std::fs::read(scene.write("whole", format, &original, 500)).unwrap();
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        for round in 0..400 {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let mut damaged = bytes.clone();
            let place = (state >> 33) as usize % damaged.len();
            match round % 4 {
                0 => damaged.truncate(place),
                1 => damaged[place] ^= 1 << (state % 8),
                2 => damaged[place] = 0xff,
                _ => drop(damaged.drain(place..(place + 40).min(bytes.len()))),
            }
            let name = format!("damaged.{format}");
            scene.file(&name, &damaged);
            let context = RunContext::default();
            if let Err(error) = read(&[Input::new(scene.path(&name))], &scene.options, &context) {
                assert!(
                    matches!(error, TableError::Decode { .. } | TableError::Empty { .. } | TableError::Arrow(_)),
                    "{format} {round}: {error:?}"
                );
            }
        }
    }
    std::panic::set_hook(silent);
}

#[test]
fn a_stopped_run_stops() {
    let scene = Scene::new();
    let path = scene.file("a.csv", "a\n1\n");
    let context = RunContext::default();
    context.cancel();
    let error = read(&[Input::new(path)], &scene.options, &context).unwrap_err();
    assert_eq!(error.blame(), kintsu_core::Blame::Interrupted);
}

#[test]
fn writers_refuse_existing_files_and_full_disks() {
    let scene = Scene::new();
    let table = table(vec![("a", Arc::new(StringArray::from(vec!["x"; 5000])) as ArrayRef)]);
    for format in FileFormat::ALL {
        let path = scene.file("there", "mine");
        let refused = kintsu_table::TableWriter::create(&path, format, &table.batch_schema()).unwrap_err();
        assert_eq!(refused.code(), "KN-TABLE-020");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    }
}
