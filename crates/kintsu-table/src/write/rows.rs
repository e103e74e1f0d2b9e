//! Values as text, for the formats that are text: rows of a batch are rendered in parallel pieces and written in order.

use std::io::Write;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{Array, ArrayRef, BooleanArray, GenericByteArray, PrimitiveArray, RecordBatch};
use arrow_cast::cast;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{DataType, Schema};
use rayon::prelude::*;

use super::Output;
use crate::error::TableError;

/// Rows rendered as one piece.
const ROWS_PER_PIECE: usize = 1 << 13;

/// Refuses columns that text formats do not hold.
pub(super) fn check_types(schema: &Schema) -> Result<(), TableError> {
    for field in schema.fields() {
        let values = match field.data_type() {
            DataType::Dictionary(_, values) => values,
            other => other,
        };
        if !writable(values, true) {
            return Err(TableError::unsupported(field.name(), field.data_type(), "cannot be written as text"));
        }
    }
    Ok(())
}

fn writable(data_type: &DataType, lists: bool) -> bool {
    match data_type {
        DataType::ListView(_)
        | DataType::LargeListView(_)
        | DataType::Struct(_)
        | DataType::Map(..)
        | DataType::Union(..)
        | DataType::Dictionary(..)
        | DataType::RunEndEncoded(..) => false,
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            lists && writable(item.data_type(), false)
        }
        _ => true,
    }
}

