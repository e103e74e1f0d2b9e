//! Files made of pieces: each piece is encoded by itself, on any thread, and pieces are appended in order.
//!
//! Useful where many record batches are made side by side: a file's bytes depend on its pieces and their order alone. Not useful
//! for batches that come one after the other, which [`TableWriter`](crate::TableWriter) cuts into row groups itself.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_ipc::writer::FileWriter;
use arrow_schema::SchemaRef;

use super::parquet::{RowGroup, RowGroupEncoder, RowGroupFile};
use super::rows::{check_types, render_rows};
use super::{arrow_file, csv, json_lines, plain_schema};
use crate::error::TableError;
use crate::format::FileFormat;

/// Encodes record batches of one schema as pieces of files of one format. In Parquet a piece is a row group.
pub struct PieceEncoder {
    schema: SchemaRef,
    way: Way,
}

enum Way {
    Parquet(RowGroupEncoder),
    Csv,
    JsonLines(Vec<Vec<u8>>),
    Arrow(SchemaRef),
}

impl fmt::Debug for PieceEncoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PieceEncoder").field("schema", &self.schema).finish_non_exhaustive()
    }
}

/// A part of a file, encoded.
pub struct EncodedPiece {
    rows: u64,
    content: Content,
}

enum Content {
    Nothing,
    RowGroup(RowGroup),
    Text(Vec<Vec<u8>>),
    Batch(RecordBatch),
}

impl fmt::Debug for EncodedPiece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncodedPiece").field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl PieceEncoder {
    /// For batches of `schema`. Columns named as random hold values that compression would not make smaller, such as ids made of
    /// random bits.
    ///
    /// # Errors
    /// [`TableError::UnsupportedType`] for a column that cannot be written so: in Parquet anything but dictionaries, text, whole
    /// numbers of 32 and 64 bits, floats of 64 bits, dates and booleans.
    pub fn new(schema: &SchemaRef, format: FileFormat, random_columns: &[&str]) -> Result<Self, TableError> {
        let way = match format {
            FileFormat::Parquet => Way::Parquet(RowGroupEncoder::new(schema, random_columns)?),
            FileFormat::Arrow => Way::Arrow(plain_schema(schema)),
            FileFormat::Csv => Way::Csv,
            FileFormat::JsonLines => Way::JsonLines(json_lines::before_values(schema)),
        };
        if matches!(way, Way::Csv | Way::JsonLines(_)) {
            check_types(schema)?;
        }
        Ok(Self { schema: Arc::clone(schema), way })
    }

    /// Encodes `batch`.
    ///
    /// # Errors
    /// [`TableError::Arrow`] and [`TableError::Write`] when it is of another schema.
    pub fn encode(&self, batch: &RecordBatch) -> Result<EncodedPiece, TableError> {
        let rows = batch.num_rows() as u64;
        if rows == 0 {
            return Ok(EncodedPiece { rows, content: Content::Nothing });
        }
        let content = match &self.way {
            Way::Parquet(encoder) => Content::RowGroup(encoder.encode(batch)?),
            Way::Csv => Content::Text(render_rows(batch, csv::append_row)?),
            Way::JsonLines(before) => {
                Content::Text(render_rows(batch, |cells, row, text| json_lines::append_object(before, cells, row, text))?)
            }
            Way::Arrow(plain) => Content::Batch(arrow_file::plain_batch(batch, plain)?),
        };
        Ok(EncodedPiece { rows, content })
    }
}

/// A file in the making, to which pieces are appended.
pub struct PieceWriter<W: Write + Send> {
    path: PathBuf,
    rows: u64,
    target: Target<W>,
}

enum Target<W: Write + Send> {
    Parquet(RowGroupFile<W>),
    Text(W),
    Arrow(Box<FileWriter<W>>),
}

impl<W: Write + Send> fmt::Debug for PieceWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PieceWriter").field("path", &self.path).field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl<W: Write + Send> PieceWriter<W> {
    /// Begins a file of pieces of `encoder` on `output`; errors name `path`.
    ///
    /// # Errors
    /// [`TableError::Write`] when the disk refuses.
    pub fn begin(output: W, path: &Path, encoder: &PieceEncoder) -> Result<Self, TableError> {
        let mut output = output;
        let mut text = |head: &[u8]| output.write_all(head).map_err(|source| TableError::write(path, source));
        let target = match &encoder.way {
            Way::Parquet(encoder) => Target::Parquet(RowGroupFile::begin(output, path, encoder)?),
            Way::Csv => {
                text(&csv::header(&encoder.schema))?;
                Target::Text(output)
            }
            Way::JsonLines(_) => Target::Text(output),
            Way::Arrow(plain) => {
                Target::Arrow(Box::new(FileWriter::try_new(output, plain).map_err(|error| arrow_file::failed(path, error))?))
            }
        };
        Ok(Self { path: path.to_owned(), rows: 0, target })
    }

    /// Appends a piece, which must come of the encoder that the file was begun with.
    ///
    /// # Errors
    /// [`TableError::Write`] when the disk refuses, or the piece is of another format.
    pub fn append(&mut self, piece: EncodedPiece) -> Result<(), TableError> {
        let path = &self.path;
        self.rows += piece.rows;
        match (&mut self.target, piece.content) {
            (_, Content::Nothing) => Ok(()),
            (Target::Parquet(file), Content::RowGroup(group)) => file.append(group, path),
            (Target::Text(output), Content::Text(text)) => {
                text.iter().try_for_each(|part| output.write_all(part)).map_err(|source| TableError::write(path, source))
            }
            (Target::Arrow(writer), Content::Batch(batch)) => {
                writer.write(&batch).map_err(|error| arrow_file::failed(path, error))
            }
            _ => Err(TableError::write(path, std::io::Error::other("a piece of another format"))),
        }
    }

    /// Completes the file; hands its output and the number of its rows back. The output is not flushed.
    ///
    /// # Errors
    /// [`TableError::Write`] when the disk refuses.
    pub fn finish(self) -> Result<(W, u64), TableError> {
        let path = &self.path;
        let output = match self.target {
            Target::Parquet(file) => file.finish(path)?,
            Target::Text(output) => output,
            Target::Arrow(mut writer) => {
                writer.finish().map_err(|error| arrow_file::failed(path, error))?;
                writer.into_inner().map_err(|error| arrow_file::failed(path, error))?
            }
        };
        Ok((output, self.rows))
    }
}
