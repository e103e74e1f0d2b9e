//! Files read as streams of raw text.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Date64Array, Float32Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampSecondArray,
};
use kintsu_table::{CsvDialect, FileFormat, Input, ReadOptions, TableError, TextBatch, TextStream, write_file};

fn open(path: &Path) -> Result<TextStream, TableError> {
    open_as(path, CsvDialect::Strict)
}

fn open_as(path: &Path, dialect: CsvDialect) -> Result<TextStream, TableError> {
    TextStream::open(&Input::new(path), &ReadOptions::default(), dialect)
}

/// Every row of the columns at `positions`, with a mark for cells that records lack.
fn rows(stream: &mut TextStream, positions: &[usize]) -> Result<Vec<Vec<Option<String>>>, TableError> {
    stream.want(positions)?;
    let mut found = Vec::new();
    loop {
        let pieces = stream.next_pieces(3)?;
        if pieces.is_empty() {
            return Ok(found);
        }
        for piece in pieces {
            let TextBatch { columns, rows, .. } = piece.into_batch()?;
            let cell = |column: &StringArray, row: usize| column.is_valid(row).then(|| column.value(row).to_owned());
            found.extend((0..rows).map(|row| columns.iter().map(|column| cell(column, row)).collect()));
        }
    }
}

#[test]
fn rows_come_in_order_from_csv_and_parquet_alike() {
    let folder = tempfile::tempdir().unwrap();
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(0..50_000));
    let names: ArrayRef =
        Arc::new((0..50_000).map(|row| (row % 7 > 0).then(|| format!("name {}", row % 1000))).collect::<StringArray>());
    let days: ArrayRef = Arc::new(Date32Array::from_iter_values((0..50_000).map(|row| row % 20_000)));
    let batch = RecordBatch::try_from_iter([("id", ids), ("name", names), ("day", days)]).unwrap();
    let write = |name: &str, format| {
        let path = folder.path().join(name);
        write_file(&path, format, &batch.schema(), [Ok(batch.clone())]).unwrap();
        path
    };
    let csv = write("a.csv", FileFormat::Csv);
    let parquet = write("a.parquet", FileFormat::Parquet);
    let mut of_parquet = open(&parquet).unwrap();
    assert_eq!(
        (of_parquet.rows_known(), of_parquet.names()),
        (Some(50_000), ["id", "name", "day"].map(str::to_owned).as_slice())
    );
    let expected = rows(&mut open(&csv).unwrap(), &[1, 0, 2]).unwrap();
    assert_eq!(expected.len(), 50_000);
    assert_eq!(expected[8], ["name 8", "8", "1970-01-09"].map(|text| Some(text.to_owned())));
    assert_eq!(expected[7][0], None);
    assert_eq!(rows(&mut of_parquet, &[1, 0, 2]).unwrap(), expected);
    assert_eq!(rows(&mut open(&parquet).unwrap(), &[]).unwrap(), vec![Vec::new(); 50_000]);
}

