//! Which pairs of CLKs are compared at all.

use kintsu_core::{Stream, hash_bytes};

use super::clks::Clks;
use super::error::FuzzyError;
use crate::hash::BLANK_TOKEN;
use crate::overlap::{OverlapError, TokenSide};

/// Tables of sampled bits, at most; a recall that needs more wants fewer bits.
const TABLES_MAX: f64 = 1000.0;

/// Chooses the pairs that are compared. Within what is chosen, matching is exact.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum Blocking {
    /// All pairs whose numbers of set bits allow the threshold. Nothing is missed; the cost grows with the product of both sides.
    #[default]
    AllPairs,
    /// Pairs that agree in all bits of a sample, for some of many samples.
    SampledBits(SampledBits),
    /// Pairs that share a key, such as a token of a rule.
    Keys {
        /// The keys of the left records.
        left: BlockKeys,
        /// The keys of the right records.
        right: BlockKeys,
    },
}

/// Blocks by samples of bits: locality-sensitive hashing for the Hamming distance (Indyk and Motwani 1998; for CLKs: Karapiperis
/// and Verykios 2015, IEEE TKDE 27(4)).
///
/// A pair just at the threshold `t` differs in `h = (1 - t)(|A| + |B|)` of `n` bits. It agrees in all `bits` of one sample with
/// chance `q = (1 - h / n)^bits`, and in some of `m` samples with `1 - (1 - q)^m`. `m` is the least for which that is the recall,
/// with the mean numbers of set bits of both sides. Pairs above the threshold are found more surely. Which bits are sampled is
/// the same in every run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SampledBits {
    /// Bits of a sample, 1 to 63. More make smaller blocks and need more samples.
    pub bits: u32,
    /// The chance to compare a pair that is just at the threshold, above 0 and below 1.
    pub recall: f64,
}

impl Default for SampledBits {
    /// 24 bits, a recall of 0.99.
    fn default() -> Self {
        Self { bits: 24, recall: 0.99 }
    }
}

impl SampledBits {
    /// The number of samples for CLKs of `bits` bits, where those of a pair just at the threshold differ in `different` of them.
    pub(super) fn samples(&self, bits: usize, different: f64) -> Result<usize, FuzzyError> {
        if !((1..=63).contains(&self.bits) && self.recall > 0.0 && self.recall < 1.0) {
            let what = "the bits are not 1 to 63, or the recall is not between 0 and 1";
            return Err(FuzzyError::Sampling { what, instead: "sample 1 to 63 bits, and ask for a recall above 0 and below 1" });
        }
        let agreement = (1.0 - different / bits as f64).clamp(0.0, 1.0).powi(self.bits as i32);
        let samples = if agreement >= self.recall { 1.0 } else { ((1.0 - self.recall).ln() / (-agreement).ln_1p()).ceil() };
        if samples > TABLES_MAX {
            let what = "it would take more than 1,000 samples";
            return Err(FuzzyError::Sampling { what, instead: "sample fewer bits, ask for less recall, or raise the threshold" });
        }
        Ok(samples.max(1.0) as usize)
    }

    /// The positions of a sample. A position may come twice.
    pub(super) fn positions(&self, bits: usize, sample: usize) -> Vec<usize> {
        let stream = Stream::new(sample as u64, "sampled bits of clks");
        let position = |at: u32| ((u128::from(stream.bits(&at.to_le_bytes())) * bits as u128) >> 64) as usize;
        (0..self.bits).map(position).collect()
    }
}

/// The bits of a record at some positions.
pub(super) fn sampled(clks: &Clks, record: u32, positions: &[usize]) -> u64 {
    let words = clks.words(record as usize);
    positions.iter().fold(0, |key, position| key << 1 | (words[position / 64] >> (63 - position % 64) & 1))
}

/// The block keys of the records of one side.
///
/// Keys are held as 64-bit hashes: that two keys of 100,000 records a side fall together has a chance of one in a billion, and only adds a
/// pair to those that are compared.
#[derive(Debug, Clone, Default)]
pub struct BlockKeys {
    keys: Vec<(u64, u32)>,
    records: u32,
}

impl BlockKeys {
    /// Adds a record with its keys. Empty keys and blank tokens are passed over: they join nothing.
    pub fn push<'k>(&mut self, keys: impl IntoIterator<Item = &'k str>) {
        let record = self.records;
        let keys = keys.into_iter().filter(|key| !key.is_empty() && *key != BLANK_TOKEN);
        self.keys.extend(keys.map(|key| (hash_bytes(key.as_bytes(), 0), record)));
        self.records += 1;
    }

    /// The keys of records that stand in the order of their ids, which may repeat: the tokens that a file of tokens has for the ids,
    /// each with its rule.
    ///
    /// # Errors
    /// [`OverlapError::Spill`] when tokens that wait on the disk cannot be read back.
    pub fn of_tokens<Id: AsRef<str>>(tokens: &TokenSide, ids: &[Id]) -> Result<Self, OverlapError> {
        let places = |id: &str| {
            let start = ids.partition_point(|other| other.as_ref() < id);
            start..start + ids[start..].partition_point(|other| other.as_ref() == id)
        };
        let places: Vec<_> = tokens.ids().map(places).collect();
        let mut keys = Vec::new();
        for token in tokens.hashes() {
            let (number, key) = token?;
            keys.extend(places[number as usize].clone().map(|record| (key, record as u32)));
        }
        Ok(Self { keys, records: ids.len() as u32 })
    }

    /// How many records have a key.
    pub fn records_with_keys(&self) -> usize {
        let mut has_key = vec![false; self.len()];
        self.keys.iter().for_each(|(_, record)| has_key[*record as usize] = true);
        has_key.into_iter().filter(|has| *has).count()
    }

    /// The number of records.
    pub fn len(&self) -> usize {
        self.records as usize
    }

    /// Whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.records == 0
    }

    pub(super) fn keys(&self) -> &[(u64, u32)] {
        &self.keys
    }
}
