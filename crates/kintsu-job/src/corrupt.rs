//! Puts errors into a table of one's own, and tells each of them.
//!
//! Each record's errors are keyed by its id, so that they depend neither on the order of the records nor on threads. The whole
//! table is held in memory.

use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Date32Type;
use arrow_array::{Array, ArrayRef, Date32Array, RecordBatch, StringArray};
use arrow_cast::cast;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use kintsu_core::{RunContext, Stream};
use kintsu_generate::{Change, CorruptColumn, Corruptor, Lists, Value};
use kintsu_table::{ColumnChoice, ColumnData, FileFormat, Input, Overwrite, ReadOptions, StagedDirectory, Table, TableWriter};
use rayon::prelude::*;
use serde::Serialize;

use crate::error::JobError;
use crate::spec::{CorruptionFile, Problem};

/// Rows that are corrupted at once.
const ROWS_PER_BATCH: usize = 1 << 16;
/// The table of changes, by which an earlier output is known.
const CHANGES: &str = "changes";

/// A table to be corrupted.
#[derive(Debug, Clone)]
pub struct CorruptJob {
    /// The table.
    pub input: Input,
    /// The folder to write: the records under the name of the input, and the changes.
    pub output: PathBuf,
    /// The format of both.
    pub format: FileFormat,
    /// The corruption file; without one, the defaults hold.
    pub corruption: Option<PathBuf>,
    /// The folder of lists that replace those that come along.
    pub lists: Option<PathBuf>,
    /// The column with the ids of records; else `unique_id`, `id`, `record_id` or the number of the row.
    pub record_id: Option<String>,
    /// Whether an output that is there is replaced.
    pub overwrite: bool,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CorruptCounts {
    /// The records.
    pub records: u64,
    /// Those in which something was changed.
    pub records_changed: u64,
    /// The changes.
    pub changes: u64,
}

/// Corrupts a table.
///
/// # Errors
/// [`JobError::Configuration`] with everything that is wrong with the corruption file, and [`JobError`] when the input cannot be
/// read or the output not be written; then nothing is.
pub fn corrupt(job: &CorruptJob, ctx: &RunContext) -> Result<CorruptCounts, JobError> {
    let file = CorruptionFile::read(job.corruption.as_deref())?;
    let overwrite = match (job.overwrite, job.format) {
        (false, _) => Overwrite::Refuse,
        (true, FileFormat::Parquet) => Overwrite::ReplaceHolding("changes.parquet"),
        (true, FileFormat::Csv) => Overwrite::ReplaceHolding("changes.csv"),
        (true, FileFormat::JsonLines) => Overwrite::ReplaceHolding("changes.jsonl"),
        (true, FileFormat::Arrow) => Overwrite::ReplaceHolding("changes.arrow"),
    };
    let staged = StagedDirectory::create(&job.output, overwrite).map_err(JobError::part)?;
    let options = ReadOptions { encode: ColumnChoice::None, carry: ColumnChoice::All, ..ReadOptions::default() };
    let table = kintsu_table::read(std::slice::from_ref(&job.input), &options, ctx).map_err(JobError::part)?;
    let target = Target::new(&table, job.record_id.as_deref())?;
    let lists = job.lists.as_ref().map_or_else(Lists::built_in, Lists::in_folder);
    let corruptor = file.checked(&target.columns)?.compile(&target.columns, &lists).map_err(JobError::part)?;
    if !corruptor.concerns_any_column() {
        let problem = Problem::new("KN-JOB-023", "no column of the table is one that errors are put into");
        return Err(JobError::problem(problem.hint("say in the corruption file which column holds what, under `columns`")));
    }
    let name = match job.input.data_set_name() {
        name if name == CHANGES || name.is_empty() => "records".to_owned(),
        name => name,
    };
    let counts = target.write(&corruptor, &staged, (&name, job.format), ctx)?;
    staged.publish().map_err(JobError::part)?;
    Ok(counts)
}

/// The columns of a table, and which of them may be corrupted.
struct Target {
    schema: SchemaRef,
    arrays: Vec<ArrayRef>,
    /// The columns of text and of dates, and their positions in the table.
    columns: Vec<CorruptColumn>,
    positions: Vec<usize>,
    ids: StringArray,
}

/// Some records after corruption.
struct Corrupted {
    arrays: Vec<ArrayRef>,
    changes: RecordBatch,
    records_changed: u64,
}

impl Target {
    fn new(table: &Table, record_id: Option<&str>) -> Result<Self, JobError> {
        let mut target = Self {
            schema: Arc::new(Schema::empty()),
            arrays: Vec::new(),
            columns: Vec::new(),
            positions: Vec::new(),
            ids: ids(table, record_id)?,
        };
        let mut fields = Vec::new();
        for (position, column) in table.columns().iter().enumerate() {
            let mut array = match &column.data {
                ColumnData::Plain(array) => Arc::clone(array),
                ColumnData::Encoded(encoded) => Arc::new(encoded.to_dictionary().map_err(JobError::part)?),
            };
            if is_text(array.data_type()) {
                array = cast(&array, &DataType::Utf8).map_err(defect)?;
            }
            if matches!(array.data_type(), DataType::Utf8 | DataType::Date32) && Some(&*column.name) != id_name(table, record_id)
            {
                let is_date = *array.data_type() == DataType::Date32;
                target.columns.push(CorruptColumn { name: column.name.to_string(), is_date });
                target.positions.push(position);
            }
            fields.push(Field::new(&*column.name, array.data_type().clone(), true));
            target.arrays.push(array);
        }
        target.schema = Arc::new(Schema::new(fields));
        Ok(target)
    }