#[test]
fn values_of_parquet_files_are_written_as_python_writes_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let floats =
        [98101.0, -0.0, 1e16, 123_456_789_012_345_680.0, 1.5e300, 0.0001, 0.00001, 2.5e-7, f64::NAN, f64::INFINITY, -1e-300];
    let written =
        ["98101.0", "-0.0", "1e+16", "1.2345678901234568e+17", "1.5e+300", "0.0001", "1e-05", "2.5e-07", "nan", "inf", "-1e-300"];
    let columns: [(&str, ArrayRef); 3] = [
        ("float", Arc::new(Float64Array::from_iter_values(floats))),
        ("boolean", Arc::new((0..floats.len()).map(|row| (row > 1).then_some(row % 2 == 0)).collect::<BooleanArray>())),
        ("short", Arc::new(Float32Array::from_iter_values(floats.map(|_| 0.1)))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    write_file(&path, FileFormat::Parquet, &batch.schema(), [Ok(batch)]).unwrap();
    let rows = rows(&mut open(&path).unwrap(), &[0, 1, 2]).unwrap();
    let text = |text: &str| Some(text.to_owned());
    for (row, float) in written.iter().enumerate() {
        let boolean = (row > 1).then(|| if row % 2 == 0 { "True" } else { "False" }.to_owned());
        assert_eq!(rows[row], [text(float), boolean, text("0.10000000149011612")]);
    }
}

#[test]
fn a_timestamp_is_its_day_where_that_is_asked_for() {
    // 1985-12-10 at midnight and at 13:45, and a day before 1970 with a part of it gone.
    let seconds = [503_020_800_i64, 503_070_300, -1];
    let columns: [(&str, ArrayRef); 3] = [
        ("naive", Arc::new(TimestampSecondArray::from_iter_values(seconds))),
        ("zoned", Arc::new(TimestampSecondArray::from_iter_values(seconds).with_timezone("+00:00"))),
        ("day", Arc::new(Date64Array::from_iter_values(seconds.map(|second| second.div_euclid(86_400) * 86_400_000)))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let read = |days: &[usize]| {
        let mut stream = TextStream::of_batches("memory", &batch.schema(), vec![batch.clone()]);
        stream.read_days(days);
        let rows = rows(&mut stream, &[0, 1, 2]).unwrap();
        rows.into_iter().map(|row| row.into_iter().map(Option::unwrap).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    assert_eq!(read(&[0]).iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ["1985-12-10", "1985-12-10", "1969-12-31"]);
    assert_eq!(read(&[0])[1][1], "1985-12-10T13:45:00Z");
    assert_eq!(read(&[])[1], ["1985-12-10T13:45:00", "1985-12-10T13:45:00Z", "1985-12-10"]);
}

#[test]
fn headers_stay_as_they_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, "\u{feff}a, b ,a\n1,2,3\n").unwrap();
    let stream = open(&path).unwrap();
    assert!(stream.has_byte_order_mark());
    assert_eq!(stream.names(), ["a", " b ", "a"]);
}

#[test]
fn ragged_records_are_refused_unless_they_are_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, "a,b\n1\n2,3,4\n").unwrap();
    assert!(matches!(rows(&mut open(&path).unwrap(), &[0, 1]), Err(TableError::Csv { line: 2, .. })));
    let text = |text: &str| Some(text.to_owned());
    for dialect in [CsvDialect::Python, CsvDialect::CommonsCsv] {
        let found = rows(&mut open_as(&path, dialect).unwrap(), &[0, 1]).unwrap();
        assert_eq!(found, [[text("1"), None], [text("2"), text("3")]]);
    }
}

#[test]
fn quotes_in_odd_places_are_refused_or_read_as_the_dialect_has_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, "a,b\n1,x\"y,\n\n2,\"x\"y\n").unwrap();
    let read = |dialect| open_as(&path, dialect).and_then(|mut stream| rows(&mut stream, &[0, 1]));
    assert!(matches!(read(CsvDialect::Strict), Err(TableError::Csv { line: 2, .. })));
    let text = |text: &str| Some(text.to_owned());
    let found = read(CsvDialect::Python).unwrap();
    assert_eq!(found, [[text("1"), text("x\"y")], [text("2"), text("xy")]]);
    let refused = read(CsvDialect::CommonsCsv);
    assert!(matches!(refused, Err(TableError::Csv { line: 4, .. })), "{refused:?}");
}

#[test]
fn cut_files_and_other_formats_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let names: ArrayRef = Arc::new(StringArray::from_iter_values((0..9000).map(|row| format!("n{row}"))));
    let batch = RecordBatch::try_from_iter([("name", names)]).unwrap();
    let path = folder.path().join("a.parquet");
    write_file(&path, FileFormat::Parquet, &batch.schema(), [Ok(batch.clone())]).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    assert!(matches!(open(&path), Err(TableError::Decode { .. })));
    assert!(matches!(open(folder.path()), Err(TableError::NotStreamed { .. })));
    let lines = folder.path().join("a.jsonl");
    std::fs::write(&lines, "{\"a\":1}\n").unwrap();
    assert!(matches!(open(&lines), Err(TableError::NotStreamed { .. })));
    let quoted = folder.path().join("a.csv");
    std::fs::write(&quoted, "a,b\n1,\"2\n").unwrap();
    assert!(matches!(open(&quoted).and_then(|mut stream| rows(&mut stream, &[0])), Err(TableError::Csv { .. })));
}
