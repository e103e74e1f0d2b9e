//! Tables through files and back, broken files, and outputs that appear whole or not at all.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod staged;
