//! Synthetic customers and source systems with known truth.
//!
//! Every value is a pure function of the seed, a named stream, the customer, the source and the copy, so that the same bytes come
//! of any number of threads and parts. Nothing looks at the clock, and no value depends on the platform's mathematics library.

mod error;
mod lists;

pub use error::GenerateError;
pub use lists::{Lists, WeightedList};
