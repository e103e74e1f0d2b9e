//! Tables that name records: files of pairs, labels, entities and edges, and frames that come back from elsewhere.
//!
//! Only the columns that are asked for are read. What names a record counts as it is written, whatever its type: the number 7 is the
//! text `7` and not `007`. Such columns come as distinct values with a code a row, so each value is written out once; scores come as
//! numbers.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, Float64Array, LargeStringArray};
use arrow_cast::cast;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::DataType;
use kintsu_core::RunContext;
use kintsu_table::{Column, ColumnChoice, ColumnData, EncodedColumn, Input, ReadOptions, Table};
use rayon::prelude::*;

use super::clusters::defect;
use crate::error::JobError;
use crate::held::Held;

/// So many rows are taken at a time, so that a run can be stopped between them.
pub(super) const ROWS_AT_ONCE: usize = 1 << 16;

/// How values are written.
const AS_WRITTEN: FormatOptions<'static> = FormatOptions::new();

/// A table whose columns are known and whose rows are not read yet.
pub(super) struct ForeignTable {
    input: Input,
    names: Vec<String>,
    /// The columns that can be read as distinct values.
    encodable: Vec<String>,
    /// All of it, where only the rows tell which columns there are.
    whole: Option<Table>,
}

impl ForeignTable {
    /// Opens the file at `path`. JSON lines are read at once, for only their rows tell the columns.
    pub(super) fn open(path: &Path, held: &Held, ctx: &RunContext) -> Result<Self, JobError> {
        let mut input = held.input_at(path);
        input.load_standard_input().map_err(JobError::part)?;
        let header = kintsu_table::header_of(&input, &ReadOptions::default()).map_err(JobError::part)?;
        if header.types.iter().all(Option::is_none) {
            let whole = read(&input, ColumnChoice::None, ColumnChoice::All, ctx)?;
            let names = whole.columns().iter().map(|column| column.name.to_string()).collect();
            return Ok(Self { input, names, encodable: Vec::new(), whole: Some(whole) });
        }
        let fields = header.schema.fields().iter().zip(&header.types);
        let encodable = fields.filter(|(_, data_type)| data_type.as_ref().is_some_and(is_one_as_written));
        let encodable = encodable.map(|(field, _)| field.name().clone()).collect();
        let names = header.schema.fields().iter().map(|field| field.name().clone()).collect();
        Ok(Self { input, names, encodable, whole: None })
    }

    /// Where the table is.
    pub(super) fn path(&self) -> &Path {
        &self.input.path
    }

    /// The columns.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// The first of `names` that is a column.
    pub(super) fn first_of<Name: AsRef<str>>(&self, names: &[Name]) -> Option<String> {
        names.iter().map(AsRef::as_ref).find(|name| self.has(name)).map(str::to_owned)
    }

    /// Whether there is a column called `name`.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.iter().any(|column| column == name)
    }

    /// Reads the columns called `values`, which are to be had as distinct values, and those called `numbers`.
    pub(super) fn read(&self, values: &[&str], numbers: &[&str], ctx: &RunContext) -> Result<ForeignColumns, JobError> {
        if let Some(whole) = &self.whole {
            return Ok(ForeignColumns(whole.clone()));
        }
        let encoded = values.iter().copied().filter(|name| self.encodable.iter().any(|encodable| encodable == name));
        let carried = values.iter().chain(numbers).copied();
        Ok(ForeignColumns(read(&self.input, ColumnChoice::names(encoded), ColumnChoice::names(carried), ctx)?))
    }
}

fn read(input: &Input, encode: ColumnChoice, carry: ColumnChoice, ctx: &RunContext) -> Result<Table, JobError> {
    let options = ReadOptions { encode, carry, ..ReadOptions::default() };
    kintsu_table::read(std::slice::from_ref(input), &options, ctx).map_err(JobError::part)
}

/// Whether values of this type that are encoded as one are written alike: 0 and -0 are not.
fn is_one_as_written(data_type: &DataType) -> bool {
    !data_type.is_floating() && !data_type.is_nested()
}

/// The columns of a table that were read.
pub(super) struct ForeignColumns(Table);

impl ForeignColumns {
    /// The number of rows.
    pub(super) fn rows(&self) -> usize {
        self.0.rows()
    }

    /// The values of a column, distinct as they are written, and a code a row.
    pub(super) fn distinct(&self, name: &str) -> Result<EncodedColumn, JobError> {
        let array = match &self.column(name)?.data {
            ColumnData::Encoded(encoded) => return Ok(encoded.clone()),
            ColumnData::Plain(array) if is_one_as_written(array.data_type()) => array.clone(),
            ColumnData::Plain(array) => Arc::new(LargeStringArray::from(text_of(array)?)),
        };
        encoded(name, &array)
    }

    /// As [`Self::distinct`], of a column of ids. Where ids are whole numbers, numbers without a fraction are some whatever their
    /// type: columns of whole numbers become floating point where a value was missing once.
    pub(super) fn ids(&self, name: &str, are_whole: bool) -> Result<EncodedColumn, JobError> {
        let whole = match &self.column(name)?.data {
            ColumnData::Plain(array) if are_whole && array.data_type().is_floating() => whole_numbers(array)?,
            _ => None,
        };
        whole.map_or_else(|| self.distinct(name), |whole| encoded(name, &whole))
    }

