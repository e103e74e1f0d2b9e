//! Levenshtein distance: the fewest insertions, deletions and substitutions that turn one string into the other.
//!
//! Computed bit-parallel: Myers (1999), "A fast bit-vector algorithm for approximate string matching based on dynamic
//! programming", in Hyyrö's (2003) form for edit distance, with blocks of 64 rows. Time O(⌈m/64⌉·n) for lengths m ≤ n after
//! what both strings begin and end with is dropped; memory O(m/64) words a distinct unit.

use crate::Semantics;
use crate::units::{CodeUnit, on_units, trim_common};

/// The Levenshtein distance of two strings.
///
/// ```
/// use kintsu_text::{Semantics, levenshtein};
/// assert_eq!(levenshtein("kitten", "sitting", Semantics::CHARACTERS), 3);
/// ```
pub fn levenshtein(left: &str, right: &str, semantics: Semantics) -> usize {
    on_units!(left, right, semantics.unit, distance)
}

/// The distance of two slices of units.
pub(crate) fn distance<T: CodeUnit>(left: &[T], right: &[T]) -> usize {
    let (left, right) = trim_common(left, right);
    let (pattern, text) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    match pattern.len() {
        0 => text.len(),
        1..=64 => distance_in_one_word(pattern, text),
        _ => distance_in_blocks(pattern, text),
    }
}

/// Where each unit stands in a pattern of at most 64 units, as bits.
struct Positions<T> {
    /// Units below 128.
    table: [u64; 128],
    /// Other units, in the order met.
    others: Vec<(T, u64)>,
}

impl<T: CodeUnit> Positions<T> {
    fn new(pattern: &[T]) -> Self {
        let mut positions = Self { table: [0; 128], others: Vec::new() };
        for (index, &unit) in pattern.iter().enumerate() {
            *positions.slot(unit) |= 1 << index;
        }
        positions
    }

    fn slot(&mut self, unit: T) -> &mut u64 {
        if unit.value() < 128 {
            return &mut self.table[unit.value() as usize];
        }
        let found = self.others.iter().position(|&(other, _)| other == unit);
        let index = found.unwrap_or(self.others.len());
        if found.is_none() {
            self.others.push((unit, 0));
        }
        &mut self.others[index].1
    }

    fn of(&self, unit: T) -> u64 {
        if unit.value() < 128 {
            return self.table[unit.value() as usize];
        }
        self.others.iter().find(|&&(other, _)| other == unit).map_or(0, |&(_, bits)| bits)
    }
}

/// One column of vertical differences: which rows are one more, and which one less, than the row above.
#[derive(Clone, Copy)]
pub(crate) struct Column {
    more: u64,
    less: u64,
}

impl Column {
    /// The first column: every row is one more than the one above.
    pub(crate) const FIRST: Self = Self { more: u64::MAX, less: 0 };

    /// Moves one unit of the text on. `equal` are the rows whose unit equals it; `carry` is the horizontal difference that
    /// enters at the top (-1, 0 or 1). Returns the horizontal difference at the row of the bit `last`.
    #[inline(always)]
    pub(crate) fn advance(&mut self, equal: u64, carry: i32, last: u64) -> i32 {
        let enters_less = u64::from(carry < 0);
        let equal_or_less = equal | self.less;
        let equal = equal | enters_less;
        let diagonal = (((equal & self.more).wrapping_add(self.more)) ^ self.more) | equal | self.less;
        let more = self.less | !(diagonal | self.more);
        let less = self.more & diagonal;
        let leaves = i32::from(more & last != 0) - i32::from(less & last != 0);
        let more = (more << 1) | u64::from(carry > 0);
        let less = (less << 1) | enters_less;
        self.more = less | !(equal_or_less | more);
        self.less = more & equal_or_less;
        leaves
    }
}

fn distance_in_one_word<T: CodeUnit>(pattern: &[T], text: &[T]) -> usize {
    let positions = Positions::new(pattern);
    let last = 1u64 << (pattern.len() - 1);
    let mut column = Column::FIRST;
    let mut distance = pattern.len() as isize;
    for &unit in text {
        distance += column.advance(positions.of(unit), 1, last) as isize;
    }
    distance as usize
}

fn distance_in_blocks<T: CodeUnit>(pattern: &[T], text: &[T]) -> usize {
    let blocks: Vec<(Positions<T>, u64)> =
        pattern.chunks(64).map(|chunk| (Positions::new(chunk), 1u64 << (chunk.len() - 1))).collect();
    let mut columns = vec![Column::FIRST; blocks.len()];
    let mut distance = pattern.len() as isize;
    for &unit in text {
        let mut carry = 1;
        for (column, (positions, last)) in columns.iter_mut().zip(&blocks) {
            carry = column.advance(positions.of(unit), carry, *last);
        }
        distance += carry as isize;
    }
    distance as usize
}