    fn write(
        &self,
        corruptor: &Corruptor,
        staged: &StagedDirectory,
        (name, format): (&str, FileFormat),
        ctx: &RunContext,
    ) -> Result<CorruptCounts, JobError> {
        let create = |name: &str, schema: &SchemaRef| {
            let path = staged.file(&format!("{name}.{}", format.extension()));
            TableWriter::create(&path, format, schema).map_err(JobError::part)
        };
        let (mut records, mut changes) = (create(name, &self.schema)?, create(CHANGES, &changes_schema())?);
        let rows = self.ids.len();
        let mut counts = CorruptCounts { records: rows as u64, records_changed: 0, changes: 0 };
        let stream = Stream::new(ctx.seed, "corrupt");
        let starts: Vec<usize> = (0..rows).step_by(ROWS_PER_BATCH).collect();
        for some in starts.chunks(rayon::current_num_threads().max(1)) {
            ctx.check().map_err(JobError::Cancelled)?;
            let done: Result<Vec<Corrupted>, JobError> = some
                .par_iter()
                .map(|start| self.corrupted(corruptor, stream, *start, rows.min(start + ROWS_PER_BATCH)))
                .collect();
            for batch in done? {
                records
                    .write(&RecordBatch::try_new(Arc::clone(&self.schema), batch.arrays).map_err(defect)?)
                    .map_err(JobError::part)?;
                changes.write(&batch.changes).map_err(JobError::part)?;
                counts.records_changed += batch.records_changed;
                counts.changes += batch.changes.num_rows() as u64;
            }
        }
        records.finish().map_err(JobError::part)?;
        changes.finish().map_err(JobError::part)?;
        Ok(counts)
    }

    fn corrupted(&self, corruptor: &Corruptor, stream: Stream, start: usize, end: usize) -> Result<Corrupted, JobError> {
        let mut made: Vec<Vec<Value>> = self.columns.iter().map(|_| Vec::with_capacity(end - start)).collect();
        let mut told: Vec<(usize, Change)> = Vec::new();
        let (mut record, mut changes) = (vec![Value::default(); self.columns.len()], Vec::new());
        let mut records_changed = 0;
        for row in start..end {
            for (value, position) in record.iter_mut().zip(&self.positions) {
                *value = value_of(&self.arrays[*position], row);
            }
            corruptor.apply(&mut record, stream.draws(stream.bits(self.ids.value(row).as_bytes())), &mut changes);
            records_changed += u64::from(!changes.is_empty());
            told.extend(changes.drain(..).map(|change| (row, change)));
            for (value, column) in record.iter_mut().zip(&mut made) {
                column.push(std::mem::take(value));
            }
        }
        let mut arrays: Vec<ArrayRef> = self.arrays.iter().map(|array| array.slice(start, end - start)).collect();
        for ((column, values), position) in self.columns.iter().zip(&made).zip(&self.positions) {
            arrays[*position] = array_of(values, column.is_date);
        }
        Ok(Corrupted { arrays, changes: self.changes(&told)?, records_changed })
    }

    fn changes(&self, told: &[(usize, Change)]) -> Result<RecordBatch, JobError> {
        let text = |values: Vec<Option<&str>>| -> ArrayRef { Arc::new(StringArray::from(values)) };
        let columns = vec![
            text(told.iter().map(|(row, _)| Some(self.ids.value(*row))).collect()),
            text(told.iter().map(|(_, change)| Some(self.columns[change.column].name.as_str())).collect()),
            text(told.iter().map(|(_, change)| Some(change.operation.name())).collect()),
            text(told.iter().map(|(_, change)| Some(change.before.as_str())).collect()),
            text(told.iter().map(|(_, change)| change.after.as_deref()).collect()),
        ];
        RecordBatch::try_new(changes_schema(), columns).map_err(defect)
    }
}

fn changes_schema() -> SchemaRef {
    Arc::new(Schema::new(
        ["record_id", "column", "operation", "before", "after"].map(|name| Field::new(name, DataType::Utf8, true)).to_vec(),
    ))
}

fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values) || **values == DataType::Utf8,
        _ => false,
    }
}

