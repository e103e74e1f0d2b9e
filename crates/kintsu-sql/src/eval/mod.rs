//! Computes expressions over the values of one record or of a pair.
//!
//! This is the general path: any expression, any value, one pair at a time, without allocating where text can be borrowed. The
//! measures on whole columns of codes are elsewhere, in `compare`. The semantics are DuckDB's; where DuckDB would stop with an
//! error the value is null, and the reason stands in the [`Scratch`], so that a job is warned instead of killed.

mod arithmetic;
mod calendar;
mod call;
mod cast;
mod compare;
mod compile;
mod datepart;
mod dates;
mod decimal;
mod interval;
mod list;
mod math;
mod measure;
mod node;
mod numeric_list;
mod operand;
mod pattern;
mod raised;
mod regexp;
mod render;
mod text;
mod timeformat;

pub use compile::CompiledExpr;
pub use datepart::DatePart;
pub use decimal::Decimal;
pub use node::Row;
pub use operand::{Operand, truth};
pub use raised::{Raised, RaisedSet, Scratch};
pub use timeformat::TimeFormat;

pub(crate) use pattern::check_pattern;
