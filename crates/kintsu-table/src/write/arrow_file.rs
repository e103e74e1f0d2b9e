//! Arrow IPC files.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, SchemaRef};

use super::{BatchWriter, Output, plain_array, plain_schema};
use crate::error::TableError;

/// Writes an Arrow IPC file, one record batch for each batch.
pub(super) struct ArrowFileWriter {
    path: PathBuf,
    schema: SchemaRef,
    writer: FileWriter<Output>,
}

impl ArrowFileWriter {
    pub(super) fn new(path: &Path, output: Output, schema: &SchemaRef) -> Result<Self, TableError> {
        let schema = plain_schema(schema);
        let writer = FileWriter::try_new(output, &schema).map_err(|error| failed(path, error))?;
        Ok(Self { path: path.to_owned(), schema, writer })
    }
}

impl BatchWriter for ArrowFileWriter {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), TableError> {
        let plain = plain_batch(batch, &self.schema)?;
        self.writer.write(&plain).map_err(|error| failed(&self.path, error))
    }

    fn finish(mut self: Box<Self>) -> Result<File, TableError> {
        self.writer.finish().map_err(|error| failed(&self.path, error))?;
        let output = self.writer.into_inner().map_err(|error| failed(&self.path, error))?;
        output.finish(&self.path)
    }
}

/// The same rows with the values in the place of dictionaries.
pub(super) fn plain_batch(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, TableError> {
    let columns = batch.columns().iter().map(plain_array).collect::<Result<Vec<_>, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(SchemaRef::clone(schema), columns, &options)?)
}

/// An error of the Arrow library at `path`.
pub(super) fn failed(path: &Path, error: ArrowError) -> TableError {
    match error {
        ArrowError::IoError(_, source) => TableError::write(path, source),
        other => TableError::Arrow(other),
    }
}
