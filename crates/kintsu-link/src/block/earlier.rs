//! Which pairs an earlier rule found already: one integer compare per rule and pair.

use super::groups::{Groups, Shape};
use crate::records::Records;

/// For each row and each rule that later rules have to look back at, the number of the row's group; a number of its own where
/// the row is in no group. One row's numbers stand side by side.
#[derive(Debug, Default)]
pub(super) struct EarlierKeys {
    width: usize,
    left: Vec<u32>,
    /// The numbers of rows on the right side, when some rule reads different columns there.
    right: Option<Vec<u32>>,
}

impl EarlierKeys {
    /// Numbers the rows for each of `rules`.
    pub(super) fn new(records: &Records, rules: &[&Groups]) -> Self {
        let (rows, width) = (records.rows(), rules.len());
        let two_sided = rules.iter().any(|groups| groups.shape != Shape::Triangle);
        let mut left = vec![0; rows * width];
        let mut right = if two_sided { vec![0; rows * width] } else { Vec::new() };
        for (place, groups) in rules.iter().enumerate() {
            let none = groups.len();
            for row in 0..rows {
                left[row * width + place] = (none + row) as u32;
                if two_sided {
                    right[row * width + place] = (none + rows + row) as u32;
                }
            }
            for group in 0..groups.len() {
                groups.left(group).iter().for_each(|&row| left[row as usize * width + place] = group as u32);
                if two_sided {
                    groups.right(group).iter().for_each(|&row| right[row as usize * width + place] = group as u32);
                }
            }
        }
        Self { width, left, right: two_sided.then_some(right) }
    }

    /// The numbers of a left row.
    #[inline]
    pub(super) fn left(&self, row: u32) -> &[u32] {
        &self.left[row as usize * self.width..(row as usize + 1) * self.width]
    }

    /// The numbers of a right row.
    #[inline]
    pub(super) fn right(&self, row: u32) -> &[u32] {
        let keys = self.right.as_deref().unwrap_or(&self.left);
        &keys[row as usize * self.width..(row as usize + 1) * self.width]
    }
}
