//! `kintsu evaluate`: how right a run is.

use std::fmt::Write;

use kintsu_job::{FinishedRun, JobError, JobSpec};

use crate::Verdict;
use crate::arguments::EvaluateArguments;
use crate::session::Session;

/// `kintsu evaluate`.
pub(crate) fn run(arguments: &EvaluateArguments, session: &Session) -> Result<Verdict, JobError> {
    let context = session.context(&JobSpec::default());
    let found = FinishedRun::open(&arguments.directory)?.evaluate(&arguments.truth, &context)?;
    let document = serde_json::to_value(&found).map_err(|error| JobError::Defect(error.to_string()))?;
    let mut text = String::new();
    for (name, value) in &found.measures {
        let _ = writeln!(text, "{:<28} {value:.4}", name.replace('_', " "));
    }
    if !found.thresholds.is_empty() {
        let _ = writeln!(text, "\nthreshold      links   clusters  precision     recall         f1");
    }
    for row in &found.thresholds {
        let _ = writeln!(
            text,
            "{:>9} {:>10} {:>10} {:>10.4} {:>10.4} {:>10.4}",
            row.threshold,
            row.links,
            row.clusters.clusters,
            row.cluster_pairs.precision(),
            row.cluster_pairs.recall(),
            row.cluster_pairs.f1()
        );
    }
    session.printer().result(&document, &text);
    Ok(Verdict::Done)
}
