//! JSON lines: every column of every row is written, nulls included; floats that JSON has no number for become null, and are counted.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, UInt32Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, SchemaRef};

use super::rows::{Cell, Cells, append, append_float, write_rows};
use super::{BatchWriter, Output};
use crate::error::TableError;

/// Writes one object a row.
pub(super) struct JsonLinesWriter {
    path: PathBuf,
    output: Output,
    /// For each column what stands before its value: `{"name":` or `,"name":`.
    before: Vec<Vec<u8>>,
    /// For each column how many values JSON has no number for.
    not_numbers: Vec<u64>,
}

impl JsonLinesWriter {
    #[allow(clippy::unnecessary_wraps)]
    pub(super) fn new(path: &Path, output: Output, schema: &SchemaRef) -> Result<Self, TableError> {
        let not_numbers = vec![0; schema.fields().len()];
        Ok(Self { path: path.to_owned(), output, before: before_values(schema), not_numbers })
    }
}

impl BatchWriter for JsonLinesWriter {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), TableError> {
        for (count, column) in self.not_numbers.iter_mut().zip(batch.columns()) {
            *count += not_numbers(column);
        }
        let before = &self.before;
        write_rows(batch, &mut self.output, &self.path, |columns: &[Cells<'_>], row, text: &mut Vec<u8>| {
            append_object(before, columns, row, text);
        })
    }

    fn not_numbers(&self) -> &[u64] {
        &self.not_numbers
    }

    fn finish(self: Box<Self>) -> Result<File, TableError> {
        self.output.finish(&self.path)
    }
}

/// How many values of a column of floats are NaN or infinite; in lists they are not counted.
fn not_numbers(column: &ArrayRef) -> u64 {
    let unfit = |values: &ArrayRef, at: usize| match values.data_type() {
        DataType::Float64 => values.is_valid(at) && !values.as_primitive::<Float64Type>().value(at).is_finite(),
        DataType::Float32 => values.is_valid(at) && !values.as_primitive::<Float32Type>().value(at).is_finite(),
        _ => false,
    };
    let count = match column.data_type() {
        DataType::Float32 | DataType::Float64 => (0..column.len()).filter(|&row| unfit(column, row)).count(),
        DataType::Dictionary(key, values) if **key == DataType::UInt32 && values.is_floating() => {
            let dictionary = column.as_dictionary::<UInt32Type>();
            dictionary.keys().iter().flatten().filter(|key| unfit(dictionary.values(), *key as usize)).count()
        }
        _ => 0,
    };
    count as u64
}

/// For each column what stands before its value.
pub(super) fn before_values(schema: &SchemaRef) -> Vec<Vec<u8>> {
    let before = schema.fields().iter().enumerate().map(|(position, field)| {
        let mut text = vec![if position == 0 { b'{' } else { b',' }];
        append_string(field.name(), &mut text);
        text.push(b':');
        text
    });
    before.collect()
}

/// Appends a row as an object, its line's end included.
pub(super) fn append_object(before: &[Vec<u8>], columns: &[Cells<'_>], row: usize, text: &mut Vec<u8>) {
    for (column, before) in columns.iter().zip(before) {
        text.extend_from_slice(before);
        append_json(column.get(row), text);
    }
    text.extend_from_slice(if columns.is_empty() { b"{}\n" } else { b"}\n" });
}

/// Appends a value as JSON.
pub(super) fn append_json(cell: Cell<'_, '_>, text: &mut Vec<u8>) {
    match cell {
        Cell::Text(value) => append_string(value, text),
        Cell::Integer(value) => append(text, value),
        Cell::Unsigned(value) => append(text, value),
        Cell::Float(value) if value.is_finite() => append_float(text, value),
        Cell::Single(value) if value.is_finite() => append_float(text, value),
        Cell::Boolean(value) => append(text, value),
        Cell::Null | Cell::Float(_) | Cell::Single(_) => text.extend_from_slice(b"null"),
        Cell::List(values, range) => {
            text.push(b'[');
            for position in range.clone() {
                if position > range.start {
                    text.push(b',');
                }
                append_json(values.get(position), text);
            }
            text.push(b']');
        }
        Cell::Other(formatter, row) => append_string(&formatter.value(row).to_string(), text),
    }
}

/// Appends a text in quotes, with escapes where JSON wants them.
fn append_string(value: &str, text: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    text.push(b'"');
    let bytes = value.as_bytes();
    let mut from = 0;
    for (position, &byte) in bytes.iter().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        text.extend_from_slice(&bytes[from..position]);
        from = position + 1;
        match byte {
            b'"' => text.extend_from_slice(b"\\\""),
            b'\\' => text.extend_from_slice(b"\\\\"),
            b'\n' => text.extend_from_slice(b"\\n"),
            b'\r' => text.extend_from_slice(b"\\r"),
            b'\t' => text.extend_from_slice(b"\\t"),
            _ => text.extend_from_slice(&[b'\\', b'u', b'0', b'0', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]),
        }
    }
    text.extend_from_slice(&bytes[from..]);
    text.push(b'"');
}
