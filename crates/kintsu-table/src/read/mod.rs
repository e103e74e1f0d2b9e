//! Reading: inputs become one table.
//!
//! First every file is opened and its columns are learnt, then the columns are united, then rows flow: column by column from
//! Parquet files, batch by batch from the others, and at any time only a few batches exist besides the encoded columns.

mod arrow_file;
mod arrow_lengths;
mod batches;
mod csv_file;
mod file;
mod header;
mod held;
mod integers;
mod json_file;
mod parquet;
mod plan;
mod row_stream;
mod sink;
mod stream;
mod typed;
mod unite;

use arrow_schema::SchemaRef;
use kintsu_core::RunContext;
use rayon::prelude::*;

use self::batches::{Batch, BatchFile};
pub use self::header::{Header, header_of};
pub use self::plan::data_set_names;
use self::plan::{OpenFile, Plan, Rows};
pub use self::row_stream::RowStream;
use self::sink::Sink;
pub use self::stream::{Piece, TextBatch, TextStream};
use self::typed::{Unfit, typed_where_wanted};
use crate::column::Column;
use crate::encode::ROWS_MAX;
use crate::error::TableError;
use crate::input::{Input, ReadOptions};
use crate::table::Table;

/// Reads `inputs` one after the other into one table.
///
/// Columns are united by name in the order of their first appearance; a column that a file lacks is null there, and a warning
/// (`KN-W-TABLE-001`) names file and columns. Integers of different widths are widened, integers and floats become floats.
/// Rows stand in the order of the inputs, and within an input as in its files.
///
/// # Errors
/// [`TableError`]: unreadable or broken files (with line numbers), types that do not go together, columns that were asked for
/// and are nowhere, limits passed, the run stopped.
pub fn read(inputs: &[Input], options: &ReadOptions, context: &RunContext) -> Result<Table, TableError> {
    Ok(read_counted(inputs, options, context)?.0)
}

/// As [`read`], with the number of rows that came from each input.
///
/// # Errors
/// As [`read`].
pub fn read_counted(inputs: &[Input], options: &ReadOptions, context: &RunContext) -> Result<(Table, Vec<usize>), TableError> {
    let mut rows_of_input = vec![0; inputs.len()];
    let mut plan = Plan::make(inputs, options, context)?;
    let mut sinks = plan.sinks()?;
    let mut source = plan.source_sink();
    context.progress().begin("reading", plan.rows_known(), "rows");
    let files = std::mem::take(&mut plan.files);
    let (mut rows, mut broken) = (0, Vec::new());
    for (position, file) in files.into_iter().enumerate() {
        context.check()?;
        let (before, input) = (rows, file.input);
        match read_file(file, &plan.positions(position), &mut sinks, context) {
            Ok(read) => rows += read,
            // The other files are read on, so that all that are broken are told at once.
            Err(error) if error.is_of_one_file() => {
                broken.push(error);
                continue;
            }
            Err(error) => return Err(error),
        }
        if rows as u64 > ROWS_MAX {
            return Err(TableError::TooManyRows { maximum: ROWS_MAX });
        }
        rows_of_input[input] += rows - before;
        plan.fill(position, &mut sinks, rows - before, options)?;
        if let Some(source) = &mut source {
            source.push_name(plan.data_set(position), rows - before);
        }
    }
    if let Some(error) = TableError::of_several(broken) {
        return Err(error);
    }
    context.progress().finish();
    context.make_room_for(0)?;
    let columns = sinks.into_par_iter().map(Sink::finish).collect::<Result<Vec<_>, _>>()?;
    let columns = match typed_where_wanted(columns, &options.types, &plan.integers)? {
        Ok(columns) => columns,
        Err(unfit) => return Err(not_of_type(unfit, inputs, &rows_of_input)),
    };
    Ok((finish(source.map(plan::SourceSink::finish), columns, rows)?, rows_of_input))
}

