//! The file of pairs that a comparison of tokens writes, and its card.

use std::path::Path;
use std::time::Instant;

use arrow_schema::SchemaRef;
use kintsu_core::RunContext;
use kintsu_table::{FileFormat, Input, Overwrite, StagedFile, TableWriter};
use serde::Serialize;
use serde_json::Value;

use super::file::fill;
use super::run_card::{RunFacts, run_card};
use super::tokenize::{card_path, publish};
use super::{check_apart, metadata, output_format};
use crate::card::Counts;
use crate::error::JobError;

/// The pairs that are written to a batch at a time.
pub(super) const PAIRS_PER_BATCH: usize = 1 << 14;

/// A file of pairs in the making; its place, and that of its card, are taken before the work begins.
pub(super) struct PairFile<'a> {
    output: &'a Path,
    inputs: Vec<&'a Input>,
    format: FileFormat,
    staged: StagedFile,
    card: StagedFile,
    began: Instant,
}

impl<'a> PairFile<'a> {
    pub(super) fn create(output: &'a Path, inputs: Vec<&'a Input>, overwrite: bool) -> Result<Self, JobError> {
        inputs.iter().try_for_each(|input| check_apart(&input.path, output))?;
        let format = output_format(output)?;
        let overwrite = if overwrite { Overwrite::Replace } else { Overwrite::Refuse };
        let staged = |path: &Path| StagedFile::create(path, overwrite).map_err(JobError::part);
        let (card, staged) = (staged(&card_path(output))?, staged(output)?);
        Ok(Self { output, inputs, format, staged, card, began: Instant::now() })
    }

    pub(super) fn writer(&self, schema: &SchemaRef) -> Result<TableWriter, JobError> {
        TableWriter::create(self.staged.path(), self.format, schema).map_err(JobError::part)
    }

    /// Puts the file in its place, and the card of the run beside it.
    pub(super) fn publish(self, job: Value, counts: Counts, report: &impl Serialize, ctx: &RunContext) -> Result<(), JobError> {
        let rows = counts.find("pairs").copied().unwrap_or_default();
        let facts = RunFacts { job, inputs: &self.inputs, output: self.output, rows, counts, began: self.began };
        let mut card = run_card(facts, ctx)?;
        card.overlap = Some(serde_json::to_value(report).map_err(|error| JobError::Defect(error.to_string()))?);
        publish([Some(fill(self.card, &metadata::pretty(&card)?)?), Some(self.staged)])
    }
}
