//! Encodes text and bytes, whatever layout they come in; dictionaries cost one look-up per distinct value, not per row.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, ByteArrayType, ByteViewType, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, BinaryArray, DictionaryArray, GenericByteArray, GenericByteViewArray, StringArray};
use arrow_buffer::{ArrowNativeType, Buffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::DataType;

use super::bytes::{ByteInterner, Overflow};
use super::{Encoder, normalise};
use crate::column::{EncodedColumn, NULL_CODE};
use crate::error::TableError;

/// Marks a dictionary value whose code was not asked for yet.
const UNSEEN: u32 = NULL_CODE - 1;

/// Encodes `Utf8` and `Binary` columns.
pub(super) struct TextEncoder {
    name: String,
    data_type: DataType,
    interner: ByteInterner,
    codes: Vec<u32>,
    /// The dictionary of the last array and the codes of its values: files keep one dictionary over many batches.
    dictionary: Option<(ArrayRef, Vec<u32>)>,
}

impl TextEncoder {
    pub(super) fn new(name: &str, data_type: DataType, rows_expected: usize) -> Self {
        Self {
            name: name.to_owned(),
            data_type,
            interner: ByteInterner::new(),
            codes: Vec::with_capacity(rows_expected),
            dictionary: None,
        }
    }

    fn push_bytes<T: ByteArrayType>(&mut self, array: &GenericByteArray<T>) -> Result<(), Overflow> {
        let codes = &mut self.codes;
        match array.logical_nulls() {
            None => {
                let values = (0..array.len()).map(|row| AsRef::<[u8]>::as_ref(array.value(row)));
                self.interner.intern_all(values, |code| codes.push(code))
            }
            Some(nulls) => {
                let start = codes.len();
                codes.resize(start + array.len(), NULL_CODE);
                let values = nulls.valid_indices().map(|row| AsRef::<[u8]>::as_ref(array.value(row)));
                let mut rows = nulls.valid_indices();
                self.interner.intern_all(values, |code| {
                    if let Some(row) = rows.next() {
                        codes[start + row] = code;
                    }
                })
            }
        }
    }

    fn push_views<T: ByteViewType>(&mut self, array: &GenericByteViewArray<T>) -> Result<(), Overflow> {
        for row in 0..array.len() {
            let code = if array.is_null(row) { NULL_CODE } else { self.interner.intern(array.value(row).as_ref())? };
            self.codes.push(code);
        }
        Ok(())
    }

    fn push_dictionary<K: ArrowDictionaryKeyType>(&mut self, array: &DictionaryArray<K>) -> Result<(), TableError> {
        let values = normalise(array.values(), &self.data_type)?;
        let mut codes_of = match self.dictionary.take() {
            Some((last, codes)) if same_buffers(&last, &values) => codes,
            _ => vec![UNSEEN; values.len()],
        };
        let keys = array.keys();
        let nulls = keys.nulls();
        self.codes.reserve(keys.len());
        for (row, key) in keys.values().iter().enumerate() {
            if nulls.is_some_and(|nulls| nulls.is_null(row)) {
                self.codes.push(NULL_CODE);
                continue;
            }
            let code = &mut codes_of[key.as_usize()];
            if *code == UNSEEN {
                *code = self.code_of(&values, key.as_usize())?;
            }
            self.codes.push(*code);
        }
        self.dictionary = Some((values, codes_of));
        Ok(())
    }

    fn code_of(&mut self, values: &ArrayRef, position: usize) -> Result<u32, TableError> {
        if values.is_null(position) {
            return Ok(NULL_CODE);
        }
        let code = match &self.data_type {
            DataType::Utf8 => self.interner.intern(values.as_string::<i32>().value(position).as_bytes()),
            _ => self.interner.intern(values.as_binary::<i32>().value(position)),
        };
        code.map_err(|Overflow| self.too_long())
    }

    fn too_long(&self) -> TableError {
        TableError::TextTooLong { column: self.name.clone() }
    }
}

/// Whether two arrays are the same memory, which is as good as equal and much cheaper to find out.
fn same_buffers(left: &ArrayRef, right: &ArrayRef) -> bool {
    left.len() == right.len() && left.to_data().ptr_eq(&right.to_data())
}

impl Encoder for TextEncoder {
    fn push(&mut self, array: &ArrayRef) -> Result<(), TableError> {
        let pushed = match array.data_type() {
            DataType::Utf8 => self.push_bytes(array.as_string::<i32>()),
            DataType::LargeUtf8 => self.push_bytes(array.as_string::<i64>()),
            DataType::Utf8View => self.push_views(array.as_string_view()),
            DataType::Binary => self.push_bytes(array.as_binary::<i32>()),
            DataType::LargeBinary => self.push_bytes(array.as_binary::<i64>()),
            DataType::BinaryView => self.push_views(array.as_binary_view()),
            DataType::Null => {
                self.codes.resize(self.codes.len() + array.len(), NULL_CODE);
                Ok(())
            }
            DataType::Dictionary(key, _) => {
                return match key.as_ref() {
                    DataType::Int8 => self.push_dictionary(array.as_dictionary::<Int8Type>()),
                    DataType::Int16 => self.push_dictionary(array.as_dictionary::<Int16Type>()),
                    DataType::Int32 => self.push_dictionary(array.as_dictionary::<Int32Type>()),
                    DataType::Int64 => self.push_dictionary(array.as_dictionary::<Int64Type>()),
                    DataType::UInt8 => self.push_dictionary(array.as_dictionary::<UInt8Type>()),
                    DataType::UInt16 => self.push_dictionary(array.as_dictionary::<UInt16Type>()),
                    DataType::UInt32 => self.push_dictionary(array.as_dictionary::<UInt32Type>()),
                    _ => self.push_dictionary(array.as_dictionary::<UInt64Type>()),
                };
            }
            _ => return self.push(&normalise(array, &self.data_type.clone())?),
        };
        pushed.map_err(|Overflow| self.too_long())
    }

    fn codes(&mut self) -> &mut Vec<u32> {
        &mut self.codes
    }

    fn finish(self: Box<Self>) -> Result<EncodedColumn, TableError> {
        let (mut bytes, offsets) = self.interner.into_parts();
        bytes.shrink_to_fit();
        let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
        let bytes = Buffer::from_vec(bytes);
        let values: ArrayRef = match self.data_type {
            DataType::Utf8 => Arc::new(StringArray::try_new(offsets, bytes, None)?),
            _ => Arc::new(BinaryArray::try_new(offsets, bytes, None)?),
        };
        Ok(EncodedColumn { codes: self.codes.into(), values })
    }
}
