//! `kintsu tokens disclosure`: what a file of tokens gives away.

use std::fmt::Write;

use kintsu_job::{
    DisclosureJob, DisclosureReport, ENCRYPTION_KEY_VARIABLE, JobError, JobSpec, Problem, TokenizeSpec, disclosure,
};
use kintsu_table::Input;
use kintsu_token::disclosure::{DisclosureOptions, FrequencyBand, RuleDisclosure};

use crate::Verdict;
use crate::commands::linkage::grouped;
use crate::commands::overlap::key;
use crate::commands::tokens::check_standard_input;
use crate::overlap_arguments::DisclosureArguments;
use crate::session::Session;

/// `kintsu tokens disclosure`.
pub(crate) fn run(arguments: &DisclosureArguments, session: &Session) -> Result<Verdict, JobError> {
    if !(0.0..=1.0).contains(&arguments.open_share) {
        let problem = Problem::new("KN-CLI-004", format!("--open-share cannot be `{}`", arguments.open_share));
        return Err(JobError::problem(problem.hint("write a number from 0 to 1, such as 0.01")));
    }
    check_standard_input([Some(&arguments.file), arguments.encryption_key_file.as_ref()])?;
    let tokenize = TokenizeSpec {
        partner: arguments.partner.clone(),
        allow_weak_secret: arguments.allow_weak_secret,
        ..arguments.records.spec()?
    };
    let job = DisclosureJob {
        input: Input::new(&arguments.file),
        tokenize,
        key: key(arguments.encryption_key_file.as_ref(), ENCRYPTION_KEY_VARIABLE)?,
        options: DisclosureOptions {
            anonymity: arguments.anonymity.clone(),
            top: arguments.top,
            open_share: arguments.open_share,
        },
    };
    let (values, _) = session.values();
    let surroundings = JobSpec { memory: values.memory.clone(), threads: values.threads, ..JobSpec::default() };
    session.start_threads(&surroundings)?;
    let report = disclosure(&job, &session.context(&surroundings))?;
    let document = serde_json::to_value(&report).map_err(|error| JobError::Defect(error.to_string()))?;
    session.printer().result(&document, &text(&report));
    Ok(Verdict::Done)
}

/// The report for people.
fn text(report: &DisclosureReport) -> String {
    let mut text = format!("{} records\n", grouped(report.records));
    report.rules.iter().for_each(|rule| append_rule(rule, &mut text));
    if !report.invalid_attributes.is_empty() {
        let _ = writeln!(text, "\ninvalid attributes");
    }
    for (field, reasons) in &report.invalid_attributes {
        for (reason, count) in reasons {
            let _ = writeln!(text, "  {:<40} {:>14}", format!("{field}: {reason}"), grouped(*count));
        }
    }
    text
}

fn append_rule(rule: &RuleDisclosure, text: &mut String) {
    let verdict = if rule.open_to_frequency_attack { "OPEN to a frequency attack" } else { "not open to a frequency attack" };
    let _ = writeln!(text, "\n{}: {verdict}", rule.rule);
    let percent = |share: f64| format!("{:.2} %", 100.0 * share);
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "  {name:<40} {value:>14}");
    };
    line("blank tokens", format!("{} ({})", grouped(rule.blank), percent(rule.blank_share)));
    line("records with a token", grouped(rule.records));
    line("distinct tokens", grouped(rule.distinct_tokens));
    line("opened by their frequency alone", format!("{} ({})", grouped(rule.records_opened), percent(rule.marketer_risk)));
    line("mean suspicion", percent(rule.mean_risk));
    line("with the commonest token", percent(rule.top_share));
    line("entropy, bits", format!("{:.2}", rule.entropy_bits));
    for count in &rule.anonymity {
        line(&format!("share their token with fewer than {}", count.k), grouped(count.records_below));
    }
    for band in &rule.histogram {
        line(&band_name(band), format!("{} tokens", grouped(band.tokens)));
    }
    let top: Vec<String> = rule.top_frequencies.iter().map(|frequency| grouped(*frequency)).collect();
    line("highest frequencies", top.join(" "));
}

fn band_name(band: &FrequencyBand) -> String {
    match band.to {
        Some(to) if to == band.from => format!("borne by {to}"),
        Some(to) => format!("borne by {} to {}", grouped(band.from), grouped(to)),
        None => format!("borne by {} or more", grouped(band.from)),
    }
}
