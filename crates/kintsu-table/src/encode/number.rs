//! Encodes numbers, dates, times and decimals.
//!
//! Small values, as ids often are, are found by position; the others in a table that holds value and code side by side.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, PrimitiveArray};
use arrow_buffer::{ArrowNativeType, i256};
use arrow_schema::DataType;

use super::{Encoder, normalise};
use crate::column::{EncodedColumn, NULL_CODE};
use crate::error::TableError;

/// Values that can be told apart, hashed, and brought to one form.
pub(super) trait Distinct: ArrowNativeType {
    /// The one form of all values that count as equal: every NaN is one value, and so are 0 and -0.
    fn canonical(self) -> Self {
        self
    }

    /// Bits that are equal exactly for equal canonical values, folded to 64.
    fn bits(self) -> u64;

    /// Whether two canonical values are the same.
    fn same(self, other: Self) -> bool;

    /// The value as a position, for integers that are not negative.
    fn position(self) -> Option<usize> {
        None
    }
}

macro_rules! integer {
    ($($type:ty),*) => {$(
        impl Distinct for $type {
            fn bits(self) -> u64 {
                self as u64
            }
            fn same(self, other: Self) -> bool {
                self == other
            }
            fn position(self) -> Option<usize> {
                usize::try_from(self).ok()
            }
        }
    )*};
}
integer!(i8, i16, i32, i64, u8, u16, u32, u64);

macro_rules! float {
    ($($type:ty),*) => {$(
        impl Distinct for $type {
            fn canonical(self) -> Self {
                if self.is_nan() { Self::NAN } else if self == 0.0 { 0.0 } else { self }
            }
            fn bits(self) -> u64 {
                self.to_bits() as u64
            }
            fn same(self, other: Self) -> bool {
                self.to_bits() == other.to_bits()
            }
        }
    )*};
}
float!(f32, f64);

impl Distinct for i128 {
    fn bits(self) -> u64 {
        self as u64 ^ ((self >> 64) as u64).rotate_left(29)
    }
    fn same(self, other: Self) -> bool {
        self == other
    }
}

impl Distinct for i256 {
    fn bits(self) -> u64 {
        let (low, high) = self.to_parts();
        (low as i128).bits() ^ high.bits().rotate_left(17)
    }
    fn same(self, other: Self) -> bool {
        self == other
    }
}

/// Encodes the primitive type `T`.
pub(super) struct NumberEncoder<T: ArrowPrimitiveType> {
    data_type: DataType,
    codes: Vec<u32>,
    values: Vec<T::Native>,
    /// The code of each small value by position; [`NULL_CODE`] where there is none.
    small: Vec<u32>,
    /// Positions from here on are not small.
    small_end: usize,
    /// Value and code; [`NULL_CODE`] where empty.
    slots: Vec<(T::Native, u32)>,
    hashed: usize,
    /// Odd, and new in each process, so that nobody can prepare values that collide.
    key: u64,
}

impl<T: ArrowPrimitiveType<Native: Distinct>> NumberEncoder<T> {
    pub(super) fn new(data_type: DataType, rows_expected: usize) -> Self {
        Self {
            data_type,
            codes: Vec::with_capacity(rows_expected),
            values: Vec::new(),
            small: Vec::new(),
            small_end: (rows_expected * 2).clamp(1 << 10, 1 << 26),
            slots: vec![(T::Native::default(), NULL_CODE); 64],
            hashed: 0,
            key: random_key(),
        }
    }

    fn code(&mut self, value: T::Native) -> u32 {
        let value = value.canonical();
        match value.position() {
            Some(position) if position < self.small_end => self.small_code(value, position),
            _ => self.hashed_code(value),
        }
    }

    fn small_code(&mut self, value: T::Native, position: usize) -> u32 {
        if position >= self.small.len() {
            let end = (position + 1).next_power_of_two().min(self.small_end);
            self.small.resize(end, NULL_CODE);
        }
        let code = self.small[position];
        if code != NULL_CODE {
            return code;
        }
        self.small[position] = self.values.len() as u32;
        self.new_code(value)
    }

