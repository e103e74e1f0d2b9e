//! Text that is read as what it stands for, in formats whose columns are text.

use arrow_array::{Array, ArrayRef};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::DataType;

use super::integers::integers_where_all_are;
use crate::column::{Column, ColumnData};
use crate::error::TableError;
use crate::input::ReadOptions;

/// The column as the options want it; only columns of text change.
pub(super) fn typed_where_wanted(column: Column, options: &ReadOptions) -> Result<Column, TableError> {
    if *column.data_type() != DataType::Utf8 {
        return Ok(column);
    }
    if let Some((_, data_type)) = options.types.iter().find(|(name, _)| **name == *column.name) {
        return of_type(column, data_type);
    }
    let ids = options.integers.iter().any(|name| **name == *column.name);
    let integers = if ids { integers_where_all_are(&column) } else { None };
    Ok(integers.unwrap_or(column))
}

/// The column of text with values of `data_type`. Several texts may stand for one value, so distinct values are found anew.
fn of_type(column: Column, data_type: &DataType) -> Result<Column, TableError> {
    let name = column.name.to_string();
    match &column.data {
        _ if *data_type == DataType::Utf8 => Ok(column),
        ColumnData::Plain(array) => Ok(Column::plain(&name, parsed(&name, array, data_type)?)),
        ColumnData::Encoded(encoded) => {
            let mut encoded = encoded.clone();
            encoded.values = parsed(&name, &encoded.values, data_type)?;
            Column::encode(&name, &encoded.to_array()?)
        }
    }
}

fn parsed(name: &str, texts: &ArrayRef, data_type: &DataType) -> Result<ArrayRef, TableError> {
    let options = CastOptions { safe: true, ..CastOptions::default() };
    let parsed = cast_with_options(texts, data_type, &options)?;
    match parsed.null_count() - texts.null_count() {
        0 => Ok(parsed),
        values => Err(TableError::NotOfType { column: name.to_owned(), data_type: data_type.clone(), values }),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;

    use arrow_array::cast::AsArray;
    use arrow_array::types::Int64Type;
    use arrow_array::{Date32Array, StringArray};

    use super::*;
    use crate::column::NULL_CODE;

    fn read_as(texts: &[Option<&str>], data_type: DataType) -> Result<Column, TableError> {
        let texts: ArrayRef = Arc::new(StringArray::from(texts.to_vec()));
        let options = ReadOptions { types: vec![("a".to_owned(), data_type)], ..ReadOptions::default() };
        typed_where_wanted(Column::encode("a", &texts).unwrap(), &options)
    }

    #[test]
    fn texts_for_one_value_become_one_value() {
        let column = read_as(&[Some("7"), Some("07"), None, Some("8")], DataType::Int64).unwrap();
        let encoded = column.encoded().unwrap();
        assert_eq!(encoded.values.as_primitive::<Int64Type>().values(), &[7, 8]);
        assert_eq!(encoded.codes.as_ref(), &[0, 0, NULL_CODE, 1]);
    }

    #[test]
    fn dates_are_read_and_what_is_none_is_refused() {
        let column = read_as(&[Some("1970-01-02"), None], DataType::Date32).unwrap();
        let days = column.to_array().unwrap();
        assert_eq!(days.as_any().downcast_ref::<Date32Array>().unwrap(), &Date32Array::from(vec![Some(1), None]));
        let refused = read_as(&[Some("1970-01-02"), Some("soon")], DataType::Date32).unwrap_err();
        assert!(matches!(refused, TableError::NotOfType { values: 1, .. }), "{refused}");
    }
}
