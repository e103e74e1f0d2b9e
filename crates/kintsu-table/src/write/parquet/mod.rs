//! Parquet files: the columns of a row group are encoded in parallel, each by itself, and put into the file in order.
//!
//! Dictionary columns go their own short way, from codes to packed indices; all others are left to the Parquet library.

mod files;
mod groups;
mod headers;
mod hybrid;
mod keys;
mod pages;
mod plain;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, FieldRef, Fields, Schema, SchemaRef};
use bytes::Bytes;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::Compression;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnDescPtr, ColumnPath};
use rayon::prelude::*;

pub(super) use self::files::RowGroupFile;
pub(super) use self::groups::{RowGroup, RowGroupEncoder};
use self::keys::KeyColumn;

use self::parquet_failed as failed;
use super::{BatchWriter, Output, WriteOptions, plain_array, plain_schema};
use crate::error::TableError;

/// Rows of a row group.
const ROWS_PER_GROUP: usize = 1 << 19;

/// Who wrote the file; the same for every machine.
const CREATED_BY: &str = concat!("kintsu version ", env!("CARGO_PKG_VERSION"));

/// Writes a Parquet file.
pub(super) struct ParquetWriter {
    path: PathBuf,
    fields: Fields,
    writer: SerializedFileWriter<Output>,
    factory: ArrowRowGroupWriterFactory,
    /// The row group in the making.
    columns: Vec<ColumnInMaking>,
    rows: usize,
    groups: usize,
    rows_per_group: usize,
}

/// A column of the row group in the making.
enum ColumnInMaking {
    /// A dictionary column.
    Keys(KeyColumn),
    /// Any other column: a writer for each of its leaves.
    Leaves(Vec<ArrowColumnWriter>),
}

/// A column of a row group, ready to be put into the file.
enum Encoded {
    Keys(Bytes, Box<ColumnCloseResult>),
    Leaves(Vec<ArrowColumnChunk>),
}

impl ParquetWriter {
    pub(super) fn new(path: &Path, output: Output, schema: &SchemaRef, options: &WriteOptions) -> Result<Self, TableError> {
        let plain = plain_schema(schema);
        let properties = Arc::new(properties(&plain, options));
        let rows_per_group = options.rows_per_group.unwrap_or(ROWS_PER_GROUP);
        let create = || {
            let described = ArrowSchemaConverter::new().convert(&plain)?;
            let writer = SerializedFileWriter::new(output, described.root_schema_ptr(), properties)?;
            let factory = ArrowRowGroupWriterFactory::new(&writer, Arc::clone(&plain));
            Ok((writer, factory))
        };
        let (writer, factory) = create().map_err(|error| failed(path, error))?;
        let fields = schema.fields().clone();
        Ok(Self { path: path.to_owned(), fields, writer, factory, columns: Vec::new(), rows: 0, groups: 0, rows_per_group })
    }

    fn append(&mut self, batch: &RecordBatch) -> Result<(), TableError> {
        if self.columns.is_empty() {
            self.columns = self.new_columns().map_err(|error| failed(&self.path, error))?;
        }
        let path = &self.path;
        let work = self.columns.par_iter_mut().zip(self.fields.par_iter()).zip(batch.columns());
        work.try_for_each(|((column, field), array)| match column {
            ColumnInMaking::Keys(keys) => keys.push(field.name(), array.as_dictionary::<UInt32Type>()),
            ColumnInMaking::Leaves(leaves) => {
                append_leaves(leaves, field, &plain_array(array)?).map_err(|error| failed(path, error))
            }
        })?;
        self.rows += batch.num_rows();
        Ok(())
    }

    fn new_columns(&self) -> ParquetResult<Vec<ColumnInMaking>> {
        let described = self.writer.schema_descr();
        let fields = self.fields.iter();
        let mut columns: Vec<ColumnInMaking> = fields
            .map(|field| {
                if keys::takes(field.data_type()) {
                    ColumnInMaking::Keys(KeyColumn::default())
                } else {
                    ColumnInMaking::Leaves(Vec::new())
                }
            })
            .collect();
        for (leaf, writer) in self.factory.create_column_writers(self.groups)?.into_iter().enumerate() {
            if let ColumnInMaking::Leaves(leaves) = &mut columns[described.get_column_root_idx(leaf)] {
                leaves.push(writer);
            }
        }
        Ok(columns)
    }

