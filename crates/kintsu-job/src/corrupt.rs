//! Puts errors into a table of one's own, and tells each of them.
//!
//! Each record's errors are keyed by its id, so that they depend neither on the order of the records nor on threads.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Date32Type;
use arrow_array::{Array, ArrayRef, Date32Array, RecordBatch, StringArray};
use arrow_cast::cast;
use arrow_schema::{DataType, Field, FieldRef, Schema, SchemaRef};
use kintsu_core::{RunContext, Stream};
use kintsu_generate::{Change, CorruptColumn, Corruptor, Lists, Value};
use kintsu_table::{
    Column, FileFormat, HeldTable, Input, Overwrite, ReadOptions, RowStream, StagedDirectory, Table, TableWriter,
};
use rayon::prelude::*;
use serde::Serialize;

use crate::error::JobError;
use crate::spec::{CorruptionFile, Problem};

/// Rows that a thread corrupts at a time.
const ROWS_PER_TASK: usize = 1 << 13;
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
    /// For what columns mean to the errors, the column that was taken for it.
    pub columns: BTreeMap<&'static str, String>,
}

/// Corrupts a table, some rows at a time: memory does not grow with the table, unless it is one of JSON lines.
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
    let (mut rows, corruption) = prepare(job, &file, ctx)?;
    let name = match job.input.data_set_name() {
        name if name == CHANGES || name.is_empty() => "records".to_owned(),
        name => name,
    };
    let mut output = Output::create(&staged, (&name, job.format), &corruption.columns.schema)?;
    let counts = corruption.put_into(&mut rows, |some| output.write(some), ctx)?;
    output.finish()?;
    staged.publish().map_err(JobError::part)?;
    Ok(counts)
}

/// As [`corrupt`], with the records and the changes in memory as the files would have them; what the job says of its output is of no
/// account.
///
/// # Errors
/// As [`corrupt`].
pub fn corrupt_in_memory(job: &CorruptJob, ctx: &RunContext) -> Result<(CorruptCounts, [HeldTable; 2]), JobError> {
    let file = CorruptionFile::read(job.corruption.as_deref())?;
    let (mut rows, corruption) = prepare(job, &file, ctx)?;
    let (mut records, mut changes) = (Vec::new(), Vec::new());
    let hold = |some: &Corrupted| {
        records.push(some.records.clone());
        changes.push(some.changes.clone());
        Ok(())
    };
    let counts = corruption.put_into(&mut rows, hold, ctx)?;
    let schema = Arc::clone(&corruption.columns.schema);
    Ok((counts, [HeldTable::new(schema, records), HeldTable::new(changes_schema(), changes)]))
}

/// Opens the table and makes ready what is done to it.
fn prepare(job: &CorruptJob, file: &CorruptionFile, ctx: &RunContext) -> Result<(RowStream, Corruption), JobError> {
    let rows = RowStream::open(std::slice::from_ref(&job.input), &ReadOptions::default(), ctx).map_err(JobError::part)?;
    let columns = Columns::of(rows.schema(), job.record_id.as_deref())?;
    let lists = job.lists.as_ref().map_or_else(|| Ok(Lists::built_in()), Lists::of_folder).map_err(JobError::part)?;
    let corruptor = file.checked(&columns.open)?.compile(&columns.open, &lists).map_err(JobError::part)?;
    if !corruptor.concerns_any_column() {
        let problem = Problem::new("KN-JOB-023", "no column of the table is one that errors are put into");
        return Err(JobError::problem(problem.hint("say in the corruption file which column holds what, under `columns`")));
    }
    Ok((rows, Corruption { columns, corruptor, stream: Stream::new(ctx.seed, "corrupt") }))
}

/// The columns of a table, and which of them may be corrupted.
struct Columns {
    /// As they are written: text is plain text.
    schema: SchemaRef,
    /// The columns of text and of dates, and their positions in the table.
    open: Vec<CorruptColumn>,
    positions: Vec<usize>,
    /// The position of the ids; none where the numbers of the rows take their place.
    id: Option<usize>,
}

impl Columns {
    fn of(schema: &SchemaRef, record_id: Option<&str>) -> Result<Self, JobError> {
        let position = |name: &str| schema.fields().iter().position(|field| field.name() == name);
        let id = match record_id {
            None => ["unique_id", "id", "record_id"].into_iter().find_map(position),
            Some(name) => Some(position(name).ok_or_else(|| no_such_id(name))?),
        };
        let mut columns = Self { schema: Arc::clone(schema), open: Vec::new(), positions: Vec::new(), id };
        let mut fields = Vec::new();
        for (position, field) in schema.fields().iter().enumerate() {
            let data_type = if is_text(field.data_type()) { DataType::Utf8 } else { field.data_type().clone() };
            if matches!(data_type, DataType::Utf8 | DataType::Date32) && id != Some(position) {
                columns.open.push(CorruptColumn { name: field.name().clone(), is_date: data_type == DataType::Date32 });
                columns.positions.push(position);
            }
            fields.push(Field::new(field.name(), data_type, true));
        }
        columns.schema = Arc::new(Schema::new(fields));
        Ok(columns)
    }

