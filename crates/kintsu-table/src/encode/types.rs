//! Which types columns are kept in, and how arrays of kindred types get there.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{ArrowError, DataType, Field, FieldRef};

/// The type in which a column of `data_type` is encoded: one layout for text, one for bytes, one for lists, no dictionaries,
/// everything else as it is. None for what cannot be encoded: structs, maps, unions, lists of lists.
///
/// A column of nulls only counts as text.
pub(crate) fn encoded_type(data_type: &DataType) -> Option<DataType> {
    match data_type {
        DataType::Null | DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Some(DataType::Utf8),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => Some(DataType::Binary),
        DataType::Float16 => Some(DataType::Float32),
        DataType::Dictionary(_, values) => encoded_type(values),
        DataType::RunEndEncoded(_, values) => encoded_type(values.data_type()),
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::ListView(item)
        | DataType::LargeListView(item)
        | DataType::FixedSizeList(item, _) => Some(DataType::List(encoded_item(item)?)),
        DataType::Struct(_) | DataType::Map(..) | DataType::Union(..) | DataType::Interval(_) => None,
        other => Some(other.clone()),
    }
}

fn encoded_item(item: &FieldRef) -> Option<FieldRef> {
    let inner = encoded_type(item.data_type())?;
    let nested = matches!(inner, DataType::List(_));
    (!nested).then(|| Arc::new(Field::new(Field::LIST_FIELD_DEFAULT_NAME, inner, true)))
}

/// `array` as `data_type`; an error where a value does not fit.
pub(crate) fn normalise(array: &ArrayRef, data_type: &DataType) -> Result<ArrayRef, ArrowError> {
    if array.data_type() == data_type {
        return Ok(Arc::clone(array));
    }
    cast_with_options(array, data_type, &CastOptions { safe: false, ..CastOptions::default() })
}
