//! `kintsu opentoken`: the reference's command line, its data and metadata files, but with honest exit codes.

use std::ffi::OsString;

use kintsu_job::{
    HeldSecret, JobError, JobSpec, Problem, ReferenceDecrypt, ReferenceTokens, decrypt_as_reference, plan_as_reference,
    plan_decrypt_as_reference, tokenize_as_reference,
};
use kintsu_table::FileFormat;
use serde_json::json;

use super::tokenize::{print_counts, would_write};
use crate::Verdict;
use crate::commands::linkage::{LABEL_WIDTH, grouped};
use crate::session::Session;
use crate::token_arguments::OpentokenArguments;

/// The name of the command.
const COMMAND: &str = "opentoken";

/// The arguments of the process, where the reference's `-ot`, which is one flag and not two, is written out.
pub(crate) fn with_long_flags(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(command) = command_of(&arguments).filter(|command| arguments[*command] == COMMAND) {
        arguments[command..].iter_mut().filter(|argument| *argument == "-ot").for_each(|flag| *flag = "--output-type".into());
    }
    arguments
}

/// Where the command stands: the first word that is no flag, nor what may be the value of one.
fn command_of(arguments: &[OsString]) -> Option<usize> {
    let is_flag = |position: usize| arguments[position].as_encoded_bytes().starts_with(b"-");
    let is_value = |position: usize| position > 1 && is_flag(position - 1) && arguments[position] != COMMAND;
    (1..arguments.len()).find(|position| !is_flag(*position) && !is_value(*position))
}

/// `kintsu opentoken`.
pub(crate) fn run(arguments: &OpentokenArguments, session: &Session) -> Result<Verdict, JobError> {
    let mut problems = Vec::new();
    let input_format = format_of("--type", &arguments.input_type, &mut problems);
    let output_format = match &arguments.output_type {
        Some(output_type) => format_of("--output-type", output_type, &mut problems),
        None => input_format,
    };
    let lacks =
        |flag: &str, what: &str| Problem::new("KN-JOB-069", format!("{what} must be specified")).hint(format!("give {flag}"));
    if arguments.decrypt || !arguments.hash_only {
        let given = is_given(arguments.encryption_key.as_ref());
        problems.extend((!given).then(|| lacks("-e KEY, or --hash-only", "an encryption key")));
    }
    if !arguments.decrypt {
        let given = is_given(arguments.hashing_secret.as_ref());
        problems.extend((!given).then(|| lacks("-h SECRET", "a hashing secret")));
    }
    let (Some(input_format), Some(output_format), true) = (input_format, output_format, problems.is_empty()) else {
        return Err(JobError::Configuration(problems));
    };
    let dry_run = session.options().dry_run;
    let none = JobSpec::default();
    session.start_threads(&none)?;
    let ctx = session.context(&none);
    let hint = "kintsu tokenize reads secrets from files, from the environment or from standard input".to_owned();
    ctx.warn("KN-W-TOKEN-007", "secrets on a command line can be seen by everybody on this machine", Some(hint));
    let profile = arguments.token_profile.unwrap_or_default();
    let key = arguments.encryption_key.as_deref().map(|key| HeldSecret::of_command_line("-e", key));
    if let (true, Some(encryption)) = (arguments.decrypt, key) {
        let job = ReferenceDecrypt {
            input: arguments.input.clone(),
            input_format,
            output: arguments.output.clone(),
            output_format,
            encryption,
            profile,
        };
        if dry_run {
            plan_decrypt_as_reference(job, &ctx)?;
            return Ok(would_write(&arguments.output, session));
        }
        print_counts(decrypt_as_reference(job, &ctx)?, &arguments.output, session);
        return Ok(Verdict::Done);
    }
    let key = arguments.encryption_key.as_deref().filter(|_| !arguments.hash_only);
    let job = ReferenceTokens {
        input: arguments.input.clone(),
        input_format,
        output: arguments.output.clone(),
        output_format,
        hashing: HeldSecret::of_command_line("-h", arguments.hashing_secret.as_deref().unwrap_or_default()),
        encryption: key.map(|key| HeldSecret::of_command_line("-e", key)),
        profile,
    };
    if dry_run {
        plan_as_reference(&job, &ctx)?;
        return Ok(would_write(&arguments.output, session));
    }
    let card = tokenize_as_reference(&job, &ctx)?;
    let text = format!(
        "{:<LABEL_WIDTH$} {:>14}\n{:<LABEL_WIDTH$} {}",
        "records",
        grouped(card.rows),
        "written to",
        arguments.output.display()
    );
    session.printer().result(&json!({ "output": arguments.output, "tokens": card }), &text);
    Ok(Verdict::Done)
}

/// Whether there is more than white space.
fn is_given(secret: Option<&String>) -> bool {
    secret.is_some_and(|secret| !secret.trim().is_empty())
}

/// The formats that the reference knows, by their names in lower case.
fn format_of(flag: &str, name: &str, problems: &mut Vec<Problem>) -> Option<FileFormat> {
    match name {
        "csv" => Some(FileFormat::Csv),
        "parquet" => Some(FileFormat::Parquet),
        _ => {
            problems.push(Problem::new("KN-CLI-004", format!("`{flag}` cannot be `{name}`")).hint("give csv or parquet"));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_of_two_letters_is_written_out_for_this_command_alone() {
        let words = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
        assert_eq!(with_long_flags(words("kintsu opentoken -ot csv")), words("kintsu opentoken --output-type csv"));
        for others in ["kintsu tokenize -ot", "kintsu tokenize opentoken -ot", "kintsu"] {
            assert_eq!(with_long_flags(words(others)), words(others));
        }
        let (after_options, written_out) =
            ("kintsu -q --threads 2 opentoken -ot csv", "kintsu -q --threads 2 opentoken --output-type csv");
        assert_eq!(with_long_flags(words(after_options)), words(written_out));
    }
}
