//! Files, and tables in memory, that are read from front to back: every batch holds some rows of all wanted columns.

use arrow_array::ArrayRef;
use arrow_schema::SchemaRef;

use super::arrow_file::ArrowFile;
use super::csv_file::CsvFile;
use super::held::HeldFile;
use super::json_file::JsonFile;
use crate::error::TableError;

/// Some rows of the wanted columns, in the order in which they were asked for.
pub(super) struct Batch {
    pub(super) columns: Vec<ArrayRef>,
    pub(super) rows: usize,
}

/// A file that is read from front to back.
pub(super) enum BatchFile {
    Csv(CsvFile),
    Json(JsonFile),
    Arrow(ArrowFile),
    Held(HeldFile),
}

impl BatchFile {
    /// The columns and their types.
    pub(super) fn schema(&self) -> SchemaRef {
        match self {
            Self::Csv(file) => file.schema(),
            Self::Json(file) => file.schema(),
            Self::Arrow(file) => file.schema(),
            Self::Held(file) => file.schema(),
        }
    }

    /// The number of rows, where it is known before they are read.
    pub(super) fn rows(&self) -> Option<u64> {
        match self {
            Self::Held(file) => Some(file.rows()),
            _ => None,
        }
    }

    /// Says which columns the batches shall have; called once, before the first batch.
    pub(super) fn want(&mut self, positions: &[usize]) {
        match self {
            Self::Csv(file) => file.want(positions),
            Self::Json(file) => file.want(positions),
            Self::Arrow(file) => file.want(positions),
            Self::Held(file) => file.want(positions),
        }
    }

    /// The next rows, in several batches where they are ready together; none at the end.
    pub(super) fn next_batches(&mut self) -> Result<Vec<Batch>, TableError> {
        match self {
            Self::Csv(file) => file.next_batches(),
            Self::Json(file) => file.next_batches(),
            Self::Arrow(file) => file.next_batches(),
            Self::Held(file) => Ok(file.next_batches()),
        }
    }
}
