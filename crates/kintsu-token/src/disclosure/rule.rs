//! The measures of a rule, computed of how many tokens have which frequency.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::overlap::TokenSideCounts;

/// Upper ends of the bands of the histogram.
const BANDS: [u64; 9] = [1, 2, 4, 9, 19, 49, 99, 999, u64::MAX];

/// What is measured.
#[derive(Debug, Clone, PartialEq)]
pub struct DisclosureOptions {
    /// For each of these, the records are counted that share their token with fewer than so many, themselves included.
    pub anonymity: Vec<u64>,
    /// So many of the highest frequencies are listed.
    pub top: usize,
    /// A rule is called open to a frequency attack when its marketer risk is at least this, 0 to 1.
    pub open_share: f64,
}

impl Default for DisclosureOptions {
    fn default() -> Self {
        Self { anonymity: vec![2, 5, 10], top: 10, open_share: 0.01 }
    }
}

/// What the tokens of a rule give away.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleDisclosure {
    /// The rule.
    pub rule: String,
    /// Rows of the rule.
    pub rows: u64,
    /// Rows with a blank token.
    pub blank: u64,
    /// The share of rows with a blank token, 0 to 1.
    pub blank_share: f64,
    /// Tokens that the key does not open; they are counted as they are.
    pub not_decrypted: u64,
    /// Tokens as long as encrypted ones, where no key was given: no two of them are alike, so they say nothing of repetition.
    pub seem_encrypted: u64,
    /// Records with a token that is not blank, counted for each of their tokens.
    pub records: u64,
    /// Distinct tokens.
    pub distinct_tokens: u64,
    /// The highest frequencies, in records, the highest first. Tokens are not shown.
    pub top_frequencies: Vec<u64>,
    /// How many tokens are borne by how many records.
    pub histogram: Vec<FrequencyBand>,
    /// Records that share their token with too few.
    pub anonymity: Vec<AnonymityCount>,
    /// The share of records with the commonest token, 0 to 1.
    pub top_share: f64,
    /// Entropy of the tokens over the records, in bits.
    pub entropy_bits: f64,
    /// The mean suspicion of records, 0 to 1.
    pub mean_risk: f64,
    /// Records whose token is told from all others by its frequency.
    pub records_opened: u64,
    /// The share of these, 0 to 1: the marketer risk.
    pub marketer_risk: f64,
    /// Whether a frequency attack would open the rule.
    pub open_to_frequency_attack: bool,
}

/// Tokens whose frequencies lie in a band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FrequencyBand {
    /// The lowest frequency of the band, in records.
    pub from: u64,
    /// The highest; none in the last band.
    pub to: Option<u64>,
    /// Distinct tokens.
    pub tokens: u64,
    /// Records that bear them.
    pub records: u64,
}

/// Records in small groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AnonymityCount {
    /// The k of k-anonymity.
    pub k: u64,
    /// Records whose token fewer than k records bear.
    pub records_below: u64,
    /// The tokens of these records.
    pub tokens_below: u64,
}

/// Of a frequency, how many tokens have it.
pub(super) type Frequencies = BTreeMap<u64, u64>;

/// The measures of a rule.
pub(super) fn measure(
    rule: &str,
    read: &TokenSideCounts,
    frequencies: &Frequencies,
    options: &DisclosureOptions,
) -> RuleDisclosure {
    let tokens: u64 = frequencies.values().sum();
    let records: u64 = frequencies.iter().map(|(frequency, tokens)| frequency * tokens).sum();
    let share = |part: u64, whole: u64| part as f64 / whole.max(1) as f64;
    let opened: u64 = frequencies.iter().filter(|(_, tokens)| **tokens == 1).map(|(frequency, _)| frequency).sum();
    let highest = frequencies.last_key_value().map_or(0, |(frequency, _)| *frequency);
    let marketer_risk = share(opened, records);
    RuleDisclosure {
        rule: rule.to_owned(),
        rows: read.rows,
        blank: read.blank,
        blank_share: share(read.blank, read.rows),
        not_decrypted: read.not_decrypted,
        seem_encrypted: read.seem_encrypted,
        records,
        distinct_tokens: tokens,
        top_frequencies: top(frequencies, options.top),
        histogram: histogram(frequencies),
        anonymity: options.anonymity.iter().map(|k| below(*k, frequencies)).collect(),
        top_share: share(highest, records),
        entropy_bits: entropy_bits(frequencies, records),
        mean_risk: mean_risk(frequencies, tokens, records),
        records_opened: opened,
        marketer_risk,
        open_to_frequency_attack: opened > 0 && marketer_risk >= options.open_share,
    }
}

fn top(frequencies: &Frequencies, most: usize) -> Vec<u64> {
    let each = frequencies.iter().rev().flat_map(|(frequency, tokens)| (0..*tokens).map(|_| *frequency));
    each.take(most).collect()
}

/// The bands that hold tokens.
fn histogram(frequencies: &Frequencies) -> Vec<FrequencyBand> {
    let mut from = 1;
    let mut bands = Vec::new();
    for to in BANDS {
        let inside = frequencies.range(from..=to);
        let (tokens, records) =
            inside.fold((0, 0), |(tokens, records), (frequency, count)| (tokens + count, records + frequency * count));
        if tokens > 0 {
            bands.push(FrequencyBand { from, to: (to < u64::MAX).then_some(to), tokens, records });
        }
        from = to.saturating_add(1);
    }
    bands
}

fn below(k: u64, frequencies: &Frequencies) -> AnonymityCount {
    let fewer = frequencies.range(..k);
    let (tokens, records) =
        fewer.fold((0, 0), |(tokens, records), (frequency, count)| (tokens + count, records + frequency * count));
    AnonymityCount { k, records_below: records, tokens_below: tokens }
}

/// Shannon's entropy: the sum of p · log2(1/p) over the tokens.
fn entropy_bits(frequencies: &Frequencies, records: u64) -> f64 {
    let records = records as f64;
    frequencies
        .iter()
        .map(|(frequency, tokens)| *frequency as f64 * *tokens as f64 / records * (records / *frequency as f64).log2())
        .sum()
}

/// The mean of the suspicion over records. The f · g records of the g tokens of frequency f each have the suspicion
/// (1/g - 1/N) / (1 - 1/N).
fn mean_risk(frequencies: &Frequencies, tokens: u64, records: u64) -> f64 {
    match (records, tokens) {
        (0, _) => 0.0,
        (_, 1) => 1.0,
        _ => {
            let by_chance = 1.0 / tokens as f64;
            let suspicion = |alike: u64| (1.0 / alike as f64 - by_chance) / (1.0 - by_chance);
            let sum: f64 = frequencies.iter().map(|(frequency, alike)| (frequency * alike) as f64 * suspicion(*alike)).sum();
            sum / records as f64
        }
    }
}
