//! Dictionary-encoded tables, the files they are read from and written to, and directories that appear whole or not at all.
//!
//! Nothing here knows about linkage: a table is named columns of equal length.

mod column;
mod table;

pub use column::{Column, ColumnData, EncodedColumn, NULL_CODE};
pub use table::{Table, TableShapeError};
