//! What the tests share: a folder of files, and tables as rows of text.

use std::fs;
use std::path::PathBuf;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use kintsu_core::{RunContext, Warning};
use kintsu_table::{Column, FileFormat, Input, ReadOptions, Table, TableError, read, write_file};
use tempfile::TempDir;

/// A folder of files that goes when the test ends.
pub(crate) struct Scene {
    folder: TempDir,
    pub(crate) options: ReadOptions,
    context: RunContext,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap(), options: ReadOptions::default(), context: RunContext::default() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn write(&self, name: &str, format: FileFormat, table: &Table, rows_per_batch: usize) -> PathBuf {
        let path = self.path(name);
        let batches: Vec<RecordBatch> = table.to_batches(rows_per_batch).unwrap().collect();
        let written = write_file(&path, format, &table.batch_schema(), batches.into_iter().map(Ok)).unwrap();
        assert_eq!(written.rows, table.rows() as u64);
        assert_eq!(written.bytes, fs::metadata(&path).unwrap().len());
        path
    }

    pub(crate) fn read(&self, names: &[&str]) -> Result<Table, TableError> {
        let inputs: Vec<Input> = names.iter().map(|name| Input::new(self.path(name))).collect();
        read(&inputs, &self.options, &self.context)
    }

    pub(crate) fn warnings(&self) -> Vec<Warning> {
        self.context.warnings()
    }
}

/// A table of encoded columns.
pub(crate) fn table(columns: Vec<(&str, ArrayRef)>) -> Table {
    Table::new(columns.into_iter().map(|(name, array)| Column::encode(name, &array).unwrap()).collect()).unwrap()
}

/// Column names with types, then rows, every value as text and nulls as `-`.
pub(crate) fn shown(table: &Table) -> Vec<String> {
    let arrays: Vec<ArrayRef> = table.columns().iter().map(|column| column.to_array().unwrap()).collect();
    let options = FormatOptions::new().with_null("-");
    let formatters: Vec<ArrayFormatter<'_>> =
        arrays.iter().map(|array| ArrayFormatter::try_new(array.as_ref(), &options).unwrap()).collect();
    let header =
        table.columns().iter().map(|column| format!("{}:{}", column.name, column.data_type())).collect::<Vec<_>>().join("|");
    let row = |row: usize| formatters.iter().map(|formatter| formatter.value(row).to_string()).collect::<Vec<_>>().join("|");
    std::iter::once(header).chain((0..table.rows()).map(row)).collect()
}
