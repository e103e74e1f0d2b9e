//! Differences of numbers, dates and times against a bound, on numbers that were computed once per distinct value.

use std::sync::Arc;

use kintsu_table::NULL_CODE;

use super::condition::SidedCodes;
use super::matrix::CodeMatrix;
use super::truth::{NULL, Truth, from_bool};
use crate::sql::CompareOp;

/// `first - second`, or its absolute value, compared with a constant. Exact: all numbers are doubles, or integers below 2^53.
#[derive(Debug)]
pub(crate) struct Difference {
    pub(crate) first: SidedCodes,
    pub(crate) first_numbers: Arc<[f64]>,
    pub(crate) second: SidedCodes,
    pub(crate) second_numbers: Arc<[f64]>,
    pub(crate) absolute: bool,
    pub(crate) operator: CompareOp,
    pub(crate) bound: f64,
}

impl Difference {
    /// Whether the difference of a pair's values meets the bound.
    #[inline]
    pub(crate) fn truth(&self, matrix: &CodeMatrix, left: u32, right: u32) -> Truth {
        let (first, second) = (self.first.of(matrix, left, right), self.second.of(matrix, left, right));
        if first == NULL_CODE || second == NULL_CODE {
            return NULL;
        }
        let difference = self.first_numbers[first as usize] - self.second_numbers[second as usize];
        let difference = if self.absolute { difference.abs() } else { difference };
        from_bool(match self.operator {
            CompareOp::Equal | CompareOp::NotDistinct => difference == self.bound,
            CompareOp::NotEqual | CompareOp::Distinct => difference != self.bound,
            CompareOp::Less => difference < self.bound,
            CompareOp::LessOrEqual => difference <= self.bound,
            CompareOp::Greater => difference > self.bound,
            CompareOp::GreaterOrEqual => difference >= self.bound,
        })
    }
}
