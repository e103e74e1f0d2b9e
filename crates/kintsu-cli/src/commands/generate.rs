//! `kintsu generate`: makes customers and source systems with known truth.

use std::fmt::Write;

use kintsu_generate::{Generated, Volumes};
use kintsu_job::{Engine, JobError, JobSpec, LocalEngine, plan_generation};
use serde_json::json;

use crate::Verdict;
use crate::commands::linkage::grouped;
use crate::generate_arguments::GenerateArguments;
use crate::session::Session;

/// `kintsu generate`.
pub(crate) fn run(arguments: &GenerateArguments, session: &Session) -> Result<Verdict, JobError> {
    let (values, _) = session.values();
    let overwrite = session.options().overwrite;
    let spec = JobSpec {
        output: arguments.directory(),
        generate: Some(arguments.spec(overwrite)),
        file_format: arguments.format(),
        overwrite,
        seed: values.seed,
        threads: values.threads,
        memory: values.memory.clone(),
        ..JobSpec::default()
    };
    let cloud = arguments.cloud_options();
    if let Some(output) = spec.output.as_ref().filter(|_| !cloud.is_empty()) {
        let message =
            format!("{} would need the cloud: the tables are written to {} instead", cloud.join(", "), output.display());
        session.context(&spec).warn("KN-W-GEN-002", message, Some("load them from there".to_owned()));
    }
    execute(&spec, session)
}

/// Makes the data of a job, or only says what would be made.
pub(crate) fn execute(spec: &JobSpec, session: &Session) -> Result<Verdict, JobError> {
    session.start_threads(spec)?;
    if session.options().dry_run {
        let plan = plan_generation(spec)?;
        let text = format!("would make {} customers\n{}", grouped(plan.volumes.customers), expected(&plan.volumes));
        session.printer().result(&json!({ "would_write": spec.output, "volumes": plan.volumes }), &text);
        return Ok(Verdict::Done);
    }
    let started = std::time::Instant::now();
    let context = session.context(spec);
    let made = LocalEngine::default().generate(spec, &context)?;
    context.progress().finish();
    let text = summary(&made, started.elapsed().as_secs_f64());
    session.printer().result(&json!(made), &text);
    Ok(Verdict::Done)
}

/// The rows that are to be expected, with bounds of five standard deviations.
fn expected(volumes: &Volumes) -> String {
    let mut text = String::new();
    for table in &volumes.expected {
        let _ = writeln!(
            text,
            "{:<32} {:>14} expected, from {} to {}",
            table.table,
            grouped(table.rows),
            grouped(table.least),
            grouped(table.most)
        );
    }
    text
}

fn summary(made: &Generated, seconds: f64) -> String {
    let mut text = expected(&made.volumes);
    for (name, count) in &made.manifest.counts {
        let _ = writeln!(text, "{name:<32} {:>14}", grouped(*count));
    }
    let _ = writeln!(text, "{:<32} {seconds:>12.2} s", "time");
    let _ = write!(text, "{:<32} {}", "written to", made.output.display());
    text
}
