//! Tables through files and back, broken files, and outputs that appear whole or not at all.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]
#![allow(clippy::format_collect, clippy::type_complexity)]

mod csv;
mod determinism;
mod header;
mod hostile;
mod round_trip;
mod scene;
mod shared;
mod stack;
mod staged;
mod stream;
