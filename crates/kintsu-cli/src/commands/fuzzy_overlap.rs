//! `kintsu overlap --fuzzy`: which records of one file of CLKs are like records of another.

use std::fmt::Write;

use kintsu_job::{ClkBlocking, FuzzyOverlapJob, FuzzyOverlapReport, JobError, JobSpec, Problem, fuzzy_overlap};
use kintsu_table::Input;

use crate::Verdict;
use crate::commands::linkage::grouped;
use crate::overlap_arguments::OverlapArguments;
use crate::session::Session;

/// Compares files of CLKs.
pub(crate) fn run(arguments: &OverlapArguments, session: &Session) -> Result<Verdict, JobError> {
    let (values, _) = session.values();
    let surroundings = JobSpec { memory: values.memory.clone(), threads: values.threads, ..JobSpec::default() };
    let job = job(arguments, session.options().overwrite)?;
    session.start_threads(&surroundings)?;
    let report = fuzzy_overlap(&job, &session.context(&surroundings))?;
    let document = serde_json::to_value(&report).map_err(|error| JobError::Defect(error.to_string()))?;
    session.printer().result(&document, &text(&report));
    Ok(Verdict::Done)
}

fn job(arguments: &OverlapArguments, overwrite: bool) -> Result<FuzzyOverlapJob, JobError> {
    let blocking = arguments.fuzzy.blocking().ok_or_else(|| {
        let problem = Problem::new("KN-CLI-007", "a sample is described, and all pairs are compared");
        JobError::problem(problem.hint("give --blocking sampled, or leave out --sample-bits and --sample-recall"))
    })?;
    let side = |path, name: &Option<String>| name.iter().fold(Input::new(path), Input::named);
    Ok(FuzzyOverlapJob {
        sides: [side(&arguments.first, &arguments.name_a), side(&arguments.second, &arguments.name_b)],
        output: arguments.output.clone(),
        threshold: arguments.fuzzy.threshold(),
        blocking,
        one_to_one: arguments.one_to_one,
        overwrite,
    })
}

/// The report for people.
fn text(report: &FuzzyOverlapReport) -> String {
    let mut text = String::new();
    let compared = match report.blocking {
        ClkBlocking::All => "all pairs compared".to_owned(),
        ClkBlocking::Sampled { bits, recall } => format!("pairs compared by samples of {bits} bits, recall {recall}"),
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
