//! `kintsu overlap`: which records of one file of tokens are in another.

use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;

use kintsu_job::{
    ENCRYPTION_KEY_VARIABLE, HeldSecret, JobError, JobSpec, OverlapJob, OverlapReport, OverlapSide, overlap, plan_fuzzy_overlap,
    plan_overlap, read_secret,
};
use kintsu_table::Input;
use kintsu_token::overlap::{Agreement, OverlapResult, RuleOverlap, RuleSets, RuleSide};
use serde::Serialize;

use crate::Verdict;
use crate::commands::fuzzy_overlap;
use crate::commands::linkage::grouped;
use crate::commands::tokenize::would_write;
use crate::commands::tokens::check_standard_input;
use crate::overlap_arguments::OverlapArguments;
use crate::session::Session;

/// `kintsu overlap`.
pub(crate) fn run(arguments: &OverlapArguments, session: &Session) -> Result<Verdict, JobError> {
    let files =
        [Some(&arguments.first), Some(&arguments.second), arguments.fuzzy.tokens_a.as_ref(), arguments.fuzzy.tokens_b.as_ref()];
    let keys = [&arguments.encryption_key_file, &arguments.key_a_file, &arguments.key_b_file].map(Option::as_ref);
    check_standard_input(files.into_iter().chain(keys))?;
    let (values, _) = session.values();
    let surroundings = JobSpec { memory: values.memory.clone(), threads: values.threads, ..JobSpec::default() };
    let context = session.context(&surroundings);
    if arguments.fuzzy.fuzzy {
        let job = fuzzy_overlap::job(arguments, session.options().overwrite)?;
        if would_only_write(arguments, session, || plan_fuzzy_overlap(&job, &context))? {
            return Ok(Verdict::Done);
        }
        session.start_threads(&surroundings)?;
        return print(&kintsu_job::fuzzy_overlap(&job, &context)?, fuzzy_overlap::text, session);
    }
    let job = job(arguments, rule_sets(arguments)?, session.options().overwrite)?;
    if would_only_write(arguments, session, || plan_overlap(&job, &context))? {
        return Ok(Verdict::Done);
    }
    session.start_threads(&surroundings)?;
    print(&overlap(&job, &context)?, text, session)
}

/// With `--dry-run` checks a job that writes and says what it would write. A job that writes nothing is done nevertheless.
fn would_only_write(
    arguments: &OverlapArguments,
    session: &Session,
    check: impl FnOnce() -> Result<(), JobError>,
) -> Result<bool, JobError> {
    let Some(output) = arguments.output.as_ref().filter(|_| session.options().dry_run) else { return Ok(false) };
    check()?;
    would_write(output, session);
    Ok(true)
}

fn print<Report: Serialize>(report: &Report, text: fn(&Report) -> String, session: &Session) -> Result<Verdict, JobError> {
    let document = serde_json::to_value(report).map_err(|error| JobError::Defect(error.to_string()))?;
    session.printer().result(&document, &text(report));
    Ok(Verdict::Done)
}

/// The rules to compare: one set, or several.
fn rule_sets(arguments: &OverlapArguments) -> Result<RuleSets, JobError> {
    let agreement = if arguments.any { Agreement::Any } else { Agreement::All };
    match (&arguments.rules, &arguments.rule_sets) {
        (Some(rules), _) => of_one_set(rules, agreement),
        (None, sets) => RuleSets::parse(sets.as_deref().unwrap_or_default(), agreement).map_err(JobError::part),
    }
}

/// One set of rules, with commas between them.
pub(crate) fn of_one_set(rules: &str, agreement: Agreement) -> Result<RuleSets, JobError> {
    let rules = rules.split(',').map(str::trim).filter(|rule| !rule.is_empty());
    RuleSets::new([rules], agreement).map_err(JobError::part)
}

