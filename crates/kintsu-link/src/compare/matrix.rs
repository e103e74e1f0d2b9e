//! The codes of all columns that conditions look at, one row's codes side by side, so that a pair costs two cache lines.

use arrow_buffer::ScalarBuffer;
use rayon::prelude::*;

/// Codes by row, then column.
#[derive(Debug, Default)]
pub(crate) struct CodeMatrix {
    columns: usize,
    codes: Vec<u32>,
}

/// The columns that are to stand in a matrix.
#[derive(Debug, Default)]
pub(crate) struct MatrixColumns {
    columns: Vec<ScalarBuffer<u32>>,
}

/// Rows that one thread copies at a time.
const ROWS_PER_TASK: usize = 1 << 14;

impl MatrixColumns {
    /// The place of a column, which is added unless it is there.
    pub(crate) fn place(&mut self, codes: &ScalarBuffer<u32>) -> u32 {
        let known = self.columns.iter().position(|column| column.ptr_eq(codes));
        known.unwrap_or_else(|| {
            self.columns.push(codes.clone());
            self.columns.len() - 1
        }) as u32
    }

    /// Copies the columns into a matrix.
    pub(crate) fn finish(&self) -> CodeMatrix {
        let columns = self.columns.len();
        let rows = self.columns.first().map_or(0, |column| column.len());
        let mut codes = vec![0; rows * columns];
        codes.par_chunks_mut((ROWS_PER_TASK * columns).max(1)).enumerate().for_each(|(task, part)| {
            for (place, column) in self.columns.iter().enumerate() {
                let source = &column[task * ROWS_PER_TASK..];
                part.iter_mut().skip(place).step_by(columns).zip(source).for_each(|(code, &from)| *code = from);
            }
        });
        CodeMatrix { columns, codes }
    }
}

impl CodeMatrix {
    /// The code of a row in the column at `place`.
    #[inline(always)]
    pub(crate) fn code(&self, row: u32, place: u32) -> u32 {
        self.codes[row as usize * self.columns + place as usize]
    }

    /// The codes of a row.
    #[inline(always)]
    pub(crate) fn row(&self, row: u32) -> &[u32] {
        let start = row as usize * self.columns;
        &self.codes[start..start + self.columns]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_shared_and_rows_stand_together() {
        let (first, second) = (ScalarBuffer::from(vec![1, 2, 3]), ScalarBuffer::from(vec![7, 8, 9]));
        let mut columns = MatrixColumns::default();
        assert_eq!([columns.place(&first), columns.place(&second), columns.place(&first)], [0, 1, 0]);
        let matrix = columns.finish();
        assert_eq!(matrix.row(1), &[2, 8]);
        assert_eq!(matrix.code(2, 1), 9);
    }
}