/// The error of columns that hold something else than their types.
fn not_of_type(unfit: Vec<Unfit>, inputs: &[Input], rows_of_input: &[usize]) -> TableError {
    let located = unfit.into_iter().map(|Unfit { column, data_type, values, row }| {
        let (mut input, mut record) = (0, row);
        while let Some(rows) = rows_of_input.get(input).filter(|rows| record >= **rows) {
            (input, record) = (input + 1, record - rows);
        }
        let path = inputs.get(input).map(|input| input.path.clone()).unwrap_or_default();
        TableError::NotOfType { column, data_type, values, path, record: record + 1 }
    });
    TableError::of_several(located.collect()).unwrap_or(TableError::NoInput)
}

/// The columns of `input` and their types, without reading all of it.
///
/// Text is `Utf8` whatever the file's own layout; every column of a CSV file is text; JSON lines are looked at up to their
/// first 1,000 objects. Standard input has to be loaded first, with [`Input::load_standard_input`], if it is to be read later.
///
/// # Errors
/// [`TableError`] as for [`read`].
pub fn schema_of(input: &Input, options: &ReadOptions) -> Result<SchemaRef, TableError> {
    Ok(header_of(input, options)?.schema)
}

/// How many rows to make room for; a file may lie about how many it has.
fn expected_rows(rows: u64) -> usize {
    rows.min(1 << 24) as usize
}

fn finish(source: Option<Column>, mut columns: Vec<Column>, rows: usize) -> Result<Table, TableError> {
    if let Some(source) = source {
        columns.insert(0, source);
    }
    Ok(Table::with_rows(columns, rows)?)
}

/// Feeds the columns of `file` to the sinks that want them and tells how many rows it has.
fn read_file(file: OpenFile, positions: &[Option<usize>], sinks: &mut [Sink], context: &RunContext) -> Result<usize, TableError> {
    let mut wanted: Vec<(usize, &mut Sink)> =
        positions.iter().zip(sinks).filter_map(|(position, sink)| Some(((*position)?, sink))).collect();
    match file.rows {
        Rows::Parquet(parquet) => {
            // The largest columns first, so that no thread is left alone with one at the end.
            wanted.sort_by_key(|(position, _)| std::cmp::Reverse(parquet.column_bytes(*position)));
            let ahead = rayon::current_num_threads() / wanted.len().max(1);
            let rows = usize::try_from(parquet.rows()).map_err(|_| TableError::TooManyRows { maximum: ROWS_MAX })?;
            wanted
                .into_par_iter()
                .with_max_len(1)
                .try_for_each(|(position, sink)| parquet.read_column(position, sink, ahead, context))?;
            context.progress().advance(rows as u64);
            Ok(rows)
        }
        Rows::Batches(batches) => read_batches(batches, wanted, context),
    }
}

/// Feeds batches to sinks, the next ones being read while the last are encoded.
fn read_batches(mut file: BatchFile, mut wanted: Vec<(usize, &mut Sink)>, context: &RunContext) -> Result<usize, TableError> {
    file.want(&wanted.iter().map(|(position, _)| *position).collect::<Vec<_>>());
    let mut rows = 0;
    let mut batches = file.next_batches()?;
    while !batches.is_empty() {
        context.check()?;
        context.make_room_for(0)?;
        let count: usize = batches.iter().map(|batch| batch.rows).sum();
        rows += count;
        if rows as u64 > ROWS_MAX {
            return Err(TableError::TooManyRows { maximum: ROWS_MAX });
        }
        let (next, pushed) = rayon::join(|| file.next_batches(), || push_all(&batches, &mut wanted));
        pushed?;
        batches = next?;
        context.progress().advance(count as u64);
    }
    Ok(rows)
}

fn push_all(batches: &[Batch], wanted: &mut [(usize, &mut Sink)]) -> Result<(), TableError> {
    wanted
        .par_iter_mut()
        .enumerate()
        .try_for_each(|(column, (_, sink))| batches.iter().try_for_each(|batch| sink.push(&batch.columns[column])))
}
