//! Whole runs of the generator.
