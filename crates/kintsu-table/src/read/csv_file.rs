//! CSV files: cut into blocks by one thread, parsed by all.

use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef};
use rayon::prelude::*;

use super::batches::Batch;
use super::file::InputFile;
use crate::csv::{Block, Blocks, BlocksError, CsvDialect, Layout, ParsedBlock, Respelt, Unreadable, parse_block, parse_record};
use crate::error::{CsvProblem, TableError};
use crate::input::ReadOptions;

/// How many bytes a block has in files that are streamed: what is made of a block is several times its size, and should fit
/// into the caches.
const STREAMED_BLOCK_BYTES: usize = 1 << 18;

/// A CSV file whose header is read.
pub(super) struct CsvFile {
    path: PathBuf,
    blocks: Blocks<Box<dyn Read + Send>>,
    /// The block that holds the header, without it.
    first: Option<Block>,
    header: Vec<String>,
    /// Whether a byte order mark stood before the header.
    marked: bool,
    layout: Layout,
    record_bytes_max: u64,
}

/// What is needed to parse the blocks of a file, wherever that is done.
#[derive(Debug, Clone)]
pub(super) struct CsvParser {
    path: PathBuf,
    layout: Layout,
}

impl CsvParser {
    /// The wanted columns of a block.
    pub(super) fn parse(&self, block: &Block) -> Result<ParsedBlock, TableError> {
        parse_block(&block.bytes, &self.layout).map_err(|broken| TableError::Csv {
            path: self.path.clone(),
            line: block.first_line + broken.line,
            problem: broken.problem,
        })
    }
}

impl CsvFile {
    pub(super) fn open(file: &InputFile, options: &ReadOptions) -> Result<Self, TableError> {
        let mut csv = Self::start(file, options, CsvDialect::Strict, |blocks| blocks)?;
        csv.read_header()?;
        csv.check_header(options.columns_max)?;
        Ok(csv)
    }

    /// Opens a file that is read in small blocks, its header left as it is written.
    pub(super) fn open_raw(file: &InputFile, options: &ReadOptions, dialect: CsvDialect) -> Result<Self, TableError> {
        let mut csv = Self::start(file, options, dialect, |blocks| blocks.of_bytes(STREAMED_BLOCK_BYTES))?;
        csv.read_header()?;
        csv.limit_columns(options.columns_max)?;
        csv.layout.fields = csv.header.len();
        Ok(csv)
    }

    fn start(
        file: &InputFile,
        options: &ReadOptions,
        dialect: CsvDialect,
        sized: impl FnOnce(Blocks<Box<dyn Read + Send>>) -> Blocks<Box<dyn Read + Send>>,
    ) -> Result<Self, TableError> {
        let delimiter = options.delimiter.unwrap_or_else(|| delimiter_of(file));
        let reader: Box<dyn Read + Send> = match dialect {
            CsvDialect::Strict => file.unpacked()?,
            _ => Box::new(Respelt::new(file.unpacked()?, delimiter, dialect)),
        };
        Ok(Self {
            path: file.path.clone(),
            blocks: sized(Blocks::new(reader, Some(b'"'), options.record_bytes_max)),
            first: None,
            header: Vec::new(),
            marked: false,
            layout: Layout { delimiter, fields: 0, wanted: Vec::new(), columns: 0, ragged: dialect.is_ragged() },
            record_bytes_max: options.record_bytes_max,
        })
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
        self.marked = mark > 0;
        self.first = Some(block);
        Ok(())
    }

    fn limit_columns(&self, columns_max: usize) -> Result<(), TableError> {
        if self.header.len() > columns_max {
            return Err(TableError::Limit { path: self.path.clone(), what: "columns", maximum: columns_max as u64 });
        }
        Ok(())
    }

    /// The names of the columns, as they are written.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// Whether a byte order mark stands before the header.
    pub(super) fn is_marked(&self) -> bool {
        self.marked
    }

    /// What parses the blocks of this file; the wanted columns are to be named before.
    pub(super) fn parser(&self) -> CsvParser {
        CsvParser { path: self.path.clone(), layout: self.layout.clone() }
    }

    fn check_header(&mut self, columns_max: usize) -> Result<(), TableError> {
        self.limit_columns(columns_max)?;
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
        let (blocks, failure) = self.next_blocks(rayon::current_num_threads() * 2);
        let parser = self.parser();
        let parsed: Vec<_> = blocks.par_iter().map(|block| parser.parse(block)).collect();
        let mut batches = Vec::with_capacity(parsed.len());
        for parsed in parsed {
            let ParsedBlock { columns, rows, .. } = parsed?;
            batches.push(Batch { columns, rows });
        }
        failure.map_or(Ok(batches), Err)
    }

    /// Up to `count` blocks, none at the end; and what ended the file early, which concerns what comes after these blocks.
    pub(super) fn next_blocks(&mut self, count: usize) -> (Vec<Block>, Option<TableError>) {
        let mut blocks: Vec<Block> = self.first.take().into_iter().collect();
        while blocks.len() < count {
            match self.blocks.next_block() {
                Ok(Some(block)) => blocks.push(block),
                Ok(None) => break,
                Err(error) => return (blocks, Some(self.blocks_error(error))),
            }
        }
        (blocks, None)
    }

    fn broken(&self, line: u64, problem: CsvProblem) -> TableError {
        TableError::Csv { path: self.path.clone(), line, problem }
    }

    fn blocks_error(&self, error: BlocksError) -> TableError {
        match error {
            BlocksError::Read(source) => match source.get_ref().and_then(|inner| inner.downcast_ref::<Unreadable>()) {
                Some(Unreadable { line, problem }) => self.broken(*line, problem.clone()),
                None => TableError::read(&self.path, source),
            },
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
