//! CSV files: a null is an empty field, an empty text is `""`, lists are written as JSON.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use memchr::{memchr, memchr3};

use super::json_lines::append_json;
use super::rows::{Cell, Cells, append, append_float, write_rows};
use super::{BatchWriter, Output};
use crate::error::TableError;

/// Writes a CSV file with a header, commas and `\n`.
pub(super) struct CsvWriter {
    path: PathBuf,
    output: Output,
}

impl CsvWriter {
    pub(super) fn new(path: &Path, mut output: Output, schema: &SchemaRef) -> Result<Self, TableError> {
        output.write_all(&header(schema)).map_err(|source| TableError::write(path, source))?;
        Ok(Self { path: path.to_owned(), output })
    }
}

impl BatchWriter for CsvWriter {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), TableError> {
        write_rows(batch, &mut self.output, &self.path, append_row)
    }

    fn finish(self: Box<Self>) -> Result<File, TableError> {
        self.output.finish(&self.path)
    }
}

/// The first line of a file.
pub(super) fn header(schema: &SchemaRef) -> Vec<u8> {
    let mut header = Vec::new();
    for (position, field) in schema.fields().iter().enumerate() {
        if position > 0 {
            header.push(b',');
        }
        append_text(field.name(), &mut header);
    }
    header.push(b'\n');
    header
}

/// Appends a row, its line's end included.
pub(super) fn append_row(columns: &[Cells<'_>], row: usize, text: &mut Vec<u8>) {
    let mut scratch = Vec::new();
    for (position, column) in columns.iter().enumerate() {
        if position > 0 {
            text.push(b',');
        }
        match column.get(row) {
            Cell::Null => {}
            Cell::Text(value) => append_text(value, text),
            Cell::Integer(value) => append(text, value),
            Cell::Unsigned(value) => append(text, value),
            Cell::Float(value) => append_float(text, value),
            Cell::Single(value) => append_float(text, value),
            Cell::Boolean(value) => append(text, value),
            list @ Cell::List(..) => {
                scratch.clear();
                append_json(list, &mut scratch);
                append_text(&String::from_utf8_lossy(&scratch), text);
            }
            Cell::Other(formatter, row) => append_text(&formatter.value(row).to_string(), text),
        }
    }
    text.push(b'\n');
}

/// Appends a field, in quotes where it needs them.
fn append_text(value: &str, text: &mut Vec<u8>) {
    let bytes = value.as_bytes();
    let bare = !bytes.is_empty() && memchr3(b',', b'\n', b'"', bytes).is_none() && memchr(b'\r', bytes).is_none();
    if bare {
        text.extend_from_slice(bytes);
        return;
    }
    text.push(b'"');
    let mut from = 0;
    while let Some(length) = memchr(b'"', &bytes[from..]) {
        text.extend_from_slice(&bytes[from..=from + length]);
        text.push(b'"');
        from += length + 1;
    }
    text.extend_from_slice(&bytes[from..]);
    text.push(b'"');
}
