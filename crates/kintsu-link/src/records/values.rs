//! Between Arrow arrays and the values that expressions compute with.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float32Type, Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Float32Array, Float64Array, Int64Array, NullArray, StringArray,
    TimestampMicrosecondArray,
};
use arrow_cast::cast;
use arrow_schema::{DataType, TimeUnit};
use hashbrown::HashMap;
use kintsu_table::NULL_CODE;

use crate::error::LinkError;
use crate::sql::Value;

/// An array of one of the types that values have.
#[derive(Debug, Clone)]
pub(crate) struct ValueArray {
    array: ArrayRef,
    elements: Option<Box<ValueArray>>,
}

impl ValueArray {
    /// Brings `array` to the nearest type that values have; text stays as it is.
    pub(crate) fn new(array: &ArrayRef) -> Result<Self, LinkError> {
        let wanted = value_type_of(array.data_type());
        let array = match &wanted {
            Some(wanted) if wanted != array.data_type() => {
                cast(array, wanted).map_err(|error| LinkError::Output(error.to_string()))?
            }
            _ => array.clone(),
        };
        let elements = match array.data_type() {
            DataType::List(_) => Some(Box::new(Self::new(array.as_list::<i32>().values())?)),
            _ => None,
        };
        Ok(Self { array, elements })
    }

    /// The type as values see it.
    pub(crate) fn data_type(&self) -> &DataType {
        self.array.data_type()
    }

    /// The number of values.
    pub(crate) fn len(&self) -> usize {
        self.array.len()
    }

    /// The value at `place`.
    pub(crate) fn value(&self, place: usize) -> Value {
        if self.array.is_null(place) {
            return Value::Null;
        }
        match self.array.data_type() {
            DataType::Utf8 => Value::Text(self.array.as_string::<i32>().value(place).into()),
            DataType::Int64 => Value::Integer(self.array.as_primitive::<Int64Type>().value(place)),
            DataType::Float64 => Value::Double(self.array.as_primitive::<Float64Type>().value(place)),
            DataType::Float32 => Value::Float(self.array.as_primitive::<Float32Type>().value(place)),
            DataType::Boolean => Value::Boolean(self.array.as_boolean().value(place)),
            DataType::Date32 => Value::Date(self.array.as_primitive::<Date32Type>().value(place)),
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                Value::Timestamp(self.array.as_primitive::<TimestampMicrosecondType>().value(place))
            }
            DataType::List(_) => self.list(place),
            _ => Value::Null,
        }
    }

    fn list(&self, place: usize) -> Value {
        let offsets = self.array.as_list::<i32>().value_offsets();
        let range = offsets[place] as usize..offsets[place + 1] as usize;
        Value::List(self.elements.as_ref().map_or_else(|| Arc::from([]), |elements| range.map(|at| elements.value(at)).collect()))
    }
}

/// The Arrow type in which values of `data_type` are computed with; none where they cannot be.
pub(crate) fn value_type_of(data_type: &DataType) -> Option<DataType> {
    Some(match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => DataType::Utf8,
        DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt8
        | DataType::UInt16
        | DataType::UInt32
        | DataType::UInt64 => DataType::Int64,
        DataType::Float16 | DataType::Float32 => DataType::Float32,
        DataType::Float64
        | DataType::Decimal32(..)
        | DataType::Decimal64(..)
        | DataType::Decimal128(..)
        | DataType::Decimal256(..) => DataType::Float64,
        DataType::Boolean => DataType::Boolean,
        DataType::Date32 | DataType::Date64 => DataType::Date32,
        DataType::Timestamp(_, _) => DataType::Timestamp(TimeUnit::Microsecond, None),
        DataType::LargeList(field) | DataType::FixedSizeList(field, _) | DataType::List(field) => DataType::List(field.clone()),
        _ => return None,
    })
}

/// Appends bytes that are equal exactly for values that SQL's `=` calls equal (numbers of one type only).
pub(crate) fn write_key(value: &Value, key: &mut Vec<u8>) {
    match value {
        Value::Null => key.push(0),
        Value::Boolean(truth) => key.extend([1, u8::from(*truth)]),
        Value::Integer(number) => tagged(key, 2, &number.to_le_bytes()),
        Value::Double(number) => tagged(key, 3, &canonical(*number).to_le_bytes()),
        Value::Float(number) => tagged(key, 4, &canonical(f64::from(*number)).to_le_bytes()),
        Value::Text(text) => {
            tagged(key, 5, &(text.len() as u64).to_le_bytes());
            key.extend_from_slice(text.as_bytes());
        }
        Value::Date(day) => tagged(key, 6, &day.to_le_bytes()),
        Value::Timestamp(micros) => tagged(key, 7, &micros.to_le_bytes()),
        Value::Interval(span) => tagged(key, 9, &span.comparable_microseconds().to_le_bytes()),
        Value::List(list) => {
            tagged(key, 8, &(list.len() as u64).to_le_bytes());
            list.iter().for_each(|element| write_key(element, key));
        }
    }
}

