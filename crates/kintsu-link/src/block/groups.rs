//! Rows grouped by equal keys: counting sorts on codes, one per key column, and no hashing.
//!
//! An *entry* is a row on one side. Where both sides of a rule read the same columns, entries are rows; otherwise the entries
//! `0..n` are left rows and `n..2n` right rows. Entries of a group are ascending, so rows are in pair order.

use arrow_buffer::ScalarBuffer;
use kintsu_table::NULL_CODE;

use crate::records::PairKind;

/// One equality of a rule: codes of both sides in one code space.
#[derive(Debug, Clone)]
pub(super) struct KeyColumn {
    pub(super) left: ScalarBuffer<u32>,
    pub(super) right: ScalarBuffer<u32>,
}

impl KeyColumn {
    fn is_symmetric(&self) -> bool {
        self.left.ptr_eq(&self.right)
    }

    pub(super) fn codes_below(&self) -> usize {
        let largest =
            |codes: &[u32]| codes.iter().copied().filter(|&code| code != NULL_CODE).max().map_or(0, |code| code as usize + 1);
        largest(&self.left).max(if self.is_symmetric() { 0 } else { largest(&self.right) })
    }
}

/// How the pairs of a group are enumerated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Every entry with every later one.
    Triangle,
    /// Every left entry with every right one.
    Rectangle,
    /// Every left entry with the right ones that come after it in pair order.
    Ordered,
}

/// Groups of two or more entries.
#[derive(Debug)]
pub(super) struct Groups {
    pub(super) shape: Shape,
    /// The rows of all groups, group by group.
    pub(super) rows: Vec<u32>,
    /// Where each group begins, and the end of the last.
    pub(super) starts: Vec<u32>,
    /// Where the right rows of each group begin; empty for [`Shape::Triangle`].
    pub(super) middles: Vec<u32>,
}

impl Groups {
    /// All of `rows` (ascending) in one group.
    pub(super) fn one(rows: Vec<u32>, kind: PairKind) -> Self {
        let starts = vec![0, rows.len() as u32];
        Self::symmetric(rows, starts, kind)
    }

    /// Groups the rows by `keys`, of which there is at least one; rows with a null key are in no group.
    pub(super) fn by_keys(keys: &[KeyColumn], kind: PairKind) -> Self {
        if keys.iter().all(KeyColumn::is_symmetric) {
            let columns: Vec<&[u32]> = keys.iter().map(|key| &*key.left).collect();
            let bounds: Vec<usize> = keys.iter().map(KeyColumn::codes_below).collect();
            let (rows, starts) = sort_into_groups(&columns, &bounds, 2);
            return Self::symmetric(rows, starts, kind);
        }
        Self::two_sided(keys, kind)
    }

    pub(super) fn symmetric(rows: Vec<u32>, starts: Vec<u32>, kind: PairKind) -> Self {
        let PairKind::AcrossTwo { first_right } = kind else {
            return Self { shape: Shape::Triangle, rows, starts, middles: Vec::new() };
        };
        let middles = starts
            .windows(2)
            .map(|group| group[0] + rows[group[0] as usize..group[1] as usize].partition_point(|&row| row < first_right) as u32)
            .collect();
        Self { shape: Shape::Rectangle, rows, starts, middles }
    }

    fn two_sided(keys: &[KeyColumn], kind: PairKind) -> Self {
        let rows_total = keys[0].left.len();
        let admitted = |entry: usize| match kind {
            PairKind::AcrossTwo { first_right } if entry < rows_total => entry < first_right as usize,
            PairKind::AcrossTwo { first_right } => entry - rows_total >= first_right as usize,
            _ => true,
        };
        let joined: Vec<Vec<u32>> = keys
            .iter()
            .map(|key| {
                let both = key.left.iter().chain(key.right.iter()).enumerate();
                both.map(|(entry, &code)| if admitted(entry) { code } else { NULL_CODE }).collect()
            })
            .collect();
        let columns: Vec<&[u32]> = joined.iter().map(Vec::as_slice).collect();
        let bounds: Vec<usize> = keys.iter().map(KeyColumn::codes_below).collect();
        let (mut rows, starts) = sort_into_groups(&columns, &bounds, 2);
        let middles = starts
            .windows(2)
            .map(|group| {
                let entries = &rows[group[0] as usize..group[1] as usize];
                group[0] + entries.partition_point(|&entry| (entry as usize) < rows_total) as u32
            })
            .collect();
        rows.iter_mut().filter(|entry| **entry as usize >= rows_total).for_each(|entry| *entry -= rows_total as u32);
        let shape = if matches!(kind, PairKind::AcrossTwo { .. }) { Shape::Rectangle } else { Shape::Ordered };
        Self { shape, rows, starts, middles }
    }

    /// The number of groups.
    pub(super) fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// The left rows of a group.
    #[inline]
    pub(super) fn left(&self, group: usize) -> &[u32] {
        let end = if self.shape == Shape::Triangle { self.starts[group + 1] } else { self.middles[group] };
        &self.rows[self.starts[group] as usize..end as usize]
    }

    /// The right rows of a group.
    #[inline]
    pub(super) fn right(&self, group: usize) -> &[u32] {
        let start = if self.shape == Shape::Triangle { self.starts[group] } else { self.middles[group] };
        &self.rows[start as usize..self.starts[group + 1] as usize]
    }

