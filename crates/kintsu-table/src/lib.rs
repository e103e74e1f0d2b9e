//! Dictionary-encoded tables, the files they are read from and written to, and directories that appear whole or not at all.
//!
//! Nothing here knows about linkage: a table is named columns of equal length.

mod batch;
mod column;
mod csv;
mod encode;
mod error;
mod format;
mod input;
mod json;
mod read;
mod staged;
mod table;
mod write;

pub use column::{Column, ColumnData, EncodedColumn, NULL_CODE};
pub use csv::CsvDialect;
pub use error::{CsvProblem, TableError, file_hint};
pub use format::{FileFormat, UnknownFormatName};
pub use input::{ColumnChoice, HeldTable, Input, ReadOptions};
pub use read::{Header, Piece, RowStream, TextBatch, TextStream, data_set_names, header_of, read, read_counted, schema_of};
pub use staged::{Overwrite, StagedDirectory, StagedFile};
pub use table::{Table, TableShapeError};
pub use write::{DirectFile, EncodedPiece, PieceEncoder, PieceWriter, TableWriter, WriteOptions, Written, write_file};
