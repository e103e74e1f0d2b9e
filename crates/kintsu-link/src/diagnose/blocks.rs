//! How many pairs blocking would give, before anything is compared: by rule, and by block.
//!
//! A *block* is all records that agree on the keys of a rule. Its size here is left records times right records, as the
//! reference counts it: within one table every pair stands twice in it and every record once with itself. What is really
//! compared, after the remaining conditions and without doubles, is another number, which the blocker counts.

use std::cmp::Reverse;

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use kintsu_table::NULL_CODE;
use serde::Serialize;

/// The codes of one key, of the records on either side, in one code space.
#[derive(Debug, Clone, Copy)]
pub struct KeyCodes<'a> {
    /// A code a left record; [`NULL_CODE`] where the key is null.
    pub left: &'a [u32],
    /// A code a right record.
    pub right: &'a [u32],
}

/// One block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Block {
    /// The codes of its keys.
    pub codes: Vec<u32>,
    /// Its first left record, by position.
    pub first_left: u32,
    /// Its left records.
    pub count_l: u64,
    /// Its right records.
    pub count_r: u64,
}

impl Block {
    /// Left records times right records.
    pub fn block_count(&self) -> u64 {
        self.count_l.saturating_mul(self.count_r)
    }
}

/// The blocks of a rule, with records on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockSizes {
    blocks: Vec<Block>,
}

impl BlockSizes {
    /// Counts the blocks that `keys` make; records with a null key are in none. Without keys there is nothing to block on and no
    /// block. O(records * keys).
    ///
    /// ```
    /// use kintsu_link::diagnose::{BlockSizes, KeyCodes};
    /// let city = [3, 3, 1, u32::MAX, 3];
    /// let sizes = BlockSizes::count(&[KeyCodes { left: &city, right: &city }]);
    /// assert_eq!(sizes.pairs_before_filters(), 9 + 1);
    /// ```
    pub fn count(keys: &[KeyCodes<'_>]) -> Self {
        let Some((first, rest)) = keys.split_first() else { return Self { blocks: Vec::new() } };
        let (mut left, mut right) = (first.left.to_vec(), first.right.to_vec());
        for key in rest {
            let mut numbers: HashMap<(u32, u32), u32, RandomState> = HashMap::default();
            combine(&mut left, key.left, &mut numbers);
            combine(&mut right, key.right, &mut numbers);
        }
        let mut found: HashMap<u32, (u32, u64, u64), RandomState> = HashMap::default();
        for (row, &number) in left.iter().enumerate().filter(|&(_, &number)| number != NULL_CODE) {
            found.entry(number).or_insert((row as u32, 0, 0)).1 += 1;
        }
        for number in right {
            if let Some(block) = found.get_mut(&number) {
                block.2 += 1;
            }
        }
        let codes = |row: u32| keys.iter().map(|key| key.left[row as usize]).collect();
        let two_sided = found.into_values().filter(|block| block.2 > 0);
        let mut blocks: Vec<Block> = two_sided
            .map(|(first_left, count_l, count_r)| Block { codes: codes(first_left), first_left, count_l, count_r })
            .collect();
        blocks.sort_unstable_by_key(|block| block.first_left);
        Self { blocks }
    }

    /// The blocks, by their first left record.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The sum of all blocks: what a join on the keys goes through before any other condition.
    pub fn pairs_before_filters(&self) -> u64 {
        self.blocks.iter().fold(0, |sum, block| sum.saturating_add(block.block_count()))
    }

    /// The `n` largest blocks, largest first; of equal ones those with the earlier first record.
    pub fn largest(mut self, n: usize) -> Vec<Block> {
        self.blocks.sort_unstable_by_key(|block| (Reverse(block.block_count()), block.first_left));
        self.blocks.truncate(n);
        self.blocks
    }
}

/// Puts one more key into the numbers of the records.
fn combine(numbers_so_far: &mut [u32], codes: &[u32], numbers: &mut HashMap<(u32, u32), u32, RandomState>) {
    for (number, &code) in numbers_so_far.iter_mut().zip(codes) {
        *number = if *number == NULL_CODE || code == NULL_CODE {
            NULL_CODE
        } else {
            let next = numbers.len() as u32;
            *numbers.entry((*number, code)).or_insert(next)
        };
    }
}

/// The `n` largest blocks that `keys` make; see [`BlockSizes`].
pub fn largest_blocks(keys: &[KeyCodes<'_>], n: usize) -> Vec<Block> {
    BlockSizes::count(keys).largest(n)
}

/// What one of several rules adds to the pairs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CumulativeCount {
    /// The rule as it was written.
    pub blocking_rule: String,
    /// Its position.
    pub match_key: u32,
    /// Pairs that it finds and no earlier rule does.
    pub row_count: u64,
    /// Pairs that it or an earlier rule finds.
    pub cumulative_rows: u64,
    /// Pairs that earlier rules find.
    pub start: u64,
    /// Pairs there are without blocking.
    pub cartesian: u64,
}

/// Running totals over rules, from what each of them adds.
///
/// ```
/// let rules = kintsu_link::diagnose::cumulative_counts(&["a", "b"], &[10, 4], 100);
/// assert_eq!((rules[1].start, rules[1].row_count, rules[1].cumulative_rows), (10, 4, 14));
/// ```
pub fn cumulative_counts(rules: &[&str], added: &[u64], cartesian: u64) -> Vec<CumulativeCount> {
    let mut start = 0;
    let counted = rules.iter().zip(added).enumerate();
    counted
        .map(|(position, (rule, &row_count))| {
            let before = start;
            start += row_count;
            CumulativeCount {
                blocking_rule: (*rule).to_owned(),
                match_key: position as u32,
                row_count,
                cumulative_rows: start,
                start: before,
                cartesian,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_agree_on_every_key_and_need_both_sides() {
        let (city_left, city_right) = ([0, 0, 1, NULL_CODE], [0, 1, 0]);
        let (name_left, name_right) = ([5, 5, 6, 5], [5, 7, 5]);
        let keys = [KeyCodes { left: &city_left, right: &city_right }, KeyCodes { left: &name_left, right: &name_right }];
        let sizes = BlockSizes::count(&keys);
        assert_eq!(sizes.blocks(), &[Block { codes: vec![0, 5], first_left: 0, count_l: 2, count_r: 2 }]);
        assert_eq!(sizes.pairs_before_filters(), 4);
        assert!(BlockSizes::count(&[]).blocks().is_empty());
    }

    #[test]
    fn equal_blocks_are_listed_by_their_first_record() {
        let codes = [9, 4, 4, 9, 2];
        let blocks = largest_blocks(&[KeyCodes { left: &codes, right: &codes }], 2);
        assert_eq!(blocks.iter().map(|block| (block.codes[0], block.block_count())).collect::<Vec<_>>(), vec![(9, 4), (4, 4)]);
    }
}
