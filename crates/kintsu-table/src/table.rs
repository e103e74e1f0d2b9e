//! A table: named columns of equal length.

use std::collections::HashSet;

use rayon::prelude::*;

use crate::column::Column;
use crate::error::TableError;

/// Named columns of equal length. Cloning shares the data.
#[derive(Debug, Clone, Default)]
pub struct Table {
    columns: Vec<Column>,
    rows: usize,
}

/// Columns that make no table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableShapeError {
    /// Two columns have one name.
    #[error("the column `{0}` appears more than once")]
    DuplicateColumn(String),
    /// A column is longer or shorter than the first.
    #[error("the column `{name}` has {rows} rows where the others have {expected}")]
    UnequalLength {
        /// The column.
        name: String,
        /// Its rows.
        rows: usize,
        /// The rows of the first column.
        expected: usize,
    },
}

impl Table {
    /// Puts columns together.
    ///
    /// # Errors
    /// [`TableShapeError`] when two columns share a name or differ in length.
    pub fn new(columns: Vec<Column>) -> Result<Self, TableShapeError> {
        let rows = columns.first().map_or(0, Column::rows);
        let mut names = HashSet::with_capacity(columns.len());
        for column in &columns {
            if !names.insert(&column.name) {
                return Err(TableShapeError::DuplicateColumn(column.name.to_string()));
            }
            if column.rows() != rows {
                return Err(TableShapeError::UnequalLength {
                    name: column.name.to_string(),
                    rows: column.rows(),
                    expected: rows,
                });
            }
        }
        Ok(Self { columns, rows })
    }

    /// Puts columns together that have `rows` rows, which matters when there is no column.
    pub(crate) fn with_rows(columns: Vec<Column>, rows: usize) -> Result<Self, TableShapeError> {
        let table = Self::new(columns)?;
        Ok(if table.columns.is_empty() { Self { rows, ..table } } else { table })
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The columns in the order of the input.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column called `name`, matched exactly.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| &*column.name == name)
    }

    /// The position of the column called `name`.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| &*column.name == name)
    }

    /// The rows at the positions `rows`, in that order: the way to permute or select rows. Columns are taken in parallel.
    ///
    /// # Errors
    /// As [`Column::take`].
    ///
    /// # Panics
    /// As [`Column::take`].
    pub fn take(&self, rows: &[u32]) -> Result<Self, TableError> {
        let columns = self.columns.par_iter().map(|column| column.take(rows)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { columns, rows: rows.len() })
    }

    /// The table with `column` put at the end, or in the place of the column of its name.
    ///
    /// # Errors
    /// [`TableShapeError::UnequalLength`] when it has other rows than the table.
    pub fn with_column(mut self, column: Column) -> Result<Self, TableShapeError> {
        match self.position(&column.name) {
            Some(position) => self.columns[position] = column,
            None => self.columns.push(column),
        }
        Self::new(self.columns)
    }

    /// The table without the columns for which `keep` is false.
    pub fn retain(mut self, mut keep: impl FnMut(&Column) -> bool) -> Self {
        self.columns.retain(|column| keep(column));
        self
    }
}