    /// The rows of a table as they are written, and their ids; the first one is the row of this number, counted from 1.
    fn take(&self, table: &Table, first: u64) -> Result<Taken, JobError> {
        let plain = |(column, field): (&Column, &FieldRef)| {
            let array = column.to_batch_array().map_err(JobError::part)?;
            if array.data_type() == field.data_type() { Ok(array) } else { cast(&array, field.data_type()).map_err(defect) }
        };
        let arrays: Vec<ArrayRef> =
            table.columns().iter().zip(self.schema.fields()).map(plain).collect::<Result<_, JobError>>()?;
        let ids = match self.id {
            Some(id) => cast(&arrays[id], &DataType::Utf8).map_err(defect)?.as_string::<i32>().clone(),
            None => (first..first + table.rows() as u64).map(|row| Some(row.to_string())).collect(),
        };
        Ok(Taken { arrays, ids })
    }
}

/// Rows that are to be corrupted.
struct Taken {
    arrays: Vec<ArrayRef>,
    ids: StringArray,
}

/// Some records after corruption.
struct Corrupted {
    records: RecordBatch,
    changes: RecordBatch,
    records_changed: u64,
}

/// What is done to records.
struct Corruption {
    columns: Columns,
    corruptor: Corruptor,
    stream: Stream,
}

impl Corruption {
    /// Corrupts all rows; the next are read while the last are corrupted and written.
    fn put_into(
        &self,
        rows: &mut RowStream,
        mut output: impl FnMut(&Corrupted) -> Result<(), JobError> + Send,
        ctx: &RunContext,
    ) -> Result<CorruptCounts, JobError> {
        let taken = self.corruptor.roles().map(|(role, column)| (role.name(), self.columns.open[column].name.clone()));
        let mut counts = CorruptCounts { records: 0, records_changed: 0, changes: 0, columns: taken.collect() };
        ctx.progress().begin("corrupt", rows.rows_known(), "records");
        let mut next = rows.next_rows().map_err(JobError::part)?;
        let mut first = 1;
        while let Some(table) = next {
            ctx.check().map_err(JobError::Cancelled)?;
            ctx.make_room_for(0).map_err(JobError::Cancelled)?;
            let count = table.rows() as u64;
            let (following, written) = rayon::join(
                || rows.next_rows().map_err(JobError::part),
                || {
                    let taken = self.columns.take(&table, first)?;
                    let starts: Vec<usize> = (0..table.rows()).step_by(ROWS_PER_TASK).collect();
                    let corrupted = |start: &usize| {
                        ctx.check().map_err(JobError::Cancelled)?;
                        self.corrupted(&taken, *start)
                    };
                    let corrupted: Vec<Corrupted> = starts.par_iter().map(corrupted).collect::<Result<_, JobError>>()?;
                    corrupted.iter().try_for_each(|some| {
                        counts.records += some.records.num_rows() as u64;
                        counts.records_changed += some.records_changed;
                        counts.changes += some.changes.num_rows() as u64;
                        output(some)
                    })
                },
            );
            written?;
            ctx.progress().advance(count);
            first += count;
            next = following?;
        }
        ctx.progress().finish();
        Ok(counts)
    }

    /// Some rows from this one on.
    fn corrupted(&self, taken: &Taken, start: usize) -> Result<Corrupted, JobError> {
        let end = taken.ids.len().min(start + ROWS_PER_TASK);
        let columns = &self.columns;
        let mut made: Vec<Vec<Value>> = columns.open.iter().map(|_| Vec::with_capacity(end - start)).collect();
        let mut told: Vec<(usize, Change)> = Vec::new();
        let (mut record, mut changes) = (vec![Value::default(); columns.open.len()], Vec::new());
        let mut records_changed = 0;
        for row in start..end {
            for (value, position) in record.iter_mut().zip(&columns.positions) {
                *value = value_of(&taken.arrays[*position], row);
            }
            let draws = self.stream.draws(self.stream.bits(taken.ids.value(row).as_bytes()));
            self.corruptor.apply(&mut record, draws, &mut changes);
            records_changed += u64::from(!changes.is_empty());
            told.extend(changes.drain(..).map(|change| (row, change)));
            for (value, column) in record.iter_mut().zip(&mut made) {
                column.push(std::mem::take(value));
            }
        }
        let mut arrays: Vec<ArrayRef> = taken.arrays.iter().map(|array| array.slice(start, end - start)).collect();
        for ((column, values), position) in columns.open.iter().zip(&made).zip(&columns.positions) {
            arrays[*position] = array_of(values, column.is_date);
        }
        Ok(Corrupted {
            records: RecordBatch::try_new(Arc::clone(&columns.schema), arrays).map_err(defect)?,
            changes: self.changes(&taken.ids, &told)?,
            records_changed,
        })
    }

