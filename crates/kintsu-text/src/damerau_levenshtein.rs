//! Damerau-Levenshtein distance, the unrestricted form: the fewest insertions, deletions, substitutions and transpositions of
//! neighbours, where a transposed pair may be edited further. (`ca` to `abc` costs 2; the restricted form, optimal string
//! alignment, says 3.)
//!
//! Lowrance and Wagner (1975), "An extension of the string-to-string correction problem", keeping three rows as in Zhao and
//! Sahni (2019), "String correction using the Damerau-Levenshtein distance". Time O(m·n), memory O(n), after what both strings
//! begin and end with is dropped.

use std::collections::HashMap;

use crate::Semantics;
use crate::units::{CodeUnit, on_units, trim_common};

/// The unrestricted Damerau-Levenshtein distance of two strings.
///
/// ```
/// use kintsu_text::{Semantics, damerau_levenshtein};
/// assert_eq!(damerau_levenshtein("martha", "marhta", Semantics::CHARACTERS), 1);
/// assert_eq!(damerau_levenshtein("ca", "abc", Semantics::CHARACTERS), 2);
/// ```
pub fn damerau_levenshtein(left: &str, right: &str, semantics: Semantics) -> usize {
    on_units!(left, right, semantics.unit, distance)
}

/// The distance of two slices of units.
pub(crate) fn distance<T: CodeUnit>(left: &[T], right: &[T]) -> usize {
    let (left, right) = trim_common(left, right);
    if left.is_empty() || right.is_empty() { left.len() + right.len() } else { Rows::new(right.len()).distance(left, right) }
}

/// The last row of the left string that holds a unit; 0 where none does.
struct LastRows {
    table: [usize; 128],
    others: HashMap<u32, usize>,
}

impl LastRows {
    fn of<T: CodeUnit>(&self, unit: T) -> usize {
        match self.table.get(unit.value() as usize) {
            Some(&row) => row,
            None => self.others.get(&unit.value()).copied().unwrap_or(0),
        }
    }

    fn set<T: CodeUnit>(&mut self, unit: T, row: usize) {
        match self.table.get_mut(unit.value() as usize) {
            Some(slot) => *slot = row,
            None => {
                self.others.insert(unit.value(), row);
            }
        }
    }
}

/// The rows of the matrix that a cell can depend on. Column `j` of the matrix is index `j`.
struct Rows {
    /// Row `i - 1`.
    above: Vec<usize>,
    /// Row `i`.
    current: Vec<usize>,
    /// For each column, the cell left of and above the last match in that column: where a transposition can start.
    starts: Vec<usize>,
    seen_in: LastRows,
}

/// Larger than any distance, and small enough to be added to.
const FAR: usize = usize::MAX / 4;

impl Rows {
    fn new(columns: usize) -> Self {
        Self {
            above: vec![FAR; columns + 1],
            current: (0..=columns).collect(),
            starts: vec![FAR; columns + 1],
            seen_in: LastRows { table: [0; 128], others: HashMap::new() },
        }
    }

    fn distance<T: CodeUnit>(mut self, left: &[T], right: &[T]) -> usize {
        for (index, &unit) in left.iter().enumerate() {
            self.row(index + 1, unit, right);
            self.seen_in.set(unit, index + 1);
        }
        self.current[right.len()]
    }

    /// Fills row `i`, whose unit is `unit`.
    fn row<T: CodeUnit>(&mut self, i: usize, unit: T, right: &[T]) {
        std::mem::swap(&mut self.above, &mut self.current);
        // `current` now holds row i - 2 until a cell is overwritten.
        let mut two_above_left = self.current[0];
        let mut last_match = 0;
        let mut transposed_from = FAR;
        self.current[0] = i;
        for (index, &other) in right.iter().enumerate() {
            let j = index + 1;
            let two_above = self.current[j];
            let substituted = self.above[j - 1] + usize::from(unit != other);
            let mut best = substituted.min(self.current[j - 1] + 1).min(self.above[j] + 1);
            if unit == other {
                last_match = j;
                self.starts[j] = if j >= 2 { self.above[j - 2] } else { FAR };
                transposed_from = two_above_left;
            } else {
                let row = self.seen_in.of(other);
                if last_match != 0 && j - last_match == 1 {
                    best = best.min(self.starts[j] + (i - row));
                } else if row != 0 && i - row == 1 {
                    best = best.min(transposed_from + (j - last_match));
                }
            }
            two_above_left = two_above;
            self.current[j] = best;
        }
    }
}
