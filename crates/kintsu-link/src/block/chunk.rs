//! Chunks of records, by which a prediction is cut into pieces that are scored one by one, here or on several machines.
//!
//! Every pair falls into one piece of each way of cutting, so that the pieces make up the whole. Not useful to save blocking:
//! every piece walks all pairs and drops those of the others before anything is compared.

use kintsu_core::Stream;

use crate::records::Records;

/// One of so many chunks, told by a hash of a record's id (and table): neither the order of the records nor a seed changes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    number: u32,
    of: u32,
}

impl Chunk {
    /// Chunk `number`, counted from 1, of so many; none where there is no such chunk.
    ///
    /// ```
    /// use kintsu_link::block::Chunk;
    /// assert!(Chunk::new(4, 4).is_some() && Chunk::new(0, 4).is_none() && Chunk::new(5, 4).is_none());
    /// ```
    pub fn new(number: u32, of: u32) -> Option<Self> {
        (1..=of).contains(&number).then_some(Self { number, of })
    }

    /// For each record whether it is in the chunk; none where all of them are.
    fn members(self, records: &Records) -> Option<Vec<bool>> {
        let stream = Stream::new(0, "chunk of a prediction");
        let chunk = |row| records.random_bits(row, stream) % u64::from(self.of) + 1;
        (self.of > 1).then(|| (0..records.rows()).map(|row| chunk(row) == u64::from(self.number)).collect())
    }
}

/// Which left and which right records pairs may have.
#[derive(Debug)]
pub(super) struct Members {
    left: Option<Vec<bool>>,
    right: Option<Vec<bool>>,
}

impl Members {
    pub(super) fn of(records: &Records, left: Option<Chunk>, right: Option<Chunk>) -> Self {
        let members = |chunk: Option<Chunk>| chunk.and_then(|chunk| chunk.members(records));
        Self { left: members(left), right: members(right) }
    }

    pub(super) fn hold(&self, left: u32, right: u32) -> bool {
        let holds = |members: &Option<Vec<bool>>, row: u32| members.as_ref().is_none_or(|members| members[row as usize]);
        holds(&self.left, left) && holds(&self.right, right)
    }
}
