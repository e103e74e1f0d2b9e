//! Whatever bytes are handed to the readers of this project: an answer or an error, never a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

#[path = "../../../../fuzz/src/entries.rs"]
mod entries;
mod hostile;
mod session;
