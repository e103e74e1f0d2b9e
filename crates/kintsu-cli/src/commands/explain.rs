//! `kintsu explain`: why two records match or not, or what holds an entity together.

use kintsu_job::{FinishedRun, JobError, JobSpec};

use crate::Verdict;
use crate::arguments::ExplainArguments;
use crate::session::Session;

/// `kintsu explain`.
pub(crate) fn run(arguments: &ExplainArguments, session: &Session) -> Result<Verdict, JobError> {
    let context = session.context(&JobSpec::default());
    let finished = FinishedRun::open(&arguments.directory)?;
    let (document, text) = if let Some(other) = &arguments.other {
        let found = finished.explain_pair(&arguments.id, other, arguments.show_values, &context)?;
        (serde_json::to_value(&found), found.to_string())
    } else {
        let found = finished.explain_entity(&arguments.id, &context)?;
        (serde_json::to_value(&found), found.to_string())
    };
    let document = document.map_err(|error| JobError::Defect(error.to_string()))?;
    session.printer().result(&document, &text);
    Ok(Verdict::Done)
}
