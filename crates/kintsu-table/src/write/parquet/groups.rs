//! Row groups that are encoded whole on any thread and put into their file in order.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::SchemaRef;
use bytes::Bytes;
use parquet::arrow::ArrowSchemaConverter;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnDescPtr, SchemaDescriptor};

use super::keys::{self, KeyColumn};
use super::{failed, pages, plain, properties};
use crate::error::TableError;
use crate::write::{WriteOptions, plain_schema};

/// Encodes record batches of one schema, each into a row group.
pub(in crate::write) struct RowGroupEncoder {
    plain: SchemaRef,
    described: SchemaDescriptor,
    /// For each column whether its values are as good as random.
    random: Vec<bool>,
}

/// The columns of a row group, encoded.
pub(in crate::write) struct RowGroup(Vec<(Bytes, ColumnCloseResult)>);

impl RowGroupEncoder {
    /// For batches of `schema`, whose columns are dictionaries or of types that have a short way.
    pub(in crate::write) fn new(schema: &SchemaRef, random_columns: &[&str]) -> Result<Self, TableError> {
        for field in schema.fields() {
            if !keys::takes(field.data_type()) && !plain::takes(field.data_type()) {
                return Err(TableError::unsupported(field.name(), field.data_type(), "cannot be written as a whole row group"));
            }
        }
        let plain = plain_schema(schema);
        let described = ArrowSchemaConverter::new().convert(&plain).map_err(|error| failed(Path::new(""), error))?;
        let random = plain.fields().iter().map(|field| random_columns.contains(&field.name().as_str())).collect();
        Ok(Self { plain, described, random })
    }

    pub(in crate::write) fn encode(&self, batch: &RecordBatch) -> Result<RowGroup, TableError> {
        let columns = batch.columns().iter().zip(batch.schema_ref().fields()).enumerate();
        let encoded = columns.map(|(position, (array, field))| {
            encode(array, field.name(), &self.described.column(position), self.random[position])
        });
        encoded.collect::<Result<_, _>>().map(RowGroup)
    }

    /// A file of such row groups, on `output`.
    pub(in crate::write) fn file<W: Write + Send>(&self, output: W, path: &Path) -> Result<SerializedFileWriter<W>, TableError> {
        let properties = Arc::new(properties(&self.plain, &WriteOptions::default()));
        SerializedFileWriter::new(output, self.described.root_schema_ptr(), properties).map_err(|error| failed(path, error))
    }
}

fn encode(
    array: &ArrayRef,
    name: &str,
    descriptor: &ColumnDescPtr,
    random: bool,
) -> Result<(Bytes, ColumnCloseResult), TableError> {
    let wrong = |error| failed(Path::new(name), error);
    if !keys::takes(array.data_type()) {
        return plain::encode(array, descriptor, random).map_err(wrong);
    }
    let mut column = KeyColumn::default();
    column.push(name, array.as_dictionary::<UInt32Type>())?;
    let nothing = || wrong(ParquetError::General("a column has no rows".to_owned()));
    let chunk = column.finish()?.ok_or_else(nothing)?;
    pages::encode(&chunk, descriptor, random).map_err(wrong)
}

impl RowGroup {
    /// Puts the row group behind those that `file` has.
    pub(in crate::write) fn append_to<W: Write + Send>(
        self,
        file: &mut SerializedFileWriter<W>,
        path: &Path,
    ) -> Result<(), TableError> {
        let put = || {
            let mut group = file.next_row_group()?;
            self.0.into_iter().try_for_each(|(bytes, close)| group.append_column(&bytes, close))?;
            group.close().map(|_| ())
        };
        put().map_err(|error| failed(path, error))
    }
}
