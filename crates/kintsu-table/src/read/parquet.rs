//! Parquet files, a column at a time: every column of every row group is a piece of work of its own.

use std::any::Any;
use std::fs::File;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use bytes::{Buf, Bytes};
use kintsu_core::RunContext;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::Encoding;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{ChunkReader, Length};
use rayon::prelude::*;

use super::expected_rows;
use super::file::InputFile;
use super::sink::Sink;
use crate::column::EncodedColumn;
use crate::encode::encoder;
use crate::error::TableError;

/// Rows decoded at a time; a dictionary of the file serves all of them.
const ROWS_PER_BATCH: usize = 1 << 16;

/// A Parquet file whose footer is read.
pub(super) struct ParquetFile {
    path: PathBuf,
    source: Source,
    /// Text as plain arrays.
    plain: ArrowReaderMetadata,
    /// Text as dictionary arrays, for row groups that hold nothing else.
    dictionary: ArrowReaderMetadata,
}

impl ParquetFile {
    pub(super) fn open(file: &InputFile, columns_max: usize) -> Result<Self, TableError> {
        let failed = |error: ParquetError| TableError::decode(&file.path, "Parquet", &error);
        let source = Source::open(file)?;
        if source.len() == 0 {
            return Err(TableError::Empty { path: file.path.clone() });
        }
        guarded(|| {
            let found = ArrowReaderMetadata::load(&source, ArrowReaderOptions::new())?;
            if found.schema().fields().len() > columns_max {
                return Ok(Err(TableError::Limit { path: file.path.clone(), what: "columns", maximum: columns_max as u64 }));
            }
            let metadata = found.metadata();
            let with = |schema: SchemaRef| {
                ArrowReaderMetadata::try_new(Arc::clone(metadata), ArrowReaderOptions::new().with_schema(schema))
            };
            let plain = with(mapped(found.schema(), plain_text))?;
            let dictionary = with(mapped(found.schema(), dictionary_text))?;
            Ok(Ok(Self { path: file.path.clone(), source: source.clone(), plain, dictionary }))
        })
        .map_err(failed)?
    }

    pub(super) fn schema(&self) -> &SchemaRef {
        self.plain.schema()
    }

    pub(super) fn rows(&self) -> u64 {
        self.plain.metadata().row_groups().iter().map(|group| group.num_rows().max(0) as u64).sum()
    }

    fn row_groups(&self) -> usize {
        self.plain.metadata().num_row_groups()
    }

    /// How many bytes the column at `position` takes in the file.
    pub(super) fn column_bytes(&self, position: usize) -> i64 {
        let descriptor = self.plain.parquet_schema();
        let leaves = (0..descriptor.num_columns()).filter(|leaf| descriptor.get_column_root_idx(*leaf) == position);
        let groups = self.plain.metadata().row_groups();
        leaves.flat_map(|leaf| groups.iter().map(move |group| group.column(leaf).compressed_size())).sum()
    }

    /// Reads the column at `position` from front to back, so many rows at a time.
    pub(super) fn stream_column(&self, position: usize, rows_per_batch: usize) -> Result<ColumnStream, TableError> {
        let failed = |error: ParquetError| TableError::decode(&self.path, "Parquet", &error);
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(self.source.clone(), self.plain.clone());
        let mask = ProjectionMask::roots(builder.parquet_schema(), [position]);
        let builder = builder.with_projection(mask).with_batch_size(rows_per_batch);
        let reader = guarded(|| builder.build()).map_err(failed)?;
        Ok(ColumnStream { path: self.path.clone(), reader, rows: 0, rows_announced: self.rows() })
    }

