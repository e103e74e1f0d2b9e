//! `kintsu overlap --fuzzy`: which records of one file of CLKs are like records of another.

use std::fmt::Write;

use kintsu_job::{BlockTokens, ClkBlocking, ClkBlockingReport, FuzzyOverlapJob, FuzzyOverlapReport, JobError, Problem};
use kintsu_table::Input;
use kintsu_token::overlap::Agreement;

use crate::commands::linkage::grouped;
use crate::commands::overlap::{of_one_set, token_sides};
use crate::fuzzy_arguments::BlockingName;
use crate::overlap_arguments::OverlapArguments;

/// The job that the arguments ask for.
pub(crate) fn job(arguments: &OverlapArguments, overwrite: bool) -> Result<FuzzyOverlapJob, JobError> {
    let problems = idle_options(arguments);
    if !problems.is_empty() {
        return Err(JobError::Configuration(problems));
    }
    let side = |path, name: &Option<String>| name.iter().fold(Input::new(path), Input::named);
    Ok(FuzzyOverlapJob {
        sides: [side(&arguments.first, &arguments.name_a), side(&arguments.second, &arguments.name_b)],
        output: arguments.output.clone(),
        threshold: arguments.fuzzy.threshold(),
        blocking: blocking(arguments)?,
        one_to_one: arguments.one_to_one,
        overwrite,
    })
}

/// Options that say how pairs are chosen which are chosen in another way.
fn idle_options(arguments: &OverlapArguments) -> Vec<Problem> {
    let fuzzy = &arguments.fuzzy;
    let of_samples = [("--sample-bits", fuzzy.sample_bits.is_some()), ("--sample-recall", fuzzy.sample_recall.is_some())];
    let of_tokens = [
        ("--tokens-a", fuzzy.tokens_a.is_some()),
        ("--tokens-b", fuzzy.tokens_b.is_some()),
        ("--block-rules", fuzzy.block_rules.is_some()),
        ("--encryption-key-file", arguments.encryption_key_file.is_some()),
        ("--key-a-file", arguments.key_a_file.is_some()),
        ("--key-b-file", arguments.key_b_file.is_some()),
        ("--partner-a", arguments.partner_a.is_some()),
        ("--partner-b", arguments.partner_b.is_some()),
        ("--token-profile", arguments.profile.token_profile.is_some()),
        ("--allow-weak-secret", arguments.allow_weak_secret),
    ];
    let idle = |of: BlockingName, name: &'static str, options: &[(&str, bool)]| -> Vec<Problem> {
        let given = options.iter().filter(|(_, given)| *given && fuzzy.blocking != Some(of));
        let problem = |(option, _): &(&str, bool)| {
            let problem =
                Problem::new("KN-CLI-007", format!("`{option}` is given, and pairs are not chosen by --blocking {name}"));
            problem.hint(format!("give --blocking {name}, or leave {option} out"))
        };
        given.map(problem).collect()
    };
    [idle(BlockingName::Sampled, "sampled", &of_samples), idle(BlockingName::Tokens, "tokens", &of_tokens)].concat()
}

fn blocking(arguments: &OverlapArguments) -> Result<ClkBlocking, JobError> {
    let fuzzy = &arguments.fuzzy;
    match fuzzy.blocking {
        None | Some(BlockingName::All) => Ok(ClkBlocking::All),
        Some(BlockingName::Sampled) => {
            Ok(ClkBlocking::Sampled { bits: fuzzy.sample_bits.unwrap_or(24), recall: fuzzy.sample_recall.unwrap_or(0.99) })
        }
        Some(BlockingName::Tokens) => {
            let (Some(first), Some(second)) = (&fuzzy.tokens_a, &fuzzy.tokens_b) else {
                let problem = Problem::new("KN-CLI-007", "pairs are to be chosen by tokens, and files of tokens are not named");
                return Err(JobError::problem(problem.hint("name both with --tokens-a and --tokens-b")));
            };
            Ok(ClkBlocking::Tokens(Box::new(BlockTokens {
                sides: token_sides(arguments, [first, second])?,
                rules: fuzzy.block_rules.as_deref().map(|rules| of_one_set(rules, Agreement::Any)).transpose()?,
                profile: arguments.profile.or_default(),
                allow_weak_secret: arguments.allow_weak_secret,
            })))
        }
    }
}

/// The report for people.
pub(crate) fn text(report: &FuzzyOverlapReport) -> String {
    let mut text = String::new();
    let compared = match &report.blocking {
        ClkBlockingReport::All => "all pairs compared".to_owned(),
        ClkBlockingReport::Sampled { bits, recall } => format!("pairs compared by samples of {bits} bits, recall {recall}"),
        ClkBlockingReport::Tokens { rules, .. } => {
            let rules = rules.as_ref().map_or_else(|| "any rule".to_owned(), |rules| rules.join(" or "));
            format!("pairs compared that share a token of {rules}")
        }
    };
    let bits = report.bits.map_or_else(|| "no CLKs".to_owned(), |bits| format!("CLKs of {bits} bits"));
    let _ = writeln!(text, "matching by Dice coefficients of {} and more; {bits}; {compared}", report.threshold);
    for side in [&report.dataset1, &report.dataset2] {
        let [total, blank, matching, unique] =
            [side.records, side.blank_records, side.matching_records, side.unique_records].map(grouped);
        let _ = writeln!(
            text,
            "  {:<24} {total:>14} records {blank:>14} blank {matching:>14} matching {unique:>14} unique",
            side.name
        );
    }
    let _ = write!(text, "  {} pairs", grouped(report.pairs));
    if let Some(output) = &report.output {
        let _ = write!(text, " written to {}", output.display());
    }
    text
}
