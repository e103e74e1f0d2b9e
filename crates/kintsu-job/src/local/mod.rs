//! The local engine: reads, prepares, trains, scores, clusters and writes in this process.

mod announce;
mod clock;
mod clusters;
mod comparisons;
mod computable;
mod consistency;
mod edges;
mod explain;
mod finished;
mod foreign_table;
mod given_pairs;
mod interactive;
mod library_arguments;
mod links;
mod listed_pairs;
mod load;
mod memory_needed;
mod model_source;
mod new_records;
mod output;
mod planning;
mod preflight;
mod replaced;
mod row_lookup;
mod rows;
mod session;
mod step_data;
mod step_edges;
mod step_labels;
mod train;
mod truth;
mod writing;

pub use comparisons::build_comparison;
pub use explain::{EntityExplanation, LinkExplanation, PairExplanation, RunEvaluation};
pub use finished::FinishedRun;
pub use interactive::{Answer, EmReport, EmReportComparison, EmReportIteration, SessionSummary};
pub use links::Links;
pub use model_source::link_type_of_model;
pub use session::LinkageSession;

pub(crate) use foreign_table::text_rows;

use kintsu_core::RunContext;
use kintsu_generate::Generated;

use crate::engine::{Engine, Run};
use crate::error::{JobError, MemoryNeed};
use crate::held::Held;
use crate::plan::Plan;
use crate::spec::{JobSpec, Places, Problem};
use clock::Clock;
use output::Output;

/// Runs jobs in this process, on all its threads.
#[derive(Debug, Clone, Default)]
pub struct LocalEngine {
    held: Held,
}

impl LocalEngine {
    /// An engine for jobs that name what is in memory, too.
    pub fn holding(held: Held) -> Self {
        Self { held }
    }

    /// Everything wrong with what `job` names that shows before anything but headers is read: the model, the columns, the truth.
    fn problems(&self, job: &JobSpec) -> Vec<Problem> {
        if job.tokenize.is_some() || job.generate.is_some() {
            return Vec::new();
        }
        let mut problems = replaced::losses(job);
        if let Err(Ok(found)) = preflight::preflight(job, &self.held).map_err(JobError::into_problems) {
            problems.extend(found);
        }
        problems
    }
}

impl LocalEngine {
    /// What is wrong with `job` besides what is `told` already, and `told` before it: a user who has several things to mend learns of
    /// all of them. `places` are those of the job.
    pub fn problems_beside(&self, mut told: Vec<Problem>, job: &JobSpec, places: &Places) -> Vec<Problem> {
        for problem in self.problems(job) {
            let problem = places.find(problem);
            if !told.iter().any(|known| says(known, &problem)) {
                told.push(problem);
            }
        }
        told
    }
}

/// Whether `told` says what `seen` says: the same, or that the file which `seen` cannot read is not there.
fn says(told: &Problem, seen: &Problem) -> bool {
    let same = (told.code, &told.message) == (seen.code, &seen.message) && told.line == seen.line;
    let absent = matches!(told.code, "KN-JOB-013" | "KN-JOB-027");
    let unread = told.message.split('`').nth(1).map(|path| format!("cannot read {path}:"));
    let again = absent && unread.is_some_and(|unread| seen.message.starts_with(&unread));
    let nothing = matches!((told.code, seen.code), ("KN-JOB-010", "KN-TABLE-001"));
    same || again || nothing
}

impl Engine for LocalEngine {
    fn name(&self) -> &'static str {
        "local"
    }

    fn plan(&self, job: &JobSpec, ctx: &RunContext) -> Result<Plan, JobError> {
        if job.tokenize.is_some() {
            let problem = Problem::new("KN-JOB-070", "a job that makes tokens compares no records, so there is nothing to plan");
            return Err(JobError::problem(problem.hint("run it with `kintsu run`, and see what it would make with --dry-run")));
        }
        if job.generate.is_some() {
            return Err(makes_data());
        }
        planning::plan(job, &self.held, ctx).map_err(|error| error.or_memory_for(ctx, MemoryNeed::Linkage))
    }

    fn run(&self, job: &JobSpec, ctx: &RunContext) -> Result<Run, JobError> {
        let need = if job.tokenize.is_some() { MemoryNeed::Other } else { MemoryNeed::Linkage };
        self.run_to_its_end(job, ctx).map_err(|error| error.or_memory_for(ctx, need))
    }

    fn generate(&self, job: &JobSpec, ctx: &RunContext) -> Result<Generated, JobError> {
        crate::generate::generate(job, ctx)
    }
}

impl LocalEngine {
    fn run_to_its_end(&self, job: &JobSpec, ctx: &RunContext) -> Result<Run, JobError> {
        if let Some(tokenize) = &job.tokenize {
            return crate::tokens::run(job, tokenize, crate::tokens::TokenizeGiven::default(), ctx);
        }
        if job.generate.is_some() {
            return Err(makes_data());
        }
        let mut clock = Clock::start();
        if !replaced::losses(job).is_empty() {
            return Err(JobError::Configuration(self.problems(job)));
        }
        let mut output = Output::create(job).map_err(|error| error.with(self.problems(job)))?;
        let mut session = LinkageSession::prepare(job.clone(), self.held.clone(), ctx, &mut clock)?;
        session.follow(&mut output, ctx, &mut clock)?;
        let card = session.finish(&mut output, self.name(), ctx, clock)?;
        let directory = output.publish()?;
        Ok(Run { directory, card })
    }
}

/// Why a job that makes data is not linked.
fn makes_data() -> JobError {
    let problem = Problem::new("KN-JOB-075", "a job that makes data compares no records");
    JobError::problem(problem.hint("run it with `kintsu run`, and see what it would make with --dry-run"))
}