fn value_of(array: &ArrayRef, row: usize) -> Value {
    if array.is_null(row) {
        return Value::missing();
    }
    match array.as_string_opt::<i32>() {
        Some(texts) => Value::text(texts.value(row)),
        None => Value::date(array.as_primitive::<Date32Type>().value(row)),
    }
}

fn array_of(values: &[Value], is_date: bool) -> ArrayRef {
    if is_date {
        Arc::new(values.iter().map(|value| (!value.missing).then_some(value.days)).collect::<Date32Array>())
    } else {
        Arc::new(values.iter().map(|value| (!value.missing).then_some(value.text.as_str())).collect::<StringArray>())
    }
}

/// The name of the column with the ids.
fn id_name<'a>(table: &'a Table, chosen: Option<&'a str>) -> Option<&'a str> {
    chosen.or_else(|| ["unique_id", "id", "record_id"].into_iter().find(|name| table.column(name).is_some()))
}

/// The ids of the records; the numbers of the rows, from 1 on, where there is no such column.
fn ids(table: &Table, chosen: Option<&str>) -> Result<StringArray, JobError> {
    let Some(name) = id_name(table, chosen) else {
        return Ok((1..=table.rows()).map(|row| Some(row.to_string())).collect());
    };
    let Some(column) = table.column(name) else {
        let problem = Problem::new("KN-JOB-023", format!("there is no column `{name}`"));
        return Err(JobError::problem(problem.hint("name the column with the ids of records with --record-id")));
    };
    let array = column.to_batch_array().map_err(JobError::part)?;
    let text = cast(&array, &DataType::Utf8).map_err(defect)?;
    Ok(text.as_string::<i32>().clone())
}

// By value, so that it can be handed to `map_err`.
#[allow(clippy::needless_pass_by_value)]
fn defect(error: arrow_schema::ArrowError) -> JobError {
    JobError::Defect(error.to_string())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn job(folder: &std::path::Path, rows: &[&str], output: &str) -> CorruptJob {
        let input = folder.join(format!("{output}.csv"));
        std::fs::write(&input, format!("id,first_name,surname,dob,city\n{}", rows.concat())).unwrap();
        CorruptJob {
            input: Input::new(input),
            output: folder.join(output),
            format: FileFormat::Csv,
            corruption: None,
            lists: None,
            record_id: None,
            overwrite: false,
        }
    }

    #[test]
    fn errors_follow_the_record_and_not_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let rows: Vec<String> = (0..3000).map(|row| format!("{row},Robert,Miller,1980-02-03,Springfield\n")).collect();
        let forward: Vec<&str> = rows.iter().map(String::as_str).collect();
        let backward: Vec<&str> = forward.iter().rev().copied().collect();
        let ctx = RunContext::default();
        let lines = |rows: &[&str], output: &str| {
            let job = job(folder.path(), rows, output);
            let counts = corrupt(&job, &ctx).unwrap();
            let read = |name: &str| -> Vec<String> {
                let text = std::fs::read_to_string(job.output.join(name)).unwrap();
                let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
                lines.sort();
                lines
            };
            (counts, read(&format!("{output}.csv")), read("changes.csv"))
        };
        let (counts, records, changes) = lines(&forward, "one");
        let (again, turned, turned_changes) = lines(&backward, "two");
        assert_eq!((&counts, &records, &changes), (&again, &turned, &turned_changes));
        assert_eq!((counts.records, counts.changes as usize), (3000, changes.len() - 1));
        assert!(counts.records_changed > 300 && counts.records_changed < counts.changes, "{counts:?}");
    }

    #[test]
    fn an_output_that_is_there_and_a_table_without_columns_to_corrupt_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let good = job(folder.path(), &["1,Robert,Miller,1980-02-03,Springfield\n"], "out");
        corrupt(&good, &RunContext::default()).unwrap();
        assert!(corrupt(&good, &RunContext::default()).is_err());
        corrupt(&CorruptJob { overwrite: true, ..good.clone() }, &RunContext::default()).unwrap();
        std::fs::write(folder.path().join("none.csv"), "id,amount\n1,2\n").unwrap();
        let none = CorruptJob { input: Input::new(folder.path().join("none.csv")), output: folder.path().join("none"), ..good };
        assert!(corrupt(&none, &RunContext::default()).is_err() && !folder.path().join("none").exists());
    }
}
