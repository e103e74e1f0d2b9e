//! Text that is integers, as ids in CSV files often are.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, Int64Array};

use crate::column::{Column, ColumnData};

/// The column of text with integers, when every value is an integer as it is usually written; none when not.
pub(super) fn integers_where_all_are(column: &Column) -> Option<Column> {
    let data = match &column.data {
        ColumnData::Encoded(encoded) if encoded.values.is_empty() => None,
        ColumnData::Encoded(encoded) => canonical_integers(&encoded.values).map(|values| {
            let mut encoded = encoded.clone();
            encoded.values = values;
            ColumnData::Encoded(encoded)
        }),
        ColumnData::Plain(array) if array.null_count() == array.len() => None,
        ColumnData::Plain(array) => canonical_integers(array).map(ColumnData::Plain),
    };
    data.map(|data| Column { name: Arc::clone(&column.name), data })
}

/// The integers that the texts are; none when a text is no integer, or is one written unusually.
pub(super) fn canonical_integers(texts: &ArrayRef) -> Option<ArrayRef> {
    let texts = texts.as_string_opt::<i32>()?;
    let mut integers = Vec::with_capacity(texts.len());
    for text in texts {
        integers.push(match text {
            Some(text) => Some(canonical_integer(text)?),
            None => None,
        });
    }
    Some(Arc::new(Int64Array::from(integers)))
}

fn canonical_integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let canonical = digits == "0" && text == "0" || !digits.starts_with('0') && !digits.starts_with('+');
    if canonical { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_integers_written_as_usual_count() {
        for (text, number) in [
            ("0", Some(0)),
            ("17", Some(17)),
            ("-5", Some(-5)),
            ("9223372036854775807", Some(i64::MAX)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("9223372036854775808", None),
            ("007", None),
            ("-0", None),
            ("+1", None),
            ("-+1", None),
            ("1.0", None),
            (" 1", None),
            ("", None),
            ("-", None),
        ] {
            assert_eq!(canonical_integer(text), number, "{text:?}");
        }
    }
}
