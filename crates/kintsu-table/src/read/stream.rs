//! Files as streams of raw text, piece by piece in the order of their rows, for work that looks at each row once.
//!
//! Useful where memory must not grow with the number of rows. Not useful for anything that needs all rows: see [`read`](super::read).
//! What surprises: a [`Piece`] of a CSV file is not parsed until [`Piece::into_batch`], so that many threads can do it side by side.

use std::collections::VecDeque;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray, new_null_array};
use arrow_cast::cast;
use arrow_schema::{DataType, Schema};
use rayon::prelude::*;

use super::csv_file::{CsvFile, CsvParser};
use super::file::files_of;
use super::parquet::{ColumnStream, ParquetFile};
use crate::csv::{Block, CsvDialect, ParsedBlock};
use crate::error::TableError;
use crate::format::FileFormat;
use crate::input::{Input, ReadOptions};

/// Rows of a piece of a Parquet file.
const ROWS_PER_PIECE: usize = 1 << 12;

/// Rows of a piece of a batch in memory.
const ROWS_PER_PIECE_IN_MEMORY: usize = 1 << 14;

/// A CSV or Parquet file that is read from front to back, or batches in memory.
pub struct TextStream {
    path: PathBuf,
    format: FileFormat,
    names: Vec<String>,
    /// The positions of the columns whose timestamps are read as days.
    days: Vec<usize>,
    marked: bool,
    source: Source,
    /// What went wrong after the pieces that were handed out last.
    failure: Option<TableError>,
}

enum Source {
    Csv {
        file: Box<CsvFile>,
        parser: Option<Arc<CsvParser>>,
    },
    /// At least one column is read, if only to count rows; the first, those that are wanted, are kept.
    Parquet {
        file: Box<ParquetFile>,
        columns: Vec<ColumnStream>,
        kept: Arc<[Kept]>,
    },
    /// The columns at these positions are kept.
    Memory {
        batches: VecDeque<RecordBatch>,
        rows: u64,
        positions: Vec<usize>,
        kept: Arc<[Kept]>,
    },
}

/// A column that is kept.
struct Kept {
    name: String,
    /// Whether its timestamps are read as days.
    day: bool,
}

/// Some rows, not yet parsed.
pub struct Piece(Unparsed);

enum Unparsed {
    Csv(Block, Arc<CsvParser>),
    Parquet { columns: Vec<ArrayRef>, rows: usize, kept: Arc<[Kept]> },
}

/// Some rows of the wanted columns as text.
#[derive(Debug, Clone)]
pub struct TextBatch {
    /// The columns, in the order in which they were asked for; an empty field of a CSV file is null unless it stands in quotes.
    pub columns: Vec<StringArray>,
    /// The number of rows.
    pub rows: usize,
    /// For each column the rows whose record ends before it, in order; they are null. Only in dialects that take such records.
    pub missing: Vec<Vec<u32>>,
}

impl std::fmt::Debug for TextStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TextStream").field("path", &self.path).field("format", &self.format).finish_non_exhaustive()
    }
}

impl TextStream {
    /// Opens one file, standard input, packed or not, or a table in memory. The dialect says what is taken for a record of a CSV file.
    ///
    /// # Errors
    /// [`TableError::NotStreamed`] for folders and for formats other than CSV and Parquet, and as for [`read`](super::read).
    pub fn open(input: &Input, options: &ReadOptions, dialect: CsvDialect) -> Result<Self, TableError> {
        let refused = |what| TableError::NotStreamed { path: input.path.clone(), what };
        if let Some(table) = &input.table {
            return Ok(Self::of_batches(&input.path, &table.schema, table.batches.to_vec()));
        }
        if !input.is_standard_input() && input.path.is_dir() {
            return Err(refused("a folder"));
        }
        let files = if is_text_on_standard_input(input) {
            files_of(&input.clone().of_format(FileFormat::Csv), 0)?
        } else {
            files_of(input, 0)?
        };
        let file = files.first().ok_or(TableError::NoInput)?;
        let (names, marked, source) = match file.format {
            FileFormat::Csv => {
                let file = Box::new(CsvFile::open_raw(file, options, dialect)?);
                (file.header().to_vec(), file.is_marked(), Source::Csv { file, parser: None })
            }
            FileFormat::Parquet => {
                let file = Box::new(ParquetFile::open(file, options.columns_max)?);
                let names = file.schema().fields().iter().map(|field| field.name().clone()).collect();
                (names, false, Source::Parquet { file, columns: Vec::new(), kept: Arc::new([]) })
            }
            FileFormat::JsonLines => return Err(refused("a file of JSON lines")),
            FileFormat::Arrow => return Err(refused("an Arrow file")),
        };
        Ok(Self { path: input.path.clone(), format: file.format, names, days: Vec::new(), marked, source, failure: None })
    }

