//! What runs jobs.

use std::path::PathBuf;

use kintsu_core::RunContext;
use kintsu_generate::Generated;

use crate::card::RunCard;
use crate::error::JobError;
use crate::plan::Plan;
use crate::spec::JobSpec;

/// Runs jobs. Every engine gives the same answer for the same job.
pub trait Engine {
    /// The name of the engine.
    fn name(&self) -> &'static str;

    /// Says what a run would do, without scoring a pair.
    ///
    /// # Errors
    /// [`JobError`] for everything wrong with the job or its inputs.
    fn plan(&self, job: &JobSpec, ctx: &RunContext) -> Result<Plan, JobError>;

    /// Runs `job` and publishes its run directory. Nothing is left behind unless it succeeds.
    ///
    /// # Errors
    /// [`JobError`] for everything wrong with the job or its inputs, and when the run was stopped.
    fn run(&self, job: &JobSpec, ctx: &RunContext) -> Result<Run, JobError>;

    /// Makes the data that `job`, which has `generate`, asks for.
    ///
    /// # Errors
    /// [`JobError`] for everything wrong with the job, the lists or the output, and when the run was stopped.
    fn generate(&self, job: &JobSpec, ctx: &RunContext) -> Result<Generated, JobError>;
}

/// A finished run.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The run directory.
    pub directory: PathBuf,
    /// Its card.
    pub card: RunCard,
}
