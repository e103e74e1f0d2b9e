//! Plain columns of a row group on their own short way into pages: values that hardly repeat, of which neither a dictionary nor
//! statistics would be of use.
//!
//! Arrow's bitmaps are what Parquet wants for levels and booleans, so that these are copied.

use arrow_array::cast::AsArray;
use arrow_array::types::{ArrowPrimitiveType, Date32Type, Float64Type, Int32Type, Int64Type, UInt64Type};
use arrow_array::{Array, ArrayRef, BooleanArray, PrimitiveArray, StringArray};
use arrow_buffer::BooleanBuffer;
use arrow_schema::DataType;
use parquet::basic::Encoding;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::schema::types::ColumnDescPtr;

use super::hybrid;
use super::pages::{EncodedChunk, Pages, ROWS_PER_PAGE, close};

/// Whether columns of this type can be written this way.
pub(super) fn takes(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Utf8
            | DataType::Int32
            | DataType::Int64
            | DataType::UInt64
            | DataType::Float64
            | DataType::Date32
            | DataType::Boolean
    )
}

/// The bytes of a column chunk that holds `array`, and what the file has to know of it.
pub(super) fn encode(array: &ArrayRef, descriptor: &ColumnDescPtr, random: bool) -> ParquetResult<EncodedChunk> {
    let levels = descriptor.max_def_level() > 0;
    if !levels && array.null_count() > 0 {
        return Err(ParquetError::General(format!("the column {} holds nulls that its schema rules out", descriptor.name())));
    }
    let mut pages = Pages::new(levels, random);
    let mut count = 0;
    for start in (0..array.len()).step_by(ROWS_PER_PAGE) {
        let page = array.slice(start, ROWS_PER_PAGE.min(array.len() - start));
        let mut content = Vec::with_capacity(bytes_max(&page));
        if levels {
            append_levels(&page, &mut content);
        }
        append_values(&page, &mut content)?;
        if count == 0 {
            pages.compress_if_it_pays(&content)?;
        }
        pages.write_content(content, page.len(), Encoding::PLAIN)?;
        count += 1;
    }
    close(pages, descriptor, array.len(), None, count, None)
}

/// No page of these rows is longer.
fn bytes_max(page: &ArrayRef) -> usize {
    let values = match page.as_string_opt::<i32>() {
        Some(texts) => 4 * texts.len() + texts.value_offsets().last().map_or(0, |last| *last - texts.value_offsets()[0]) as usize,
        None => page.len() * page.data_type().primitive_width().unwrap_or(1),
    };
    // Levels are a bit a row, and the lengths before them.
    values + page.len() / 8 + 16
}

fn append_levels(page: &ArrayRef, content: &mut Vec<u8>) {
    content.extend_from_slice(&[0; 4]);
    match page.nulls().filter(|nulls| nulls.null_count() > 0) {
        None => hybrid::append_run(1, page.len(), 1, content),
        Some(nulls) => hybrid::append_bitmap(&bitmap(nulls.inner()), content),
    }
    let length = (content.len() - 4) as u32;
    content[..4].copy_from_slice(&length.to_le_bytes());
}

/// The bits of `buffer` from the first byte on, what is left of the last byte zero.
fn bitmap(buffer: &BooleanBuffer) -> Vec<u8> {
    let mut bytes = buffer.sliced().as_slice()[..buffer.len().div_ceil(8)].to_vec();
    if let Some(last) = bytes.last_mut().filter(|_| !buffer.len().is_multiple_of(8)) {
        *last &= (1 << (buffer.len() % 8)) - 1;
    }
    bytes
}

fn append_values(page: &ArrayRef, content: &mut Vec<u8>) -> ParquetResult<()> {
    match page.data_type() {
        DataType::Utf8 => append_texts(page.as_string(), content),
        DataType::Int32 => append_numbers::<Int32Type, 4>(page.as_primitive(), i32::to_le_bytes, content),
        DataType::Date32 => append_numbers::<Date32Type, 4>(page.as_primitive(), i32::to_le_bytes, content),
        DataType::Int64 => append_numbers::<Int64Type, 8>(page.as_primitive(), i64::to_le_bytes, content),
        DataType::UInt64 => append_numbers::<UInt64Type, 8>(page.as_primitive(), u64::to_le_bytes, content),
        DataType::Float64 => append_numbers::<Float64Type, 8>(page.as_primitive(), f64::to_le_bytes, content),
        DataType::Boolean => append_booleans(page.as_boolean(), content),
        other => return Err(ParquetError::General(format!("a column of {other} has no short way"))),
    }
    Ok(())
}

fn append_texts(texts: &StringArray, content: &mut Vec<u8>) {
    let offsets = texts.value_offsets();
    let bytes = texts.value_data();
    for row in 0..texts.len() {
        if texts.is_valid(row) {
            let value = &bytes[offsets[row] as usize..offsets[row + 1] as usize];
            content.extend_from_slice(&(value.len() as u32).to_le_bytes());
            content.extend_from_slice(value);
        }
    }
}

fn append_numbers<T: ArrowPrimitiveType, const WIDTH: usize>(
    numbers: &PrimitiveArray<T>,
    to_bytes: impl Fn(T::Native) -> [u8; WIDTH],
    content: &mut Vec<u8>,
) {
    if numbers.null_count() == 0 {
        numbers.values().iter().for_each(|value| content.extend_from_slice(&to_bytes(*value)));
    } else {
        numbers.iter().flatten().for_each(|value| content.extend_from_slice(&to_bytes(value)));
    }
}

fn append_booleans(values: &BooleanArray, content: &mut Vec<u8>) {
    if values.null_count() == 0 {
        content.extend_from_slice(&bitmap(values.values()));
    } else {
        let present: BooleanBuffer = values.iter().flatten().collect();
        content.extend_from_slice(&bitmap(&present));
    }
}
