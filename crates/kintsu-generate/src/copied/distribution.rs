//! How many copies of an entity a source holds beyond the first.

use std::str::FromStr;

use kintsu_core::Chance;

use crate::error::GenerateError;

/// How many further copies there are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Copies {
    /// As many as Poisson's law of this mean draws.
    Poisson(f64),
    /// From the first number to the second, all as likely.
    Uniform(u64, u64),
    /// k with a chance in proportion to 1 / (k + 1) to this power.
    Zipf(f64),
}

/// No entity has more further copies than this; Zipf's law is cut there.
const FURTHER_MAX: u64 = 20;

impl Default for Copies {
    fn default() -> Self {
        Self::Poisson(0.4)
    }
}

impl FromStr for Copies {
    type Err = GenerateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (law, number) = text.split_once(':').unwrap_or((text, ""));
        let real = |least: f64, most: f64| number.parse::<f64>().ok().filter(|value| (least..=most).contains(value));
        let read = match law {
            "poisson" => real(0.0, 5.0).map(Self::Poisson),
            "zipf" => real(0.5, 10.0).map(Self::Zipf),
            "uniform" => number.split_once('-').and_then(|(least, most)| {
                let (least, most) = (least.parse().ok()?, most.parse().ok()?);
                (least <= most && most <= FURTHER_MAX).then_some(Self::Uniform(least, most))
            }),
            _ => None,
        };
        read.ok_or_else(|| {
            let hint = "write poisson:0.4 (a mean up to 5), uniform:0-3 (up to 20) or zipf:1.5 (a power from 0.5 to 10)";
            GenerateError::options(format!("`{text}` is no law of copies"), hint)
        })
    }
}

impl std::fmt::Display for Copies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Poisson(mean) => write!(f, "poisson:{mean}"),
            Self::Uniform(least, most) => write!(f, "uniform:{least}-{most}"),
            Self::Zipf(power) => write!(f, "zipf:{power}"),
        }
    }
}

impl Copies {
    /// The chance of so many further copies, from 0 on; what is rarer than a ten-millionth is left out.
    fn probabilities(self) -> Vec<f64> {
        let mut shares: Vec<f64> = match self {
            Self::Poisson(mean) => {
                let next = |(number, share): (u64, f64)| (number + 1, share * mean / (number + 1) as f64);
                let mut terms = vec![(0, 1.0)];
                while terms.len() <= FURTHER_MAX as usize {
                    terms.extend(terms.last().copied().map(next));
                }
                terms.into_iter().map(|(_, share)| share).collect()
            }
            Self::Uniform(least, most) => (0..=most).map(|number| if number < least { 0.0 } else { 1.0 }).collect(),
            Self::Zipf(power) => (0..=FURTHER_MAX).map(|number| exponential(-power * logarithm((number + 1) as f64))).collect(),
        };
        let total: f64 = shares.iter().sum();
        for share in &mut shares {
            *share /= total;
        }
        while shares.last().is_some_and(|share| *share < 1e-7) {
            shares.pop();
        }
        shares
    }

    /// The chances of at least one further copy, of at least two, and so on.
    pub(crate) fn at_least(self) -> Vec<f64> {
        let shares = self.probabilities();
        (1..shares.len()).map(|number| shares[number..].iter().sum::<f64>().min(1.0)).collect()
    }
}

/// The natural logarithm of a number from 1 to 21, by sums and products alone, so that it is the same on every machine.
fn logarithm(number: f64) -> f64 {
    let ratio = (number - 1.0) / (number + 1.0);
    let (mut power, mut sum) = (ratio, 0.0);
    for step in 0..400 {
        sum += power / f64::from(2 * step + 1);
        power *= ratio * ratio;
    }
    2.0 * sum
}

/// e to this power, by sums and products alone.
fn exponential(power: f64) -> f64 {
    let small = power / 64.0;
    let (mut term, mut sum) = (1.0, 1.0);
    for step in 1..30 {
        term *= small / f64::from(step);
        sum += term;
    }
    (0..6).fold(sum, |value, _| value * value)
}

/// Rows that a row group is to have, about.
const ROWS_PER_GROUP: f64 = 65_536.0;

/// How likely a source holds an entity, and how often.
#[derive(Debug, Clone)]
pub(crate) struct Coverage {
    covered: Chance,
    at_least: Vec<Chance>,
    /// The expected number of records of an entity, and its variance.
    pub(crate) mean: f64,
    pub(crate) variance: f64,
}

impl Coverage {
    /// For a share of entities that is covered, and the chances of at least two records of a covered one, of at least three, ...
    pub(crate) fn new(covered: f64, at_least: Vec<f64>) -> Self {
        let mean = covered * (1.0 + at_least.iter().sum::<f64>());
        let squares: f64 = at_least.iter().enumerate().map(|(position, rate)| (2 * position + 3) as f64 * rate).sum();
        let variance = covered * (1.0 + squares) - mean * mean;
        Self { covered: Chance::new(covered), at_least: at_least.into_iter().map(Chance::new).collect(), mean, variance }
    }

    pub(crate) fn copies_max(&self) -> u64 {
        self.at_least.len() as u64 + 1
    }

    /// Slots of a row group.
    pub(crate) fn slots_per_group(&self) -> u64 {
        ((ROWS_PER_GROUP * self.copies_max() as f64 / self.mean) as u64).max(1)
    }

    /// How many records there are, where `covered` and `drawn` are the numbers of the entity in the source.
    #[inline]
    pub(crate) fn records(&self, covered: u64, drawn: u64) -> u64 {
        if !self.covered.happens(covered) {
            return 0;
        }
        1 + self.at_least.iter().take_while(|chance| chance.happens(drawn)).count() as u64
    }

    /// Whether there is a record for this copy, where `covered` and `drawn` are the numbers of the entity in the source.
    #[inline]
    pub(crate) fn holds(&self, covered: u64, drawn: u64, copy: u64) -> bool {
        // Far copies are rare, which is soon told.
        (copy == 0 || self.at_least[copy as usize - 1].happens(drawn)) && self.covered.happens(covered)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn laws_have_the_chances_that_they_are_named_for() {
        let chances = |text: &str| text.parse::<Copies>().unwrap().probabilities();
        let poisson = chances("poisson:0.4");
        assert!((poisson[0] - (-0.4_f64).exp()).abs() < 1e-6 && (poisson[1] - 0.4 * (-0.4_f64).exp()).abs() < 1e-6);
        assert_eq!(chances("uniform:1-3"), [0.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0]);
        let zipf = chances("zipf:1.5");
        assert!((zipf[3] / zipf[0] - 0.125).abs() < 1e-12 && zipf.len() == 21);
        assert_eq!(chances("poisson:0"), [1.0]);
        for wrong in ["poisson:-1", "uniform:3-1", "uniform:0-99", "zipf", "normal:1", "poisson:x"] {
            assert!(wrong.parse::<Copies>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_mean_is_that_of_the_law() {
        let coverage = Coverage::new(1.0, Copies::default().at_least());
        assert!((coverage.mean - 1.4).abs() < 1e-5 && (coverage.variance - 0.4).abs() < 1e-4, "{coverage:?}");
    }

    #[test]
    fn records_are_as_many_as_copies_are_held() {
        let coverage = Coverage::new(0.5, vec![0.5, 0.25]);
        for covered in [0, u64::MAX] {
            for drawn in [0, u64::MAX / 3, u64::MAX] {
                let held = (0..coverage.copies_max()).filter(|copy| coverage.holds(covered, drawn, *copy)).count();
                assert_eq!(coverage.records(covered, drawn), held as u64);
            }
        }
    }
}
