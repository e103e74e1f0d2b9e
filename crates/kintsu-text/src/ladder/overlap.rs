//! Jaro similarities of short values.
