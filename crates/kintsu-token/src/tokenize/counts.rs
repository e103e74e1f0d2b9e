//! What was counted while tokens were made.

use crate::attribute::Invalid;

/// Counts of a run or of a part of one; they add up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenCounts {
    /// The records.
    pub rows: u64,
    /// Records of which at least one attribute is invalid that a rule looked at.
    pub rows_invalid: u64,
    /// For each rule, the blank tokens.
    pub blank: Vec<u64>,
    /// For each rule, the records that got no token because a value has no normal form.
    pub dropped: Vec<u64>,
    /// For each field and each reason of [`Invalid::ALL`], the records whose value was refused; a record counts once a field, and
    /// a field that no rule came to look at does not count.
    pub invalid: Vec<[u64; Invalid::ALL.len()]>,
}

impl TokenCounts {
    pub(super) fn new(fields: usize, rules: usize) -> Self {
        let invalid = vec![[0; Invalid::ALL.len()]; fields];
        Self { rows: 0, rows_invalid: 0, blank: vec![0; rules], dropped: vec![0; rules], invalid }
    }

    pub(super) fn add_invalid(&mut self, field: usize, reason: Invalid) {
        if let Some(position) = Invalid::ALL.iter().position(|known| *known == reason) {
            self.invalid[field][position] += 1;
        }
    }

    /// For a field, the records whose value is invalid for whatever reason.
    pub fn invalid_of(&self, field: usize) -> u64 {
        self.invalid[field].iter().sum()
    }

    /// Adds the counts of another part of the run, made by the same rules.
    pub fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.rows_invalid += other.rows_invalid;
        let sums = |own: &mut [u64], others: &[u64]| own.iter_mut().zip(others).for_each(|(own, other)| *own += other);
        sums(&mut self.blank, &other.blank);
        sums(&mut self.dropped, &other.dropped);
        for (own, other) in self.invalid.iter_mut().zip(&other.invalid) {
            sums(own, other);
        }
    }
}
