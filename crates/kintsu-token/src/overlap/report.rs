//! What an overlap comes to, under the names of the PySpark analyser of OpenToken.

use serde::Serialize;

use super::{Overlap, RuleSets};

/// The overlap by one set of rules.
///
/// `overlap_percentage` is 100 · min(matching records) / min(total records), 0 where a side has no records.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OverlapResult {
    /// Records of the first side: distinct ids, over the rows of all rules.
    pub total_records_dataset1: u64,
    /// Records of the second side.
    pub total_records_dataset2: u64,
    /// Records of the first side that match any of the second.
    pub matching_records_dataset1: u64,
    /// Records of the second side that match any of the first.
    pub matching_records_dataset2: u64,
    /// Records of the first side that match none.
    pub unique_to_dataset1: u64,
    /// Records of the second side that match none.
    pub unique_to_dataset2: u64,
    /// Percent, 0 to 100.
    pub overlap_percentage: f64,
    /// Pairs of records that match.
    pub matches: u64,
    /// The name of the first side.
    pub dataset1_name: String,
    /// The name of the second side.
    pub dataset2_name: String,
    /// The rules of the set, each once.
    pub matching_rules: Vec<String>,
}

impl OverlapResult {
    /// The names of both sides.
    pub fn names(&self) -> [&String; 2] {
        [&self.dataset1_name, &self.dataset2_name]
    }
}

/// The tokens of a rule on one side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleSide {
    /// Rows of the rule.
    pub rows: u64,
    /// Rows with a blank token, which never match.
    pub blank: u64,
    /// Tokens that the key does not open and that were compared as they are.
    pub not_decrypted: u64,
    /// Distinct tokens that are not blank.
    pub distinct_tokens: u64,
    /// The most records that bear one token.
    pub token_frequency_max: u64,
    /// The share of the distinct tokens that the other side has too, 0 to 1; 0 where there are none.
    pub shared: f64,
}

/// The tokens of a rule on both sides.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleOverlap {
    /// The rule.
    pub rule: String,
    /// The first side.
    pub dataset1: RuleSide,
    /// The second side.
    pub dataset2: RuleSide,
    /// Distinct tokens that both sides have.
    pub shared_tokens: u64,
    /// Of these, tokens that more records bear than may; they matched nothing.
    pub excluded_tokens: u64,
    /// Pairs of records that agree on the rule.
    pub pairs: u64,
}

/// For one set of rules, which records matched.
#[derive(Debug, Clone, Default)]
pub(super) struct Matched {
    pub(super) records: [Vec<u64>; 2],
    pub(super) pairs: u64,
}

impl Matched {
    pub(super) fn new(records: [usize; 2]) -> Self {
        Self { records: records.map(|count| vec![0; count.div_ceil(64)]), pairs: 0 }
    }

    pub(super) fn mark(&mut self, side: usize, record: u32) {
        self.records[side][record as usize / 64] |= 1 << (record % 64);
    }

    fn count(&self, side: usize) -> u64 {
        self.records[side].iter().map(|word| u64::from(word.count_ones())).sum()
    }
}

/// The result of a set.
pub(super) fn of_set(matched: &Matched, totals: [u64; 2], names: &[String; 2], rules: Vec<String>) -> OverlapResult {
    let matching = [0, 1].map(|side| matched.count(side));
    let least = totals[0].min(totals[1]);
    let percentage = if least == 0 { 0.0 } else { matching[0].min(matching[1]) as f64 / least as f64 * 100.0 };
    OverlapResult {
        total_records_dataset1: totals[0],
        total_records_dataset2: totals[1],
        matching_records_dataset1: matching[0],
        matching_records_dataset2: matching[1],
        unique_to_dataset1: totals[0] - matching[0],
        unique_to_dataset2: totals[1] - matching[1],
        overlap_percentage: percentage,
        matches: matched.pairs,
        dataset1_name: names[0].clone(),
        dataset2_name: names[1].clone(),
        matching_rules: rules,
    }
}

/// What is said of every rule.
pub(super) fn of_rules(overlap: &Overlap, sets: &RuleSets) -> Vec<RuleOverlap> {
    let side = |rule: usize, side: usize| {
        let (read, joined) = (overlap.read[side][rule], overlap.joined[rule]);
        RuleSide {
            rows: read.rows,
            blank: read.blank,
            not_decrypted: read.not_decrypted,
            distinct_tokens: joined.distinct[side],
            token_frequency_max: joined.frequency_max[side],
            shared: joined.shared as f64 / joined.distinct[side].max(1) as f64,
        }
    };
    let of_rule = |(position, rule): (usize, &String)| RuleOverlap {
        rule: rule.clone(),
        dataset1: side(position, 0),
        dataset2: side(position, 1),
        shared_tokens: overlap.joined[position].shared,
        excluded_tokens: overlap.joined[position].excluded,
        pairs: overlap.joined[position].pairs,
    };
    sets.rules().iter().enumerate().map(of_rule).collect()
}
