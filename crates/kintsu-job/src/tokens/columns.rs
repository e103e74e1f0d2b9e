//! Which columns of the input hold what, and what is done where some lack.

use kintsu_core::RunContext;
use kintsu_kernel::{ColumnPlan, Tokenize};
use kintsu_table::TextStream;

use crate::error::JobError;
use crate::spec::{Problem, TokenizeSpec, nearest};

/// The names of the columns without a byte order mark and without white space around them, which is warned of.
pub(super) fn clean_names(stream: &TextStream, ctx: &RunContext) -> Vec<String> {
    let names: Vec<String> = stream.names().iter().map(|name| name.trim().to_owned()).collect();
    if stream.has_byte_order_mark() {
        ctx.warn("KN-W-TOKEN-002", "a byte order mark before the header is passed over", None);
    }
    let padded = stream.names().iter().zip(&names).filter(|(raw, name)| raw != name).count();
    if padded > 0 {
        let message = format!("white space around the names of {padded} columns is passed over");
        ctx.warn("KN-W-TOKEN-002", message, Some("the reference would not find these columns".to_owned()));
    }
    names
}

/// The names as the reference reads them: a byte order mark belongs to the first.
pub(super) fn raw_names(stream: &TextStream) -> Vec<String> {
    let mut names = stream.names().to_vec();
    if let Some(first) = names.first_mut().filter(|_| stream.has_byte_order_mark()) {
        first.insert(0, '\u{feff}');
    }
    names
}

/// Refuses columns that were named and are not there, and what `spec` does not allow to lack; warns of the rest.
pub(super) fn check_plan(
    plan: &ColumnPlan,
    kernel: &Tokenize,
    names: &[String],
    spec: &TokenizeSpec,
    ctx: &RunContext,
) -> Result<(), JobError> {
    let mut problems: Vec<Problem> = plan.unknown.iter().map(|name| unknown_column(name, names)).collect();
    problems.extend(spec.columns.keys().filter_map(|field| unknown_field(field, kernel)));
    for (other, taken) in &plan.passed_over {
        let message = format!("the columns `{other}` and `{taken}` hold one kind of attribute; `{taken}` is taken");
        ctx.warn("KN-W-TOKEN-003", message, Some("say which is meant with --columns NAME=FIELD".to_owned()));
    }
    let rules = kernel.tokenizer().rules();
    let lacks = |field: usize| plan.fields[field].is_none();
    let needs = |rule: usize, field: usize| rules.rule_parts(rule).iter().any(|part| rules.parts()[*part].field == field);
    let rule_count = rules.rule_ids().len();
    for field in (0..rules.fields().len()).filter(|field| lacks(*field)) {
        let blank: Vec<&str> =
            (0..rule_count).filter(|rule| needs(*rule, field)).map(|rule| rules.rule_ids()[rule].as_str()).collect();
        let name = &rules.fields()[field].name;
        let message = format!("the input has no column for `{name}`, so the tokens of {} are blank", blank.join(", "));
        let hint = format!("name the column with --columns NAME={name}");
        if spec.strict_columns {
            problems.push(Problem::new("KN-JOB-063", message).hint(hint));
        } else {
            ctx.warn("KN-W-TOKEN-001", message, Some(hint));
        }
    }
    let usable = |rule: usize| !(0..rules.fields().len()).any(|field| lacks(field) && needs(rule, field));
    if problems.is_empty() && !spec.allow_missing && !(0..rule_count).any(usable) {
        let message = "every rule lacks a column, so all tokens would be blank";
        let hint = format!("the input has {}; name columns with --columns NAME=FIELD, or give --allow-missing", listed(names));
        problems.push(Problem::new("KN-JOB-064", message).hint(hint));
    }
    if problems.is_empty() { Ok(()) } else { Err(JobError::Configuration(problems)) }
}

pub(super) fn unknown_column(name: &str, names: &[String]) -> Problem {
    let problem = Problem::new("KN-JOB-023", format!("the input has no column `{name}`"));
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    match nearest(name, known.iter().copied()) {
        Some(near) => problem.hint(format!("did you mean `{near}`?")),
        None => problem.hint(format!("it has {}", listed(names))),
    }
}

fn unknown_field(field: &str, kernel: &Tokenize) -> Option<Problem> {
    let fields = kernel.tokenizer().rules().fields();
    if fields.iter().any(|known| known.name == field) {
        return None;
    }
    let names: Vec<String> = fields.iter().map(|known| known.name.clone()).collect();
    let problem = Problem::new("KN-JOB-065", format!("no rule has the field `{field}`"));
    Some(problem.hint(format!("the fields are {} and RecordId", listed(&names))))
}

pub(super) fn listed(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(20).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > shown.len() { ", ..." } else { "" };
    format!("{}{more}", shown.join(", "))
}
