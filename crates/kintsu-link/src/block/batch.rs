//! The unit in which pairs travel: a few thousand at a time, as two columns of row numbers.

/// How many pairs a batch holds at most.
pub const BATCH_PAIRS: usize = 2048;

/// Pairs of rows that one blocking rule found; the left row of each is the smaller one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PairBatch {
    /// The left rows.
    pub left: Vec<u32>,
    /// The right rows, one for each left one.
    pub right: Vec<u32>,
    /// The index of the rule, which becomes `match_key`.
    pub rule: u32,
}

impl PairBatch {
    /// An empty batch of the rule `rule` with room for [`BATCH_PAIRS`].
    pub fn new(rule: u32) -> Self {
        Self { left: Vec::with_capacity(BATCH_PAIRS), right: Vec::with_capacity(BATCH_PAIRS), rule }
    }

    /// The number of pairs.
    pub fn len(&self) -> usize {
        self.left.len()
    }

    /// Whether there are no pairs.
    pub fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// Takes all pairs out.
    pub fn clear(&mut self) {
        self.left.clear();
        self.right.clear();
    }

    /// Keeps the pairs for which `keep` says so, in their order.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(usize, u32, u32) -> bool) {
        let mut kept = 0;
        for at in 0..self.len() {
            let (left, right) = (self.left[at], self.right[at]);
            self.left[kept] = left;
            self.right[kept] = right;
            kept += usize::from(keep(at, left, right));
        }
        self.left.truncate(kept);
        self.right.truncate(kept);
    }
}
