//! Parquet files: the columns of a row group are encoded in parallel, each by itself, and put into the file in order.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, FieldRef, SchemaRef};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::Compression;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use rayon::prelude::*;

use super::{BatchWriter, Output, flushed, plain_array, plain_schema};
use crate::error::TableError;

/// Rows of a row group.
const ROWS_PER_GROUP: usize = 1 << 19;

/// Who wrote the file; the same for every machine.
const CREATED_BY: &str = concat!("kintsu version ", env!("CARGO_PKG_VERSION"));

/// Writes a Parquet file.
pub(super) struct ParquetWriter {
    path: PathBuf,
    schema: SchemaRef,
    writer: SerializedFileWriter<Output>,
    factory: ArrowRowGroupWriterFactory,
    /// The row group in the making, a list of leaves for each column.
    columns: Vec<Vec<ArrowColumnWriter>>,
    rows: usize,
    groups: usize,
}

impl ParquetWriter {
    pub(super) fn new(path: &Path, output: Output, schema: &SchemaRef) -> Result<Self, TableError> {
        let schema = plain_schema(schema);
        let properties = Arc::new(properties());
        let create = || {
            let described = ArrowSchemaConverter::new().convert(&schema)?;
            let writer = SerializedFileWriter::new(output, described.root_schema_ptr(), properties)?;
            let factory = ArrowRowGroupWriterFactory::new(&writer, Arc::clone(&schema));
            Ok((writer, factory))
        };
        let (writer, factory) = create().map_err(|error| failed(path, error))?;
        Ok(Self { path: path.to_owned(), schema, writer, factory, columns: Vec::new(), rows: 0, groups: 0 })
    }

    fn append(&mut self, batch: &RecordBatch) -> Result<(), TableError> {
        if self.columns.is_empty() {
            self.columns = self.new_columns().map_err(|error| failed(&self.path, error))?;
        }
        let path = &self.path;
        let work = self.columns.par_iter_mut().zip(self.schema.fields().par_iter()).zip(batch.columns());
        work.try_for_each(|((leaves, field), array)| {
            let array = writable(array)?;
            append_column(leaves, field, &array).map_err(|error| failed(path, error))
        })?;
        self.rows += batch.num_rows();
        Ok(())
    }

    fn new_columns(&self) -> ParquetResult<Vec<Vec<ArrowColumnWriter>>> {
        let described = self.writer.schema_descr();
        let mut columns: Vec<Vec<ArrowColumnWriter>> = self.schema.fields().iter().map(|_| Vec::new()).collect();
        for (leaf, writer) in self.factory.create_column_writers(self.groups)?.into_iter().enumerate() {
            columns[described.get_column_root_idx(leaf)].push(writer);
        }
        Ok(columns)
    }

    fn end_group(&mut self) -> Result<(), TableError> {
        let leaves: Vec<ArrowColumnWriter> = std::mem::take(&mut self.columns).into_iter().flatten().collect();
        if leaves.is_empty() {
            return Ok(());
        }
        self.rows = 0;
        self.groups += 1;
        let chunks: ParquetResult<Vec<_>> = leaves.into_par_iter().map(ArrowColumnWriter::close).collect();
        let writer = &mut self.writer;
        let put = || {
            let mut group = writer.next_row_group()?;
            for chunk in chunks? {
                chunk.append_to_row_group(&mut group)?;
            }
            group.close().map(|_| ())
        };
        put().map_err(|error| failed(&self.path, error))
    }
}

impl BatchWriter for ParquetWriter {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), TableError> {
        let mut start = 0;
        while start < batch.num_rows() {
            let length = (batch.num_rows() - start).min(ROWS_PER_GROUP - self.rows);
            self.append(&batch.slice(start, length))?;
            start += length;
            if self.rows == ROWS_PER_GROUP {
                self.end_group()?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<File, TableError> {
        self.end_group()?;
        let output = self.writer.into_inner().map_err(|error| failed(&self.path, error))?;
        flushed(output, &self.path)
    }
}

fn properties() -> WriterProperties {
    WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .build()
}

/// Text stays a dictionary, which the writer understands; other dictionaries are resolved.
fn writable(array: &ArrayRef) -> Result<ArrayRef, TableError> {
    match array.data_type() {
        DataType::Dictionary(_, values) if matches!(**values, DataType::Utf8 | DataType::Binary) => Ok(Arc::clone(array)),
        _ => plain_array(array),
    }
}

fn append_column(leaves: &mut [ArrowColumnWriter], field: &FieldRef, array: &ArrayRef) -> ParquetResult<()> {
    let field = field.as_ref().clone().with_data_type(array.data_type().clone());
    for (writer, leaf) in leaves.iter_mut().zip(compute_leaves(&field, array)?) {
        writer.write(&leaf)?;
    }
    Ok(())
}

fn failed(path: &Path, error: ParquetError) -> TableError {
    match error {
        ParquetError::External(source) => match source.downcast::<std::io::Error>() {
            Ok(source) => TableError::write(path, *source),
            Err(other) => TableError::write(path, std::io::Error::other(other)),
        },
        other => TableError::write(path, std::io::Error::other(other)),
    }
}
