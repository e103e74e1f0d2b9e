//! The numeric functions. Outside their domain they give NaN or infinity as DuckDB 2.0 does, or raise as DuckDB 1.5 does.

use super::cast::text_to_double;
use super::compare::number;
use super::operand::Operand;
use super::raised::Raised;
use crate::Parity;
use crate::function::Function;

/// Computes a numeric function of values that are not null.
pub(crate) fn compute<'a>(function: Function, values: &[Operand<'a>], parity: Parity) -> Result<Operand<'a>, Raised> {
    use Function as F;
    let Some(first) = values.first() else { return Ok(Operand::Double(std::f64::consts::PI)) };
    match function {
        F::InRange => in_range(values),
        F::Abs => absolute(first),
        F::Round => round(first, values.get(1)),
        F::Floor | F::Ceiling | F::Truncate => to_whole(function, first),
        F::Sign => Ok(Operand::Integer(sign(first)?)),
        F::IsNan => Ok(double(first)?.is_nan().into()),
        F::IsInfinite => Ok(double(first)?.is_infinite().into()),
        F::IsFinite => Ok(double(first)?.is_finite().into()),
        F::Power => Ok(Operand::Double(double(first)?.powf(second(values)?))),
        F::Atan2 => Ok(Operand::Double(double(first)?.atan2(second(values)?))),
        F::Log => {
            let base = within(function, double(first)?, parity)?;
            let value = within(function, second(values)?, parity)?;
            Ok(Operand::Double(value.log10() / base.log10()))
        }
        _ => Ok(Operand::Double(of_one(function, within(function, double(first)?, parity)?)?)),
    }
}

/// The conversion to a narrow integer type that raises or not was done before; what does not fit is an overflow.
fn in_range<'a>(values: &[Operand<'a>]) -> Result<Operand<'a>, Raised> {
    match values {
        [Operand::Integer(value), Operand::Integer(least), Operand::Integer(greatest)] if (least..=greatest).contains(&value) => {
            Ok(Operand::Integer(*value))
        }
        [Operand::Integer(_), ..] => Err(Raised::Overflow),
        _ => Err(Raised::Types),
    }
}

fn of_one(function: Function, x: f64) -> Result<f64, Raised> {
    use Function as F;
    Ok(match function {
        F::SquareRoot => x.sqrt(),
        F::CubeRoot => x.cbrt(),
        F::Exp => x.exp(),
        F::Ln => x.ln(),
        F::Log2 => x.log2(),
        F::Log10 => x.log10(),
        F::Sin => x.sin(),
        F::Cos => x.cos(),
        F::Tan => x.tan(),
        F::Asin => x.asin(),
        F::Acos => x.acos(),
        F::Atan => x.atan(),
        F::Radians => x * (std::f64::consts::PI / 180.0),
        F::Degrees => x * (180.0 / std::f64::consts::PI),
        F::Pi => std::f64::consts::PI,
        _ => return Err(Raised::Types),
    })
}

/// Refuses arguments outside the domain, unless NaN is the answer that is asked for.
fn within(function: Function, x: f64, parity: Parity) -> Result<f64, Raised> {
    use Function as F;
    let inside = match function {
        F::SquareRoot => x >= 0.0,
        F::Ln | F::Log | F::Log2 | F::Log10 => x > 0.0,
        F::Asin | F::Acos => (-1.0..=1.0).contains(&x),
        F::Sin | F::Cos | F::Tan => x.is_finite(),
        _ => true,
    };
    if inside || x.is_nan() || parity == Parity::DuckDb2_0 { Ok(x) } else { Err(Raised::Domain) }
}

fn double(value: &Operand<'_>) -> Result<f64, Raised> {
    match value {
        Operand::Text(text) => text_to_double(text).ok_or(Raised::Conversion),
        other => number(other).ok_or(Raised::Types),
    }
}

fn second(values: &[Operand<'_>]) -> Result<f64, Raised> {
    double(values.get(1).ok_or(Raised::Types)?)
}

fn absolute<'a>(value: &Operand<'a>) -> Result<Operand<'a>, Raised> {
    match value {
        Operand::Integer(value) => value.checked_abs().map(Operand::Integer).ok_or(Raised::Overflow),
        Operand::Decimal(value) => Ok(Operand::Decimal(value.abs())),
        Operand::Float(value) => Ok(Operand::Float(value.abs())),
        other => double(other).map(|value| Operand::Double(value.abs())),
    }
}

fn sign(value: &Operand<'_>) -> Result<i64, Raised> {
    match value {
        Operand::Integer(value) => Ok(value.signum()),
        Operand::Decimal(value) => Ok(value.signum()),
        other => double(other).map(|value| if value > 0.0 { 1 } else { -i64::from(value < 0.0) }),
    }
}

fn to_whole<'a>(function: Function, value: &Operand<'a>) -> Result<Operand<'a>, Raised> {
    let whole = |value: f64| match function {
        Function::Floor => value.floor(),
        Function::Ceiling => value.ceil(),
        _ => value.trunc(),
    };
    Ok(match value {
        Operand::Integer(value) => Operand::Integer(*value),
        Operand::Float(value) => Operand::Float(whole(f64::from(*value)) as f32),
        other => Operand::Double(whole(double(other)?)),
    })
}

/// Halves away from zero; of doubles as DuckDB multiplies, rounds and divides.
fn round<'a>(value: &Operand<'a>, digits: Option<&Operand<'_>>) -> Result<Operand<'a>, Raised> {
    let digits = match digits {
        None => 0,
        Some(Operand::Integer(digits)) => (*digits).clamp(-308, 308) as i32,
        Some(_) => return Err(Raised::Types),
    };
    let rounded = |value: f64| {
        let unit = 10f64.powi(digits.abs());
        let result = if digits < 0 { (value / unit).round() * unit } else { (value * unit).round() / unit };
        if result.is_finite() { result } else { value }
    };
    Ok(match value {
        Operand::Decimal(value) => Operand::Decimal(value.round(digits).ok_or(Raised::Overflow)?),
        Operand::Integer(value) if digits >= 0 => Operand::Integer(*value),
        Operand::Integer(value) => {
            let exact = super::decimal::Decimal::from(*value).round(digits).ok_or(Raised::Overflow)?;
            Operand::Integer(i64::try_from(exact.floor()).map_err(|_| Raised::Overflow)?)
        }
        Operand::Float(value) => Operand::Float(rounded(f64::from(*value)) as f32),
        other => Operand::Double(rounded(double(other)?)),
    })
}
