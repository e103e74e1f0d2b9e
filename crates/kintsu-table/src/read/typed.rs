//! Text that is read as what it stands for, in formats whose columns are text.

use arrow_array::{Array, ArrayRef};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::DataType;

use super::integers::integers_where_all_are;
use crate::column::{Column, ColumnData};
use crate::error::TableError;

/// A column whose texts are not all of the type that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unfit {
    pub(super) column: String,
    pub(super) data_type: DataType,
    /// How many of its values, or of its distinct ones where it is encoded, are not of the type.
    pub(super) values: usize,
    /// The first row with one of them.
    pub(super) row: usize,
}

/// Why a column cannot be had as the options want it.
#[derive(Debug)]
pub(super) enum Untyped {
    Unfit(Unfit),
    Failed(TableError),
}

impl<Failed: Into<TableError>> From<Failed> for Untyped {
    fn from(failed: Failed) -> Self {
        Self::Failed(failed.into())
    }
}

/// The columns with the `types` that are wanted, and those of `integers` as such where all their values are; only columns of text
/// change.
///
/// # Errors
/// The columns that hold something else, all of them.
pub(super) fn typed_where_wanted(
    columns: Vec<Column>,
    types: &[(String, DataType)],
    integers: &[String],
) -> Result<Result<Vec<Column>, Vec<Unfit>>, TableError> {
    let (mut typed, mut unfit) = (Vec::with_capacity(columns.len()), Vec::new());
    for column in columns {
        match typed_column(column, types, integers) {
            Ok(column) => typed.push(column),
            Err(Untyped::Unfit(found)) => unfit.push(found),
            Err(Untyped::Failed(error)) => return Err(error),
        }
    }
    Ok(if unfit.is_empty() { Ok(typed) } else { Err(unfit) })
}

fn typed_column(column: Column, types: &[(String, DataType)], integers: &[String]) -> Result<Column, Untyped> {
    if *column.data_type() != DataType::Utf8 {
        return Ok(column);
    }
    if let Some((_, data_type)) = types.iter().find(|(name, _)| **name == *column.name) {
        return of_type(column, data_type);
    }
    let ids = integers.iter().any(|name| **name == *column.name);
    let integers = if ids { integers_where_all_are(&column) } else { None };
    Ok(integers.unwrap_or(column))
}

/// The column of text with values of `data_type`. Several texts may stand for one value, so distinct values are found anew.
fn of_type(column: Column, data_type: &DataType) -> Result<Column, Untyped> {
    let name = column.name.to_string();
    match &column.data {
        _ if *data_type == DataType::Utf8 => Ok(column),
        ColumnData::Plain(array) => {
            let parsed = parsed(&name, array, data_type, UnfitPlaces::first)?;
            Ok(Column::plain(&name, parsed))
        }
        ColumnData::Encoded(encoded) => {
            let mut typed = encoded.clone();
            let is_unfit = |unfit: &UnfitPlaces| encoded.codes.iter().position(|code| unfit.holds(*code as usize));
            typed.values = parsed(&name, &encoded.values, data_type, is_unfit)?;
            Ok(Column::encode(&name, &typed.to_array()?)?)
        }
    }
}

/// The places of texts that came to nothing.
struct UnfitPlaces {
    texts: ArrayRef,
    parsed: ArrayRef,
}

impl UnfitPlaces {
    fn holds(&self, place: usize) -> bool {
        place < self.texts.len() && self.texts.is_valid(place) && self.parsed.is_null(place)
    }

    fn first(&self) -> Option<usize> {
        (0..self.texts.len()).find(|place| self.holds(*place))
    }
}

/// The values of the texts; `first_row` tells the row of the first that has none.
fn parsed(
    name: &str,
    texts: &ArrayRef,
    data_type: &DataType,
    first_row: impl Fn(&UnfitPlaces) -> Option<usize>,
) -> Result<ArrayRef, Untyped> {
    let options = CastOptions { safe: true, ..CastOptions::default() };
    let parsed = cast_with_options(texts, data_type, &options)?;
    let values = parsed.null_count() - texts.null_count();
    // Distinct values may outlive the rows that had them.
    if values == 0 {
        return Ok(parsed);
    }
    match first_row(&UnfitPlaces { texts: ArrayRef::clone(texts), parsed: ArrayRef::clone(&parsed) }) {
        None => Ok(parsed),
        Some(row) => Err(Untyped::Unfit(Unfit { column: name.to_owned(), data_type: data_type.clone(), values, row })),
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

    fn read_as(texts: &[Option<&str>], data_type: DataType) -> Result<Column, Vec<Unfit>> {
        let texts: ArrayRef = Arc::new(StringArray::from(texts.to_vec()));
        let types = [("a".to_owned(), data_type)];
        let encoded = vec![Column::encode("a", &texts).unwrap()];
        typed_where_wanted(encoded, &types, &[]).unwrap().map(|mut columns| columns.remove(0))
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
        let refused =
            read_as(&[Some("1970-01-02"), None, Some("soon"), Some("late"), Some("soon")], DataType::Date32).unwrap_err();
        assert_eq!(refused, [Unfit { column: "a".to_owned(), data_type: DataType::Date32, values: 2, row: 2 }]);
    }

    #[test]
    fn every_unfit_column_is_told_whether_encoded_or_carried() {
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("1"), None, Some("x")]));
        let columns = vec![
            Column::encode("a", &texts).unwrap(),
            Column::plain("b", Arc::clone(&texts)),
            Column::plain("c", texts.slice(0, 2)),
        ];
        let types = ["a", "b", "c"].map(|name| (name.to_owned(), DataType::Int64));
        let unfit = typed_where_wanted(columns, &types, &[]).unwrap().unwrap_err();
        let found: Vec<(&str, usize, usize)> = unfit.iter().map(|unfit| (&*unfit.column, unfit.values, unfit.row)).collect();
        assert_eq!(found, [("a", 1, 2), ("b", 1, 2)]);
    }
}
