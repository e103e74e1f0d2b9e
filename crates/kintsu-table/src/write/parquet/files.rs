//! Parquet files of row groups that were encoded elsewhere.
//!
//! The bytes of a row group go to the output as they are. The Parquet library would copy them twice on the way.

use std::io::Write;
use std::path::Path;

use parquet::errors::Result as ParquetResult;
use parquet::file::metadata::{
    ColumnChunkMetaData, FileMetaData, ParquetMetaDataBuilder, ParquetMetaDataWriter, RowGroupMetaData,
};
use parquet::file::properties::WriterVersion;
use parquet::schema::types::SchemaDescPtr;

use super::groups::{RowGroup, RowGroupEncoder};
use super::pages::EncodedChunk;
use super::{CREATED_BY, failed};
use crate::error::TableError;

/// What a file begins with.
const MAGIC: &[u8] = b"PAR1";

/// A file in the making.
pub(in crate::write) struct RowGroupFile<W> {
    output: W,
    /// Bytes written so far.
    bytes: u64,
    described: SchemaDescPtr,
    groups: Vec<RowGroupMetaData>,
}

impl<W: Write> RowGroupFile<W> {
    /// Begins a file of row groups of `encoder` on `output`; errors name `path`.
    pub(in crate::write) fn begin(output: W, path: &Path, encoder: &RowGroupEncoder) -> Result<Self, TableError> {
        let mut file = Self { output, bytes: 0, described: encoder.described.clone(), groups: Vec::new() };
        file.write(MAGIC, path)?;
        Ok(file)
    }

    /// Appends a row group.
    pub(in crate::write) fn append(&mut self, group: RowGroup, path: &Path) -> Result<(), TableError> {
        let begin = self.bytes;
        let mut columns = Vec::with_capacity(group.columns.len());
        for EncodedChunk { pieces, close } in group.columns {
            columns.push(moved(close.metadata, self.bytes).map_err(|error| failed(path, error))?);
            pieces.iter().try_for_each(|piece| self.write(piece, path))?;
        }
        let uncompressed = columns.iter().map(ColumnChunkMetaData::uncompressed_size).sum();
        let mut metadata = RowGroupMetaData::builder(self.described.clone())
            .set_column_metadata(columns)
            .set_total_byte_size(uncompressed)
            .set_num_rows(group.rows as i64)
            .set_file_offset(begin as i64);
        // The format has no number for row groups beyond that; readers count them.
        if let Ok(ordinal) = i16::try_from(self.groups.len()) {
            metadata = metadata.set_ordinal(ordinal);
        }
        self.groups.push(metadata.build().map_err(|error| failed(path, error))?);
        Ok(())
    }

    /// Completes the file and hands its output back, which is not flushed.
    pub(in crate::write) fn finish(mut self, path: &Path) -> Result<W, TableError> {
        let rows = self.groups.iter().map(RowGroupMetaData::num_rows).sum();
        let version = WriterVersion::PARQUET_1_0.as_num();
        let file = FileMetaData::new(version, rows, Some(CREATED_BY.to_owned()), None, self.described.clone(), None);
        let metadata = ParquetMetaDataBuilder::new(file).set_row_groups(std::mem::take(&mut self.groups)).build();
        // Into memory first: what a failing output says would be lost.
        let mut footer = Vec::new();
        ParquetMetaDataWriter::new(&mut footer, &metadata).finish().map_err(|error| failed(path, error))?;
        self.write(&footer, path)?;
        Ok(self.output)
    }

    fn write(&mut self, bytes: &[u8], path: &Path) -> Result<(), TableError> {
        self.output.write_all(bytes).map_err(|source| TableError::write(path, source))?;
        self.bytes += bytes.len() as u64;
        Ok(())
    }
}

/// A column chunk that begins at `begin`; its offsets are told from its own beginning before.
fn moved(metadata: ColumnChunkMetaData, begin: u64) -> ParquetResult<ColumnChunkMetaData> {
    let data = metadata.data_page_offset() + begin as i64;
    let dictionary = metadata.dictionary_page_offset().map(|offset| offset + begin as i64);
    metadata.into_builder().set_data_page_offset(data).set_dictionary_page_offset(dictionary).build()
}
