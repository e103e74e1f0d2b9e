//! A column: either distinct values with one code a row, for columns that are looked at, or a plain Arrow array, for columns
//! that are only carried to the output.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, StringArray};
use arrow_buffer::ScalarBuffer;
use arrow_schema::DataType;

/// The code of a null: no distinct value has it, so a table holds at most 2^32 - 1 distinct values a column.
pub const NULL_CODE: u32 = u32::MAX;

/// A named column of a [`crate::Table`].
#[derive(Debug, Clone)]
pub struct Column {
    /// The name as it stands in the input.
    pub name: Arc<str>,
    /// What it holds.
    pub data: ColumnData,
}

/// What a column holds.
#[derive(Debug, Clone)]
pub enum ColumnData {
    /// Distinct values and a code a row.
    Encoded(EncodedColumn),
    /// Values as they came, carried to the output and never compared.
    Plain(ArrayRef),
}

/// Distinct values and, for each row, the code of its value.
///
/// Equal values have equal codes and different values different codes, so equality of rows is equality of codes. The order of
/// the codes means nothing, though it is the same for any number of threads.
#[derive(Debug, Clone)]
pub struct EncodedColumn {
    /// One code a row; [`NULL_CODE`] where the value is null.
    pub codes: ScalarBuffer<u32>,
    /// The distinct values, none of them null. Text is always `Utf8`; other types are kept as they came.
    pub values: ArrayRef,
}

impl Column {
    /// The number of rows.
    pub fn rows(&self) -> usize {
        match &self.data {
            ColumnData::Encoded(encoded) => encoded.codes.len(),
            ColumnData::Plain(array) => array.len(),
        }
    }

    /// The type of the values.
    pub fn data_type(&self) -> &DataType {
        match &self.data {
            ColumnData::Encoded(encoded) => encoded.values.data_type(),
            ColumnData::Plain(array) => array.data_type(),
        }
    }

    /// The encoded form, when the column has it.
    pub fn encoded(&self) -> Option<&EncodedColumn> {
        match &self.data {
            ColumnData::Encoded(encoded) => Some(encoded),
            ColumnData::Plain(_) => None,
        }
    }
}

impl EncodedColumn {
    /// The distinct values as text, when the column is text.
    pub fn text(&self) -> Option<&StringArray> {
        self.values.as_any().downcast_ref::<StringArray>()
    }

    /// Whether the value of `row` is null.
    pub fn is_null(&self, row: usize) -> bool {
        self.codes[row] == NULL_CODE
    }
}
