//! Cosine similarity of two vectors of numbers, such as embeddings: the dot product over the product of their lengths.
//!
//! Time O(n), no allocation. Sums run from the first element to the last; under [`WinklerForm::Fused`] each product is added
//! with one rounding, as DuckDB 2.0 does here too.

use crate::{Semantics, WinklerForm};

/// The cosine similarity of two vectors, from -1 to 1.
///
/// `None` when they have different lengths or no elements; not a number when one is all zeros or holds a number that is none.
///
/// ```
/// use kintsu_text::{Semantics, cosine_similarity};
/// assert_eq!(cosine_similarity(&[3.0, 4.0], &[4.0, 3.0], Semantics::CHARACTERS), Some(0.96));
/// assert_eq!(cosine_similarity(&[1.0], &[1.0, 2.0], Semantics::CHARACTERS), None);
/// ```
pub fn cosine_similarity(left: &[f64], right: &[f64], semantics: Semantics) -> Option<f64> {
    if left.len() != right.len() || left.is_empty() {
        return None;
    }
    let add_product = match semantics.winkler {
        WinklerForm::Plain => |x: f64, y: f64, sum: f64| sum + x * y,
        WinklerForm::Fused => f64::mul_add,
    };
    let (mut dot, mut left_square, mut right_square) = (0.0, 0.0, 0.0f64);
    for (&x, &y) in left.iter().zip(right) {
        dot = add_product(x, y, dot);
        left_square = add_product(x, x, left_square);
        right_square = add_product(y, y, right_square);
    }
    let similarity: f64 = dot / f64::sqrt(left_square * right_square);
    Some(similarity.clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opposite_directions_are_minus_one_and_nothing_leaves_the_range() {
        for semantics in [Semantics::CHARACTERS, Semantics::DUCKDB_2_0] {
            assert_eq!(cosine_similarity(&[1.0, 2.0], &[-1.0, -2.0], semantics), Some(-1.0));
            let same = cosine_similarity(&[0.1, 0.7, 0.3], &[0.1, 0.7, 0.3], semantics);
            assert!(same.is_some_and(|similarity| (0.999_999..=1.0).contains(&similarity)));
            assert!(cosine_similarity(&[0.0], &[1.0], semantics).is_some_and(f64::is_nan));
        }
    }
}