    /// Rows that are in memory already; `name` stands for them where a file's path would. Their values are read as those of a
    /// Parquet file are.
    pub fn of_batches(name: impl Into<PathBuf>, schema: &Schema, batches: Vec<RecordBatch>) -> Self {
        let rows = batches.iter().map(|batch| batch.num_rows() as u64).sum();
        let source = Source::Memory { batches: batches.into(), rows, positions: Vec::new(), kept: Arc::new([]) };
        let names = schema.fields().iter().map(|field| field.name().clone()).collect();
        Self { path: name.into(), format: FileFormat::Arrow, names, days: Vec::new(), marked: false, source, failure: None }
    }

    /// The names of the columns as the file has them: nothing is trimmed, and names may repeat.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether a byte order mark stands before the header; it is no part of the first name.
    pub fn has_byte_order_mark(&self) -> bool {
        self.marked
    }

    /// The format of the file.
    pub fn format(&self) -> FileFormat {
        self.format
    }

    /// The number of rows, where the file says it.
    pub fn rows_known(&self) -> Option<u64> {
        match &self.source {
            Source::Csv { .. } => None,
            Source::Parquet { file, .. } => Some(file.rows()),
            Source::Memory { rows, .. } => Some(*rows),
        }
    }

    /// Says in which columns, by their positions, a timestamp without a time zone stands for its day; called before
    /// [`want`](Self::want). Elsewhere it is written with its time, which no form of a date of birth has.
    pub fn read_days(&mut self, positions: &[usize]) {
        self.days = positions.to_vec();
    }

    /// Says which columns batches shall have, by their positions; called once, before the first piece.
    ///
    /// # Errors
    /// [`TableError::Decode`] when a column of a Parquet file cannot be read.
    pub fn want(&mut self, positions: &[usize]) -> Result<(), TableError> {
        let kept_at = |at: &usize| Kept { name: self.names[*at].clone(), day: self.days.contains(at) };
        let columns_kept: Arc<[Kept]> = positions.iter().map(kept_at).collect();
        match &mut self.source {
            Source::Csv { file, parser } => {
                file.want(positions);
                *parser = Some(Arc::new(file.parser()));
            }
            Source::Parquet { file, columns, kept } => {
                *kept = columns_kept;
                let read = if positions.is_empty() { &[0] } else { positions };
                let streams = read.iter().map(|position| file.stream_column(*position, ROWS_PER_PIECE));
                *columns = streams.collect::<Result<_, _>>()?;
            }
            Source::Memory { positions: wanted, kept, .. } => {
                wanted.clear();
                wanted.extend_from_slice(positions);
                *kept = columns_kept;
            }
        }
        Ok(())
    }

    /// The next pieces, `count` of them unless the file ends; none at its end.
    ///
    /// # Errors
    /// [`TableError`] when the file cannot be read on; the pieces before that place are handed out first.
    pub fn next_pieces(&mut self, count: usize) -> Result<Vec<Piece>, TableError> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        let pieces = match &mut self.source {
            Source::Csv { file, parser } => {
                let parser = parser.get_or_insert_with(|| Arc::new(file.parser()));
                let (blocks, failure) = file.next_blocks(count);
                let pieces = blocks.into_iter().map(|block| Piece(Unparsed::Csv(block, Arc::clone(parser)))).collect();
                self.failure = failure;
                Ok(pieces)
            }
            Source::Parquet { columns, kept, .. } => next_rows(columns, kept, count, &self.path),
            Source::Memory { batches, positions, kept, .. } => {
                Ok((0..count).map_while(|_| next_rows_in_memory(batches, positions, kept)).collect())
            }
        };
        let pieces = pieces?;
        match self.failure.take() {
            Some(failure) if pieces.is_empty() => Err(failure),
            failure => {
                self.failure = failure;
                Ok(pieces)
            }
        }
    }
}

/// Whether standard input can be read row by row as it comes: it is not held in memory, nobody says that it is anything but CSV, and it
/// does not begin as Parquet, Arrow or JSON do. Looking does not take the bytes away.
fn is_text_on_standard_input(input: &Input) -> bool {
    if !input.is_standard_input() || input.format.is_some() || input.content.is_some() {
        return false;
    }
    let told_apart = |bytes: &[u8]| match bytes.first() {
        None | Some(b'{' | b'[') => false,
        Some(b'P' | b'A') => bytes.len() >= 6 && !bytes.starts_with(b"PAR1") && !bytes.starts_with(b"ARROW1"),
        Some(_) => true,
    };
    std::io::stdin().lock().fill_buf().is_ok_and(told_apart)
}

