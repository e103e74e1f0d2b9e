//! JSON lines files. Types are known only at the end, so a file is read when it is opened; its columns are kept as codes and
//! distinct values, block by block, until they are fed to the table.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, NullArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use rayon::prelude::*;

use super::batches::Batch;
use super::file::InputFile;
use crate::csv::{Blocks, BlocksError};
use crate::encode::{encode_array, normalise};
use crate::error::TableError;
use crate::input::ReadOptions;
use crate::json::{JsonBlock, Kind, parse_lines};

/// How many objects are looked at when only the schema is asked for.
const SCHEMA_ROWS: usize = 1000;

/// A JSON lines file that is read.
pub(super) struct JsonFile {
    names: Vec<String>,
    kinds: Vec<Kind>,
    /// Where each column got its kind.
    lines: Vec<u64>,
    positions: HashMap<String, usize>,
    /// For each block its rows and, by position, its columns; later columns are missing in earlier blocks.
    blocks: Vec<(usize, Vec<Option<ArrayRef>>)>,
    wanted: Vec<usize>,
}

impl JsonFile {
    /// Reads the file; only its first objects when only the schema is wanted. Columns that `keep` leaves out are forgotten.
    pub(super) fn open(file: &InputFile, options: &ReadOptions, schema_only: bool) -> Result<Self, TableError> {
        let mut json = Self {
            names: Vec::new(),
            kinds: Vec::new(),
            lines: Vec::new(),
            positions: HashMap::new(),
            blocks: Vec::new(),
            wanted: Vec::new(),
        };
        let mut blocks = Blocks::new(file.unpacked()?, None, options.record_bytes_max);
        let rows_max = if schema_only { SCHEMA_ROWS } else { usize::MAX };
        let mut first = true;
        loop {
            let wave = read_wave(&mut blocks, file, options)?;
            if wave.is_empty() {
                break;
            }
            let parse = |(position, block): (usize, &crate::csv::Block)| {
                let mark = if first && position == 0 && block.bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
                parse_lines(&block.bytes[mark..], rows_max, options.columns_max)
            };
            let parsed: Vec<_> = wave.par_iter().enumerate().map(|(position, block)| parse((position, block))).collect();
            for (block, parsed) in wave.iter().zip(parsed) {
                let failed = |line, problem| TableError::Json { path: file.path.clone(), line, problem };
                let parsed = parsed.map_err(|broken| failed(block.first_line + broken.line, broken.problem))?;
                json.add(parsed, block.first_line, options).map_err(|(line, problem)| failed(line, problem))??;
            }
            first = false;
            if schema_only {
                break;
            }
        }
        if json.names.is_empty() {
            return Err(TableError::Empty { path: file.path.clone() });
        }
        if json.names.len() > options.columns_max {
            return Err(TableError::Limit { path: file.path.clone(), what: "columns", maximum: options.columns_max as u64 });
        }
        Ok(json)
    }

    fn add(&mut self, block: JsonBlock, first_line: u64, options: &ReadOptions) -> Result<Result<(), TableError>, (u64, String)> {
        let mut columns: Vec<Option<ArrayRef>> = vec![None; self.names.len()];
        let parts = block.names.into_iter().zip(block.kinds).zip(block.columns).zip(block.lines);
        for (((name, kind), array), line) in parts {
            let line = first_line + line;
            let position = self.position(&name, line);
            columns.resize(self.names.len(), None);
            let before = self.kinds[position];
            let conflict = || (line, format!("`{name}` is {kind} where it is {before} in line {}", self.lines[position]));
            self.kinds[position] = before.unite(kind).ok_or_else(conflict)?;
            if before == Kind::Null {
                self.lines[position] = line;
            }
            if kind == Kind::Null {
                continue;
            }
            if options.encode.has(&name) || options.source_dataset_column.as_ref() == Some(&name) {
                match encode_array(&name, &array).and_then(|encoded| encoded.to_dictionary()) {
                    Ok(array) => columns[position] = Some(Arc::new(array)),
                    Err(error) => return Ok(Err(error)),
                }
            } else if options.carry.has(&name) {
                columns[position] = Some(array);
            }
        }
        self.blocks.push((block.rows, columns));
        Ok(Ok(()))
    }

    fn position(&mut self, name: &str, line: u64) -> usize {
        if let Some(&position) = self.positions.get(name) {
            return position;
        }
        let position = self.names.len();
        self.names.push(name.to_owned());
        self.kinds.push(Kind::Null);
        self.lines.push(line);
        self.positions.insert(name.to_owned(), position);
        position
    }

    pub(super) fn schema(&self) -> SchemaRef {
        let fields: Vec<Field> =
            self.names.iter().zip(&self.kinds).map(|(name, kind)| Field::new(name, kind.data_type(), true)).collect();
        Arc::new(Schema::new(fields))
    }

    pub(super) fn want(&mut self, positions: &[usize]) {
        self.wanted = positions.to_vec();
    }

    pub(super) fn next_batches(&mut self) -> Result<Vec<Batch>, TableError> {
        let wanted = std::mem::take(&mut self.wanted);
        let column = |rows: usize, columns: &mut Vec<Option<ArrayRef>>, position: usize| -> Result<ArrayRef, TableError> {
            let data_type = self.kinds[position].data_type();
            match columns.get_mut(position).and_then(Option::take) {
                Some(array) => as_kind(&array, &data_type),
                None => Ok(Arc::new(NullArray::new(rows))),
            }
        };
        let blocks = std::mem::take(&mut self.blocks);
        blocks
            .into_iter()
            .map(|(rows, mut columns)| {
                let columns = wanted.iter().map(|position| column(rows, &mut columns, *position)).collect::<Result<_, _>>()?;
                Ok(Batch { columns, rows })
            })
            .collect()
    }
}

/// `array`, or the values of the dictionary that it is, as `data_type`: a block of integers in a column of floats.
fn as_kind(array: &ArrayRef, data_type: &DataType) -> Result<ArrayRef, TableError> {
    match array.data_type() {
        DataType::Dictionary(_, values) if **values == *data_type => Ok(Arc::clone(array)),
        _ => Ok(normalise(array, data_type)?),
    }
}

fn read_wave<R: std::io::Read>(
    blocks: &mut Blocks<R>,
    file: &InputFile,
    options: &ReadOptions,
) -> Result<Vec<crate::csv::Block>, TableError> {
    let wave = rayon::current_num_threads() * 2;
    let mut read = Vec::with_capacity(wave);
    while read.len() < wave {
        match blocks.next_block() {
            Ok(Some(block)) => read.push(block),
            Ok(None) => break,
            Err(BlocksError::Read(source)) => return Err(TableError::read(&file.path, source)),
            Err(BlocksError::TooLong { line } | BlocksError::UnclosedQuote { line }) => {
                let problem = format!("the line is longer than {} bytes", options.record_bytes_max);
                return Err(TableError::Json { path: file.path.clone(), line, problem });
            }
        }
    }
    Ok(read)
}