    /// Feeds the column at `position` to `sink`, `ahead` row groups encoded side by side.
    pub(super) fn read_column(
        &self,
        position: usize,
        sink: &mut Sink,
        ahead: usize,
        context: &RunContext,
    ) -> Result<(), TableError> {
        let goes_on = || context.check().and_then(|()| context.make_room_for(0));
        if ahead <= 1 || !sink.encodes() {
            return (0..self.row_groups()).try_for_each(|group| {
                self.read_chunk(group, position, &mut |array| {
                    goes_on()?;
                    sink.push(array)
                })
            });
        }
        for first in (0..self.row_groups()).step_by(ahead) {
            goes_on()?;
            let groups = first..(first + ahead).min(self.row_groups());
            let (name, data_type) = (sink.name(), sink.data_type());
            let encoded = groups.into_par_iter().map(|group| self.encode_chunk(group, position, name, data_type));
            for encoded in encoded.collect::<Result<Vec<_>, _>>()? {
                sink.push_encoded(&encoded)?;
            }
        }
        Ok(())
    }

    /// One column chunk as codes and distinct values.
    fn encode_chunk(&self, group: usize, position: usize, name: &str, data_type: &DataType) -> Result<EncodedColumn, TableError> {
        let rows = self.plain.metadata().row_group(group).num_rows();
        let mut encoder = encoder(name, data_type, expected_rows(rows.max(0) as u64))?;
        self.read_chunk(group, position, &mut |array| encoder.push(array))?;
        encoder.finish()
    }

    fn read_chunk(
        &self,
        group: usize,
        position: usize,
        each: &mut dyn FnMut(&ArrayRef) -> Result<(), TableError>,
    ) -> Result<(), TableError> {
        let failed = |error: ParquetError| TableError::decode(&self.path, "Parquet", &error);
        let metadata = if self.is_dictionary(group, position) { &self.dictionary } else { &self.plain };
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(self.source.clone(), metadata.clone());
        let mask = ProjectionMask::roots(builder.parquet_schema(), [position]);
        let builder = builder.with_projection(mask).with_row_groups(vec![group]).with_batch_size(ROWS_PER_BATCH);
        let mut reader = guarded(|| builder.build()).map_err(failed)?;
        let expected = metadata.metadata().row_group(group).num_rows();
        let mut rows = 0;
        while let Some(batch) = guarded(|| reader.next().transpose().map_err(ParquetError::from)).map_err(failed)? {
            rows += batch.num_rows() as i64;
            each(batch.column(0))?;
        }
        if rows == expected { Ok(()) } else { Err(failed(ParquetError::EOF(format!("{expected} rows announced, {rows} found")))) }
    }

    /// Whether all values of a text column in a row group stand in its dictionary.
    fn is_dictionary(&self, group: usize, position: usize) -> bool {
        if !matches!(self.dictionary.schema().field(position).data_type(), DataType::Dictionary(..)) {
            return false;
        }
        let descriptor = self.plain.parquet_schema();
        let group = self.plain.metadata().row_group(group);
        let leaf = (0..descriptor.num_columns()).find(|leaf| descriptor.get_column_root_idx(*leaf) == position);
        leaf.is_some_and(|leaf| only_dictionary(group.column(leaf)))
    }
}

/// A column read from front to back.
pub(super) struct ColumnStream {
    path: PathBuf,
    reader: ParquetRecordBatchReader,
    rows: u64,
    rows_announced: u64,
}

impl ColumnStream {
    /// The next rows; none at the end.
    pub(super) fn next_rows(&mut self) -> Result<Option<ArrayRef>, TableError> {
        let failed = |error: ParquetError| TableError::decode(&self.path, "Parquet", &error);
        let next = guarded(|| self.reader.next().transpose().map_err(ParquetError::from)).map_err(failed)?;
        if let Some(batch) = next {
            self.rows += batch.num_rows() as u64;
            return Ok(Some(ArrayRef::clone(batch.column(0))));
        }
        let (announced, found) = (self.rows_announced, self.rows);
        if announced == found {
            Ok(None)
        } else {
            Err(failed(ParquetError::EOF(format!("{announced} rows announced, {found} found"))))
        }
    }
}

