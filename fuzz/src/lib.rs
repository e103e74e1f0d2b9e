//! The entries of the fuzz targets.

pub mod entries;
