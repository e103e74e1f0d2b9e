//! The arithmetic operators.
//!
//! Two integers stay integers (except under `/`), decimals stay exact, a 32-bit float next to anything but a double stays 32-bit.
//! What overflows is null and raises a reason. Dates and timestamps take days and intervals.

use super::calendar;
use super::cast;
use super::compare::{number, single};
use super::decimal::Decimal;
use super::interval;
use super::operand::Operand;
use super::raised::{Raised, Scratch};
use crate::Parity;
use crate::ast::ArithmeticOp;
use crate::value::Interval;

/// Computes `a op b`; null when either is null.
pub(crate) fn compute<'a>(
    op: ArithmeticOp,
    a: &Operand<'a>,
    b: &Operand<'a>,
    parity: Parity,
    scratch: &mut Scratch,
) -> Operand<'a> {
    if a.is_null() || b.is_null() {
        return Operand::Null;
    }
    let (a, b) = (numeric_text(a, b, scratch), numeric_text(b, a, scratch));
    match temporal(op, &a, &b) {
        Some(Ok(value)) => return value,
        Some(Err(reason)) => return raise(reason, scratch),
        None => {}
    }
    if a.is_null() || b.is_null() {
        return Operand::Null;
    }
    numbers(op, &a, &b, parity).unwrap_or_else(|reason| raise(reason, scratch))
}

fn raise<'a>(reason: Raised, scratch: &mut Scratch) -> Operand<'a> {
    scratch.raise(reason);
    Operand::Null
}

/// Text next to a number, date or interval is read as what the other side calls for.
fn numeric_text<'a>(value: &Operand<'a>, other: &Operand<'a>, scratch: &mut Scratch) -> Operand<'a> {
    let Operand::Text(text) = value else { return value.clone() };
    let read = match other {
        Operand::Date(_) | Operand::Timestamp(_) => {
            cast::text_to_timestamp(text).map(Operand::Timestamp).or_else(|| interval::parse(text).map(Operand::Interval))
        }
        Operand::Integer(_) => cast::text_to_integer(text).map(Operand::Integer),
        _ => cast::text_to_double(text).map(Operand::Double),
    };
    read.unwrap_or_else(|| raise(Raised::Conversion, scratch))
}

/// Sums with dates, timestamps and intervals; none when there are none among the operands.
fn temporal<'a>(op: ArithmeticOp, a: &Operand<'a>, b: &Operand<'a>) -> Option<Result<Operand<'a>, Raised>> {
    use ArithmeticOp::{Add, Multiply, Subtract};
    use Operand::{Date, Integer, Interval, Timestamp};
    let value = match (op, a, b) {
        (Add, Date(days), Integer(more)) | (Add, Integer(more), Date(days)) => moved(*days, *more),
        (Subtract, Date(days), Integer(less)) => less.checked_neg().and_then(|less| moved(*days, less)),
        (Subtract, Date(to), Date(from)) => Some(Integer(i64::from(*to) - i64::from(*from))),
        (Subtract, Date(_) | Timestamp(_), Date(_) | Timestamp(_)) => {
            instant(a).zip(instant(b)).and_then(|(to, from)| interval::between(to, from)).map(Interval)
        }
        (Add, Date(_) | Timestamp(_), Interval(span)) => shifted(a, *span),
        (Add, Interval(span), Date(_) | Timestamp(_)) => shifted(b, *span),
        (Subtract, Date(_) | Timestamp(_), Interval(span)) => interval::multiply(*span, -1).and_then(|span| shifted(a, span)),
        (Add, Interval(a), Interval(b)) => interval::add(*a, *b).map(Interval),
        (Subtract, Interval(a), Interval(b)) => interval::multiply(*b, -1).and_then(|b| interval::add(*a, b)).map(Interval),
        (Multiply, Interval(span), Integer(times)) | (Multiply, Integer(times), Interval(span)) => {
            interval::multiply(*span, *times).map(Interval)
        }
        (_, Date(_) | Timestamp(_) | Interval(_), _) | (_, _, Date(_) | Timestamp(_) | Interval(_)) => {
            return Some(Err(Raised::Types));
        }
        _ => return None,
    };
    Some(value.ok_or(Raised::Overflow))
}

fn moved<'a>(days: i32, by: i64) -> Option<Operand<'a>> {
    i64::from(days).checked_add(by).and_then(|days| i32::try_from(days).ok()).map(Operand::Date)
}

