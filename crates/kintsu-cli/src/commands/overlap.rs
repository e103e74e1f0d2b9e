//! `kintsu overlap`: which records of one file of tokens are in another.

use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;

use kintsu_core::Explain;
use kintsu_job::{
    ENCRYPTION_KEY_VARIABLE, HeldSecret, JobError, JobSpec, OverlapJob, OverlapReport, OverlapSide, Problem, overlap, read_secret,
};
use kintsu_table::Input;
use kintsu_token::overlap::{Agreement, OverlapResult, RuleOverlap, RuleSets, RuleSide};

use crate::Verdict;
use crate::commands::fuzzy_overlap;
use crate::commands::linkage::grouped;
use crate::commands::tokenize::would_write;
use crate::overlap_arguments::OverlapArguments;
use crate::session::Session;

/// `kintsu overlap`.
pub(crate) fn run(arguments: &OverlapArguments, session: &Session) -> Result<Verdict, JobError> {
    check_standard_input(arguments)?;
    let sets = if arguments.fuzzy.fuzzy { None } else { Some(rule_sets(arguments)?) };
    if let (true, Some(output)) = (session.options().dry_run, &arguments.output) {
        return Ok(would_write(output, session));
    }
    let Some(sets) = sets else { return fuzzy_overlap::run(arguments, session) };
    let job = job(arguments, sets, session.options().overwrite)?;
    let (values, _) = session.values();
    let surroundings = JobSpec { memory: values.memory.clone(), threads: values.threads, ..JobSpec::default() };
    session.start_threads(&surroundings)?;
    let report = overlap(&job, &session.context(&surroundings))?;
    let document = serde_json::to_value(&report).map_err(|error| JobError::Defect(error.to_string()))?;
    session.printer().result(&document, &text(&report));
    Ok(Verdict::Done)
}

/// The rules to compare: one set, or several.
fn rule_sets(arguments: &OverlapArguments) -> Result<RuleSets, JobError> {
    let agreement = if arguments.any { Agreement::Any } else { Agreement::All };
    let sets = match (&arguments.rules, &arguments.rule_sets) {
        (Some(rules), _) => RuleSets::new([rules.split(',').map(str::trim).filter(|rule| !rule.is_empty())], agreement),
        (None, sets) => RuleSets::parse(sets.as_deref().unwrap_or_default(), agreement),
    };
    sets.map_err(|error| {
        let problem = Problem::new(error.code(), error.to_string());
        JobError::problem(error.hint().into_iter().fold(problem, Problem::hint))
    })
}

/// Standard input gives one thing.
fn check_standard_input(arguments: &OverlapArguments) -> Result<(), JobError> {
    let keys = [&arguments.encryption_key_file, &arguments.key_a_file, &arguments.key_b_file];
    let paths = keys.into_iter().flatten().chain([&arguments.first, &arguments.second]);
    let readers = paths.filter(|path| path.as_os_str() == "-").count();
    if readers < 2 {
        return Ok(());
    }
    let problem = Problem::new("KN-JOB-026", format!("standard input is to be read {readers} times but can be read once"));
    Err(JobError::problem(problem.hint("put tokens and keys into files of their own")))
}

fn job(arguments: &OverlapArguments, sets: RuleSets, overwrite: bool) -> Result<OverlapJob, JobError> {
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
    let sides = [
        side(&arguments.first, &arguments.name_a, &arguments.key_a_file, "A", &arguments.partner_a)?,
        side(&arguments.second, &arguments.name_b, &arguments.key_b_file, "B", &arguments.partner_b)?,
    ];
    Ok(OverlapJob {
        sides,
        output: arguments.output.clone(),
        sets,
        one_to_one: arguments.one_to_one,
        token_frequency_max: arguments.max_token_frequency,
        profile: arguments.token_profile.unwrap_or_default(),
        overwrite,
        allow_weak_secret: arguments.allow_weak_secret,
    })
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
