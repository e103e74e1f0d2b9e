//! Encodes booleans.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, BooleanArray};
use arrow_schema::DataType;

use super::{Encoder, normalise};
use crate::column::{EncodedColumn, NULL_CODE};
use crate::error::TableError;

/// Encodes `Boolean` columns.
pub(super) struct BooleanEncoder {
    codes: Vec<u32>,
    values: Vec<bool>,
}

impl BooleanEncoder {
    pub(super) fn new(rows_expected: usize) -> Self {
        Self { codes: Vec::with_capacity(rows_expected), values: Vec::with_capacity(2) }
    }

    fn code(&mut self, value: bool) -> u32 {
        let position = self.values.iter().position(|held| *held == value).unwrap_or_else(|| {
            self.values.push(value);
            self.values.len() - 1
        });
        position as u32
    }
}

impl Encoder for BooleanEncoder {
    fn push(&mut self, array: &ArrayRef) -> Result<(), TableError> {
        let array = normalise(array, &DataType::Boolean)?;
        for value in array.as_boolean() {
            let code = value.map_or(NULL_CODE, |value| self.code(value));
            self.codes.push(code);
        }
        Ok(())
    }

    fn codes(&mut self) -> &mut Vec<u32> {
        &mut self.codes
    }

    fn finish(self: Box<Self>) -> Result<EncodedColumn, TableError> {
        Ok(EncodedColumn { codes: self.codes.into(), values: Arc::new(BooleanArray::from(self.values)) })
    }
}
