//! A dictionary column on its way into a column chunk.
//!
//! The keys of the batches are gathered; when the row group is full, the values that occur are written once as the chunk's
//! dictionary and the keys packed behind it, without hashing any value again. Where a dictionary does not pay, because most
//! values occur once, the values are written plainly.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, DictionaryArray};
use arrow_schema::DataType;
use parquet::data_type::ByteArray;
use parquet::file::statistics::Statistics;

use crate::column::{EncodedColumn, NULL_CODE};
use crate::encode::{Encoder, encoder};
use crate::error::TableError;

/// Longer texts are no use as the smallest and the largest value of a chunk.
const STATISTICS_BYTES_MAX: usize = 64;

/// Whether columns of this type are written from their dictionaries.
pub(super) fn takes(data_type: &DataType) -> bool {
    let DataType::Dictionary(key, values) = data_type else { return false };
    let values = matches!(
        **values,
        DataType::Utf8
            | DataType::Binary
            | DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64
            | DataType::UInt8
            | DataType::UInt16
            | DataType::UInt32
            | DataType::UInt64
            | DataType::Float32
            | DataType::Float64
            | DataType::Date32
    );
    values && **key == DataType::UInt32
}

/// The keys of a row group so far.
#[derive(Default)]
pub(super) struct KeyColumn {
    gathered: Gathered,
}

#[derive(Default)]
enum Gathered {
    #[default]
    Nothing,
    /// All batches had one dictionary.
    Keys { values: ArrayRef, keys: Vec<u32> },
    /// The batches had dictionaries of their own.
    Merged(Box<dyn Encoder>),
}

impl KeyColumn {
    pub(super) fn push(&mut self, name: &str, array: &DictionaryArray<UInt32Type>) -> Result<(), TableError> {
        let whole: ArrayRef = Arc::new(array.clone());
        self.gathered = match std::mem::take(&mut self.gathered) {
            Gathered::Nothing => Gathered::Keys { values: Arc::clone(array.values()), keys: keys_of(array).collect() },
            Gathered::Keys { values, mut keys } if same_values(&values, array.values()) => {
                keys.extend(keys_of(array));
                Gathered::Keys { values, keys }
            }
            Gathered::Keys { values, keys } => {
                let mut merged = encoder(name, values.data_type(), keys.len())?;
                let before = EncodedColumn { codes: keys.into(), values };
                merged.push(&(Arc::new(before.to_dictionary()?) as ArrayRef))?;
                merged.push(&whole)?;
                Gathered::Merged(merged)
            }
            Gathered::Merged(mut merged) => {
                merged.push(&whole)?;
                Gathered::Merged(merged)
            }
        };
        Ok(())
    }

    /// What is to be written, ready to be cut into pages; none when nothing was gathered.
    pub(super) fn finish(self) -> Result<Option<Chunk>, TableError> {
        match self.gathered {
            Gathered::Nothing => Ok(None),
            Gathered::Keys { values, keys } => Ok(Chunk::new(&values, keys)),
            Gathered::Merged(merged) => {
                let encoded = merged.finish()?;
                Ok(Chunk::new(&encoded.values, encoded.codes.to_vec()))
            }
        }
    }
}

fn keys_of(array: &DictionaryArray<UInt32Type>) -> impl Iterator<Item = u32> {
    let values = array.values();
    let null_values = values.null_count() > 0;
    array.keys().iter().map(move |key| match key {
        Some(key) if !null_values || values.is_valid(key as usize) => key,
        _ => NULL_CODE,
    })
}

fn same_values(left: &ArrayRef, right: &ArrayRef) -> bool {
    Arc::ptr_eq(left, right) || left.len() == right.len() && left.to_data().ptr_eq(&right.to_data())
}

/// A column of a row group: the values that occur and, for each row, the position of its value among them.
pub(super) struct Chunk {
    pub(super) values: PlainValues,
    /// [`NULL_CODE`] where the row is null.
    pub(super) keys: Vec<u32>,
    pub(super) nulls: usize,
    pub(super) statistics: Option<Statistics>,
}

impl Chunk {
    /// None when the type of the values is not one that [`takes`] accepts.
    fn new(values: &ArrayRef, mut keys: Vec<u32>) -> Option<Self> {
        let mut position_of = vec![NULL_CODE; values.len()];
        let mut used = Vec::new();
        let mut nulls = 0;
        for key in &mut keys {
            if *key == NULL_CODE {
                nulls += 1;
                continue;
            }
            let position = &mut position_of[*key as usize];
            if *position == NULL_CODE {
                *position = used.len() as u32;
                used.push(*key);
            }
            *key = *position;
        }
        let statistics = statistics(values, &used, nulls as u64);
        Some(Self { values: PlainValues::new(values, &used)?, keys, nulls, statistics })
    }
}

