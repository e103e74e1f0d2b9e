//! The entries of the fuzz targets.

pub mod entries;
pub mod token_entries;
