//! What the program prints: results on standard output, everything else on standard error.

use std::io::{ErrorKind, IsTerminal, Write};

use kintsu_core::{Blame, Explain, Warning};

use crate::arguments::{GlobalOptions, PrintFormat};

/// Prints as the options ask.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Printer {
    json: bool,
    quiet: u8,
    verbose: bool,
    colour: bool,
}

impl Printer {
    /// A printer for these options; `NO_COLOR` and a standard error that is no terminal turn colours off.
    pub(crate) fn new(options: &GlobalOptions) -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            json: options.format == PrintFormat::Json,
            quiet: options.quiet,
            verbose: options.verbose > 0,
            colour: !plain && std::io::stderr().is_terminal(),
        }
    }

    /// Whether progress and notes are left out.
    pub(crate) fn is_quiet(self) -> bool {
        self.quiet > 0
    }

    /// Whether more is printed about what is done.
    pub(crate) fn is_verbose(self) -> bool {
        self.verbose
    }

    /// Prints a result: the document for programs, the text for people.
    pub(crate) fn result(self, document: &serde_json::Value, text: &str) {
        if self.quiet > 1 {
            return;
        }
        if self.json {
            print_out(&serde_json::to_string_pretty(document).unwrap_or_default());
        } else {
            print_out(text.trim_end_matches('\n'));
        }
    }

    /// Prints a warning.
    pub(crate) fn warning(self, warning: &Warning) {
        if !self.is_quiet() {
            print_error(&self.labelled("33", "warning", &warning.code, &warning.message, warning.hint.as_deref()));
        }
    }

    /// Prints an error with its parts and hints. A hint that several parts share stands below the first of them alone.
    pub(crate) fn error(self, error: &dyn Explain) {
        self.error_after(error, &mut Vec::new());
    }

    fn error_after(self, error: &dyn Explain, hints: &mut Vec<String>) {
        let parts = error.parts();
        if parts.is_empty() {
            let hint = error.hint().filter(|hint| !hints.contains(hint));
            print_error(&self.labelled("31", "error", error.code(), &error.to_string(), hint.as_deref()));
            hints.extend(hint);
            return;
        }
        for part in parts {
            self.error_after(part, hints);
        }
    }

    fn labelled(self, colour: &str, label: &str, code: &str, message: &str, hint: Option<&str>) -> String {
        let paint = |colour: &str, text: &str| {
            if self.colour { format!("\u{1b}[{colour}m{text}\u{1b}[0m") } else { text.to_owned() }
        };
        let first = format!("{}: {message}", paint(&format!("1;{colour}"), &format!("{label}[{code}]")));
        match hint {
            Some(hint) => format!("{first}\n  {}: {hint}", paint("1;36", "hint")),
            None => first,
        }
    }
}

/// Writes a line to standard output. A reader that has gone away ends the printing and nothing else; anything else that keeps
/// the line from being written ends the process, because what was asked for was not delivered.
pub(crate) fn print_out(text: &str) {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            print_error(&format!("error[KN-CLI-005]: cannot write to standard output: {error}"));
            std::process::exit(i32::from(Blame::Internal.exit_code()));
        }
        _ => {}
    }
}

/// Writes a line to standard error.
pub(crate) fn print_error(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
