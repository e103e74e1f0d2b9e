#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, missing_docs)]

mod attributes_golden;
mod expressions_golden;
mod signatures_golden;
mod vectors;
