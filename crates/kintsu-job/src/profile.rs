//! Profiles of files, for people who look at data before they link it.

use kintsu_core::RunContext;
use kintsu_link::diagnose::{ColumnProfile, profile_values};
use kintsu_table::{ColumnChoice, Input, ReadOptions};

use crate::error::JobError;
use crate::inputs::table_input;
use crate::spec::InputSpec;

/// What is to be said about a column.
#[derive(Debug, Clone, PartialEq)]
pub struct FileColumn {
    /// Its type, as the file has it.
    pub data_type: String,
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
        Some(FileColumn { data_type: column.data_type().to_string(), profile: profile_values(&column.name, values, top, 0) })
    });
    Ok(described.collect())
}

/// The rows of a file as text; none where a value is null.
///
/// # Errors
/// [`JobError`] when the file cannot be read.
pub fn read_text_rows(path: &std::path::Path, ctx: &RunContext) -> Result<Vec<Vec<Option<String>>>, JobError> {
    crate::local::text_rows(path, ctx)
}
