//! The dictionaries of Parquet files: each text once, so that none tells how its records came to it.

use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use kintsu_generate::{Lists, Options, PresetName};
use parquet::column::page::Page;
use parquet::column::reader::get_typed_column_reader;
use parquet::data_type::ByteArrayType;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};

use crate::scene::{made, options_of};

fn parquet_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let of = |path: PathBuf| if path.is_dir() { parquet_files(&path) } else { vec![path] };
    entries.flat_map(of).filter(|path| path.extension().is_some_and(|ending| ending == "parquet")).collect()
}

/// The texts of the dictionary of a column chunk; none where it has no dictionary.
fn dictionary(group: &dyn RowGroupReader, column: usize) -> Option<Vec<Vec<u8>>> {
    let Page::DictionaryPage { buf, num_values, .. } = group.get_column_page_reader(column).unwrap().next()?.unwrap() else {
        return None;
    };
    let mut rest = &buf[..];
    let texts = (0..num_values).map(|_| {
        let (length, after) = rest.split_at(4);
        let (text, after) = after.split_at(u32::from_le_bytes(length.try_into().unwrap()) as usize);
        rest = after;
        text.to_vec()
    });
    let texts = texts.collect();
    assert!(rest.is_empty());
    Some(texts)
}

/// The distinct texts that the rows of a column chunk hold.
fn distinct(group: &dyn RowGroupReader, column: usize) -> HashSet<Vec<u8>> {
    let mut reader = get_typed_column_reader::<ByteArrayType>(group.get_column_reader(column).unwrap());
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    let rows = group.metadata().num_rows() as usize;
    while reader.read_records(rows, Some(&mut levels), None, &mut values).unwrap().0 > 0 {}
    values.iter().map(|value| value.data().to_vec()).collect()
}

/// Fails unless every dictionary of a folder holds what its rows hold, each text once; the columns that have one.
fn checked(folder: &Path) -> HashSet<String> {
    let mut found = HashSet::new();
    for path in parquet_files(folder) {
        let file = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
        for group in 0..file.num_row_groups() {
            let group = file.get_row_group(group).unwrap();
            for column in 0..group.num_columns() {
                let Some(dictionary) = dictionary(&*group, column) else { continue };
                let name = group.metadata().column(column).column_path().string();
                let distinct = distinct(&*group, column);
                assert_eq!(dictionary.len(), distinct.len(), "{name} of {}", path.display());
                assert_eq!(dictionary.into_iter().collect::<HashSet<_>>(), distinct, "{name} of {}", path.display());
                found.insert(name);
            }
        }
    }
    found
}

#[test]
fn a_dictionary_holds_each_value_of_its_rows_once() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["first_name", "last_name", "city", "state", "job_title", "customer_segment", "source_system", "operation"];
    for (preset, expected) in [
        (PresetName::Mdm, &names[..]),
        (PresetName::Realistic, &names[..]),
        (PresetName::People, &names[6..]),
        (PresetName::Companies, &names[6..]),
    ] {
        let output = folder.path().join(preset.name());
        made(&options_of(preset, &output, 5000), 2);
        let found = checked(&output);
        assert!(expected.iter().all(|name| found.contains(*name)), "{}: {found:?}", preset.name());
    }
}

/// Names that the rules for names of `mdm` turn into one another, and lists with repeats.
#[test]
fn lists_of_ones_own_with_repeats_make_no_repeats() {
    let folder = tempfile::tempdir().unwrap();
    let lists = folder.path().join("lists");
    for (name, text) in [
        ("mdm/given_names", "William\nBill\nRobert\nBob\nBob\nJames\nJim\n"),
        ("mdm/cities", "Aston\nBerg\nAston\n"),
        ("en_US/given_male", "Ann\nAaron\nAnn\n"),
        ("en_US/given_female", "Ann\nAaron\nPolly\n"),
        ("en_US/jobs", "Cook\t2\nBaker\nCook\n"),
    ] {
        let path = lists.join(format!("{name}.tsv"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    for preset in [PresetName::Mdm, PresetName::Realistic] {
        let output = folder.path().join(preset.name());
        let options = Options { lists: Lists::in_folder(&lists), ..options_of(preset, &output, 3000) };
        made(&options, 2);
        assert!(checked(&output).contains("first_name"));
    }
}
