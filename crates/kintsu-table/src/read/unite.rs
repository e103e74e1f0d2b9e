//! One type for a column that several files hold in several types.

use std::sync::Arc;

use arrow_schema::{DataType, Field, TimeUnit};

/// The type that holds the values of both, or none when the two do not go together.
///
/// Integers are widened; integers of different signs meet in 64 bits; integers, decimals and floats meet in `Float64`;
/// timestamps in the finer unit; a column of nulls goes with everything. Text and numbers do not go together.
pub(super) fn unite(left: &DataType, right: &DataType) -> Option<DataType> {
    if left == right || *right == DataType::Null {
        return Some(left.clone());
    }
    match (left, right) {
        (DataType::Null, _) => Some(right.clone()),
        (DataType::List(left), DataType::List(right)) => {
            let item = unite(left.data_type(), right.data_type())?;
            Some(DataType::List(Arc::new(Field::new(Field::LIST_FIELD_DEFAULT_NAME, item, true))))
        }
        (DataType::Timestamp(left, zone), DataType::Timestamp(right, other)) if zone == other => {
            Some(DataType::Timestamp(finer(*left, *right), zone.clone()))
        }
        (DataType::Date32 | DataType::Date64, DataType::Date32 | DataType::Date64) => Some(DataType::Date64),
        (DataType::Float32, DataType::Float64) | (DataType::Float64, DataType::Float32) => Some(DataType::Float64),
        _ if left.is_integer() && right.is_integer() => Some(wider(left, right)),
        _ if is_number(left) && is_number(right) => Some(DataType::Float64),
        _ => None,
    }
}

fn is_number(data_type: &DataType) -> bool {
    data_type.is_numeric()
}

fn finer(left: TimeUnit, right: TimeUnit) -> TimeUnit {
    left.max(right)
}

fn wider(left: &DataType, right: &DataType) -> DataType {
    if left.is_signed_integer() == right.is_signed_integer() {
        let width = |data_type: &DataType| data_type.primitive_width().unwrap_or(0);
        return if width(left) >= width(right) { left.clone() } else { right.clone() };
    }
    DataType::Int64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kindred_types_meet_and_others_do_not() {
        let list = |item| DataType::List(Arc::new(Field::new("item", item, true)));
        for (left, right, united) in [
            (DataType::Int8, DataType::Int32, Some(DataType::Int32)),
            (DataType::UInt8, DataType::Int16, Some(DataType::Int64)),
            (DataType::UInt8, DataType::UInt64, Some(DataType::UInt64)),
            (DataType::Int64, DataType::Float32, Some(DataType::Float64)),
            (DataType::Null, DataType::Boolean, Some(DataType::Boolean)),
            (DataType::Utf8, DataType::Int64, None),
            (DataType::Boolean, DataType::Int64, None),
            (DataType::Date32, DataType::Utf8, None),
            (list(DataType::Int64), list(DataType::Float64), Some(list(DataType::Float64))),
            (
                DataType::Timestamp(TimeUnit::Second, None),
                DataType::Timestamp(TimeUnit::Nanosecond, None),
                Some(DataType::Timestamp(TimeUnit::Nanosecond, None)),
            ),
        ] {
            assert_eq!(unite(&left, &right), united, "{left} {right}");
            assert_eq!(unite(&right, &left), united, "{right} {left}");
        }
    }
}
