//! `kintsu tokenize` and `kintsu decrypt`.

use std::fmt::Write;

use kintsu_job::{
    DecryptJob, ENCRYPTION_KEY_VARIABLE, Engine, HeldSecret, InputSpec, JobError, JobSpec, LocalEngine, Problem, RunCard,
    TokenFileCounts, TokensPlan, decrypt, plan_decrypt, plan_tokens, read_secret,
};
use serde_json::json;

use crate::Verdict;
use crate::commands::linkage::{LABEL_WIDTH, grouped, summary};
use crate::commands::tokens::check_standard_input;
use crate::session::Session;
use crate::token_arguments::{DecryptArguments, TokenizeArguments};

/// `kintsu tokenize`.
pub(crate) fn run(arguments: &TokenizeArguments, session: &Session) -> Result<Verdict, JobError> {
    let (values, _) = session.values();
    let job = JobSpec {
        inputs: vec![InputSpec::Path(arguments.input.clone())],
        output: Some(arguments.output.clone()),
        overwrite: session.options().overwrite,
        threads: values.threads,
        memory: values.memory.clone(),
        tokenize: Some(arguments.spec()?),
        ..JobSpec::default()
    };
    execute(&job, session)
}

/// Makes the tokens that a job asks for, or says with `--dry-run` of what they would be made.
pub(crate) fn execute(job: &JobSpec, session: &Session) -> Result<Verdict, JobError> {
    session.start_threads(job)?;
    let context = session.context(job);
    if session.options().dry_run {
        let plan = plan_tokens(job, &context)?;
        let document = json!({ "would_write": plan.output, "columns": plan.columns, "record_id": plan.record_id });
        session.printer().result(&document, &planned(&plan));
        return Ok(Verdict::Done);
    }
    let done = LocalEngine::default().run(job, &context)?;
    context.progress().finish();
    let document = json!({ "output": done.directory, "run": done.card });
    session.printer().result(&document, &format!("{}{}", invalid(&done.card), summary(&done.card, &done.directory)));
    Ok(Verdict::Done)
}

/// Which column would hold what.
fn planned(plan: &TokensPlan) -> String {
    let mut text = String::new();
    let id = ("RecordId", plan.record_id.as_deref().unwrap_or("made up"));
    let fields = plan.columns.iter().map(|(field, column)| (field.as_str(), column.as_deref().unwrap_or("no column: blank")));
    for (field, column) in [id].into_iter().chain(fields) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{field:<LABEL_WIDTH$} {column}");
    }
    text + &would_be_written(&plan.output)
}

/// How many values of each field were invalid, and why.
fn invalid(card: &RunCard) -> String {
    let mut text = String::new();
    let of_rules = card.tokens.iter().flat_map(|tokens| &tokens.invalid_attributes);
    let of_schema = card.clks.iter().flat_map(|clks| &clks.invalid_values);
    for (field, reasons) in of_rules.chain(of_schema) {
        for (reason, count) in reasons {
            let label = format!("invalid {field}: {reason}");
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{label:<LABEL_WIDTH$} {:>14}", grouped(*count));
        }
    }
    text
}

/// Says what would be written.
pub(crate) fn would_write(output: &std::path::Path, session: &Session) -> Verdict {
    session.printer().result(&json!({ "would_write": output }), &would_be_written(output));
    Verdict::Done
}

fn would_be_written(output: &std::path::Path) -> String {
    format!("would write {} and what stands beside it", output.display())
}

/// `kintsu decrypt`.
pub(crate) fn decrypt_tokens(arguments: &DecryptArguments, session: &Session) -> Result<Verdict, JobError> {
    check_standard_input([Some(&arguments.input), arguments.encryption_key_file.as_ref()])?;
    let job = DecryptJob {
        input: kintsu_table::Input::new(&arguments.input),
        output: arguments.output.clone(),
        output_format: None,
        encryption: encryption_key(arguments.encryption_key_file.as_deref())?,
        partner: arguments.partner.clone(),
        profile: arguments.profile.or_default(),
        overwrite: session.options().overwrite,
        allow_weak_secret: arguments.allow_weak_secret,
    };
    let none = JobSpec::default();
    let context = session.context(&none);
    if session.options().dry_run {
        plan_decrypt(&job, &context)?;
        return Ok(would_write(&arguments.output, session));
    }
    session.start_threads(&none)?;
    let counts = decrypt(&job, &context)?;
    print_counts(counts, &arguments.output, session);
    Ok(Verdict::Done)
}

/// The encryption key that a command needs.
pub(crate) fn encryption_key(file: Option<&std::path::Path>) -> Result<HeldSecret, JobError> {
    read_secret(file, ENCRYPTION_KEY_VARIABLE)?.ok_or_else(|| {
        let problem = Problem::new("KN-JOB-068", "there is no encryption key");
        JobError::problem(problem.hint(format!("name a file with --encryption-key-file, or set {ENCRYPTION_KEY_VARIABLE}")))
    })
}

/// Prints what became of the tokens of a file.
pub(crate) fn print_counts(counts: TokenFileCounts, output: &std::path::Path, session: &Session) {
    let line = |name: &str, count: u64| format!("{name:<LABEL_WIDTH$} {:>14}\n", grouped(count));
    let text = [
        line("tokens", counts.tokens),
        line("decrypted", counts.decrypted),
        line("blank", counts.blank),
        line("undecryptable", counts.undecryptable),
        format!("{:<LABEL_WIDTH$} {}", "written to", output.display()),
    ];
    session.printer().result(&json!({ "output": output, "counts": counts }), &text.concat());
}