    fn hashed_code(&mut self, value: T::Native) -> u32 {
        let mask = self.slots.len() - 1;
        let mut position = self.slot_of(value, mask);
        loop {
            let (held, code) = self.slots[position];
            if code == NULL_CODE {
                self.slots[position] = (value, self.values.len() as u32);
                self.hashed += 1;
                if self.hashed * 8 > self.slots.len() * 5 {
                    self.grow();
                }
                return self.new_code(value);
            }
            if held.same(value) {
                return code;
            }
            position = (position + 1) & mask;
        }
    }

    fn new_code(&mut self, value: T::Native) -> u32 {
        self.values.push(value);
        self.values.len() as u32 - 1
    }

    fn slot_of(&self, value: T::Native, mask: usize) -> usize {
        let product = u128::from(value.bits() ^ self.key) * u128::from(self.key | 1);
        ((product >> 64) as u64 ^ product as u64) as usize & mask
    }

    fn grow(&mut self) {
        let mut slots = vec![(T::Native::default(), NULL_CODE); self.slots.len() * 2];
        let mask = slots.len() - 1;
        for &(value, code) in self.slots.iter().filter(|(_, code)| *code != NULL_CODE) {
            let mut position = self.slot_of(value, mask);
            while slots[position].1 != NULL_CODE {
                position = (position + 1) & mask;
            }
            slots[position] = (value, code);
        }
        self.slots = slots;
    }
}

fn random_key() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0x6b69_6e74_7375_u64)
}

impl<T: ArrowPrimitiveType<Native: Distinct>> Encoder for NumberEncoder<T> {
    fn push(&mut self, array: &ArrayRef) -> Result<(), TableError> {
        let array = normalise(array, &self.data_type)?;
        let array = array.as_primitive::<T>();
        self.codes.reserve(array.len());
        let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0);
        for (row, value) in array.values().iter().enumerate() {
            let null = nulls.is_some_and(|nulls| nulls.is_null(row));
            let code = if null { NULL_CODE } else { self.code(*value) };
            self.codes.push(code);
        }
        Ok(())
    }

    fn codes(&mut self) -> &mut Vec<u32> {
        &mut self.codes
    }

    fn finish(mut self: Box<Self>) -> Result<EncodedColumn, TableError> {
        self.values.shrink_to_fit();
        let values = PrimitiveArray::<T>::try_new(self.values.into(), None)?.with_data_type(self.data_type);
        Ok(EncodedColumn { codes: self.codes.into(), values: Arc::new(values) })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::HashMap;

    use arrow_array::{Float64Array, Int64Array};

    use super::super::encode_array;
    use super::*;

    #[test]
    fn zeros_are_one_value_and_so_are_nans() {
        let other_nan = f64::from_bits(f64::NAN.to_bits() | 1);
        let array: ArrayRef =
            Arc::new(Float64Array::from(vec![Some(-0.0), Some(0.0), None, Some(f64::NAN), Some(other_nan), Some(1.5)]));
        let encoded = encode_array("x", &array).unwrap();
        assert_eq!(&encoded.codes[..], &[0, 0, NULL_CODE, 1, 1, 2]);
        assert!(encoded.values.as_primitive::<arrow_array::types::Float64Type>().value(0).is_sign_positive());
    }

    #[test]
    fn integers_of_every_size_are_numbered_as_they_come() {
        let values: Vec<i64> = (0..30_000i64).map(|i| (i * 7919) % 5000 * if i % 3 == 0 { -1 } else { 1 << (i % 40) }).collect();
        let array: ArrayRef = Arc::new(Int64Array::from(values.clone()));
        let encoded = encode_array("x", &array).unwrap();
        let mut naive = HashMap::new();
        for (row, value) in values.into_iter().enumerate() {
            let next = naive.len() as u32;
            assert_eq!(encoded.codes[row], *naive.entry(value).or_insert(next));
        }
        assert_eq!(encoded.values.len(), naive.len());
    }
}