    fn end_group(&mut self) -> Result<(), TableError> {
        let columns = std::mem::take(&mut self.columns);
        if columns.is_empty() {
            return Ok(());
        }
        self.rows = 0;
        self.groups += 1;
        let described = self.writer.schema_descr();
        let first_leaf = |root: usize| (0..described.num_columns()).find(|leaf| described.get_column_root_idx(*leaf) == root);
        let descriptors: Vec<ColumnDescPtr> =
            (0..columns.len()).filter_map(first_leaf).map(|leaf| described.column(leaf)).collect();
        let path = &self.path;
        let encoded = columns.into_par_iter().zip(descriptors).map(|(column, descriptor)| column.encode(&descriptor, path));
        let encoded = encoded.collect::<Result<Vec<_>, _>>()?;
        let writer = &mut self.writer;
        let put = || {
            let mut group = writer.next_row_group()?;
            for column in encoded {
                match column {
                    Encoded::Keys(bytes, close) => group.append_column(&bytes, *close)?,
                    Encoded::Leaves(chunks) => {
                        chunks.into_iter().try_for_each(|chunk| chunk.append_to_row_group(&mut group))?;
                    }
                }
            }
            group.close().map(|_| ())
        };
        put().map_err(|error| failed(path, error))
    }
}

impl ColumnInMaking {
    fn encode(self, descriptor: &ColumnDescPtr, path: &Path) -> Result<Encoded, TableError> {
        match self {
            Self::Keys(keys) => {
                let nothing = || failed(path, ParquetError::General("a column has no rows".to_owned()));
                let chunk = keys.finish()?.ok_or_else(nothing)?;
                let chunk = pages::encode(&chunk, descriptor, false).map_err(|error| failed(path, error))?;
                Ok(Encoded::Keys(Bytes::from(chunk.pieces.concat()), Box::new(chunk.close)))
            }
            Self::Leaves(leaves) => {
                let chunks: ParquetResult<Vec<_>> = leaves.into_par_iter().map(ArrowColumnWriter::close).collect();
                Ok(Encoded::Leaves(chunks.map_err(|error| failed(path, error))?))
            }
        }
    }
}

impl BatchWriter for ParquetWriter {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), TableError> {
        let mut start = 0;
        while start < batch.num_rows() {
            let length = (batch.num_rows() - start).min(self.rows_per_group - self.rows);
            self.append(&batch.slice(start, length))?;
            start += length;
            if self.rows == self.rows_per_group {
                self.end_group()?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<File, TableError> {
        self.end_group()?;
        let output = self.writer.into_inner().map_err(|error| failed(&self.path, error))?;
        output.finish(&self.path)
    }
}

fn properties(schema: &Schema, options: &WriteOptions) -> WriterProperties {
    let metadata = options.metadata.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone())).collect::<Vec<_>>();
    let general = WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_key_value_metadata((!metadata.is_empty()).then_some(metadata));
    // Ids and weights hardly repeat: a dictionary of them costs time and saves nothing.
    let distinct = |data_type: &DataType| matches!(data_type, DataType::Int64 | DataType::UInt64 | DataType::Float64);
    let path_of = |name: &String| ColumnPath::from(vec![name.clone()]);
    let plain = schema.fields().iter().filter(|field| distinct(field.data_type()));
    let general = plain.fold(general, |properties, field| properties.set_column_dictionary_enabled(path_of(field.name()), false));
    let random = options.random_columns.iter().map(path_of);
    random
        .fold(general, |properties, path| {
            properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_statistics_enabled(path.clone(), EnabledStatistics::None)
                .set_column_compression(path, Compression::UNCOMPRESSED)
        })
        .build()
}

fn append_leaves(leaves: &mut [ArrowColumnWriter], field: &FieldRef, array: &ArrayRef) -> ParquetResult<()> {
    let field = field.as_ref().clone().with_data_type(array.data_type().clone());
    for (writer, leaf) in leaves.iter_mut().zip(compute_leaves(&field, array)?) {
        writer.write(&leaf)?;
    }
    Ok(())
}

/// An error of the Parquet library at `path`.
pub(super) fn parquet_failed(path: &Path, error: ParquetError) -> TableError {
    match error {
        ParquetError::External(source) => match source.downcast::<std::io::Error>() {
            Ok(source) => TableError::write(path, *source),
            Err(other) => TableError::write(path, std::io::Error::other(other)),
        },
        other => TableError::write(path, std::io::Error::other(other)),
    }
}
