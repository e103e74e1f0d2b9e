//! `kintsu plan`: what a run would do, said before anything is compared.

use kintsu_job::{Engine, JobError, LocalEngine};

use crate::Verdict;
use crate::arguments::PlanArguments;
use crate::jobs::{self, BuiltJob};
use crate::session::Session;

/// `kintsu plan`.
pub(crate) fn run(arguments: &PlanArguments, session: &Session) -> Result<Verdict, JobError> {
    let job = match arguments.files.as_slice() {
        [file] if jobs::is_job_file(file) => jobs::from_file(file, None, &arguments.input, &arguments.linkage, session)?,
        files => jobs::from_files(files, None, &arguments.linkage, session)?,
    };
    job.check(None)?;
    session.start_threads(&job.spec)?;
    show(&job, session)
}

/// Prints the plan of a job.
pub(crate) fn show(job: &BuiltJob, session: &Session) -> Result<Verdict, JobError> {
    let plan = LocalEngine::default().plan(&job.spec, &session.context(&job.spec)).map_err(|error| job.locate(error))?;
    let document = serde_json::to_value(&plan).map_err(|error| JobError::Defect(error.to_string()))?;
    session.printer().result(&document, &plan.to_string());
    Ok(Verdict::Done)
}
