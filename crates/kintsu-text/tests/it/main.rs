//! Measures against stored answers of the databases they follow, and ladders against the plain functions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod ladders;
mod oracles;
mod prepared;
mod random;
mod stored;
