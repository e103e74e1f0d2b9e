//! `kintsu profile`: the columns of files.

use std::fmt::Write;

use kintsu_job::{InputSpec, JobError, JobSpec, profile_inputs};
use serde_json::json;

use crate::Verdict;
use crate::arguments::ProfileArguments;
use crate::session::Session;

/// `kintsu profile`.
pub(crate) fn run(arguments: &ProfileArguments, session: &Session) -> Result<Verdict, JobError> {
    let inputs: Vec<InputSpec> = arguments.files.iter().map(|path| InputSpec::Path(path.clone())).collect();
    let columns = profile_inputs(&inputs, arguments.top as usize, &session.context(&JobSpec::default()))?;
    let documents: Vec<_> = columns
        .iter()
        .map(|column| json!({ "type": column.data_type, "seems": column.seems, "profile": column.profile }))
        .collect();
    let width = columns.iter().map(|column| column.profile.column.chars().count()).max().unwrap_or(0).max(6);
    let mut text = format!("{:<width$}  {:<12} {:>9} {:>12}  most frequent\n", "column", "seems", "filled", "distinct");
    for column in &columns {
        let profile = &column.profile;
        let filled = 100.0 * profile.total_non_null_rows as f64 / (profile.total_rows_inc_nulls as f64).max(1.0);
        let top: Vec<String> = profile.top.iter().map(|value| format!("{} ({})", value.value, value.value_count)).collect();
        let _ = writeln!(
            text,
            "{:<width$}  {:<12} {filled:>7.2} % {:>12}  {}",
            profile.column,
            column.seems,
            profile.distinct_value_count,
            top.join(", ")
        );
    }
    session.printer().result(&json!({ "columns": documents }), &text);
    Ok(Verdict::Done)
}