fn only_dictionary(chunk: &ColumnChunkMetaData) -> bool {
    if let Some(mask) = chunk.page_encoding_stats_mask() {
        return mask.is_only(Encoding::RLE_DICTIONARY) || mask.is_only(Encoding::PLAIN_DICTIONARY);
    }
    let mut encodings = chunk.encodings();
    encodings.all(|encoding| matches!(encoding, Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY | Encoding::RLE))
}

fn mapped(schema: &Schema, map: fn(&DataType) -> Option<DataType>) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| match map(field.data_type()) {
        Some(data_type) => Arc::new(Field::clone(field).with_data_type(data_type)),
        None => Arc::clone(field),
    });
    Arc::new(Schema::new_with_metadata(fields.collect::<Vec<_>>(), schema.metadata().clone()))
}

fn plain_text(data_type: &DataType) -> Option<DataType> {
    match data_type {
        DataType::Utf8View | DataType::LargeUtf8 => Some(DataType::Utf8),
        DataType::Dictionary(_, values) if is_text(values) => Some(DataType::Utf8),
        _ => None,
    }
}

fn dictionary_text(data_type: &DataType) -> Option<DataType> {
    let text = match data_type {
        DataType::Dictionary(_, values) => is_text(values),
        other => is_text(other),
    };
    text.then(|| DataType::Dictionary(Box::new(DataType::UInt32), Box::new(DataType::Utf8)))
}

fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

/// Runs a step of the decoder, whose own checks of damaged files are not complete: a panic in it counts as a damaged file.
fn guarded<T>(step: impl FnOnce() -> ParquetResult<T>) -> ParquetResult<T> {
    catch_unwind(AssertUnwindSafe(step)).unwrap_or_else(|panic| Err(ParquetError::General(reason(panic.as_ref()))))
}

/// What a panic said.
pub(super) fn reason(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    format!("the decoder stopped: {}", text.unwrap_or("no reason given"))
}

/// The bytes of a file, readable at any place by any number of threads.
#[derive(Clone)]
enum Source {
    File(Arc<File>, u64),
    Memory(Bytes),
}

impl Source {
    fn open(file: &InputFile) -> Result<Self, TableError> {
        let failed = |source| TableError::read(&file.path, source);
        if file.content.is_some() || file.path.as_os_str() == "-" {
            return Ok(Self::Memory(file.load()?));
        }
        let opened = File::open(&file.path).map_err(failed)?;
        let length = opened.metadata().map_err(failed)?.len();
        Ok(Self::File(Arc::new(opened), length))
    }
}

impl Length for Source {
    fn len(&self) -> u64 {
        match self {
            Self::File(_, length) => *length,
            Self::Memory(bytes) => bytes.len() as u64,
        }
    }
}

impl ChunkReader for Source {
    type T = Box<dyn Read>;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        match self {
            Self::File(file, _) => {
                Ok(Box::new(std::io::BufReader::with_capacity(512, FileAt { file: Arc::clone(file), position: start })))
            }
            Self::Memory(bytes) => Ok(Box::new(bytes.slice((start as usize).min(bytes.len())..).reader())),
        }
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        let end = start.saturating_add(length as u64);
        if end > self.len() {
            return Err(ParquetError::EOF(format!("the file ends before byte {end}")));
        }
        match self {
            Self::File(file, _) => {
                let mut buffer = vec![0; length];
                read_exact_at(file, &mut buffer, start)?;
                Ok(buffer.into())
            }
            Self::Memory(bytes) => Ok(bytes.slice(start as usize..end as usize)),
        }
    }
}

/// A place in a file, moved by reading.
struct FileAt {
    file: Arc<File>,
    position: u64,
}

impl Read for FileAt {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = read_at(&self.file, buffer, self.position)?;
        self.position += length as u64;
        Ok(length)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], position: u64) -> std::io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, position)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], position: u64) -> std::io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, position)
}

fn read_exact_at(file: &File, mut buffer: &mut [u8], mut position: u64) -> std::io::Result<()> {
    while !buffer.is_empty() {
        match read_at(file, buffer, position) {
            Ok(0) => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            Ok(length) => {
                position += length as u64;
                buffer = &mut buffer[length..];
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
