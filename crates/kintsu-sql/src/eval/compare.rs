//! How two values compare, as DuckDB compares them.
//!
//! Numbers of different types meet in the wider type, decimals yield to floating point. NaN equals itself and is greater than
//! every number; -0 equals 0. Text compares bytewise; next to a value of another type it is converted to that type first, and
//! the comparison is null where it cannot be. Inside lists nulls are equal to each other and greater than everything.

use std::cmp::Ordering;

use super::cast;
use super::operand::Operand;
use super::raised::{Raised, Scratch};
use crate::ast::CompareOp;

/// The order of `a` and `b`; none when one is null or they cannot be compared.
pub(crate) fn ordering(a: &Operand<'_>, b: &Operand<'_>, scratch: &mut Scratch) -> Option<Ordering> {
    use Operand::{Boolean, Date, Decimal, Double, Float, Integer, Interval, Items, List, Null, Text, Timestamp};
    Some(match (a, b) {
        (Null, _) | (_, Null) => return None,
        (Text(a), Text(b)) => a.as_bytes().cmp(b.as_bytes()),
        (Integer(a), Integer(b)) | (Timestamp(a), Timestamp(b)) => a.cmp(b),
        (Double(a), Double(b)) => float_order(*a, *b),
        (Decimal(a), Decimal(b)) => a.compare(*b),
        (Decimal(a), Integer(b)) => a.compare((*b).into()),
        (Integer(a), Decimal(b)) => super::decimal::Decimal::from(*a).compare(*b),
        (Float(_), Float(_) | Integer(_) | Decimal(_)) | (Integer(_) | Decimal(_), Float(_)) => {
            float_order(f64::from(single(a)?), f64::from(single(b)?))
        }
        (Integer(_) | Decimal(_) | Double(_) | Float(_), Integer(_) | Decimal(_) | Double(_) | Float(_)) => {
            float_order(number(a)?, number(b)?)
        }
        (Boolean(a), Boolean(b)) => a.cmp(b),
        (Boolean(flag), Integer(_) | Double(_) | Decimal(_) | Float(_)) => {
            return ordering(&Integer(i64::from(*flag)), b, scratch);
        }
        (Integer(_) | Double(_) | Decimal(_) | Float(_), Boolean(flag)) => {
            return ordering(a, &Integer(i64::from(*flag)), scratch);
        }
        (Date(a), Date(b)) => a.cmp(b),
        (Date(a), Timestamp(b)) => cast::date_to_timestamp(*a).cmp(b),
        (Timestamp(a), Date(b)) => a.cmp(&cast::date_to_timestamp(*b)),
        (Interval(a), Interval(b)) => a.comparable_microseconds().cmp(&b.comparable_microseconds()),
        (List(_) | Items(_), List(_) | Items(_)) => return list_ordering(a, b, scratch),
        (Text(text), other) => return ordering(&converted(text, other, scratch)?, other, scratch),
        (other, Text(text)) => return ordering(other, &converted(text, other, scratch)?, scratch),
        _ => {
            scratch.raise(Raised::Types);
            return None;
        }
    })
}

/// Whether a comparison holds; none when it is null.
pub(crate) fn holds(op: CompareOp, a: &Operand<'_>, b: &Operand<'_>, scratch: &mut Scratch) -> Option<bool> {
    if matches!(op, CompareOp::NotDistinct | CompareOp::Distinct) && (a.is_null() || b.is_null()) {
        return Some((a.is_null() && b.is_null()) == (op == CompareOp::NotDistinct));
    }
    let order = ordering(a, b, scratch)?;
    Some(match op {
        CompareOp::Equal | CompareOp::NotDistinct => order.is_eq(),
        CompareOp::NotEqual | CompareOp::Distinct => order.is_ne(),
        CompareOp::Less => order.is_lt(),
        CompareOp::LessOrEqual => order.is_le(),
        CompareOp::Greater => order.is_gt(),
        CompareOp::GreaterOrEqual => order.is_ge(),
    })
}

/// Whether two items of lists are equal; nulls are equal to each other.
pub(crate) fn same_item(a: &Operand<'_>, b: &Operand<'_>, scratch: &mut Scratch) -> bool {
    item_ordering(a, b, scratch) == Some(Ordering::Equal)
}

/// The order of two items of lists, nulls last.
pub(crate) fn item_ordering(a: &Operand<'_>, b: &Operand<'_>, scratch: &mut Scratch) -> Option<Ordering> {
    match (a.is_null(), b.is_null()) {
        (false, false) => ordering(a, b, scratch),
        (left, right) => Some(left.cmp(&right)),
    }
}

/// The order of floating-point numbers: -0 equals 0, NaN equals NaN and comes last.
pub(crate) fn float_order(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

/// Any number as a double.
pub(crate) fn number(value: &Operand<'_>) -> Option<f64> {
    match value {
        Operand::Integer(value) => Some(*value as f64),
        Operand::Decimal(value) => Some(value.to_f64()),
        Operand::Double(value) => Some(*value),
        Operand::Float(value) => Some(f64::from(*value)),
        Operand::Boolean(value) => Some(f64::from(u8::from(*value))),
        _ => None,
    }
}

/// Any number as a 32-bit float.
pub(crate) fn single(value: &Operand<'_>) -> Option<f32> {
    match value {
        Operand::Integer(value) => Some(*value as f32),
        Operand::Float(value) => Some(*value),
        other => number(other).map(|value| value as f32),
    }
}

fn list_ordering(a: &Operand<'_>, b: &Operand<'_>, scratch: &mut Scratch) -> Option<Ordering> {
    let (a_length, b_length) = (a.list_length()?, b.list_length()?);
    for index in 0..a_length.min(b_length) {
        let order = item_ordering(&a.list_item(index)?, &b.list_item(index)?, scratch)?;
        if order.is_ne() {
            return Some(order);
        }
    }
    Some(a_length.cmp(&b_length))
}

/// `text` as a value of the type of `other`.
fn converted(text: &str, other: &Operand<'_>, scratch: &mut Scratch) -> Option<Operand<'static>> {
    let value = match other {
        Operand::Integer(_) => cast::text_to_integer(text).map(Operand::Integer),
        Operand::Double(_) | Operand::Float(_) | Operand::Decimal(_) => cast::text_to_double(text).map(Operand::Double),
        Operand::Boolean(_) => cast::text_to_boolean(text).map(Operand::Boolean),
        Operand::Date(_) => cast::text_to_date(text).map(Operand::Date),
        Operand::Timestamp(_) => cast::text_to_timestamp(text).map(Operand::Timestamp),
        _ => None,
    };
    if value.is_none() {
        scratch.raise(Raised::Conversion);
    }
    value
}
