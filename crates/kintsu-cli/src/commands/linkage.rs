//! `kintsu dedupe`, `kintsu link` and `kintsu run`: build a job, run it, say what came of it.

use kintsu_core::RunContext;
use kintsu_job::{Engine, JobError, LocalEngine, Problem, RunCard, show_bytes};
use serde_json::json;

use crate::Verdict;
use crate::arguments::{DedupeArguments, LinkArguments, RunArguments};
use crate::commands::{generate, plan, tokenize};
use crate::jobs::{self, BuiltJob};
use crate::session::Session;

/// `kintsu dedupe`.
pub(crate) fn dedupe(arguments: &DedupeArguments, session: &Session) -> Result<Verdict, JobError> {
    let mut job = jobs::from_files(&arguments.files, arguments.output.as_ref(), &arguments.linkage, session)?;
    jobs::dedupe_together(&mut job);
    execute_with(&job, session, |context| jobs::warn_of_linking_alone(&job, context))
}

/// `kintsu link`.
pub(crate) fn link(arguments: &LinkArguments, session: &Session) -> Result<Verdict, JobError> {
    let mut job = jobs::from_files(&arguments.files, arguments.output.as_ref(), &arguments.linkage, session)?;
    jobs::link_across(&mut job, arguments.one_to_one);
    execute(&job, session)
}

/// `kintsu run`.
pub(crate) fn run(arguments: &RunArguments, session: &Session) -> Result<Verdict, JobError> {
    let output = arguments.output.as_ref();
    let mut job = jobs::from_file(&arguments.job, output, &arguments.input, &arguments.linkage, session)?;
    job.spec.one_to_one |= arguments.one_to_one;
    execute(&job, session)
}

/// Runs a job, or only plans it with `--dry-run`.
fn execute(job: &BuiltJob, session: &Session) -> Result<Verdict, JobError> {
    execute_with(job, session, |_| ())
}

/// As [`execute`], with what is to be said of a sound job before it runs.
fn execute_with(job: &BuiltJob, session: &Session, say: impl FnOnce(&RunContext)) -> Result<Verdict, JobError> {
    if job.spec.generate.is_some() {
        job.check(None)?;
        return generate::execute(&job.spec, session);
    }
    if job.spec.tokenize.is_some() {
        job.check(None)?;
        return tokenize::execute(&job.spec, session);
    }
    let nowhere = job.spec.output.is_none() && !session.options().dry_run;
    job.check(nowhere.then(|| Problem::new("KN-JOB-022", "no run directory is named")))?;
    session.start_threads(&job.spec)?;
    if session.options().dry_run {
        return plan::show(job, session);
    }
    let context = session.context(&job.spec);
    say(&context);
    let done = LocalEngine::default().run(&job.spec, &context).map_err(|error| job.locate(error))?;
    context.progress().finish();
    let document = json!({ "output": done.directory, "run": done.card });
    session.printer().result(&document, &summary(&done.card, &done.directory));
    Ok(Verdict::Done)
}

/// A name of a count in words; that of a table stays as it is.
fn label(name: &str) -> String {
    if name.starts_with("records of ") { name.to_owned() } else { name.replace('_', " ") }
}

/// A run in a few lines.
pub(crate) fn summary(card: &RunCard, directory: &std::path::Path) -> String {
    let mut lines = Vec::new();
    for (name, count) in &card.counts {
        lines.push(format!("{:<LABEL_WIDTH$} {:>14}", label(name), grouped(*count)));
    }
    for (name, value) in card.evaluation.iter().flatten() {
        lines.push(format!("{:<LABEL_WIDTH$} {value:>14.4}", name.replace('_', " ")));
    }
    let total = card.timings.find("total").copied().unwrap_or(0.0);
    lines.push(format!("{:<LABEL_WIDTH$} {total:>12.2} s", "time"));
    if let Some(peak) = card.machine.peak_memory_bytes {
        lines.push(format!("{:<LABEL_WIDTH$} {:>14}", "peak memory", show_bytes(peak)));
    }
    lines.push(format!("{:<LABEL_WIDTH$} {}", "written to", directory.display()));
    lines.join("\n")
}

/// Room for the longest name of a count, which is that of an invalid attribute with its reason.
pub(crate) const LABEL_WIDTH: usize = 40;

/// A count with thousands set apart.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
