//! Row groups that are encoded whole on any thread and put into their file in order.

use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowSchemaConverter;
use parquet::errors::ParquetError;
use parquet::schema::types::{ColumnDescPtr, SchemaDescPtr};

use super::keys::{self, KeyColumn};
use super::pages::{self, EncodedChunk};
use super::{failed, plain};
use crate::error::TableError;
use crate::write::plain_schema;

/// Encodes record batches of one schema, each into a row group.
pub(in crate::write) struct RowGroupEncoder {
    pub(super) described: SchemaDescPtr,
    /// For each column whether its values are as good as random.
    random: Vec<bool>,
}

/// The columns of a row group, encoded.
pub(in crate::write) struct RowGroup {
    pub(super) rows: usize,
    pub(super) columns: Vec<EncodedChunk>,
}

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
        Ok(Self { described: Arc::new(described), random })
    }

    pub(in crate::write) fn encode(&self, batch: &RecordBatch) -> Result<RowGroup, TableError> {
        let columns = batch.columns().iter().zip(batch.schema_ref().fields()).enumerate();
        let encoded = columns.map(|(position, (array, field))| {
            encode(array, field.name(), &self.described.column(position), self.random[position])
        });
        Ok(RowGroup { rows: batch.num_rows(), columns: encoded.collect::<Result<_, _>>()? })
    }
}

fn encode(array: &ArrayRef, name: &str, descriptor: &ColumnDescPtr, random: bool) -> Result<EncodedChunk, TableError> {
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