/// Values as Parquet's plain encoding has them.
pub(super) struct PlainValues {
    pub(super) bytes: Vec<u8>,
    /// Where each value ends, after a leading zero.
    ends: Vec<usize>,
}

impl PlainValues {
    pub(super) fn len(&self) -> usize {
        self.ends.len() - 1
    }

    pub(super) fn get(&self, position: u32) -> &[u8] {
        &self.bytes[self.ends[position as usize]..self.ends[position as usize + 1]]
    }

    fn new(values: &ArrayRef, used: &[u32]) -> Option<Self> {
        match values.data_type() {
            DataType::Utf8 => {
                let texts = values.as_string::<i32>();
                Some(Self::of_bytes(used.iter().map(|position| texts.value(*position as usize).as_bytes())))
            }
            DataType::Binary => {
                let texts = values.as_binary::<i32>();
                Some(Self::of_bytes(used.iter().map(|position| texts.value(*position as usize))))
            }
            DataType::Int8 => Some(Self::of_numbers::<Int8Type, 4>(values, used, |value| i32::from(value).to_le_bytes())),
            DataType::Int16 => Some(Self::of_numbers::<Int16Type, 4>(values, used, |value| i32::from(value).to_le_bytes())),
            DataType::Int32 => Some(Self::of_numbers::<Int32Type, 4>(values, used, i32::to_le_bytes)),
            DataType::Date32 => Some(Self::of_numbers::<Date32Type, 4>(values, used, i32::to_le_bytes)),
            DataType::UInt8 => Some(Self::of_numbers::<UInt8Type, 4>(values, used, |value| u32::from(value).to_le_bytes())),
            DataType::UInt16 => Some(Self::of_numbers::<UInt16Type, 4>(values, used, |value| u32::from(value).to_le_bytes())),
            DataType::UInt32 => Some(Self::of_numbers::<UInt32Type, 4>(values, used, u32::to_le_bytes)),
            DataType::Int64 => Some(Self::of_numbers::<Int64Type, 8>(values, used, i64::to_le_bytes)),
            DataType::UInt64 => Some(Self::of_numbers::<UInt64Type, 8>(values, used, u64::to_le_bytes)),
            DataType::Float32 => Some(Self::of_numbers::<Float32Type, 4>(values, used, f32::to_le_bytes)),
            DataType::Float64 => Some(Self::of_numbers::<Float64Type, 8>(values, used, f64::to_le_bytes)),
            _ => None,
        }
    }

    fn of_bytes<'a>(values: impl ExactSizeIterator<Item = &'a [u8]>) -> Self {
        let mut ends = Vec::with_capacity(values.len() + 1);
        ends.push(0);
        let mut bytes = Vec::with_capacity(values.len() * 12);
        for value in values {
            bytes.extend_from_slice(&(value.len() as u32).to_le_bytes());
            bytes.extend_from_slice(value);
            ends.push(bytes.len());
        }
        Self { bytes, ends }
    }

    fn of_numbers<T: ArrowPrimitiveType, const WIDTH: usize>(
        values: &ArrayRef,
        used: &[u32],
        to_bytes: impl Fn(T::Native) -> [u8; WIDTH],
    ) -> Self {
        let values = values.as_primitive::<T>().values();
        let bytes = used.iter().flat_map(|position| to_bytes(values[*position as usize])).collect();
        Self { bytes, ends: (0..=used.len()).map(|position| position * WIDTH).collect() }
    }
}

/// The smallest and the largest value, for types whose order is beyond doubt, and the number of nulls.
fn statistics(values: &ArrayRef, used: &[u32], nulls: u64) -> Option<Statistics> {
    match values.data_type() {
        DataType::Utf8 => {
            let texts = values.as_string::<i32>();
            let (least, most) = extremes(used.iter().map(|position| texts.value(*position as usize)))?;
            let short = |text: &str| (text.len() <= STATISTICS_BYTES_MAX).then(|| ByteArray::from(text));
            Some(Statistics::byte_array(short(least), short(most), None, Some(nulls), false))
        }
        DataType::Int64 => {
            let numbers = values.as_primitive::<Int64Type>().values();
            let (least, most) = extremes(used.iter().map(|position| numbers[*position as usize]))?;
            Some(Statistics::int64(Some(least), Some(most), None, Some(nulls), false))
        }
        DataType::Int32 | DataType::Date32 => {
            let data = values.to_data();
            let numbers = data.buffer::<i32>(0);
            let (least, most) = extremes(used.iter().map(|position| numbers[*position as usize]))?;
            Some(Statistics::int32(Some(least), Some(most), None, Some(nulls), false))
        }
        _ => None,
    }
}

fn extremes<T: Ord + Copy>(values: impl Iterator<Item = T>) -> Option<(T, T)> {
    values.fold(None, |found, value| match found {
        None => Some((value, value)),
        Some((least, most)) => Some((value.min(least), value.max(most))),
    })
}
