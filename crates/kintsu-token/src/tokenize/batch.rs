//! The tokens of a batch of records.

/// The tokens of a batch, in the order of its records and, within a record, of the rules.
#[derive(Debug, Clone, Default)]
pub struct TokenBatch {
    pub(super) rules: usize,
    /// For each token, its record times the number of rules, plus its rule.
    pub(super) slots: Vec<u32>,
    pub(super) tokens: Vec<u8>,
    pub(super) token_ends: Vec<usize>,
    pub(super) ids: Vec<u8>,
    pub(super) id_ends: Vec<usize>,
}

impl TokenBatch {
    pub(super) fn clear(&mut self, rules: usize) {
        self.rules = rules;
        self.slots.clear();
        self.tokens.clear();
        self.token_ends.clear();
        self.ids.clear();
        self.id_ends.clear();
    }

    /// The number of tokens.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are no tokens.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The number of records.
    pub fn records(&self) -> usize {
        self.id_ends.len()
    }

    /// For each token its record, counted in the batch, and its rule.
    pub fn slots(&self) -> impl ExactSizeIterator<Item = (usize, usize)> + '_ {
        let rules = self.rules.max(1);
        self.slots.iter().map(move |slot| (*slot as usize / rules, *slot as usize % rules))
    }

    /// All tokens, one after another, and where each ends. They are UTF-8.
    pub fn tokens(&self) -> (&[u8], &[usize]) {
        (&self.tokens, &self.token_ends)
    }

    /// The bytes of one token.
    pub fn token(&self, position: usize) -> &[u8] {
        let begin = position.checked_sub(1).map_or(0, |before| self.token_ends[before]);
        &self.tokens[begin..self.token_ends[position]]
    }

    /// The ids of all records, one after another, and where each ends. They are UTF-8.
    pub fn record_ids(&self) -> (&[u8], &[usize]) {
        (&self.ids, &self.id_ends)
    }

    /// The bytes of the id of one record.
    pub fn record_id(&self, record: usize) -> &[u8] {
        let begin = record.checked_sub(1).map_or(0, |before| self.id_ends[before]);
        &self.ids[begin..self.id_ends[record]]
    }
}
