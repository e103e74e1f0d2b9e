//! Encoding: arrays come in one after the other and leave as distinct values and one code a row.
//!
//! Codes are numbered in the order in which values first appear. Cutting the rows differently, or encoding the pieces in
//! parallel and feeding their codes and values in order, therefore gives the same codes.

mod boolean;
mod bytes;
mod list;
mod number;
mod text;
mod types;

use arrow_array::{ArrayRef, types as arrow_types};
use arrow_schema::{DataType, TimeUnit};

use crate::column::{EncodedColumn, NULL_CODE};
use crate::error::TableError;

pub(crate) use types::{encoded_type, normalise};

/// How many rows a table may have: codes stay below [`NULL_CODE`], and one more number is free to mean "not seen yet".
pub(crate) const ROWS_MAX: u64 = (NULL_CODE - 2) as u64;

/// Collects the rows of one column.
pub(crate) trait Encoder: Send {
    /// Takes more rows; any array that casts to the encoder's type is welcome.
    fn push(&mut self, array: &ArrayRef) -> Result<(), TableError>;

    /// Takes more rows that were encoded before: one look-up per distinct value.
    fn push_encoded(&mut self, encoded: &EncodedColumn) -> Result<(), TableError> {
        let start = self.codes().len();
        self.push(&encoded.values)?;
        let codes = self.codes();
        let code_of = codes.split_off(start);
        codes.extend(encoded.codes.iter().map(|code| if *code == NULL_CODE { NULL_CODE } else { code_of[*code as usize] }));
        Ok(())
    }

    /// The codes of the rows so far.
    fn codes(&mut self) -> &mut Vec<u32>;

    /// The codes and distinct values of all rows so far.
    fn finish(self: Box<Self>) -> Result<EncodedColumn, TableError>;
}

/// An encoder for the column `name` of `data_type`, which must be one that [`encoded_type`] gives.
pub(crate) fn encoder(name: &str, data_type: &DataType, rows_expected: usize) -> Result<Box<dyn Encoder>, TableError> {
    macro_rules! number {
        ($type:ident) => {
            Ok(Box::new(number::NumberEncoder::<arrow_types::$type>::new(data_type.clone(), rows_expected)))
        };
    }
    match data_type {
        DataType::Utf8 | DataType::Binary => Ok(Box::new(text::TextEncoder::new(name, data_type.clone(), rows_expected))),
        DataType::Boolean => Ok(Box::new(boolean::BooleanEncoder::new(rows_expected))),
        DataType::List(_) => Ok(Box::new(list::ListEncoder::new(name, data_type.clone(), rows_expected)?)),
        DataType::Int8 => number!(Int8Type),
        DataType::Int16 => number!(Int16Type),
        DataType::Int32 => number!(Int32Type),
        DataType::Int64 => number!(Int64Type),
        DataType::UInt8 => number!(UInt8Type),
        DataType::UInt16 => number!(UInt16Type),
        DataType::UInt32 => number!(UInt32Type),
        DataType::UInt64 => number!(UInt64Type),
        DataType::Float32 => number!(Float32Type),
        DataType::Float64 => number!(Float64Type),
        DataType::Date32 => number!(Date32Type),
        DataType::Date64 => number!(Date64Type),
        DataType::Time32(TimeUnit::Second) => number!(Time32SecondType),
        DataType::Time32(_) => number!(Time32MillisecondType),
        DataType::Time64(TimeUnit::Microsecond) => number!(Time64MicrosecondType),
        DataType::Time64(_) => number!(Time64NanosecondType),
        DataType::Timestamp(TimeUnit::Second, _) => number!(TimestampSecondType),
        DataType::Timestamp(TimeUnit::Millisecond, _) => number!(TimestampMillisecondType),
        DataType::Timestamp(TimeUnit::Microsecond, _) => number!(TimestampMicrosecondType),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => number!(TimestampNanosecondType),
        DataType::Duration(TimeUnit::Second) => number!(DurationSecondType),
        DataType::Duration(TimeUnit::Millisecond) => number!(DurationMillisecondType),
        DataType::Duration(TimeUnit::Microsecond) => number!(DurationMicrosecondType),
        DataType::Duration(TimeUnit::Nanosecond) => number!(DurationNanosecondType),
        DataType::Decimal32(..) => number!(Decimal32Type),
        DataType::Decimal64(..) => number!(Decimal64Type),
        DataType::Decimal128(..) => number!(Decimal128Type),
        DataType::Decimal256(..) => number!(Decimal256Type),
        other => Err(TableError::unsupported(name, other, "cannot be compared")),
    }
}

/// Refuses types of which no column can be encoded.
pub(crate) fn check_type(name: &str, data_type: &DataType) -> Result<(), TableError> {
    let encoded = encoded_type(data_type).ok_or_else(|| TableError::unsupported(name, data_type, "cannot be compared"))?;
    encoder(name, &encoded, 0).map(|_| ())
}

/// Encodes one array.
pub(crate) fn encode_array(name: &str, array: &ArrayRef) -> Result<EncodedColumn, TableError> {
    let data_type =
        encoded_type(array.data_type()).ok_or_else(|| TableError::unsupported(name, array.data_type(), "cannot be compared"))?;
    let mut encoder = encoder(name, &data_type, array.len())?;
    encoder.push(array)?;
    encoder.finish()
}
