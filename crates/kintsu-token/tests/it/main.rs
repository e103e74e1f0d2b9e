#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, missing_docs, unreachable_pub)]

mod attributes_golden;
mod differential_tokens;
mod expressions_golden;
mod hostile;
mod signatures_golden;
#[path = "../../../../fuzz/src/token_entries.rs"]
mod token_entries;
mod vectors;
