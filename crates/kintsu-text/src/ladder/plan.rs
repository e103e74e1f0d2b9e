//! What the steps of a ladder allow to be skipped: beyond which distance, or below which similarity, all values take the same
//! step.

use super::{Measure, Step};
use crate::jaro::from_counts;
use crate::jaro_winkler::{PREFIX_MAX, raise};
use crate::signature::SHORT_MAX;
use crate::{Semantics, WinklerForm};

/// The first step that holds for a measured value, or the number of steps.
#[inline(always)]
pub(super) fn classify(steps: &[Step], value: f64) -> u8 {
    steps.iter().position(|step| step.holds(value)).unwrap_or(steps.len()) as u8
}

/// How a ladder decides.
#[derive(Debug, Clone)]
pub(super) enum Plan {
    /// Distances above a bound all take one step.
    Distance(DistancePlan),
    /// Similarities below a bound all take one step.
    Similarity(SimilarityPlan),
    /// Nothing is known beforehand.
    Plain,
}

/// The steps of distances.
#[derive(Debug, Clone)]
pub(super) struct DistancePlan {
    /// All distances above it take the step `far`.
    pub(super) bound: usize,
    /// The step of distances above the bound.
    pub(super) far: u8,
    /// The step of each distance up to the bound, and of the one above it.
    pub(super) near: Vec<u8>,
}

/// The steps of Jaro and Jaro-Winkler similarities.
#[derive(Debug, Clone)]
pub(super) struct SimilarityPlan {
    /// The step of all similarities below the lowest threshold, those of nothing in common included.
    pub(super) far: u8,
    /// By prefix, length and length: the fewest units in common with which the similarity can reach the lowest threshold.
    common_min: Vec<u8>,
}

/// The lengths that an entry can hold; where it says "not short", no number of units in common is too few.
const LENGTHS: usize = SHORT_MAX + 2;

/// Bounds above this are no use: such ladders are computed plainly.
const BOUND_MAX: f64 = 60.0;

impl Plan {
    pub(super) fn new(measure: Measure, semantics: Semantics, steps: &[Step]) -> Self {
        match measure {
            Measure::Levenshtein | Measure::DamerauLevenshtein => DistancePlan::new(steps).map_or(Self::Plain, Self::Distance),
            Measure::Jaro => Self::Similarity(SimilarityPlan::new(steps, None)),
            Measure::JaroWinkler => Self::Similarity(SimilarityPlan::new(steps, Some(semantics.winkler))),
            Measure::Jaccard => Self::Plain,
        }
    }
}

impl DistancePlan {
    fn new(steps: &[Step]) -> Option<Self> {
        let highest = steps.iter().map(|step| step.threshold).filter(|threshold| threshold.is_finite()).fold(0.0, f64::max);
        if highest > BOUND_MAX {
            return None;
        }
        let bound = highest as usize;
        let near: Vec<u8> = (0..=bound + 1).map(|distance| classify(steps, distance as f64)).collect();
        Some(Self { bound, far: near[bound + 1], near })
    }

    /// The step of a distance that is exact up to the bound and anything above it otherwise.
    #[inline(always)]
    pub(super) fn step(&self, distance: usize) -> u8 {
        self.near.get(distance).copied().unwrap_or(self.far)
    }
}

impl SimilarityPlan {
    /// `winkler` is the form of Winkler's bonus, or `None` for plain Jaro.
    fn new(steps: &[Step], winkler: Option<WinklerForm>) -> Self {
        let thresholds = steps.iter().map(|step| step.threshold).filter(|threshold| *threshold >= 0.0);
        let lowest = thresholds.fold(f64::INFINITY, f64::min);
        let prefixes = winkler.map_or(0, |_| PREFIX_MAX);
        let mut common_min = vec![0; (prefixes + 1) * LENGTHS * LENGTHS];
        for prefix in 0..=prefixes {
            for left in 1..=SHORT_MAX {
                let mut common = 0;
                for right in 1..=left {
                    // More units in common never lower the similarity, a longer string never raises it.
                    while common <= right && best(left, right, common, prefix, winkler) < lowest {
                        common += 1;
                    }
                    common_min[index(prefix, left, right)] = common as u8;
                    common_min[index(prefix, right, left)] = common as u8;
                }
            }
        }
        Self { far: classify(steps, 0.0), common_min }
    }

    /// The fewest units in common that can reach the lowest threshold; more than either length where none can.
    #[inline(always)]
    pub(super) fn common_min(&self, prefix: usize, left: usize, right: usize) -> usize {
        self.common_min[index(prefix, left, right)] as usize
    }
}

#[inline(always)]
fn index(prefix: usize, left: usize, right: usize) -> usize {
    (prefix * LENGTHS + left) * LENGTHS + right
}

/// The similarity when all units in common stand in order.
fn best(left: usize, right: usize, common: usize, prefix: usize, winkler: Option<WinklerForm>) -> f64 {
    let jaro = from_counts(left, right, common, 0);
    winkler.map_or(jaro, |form| raise(jaro, prefix, form))
}