    fn changes(&self, ids: &StringArray, told: &[(usize, Change)]) -> Result<RecordBatch, JobError> {
        let text = |values: Vec<Option<&str>>| -> ArrayRef { Arc::new(StringArray::from(values)) };
        let columns = vec![
            text(told.iter().map(|(row, _)| Some(ids.value(*row))).collect()),
            text(told.iter().map(|(_, change)| Some(self.columns.open[change.column].name.as_str())).collect()),
            text(told.iter().map(|(_, change)| Some(change.operation.name())).collect()),
            text(told.iter().map(|(_, change)| Some(change.before.as_str())).collect()),
            text(told.iter().map(|(_, change)| change.after.as_deref()).collect()),
        ];
        RecordBatch::try_new(changes_schema(), columns).map_err(defect)
    }
}

/// The files that are written.
struct Output {
    records: TableWriter,
    changes: TableWriter,
}

impl Output {
    fn create(staged: &StagedDirectory, (name, format): (&str, FileFormat), schema: &SchemaRef) -> Result<Self, JobError> {
        let create = |name: &str, schema: &SchemaRef| {
            let path = staged.file(&format!("{name}.{}", format.extension()));
            TableWriter::create(&path, format, schema).map_err(JobError::part)
        };
        Ok(Self { records: create(name, schema)?, changes: create(CHANGES, &changes_schema())? })
    }

    fn write(&mut self, some: &Corrupted) -> Result<(), JobError> {
        self.records.write(&some.records).map_err(JobError::part)?;
        self.changes.write(&some.changes).map_err(JobError::part)
    }

    fn finish(self) -> Result<(), JobError> {
        self.records.finish().map_err(JobError::part)?;
        self.changes.finish().map(drop).map_err(JobError::part)
    }
}

fn no_such_id(name: &str) -> JobError {
    let problem = Problem::new("KN-JOB-023", format!("there is no column `{name}`"));
    JobError::problem(problem.hint("name the column with the ids of records with --record-id"))
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
    fn rows_without_ids_are_told_by_their_numbers_through_all_pieces() {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("people.csv");
        let row = |number: u32| format!("Robert,Miller{number},1980-02-03,{}\n", "x".repeat(200));
        std::fs::write(&input, "first_name,surname,dob,note\n".to_owned() + &(1..=20_000).map(row).collect::<String>()).unwrap();
        let job = CorruptJob { input: Input::new(&input), ..job(folder.path(), &[], "out") };
        let counts = corrupt(&job, &RunContext::default()).unwrap();
        let lines = |name: &str| std::fs::read_to_string(job.output.join(name)).unwrap();
        assert_eq!((counts.records, lines("people.csv").lines().count()), (20_000, 20_001));
        let (records, changes) = (lines("people.csv"), lines("changes.csv"));
        let records: Vec<&str> = records.lines().collect();
        let numbers =
            changes.lines().filter(|line| line.contains(",first_name,nickname,")).filter_map(|line| line.split(',').next());
        let numbers: Vec<usize> = numbers.map(|number| number.parse().unwrap()).collect();
        assert!(numbers.iter().all(|number| !records[*number].starts_with("Robert,")));
        // Few surnames are changed too.
        let own = numbers.iter().filter(|number| records[**number].contains(&format!(",Miller{number},"))).count();
        assert!(numbers.len() > 1000 && own * 10 > numbers.len() * 8, "{own} of {}", numbers.len());
        assert!(numbers.iter().any(|number| *number > 19_000));
    }

    #[test]
    fn columns_are_found_however_their_names_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("table.csv");
        std::fs::write(&input, "ID,First Name,SURNAME,DOB,zipCode\n1,Robert,Miller,1980-02-03,10001\n").unwrap();
        let job = CorruptJob { input: Input::new(&input), ..job(folder.path(), &[], "out") };
        let counts = corrupt(&job, &RunContext::default()).unwrap();
        let expected = [("first_name", "First Name"), ("last_name", "SURNAME"), ("birth_date", "DOB"), ("postcode", "zipCode")];
        assert_eq!(counts.columns, expected.map(|(role, column)| (role, column.to_owned())).into());
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
