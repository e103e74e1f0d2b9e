//! Encodes lists: two lists are one value when they hold equal elements, nulls included, in the same order.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type};
use arrow_array::{Array, ArrayRef, ListArray, UInt32Array, new_empty_array};
use arrow_schema::DataType;
use arrow_select::{concat::concat, take::take};

use super::bytes::{ByteInterner, Overflow};
use super::number::Distinct;
use super::{Encoder, normalise};
use crate::column::{EncodedColumn, NULL_CODE};
use crate::error::TableError;

/// Encodes `List` columns of anything but lists.
pub(super) struct ListEncoder {
    name: String,
    data_type: DataType,
    interner: ByteInterner,
    codes: Vec<u32>,
    /// The lists that each array brought first.
    pieces: Vec<ArrayRef>,
}

impl ListEncoder {
    pub(super) fn new(name: &str, data_type: DataType, rows_expected: usize) -> Result<Self, TableError> {
        let comparable = matches!(&data_type, DataType::List(item) if has_bytes(item.data_type()));
        if !comparable {
            return Err(TableError::unsupported(name, &data_type, "cannot be compared"));
        }
        let codes = Vec::with_capacity(rows_expected);
        Ok(Self { name: name.to_owned(), data_type, interner: ByteInterner::new(), codes, pieces: Vec::new() })
    }
}

fn has_bytes(item: &DataType) -> bool {
    matches!(item, DataType::Utf8 | DataType::Binary | DataType::Boolean) || item.primitive_width().is_some()
}

impl Encoder for ListEncoder {
    fn push(&mut self, array: &ArrayRef) -> Result<(), TableError> {
        let array = normalise(array, &self.data_type)?;
        let lists = with_canonical_items(array.as_list::<i32>())?;
        let mut key = Vec::new();
        let mut new_rows = Vec::new();
        for row in 0..lists.len() {
            if lists.is_null(row) {
                self.codes.push(NULL_CODE);
                continue;
            }
            key.clear();
            write_key(&lists, row, &mut key);
            let known = self.interner.len();
            let too_long = |Overflow| TableError::TextTooLong { column: self.name.clone() };
            self.codes.push(self.interner.intern(&key).map_err(too_long)?);
            if self.interner.len() > known {
                new_rows.push(row as u32);
            }
        }
        if !new_rows.is_empty() {
            self.pieces.push(take(&lists, &UInt32Array::from(new_rows), None)?);
        }
        Ok(())
    }

    fn codes(&mut self) -> &mut Vec<u32> {
        &mut self.codes
    }

    fn finish(self: Box<Self>) -> Result<EncodedColumn, TableError> {
        let pieces: Vec<&dyn Array> = self.pieces.iter().map(AsRef::as_ref).collect();
        let values = if pieces.is_empty() { new_empty_array(&self.data_type) } else { concat(&pieces)? };
        Ok(EncodedColumn { codes: self.codes.into(), values })
    }
}

fn with_canonical_items(lists: &ListArray) -> Result<ListArray, TableError> {
    let items: ArrayRef = match lists.value_type() {
        DataType::Float32 => Arc::new(lists.values().as_primitive::<Float32Type>().unary::<_, Float32Type>(Distinct::canonical)),
        DataType::Float64 => Arc::new(lists.values().as_primitive::<Float64Type>().unary::<_, Float64Type>(Distinct::canonical)),
        _ => return Ok(lists.clone()),
    };
    let DataType::List(field) = lists.data_type() else { return Ok(lists.clone()) };
    Ok(ListArray::try_new(Arc::clone(field), lists.offsets().clone(), items, lists.nulls().cloned())?)
}

/// Appends bytes that are equal exactly for equal lists: for each element a mark for null, then a length where it varies, then
/// the bytes of the value.
fn write_key(lists: &ListArray, row: usize, key: &mut Vec<u8>) {
    let start = lists.offsets()[row] as usize;
    let end = lists.offsets()[row + 1] as usize;
    let items = lists.values();
    for position in start..end {
        if items.is_null(position) {
            key.push(0);
            continue;
        }
        key.push(1);
        match items.data_type() {
            DataType::Utf8 => write_bytes(items.as_string::<i32>().value(position).as_bytes(), key),
            DataType::Binary => write_bytes(items.as_binary::<i32>().value(position), key),
            DataType::Boolean => key.push(u8::from(items.as_boolean().value(position))),
            other => {
                let width = other.primitive_width().unwrap_or(0);
                let data = items.to_data();
                let from = (data.offset() + position) * width;
                key.extend_from_slice(&data.buffers()[0].as_slice()[from..from + width]);
            }
        }
    }
}

fn write_bytes(value: &[u8], key: &mut Vec<u8>) {
    key.extend_from_slice(&(value.len() as u32).to_le_bytes());
    key.extend_from_slice(value);
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use arrow_array::builder::{ListBuilder, StringBuilder};
    use arrow_array::types::Int64Type;

    use super::super::encode_array;
    use super::*;

    #[test]
    fn lists_of_text_are_told_apart_by_every_element() {
        let mut builder = ListBuilder::new(StringBuilder::new());
        for list in [Some(vec!["a", "bc"]), Some(vec!["ab", "c"]), None, Some(vec![]), Some(vec!["a", "bc"]), Some(vec!["a"])] {
            builder.append_option(list.map(|list| list.into_iter().map(Some).collect::<Vec<_>>()));
        }
        let array: ArrayRef = Arc::new(builder.finish());
        let encoded = encode_array("x", &array).unwrap();
        assert_eq!(&encoded.codes[..], &[0, 1, NULL_CODE, 2, 0, 3]);
        assert_eq!(encoded.values.len(), 4);
        assert_eq!(encoded.values.as_list::<i32>().value(1).as_string::<i32>().value(0), "ab");
    }

    #[test]
    fn a_null_element_is_no_zero() {
        let lists = vec![Some(vec![Some(0)]), Some(vec![None]), Some(vec![Some(0)])];
        let array: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(lists));
        assert_eq!(&encode_array("x", &array).unwrap().codes[..], &[0, 1, 0]);
    }
}
