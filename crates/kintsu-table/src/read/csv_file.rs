//! CSV files: cut into blocks by one thread, parsed by all.

use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef};
use rayon::prelude::*;

use super::batches::Batch;
use super::file::InputFile;
use crate::csv::{Block, Blocks, BlocksError, Layout, parse_block, parse_record};
use crate::error::{CsvProblem, TableError};
use crate::input::ReadOptions;

/// A CSV file whose header is read.
pub(super) struct CsvFile {
    path: PathBuf,
    blocks: Blocks<Box<dyn Read + Send>>,
    /// The block that holds the header, without it.
    first: Option<Block>,
    header: Vec<String>,
    layout: Layout,
    record_bytes_max: u64,
}

impl CsvFile {
    pub(super) fn open(file: &InputFile, options: &ReadOptions) -> Result<Self, TableError> {
        let delimiter = options.delimiter.unwrap_or_else(|| delimiter_of(file));
        let mut csv = Self {
            path: file.path.clone(),
            blocks: Blocks::new(file.unpacked()?, Some(b'"'), options.record_bytes_max),
            first: None,
            header: Vec::new(),
            layout: Layout { delimiter, fields: 0, wanted: Vec::new(), columns: 0 },
            record_bytes_max: options.record_bytes_max,
        };
        csv.read_header()?;
        csv.check_header(options.columns_max)?;
        Ok(csv)
    }

    fn read_header(&mut self) -> Result<(), TableError> {
        let empty = || TableError::Empty { path: self.path.clone() };
        let block = self.blocks.next_block();
        let mut block = block.map_err(|error| self.blocks_error(error))?.ok_or_else(empty)?;
        let mark = if block.bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let record = parse_record(&block.bytes[mark..], self.layout.delimiter);
        let (header, end) = record.map_err(|broken| self.broken(block.first_line + broken.line, broken.problem))?;
        if header.is_empty() {
            return Err(TableError::Empty { path: self.path.clone() });
        }
        let removed = block.bytes.drain(..mark + end);
        block.first_line += memchr::memchr_iter(b'\n', removed.as_slice()).count() as u64;
        drop(removed);
        self.header = header;
        self.first = Some(block);
        Ok(())
    }

    fn check_header(&mut self, columns_max: usize) -> Result<(), TableError> {
        if self.header.len() > columns_max {
            return Err(TableError::Limit { path: self.path.clone(), what: "columns", maximum: columns_max as u64 });
        }
        if self.header.iter().all(|name| name.trim().is_empty()) {
            return Err(self.broken(1, CsvProblem::NamelessColumn { column: 1 }));
        }
        name_the_nameless(&mut self.header);
        let mut seen = HashSet::new();
        if let Some(twice) = self.header.iter().find(|name| !seen.insert(name.as_str())) {
            return Err(TableError::DuplicateColumn { path: self.path.clone(), column: twice.clone() });
        }
        self.layout.fields = self.header.len();
        Ok(())
    }

    pub(super) fn schema(&self) -> SchemaRef {
        let fields: Vec<Field> = self.header.iter().map(|name| Field::new(name, DataType::Utf8, true)).collect();
        Arc::new(Schema::new(fields))
    }

    pub(super) fn want(&mut self, positions: &[usize]) {
        self.layout.wanted = vec![None; self.layout.fields];
        for (column, position) in positions.iter().enumerate() {
            self.layout.wanted[*position] = Some(column);
        }
        self.layout.columns = positions.len();
    }

    /// Reads a few blocks for each thread and parses them side by side; the first broken record in the file is the one told.
    pub(super) fn next_batches(&mut self) -> Result<Vec<Batch>, TableError> {
        let wave = rayon::current_num_threads() * 2;
        let mut blocks: Vec<Block> = self.first.take().into_iter().collect();
        let mut failure = None;
        while blocks.len() < wave && failure.is_none() {
            match self.blocks.next_block() {
                Ok(Some(block)) => blocks.push(block),
                Ok(None) => break,
                Err(error) => failure = Some(self.blocks_error(error)),
            }
        }
        let parsed: Vec<_> = blocks.par_iter().map(|block| parse_block(&block.bytes, &self.layout)).collect();
        let mut batches = Vec::with_capacity(parsed.len());
        for (block, parsed) in blocks.iter().zip(parsed) {
            let (columns, rows) = parsed.map_err(|broken| self.broken(block.first_line + broken.line, broken.problem))?;
            batches.push(Batch { columns, rows });
        }
        failure.map_or(Ok(batches), Err)
    }

    fn broken(&self, line: u64, problem: CsvProblem) -> TableError {
        TableError::Csv { path: self.path.clone(), line, problem }
    }

    fn blocks_error(&self, error: BlocksError) -> TableError {
        match error {
            BlocksError::Read(source) => TableError::read(&self.path, source),
            BlocksError::TooLong { line } => self.broken(line, CsvProblem::TooLong { maximum: self.record_bytes_max }),
            BlocksError::UnclosedQuote { line } => self.broken(line, CsvProblem::UnclosedQuote),
        }
    }
}

/// Calls a column without a name, such as the row numbers that data frames write, by its place: `column_1` for the first.
fn name_the_nameless(header: &mut [String]) {
    let mut taken: HashSet<String> = header.iter().cloned().collect();
    for (position, nameless) in header.iter_mut().enumerate().filter(|(_, name)| name.trim().is_empty()) {
        *nameless = format!("column_{}", position + 1);
        while !taken.insert(nameless.clone()) {
            nameless.push('_');
        }
    }
}

fn delimiter_of(file: &InputFile) -> u8 {
    let name = file.path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    if Path::new(name).extension().is_some_and(|extension| extension == "tsv") { b'\t' } else { b',' }
}
