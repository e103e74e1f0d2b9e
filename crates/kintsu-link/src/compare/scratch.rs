//! What one thread keeps between batches so that comparing allocates nothing.

use super::ladder::UNKNOWN_STEP;
use super::matrix::PairMasks;
use super::truth::Truth;

/// Buffers of one thread. Not shared; cheap to make.
#[derive(Debug, Default)]
pub struct Scratch {
    /// For each ladder, the step of every pair of the batch, or that it is not known yet.
    pub(crate) steps: Vec<Vec<u8>>,
    pub(crate) text: kintsu_text::Scratch,
    pub(crate) codes: Vec<(u32, u32)>,
    pub(crate) found: Vec<u8>,
    pub(crate) masks: Vec<PairMasks>,
    places: Vec<Vec<u32>>,
    truths: Vec<Vec<Truth>>,
}

impl Scratch {
    /// Nothing is known about the `pairs` pairs of a new batch.
    pub(crate) fn start(&mut self, ladders: usize, pairs: usize) {
        self.steps.resize_with(ladders, Vec::new);
        for steps in &mut self.steps {
            steps.clear();
            steps.resize(pairs, UNKNOWN_STEP);
        }
    }

    /// An empty list of places.
    pub(crate) fn places(&mut self) -> Vec<u32> {
        self.places.pop().unwrap_or_default()
    }

    /// Takes a list back.
    pub(crate) fn give_places(&mut self, mut places: Vec<u32>) {
        places.clear();
        self.places.push(places);
    }

    /// An empty list of truths.
    pub(crate) fn truths(&mut self) -> Vec<Truth> {
        self.truths.pop().unwrap_or_default()
    }

    /// Takes a list back.
    pub(crate) fn give_truths(&mut self, mut truths: Vec<Truth>) {
        truths.clear();
        self.truths.push(truths);
    }
}
