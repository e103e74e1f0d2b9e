//! Arrow IPC files and streams.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, SchemaRef};

use super::arrow_lengths::check_lengths;
use super::batches::Batch;
use super::file::InputFile;
use super::parquet::reason;
use crate::error::TableError;

/// What the file layout begins with; the stream layout has no such mark.
const FILE_MARK: &[u8] = b"ARROW1";

type Batches = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>;

/// An Arrow file whose schema is read.
pub(super) struct ArrowFile {
    path: PathBuf,
    schema: SchemaRef,
    batches: Batches,
    wanted: Vec<usize>,
}

impl ArrowFile {
    pub(super) fn open(file: &InputFile, columns_max: usize) -> Result<Self, TableError> {
        let mut mark = Vec::new();
        file.raw()?.take(FILE_MARK.len() as u64).read_to_end(&mut mark).map_err(|source| TableError::read(&file.path, source))?;
        if mark.is_empty() {
            return Err(TableError::Empty { path: file.path.clone() });
        }
        let opened = guarded(|| match &file.content {
            Some(content) => open_reader(Cursor::new(content.clone()), mark == FILE_MARK),
            None => open_reader(BufReader::with_capacity(1 << 18, File::open(&file.path)?), mark == FILE_MARK),
        });
        let (schema, batches) = opened.map_err(|error| TableError::decode(&file.path, "Arrow", &error))?;
        if schema.fields().len() > columns_max {
            return Err(TableError::Limit { path: file.path.clone(), what: "columns", maximum: columns_max as u64 });
        }
        Ok(Self { path: file.path.clone(), schema, batches, wanted: Vec::new() })
    }

    pub(super) fn schema(&self) -> SchemaRef {
        SchemaRef::clone(&self.schema)
    }

    pub(super) fn want(&mut self, positions: &[usize]) {
        self.wanted = positions.to_vec();
    }

    pub(super) fn next_batches(&mut self) -> Result<Vec<Batch>, TableError> {
        let batches = &mut self.batches;
        let next = guarded(|| batches.next().transpose()).map_err(|error| TableError::decode(&self.path, "Arrow", &error))?;
        let Some(batch) = next else { return Ok(Vec::new()) };
        let columns = self.wanted.iter().map(|position| batch.column(*position).clone()).collect();
        Ok(vec![Batch { columns, rows: batch.num_rows() }])
    }
}

fn open_reader<R: Read + Seek + Send + 'static>(mut reader: R, is_file: bool) -> Result<(SchemaRef, Batches), ArrowError> {
    check_lengths(&mut reader, is_file)?;
    if is_file {
        let reader = FileReader::try_new(reader, None)?;
        return Ok((reader.schema(), Box::new(reader)));
    }
    let reader = StreamReader::try_new(reader, None)?;
    Ok((reader.schema(), Box::new(reader)))
}

fn guarded<T>(step: impl FnOnce() -> Result<T, ArrowError>) -> Result<T, ArrowError> {
    catch_unwind(AssertUnwindSafe(step)).unwrap_or_else(|panic| Err(ArrowError::IpcError(reason(panic.as_ref()))))
}
