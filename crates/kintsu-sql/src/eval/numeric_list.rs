//! Measures of two lists of numbers: embeddings and other vectors.
//!
//! DuckDB 2.0 adds products by fused multiply-add, so the last digit differs from that of 1.5. Next to a vector of zeros the
//! cosine is NaN in 2.0, -1 in 1.5 and null otherwise.

use super::compare::number;
use super::operand::Operand;
use super::raised::Raised;
use crate::Parity;
use crate::function::Function;

/// Computes a measure of two lists that are not null, in 32 bits where both hold nothing wider, as DuckDB does.
pub(crate) fn compute<'a>(function: Function, a: &Operand<'_>, b: &Operand<'_>, parity: Parity) -> Result<Operand<'a>, Raised> {
    let (left, left_single) = numbers(a)?;
    let (right, right_single) = numbers(b)?;
    if left.len() != right.len() {
        return Err(Raised::UnequalLengths);
    }
    if left.is_empty() {
        return Ok(if function == Function::CosineSimilarity { Operand::Null } else { Operand::Double(0.0) });
    }
    if left_single && right_single {
        let narrow = |numbers: &[f64]| numbers.iter().map(|value| *value as f32).collect::<Vec<f32>>();
        return single(function, &narrow(&left), &narrow(&right), parity);
    }
    double(function, &left, &right, parity)
}

fn numbers(list: &Operand<'_>) -> Result<(Vec<f64>, bool), Raised> {
    let mut single = true;
    let mut values = Vec::with_capacity(list.list_length().ok_or(Raised::Types)?);
    for item in list.list_items().ok_or(Raised::Types)? {
        single &= matches!(item, Operand::Float(_));
        if item.is_null() {
            return Err(Raised::NullItem);
        }
        values.push(number(&item).ok_or(Raised::Types)?);
    }
    Ok((values, single))
}

macro_rules! measures {
    ($name:ident, $float:ty, $wrap:path) => {
        fn $name<'a>(function: Function, a: &[$float], b: &[$float], parity: Parity) -> Result<Operand<'a>, Raised> {
            let (mut product, mut left, mut right, mut squares): ($float, $float, $float, $float) = (0.0, 0.0, 0.0, 0.0);
            let fused = parity == Parity::DuckDb2_0;
            let add = |total: $float, x: $float, y: $float| if fused { x.mul_add(y, total) } else { total + x * y };
            for (x, y) in a.iter().zip(b) {
                product = add(product, *x, *y);
                left = add(left, *x, *x);
                right = add(right, *y, *y);
                squares = add(squares, x - y, x - y);
            }
            match function {
                Function::InnerProduct => Ok($wrap(product)),
                Function::EuclideanDistance => Ok($wrap(squares.sqrt())),
                _ => {
                    let norms = (left * right).sqrt();
                    if norms == 0.0 {
                        return Ok(match parity {
                            Parity::DuckDb2_0 => $wrap(<$float>::NAN),
                            Parity::DuckDb1_5 => $wrap(-1.0),
                            Parity::Characters | Parity::SparkJar => Operand::Null,
                        });
                    }
                    Ok($wrap((product / norms).clamp(-1.0, 1.0)))
                }
            }
        }
    };
}

measures!(double, f64, Operand::Double);
measures!(single, f32, Operand::Float);
