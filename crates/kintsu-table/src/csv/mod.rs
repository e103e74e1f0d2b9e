//! CSV as RFC 4180 has it: records of fields, quotes around fields that need them, doubled quotes inside.
//!
//! What surprises: an empty field without quotes is null, with quotes (`""`) it is the empty string. Line ends may be `\n` or
//! `\r\n`, mixed at will. Blank lines are skipped, except in a file of one column, where a blank line is a null.

mod block;
mod parse;
mod respell;

pub(crate) use block::{Block, Blocks, BlocksError};
pub(crate) use parse::{Layout, ParsedBlock, parse_block, parse_record};
pub use respell::CsvDialect;
pub(crate) use respell::{Respelt, Unreadable};
