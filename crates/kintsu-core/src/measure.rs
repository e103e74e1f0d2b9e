//! Probabilities, match weights and similarities as types, so that one is never taken for another.

use serde::{Deserialize, Serialize};

/// A probability from 0 to 1 inclusive.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Probability(f64);

/// A number that is no probability.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{0} is not a probability between 0 and 1")]
pub struct InvalidProbability(pub f64);

impl Probability {
    /// Wraps `value`.
    ///
    /// # Errors
    /// [`InvalidProbability`] when it is below 0, above 1 or no number.
    pub fn new(value: f64) -> Result<Self, InvalidProbability> {
        if (0.0..=1.0).contains(&value) { Ok(Self(value)) } else { Err(InvalidProbability(value)) }
    }

    /// The number itself.
    pub const fn value(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Probability {
    type Error = InvalidProbability;
    fn try_from(value: f64) -> Result<Self, Self::Error> {
        Self::new(value)
    }
}

impl From<Probability> for f64 {
    fn from(value: Probability) -> Self {
        value.0
    }
}

/// A match weight: the base-2 logarithm of odds or of a Bayes factor.
///
/// ```
/// use kintsu_core::{MatchWeight, Probability};
/// let even = MatchWeight::from_probability(Probability::new(0.5).unwrap());
/// assert_eq!(even.value(), 0.0);
/// assert_eq!(MatchWeight::new(1.0).probability().value(), 2.0 / 3.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MatchWeight(f64);

impl MatchWeight {
    /// Wraps `value`, in bits.
    pub const fn new(value: f64) -> Self {
        Self(value)
    }

    /// log2(p / (1 - p)); infinite at 0 and at 1.
    pub fn from_probability(probability: Probability) -> Self {
        let p = probability.value();
        Self((p / (1.0 - p)).log2())
    }

    /// The weight in bits.
    pub const fn value(self) -> f64 {
        self.0
    }

    /// 2^w / (1 + 2^w), computed by the sign of w so that it never overflows.
    pub fn probability(self) -> Probability {
        let w = self.0;
        Probability(if w > 0.0 {
            1.0 / (1.0 + (-w).exp2())
        } else {
            let odds = w.exp2();
            odds / (1.0 + odds)
        })
    }
}

/// A similarity from 0 (nothing in common) to 1 (equal).
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Similarity(pub f64);
