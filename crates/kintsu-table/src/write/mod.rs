//! Writing record batches to files.
//!
//! Dictionary columns are written as their values, in every format: readers get plain text and numbers, not categories.

mod arrow_file;
mod csv;
mod direct;
mod json_lines;
mod parquet;
mod pieces;
mod rows;

pub use direct::DirectFile;
pub use pieces::{EncodedPiece, PieceEncoder, PieceWriter};

use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, IntoInnerError, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_cast::cast;
use arrow_schema::{DataType, Field, Schema, SchemaRef};

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
    /// The columns with values that the format has no number for, NaN and infinities in JSON lines, which are null in the file, and
    /// how many there are.
    pub not_numbers: Vec<(String, u64)>,
}

/// How a file is written, where its format has a choice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WriteOptions {
    /// Keys and values for the footer of a Parquet file.
    pub metadata: Vec<(String, String)>,
    /// Columns whose values are as good as random, such as tokens: Parquet files hold them as they are, without a dictionary,
    /// compression and statistics, which would cost time and save nothing.
    pub random_columns: Vec<String>,
    /// Rows of a row group of Parquet; none means 2^19.
    pub rows_per_group: Option<usize>,
    /// Whether the file is written past the system's cache, where that works: see [`DirectFile`].
    pub direct: bool,
}

/// Where the bytes of a file go.
enum Output {
    Buffered(BufWriter<File>),
    Direct(DirectFile),
}

impl Output {
    fn new(file: File, direct: bool) -> Self {
        if direct { Self::Direct(DirectFile::new(file)) } else { Self::Buffered(BufWriter::with_capacity(1 << 18, file)) }
    }

    /// The file, all bytes handed to the system.
    fn finish(self, path: &Path) -> Result<File, TableError> {
        let finished = match self {
            Self::Buffered(output) => output.into_inner().map_err(IntoInnerError::into_error),
            Self::Direct(output) => output.finish(),
        };
        finished.map_err(|source| TableError::write(path, source))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Buffered(output) => output.write(bytes),
            Self::Direct(output) => output.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Buffered(output) => output.flush(),
            Self::Direct(output) => output.flush(),
        }
    }
}

/// Writes batches in one format.
trait BatchWriter: Send {
    /// Writes one batch of the schema that the writer was made for.
    fn write(&mut self, batch: &RecordBatch) -> Result<(), TableError>;

    /// For each column how many numbers the format could not hold; none where it holds all.
    fn not_numbers(&self) -> &[u64] {
        &[]
    }

    /// Completes the file and hands it back.
    fn finish(self: Box<Self>) -> Result<File, TableError>;
}

/// Writes record batches of one schema to a file; dictionary columns are welcome, and fast where their values are distinct.
///
/// The bytes written depend on the rows, never on the number of threads. A file that is not finished is no valid file.
pub struct TableWriter {
    path: PathBuf,
    schema: SchemaRef,
    rows: u64,
    writer: Box<dyn BatchWriter>,
}

impl fmt::Debug for TableWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TableWriter").field("path", &self.path).field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl TableWriter {
    /// Opens the file at `path`, which must not exist, for batches of `schema`.
    ///
    /// # Errors
    /// [`TableError::Write`] when it cannot be created, [`TableError::UnsupportedType`] for a column the format cannot hold:
    /// structs, maps and unions in CSV and JSON lines.
    pub fn create(path: &Path, format: FileFormat, schema: &SchemaRef) -> Result<Self, TableError> {
        Self::create_with(path, format, schema, &WriteOptions::default())
    }

    /// As [`TableWriter::create`], with options.
    ///
    /// # Errors
    /// As [`TableWriter::create`].
    pub fn create_with(path: &Path, format: FileFormat, schema: &SchemaRef, options: &WriteOptions) -> Result<Self, TableError> {
        let failed = |source| TableError::write(path, source);
        if matches!(format, FileFormat::Csv | FileFormat::JsonLines) {
            rows::check_types(schema)?;
        }
        let file = File::options().write(true).create_new(true).open(path).map_err(failed)?;
        let output = Output::new(file, options.direct);
        let writer: Box<dyn BatchWriter> = match format {
            FileFormat::Parquet => Box::new(parquet::ParquetWriter::new(path, output, schema, options)?),
            FileFormat::Csv => Box::new(csv::CsvWriter::new(path, output, schema)?),
            FileFormat::JsonLines => Box::new(json_lines::JsonLinesWriter::new(path, output, schema)?),
            FileFormat::Arrow => Box::new(arrow_file::ArrowFileWriter::new(path, output, schema)?),
        };
        Ok(Self { path: path.to_owned(), schema: Arc::clone(schema), rows: 0, writer })
    }

    /// Writes one batch.
    ///
    /// # Errors
    /// [`TableError::Write`] when the disk refuses, [`TableError::Arrow`] when the batch is of another schema.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), TableError> {
        let types = |schema: &Schema| schema.fields().iter().map(|field| field.data_type().clone()).collect::<Vec<_>>();
        if types(&batch.schema()) != types(&self.schema) {
            let message = "a batch has other columns than the file it is written to";
            return Err(TableError::Arrow(arrow_schema::ArrowError::SchemaError(message.to_owned())));
        }
        self.rows += batch.num_rows() as u64;
        self.writer.write(batch)
    }

    /// Completes the file.
    ///
    /// # Errors
    /// [`TableError::Write`] when the disk refuses.
    pub fn finish(self) -> Result<Written, TableError> {
        let names = self.schema.fields().iter().map(|field| field.name().clone());
        let not_numbers = names.zip(self.writer.not_numbers().iter().copied()).filter(|(_, count)| *count > 0).collect();
        let file = self.writer.finish()?;
        let bytes = file.metadata().map_err(|source| TableError::write(&self.path, source))?.len();
        Ok(Written { path: self.path, rows: self.rows, bytes, not_numbers })
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

/// `schema` with the values' types in the place of dictionaries.
fn plain_schema(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| match field.data_type() {
        DataType::Dictionary(_, values) => Arc::new(Field::clone(field).with_data_type(values.as_ref().clone())),
        _ => Arc::clone(field),
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// The values of a dictionary array; any other array as it is.
fn plain_array(array: &ArrayRef) -> Result<ArrayRef, TableError> {
    match array.data_type() {
        DataType::Dictionary(_, values) => Ok(cast(array, values)?),
        _ => Ok(Arc::clone(array)),
    }
}
