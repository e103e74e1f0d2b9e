//! How a value is cut into tokens: two values are the more alike the more tokens they share.

use super::InvalidValue;
use super::number::{python_float, python_integer};

/// A way of cutting.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Comparison {
    /// All runs of `length` characters, spaces put before and after; with their positions, counted from 1, or without.
    Grams {
        /// At least 1.
        length: usize,
        positional: bool,
    },
    /// The whole value.
    Exact,
    /// The neighbourhood of a number.
    Numeric(Numeric),
}

/// The neighbourhood of a number on a grid (Vatsalan and Christen, Journal of Biomedical Informatics 59, 2016): `2 resolution +
/// 1` points around it, so that numbers closer than the threshold share some.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Numeric {
    resolution: i128,
    /// Between the points, all scaled by `2 resolution`.
    interval: i128,
    precision: u32,
}

/// Larger numbers are not cut: their neighbourhood might not fit 128 bits.
const NUMBER_MAX: f64 = 1e30;

/// Tokens, one after another.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    text: String,
    ends: Vec<usize>,
    starts_of_characters: Vec<usize>,
    padded: String,
}

impl Tokens {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.text[start..end])
    }

    fn end(&mut self) {
        self.ends.push(self.text.len());
    }
}

impl Comparison {
    /// Cuts a value; an empty one has no tokens.
    pub(crate) fn tokens(&self, value: &str, tokens: &mut Tokens) -> Result<(), InvalidValue> {
        tokens.text.clear();
        tokens.ends.clear();
        if value.is_empty() {
            return Ok(());
        }
        match self {
            Self::Grams { length, positional } => grams(value, *length, *positional, tokens),
            Self::Exact => {
                tokens.text.push_str(value);
                tokens.end();
            }
            Self::Numeric(numeric) => return numeric.tokens(value, tokens),
        }
        Ok(())
    }
}

fn grams(value: &str, length: usize, positional: bool, tokens: &mut Tokens) {
    let padding = length - 1;
    tokens.padded.clear();
    tokens.padded.extend(std::iter::repeat_n(' ', padding));
    tokens.padded.push_str(value);
    tokens.padded.extend(std::iter::repeat_n(' ', padding));
    tokens.starts_of_characters.clear();
    tokens.starts_of_characters.extend(tokens.padded.char_indices().map(|(start, _)| start));
    tokens.starts_of_characters.push(tokens.padded.len());
    for (place, window) in tokens.starts_of_characters.windows(length + 1).enumerate() {
        if positional {
            push_number(place + 1, &mut tokens.text);
            tokens.text.push(' ');
        }
        tokens.text.push_str(&tokens.padded[window[0]..window[length]]);
        tokens.ends.push(tokens.text.len());
    }
}

fn push_number(number: usize, text: &mut String) {
    if number >= 10 {
        push_number(number / 10, text);
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}

impl Numeric {
    /// None where the threshold is not positive, or too small or large at the precision.
    pub(crate) fn new(threshold: f64, resolution: usize, precision: u32) -> Option<Self> {
        let interval = (threshold * 10_f64.powi(precision as i32)).round_ties_even();
        let interval = (threshold > 0.0 && (1.0..NUMBER_MAX).contains(&interval)).then_some(interval as i128)?;
        Some(Self { resolution: resolution as i128, interval, precision })
    }

    fn tokens(&self, value: &str, tokens: &mut Tokens) -> Result<(), InvalidValue> {
        let centre = self.centre(value)?;
        for step in -self.resolution..=self.resolution {
            use std::fmt::Write;
            let _ = write!(tokens.text, "{}", centre + step * self.interval);
            tokens.end();
        }
        Ok(())
    }

    /// The point of the grid that is nearest to a number.
    fn centre(&self, value: &str) -> Result<i128, InvalidValue> {
        let number = self.scaled(value)?.checked_mul(2 * self.resolution).ok_or(InvalidValue::Range)?;
        let residue = number.rem_euclid(self.interval);
        Ok(if residue * 2 < self.interval { number - residue } else { number + (self.interval - residue) })
    }

    /// The number as a whole one at the precision.
    fn scaled(&self, value: &str) -> Result<i128, InvalidValue> {
        if let Some(digits) = python_integer(value) {
            let number = digits.parse::<i128>().ok().filter(|number| (number.unsigned_abs() as f64) < NUMBER_MAX);
            return number.and_then(|number| number.checked_mul(10_i128.pow(self.precision))).ok_or(InvalidValue::Range);
        }
        let number = python_float(value).ok_or(InvalidValue::NotANumber)?;
        // Without a precision the fraction is cut off; with one it is rounded, halves to even.
        let scaled =
            if self.precision == 0 { number.trunc() } else { (number * 10_f64.powi(self.precision as i32)).round_ties_even() };
        if scaled.abs() < NUMBER_MAX { Ok(scaled as i128) } else { Err(InvalidValue::Range) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn cut(comparison: &Comparison, value: &str) -> Vec<String> {
        let mut tokens = Tokens::default();
        comparison.tokens(value, &mut tokens).unwrap();
        assert_eq!(tokens.len(), tokens.iter().count());
        tokens.iter().map(str::to_owned).collect()
    }

    #[test]
    fn grams_cover_both_ends() {
        let grams = |length, positional| Comparison::Grams { length, positional };
        assert_eq!(cut(&grams(2, false), "añb"), [" a", "añ", "ñb", "b "]);
        assert_eq!(cut(&grams(1, false), "ab"), ["a", "b"]);
        assert_eq!(cut(&grams(3, true), "a"), ["1   a", "2  a ", "3 a  "]);
        assert_eq!(cut(&grams(1, true), "0123456789").last().unwrap(), "10 9");
        assert!(cut(&grams(2, false), "").is_empty());
        assert_eq!(cut(&Comparison::Exact, "a b"), ["a b"]);
    }

    #[test]
    fn close_numbers_share_points_and_far_ones_do_not() {
        let numeric = Comparison::Numeric(Numeric::new(8.0, 2, 0).unwrap());
        assert_eq!(cut(&numeric, "25"), ["88", "96", "104", "112", "120"]);
        assert_eq!(cut(&numeric, "25.9"), cut(&numeric, "25"));
        assert_eq!(cut(&numeric, "26"), cut(&numeric, "25"));
        assert!(cut(&numeric, "36").iter().all(|token| !cut(&numeric, "25").contains(token)));
        let mut tokens = Tokens::default();
        assert_eq!(numeric.tokens("x", &mut tokens), Err(InvalidValue::NotANumber));
        assert_eq!(numeric.tokens(&"9".repeat(40), &mut tokens), Err(InvalidValue::Range));
        assert!(Numeric::new(0.04, 2, 1).is_none() && Numeric::new(0.0, 2, 1).is_none());
    }
}
