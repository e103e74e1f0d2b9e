//! The ids of records: their native order and their text.

use std::borrow::Cow;
use std::cmp::Ordering;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int64Type, TimestampMicrosecondType, UInt64Type};
use arrow_array::{Array, ArrayRef, Float64Array, Int64Array, StringArray, UInt64Array};
use arrow_cast::cast;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{DataType, TimeUnit};
use kintsu_table::{ColumnData, Table};

use super::{find_column, order};
use crate::error::LinkError;

/// The ids of all records. None is null.
#[derive(Debug, Clone)]
pub struct RecordIds {
    /// As they came, in pair order.
    array: ArrayRef,
    kind: Kind,
}

/// Whether a column of this type can hold ids: numbers, text, dates and timestamps can; what has no order or is nested cannot.
///
/// ```
/// use arrow_schema::DataType;
/// assert!(kintsu_link::records::can_be_id(&DataType::Int64) && !kintsu_link::records::can_be_id(&DataType::Boolean));
/// ```
pub fn can_be_id(data_type: &DataType) -> bool {
    RecordIds::of(arrow_array::new_empty_array(data_type)).is_some()
}

#[derive(Debug, Clone)]
enum Kind {
    /// Row numbers of an input without ids, or any signed integers.
    Integers(Int64Array),
    Unsigned(UInt64Array),
    Floats(Float64Array),
    Text(StringArray),
}

impl RecordIds {
    /// Reads the column called `name`, or numbers the rows.
    pub(super) fn read(table: &Table, name: Option<&str>) -> Result<Self, LinkError> {
        let Some(name) = name else {
            return Ok(Self::from_integers((0..table.rows() as i64).collect::<Vec<i64>>().into()));
        };
        let column = find_column(table, name, "the id")?;
        let array = match &column.data {
            ColumnData::Plain(array) => array.clone(),
            ColumnData::Encoded(encoded) => order::gather_all(encoded)?,
        };
        let missing = array.null_count();
        if missing > 0 {
            return Err(LinkError::MissingIds { column: column.name.to_string(), rows: missing });
        }
        Self::of(array).ok_or_else(|| LinkError::UnsupportedIdType {
            column: column.name.to_string(),
            data_type: column.data_type().to_string(),
        })
    }

    fn from_integers(numbers: Int64Array) -> Self {
        Self { array: std::sync::Arc::new(numbers.clone()), kind: Kind::Integers(numbers) }
    }

    fn of(array: ArrayRef) -> Option<Self> {
        let to = |data_type: &DataType| cast(&array, data_type).ok();
        let kind = match array.data_type() {
            DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64
            | DataType::UInt8
            | DataType::UInt16
            | DataType::UInt32 => Kind::Integers(to(&DataType::Int64)?.as_primitive::<Int64Type>().clone()),
            DataType::UInt64 => Kind::Unsigned(array.as_primitive::<UInt64Type>().clone()),
            DataType::Float16 | DataType::Float32 | DataType::Float64 => {
                Kind::Floats(to(&DataType::Float64)?.as_primitive::<Float64Type>().clone())
            }
            DataType::Date32 => Kind::Integers(Int64Array::from_iter_values(
                array.as_primitive::<Date32Type>().values().iter().map(|&day| i64::from(day)),
            )),
            DataType::Timestamp(_, zone) => {
                let micros = to(&DataType::Timestamp(TimeUnit::Microsecond, zone.clone()))?;
                Kind::Integers(Int64Array::new(micros.as_primitive::<TimestampMicrosecondType>().values().clone(), None))
            }
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                Kind::Text(to(&DataType::Utf8)?.as_string::<i32>().clone())
            }
            _ => return None,
        };
        Some(Self { array, kind })
    }

    /// The number of records.
    pub fn len(&self) -> usize {
        self.array.len()
    }

    /// Whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.array.is_empty()
    }

    /// The ids as they came, in pair order.
    pub fn array(&self) -> &ArrayRef {
        &self.array
    }

    /// The ids of `rows`.
    ///
    /// # Errors
    /// [`LinkError::Output`].
    pub fn gather(&self, rows: &[u32]) -> Result<ArrayRef, LinkError> {
        order::take_rows(&self.array, rows)
    }

    /// The id of `row` as text.
    pub fn text(&self, row: usize) -> Cow<'_, str> {
        match &self.kind {
            Kind::Text(text) => Cow::Borrowed(text.value(row)),
            Kind::Integers(numbers) if self.array.data_type().is_integer() => Cow::Owned(numbers.value(row).to_string()),
            Kind::Unsigned(numbers) => Cow::Owned(numbers.value(row).to_string()),
            _ => {
                let options = FormatOptions::default();
                let formatted = ArrayFormatter::try_new(&self.array, &options).map(|formatter| formatter.value(row).to_string());
                Cow::Owned(formatted.unwrap_or_default())
            }
        }
    }

    /// The row of the record whose id reads `text`, when exactly one does. Takes O(n) time.
    pub fn find(&self, text: &str) -> Option<usize> {
        let mut found = (0..self.len()).filter(|&row| self.text(row) == text);
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    /// The native order: numbers by size, text bytewise.
    pub(super) fn compare(&self, left: usize, right: usize) -> Ordering {
        match &self.kind {
            Kind::Integers(numbers) => numbers.value(left).cmp(&numbers.value(right)),
            Kind::Unsigned(numbers) => numbers.value(left).cmp(&numbers.value(right)),
            Kind::Floats(numbers) => numbers.value(left).total_cmp(&numbers.value(right)),
            Kind::Text(text) => text.value(left).cmp(text.value(right)),
        }
    }

    /// A number that orders as the ids do, where it differs: the first eight bytes of text, or the whole number.
    pub(super) fn prefix(&self, row: usize) -> u64 {
        const SIGN: u64 = 1 << 63;
        match &self.kind {
            Kind::Integers(numbers) => numbers.value(row) as u64 ^ SIGN,
            Kind::Unsigned(numbers) => numbers.value(row),
            Kind::Floats(numbers) => {
                let bits = numbers.value(row).to_bits();
                if bits & SIGN == 0 { bits | SIGN } else { !bits }
            }
            Kind::Text(text) => text_prefix(text.value(row)),
        }
    }

    /// Puts the ids into another order.
    pub(super) fn permuted(self, rows: &[u32]) -> Self {
        order::take_rows(&self.array, rows).ok().and_then(Self::of).unwrap_or(self)
    }
}

/// The first eight bytes as a big-endian number, zeros after the end.
pub(super) fn text_prefix(text: &str) -> u64 {
    let mut bytes = [0; 8];
    let length = text.len().min(8);
    bytes[..length].copy_from_slice(&text.as_bytes()[..length]);
    u64::from_be_bytes(bytes)
}
