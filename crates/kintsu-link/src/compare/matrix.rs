//! The codes of all columns that conditions look at, one row's codes side by side, so that a pair costs two cache lines.
//!
//! A row begins with a mask that tells which of its codes are null; what is null or equal about two rows then fits two masks.

use arrow_buffer::ScalarBuffer;
use kintsu_table::NULL_CODE;
use rayon::prelude::*;

/// Codes by row, then column.
#[derive(Debug, Default)]
pub(crate) struct CodeMatrix {
    /// Eight codes at a time; each row takes the same number of chunks.
    chunks: Vec<[u32; 8]>,
    chunks_per_row: usize,
    columns: Vec<ScalarBuffer<u32>>,
}

/// The columns that are to stand in a matrix.
#[derive(Debug, Default)]
pub(crate) struct MatrixColumns {
    columns: Vec<ScalarBuffer<u32>>,
}

/// What two rows have in common: bit `place` is about the column at `place`; bits without a column mean nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PairMasks {
    /// Both codes are the same and not null.
    pub(crate) equal: u32,
    /// At least one code is null.
    pub(crate) null: u32,
}

/// Columns from this place on have no bit in the masks.
pub(crate) const MASKED_PLACES: u32 = 32;
/// Chunks that one thread fills at a time, at least.
const CHUNKS_PER_TASK: usize = 1 << 13;

impl MatrixColumns {
    /// The place of a column, which is added unless it is there. Places count from 1.
    pub(crate) fn place(&mut self, codes: &ScalarBuffer<u32>) -> u32 {
        let known = self.columns.iter().position(|column| column.ptr_eq(codes));
        known.unwrap_or_else(|| {
            self.columns.push(codes.clone());
            self.columns.len() - 1
        }) as u32
            + 1
    }

    /// Copies the columns, which have so many `rows`, into a matrix; there may be no columns.
    pub(crate) fn finish(&self, rows: usize) -> CodeMatrix {
        let chunks_per_row = (self.columns.len() + 1).div_ceil(8);
        let columns: Vec<&[u32]> = self.columns.iter().map(|column| &**column).collect();
        let chunk = |at: usize| chunk_of(&columns, at / chunks_per_row, at % chunks_per_row);
        let chunks = (0..rows * chunks_per_row).into_par_iter().with_min_len(CHUNKS_PER_TASK).map(chunk).collect();
        CodeMatrix { chunks, chunks_per_row, columns: self.columns.clone() }
    }
}

/// Eight codes of a row; the first chunk begins with the mask of what is null in all of them.
fn chunk_of(columns: &[&[u32]], row: usize, chunk: usize) -> [u32; 8] {
    let mut codes = [NULL_CODE; 8];
    let first_place = if chunk == 0 { 1 } else { 8 * chunk };
    for (column, place) in columns[first_place - 1..].iter().zip(first_place..8 * (chunk + 1)) {
        codes[place % 8] = column[row];
    }
    if chunk == 0 {
        codes[0] = null_mask(columns, row);
    }
    codes
}

/// The bits of the columns whose code is null.
fn null_mask(columns: &[&[u32]], row: usize) -> u32 {
    let masked = columns.iter().zip(1..MASKED_PLACES);
    masked.fold(0, |mask, (column, place)| mask | (u32::from(column[row] == NULL_CODE) << place))
}

impl CodeMatrix {
    /// The code of a row in the column at `place`.
    #[inline(always)]
    pub(crate) fn code(&self, row: u32, place: u32) -> u32 {
        self.chunks[row as usize * self.chunks_per_row + place as usize / 8][place as usize % 8]
    }

    /// Whether `codes` is the column at `place`.
    pub(crate) fn is_column(&self, place: u32, codes: &ScalarBuffer<u32>) -> bool {
        place.checked_sub(1).and_then(|at| self.columns.get(at as usize)).is_some_and(|column| column.ptr_eq(codes))
    }

    #[inline(always)]
    fn row(&self, row: u32) -> &[[u32; 8]] {
        let start = row as usize * self.chunks_per_row;
        &self.chunks[start..start + self.chunks_per_row]
    }

    /// What two rows have in common.
    #[inline(always)]
    pub(crate) fn masks(&self, left: u32, right: u32) -> PairMasks {
        let (left, right) = (self.row(left), self.row(right));
        let null = left[0][0] | right[0][0];
        let mut equal = equal_bits(&left[0], &right[0]);
        for chunk in 1..left.len().min(4) {
            equal |= equal_bits(&left[chunk], &right[chunk]) << (8 * chunk);
        }
        PairMasks { equal: equal & !null & !1, null }
    }
}

/// One bit for each of eight codes that are the same.
#[inline(always)]
fn equal_bits(left: &[u32; 8], right: &[u32; 8]) -> u32 {
    const BITS: [u32; 8] = [1, 2, 4, 8, 16, 32, 64, 128];
    let mut sum = 0;
    for place in 0..8 {
        sum += if left[place] == right[place] { BITS[place] } else { 0 };
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_without_columns_are_compared_and_hold_no_null() {
        let matrix = MatrixColumns::default().finish(2);
        assert_eq!(matrix.masks(0, 1).null, 0);
        assert!(!matrix.is_column(1, &ScalarBuffer::from(vec![0, 0])));
    }

    #[test]
    fn columns_are_shared_and_masks_tell_what_is_common() {
        let columns: Vec<ScalarBuffer<u32>> =
            (0..20_u32).map(|column| vec![column, column % 3, if column == 12 { NULL_CODE } else { column }].into()).collect();
        let mut places = MatrixColumns::default();
        let found: Vec<u32> = columns.iter().map(|column| places.place(column)).collect();
        assert_eq!(found, (1..21).collect::<Vec<_>>());
        assert_eq!(places.place(&columns[3]), 4);
        let matrix = places.finish(3);
        assert_eq!((matrix.code(1, 9), matrix.code(2, 20)), (8 % 3, 19));
        let masks = matrix.masks(0, 2);
        assert_eq!(masks.null, 1 << 13);
        let columns = (1 << 21) - 2;
        assert_eq!(masks.equal & columns, columns & !(1 << 13));
        assert_eq!(matrix.masks(0, 1).equal & columns, 0b1110);
    }
}
