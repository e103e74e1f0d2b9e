//! Profiles of files, for people who look at data before they link it.

use arrow_schema::DataType;
use kintsu_core::RunContext;
use kintsu_link::diagnose::{ColumnProfile, profile_values};
use kintsu_table::{ColumnChoice, EncodedColumn, Input, ReadOptions};

use crate::error::JobError;
use crate::inputs::table_input;
use crate::spec::InputSpec;

/// What is to be said about a column.
#[derive(Debug, Clone, PartialEq)]
pub struct FileColumn {
    /// Its type, as the file has it.
    pub data_type: String,
    /// What it seems to hold: `integer`, `number`, `date`, `time`, `true/false`, `text`, `list`, `empty`; ` id` is added where every
    /// record has a value of its own.
    pub seems: String,
    /// Its values.
    pub profile: ColumnProfile,
}

/// Profiles every column of the inputs, stacked, with the `top` most frequent values of each.
///
/// # Errors
/// [`JobError`] when an input cannot be read.
pub fn profile_inputs(inputs: &[InputSpec], top: usize, ctx: &RunContext) -> Result<Vec<FileColumn>, JobError> {
    let inputs: Vec<Input> = inputs.iter().map(table_input).collect();
    let options = ReadOptions { encode: ColumnChoice::All, carry: ColumnChoice::None, ..ReadOptions::default() };
    let table = kintsu_table::read(&inputs, &options, ctx).map_err(JobError::part)?;
    let described = table.columns().iter().filter_map(|column| {
        let values = column.encoded()?;
        let profile = profile_values(&column.name, values, top, 0);
        let alone = profile.total_rows_inc_nulls > 1 && profile.distinct_value_count == profile.total_rows_inc_nulls;
        let kind = kind_of(column.data_type(), values);
        let seems = if alone && ["integer", "text"].contains(&kind) { format!("{kind} id") } else { kind.to_owned() };
        Some(FileColumn { data_type: column.data_type().to_string(), seems, profile })
    });
    Ok(described.collect())
}

/// What the values of a column seem to be; text is looked into, since every column of a CSV file is text.
fn kind_of(data_type: &DataType, values: &EncodedColumn) -> &'static str {
    match data_type {
        _ if values.values.is_empty() => "empty",
        DataType::Utf8 => values.text().map_or("text", |text| kind_of_text(&text.iter().flatten())),
        DataType::Boolean => "true/false",
        DataType::List(_) => "list",
        DataType::Date32 | DataType::Date64 => "date",
        DataType::Timestamp(..) | DataType::Time32(_) | DataType::Time64(_) => "time",
        integer if integer.is_integer() => "integer",
        number if number.is_numeric() => "number",
        _ => "text",
    }
}

/// Digits that begin with zero are no number but text: as a number they would lose it.
fn kind_of_text<'a>(texts: &(impl Iterator<Item = &'a str> + Clone)) -> &'static str {
    let all = |test: fn(&str) -> bool| texts.clone().filter(|text| !text.is_empty()).all(test);
    if texts.clone().all(str::is_empty) {
        "text"
    } else if all(is_integer) {
        "integer"
    } else if all(is_number) {
        "number"
    } else if all(is_date) {
        "date"
    } else {
        "text"
    }
}

fn is_integer(text: &str) -> bool {
    text.parse::<i64>().is_ok_and(|number| number.to_string() == text)
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let whole = digits.split('.').next().unwrap_or_default();
    digits.starts_with(|first: char| first.is_ascii_digit())
        && (whole == "0" || !whole.starts_with('0'))
        && text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// `2020-01-31`, also with `/`, and the day or the month first.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['-', '/']).collect();
    let number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u32>().ok()).flatten();
    let [Some(a), Some(b), Some(c)] = [0, 1, 2].map(|at| parts.get(at).copied().and_then(number)) else { return false };
    let year = |text: Option<&&str>| text.is_some_and(|text| text.len() == 4);
    let day_and_month = |a: u32, b: u32| (1..=31).contains(&a) && (1..=31).contains(&b) && (a <= 12 || b <= 12);
    parts.len() == 3 && ((year(parts.first()) && day_and_month(b, c)) || (year(parts.last()) && day_and_month(a, b)))
}

/// The rows of a file as text; none where a value is null.
///
/// # Errors
/// [`JobError`] when the file cannot be read.
pub fn read_text_rows(path: &std::path::Path, ctx: &RunContext) -> Result<Vec<Vec<Option<String>>>, JobError> {
    crate::local::text_rows(path, ctx)
}

#[cfg(test)]
mod tests {
    use super::kind_of_text;

    #[test]
    fn text_is_looked_into() {
        for (texts, kind) in [
            (&["1", "-20", ""][..], "integer"),
            (&["1", "2.5", "1e308"], "number"),
            (&["01", "20"], "text"),
            (&["2020-01-31", "1999-12-01"], "date"),
            (&["31/01/2020"], "date"),
            (&["2020-13-31x"], "text"),
            (&["NaN", "1"], "text"),
            (&[""], "text"),
        ] {
            assert_eq!(kind_of_text(&texts.iter().copied()), kind, "{texts:?}");
        }
    }
}
