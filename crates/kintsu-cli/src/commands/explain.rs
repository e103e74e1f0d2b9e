//! `kintsu explain`: why two records match or not, or what holds an entity together.

use std::fmt::Write;

use kintsu_job::{EntityExplanation, FinishedRun, JobError, JobSpec, PairExplanation};

use crate::Verdict;
use crate::arguments::ExplainArguments;
use crate::session::Session;

/// `kintsu explain`.
pub(crate) fn run(arguments: &ExplainArguments, session: &Session) -> Result<Verdict, JobError> {
    let context = session.context(&JobSpec::default());
    let finished = FinishedRun::open(&arguments.directory)?;
    let (document, text) = if let Some(other) = &arguments.other {
        let found = finished.explain_pair(&arguments.id, other, arguments.show_values, &context)?;
        (serde_json::to_value(&found), pair(&found))
    } else {
        let found = finished.explain_entity(&arguments.id, &context)?;
        (serde_json::to_value(&found), entity(&found))
    };
    let document = document.map_err(|error| JobError::Defect(error.to_string()))?;
    session.printer().result(&document, &text);
    Ok(Verdict::Done)
}

fn pair(found: &PairExplanation) -> String {
    let together = if found.same_cluster { "in one cluster" } else { "in different clusters" };
    let rule = match &found.blocking_rule {
        Some(rule) => format!("found by the rule {rule}"),
        None => "found by no blocking rule".to_owned(),
    };
    format!("{} and {}: {together}, {rule}\n\n{}", found.left, found.right, found.waterfall)
}

fn entity(found: &EntityExplanation) -> String {
    let mut text = format!("entity {} of {} records: {}\n", found.cluster_id, found.records.len(), found.records.join(", "));
    for link in &found.links {
        let _ = writeln!(text, "{:>10.4} bits  {:.6}  {} - {}", link.match_weight, link.match_probability, link.left, link.right);
    }
    if let Some(weakest) = &found.weakest_link {
        let _ = writeln!(
            text,
            "held together by nothing stronger than {} - {} ({:.4} bits, {:.6})",
            weakest.left, weakest.right, weakest.match_weight, weakest.match_probability
        );
    }
    text
}