/// The next rows of every column, each column by a thread of its own.
fn next_rows(columns: &mut [ColumnStream], kept: &Arc<[Kept]>, count: usize, path: &Path) -> Result<Vec<Piece>, TableError> {
    let next = |column: &mut ColumnStream| (0..count).map_while(|_| column.next_rows().transpose()).collect();
    let read: Vec<Vec<ArrayRef>> = columns.par_iter_mut().map(next).collect::<Result<_, TableError>>()?;
    let pieces = read.iter().map(Vec::len).max().unwrap_or(0);
    let of_piece = |piece: usize| {
        let arrays: Option<Vec<ArrayRef>> = read.iter().map(|arrays| arrays.get(piece).cloned()).collect();
        let equal = |arrays: &Vec<ArrayRef>| arrays.windows(2).all(|pair| pair[0].len() == pair[1].len());
        arrays.filter(equal).map(|arrays| {
            Piece(Unparsed::Parquet {
                rows: arrays[0].len(),
                columns: arrays.into_iter().take(kept.len()).collect(),
                kept: Arc::clone(kept),
            })
        })
    };
    let pieces: Option<Vec<Piece>> = (0..pieces).map(of_piece).collect();
    pieces.ok_or_else(|| TableError::decode(path, "Parquet", &"its columns have different numbers of rows"))
}

/// The next rows of batches in memory; none at their end.
fn next_rows_in_memory(batches: &mut VecDeque<RecordBatch>, positions: &[usize], kept: &Arc<[Kept]>) -> Option<Piece> {
    let batch = batches.pop_front()?;
    let rows = batch.num_rows().min(ROWS_PER_PIECE_IN_MEMORY);
    if rows < batch.num_rows() {
        batches.push_front(batch.slice(rows, batch.num_rows() - rows));
    }
    let columns = positions.iter().map(|position| batch.column(*position).slice(0, rows)).collect();
    Some(Piece(Unparsed::Parquet { columns, rows, kept: Arc::clone(kept) }))
}

impl Piece {
    /// Parses the rows.
    ///
    /// # Errors
    /// [`TableError::Csv`] with the line of the first broken record, [`TableError::UnsupportedType`] for columns that have no
    /// text, such as lists.
    pub fn into_batch(self) -> Result<TextBatch, TableError> {
        match self.0 {
            Unparsed::Csv(block, parser) => {
                let ParsedBlock { columns, rows, missing } = parser.parse(&block)?;
                let columns = columns.iter().map(|column| column.as_string::<i32>().clone()).collect();
                Ok(TextBatch { columns, rows, missing })
            }
            Unparsed::Parquet { columns, rows, kept } => {
                let named = columns.iter().zip(&*kept);
                let columns = named.map(|(array, column)| text(array, column)).collect::<Result<Vec<_>, _>>()?;
                Ok(TextBatch { missing: vec![Vec::new(); columns.len()], columns, rows })
            }
        }
    }
}

/// The values as they are written: dates as `2000-01-31`, whole numbers in digits, floats and booleans as Python's `str` writes
/// them, because the reference implementations of tokens take values so.
fn text(array: &ArrayRef, column: &Kept) -> Result<StringArray, TableError> {
    let text: ArrayRef = match array.data_type() {
        DataType::Utf8 => ArrayRef::clone(array),
        DataType::Null => new_null_array(&DataType::Utf8, array.len()),
        DataType::Boolean => {
            let name = |value| if value { "True" } else { "False" };
            Arc::new(array.as_boolean().iter().map(|value| value.map(name)).collect::<StringArray>())
        }
        DataType::Float16 | DataType::Float32 | DataType::Float64 => {
            let floats = cast(array, &DataType::Float64)?;
            let floats = floats.as_primitive::<Float64Type>();
            Arc::new(floats.iter().map(|value| value.map(python_float)).collect::<StringArray>())
        }
        DataType::Date64 => cast(&cast(array, &DataType::Date32)?, &DataType::Utf8)?,
        DataType::Timestamp(_, None) if column.day => cast(&cast(array, &DataType::Date32)?, &DataType::Utf8)?,
        other if other.is_nested() => {
            return Err(TableError::unsupported(&column.name, other, "cannot be read as text"));
        }
        _ => cast(array, &DataType::Utf8)?,
    };
    Ok(text.as_string::<i32>().clone())
}

/// The shortest digits that name the float, always with a point or an exponent; exponents have a sign and two digits.
fn python_float(value: f64) -> String {
    if !value.is_finite() {
        return format!("{value}").to_lowercase();
    }
    let text = format!("{value:?}");
    match text.split_once('e') {
        Some((digits, exponent)) => match exponent.strip_prefix('-') {
            Some(exponent) => format!("{digits}e-{exponent:0>2}"),
            None => format!("{digits}e+{exponent:0>2}"),
        },
        None => text,
    }
}
