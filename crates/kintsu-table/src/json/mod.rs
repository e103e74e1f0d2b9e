//! JSON lines: one object a line, of texts, numbers, booleans, nulls and lists of texts or numbers. A missing key is a null,
//! blank lines are skipped, and objects inside objects are refused.
//!
//! Types are found as the lines come: a column of integers becomes one of floats at its first fraction; a column that holds
//! text in one line and a number in another is an error that names both lines.

mod cell;
mod object;

pub(crate) use cell::Kind;
pub(crate) use object::{JsonBlock, parse_lines};
