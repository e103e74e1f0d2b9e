//! Properties against naive forms on random graphs, and the answers of Splink on stored data.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod golden;
mod graphs;
mod naive;
mod properties;
