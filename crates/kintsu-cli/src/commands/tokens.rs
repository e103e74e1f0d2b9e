//! `kintsu tokens`: what is done with rules, secrets and finished tokens.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use kintsu_job::{
    DecryptJob, InputSpec, JobError, JobSpec, Problem, ProfileDifferences, RekeyJob, diff_profiles, load_rules, plan_rekey, rekey,
};
use kintsu_token::{Profile, SecretKind};
use serde_json::json;

use super::tokenize::{encryption_key, print_counts, would_write};
use crate::Verdict;
use crate::commands::linkage::grouped;
use crate::session::Session;
use crate::token_arguments::{RecordOptions, SecretKindName, TokensCommand};

/// `kintsu tokens`.
pub(crate) fn run(command: &TokensCommand, session: &Session) -> Result<Verdict, JobError> {
    match command {
        TokensCommand::DiffProfiles { file, records } => diff(file, records, session),
        TokensCommand::Check { rules, profile } => check(rules, profile.or_default(), session),
        TokensCommand::Disclosure(arguments) => super::disclosure::run(arguments, session),
        TokensCommand::NewSecret { file, kind } => new_secret(file, *kind, session),
        TokensCommand::Rekey { .. } => pass_on(command, session),
    }
}

fn diff(file: &Path, records: &RecordOptions, session: &Session) -> Result<Verdict, JobError> {
    let none = JobSpec::default();
    session.start_threads(&none)?;
    let input = InputSpec::Path(file.to_path_buf());
    let differences = diff_profiles(&input, &records.spec()?, &session.context(&none))?;
    let document = serde_json::to_value(&differences).map_err(|error| JobError::Defect(error.to_string()))?;
    session.printer().result(&document, &table(&differences));
    Ok(Verdict::Done)
}

/// The differences for people.
fn table(differences: &ProfileDifferences) -> String {
    let mut text = format!("{} records, against {}\n", grouped(differences.records), differences.base);
    for difference in &differences.profiles {
        let _ = writeln!(text, "\n{}: {} records get other tokens", difference.profile, grouped(difference.records));
        for (rule, count) in difference.rules.iter().filter(|(_, count)| *count > 0) {
            let _ = writeln!(text, "  {rule:<26} {:>14}", grouped(*count));
        }
        if !difference.first_records.is_empty() {
            let shown: Vec<String> = difference.first_records.iter().take(20).map(u64::to_string).collect();
            let more = if difference.records as usize > shown.len() { ", ..." } else { "" };
            let _ = writeln!(text, "  records {}{more}", shown.join(", "));
        }
    }
    text
}

fn check(rules: &Path, profile: Profile, session: &Session) -> Result<Verdict, JobError> {
    let found = load_rules(Some(rules), profile)?;
    let ids: Vec<&str> = found.rules.iter().map(|rule| rule.id.as_str()).collect();
    let document = json!({ "version": found.version, "rules": found.rules });
    let text = format!("{} is right: version {}, {} rules: {}", rules.display(), found.version, ids.len(), ids.join(", "));
    session.printer().result(&document, &text);
    Ok(Verdict::Done)
}

/// Standard input gives one thing.
pub(crate) fn check_standard_input<'a>(paths: impl IntoIterator<Item = Option<&'a PathBuf>>) -> Result<(), JobError> {
    let readers = paths.into_iter().flatten().filter(|path| path.as_os_str() == "-").count();
    if readers < 2 {
        return Ok(());
    }
    let problem = Problem::new("KN-JOB-026", format!("standard input is to be read {readers} times but can be read once"));
    Err(JobError::problem(problem.hint("put tokens and keys into files of their own")))
}

fn new_secret(file: &Path, kind: SecretKindName, session: &Session) -> Result<Verdict, JobError> {
    if file.as_os_str() == "-" {
        let problem = Problem::new("KN-CLI-004", "a secret is not written to standard output");
        return Err(JobError::problem(problem.hint("name a file, which its owner alone will be able to read")));
    }
    if session.options().dry_run {
        return Ok(would_write(file, session));
    }
    let kind = match kind {
        SecretKindName::Hashing => SecretKind::Hashing,
        SecretKindName::Encryption => SecretKind::Encryption,
    };
    kintsu_token::secret::new_secret(file, kind).map_err(JobError::part)?;
    let text = format!("a new secret stands in {}; only its owner can read it", file.display());
    session.printer().result(&json!({ "file": file }), &text);
    Ok(Verdict::Done)
}

fn pass_on(command: &TokensCommand, session: &Session) -> Result<Verdict, JobError> {
    let TokensCommand::Rekey {
        input,
        output,
        encryption_key_file,
        from_partner,
        to_key_file,
        to_partner,
        profile,
        allow_weak_secret,
    } = command
    else {
        return Err(JobError::Defect("another command is taken for rekey".to_owned()));
    };
    check_standard_input([Some(input), encryption_key_file.as_ref(), to_key_file.as_ref()])?;
    let decrypt = DecryptJob {
        input: kintsu_table::Input::new(input),
        output: output.clone(),
        output_format: None,
        encryption: encryption_key(encryption_key_file.as_deref())?,
        partner: from_partner.clone(),
        profile: profile.or_default(),
        overwrite: session.options().overwrite,
        allow_weak_secret: *allow_weak_secret,
    };
    let to = to_key_file.as_ref().map(|file| encryption_key(Some(file))).transpose()?;
    let job = RekeyJob { decrypt, to, to_partner: to_partner.clone() };
    let none = JobSpec::default();
    let context = session.context(&none);
    if session.options().dry_run {
        plan_rekey(&job, &context)?;
        return Ok(would_write(output, session));
    }
    session.start_threads(&none)?;
    let counts = rekey(&job, &context)?;
    print_counts(counts, output, session);
    Ok(Verdict::Done)
}
