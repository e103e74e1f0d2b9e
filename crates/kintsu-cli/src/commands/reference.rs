//! Completions, and the pages of the reference that the program writes about itself.

use std::fmt::Write;

use clap::CommandFactory;
use clap_complete::Shell;
use kintsu_job::{JobError, corruption_schema, job_schema};
use kintsu_link::sql::function_names;

use crate::Verdict;
use crate::arguments::{CommandLine, ReferencePage};
use crate::printer::print_out;

/// Prints completions for `shell`.
pub(crate) fn completions(shell: Shell) -> Verdict {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut CommandLine::command(), "kintsu", &mut text);
    print_out(String::from_utf8_lossy(&text).trim_end());
    Verdict::Done
}

/// Prints a page.
pub(crate) fn page(page: ReferencePage) -> Result<Verdict, JobError> {
    let text = match page {
        ReferencePage::Schema => {
            serde_json::to_string_pretty(&job_schema()).map_err(|error| JobError::Defect(error.to_string()))?
        }
        ReferencePage::CorruptionSchema => {
            serde_json::to_string_pretty(&corruption_schema()).map_err(|error| JobError::Defect(error.to_string()))?
        }
        ReferencePage::Commands => commands(),
        ReferencePage::Sql => sql_functions(),
    };
    print_out(&text);
    Ok(Verdict::Done)
}

/// The functions that conditions may use.
fn sql_functions() -> String {
    let mut page = "# Functions in SQL\n\nWritten by `cargo xtask docs`.\n\nConditions of levels, blocking rules and column expressions \
                    may use these functions, with the arguments and results that they have in the database whose dialect the condition \
                    is written in. Aggregates are not of them: a condition sees one pair of records.\n"
        .to_owned();
    let names = function_names();
    for initial in names.chunk_by(|a, b| a.as_bytes().first() == b.as_bytes().first()) {
        let _ = write!(page, "\n{}\n", initial.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "));
    }
    page.trim_end().to_owned()
}

/// The help of every command as one page.
fn commands() -> String {
    let mut page = "# Commands\n\nWritten by `cargo xtask docs`.\n".to_owned();
    let mut root = CommandLine::command().term_width(100);
    root.build();
    let mut append = |name: &str, help: String| {
        let _ = write!(page, "\n## `{name}`\n\n```\n{}\n```\n", help.trim_end());
    };
    append("kintsu", root.render_long_help().to_string());
    for command in root.get_subcommands_mut().filter(|command| !command.is_hide_set()) {
        let name = format!("kintsu {}", command.get_name());
        append(&name, command.clone().term_width(100).render_long_help().to_string());
        for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set() && inner.get_name() != "help") {
            let name = format!("{name} {}", inner.get_name());
            append(&name, inner.clone().term_width(100).render_long_help().to_string());
        }
    }
    let lines: Vec<&str> = page.lines().map(str::trim_end).collect();
    lines.join("\n")
}
