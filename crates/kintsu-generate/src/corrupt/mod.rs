//! Errors as people and machines make them, put into records: typing, reading, hearing and swapping; nicknames, moves, new surnames,
//! wrong birth dates, missing values, and records in which everything is worse.
//!
//! A pure function of a record and its random numbers. Every change is told with what stood there before.

mod company;
mod compile;
mod corruptor;
mod date;
mod record;
mod spec;
mod typo;

pub use compile::{CorruptColumn, CorruptionProblem};
pub use corruptor::Corruptor;
pub use record::{Change, ColumnRole, Operation, Record, Value};
pub use spec::{BadRecordSpec, CorruptionSpec, EventSpec, TypoKind, TypoSpec};