/// Renders the rows of `batch` with `row` and writes them in order.
pub(super) fn write_rows(
    batch: &RecordBatch,
    output: &mut Output,
    path: &Path,
    row: impl Fn(&[Cells<'_>], usize, &mut Vec<u8>) + Sync,
) -> Result<(), TableError> {
    let pieces = render_rows(batch, row)?;
    pieces.iter().try_for_each(|piece| output.write_all(piece)).map_err(|source| TableError::write(path, source))
}

/// Renders the rows of `batch` with `row`, in pieces.
pub(super) fn render_rows(
    batch: &RecordBatch,
    row: impl Fn(&[Cells<'_>], usize, &mut Vec<u8>) + Sync,
) -> Result<Vec<Vec<u8>>, TableError> {
    let prepared = batch.columns().iter().map(Prepared::new).collect::<Result<Vec<_>, _>>()?;
    let starts: Vec<usize> = (0..batch.num_rows()).step_by(ROWS_PER_PIECE).collect();
    let render = |start: usize| {
        let end = (start + ROWS_PER_PIECE).min(batch.num_rows());
        let cells = prepared.iter().map(Prepared::cells).collect::<Result<Vec<_>, _>>()?;
        let mut text = Vec::new();
        (start..end).for_each(|position| row(&cells, position, &mut text));
        Ok(text)
    };
    starts.into_par_iter().map(render).collect()
}

/// A column ready to be rendered: its keys, where it is a dictionary, and its values.
struct Prepared {
    keys: Option<PrimitiveArray<UInt32Type>>,
    values: ArrayRef,
}

impl Prepared {
    fn new(column: &ArrayRef) -> Result<Self, TableError> {
        let DataType::Dictionary(key, _) = column.data_type() else {
            return Ok(Self { keys: None, values: normal(column)? });
        };
        if **key != DataType::UInt32 {
            return Ok(Self { keys: None, values: normal(&super::plain_array(column)?)? });
        }
        let dictionary = column.as_dictionary::<UInt32Type>();
        Ok(Self { keys: Some(dictionary.keys().clone()), values: normal(dictionary.values())? })
    }

    fn cells(&self) -> Result<Cells<'_>, TableError> {
        Ok(Cells { keys: self.keys.as_ref(), values: Values::new(&self.values)? })
    }
}

fn normal(array: &ArrayRef) -> Result<ArrayRef, TableError> {
    match array.data_type() {
        DataType::LargeUtf8 | DataType::Utf8View => Ok(cast(array, &DataType::Utf8)?),
        // The formatter knows offsets, not names of zones; what is stored are instants.
        DataType::Timestamp(unit, Some(_)) => {
            let instants = cast(array, &DataType::Int64)?;
            Ok(cast(&instants, &DataType::Timestamp(*unit, Some("+00:00".into())))?)
        }
        DataType::LargeList(item) | DataType::FixedSizeList(item, _) => Ok(cast(array, &DataType::List(item.clone()))?),
        _ => Ok(ArrayRef::clone(array)),
    }
}

/// The values of a column, by row.
pub(super) struct Cells<'a> {
    keys: Option<&'a PrimitiveArray<UInt32Type>>,
    values: Values<'a>,
}

impl<'a> Cells<'a> {
    /// The value of `row`.
    pub(super) fn get(&self, row: usize) -> Cell<'a, '_> {
        match self.keys {
            None => self.values.get(row),
            Some(keys) if keys.is_null(row) => Cell::Null,
            Some(keys) => self.values.get(keys.value(row) as usize),
        }
    }
}

/// A value to be rendered.
pub(super) enum Cell<'a, 'b> {
    Null,
    Text(&'a str),
    Integer(i64),
    /// An integer that may not fit 64 signed bits.
    Unsigned(u64),
    Float(f64),
    /// Fewer digits tell a single from its neighbours.
    Single(f32),
    Boolean(bool),
    /// The elements of a list, as a column of their own and the range of its rows.
    List(Box<Values<'a>>, std::ops::Range<usize>),
    /// Anything else, with its usual text: dates, times, decimals, bytes.
    Other(&'b ArrayFormatter<'a>, usize),
}

/// A plain array, its type found out once.
pub(super) enum Values<'a> {
    Text(&'a GenericByteArray<arrow_array::types::Utf8Type>),
    Int8(&'a PrimitiveArray<Int8Type>),
    Int16(&'a PrimitiveArray<Int16Type>),
    Int32(&'a PrimitiveArray<Int32Type>),
    Int64(&'a PrimitiveArray<Int64Type>),
    UInt8(&'a PrimitiveArray<UInt8Type>),
    UInt16(&'a PrimitiveArray<UInt16Type>),
    UInt32(&'a PrimitiveArray<UInt32Type>),
    UInt64(&'a PrimitiveArray<UInt64Type>),
    Float32(&'a PrimitiveArray<Float32Type>),
    Float64(&'a PrimitiveArray<Float64Type>),
    Boolean(&'a BooleanArray),
    List(&'a arrow_array::ListArray),
    Other(&'a dyn Array, ArrayFormatter<'a>),
}

impl<'a> Values<'a> {
    fn new(array: &'a ArrayRef) -> Result<Self, TableError> {
        Ok(match array.data_type() {
            DataType::Utf8 => Self::Text(array.as_string()),
            DataType::Int8 => Self::Int8(array.as_primitive()),
            DataType::Int16 => Self::Int16(array.as_primitive()),
            DataType::Int32 => Self::Int32(array.as_primitive()),
            DataType::Int64 => Self::Int64(array.as_primitive()),
            DataType::UInt8 => Self::UInt8(array.as_primitive()),
            DataType::UInt16 => Self::UInt16(array.as_primitive()),
            DataType::UInt32 => Self::UInt32(array.as_primitive()),
            DataType::UInt64 => Self::UInt64(array.as_primitive()),
            DataType::Float32 => Self::Float32(array.as_primitive()),
            DataType::Float64 => Self::Float64(array.as_primitive()),
            DataType::Boolean => Self::Boolean(array.as_boolean()),
            DataType::List(_) => Self::List(array.as_list()),
            _ => Self::Other(array.as_ref(), ArrayFormatter::try_new(array.as_ref(), &FORMAT)?),
        })
    }

    /// The value of `row`.
    pub(super) fn get(&self, row: usize) -> Cell<'a, '_> {
        match self {
            Self::Text(array) if array.is_valid(row) => Cell::Text(array.value(row)),
            Self::Int8(array) => integer(array, row),
            Self::Int16(array) => integer(array, row),
            Self::Int32(array) => integer(array, row),
            Self::Int64(array) => integer(array, row),
            Self::UInt8(array) => integer(array, row),
            Self::UInt16(array) => integer(array, row),
            Self::UInt32(array) => integer(array, row),
            Self::UInt64(array) if array.is_valid(row) => Cell::Unsigned(array.value(row)),
            Self::Float32(array) if array.is_valid(row) => Cell::Single(array.value(row)),
            Self::Float64(array) if array.is_valid(row) => Cell::Float(array.value(row)),
            Self::Boolean(array) if array.is_valid(row) => Cell::Boolean(array.value(row)),
            Self::List(array) if array.is_valid(row) => {
                let range = array.offsets()[row] as usize..array.offsets()[row + 1] as usize;
                Self::new(array.values()).map_or(Cell::Null, |values| Cell::List(Box::new(values), range))
            }
            Self::Other(array, formatter) if array.is_valid(row) => Cell::Other(formatter, row),
            _ => Cell::Null,
        }
    }
}

fn integer<'a, 'b, T: ArrowPrimitiveType<Native: Into<i64>>>(array: &PrimitiveArray<T>, row: usize) -> Cell<'a, 'b> {
    if array.is_valid(row) { Cell::Integer(array.value(row).into()) } else { Cell::Null }
}

/// Dates and times as ISO 8601 has them.
const FORMAT: FormatOptions<'static> = FormatOptions::new();

/// Appends what `Display` gives; writing to memory does not fail.
pub(super) fn append(text: &mut Vec<u8>, value: impl std::fmt::Display) {
    let _ = write!(text, "{value}");
}

/// Appends a float so that reading it gives the same one; a whole number keeps its `.0`.
pub(super) fn append_float(text: &mut Vec<u8>, value: impl std::fmt::Debug) {
    let _ = write!(text, "{value:?}");
}
