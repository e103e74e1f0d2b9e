//! The rules of a job, from a file or built in.

use std::path::Path;

use kintsu_token::{Profile, RuleErrors, RuleSet};

use crate::error::JobError;
use crate::spec::Problem;

/// The rules in the file at `path`, read as YAML where its name ends in `.yaml` or `.yml` and as TOML otherwise; the built-in rules
/// where there is no path.
///
/// # Errors
/// When the file cannot be read, and every mistake in it with its place.
pub fn load_rules(path: Option<&Path>, profile: Profile) -> Result<RuleSet, JobError> {
    let Some(path) = path else { return Ok(RuleSet::built_in()) };
    let text = std::fs::read_to_string(path).map_err(|source| JobError::Unreadable { path: path.to_path_buf(), source })?;
    let yaml = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("yaml") || ending.eq_ignore_ascii_case("yml"));
    let rules = if yaml { RuleSet::from_yaml(&text, profile) } else { RuleSet::from_toml(&text, profile) };
    rules.map_err(|errors| within(path, &errors))
}

fn within(path: &Path, errors: &RuleErrors) -> JobError {
    let problem = |error: &kintsu_token::RuleError| {
        let message = match error.place {
            Some((_, column)) => format!("column {column}: {}", error.message),
            None => error.message.clone(),
        };
        let problem = Problem { hint: error.hint.clone(), ..Problem::new(error.code, message) }.within(Some(path));
        match error.place {
            Some((line, _)) => problem.at(u32::try_from(line).unwrap_or(u32::MAX)),
            None => problem,
        }
    };
    JobError::Configuration(errors.0.iter().map(problem).collect())
}
