//! The ids of a side's records: numbered as they come, and ranked by their text once all are known.

use hashbrown::{DefaultHashBuilder, HashTable};
use rayon::prelude::*;
use std::hash::BuildHasher;

/// The most records of a side.
pub(crate) const RECORDS_MAX: u32 = u32::MAX - 1;

/// Ids in the order in which they came.
#[derive(Default)]
pub(super) struct RecordNumbers {
    ids: Texts,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

/// Texts one after another.
#[derive(Default)]
struct Texts {
    text: String,
    ends: Vec<usize>,
}

/// Ids in the order of their bytes.
pub(super) struct RankedRecords {
    ids: Texts,
    /// For each rank the number.
    numbers: Vec<u32>,
    /// For each number the rank.
    ranks: Vec<u32>,
}

impl RecordNumbers {
    /// The number of an id, a new one where it is new; `None` when there are too many.
    pub(super) fn number(&mut self, id: &str) -> Option<u32> {
        let hash = self.hasher.hash_one(id);
        let (ids, hasher) = (&self.ids, &self.hasher);
        if let Some(number) = self.table.find(hash, |number| ids.get(*number) == id) {
            return Some(*number);
        }
        let number = u32::try_from(self.ids.ends.len()).ok().filter(|number| *number < RECORDS_MAX)?;
        self.table.insert_unique(hash, number, |number| hasher.hash_one(ids.get(*number)));
        self.ids.text.push_str(id);
        self.ids.ends.push(self.ids.text.len());
        Some(number)
    }

    /// The number of distinct ids.
    pub(super) fn len(&self) -> usize {
        self.ids.ends.len()
    }

    /// The ids, in the order of their numbers.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        (0..self.ids.ends.len() as u32).map(|number| self.ids.get(number))
    }

    /// Gives back the memory that only numbering needs; ids that come after it are taken for new ones.
    pub(super) fn compact(&mut self) {
        self.table = HashTable::new();
        self.ids.text.shrink_to_fit();
        self.ids.ends.shrink_to_fit();
    }

    /// The bytes that ranking takes beside what is held.
    pub(super) fn ranking_bytes(&self) -> u64 {
        8 * self.len() as u64
    }

    /// Ranks the ids.
    pub(super) fn ranked(self) -> RankedRecords {
        let ids = self.ids;
        drop(self.table);
        let mut numbers: Vec<u32> = (0..ids.ends.len() as u32).collect();
        numbers.par_sort_unstable_by(|left, right| ids.get(*left).cmp(ids.get(*right)));
        let mut ranks = vec![0; numbers.len()];
        numbers.iter().enumerate().for_each(|(rank, number)| ranks[*number as usize] = rank as u32);
        RankedRecords { ids, numbers, ranks }
    }
}

impl Texts {
    fn get(&self, number: u32) -> &str {
        let number = number as usize;
        let begin = if number == 0 { 0 } else { self.ends[number - 1] };
        &self.text[begin..self.ends[number]]
    }
}

impl RankedRecords {
    /// The number of records.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The rank of a number.
    #[inline]
    pub(super) fn rank(&self, number: u32) -> u32 {
        self.ranks[number as usize]
    }

    /// The id at a rank.
    pub(super) fn id(&self, rank: u32) -> &str {
        self.ids.get(self.numbers[rank as usize])
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_numbered_once_and_ranked_by_their_bytes() {
        let mut records = RecordNumbers::default();
        let numbers: Vec<_> = ["b", "a", "b", "", "aa", "a"].iter().map(|id| records.number(id).unwrap()).collect();
        assert_eq!(numbers, [0, 1, 0, 2, 3, 1]);
        let ranked = records.ranked();
        assert_eq!((0..4).map(|rank| ranked.id(rank)).collect::<Vec<_>>(), ["", "a", "aa", "b"]);
        assert_eq!((0..4).map(|number| ranked.rank(number)).collect::<Vec<_>>(), [3, 1, 0, 2]);
    }
}
