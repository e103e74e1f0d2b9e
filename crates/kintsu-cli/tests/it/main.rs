//! The command from outside: what it writes, what it refuses, and what is left when it is killed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod all_at_once;
mod all_at_once_types;
mod bad_input;
mod command;
mod disk;
mod durability;
mod fuzzy;
mod generate;
mod hints;
mod memory;
mod overlap;
mod presets;
mod sameness;
mod steps;
mod stopped_tokens;
mod tokens;
mod told;