    /// The values of a column as numbers.
    pub(super) fn numbers(&self, name: &str, ctx: &RunContext) -> Result<Numbers, JobError> {
        Numbers::of(self.column(name)?.to_array().map_err(JobError::part)?, ctx)
    }

    fn column(&self, name: &str) -> Result<&Column, JobError> {
        self.0.column(name).ok_or_else(|| JobError::Defect(format!("the column `{name}` was not read")))
    }
}

/// Floating point numbers as whole ones; none where one has a fraction or is beyond those that are told apart.
fn whole_numbers(array: &ArrayRef) -> Result<Option<ArrayRef>, JobError> {
    const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
    let numbers = cast(array, &DataType::Float64).map_err(defect)?;
    let is_whole = |number: f64| number.fract() == 0.0 && number.abs() < EXACT_MAX;
    let all_whole = numbers.as_primitive::<Float64Type>().iter().flatten().all(is_whole);
    all_whole.then(|| cast(&numbers, &DataType::Int64).map_err(defect)).transpose()
}

/// The distinct values of an array.
pub(super) fn encoded(name: &str, array: &ArrayRef) -> Result<EncodedColumn, JobError> {
    match Column::encode(name, array).map_err(JobError::part)?.data {
        ColumnData::Encoded(encoded) => Ok(encoded),
        ColumnData::Plain(_) => Err(JobError::Defect(format!("the column `{name}` was not encoded"))),
    }
}

/// What stands in a column, as numbers.
pub(super) struct Numbers {
    given: ArrayRef,
    numbers: Float64Array,
}

impl Numbers {
    /// Reads numbers as they are written: a float of 32 bits that says 0.1 is the nearest to it of 64 bits.
    fn of(given: ArrayRef, ctx: &RunContext) -> Result<Self, JobError> {
        let numbers = match given.data_type() {
            exact if *exact == DataType::Float64 || exact.is_integer() => {
                cast(&given, &DataType::Float64).map_err(defect)?.as_primitive::<Float64Type>().clone()
            }
            _ => parsed(&given, ctx)?,
        };
        Ok(Self { given, numbers })
    }

    /// The number in a row; none where there is none.
    pub(super) fn at(&self, row: usize) -> Option<f64> {
        self.numbers.is_valid(row).then(|| self.numbers.value(row))
    }

    /// Whether there is something in a row that is no number.
    pub(super) fn is_something_else(&self, row: usize) -> bool {
        self.numbers.is_null(row) && self.given.is_valid(row)
    }
}

fn parsed(array: &ArrayRef, ctx: &RunContext) -> Result<Float64Array, JobError> {
    let starts: Vec<usize> = (0..array.len()).step_by(ROWS_AT_ONCE).collect();
    let piece = |start: usize| array.slice(start, ROWS_AT_ONCE.min(array.len() - start));
    let parse = |start: &usize| {
        ctx.check()?;
        let mut numbers = Vec::with_capacity(ROWS_AT_ONCE);
        each_text(&piece(*start), |text| numbers.push(text.and_then(|text| text.parse().ok())))?;
        Ok(numbers)
    };
    let pieces = starts.par_iter().map(parse).collect::<Result<Vec<Vec<Option<f64>>>, JobError>>()?;
    Ok(pieces.into_iter().flatten().collect())
}

/// Gives each value of an array as it is written, and none for nulls.
pub(super) fn each_text(array: &ArrayRef, mut each: impl FnMut(Option<&str>)) -> Result<(), JobError> {
    let formatter = ArrayFormatter::try_new(array, &AS_WRITTEN).map_err(defect)?;
    let mut text = String::new();
    for row in 0..array.len() {
        text.clear();
        if array.is_valid(row) {
            write!(text, "{}", formatter.value(row)).map_err(|error| JobError::Defect(error.to_string()))?;
        }
        each(array.is_valid(row).then_some(text.as_str()));
    }
    Ok(())
}

/// The values of an array as they are written; none where null.
pub(super) fn text_of(array: &ArrayRef) -> Result<Vec<Option<String>>, JobError> {
    let mut texts = Vec::with_capacity(array.len());
    each_text(array, |text| texts.push(text.map(str::to_owned)))?;
    Ok(texts)
}

/// The rows of a file as text, a value a column.
pub(crate) fn text_rows(path: &Path, ctx: &RunContext) -> Result<Vec<Vec<Option<String>>>, JobError> {
    let table = read(&Held::default().input_at(path), ColumnChoice::None, ColumnChoice::All, ctx)?;
    let text = |column: &Column| text_of(&column.to_array().map_err(JobError::part)?);
    let columns = table.columns().iter().map(text).collect::<Result<Vec<_>, _>>()?;
    Ok((0..table.rows()).map(|row| columns.iter().map(|column| column.get(row).cloned().flatten()).collect()).collect())
}
