//! The `kintsu` command: reads its arguments, builds a job, hands it to the engine and prints what came of it.

mod arguments;
mod commands;
mod fuzzy_arguments;
mod generate_arguments;
mod jobs;
mod overlap_arguments;
mod printer;
mod progress;
mod session;
mod token_arguments;
mod values;

use std::ffi::OsString;

use clap::Parser;
use clap::error::ErrorKind;

use arguments::{Command, CommandLine};
use kintsu_job::JobError;
use session::Session;

/// How a command ended that met no error. Commands whose answer may be no will say so here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is done.
    Done,
}

/// Runs the command that `arguments` spell, the name of the program first, and returns the exit code of the process.
pub fn run_command(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let line = match CommandLine::try_parse_from(commands::opentoken::with_long_flags(arguments)) {
        Ok(line) => line,
        Err(error) => return refuse(&error),
    };
    let session = match Session::start(&line.global) {
        Ok(session) => session,
        Err(error) => {
            printer::Printer::new(&line.global).error(&error);
            return kintsu_core::Explain::blame(&error).exit_code();
        }
    };
    let done = session.check_options(&line.command).and_then(|()| run(&line.command, &session));
    match done {
        Ok(Verdict::Done) => 0,
        Err(error) => {
            let error = session.explained(error);
            session.printer().error(&error);
            kintsu_core::Explain::blame(&error).exit_code()
        }
    }
}

fn run(command: &Command, session: &Session) -> Result<Verdict, JobError> {
    match command {
        Command::Demo(arguments) => commands::demo::run(arguments, session),
        Command::Dedupe(arguments) => commands::linkage::dedupe(arguments, session),
        Command::Link(arguments) => commands::linkage::link(arguments, session),
        Command::Run(arguments) => commands::linkage::run(arguments, session),
        Command::Plan(arguments) => commands::plan::run(arguments, session),
        Command::Explain(arguments) => commands::explain::run(arguments, session),
        Command::Evaluate(arguments) => commands::evaluate::run(arguments, session),
        Command::Profile(arguments) => commands::profile::run(arguments, session),
        Command::Corrupt(arguments) => commands::corrupt::run(arguments, session),
        Command::Tokenize(arguments) => commands::tokenize::run(arguments, session),
        Command::Decrypt(arguments) => commands::tokenize::decrypt_tokens(arguments, session),
        Command::Overlap(arguments) => commands::overlap::run(arguments, session),
        Command::Tokens { command } => commands::tokens::run(command, session),
        Command::Opentoken(arguments) => commands::opentoken::run(arguments, session),
        Command::Generate(arguments) => commands::generate::run(arguments, session),
        Command::Completions { shell } => Ok(commands::reference::completions(*shell)),
        Command::Reference { page } => commands::reference::page(*page),
    }
}

/// Prints what clap has to say: help and version are results, everything else is the user's input being wrong.
fn refuse(error: &clap::Error) -> u8 {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let _ = error.print();
            0
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            2
        }
        _ => {
            printer::print_error(&with_code_and_hint(&error.render().to_string()));
            2
        }
    }
}

/// What clap says, in the form of our own errors.
fn with_code_and_hint(text: &str) -> String {
    const HINT: &str = "see `kintsu --help`, or `kintsu COMMAND --help`";
    let text = text.trim_end().strip_prefix("error: ").unwrap_or(text).replace("\n  tip: ", "\n  hint: ");
    let text = text.replace("\n\nFor more information, try '--help'.", "");
    let hint = if text.contains("\n  hint: ") { String::new() } else { format!("\n  hint: {HINT}") };
    format!("error[KN-CLI-006]: {text}{hint}")
}
