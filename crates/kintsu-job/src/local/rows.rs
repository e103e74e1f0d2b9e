//! Small tables: rows of any serialisable type as a batch, and term-frequency tables in and out.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray, UInt32Array};
use arrow_select::take::take;
use kintsu_core::RunContext;
use kintsu_link::records::Records;
use kintsu_link::score::TermFrequencies;
use kintsu_table::{Column, ColumnChoice, NULL_CODE, ReadOptions};
use serde::Serialize;
use serde_json::{Map, Value};

use super::clusters::{batch_of, defect};
use super::load::{find, listed};
use super::session::told;
use crate::error::JobError;
use crate::held::Held;
use crate::spec::{JobSpec, Problem};

/// Rows as a batch: a column for each field that is no list or object.
pub(super) fn rows_batch<Row: Serialize + Default>(rows: &[Row]) -> Result<RecordBatch, JobError> {
    if rows.is_empty() {
        return Ok(rows_batch(&[Row::default()])?.slice(0, 0));
    }
    let objects: Vec<Map<String, Value>> = rows
        .iter()
        .map(|row| match serde_json::to_value(row) {
            Ok(Value::Object(object)) => Ok(object),
            Ok(_) => Err(JobError::Defect("a row is no object".to_owned())),
            Err(error) => Err(JobError::Defect(error.to_string())),
        })
        .collect::<Result<_, _>>()?;
    let first = objects.first().into_iter().flatten();
    let names: Vec<String> =
        first.filter(|(_, value)| !value.is_array() && !value.is_object()).map(|(name, _)| name.clone()).collect();
    let column = |name: &String| {
        (name.clone(), array_of(&objects.iter().map(|row| row.get(name).unwrap_or(&Value::Null)).collect::<Vec<_>>()))
    };
    batch_of(names.iter().map(column).collect())
}

/// Values of one kind as an array: whole numbers, numbers, truth values, or text.
fn array_of(values: &[&Value]) -> ArrayRef {
    let known = || values.iter().filter(|value| !value.is_null());
    if known().next().is_some() && known().all(|value| value.is_boolean()) {
        return Arc::new(values.iter().map(|value| value.as_bool()).collect::<BooleanArray>());
    }
    if known().next().is_some() && known().all(|value| value.is_i64()) {
        return Arc::new(values.iter().map(|value| value.as_i64()).collect::<Int64Array>());
    }
    if known().all(|value| value.is_number()) {
        return Arc::new(values.iter().map(|value| value.as_f64()).collect::<Float64Array>());
    }
    Arc::new(values.iter().map(|value| value.as_str()).collect::<StringArray>())
}

/// The frequencies of a column's values, ordered by value: `COLUMN` and `tf_COLUMN`.
pub(super) fn frequencies_batch(table: &TermFrequencies, prefix: &str) -> Result<RecordBatch, JobError> {
    let (values, frequencies) = table.values();
    let order = order_of_values(values)?;
    let kept: Vec<u32> =
        order.into_iter().filter(|code| frequencies.get(*code as usize).is_some_and(|found| !found.is_nan())).collect();
    let shares = Float64Array::from_iter_values(kept.iter().map(|code| frequencies[*code as usize]));
    let values = take(values, &UInt32Array::from(kept), None).map_err(defect)?;
    let column = table.column();
    batch_of(vec![(column.to_owned(), values), (format!("{prefix}{column}"), Arc::new(shares))])
}

/// The codes in the order of their values: numbers as numbers, everything else as text.
fn order_of_values(values: &ArrayRef) -> Result<Vec<u32>, JobError> {
    let mut codes: Vec<u32> = (0..values.len() as u32).collect();
    if let Some(text) = values.as_any().downcast_ref::<StringArray>() {
        codes.sort_unstable_by(|a, b| text.value(*a as usize).cmp(text.value(*b as usize)));
        return Ok(codes);
    }
    if let Ok(numbers) = arrow_cast::cast(values, &arrow_schema::DataType::Float64)
        && let Some(numbers) = numbers.as_any().downcast_ref::<Float64Array>()
    {
        codes.sort_by(|a, b| numbers.value(*a as usize).total_cmp(&numbers.value(*b as usize)));
        return Ok(codes);
    }
    let options = arrow_cast::display::FormatOptions::default();
    let formatter = arrow_cast::display::ArrayFormatter::try_new(values, &options).map_err(defect)?;
    codes.sort_by_cached_key(|code| formatter.value(*code as usize).to_string());
    Ok(codes)
}