fn tagged(key: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    key.push(tag);
    key.extend_from_slice(bytes);
}

/// One bit pattern for both zeros and one for all that is no number.
fn canonical(number: f64) -> f64 {
    if number == 0.0 {
        0.0
    } else if number.is_nan() {
        f64::NAN
    } else {
        number
    }
}

/// Distinct values in the order of first use, and each value's place among them.
pub(crate) fn intern(values: Vec<Value>) -> (Vec<u32>, Vec<Value>) {
    let mut known: HashMap<Vec<u8>, u32, foldhash::fast::FixedState> = HashMap::default();
    let mut distinct = Vec::new();
    let mut key = Vec::new();
    let codes = values
        .into_iter()
        .map(|value| {
            if matches!(value, Value::Null) {
                return NULL_CODE;
            }
            key.clear();
            write_key(&value, &mut key);
            if let Some(&code) = known.get(&key) {
                return code;
            }
            let code = distinct.len() as u32;
            known.insert(key.clone(), code);
            distinct.push(value);
            code
        })
        .collect();
    (codes, distinct)
}

/// Puts values of one type (nulls aside) into an array; integers among floating-point numbers become such.
pub(crate) fn array_of(values: &[Value]) -> Option<ArrayRef> {
    let first = values.iter().find(|value| !matches!(value, Value::Null));
    let Some(first) = first else {
        return Some(Arc::new(NullArray::new(values.len())));
    };
    let doubles = values.iter().any(|value| matches!(value, Value::Double(_)));
    Some(match first {
        Value::Integer(_) | Value::Double(_) if doubles => Arc::new(Float64Array::from(typed(values, double)?)),
        Value::Integer(_) => {
            Arc::new(Int64Array::from(typed(values, |value| if let Value::Integer(n) = value { Some(*n) } else { None })?))
        }
        Value::Float(_) => {
            Arc::new(Float32Array::from(typed(values, |value| if let Value::Float(n) = value { Some(*n) } else { None })?))
        }
        Value::Boolean(_) => {
            Arc::new(BooleanArray::from(typed(
                values,
                |value| if let Value::Boolean(truth) = value { Some(*truth) } else { None },
            )?))
        }
        Value::Text(_) => {
            Arc::new(StringArray::from(typed(values, |value| if let Value::Text(text) = value { Some(&**text) } else { None })?))
        }
        Value::Date(_) => {
            Arc::new(Date32Array::from(typed(values, |value| if let Value::Date(day) = value { Some(*day) } else { None })?))
        }
        Value::Timestamp(_) => Arc::new(TimestampMicrosecondArray::from(typed(values, |value| {
            if let Value::Timestamp(micros) = value { Some(*micros) } else { None }
        })?)),
        Value::List(_) => list_of(values)?,
        Value::Null | Value::Interval(_) | Value::Double(_) => return None,
    })
}

/// What `pick` makes of each value, nulls aside; none when it makes nothing of one.
fn typed<'a, T>(values: &'a [Value], pick: impl Fn(&'a Value) -> Option<T>) -> Option<Vec<Option<T>>> {
    values.iter().map(|value| if matches!(value, Value::Null) { Some(None) } else { pick(value).map(Some) }).collect()
}

fn double(value: &Value) -> Option<f64> {
    match value {
        Value::Double(number) => Some(*number),
        Value::Integer(number) => Some(*number as f64),
        _ => None,
    }
}

fn list_of(values: &[Value]) -> Option<ArrayRef> {
    let mut flat: Vec<Value> = Vec::new();
    let mut lengths = Vec::with_capacity(values.len());
    for value in values {
        match value {
            Value::Null => lengths.push(None),
            Value::List(list) => {
                lengths.push(Some(list.len()));
                flat.extend(list.iter().cloned());
            }
            _ => return None,
        }
    }
    let elements = array_of(&flat)?;
    let nulls = lengths.iter().map(Option::is_some).collect::<Vec<bool>>();
    let offsets = arrow_buffer::OffsetBuffer::from_lengths(lengths.into_iter().map(Option::unwrap_or_default));
    let field = Arc::new(arrow_schema::Field::new("item", elements.data_type().clone(), true));
    Some(Arc::new(arrow_array::ListArray::new(field, offsets, elements, Some(nulls.into()))))
}
