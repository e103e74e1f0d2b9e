//! Inputs read from front to back, some rows at a time, each time as a table of its own.
//!
//! Useful where memory must not grow with the number of rows, which holds for CSV, Parquet and Arrow. A file of JSON lines is held as
//! soon as it is opened, as its types are known only at its end. For raw text see [`TextStream`](super::TextStream).

use std::collections::VecDeque;

use arrow_schema::SchemaRef;
use kintsu_core::RunContext;
use rayon::prelude::*;

use super::batches::BatchFile;
use super::parquet::ColumnStream;
use super::plan::{OpenFile, Plan, Rows};
use super::push_all;
use super::sink::Sink;
use crate::error::TableError;
use crate::input::{ColumnChoice, Input, ReadOptions};
use crate::table::Table;

/// Rows of a Parquet file that are read at a time.
const ROWS_AT_A_TIME: usize = 1 << 16;

/// Inputs that are read from front to back.
pub struct RowStream {
    plan: Plan,
    options: ReadOptions,
    schema: SchemaRef,
    files: VecDeque<OpenFile>,
    /// The position of the next file.
    next: usize,
    current: Option<(Vec<Option<usize>>, Current)>,
}

/// The file that rows come from now.
enum Current {
    /// For each column that the file has the position of its sink, and its rows.
    Parquet(Vec<(usize, ColumnStream)>),
    Batches(Box<BatchFile>),
}

impl std::fmt::Debug for RowStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowStream").field("schema", &self.schema).finish_non_exhaustive()
    }
}

impl RowStream {
    /// Opens `inputs`, whose columns are united as by [`read`](super::read); all are carried, none is encoded.
    ///
    /// # Errors
    /// As for [`read`](super::read).
    pub fn open(inputs: &[Input], options: &ReadOptions, context: &RunContext) -> Result<Self, TableError> {
        let options = ReadOptions { encode: ColumnChoice::None, carry: ColumnChoice::All, ..options.clone() };
        let mut plan = Plan::make(inputs, &options, context)?;
        let files = std::mem::take(&mut plan.files).into();
        Ok(Self { schema: plan.schema(), plan, options, files, next: 0, current: None })
    }

    /// The columns and their types.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The number of rows, where the files say it.
    pub fn rows_known(&self) -> Option<u64> {
        self.plan.rows_known()
    }

    /// The next rows, all columns of them; none at the end.
    ///
    /// # Errors
    /// As for [`read`](super::read).
    pub fn next_rows(&mut self) -> Result<Option<Table>, TableError> {
        loop {
            let Some((positions, current)) = &mut self.current else {
                let Some(file) = self.files.pop_front() else { return Ok(None) };
                let positions = self.plan.positions(self.next);
                self.next += 1;
                self.current = Some((positions.clone(), Current::begin(file, &positions)?));
                continue;
            };
            let mut sinks = self.plan.sinks()?;
            let rows = current.feed(&mut sinks, positions)?;
            if rows == 0 {
                self.current = None;
                continue;
            }
            self.plan.fill(self.next - 1, &mut sinks, rows, &self.options)?;
            let columns = sinks.into_iter().map(Sink::finish).collect::<Result<Vec<_>, _>>()?;
            return Ok(Some(Table::with_rows(columns, rows)?));
        }
    }
}

impl Current {
    fn begin(file: OpenFile, positions: &[Option<usize>]) -> Result<Self, TableError> {
        let wanted = positions.iter().enumerate().filter_map(|(sink, position)| Some((sink, (*position)?)));
        match file.rows {
            Rows::Parquet(parquet) => {
                let stream = |(sink, position)| Ok((sink, parquet.stream_column(position, ROWS_AT_A_TIME)?));
                Ok(Self::Parquet(wanted.map(stream).collect::<Result<_, TableError>>()?))
            }
            Rows::Batches(mut batches) => {
                batches.want(&wanted.map(|(_, position)| position).collect::<Vec<_>>());
                Ok(Self::Batches(Box::new(batches)))
            }
        }
    }

