//! Columns in the making: values are written straight into what becomes an Arrow array.

use std::sync::Arc;

use arrow_array::types::UInt32Type;
use arrow_array::{ArrayRef, DictionaryArray, PrimitiveArray, StringArray};
use arrow_buffer::{Buffer, NullBufferBuilder, OffsetBuffer, ScalarBuffer};
use arrow_schema::DataType;

use crate::error::GenerateError;

/// A column of text.
#[derive(Debug)]
pub struct TextColumn {
    bytes: Vec<u8>,
    ends: Vec<i32>,
    nulls: NullBufferBuilder,
}

impl TextColumn {
    /// A column for so many rows of about so many bytes each.
    pub fn with_capacity(rows: usize, bytes_per_row: usize) -> Self {
        let mut ends = Vec::with_capacity(rows + 1);
        ends.push(0);
        Self { bytes: Vec::with_capacity(rows * bytes_per_row), ends, nulls: NullBufferBuilder::new(rows) }
    }

    /// How many rows there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.ends.len() - 1
    }

    /// Whether there is no row yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a text.
    #[inline]
    pub fn push(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.end();
    }

    /// Adds no value.
    #[inline]
    pub fn push_null(&mut self) {
        self.ends.push(self.bytes.len() as i32);
        self.nulls.append_null();
    }

    /// Where the text of the next row is written; [`TextColumn::end`] ends it.
    #[inline]
    pub fn writer(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// What was written of the next row so far.
    #[inline]
    pub fn written(&self) -> &[u8] {
        let start = self.ends.last().map_or(0, |end| *end as usize);
        &self.bytes[start..]
    }

    /// The same, to be changed in its place.
    #[inline]
    pub fn written_mut(&mut self) -> &mut [u8] {
        let start = self.ends.last().map_or(0, |end| *end as usize);
        &mut self.bytes[start..]
    }

    /// Takes back what was written of the next row.
    #[inline]
    pub fn take_back(&mut self) {
        let start = self.ends.last().map_or(0, |end| *end as usize);
        self.bytes.truncate(start);
    }

    /// Ends the row.
    #[inline]
    pub fn end(&mut self) {
        self.ends.push(self.bytes.len() as i32);
        self.nulls.append_non_null();
    }

    /// The array.
    ///
    /// # Errors
    /// [`GenerateError::Defect`] when what was written is no text.
    pub fn finish(mut self) -> Result<ArrayRef, GenerateError> {
        let offsets = OffsetBuffer::new(ScalarBuffer::from(self.ends));
        Ok(Arc::new(StringArray::try_new(offsets, Buffer::from_vec(self.bytes), self.nulls.finish())?))
    }
}

/// A column of few distinct texts, told by their codes.
#[derive(Debug)]
pub struct CodeColumn {
    codes: Vec<u32>,
    nulls: NullBufferBuilder,
}

impl CodeColumn {
    /// A column for so many rows.
    pub fn with_capacity(rows: usize) -> Self {
        Self { codes: Vec::with_capacity(rows), nulls: NullBufferBuilder::new(rows) }
    }

    /// A column without nulls.
    pub fn of(codes: Vec<u32>) -> Self {
        let mut nulls = NullBufferBuilder::new(codes.len());
        nulls.append_n_non_nulls(codes.len());
        Self { codes, nulls }
    }

    /// Adds a code.
    #[inline]
    pub fn push(&mut self, code: u32) {
        self.codes.push(code);
        self.nulls.append_non_null();
    }

    /// Adds no value.
    #[inline]
    pub fn push_null(&mut self) {
        self.codes.push(0);
        self.nulls.append_null();
    }

    /// The array, of which `values` are the texts.
    ///
    /// # Errors
    /// [`GenerateError::Defect`] when a code has no text.
    pub fn finish(mut self, values: &ArrayRef) -> Result<ArrayRef, GenerateError> {
        let keys = PrimitiveArray::<UInt32Type>::new(ScalarBuffer::from(self.codes), self.nulls.finish());
        Ok(Arc::new(DictionaryArray::try_new(keys, Arc::clone(values))?))
    }
}

/// The texts of a code column, by code.
pub fn values<'a>(texts: impl IntoIterator<Item = &'a str>) -> ArrayRef {
    // Collected, because the array asks how many there are.
    let texts: Vec<&str> = texts.into_iter().collect();
    Arc::new(StringArray::from(texts))
}

/// The type of code columns.
pub fn code_type() -> DataType {
    DataType::Dictionary(Box::new(DataType::UInt32), Box::new(DataType::Utf8))
}

/// Appends a whole number with at least so many digits.
#[inline]
pub fn append_number(out: &mut Vec<u8>, number: u64, digits_min: usize) {
    let (digits, start) = digits_of(number, digits_min);
    out.extend_from_slice(&digits[start..]);
}

/// The same for a text.
#[inline]
pub fn push_number(out: &mut String, number: u64, digits_min: usize) {
    let (digits, start) = digits_of(number, digits_min);
    out.extend(digits[start..].iter().map(|digit| char::from(*digit)));
}

/// A number with leading zeros, and where at least so many digits of it begin.
#[inline]
fn digits_of(number: u64, digits_min: usize) -> ([u8; 20], usize) {
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    let mut rest = number;
    while rest >= 10 {
        start -= 2;
        digits[start..start + 2].copy_from_slice(&DECIMAL[(rest % 100) as usize]);
        rest /= 100;
    }
    if rest > 0 {
        start -= 1;
        digits[start] = b'0' + rest as u8;
    }
    (digits, start.min(digits.len() - digits_min))
}

/// Two digits for each number below a hundred.
const DECIMAL: [[u8; 2]; 100] = {
    let mut pairs = [[0; 2]; 100];
    let mut number = 0;
    while number < 100 {
        pairs[number] = [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8];
        number += 1;
    }
    pairs
};

/// Two hexadecimal digits for each byte.
const HEX: [[u8; 2]; 256] = {
    let digits = b"0123456789abcdef";
    let mut pairs = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        pairs[byte] = [digits[byte >> 4], digits[byte & 15]];
        byte += 1;
    }
    pairs
};

/// Appends the UUID of version 4 that 128 random bits make; six of them are given up for version and variant.
#[inline]
pub fn append_uuid(out: &mut Vec<u8>, high: u64, low: u64) {
    let high = (high & !0xf000) | 0x4000;
    let low = (low & !(3 << 62)) | (2 << 62);
    let mut text = [b'-'; 36];
    let mut at = 0;
    for (position, byte) in high.to_be_bytes().into_iter().chain(low.to_be_bytes()).enumerate() {
        if matches!(position, 4 | 6 | 8 | 10) {
            at += 1;
        }
        text[at..at + 2].copy_from_slice(&HEX[usize::from(byte)]);
        at += 2;
    }
    out.extend_from_slice(&text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_zeros() {
        let text = |number, digits| {
            let mut out = Vec::new();
            append_number(&mut out, number, digits);
            let mut text = String::new();
            push_number(&mut text, number, digits);
            assert_eq!(text.as_bytes(), out);
            text
        };
        assert_eq!(
            [text(7, 5), text(0, 1), text(123_456, 5), text(u64::MAX, 0)],
            ["00007", "0", "123456", "18446744073709551615"]
        );
    }

    #[test]
    fn uuids_are_of_version_4() {
        let mut out = Vec::new();
        append_uuid(&mut out, 0, 0);
        append_uuid(&mut out, u64::MAX, u64::MAX);
        assert_eq!(out, b"00000000-0000-4000-8000-000000000000ffffffff-ffff-4fff-bfff-ffffffffffff");
    }
}
