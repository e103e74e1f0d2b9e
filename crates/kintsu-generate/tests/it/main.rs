//! Whole runs of the generator.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bad_input;
mod continued;
mod corruption;
mod deliveries;
mod dictionaries;
mod one_table;
mod realistic;
mod realistic_rates;
mod sameness;
mod scene;
mod statistics;
mod tables;
mod volumes;
