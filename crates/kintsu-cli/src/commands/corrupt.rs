//! `kintsu corrupt`.

use std::fmt::Write;

use std::collections::BTreeMap;

use kintsu_job::{CorruptJob, JobError, JobSpec, corrupt};
use kintsu_table::Input;
use serde_json::json;

use crate::Verdict;
use crate::arguments::CorruptArguments;
use crate::commands::linkage::grouped;
use crate::session::Session;

/// Puts errors into a table.
pub(crate) fn run(arguments: &CorruptArguments, session: &Session) -> Result<Verdict, JobError> {
    if session.options().dry_run {
        let text = format!("would write {}", arguments.output.display());
        session.printer().result(&json!({ "would_write": arguments.output }), &text);
        return Ok(Verdict::Done);
    }
    let job = CorruptJob {
        input: Input::new(&arguments.file),
        output: arguments.output.clone(),
        format: arguments.file_format,
        corruption: arguments.corruption.clone(),
        lists: arguments.lists.clone(),
        record_id: arguments.record_id.clone(),
        overwrite: session.options().overwrite,
    };
    let none = JobSpec::default();
    session.start_threads(&none)?;
    let counts = corrupt(&job, &session.context(&none))?;
    let line = |name: &str, count: u64| format!("{name:<28} {:>14}\n", grouped(count));
    let text = [
        line("records", counts.records),
        line("records changed", counts.records_changed),
        line("changes", counts.changes),
        taken(&counts.columns),
        format!("{:<28} {}", "written to", arguments.output.display()),
    ];
    session.printer().result(&json!({ "output": arguments.output, "counts": counts }), &text.concat());
    Ok(Verdict::Done)
}

/// What each column was taken for; the other columns are as they were, unless the corruption file names them.
fn taken(columns: &BTreeMap<&'static str, String>) -> String {
    let mut lines = String::new();
    for (role, column) in columns {
        let _ = writeln!(lines, "{:<28} {column}", format!("{role} is"));
    }
    lines
}