    /// The right rows that go with the left row at place `at` of a group.
    #[inline]
    pub(super) fn partners(&self, group: usize, at: usize) -> &[u32] {
        let right = self.right(group);
        match self.shape {
            Shape::Triangle => &right[at + 1..],
            Shape::Rectangle => right,
            Shape::Ordered => {
                let row = self.left(group)[at];
                &right[right.partition_point(|&other| other <= row)..]
            }
        }
    }

    /// The number of pairs of a group.
    pub(super) fn pairs(&self, group: usize) -> u64 {
        let (left, right) = (self.left(group).len() as u64, self.right(group).len() as u64);
        match self.shape {
            Shape::Triangle => left * left.saturating_sub(1) / 2,
            Shape::Rectangle => left * right,
            Shape::Ordered => (0..left as usize).map(|at| self.partners(group, at).len() as u64).sum(),
        }
    }
}

/// Sorts the entries of `columns` by all columns and cuts them where one differs. Entries with a null are left out, and so
/// are groups of fewer than `size_min` entries.
pub(super) fn sort_into_groups(columns: &[&[u32]], bounds: &[usize], size_min: usize) -> (Vec<u32>, Vec<u32>) {
    let total = columns.first().map_or(0, |column| column.len());
    let has_null = |entry: usize| columns.iter().any(|column| column[entry] == NULL_CODE);
    let (mut entries, mut ends): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
    for (place, (column, &bound)) in columns.iter().zip(bounds).enumerate().rev() {
        (entries, ends) = if place + 1 == columns.len() {
            counting_sort((0..total as u32).filter(|&entry| !has_null(entry as usize)), column, bound)
        } else {
            counting_sort(entries.iter().copied(), column, bound)
        };
    }
    cut(&entries, &ends, columns.get(1..).unwrap_or_default(), size_min)
}

/// A stable sort of `entries` by their codes, which are below `bound`, and where the entries of each code end.
fn counting_sort(entries: impl Iterator<Item = u32> + Clone, codes: &[u32], bound: usize) -> (Vec<u32>, Vec<u32>) {
    let mut offsets = vec![0_u32; bound + 1];
    let mut total = 0;
    for entry in entries.clone() {
        offsets[codes[entry as usize] as usize + 1] += 1;
        total += 1;
    }
    for code in 0..bound {
        offsets[code + 1] += offsets[code];
    }
    let mut sorted = vec![0; total];
    for entry in entries {
        let offset = &mut offsets[codes[entry as usize] as usize];
        sorted[*offset as usize] = entry;
        *offset += 1;
    }
    // Placing the entries has moved each offset to the end of its code.
    offsets.truncate(bound);
    (sorted, offsets)
}

/// Cuts sorted entries at `ends`, and between them where a code of `columns` differs, and drops small groups.
fn cut(entries: &[u32], ends: &[u32], columns: &[&[u32]], size_min: usize) -> (Vec<u32>, Vec<u32>) {
    let mut kept = Vec::with_capacity(entries.len());
    let mut starts = vec![0];
    let mut start = 0;
    for &end in ends {
        let alike = &entries[start..end as usize];
        start = end as usize;
        if alike.len() < size_min {
            continue;
        }
        for group in alike.chunk_by(|&a, &b| columns.iter().all(|column| column[a as usize] == column[b as usize])) {
            if group.len() >= size_min {
                kept.extend_from_slice(group);
                starts.push(kept.len() as u32);
            }
        }
    }
    (kept, starts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(codes: &[u32]) -> KeyColumn {
        let codes: ScalarBuffer<u32> = codes.to_vec().into();
        KeyColumn { left: codes.clone(), right: codes }
    }

    #[test]
    fn groups_by_several_keys_without_nulls_and_singles() {
        let keys = [key(&[1, 0, 1, 1, 0, NULL_CODE, 1]), key(&[5, 2, 5, 4, 2, 5, 5])];
        let groups = Groups::by_keys(&keys, PairKind::Within);
        assert_eq!(groups.len(), 2);
        assert_eq!(groups.left(0), &[1, 4]);
        assert_eq!(groups.left(1), &[0, 2, 6]);
        assert_eq!(groups.pairs(1), 3);
        assert_eq!(groups.partners(1, 1), &[6]);
    }

    #[test]
    fn two_tables_meet_only_across() {
        let groups = Groups::by_keys(&[key(&[7, 7, 7, 7])], PairKind::AcrossTwo { first_right: 3 });
        assert_eq!((groups.left(0), groups.right(0)), (&[0, 1, 2][..], &[3][..]));
        assert_eq!(groups.pairs(0), 3);
    }

    #[test]
    fn different_columns_keep_pair_order() {
        let keys = [KeyColumn { left: vec![1, 2, 1].into(), right: vec![9, 1, 2].into() }];
        let groups = Groups::by_keys(&keys, PairKind::Within);
        assert_eq!(groups.len(), 2);
        assert_eq!((groups.left(0), groups.right(0)), (&[0, 2][..], &[1][..]));
        assert_eq!(groups.partners(0, 0), &[1]);
        assert!(groups.partners(0, 1).is_empty());
        assert_eq!(groups.pairs(0), 1);
        assert_eq!(groups.partners(1, 0), &[2]);
    }
}
