//! A column: either distinct values with one code a row, for columns that are looked at, or a plain Arrow array, for columns
//! that are only carried to the output.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, StringArray, UInt32Array};
use arrow_buffer::{NullBuffer, ScalarBuffer};
use arrow_schema::DataType;
use arrow_select::take::take;
use rayon::prelude::*;

use crate::encode;
use crate::error::TableError;

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
    /// Finds the distinct values of `array`. Text of any layout becomes `Utf8`, lists of any layout `List`, dictionaries are
    /// resolved; other types stay. Every NaN counts as one value, and so do 0 and -0.
    ///
    /// # Errors
    /// [`TableError::UnsupportedType`] for structs, maps, unions and lists of lists; [`TableError::TextTooLong`] when the
    /// distinct values are more than 2 GiB of text.
    pub fn encode(name: &str, array: &ArrayRef) -> Result<Self, TableError> {
        Ok(Self::from_encoded(name, encode::encode_array(name, array)?))
    }

    /// Whether a column of `data_type` called `name` can be encoded, before there is one.
    ///
    /// # Errors
    /// [`TableError::UnsupportedType`].
    pub fn check_type(name: &str, data_type: &DataType) -> Result<(), TableError> {
        encode::check_type(name, data_type)
    }

    /// A column of codes and distinct values.
    pub fn from_encoded(name: &str, encoded: EncodedColumn) -> Self {
        Self { name: name.into(), data: ColumnData::Encoded(encoded) }
    }

    /// A column that is only carried.
    pub fn plain(name: &str, array: ArrayRef) -> Self {
        Self { name: name.into(), data: ColumnData::Plain(array) }
    }

    /// The values of all rows as a plain array.
    ///
    /// # Errors
    /// [`TableError::Arrow`] when they are more than 2 GiB of text.
    pub fn to_array(&self) -> Result<ArrayRef, TableError> {
        match &self.data {
            ColumnData::Encoded(encoded) => encoded.to_array(),
            ColumnData::Plain(array) => Ok(Arc::clone(array)),
        }
    }

    /// The rows at the positions `rows`, in that order; a row may come more than once.
    ///
    /// # Errors
    /// [`TableError::Arrow`] when there is no such row in a plain column, or its text exceeds 2 GiB.
    ///
    /// # Panics
    /// When there is no such row in an encoded column.
    pub fn take(&self, rows: &[u32]) -> Result<Self, TableError> {
        let data = match &self.data {
            ColumnData::Encoded(encoded) => ColumnData::Encoded(encoded.take(rows)),
            ColumnData::Plain(array) => ColumnData::Plain(take(array, &UInt32Array::from(rows.to_vec()), None)?),
        };
        Ok(Self { name: Arc::clone(&self.name), data })
    }

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
    /// The values of all rows as a plain array.
    ///
    /// # Errors
    /// [`TableError::Arrow`] when they are more than 2 GiB of text.
    pub fn to_array(&self) -> Result<ArrayRef, TableError> {
        let nulls: NullBuffer = self.codes.iter().map(|code| *code != NULL_CODE).collect();
        let codes = UInt32Array::try_new(self.codes.clone(), Some(nulls))?;
        Ok(take(&self.values, &codes, None)?)
    }

    /// The rows at the positions `rows`; the distinct values are shared, though some may no longer occur.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn take(&self, rows: &[u32]) -> Self {
        const ROWS_PER_TASK: usize = 1 << 16;
        let mut codes = vec![0; rows.len()];
        codes.par_chunks_mut(ROWS_PER_TASK).zip(rows.par_chunks(ROWS_PER_TASK)).for_each(|(codes, rows)| {
            for (code, row) in codes.iter_mut().zip(rows) {
                *code = self.codes[*row as usize];
            }
        });
        Self { codes: codes.into(), values: Arc::clone(&self.values) }
    }

    /// The distinct values as text, when the column is text.
    pub fn text(&self) -> Option<&StringArray> {
        self.values.as_any().downcast_ref::<StringArray>()
    }

    /// Whether the value of `row` is null.
    pub fn is_null(&self, row: usize) -> bool {
        self.codes[row] == NULL_CODE
    }
}