fn job(arguments: &OverlapArguments, sets: RuleSets, overwrite: bool) -> Result<OverlapJob, JobError> {
    Ok(OverlapJob {
        sides: token_sides(arguments, [&arguments.first, &arguments.second])?,
        output: arguments.output.clone(),
        sets,
        one_to_one: arguments.one_to_one,
        token_frequency_max: arguments.max_token_frequency,
        profile: arguments.profile.or_default(),
        overwrite,
        allow_weak_secret: arguments.allow_weak_secret,
    })
}

/// Files of tokens with their keys.
pub(crate) fn token_sides(arguments: &OverlapArguments, files: [&PathBuf; 2]) -> Result<[OverlapSide; 2], JobError> {
    let of_both = key(arguments.encryption_key_file.as_ref(), ENCRYPTION_KEY_VARIABLE)?;
    let side = |path: &PathBuf, name: &Option<String>, file: &Option<PathBuf>, letter: &str, partner: &Option<String>| {
        let own = if file.is_none() && arguments.encryption_key_file.is_some() {
            None
        } else {
            key(file.as_ref(), &format!("{ENCRYPTION_KEY_VARIABLE}_{letter}"))?
        };
        let input = name.iter().fold(Input::new(path), Input::named);
        Ok::<_, JobError>(OverlapSide { input, key: own.or_else(|| of_both.clone()), partner: partner.clone() })
    };
    Ok([
        side(files[0], &arguments.name_a, &arguments.key_a_file, "A", &arguments.partner_a)?,
        side(files[1], &arguments.name_b, &arguments.key_b_file, "B", &arguments.partner_b)?,
    ])
}

pub(crate) fn key(file: Option<&PathBuf>, variable: &str) -> Result<Option<Arc<HeldSecret>>, JobError> {
    Ok(read_secret(file.map(PathBuf::as_path), variable)?.map(Arc::new))
}

/// The report for people.
fn text(report: &OverlapReport) -> String {
    let mut text = String::new();
    report.results.iter().for_each(|result| append_result(result, report.agreement, &mut text));
    append_rules(&report.rules, &mut text);
    if let Some(output) = &report.output {
        let _ = writeln!(text, "\n{} pairs written to {}", grouped(report.pairs), output.display());
    }
    text
}

fn append_result(result: &OverlapResult, agreement: &str, text: &mut String) {
    let between = if agreement == "all" { " and " } else { " or " };
    let _ = writeln!(text, "matching by {}", result.matching_rules.join(between));
    let rows = [
        (&result.dataset1_name, result.total_records_dataset1, result.matching_records_dataset1, result.unique_to_dataset1),
        (&result.dataset2_name, result.total_records_dataset2, result.matching_records_dataset2, result.unique_to_dataset2),
    ];
    for (name, total, matching, unique) in rows {
        let (total, matching, unique) = (grouped(total), grouped(matching), grouped(unique));
        let _ = writeln!(text, "  {name:<24} {total:>14} records {matching:>14} matching {unique:>14} unique");
    }
    let _ = writeln!(text, "  overlap {:.2} %, {} pairs\n", result.overlap_percentage, grouped(result.matches));
}

fn append_rules(rules: &[RuleOverlap], text: &mut String) {
    let width = rules.iter().map(|rule| rule.rule.chars().count()).max().unwrap_or(0).max(4);
    let _ = writeln!(
        text,
        "{:<width$} {:>14} {:>14} {:>14} {:>9} {:>9} {:>10}",
        "rule", "tokens A", "tokens B", "shared", "of A", "of B", "excluded"
    );
    for rule in rules {
        let share = |side: &RuleSide| format!("{:.2} %", 100.0 * side.shared);
        let _ = writeln!(
            text,
            "{:<width$} {:>14} {:>14} {:>14} {:>9} {:>9} {:>10}",
            rule.rule,
            grouped(rule.dataset1.distinct_tokens),
            grouped(rule.dataset2.distinct_tokens),
            grouped(rule.shared_tokens),
            share(&rule.dataset1),
            share(&rule.dataset2),
            grouped(rule.excluded_tokens)
        );
    }
}