/// The term-frequency tables that the job names, for the columns of `records`; what is wrong with any of them goes to `problems`.
pub(super) fn supplied_term_frequencies(
    job: &JobSpec,
    held: &Held,
    records: &Records,
    ctx: &RunContext,
    problems: &mut Vec<Problem>,
) -> Result<Vec<TermFrequencies>, JobError> {
    let mut supplied = Vec::new();
    for (column, path) in &job.term_frequencies {
        let mut found = Vec::new();
        supplied.extend(told(term_frequencies(column, path, held, records, ctx), &mut found)?);
        let place = format!("term_frequencies.{column}");
        problems.extend(found.into_iter().map(|problem| problem.in_place(&place)));
    }
    Ok(supplied)
}

fn term_frequencies(
    column: &str,
    path: &Path,
    held: &Held,
    records: &Records,
    ctx: &RunContext,
) -> Result<TermFrequencies, JobError> {
    let options = ReadOptions { encode: ColumnChoice::None, carry: ColumnChoice::All, ..ReadOptions::default() };
    let table = kintsu_table::read(&[held.input_at(path)], &options, ctx).map_err(JobError::part)?;
    let names: Vec<String> = table.columns().iter().map(|column| column.name.to_string()).collect();
    let (values, shares) = columns_of_frequencies(column, path, &names).map_err(JobError::problem)?;
    let array = |name: &str| -> Result<ArrayRef, JobError> {
        let found = table.column(name).ok_or_else(|| JobError::Defect(format!("no column {name}")))?;
        found.to_batch_array().map_err(JobError::part)
    };
    let wanted = records.find(column).map_err(JobError::part)?.data_type().clone();
    let values = arrow_cast::cast(&array(values)?, &wanted).map_err(defect)?;
    let shares = shares_of(&array(shares)?, path)?;
    refuse_contradictions(column, &values, &shares, path)?;
    TermFrequencies::supplied(records, column, &values, &shares).map_err(JobError::part)
}

/// The columns with the values and with their shares in the term-frequency table at `path`, which has the columns `names`.
pub(super) fn columns_of_frequencies<'a>(column: &str, path: &Path, names: &'a [String]) -> Result<(&'a str, &'a str), Problem> {
    let share_column = find(&format!("tf_{column}"), names).or_else(|| find("tf", names));
    find(column, names).zip(share_column).ok_or_else(|| {
        let message = format!("the term-frequency table `{}` needs the columns `{column}` and `tf_{column}`", path.display());
        Problem::new("KN-JOB-034", message).hint(format!("it has: {}", listed(names)))
    })
}

/// Refuses a table that gives one value different shares.
fn refuse_contradictions(column: &str, values: &ArrayRef, shares: &[f64], path: &Path) -> Result<(), JobError> {
    let values = Column::encode(column, values).map_err(JobError::part)?;
    let Some(values) = values.encoded() else { return Ok(()) };
    let mut known = vec![None; values.values.len()];
    let mut contradictions = 0;
    for (code, share) in values.codes.iter().zip(shares).filter(|(code, share)| **code != NULL_CODE && !share.is_nan()) {
        let before = known[*code as usize].replace(*share);
        contradictions += usize::from(before.is_some_and(|before| before != *share));
    }
    if contradictions == 0 {
        return Ok(());
    }
    let message = format!("{contradictions} rows of `{}` give a value another share than a row before them", path.display());
    Err(JobError::problem(Problem::new("KN-JOB-050", message)))
}

/// The shares of a term-frequency table; nulls are not numbers, and everything else is above 0 and at most 1.
fn shares_of(written: &ArrayRef, path: &Path) -> Result<Vec<f64>, JobError> {
    let numbers = arrow_cast::cast(written, &arrow_schema::DataType::Float64).map_err(defect)?;
    let numbers = numbers.as_any().downcast_ref::<Float64Array>();
    let shares: Vec<f64> = numbers.into_iter().flatten().map(|share| share.unwrap_or(f64::NAN)).collect();
    let wrong = (0..written.len())
        .filter(|&at| written.is_valid(at) && !shares.get(at).is_some_and(|share| *share > 0.0 && *share <= 1.0));
    match wrong.count() {
        0 => Ok(shares),
        wrong => {
            let message =
                format!("{wrong} of the {} shares in `{}` are not above 0 and at most 1", written.len(), path.display());
            Err(JobError::problem(Problem::new("KN-JOB-048", message)))
        }
    }
}