    /// Feeds the next rows to the sinks of the columns that the file has, and tells how many they are.
    fn feed(&mut self, sinks: &mut [Sink], positions: &[Option<usize>]) -> Result<usize, TableError> {
        match self {
            Self::Parquet(columns) => {
                let next = |(sink, column): &mut (usize, ColumnStream)| Ok((*sink, column.next_rows()?));
                let arrays: Vec<_> = columns.par_iter_mut().map(next).collect::<Result<_, TableError>>()?;
                let mut rows = 0;
                for (sink, array) in arrays {
                    let Some(array) = array else { continue };
                    rows = array.len();
                    sinks[sink].push(&array)?;
                }
                Ok(rows)
            }
            Self::Batches(file) => {
                // A batch without rows is no end.
                loop {
                    let batches = file.next_batches()?;
                    let rows = batches.iter().map(|batch| batch.rows).sum();
                    if rows > 0 || batches.is_empty() {
                        let mut wanted: Vec<(usize, &mut Sink)> =
                            positions.iter().zip(sinks).filter_map(|(position, sink)| Some(((*position)?, sink))).collect();
                        push_all(&batches, &mut wanted)?;
                        return Ok(rows);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{Int64Array, RecordBatch, StringArray};
    use arrow_schema::{DataType, Field, Schema};

    use super::*;
    use crate::format::FileFormat;
    use crate::read::read;
    use crate::write::write_file;

    /// The rows of a stream, put together again.
    fn streamed(input: &Input) -> (usize, Table) {
        let mut stream = RowStream::open(std::slice::from_ref(input), &ReadOptions::default(), &RunContext::default()).unwrap();
        let mut batches = Vec::new();
        while let Some(table) = stream.next_rows().unwrap() {
            batches.push(table.to_dictionary_batch().unwrap());
        }
        let schema = Arc::clone(stream.schema());
        let whole = arrow_select::concat::concat_batches(&schema, &batches).unwrap();
        (batches.len(), Table::from_batch(&whole).unwrap())
    }

    #[test]
    fn rows_come_in_pieces_and_are_those_of_the_whole_table() {
        let folder = tempfile::tempdir().unwrap();
        let field = |name: &str, data_type| Field::new(name, data_type, true);
        let schema = Arc::new(Schema::new(vec![field("name", DataType::Utf8), field("number", DataType::Int64)]));
        let other = Arc::new(Schema::new(vec![field("number", DataType::Int64), field("city", DataType::Utf8)]));
        let numbers = |first: i64| Arc::new((first..first + 70_000).map(Some).collect::<Int64Array>());
        let names = Arc::new((0..70_000).map(|row| (row % 7 > 0).then(|| format!("name {row}"))).collect::<StringArray>());
        let batch = RecordBatch::try_new(Arc::clone(&schema), vec![names, numbers(0)]).unwrap();
        let cities = Arc::new((0..70_000).map(|row| Some(format!("city {}", row % 100))).collect::<StringArray>());
        let more = RecordBatch::try_new(Arc::clone(&other), vec![numbers(70_000), cities]).unwrap();
        for format in [FileFormat::Parquet, FileFormat::Csv, FileFormat::JsonLines, FileFormat::Arrow] {
            let inner = folder.path().join(format.extension());
            std::fs::create_dir(&inner).unwrap();
            let path = |name: &str| inner.join(format!("{name}.{}", format.extension()));
            write_file(&path("a"), format, &schema, [Ok(batch.clone())]).unwrap();
            write_file(&path("b"), format, &other, [Ok(more.clone())]).unwrap();
            let input = Input::new(&inner);
            let options = ReadOptions { encode: ColumnChoice::None, carry: ColumnChoice::All, ..ReadOptions::default() };
            let whole = read(std::slice::from_ref(&input), &options, &RunContext::default()).unwrap();
            let (pieces, table) = streamed(&input);
            assert!(pieces > 1, "{format}");
            assert_eq!(table.rows(), 140_000);
            assert_eq!(table.to_dictionary_batch().unwrap(), whole.to_dictionary_batch().unwrap(), "{format}");
        }
    }
}