fn instant(value: &Operand<'_>) -> Option<i64> {
    match value {
        Operand::Date(days) => Some(i64::from(*days) * calendar::DAY),
        Operand::Timestamp(microseconds) => Some(*microseconds),
        _ => None,
    }
}

fn shifted<'a>(value: &Operand<'_>, by: Interval) -> Option<Operand<'a>> {
    interval::shift(instant(value)?, by).map(Operand::Timestamp)
}

fn numbers<'a>(op: ArithmeticOp, a: &Operand<'a>, b: &Operand<'a>, parity: Parity) -> Result<Operand<'a>, Raised> {
    use Operand::{Decimal as Exact, Double, Float, Integer};
    if op == ArithmeticOp::Divide || (op == ArithmeticOp::DivideByType && !matches!((a, b), (Integer(_), Integer(_)))) {
        return quotient(a, b, parity);
    }
    match (a, b) {
        (Integer(a), Integer(b)) => integers(op, *a, *b),
        (Exact(a), Exact(b)) => decimals(op, *a, *b),
        (Exact(a), Integer(b)) => decimals(op, *a, (*b).into()),
        (Integer(a), Exact(b)) => decimals(op, (*a).into(), *b),
        (Double(_), _) | (_, Double(_)) => Ok(Double(doubles(op, finite(a)?, finite(b)?))),
        (Float(_), _) | (_, Float(_)) => {
            Ok(Float(doubles(op, f64::from(single(a).ok_or(Raised::Types)?), f64::from(single(b).ok_or(Raised::Types)?)) as f32))
        }
        _ => Err(Raised::Types),
    }
}

fn finite(value: &Operand<'_>) -> Result<f64, Raised> {
    number(value).ok_or(Raised::Types)
}

fn quotient<'a>(a: &Operand<'a>, b: &Operand<'a>, parity: Parity) -> Result<Operand<'a>, Raised> {
    let (dividend, divisor) = (finite(a)?, finite(b)?);
    if divisor == 0.0 && parity == Parity::SparkJar {
        return Ok(Operand::Null);
    }
    let single_precision = |a: &Operand<'_>, b: &Operand<'_>| matches!(a, Operand::Float(_)) && !matches!(b, Operand::Double(_));
    if single_precision(a, b) || single_precision(b, a) {
        return Ok(Operand::Float(dividend as f32 / divisor as f32));
    }
    Ok(Operand::Double(dividend / divisor))
}

fn integers<'a>(op: ArithmeticOp, a: i64, b: i64) -> Result<Operand<'a>, Raised> {
    if b == 0 && matches!(op, ArithmeticOp::IntegerDivide | ArithmeticOp::DivideByType | ArithmeticOp::Modulo) {
        return Err(Raised::DivisionByZero);
    }
    let value = match op {
        ArithmeticOp::Add => a.checked_add(b),
        ArithmeticOp::Subtract => a.checked_sub(b),
        ArithmeticOp::Multiply => a.checked_mul(b),
        ArithmeticOp::Modulo => Some(a.wrapping_rem(b)),
        ArithmeticOp::Divide | ArithmeticOp::IntegerDivide | ArithmeticOp::DivideByType => a.checked_div(b),
    };
    value.map(Operand::Integer).ok_or(Raised::Overflow)
}

fn decimals<'a>(op: ArithmeticOp, a: Decimal, b: Decimal) -> Result<Operand<'a>, Raised> {
    let exact = match op {
        ArithmeticOp::Add => a.checked_add(b),
        ArithmeticOp::Subtract => a.checked_subtract(b),
        ArithmeticOp::Multiply => a.checked_multiply(b),
        ArithmeticOp::Modulo if b.is_zero() => return Err(Raised::DivisionByZero),
        ArithmeticOp::Modulo => a.checked_remainder(b),
        ArithmeticOp::Divide | ArithmeticOp::IntegerDivide | ArithmeticOp::DivideByType => None,
    };
    Ok(exact.map_or_else(|| Operand::Double(doubles(op, a.to_f64(), b.to_f64())), Operand::Decimal))
}

fn doubles(op: ArithmeticOp, a: f64, b: f64) -> f64 {
    match op {
        ArithmeticOp::Add => a + b,
        ArithmeticOp::Subtract => a - b,
        ArithmeticOp::Multiply => a * b,
        ArithmeticOp::Modulo => a % b,
        ArithmeticOp::Divide | ArithmeticOp::IntegerDivide | ArithmeticOp::DivideByType => a / b,
    }
}
