//! The card of a run on tokens.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use kintsu_core::{RunContext, peak_resident_bytes};
use kintsu_table::Input;
use serde_json::Value;

use super::output_format;
use crate::card::{Counts, FileCard, Machine, RunCard, Timings};
use crate::error::JobError;
use crate::inputs::{input_card, job_digest};
use crate::spec::JobSpec;

/// What the card of a run is made of.
pub(super) struct RunFacts<'a> {
    /// What was done.
    pub(super) job: Value,
    pub(super) inputs: &'a [&'a Input],
    pub(super) output: &'a Path,
    /// Rows of the output.
    pub(super) rows: u64,
    /// The counts that are told first.
    pub(super) counts: Counts,
    pub(super) began: Instant,
}

/// A job as its card shows it.
pub(super) fn as_json(job: &JobSpec) -> Result<Value, JobError> {
    serde_json::to_value(job).map_err(|error| JobError::Defect(error.to_string()))
}

/// The card of a run, without what is said of tokens, CLKs or a comparison.
pub(super) fn run_card(facts: RunFacts<'_>, ctx: &RunContext) -> Result<RunCard, JobError> {
    let RunFacts { job, inputs, output, rows, counts, began } = facts;
    let mut timings = Timings::default();
    timings.put("total", began.elapsed().as_secs_f64());
    let name = output.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(RunCard {
        format: 1,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        job_digest: job_digest(&job),
        job,
        inputs: inputs.iter().map(|input| input_card(input)).collect::<Result<_, _>>()?,
        seed: ctx.seed,
        engine: "local".to_owned(),
        unique_id: None,
        source_dataset: None,
        input_cluster_id: None,
        types: BTreeMap::new(),
        file_format: output_format(output)?.extension().to_owned(),
        files: [(name, FileCard { rows })].into_iter().collect(),
        counts,
        training: Vec::new(),
        evaluation: None,
        tokens: None,
        clks: None,
        overlap: None,
        warnings: ctx.warnings(),
        timings,
        machine: Machine { threads: rayon::current_num_threads(), peak_memory_bytes: peak_resident_bytes() },
    })
}
