//! Where the rows of one column of the table gather.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, StringArray, new_empty_array, new_null_array};
use arrow_cast::{CastOptions, cast, cast_with_options};
use arrow_schema::DataType;
use arrow_select::concat::concat;

use crate::column::{Column, ColumnData, EncodedColumn};
use crate::encode::{Encoder, encoder, normalise};
use crate::error::TableError;

use super::integers::canonical_integers;

/// Text beyond this many bytes needs wider offsets.
const TEXT_BYTES_MAX: usize = i32::MAX as usize;

/// The rows of one column so far.
pub(super) struct Sink {
    name: String,
    data_type: DataType,
    gathered: Gathered,
}

enum Gathered {
    Encoded(Box<dyn Encoder>),
    Carried(Vec<ArrayRef>),
}

impl Sink {
    pub(super) fn encoding(name: &str, data_type: &DataType, rows_expected: usize) -> Result<Self, TableError> {
        let encoder = encoder(name, data_type, rows_expected)?;
        Ok(Self { name: name.to_owned(), data_type: data_type.clone(), gathered: Gathered::Encoded(encoder) })
    }

    pub(super) fn carrying(name: &str, data_type: &DataType) -> Self {
        Self { name: name.to_owned(), data_type: data_type.clone(), gathered: Gathered::Carried(Vec::new()) }
    }

    pub(super) fn encodes(&self) -> bool {
        matches!(self.gathered, Gathered::Encoded(_))
    }

    pub(super) fn data_type(&self) -> &DataType {
        &self.data_type
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn push(&mut self, array: &ArrayRef) -> Result<(), TableError> {
        match &mut self.gathered {
            Gathered::Encoded(encoder) if self.data_type == DataType::Utf8 && *array.data_type() != DataType::Null => {
                encoder.push(array)
            }
            Gathered::Encoded(encoder) => encoder.push(&fitted(array, &self.data_type, &self.name)?),
            Gathered::Carried(pieces) => {
                pieces.push(fitted(array, &self.data_type, &self.name)?);
                Ok(())
            }
        }
    }

    /// More rows of an encoding sink, encoded before.
    pub(super) fn push_encoded(&mut self, encoded: &EncodedColumn) -> Result<(), TableError> {
        match &mut self.gathered {
            Gathered::Encoded(encoder) => {
                let values = fitted(&encoded.values, &self.data_type, &self.name)?;
                encoder.push_encoded(&EncodedColumn { codes: encoded.codes.clone(), values })
            }
            Gathered::Carried(_) => self.push(&encoded.to_array()?),
        }
    }

    pub(super) fn push_nulls(&mut self, rows: usize) -> Result<(), TableError> {
        self.push(&new_null_array(&self.data_type, rows))
    }

    /// `rows` rows of one text, in a column of text.
    pub(super) fn push_text(&mut self, text: &str, rows: usize) -> Result<(), TableError> {
        if rows == 0 {
            return Ok(());
        }
        let values: ArrayRef = Arc::new(StringArray::from(vec![text]));
        self.push_encoded(&EncodedColumn { codes: vec![0; rows].into(), values })
    }

    pub(super) fn finish(self) -> Result<Column, TableError> {
        let data = match self.gathered {
            Gathered::Encoded(encoder) => ColumnData::Encoded(encoder.finish()?),
            Gathered::Carried(pieces) => ColumnData::Plain(join(&pieces, &self.data_type)?),
        };
        Ok(Column { name: self.name.into(), data })
    }
}

/// `array` as the type of its column; text becomes integers only where it is written as integers are.
fn fitted(array: &ArrayRef, data_type: &DataType, name: &str) -> Result<ArrayRef, TableError> {
    let does_not_fit = || TableError::DoesNotFit { column: name.to_owned(), data_type: data_type.to_string() };
    if *array.data_type() == DataType::Utf8 && data_type.is_integer() {
        let integers = canonical_integers(array).ok_or_else(does_not_fit)?;
        return normalise(&integers, data_type).map_err(|_| does_not_fit());
    }
    if *array.data_type() == DataType::Utf8 && *data_type != DataType::Utf8 {
        let options = CastOptions { safe: false, ..CastOptions::default() };
        return cast_with_options(array, data_type, &options).map_err(|_| does_not_fit());
    }
    normalise(array, data_type).map_err(|_| does_not_fit())
}

fn join(pieces: &[ArrayRef], data_type: &DataType) -> Result<ArrayRef, TableError> {
    match pieces {
        [] => Ok(new_empty_array(data_type)),
        [piece] => Ok(Arc::clone(piece)),
        _ => {
            let long =
                *data_type == DataType::Utf8 && pieces.iter().map(Array::get_buffer_memory_size).sum::<usize>() > TEXT_BYTES_MAX;
            let widened: Vec<ArrayRef> = if long {
                pieces.iter().map(|piece| cast(piece, &DataType::LargeUtf8)).collect::<Result<_, _>>()?
            } else {
                pieces.to_vec()
            };
            let pieces: Vec<&dyn Array> = widened.iter().map(AsRef::as_ref).collect();
            Ok(concat(&pieces)?)
        }
    }
}
