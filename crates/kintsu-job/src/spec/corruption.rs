//! Reads a corruption file and reports everything that is wrong with it at once: with its form, and with the columns it names.

use std::path::{Path, PathBuf};

use kintsu_generate::{CorruptColumn, CorruptionSpec};
use serde_json::Value;

use super::document::{Located, Step, parse_toml};
use super::problem::{Problem, nearest};
use super::schema::problems;
use crate::error::JobError;

/// A corruption file that was read.
#[derive(Debug, Clone, Default)]
pub struct CorruptionFile {
    /// What it says; what is wrong in it has its default here.
    spec: CorruptionSpec,
    source: Option<(PathBuf, Located)>,
    problems: Vec<Problem>,
}

/// The JSON Schema of a corruption file.
pub fn corruption_schema() -> Value {
    schemars::schema_for!(CorruptionSpec).to_value()
}

impl CorruptionFile {
    /// Reads the file at `path`; without one, the defaults hold.
    ///
    /// # Errors
    /// [`JobError::Unreadable`] when there is no such file, [`JobError::Configuration`] when it is no TOML.
    pub fn read(path: Option<&Path>) -> Result<Self, JobError> {
        let Some(path) = path else { return Ok(Self::default()) };
        let text = std::fs::read_to_string(path).map_err(|source| JobError::Unreadable { path: path.to_path_buf(), source })?;
        Self::parse(&text, path)
    }

    /// Reads the text of the file at `path`.
    fn parse(text: &str, path: &Path) -> Result<Self, JobError> {
        let within = |found: Vec<Problem>| found.into_iter().map(|problem| problem.within(Some(path))).collect::<Vec<_>>();
        let document = parse_toml(text).map_err(|found| JobError::Configuration(within(found)))?;
        let (found, wrong_places) = problems(&document, &corruption_schema());
        let found: Vec<Problem> = found.into_iter().map(with_schema).collect();
        let readable = document.without(&wrong_places, "").map_or(Value::Null, |document| document.to_value());
        let spec = match serde_json::from_value(readable) {
            Ok(spec) => spec,
            Err(error) if found.is_empty() => {
                return Err(JobError::Configuration(within(vec![with_schema(
                    Problem::new("KN-JOB-004", error.to_string()).at(1),
                )])));
            }
            Err(_) => CorruptionSpec::default(),
        };
        Ok(Self { spec, problems: within(found), source: Some((path.to_path_buf(), document)) })
    }

    /// What the file says, for a table of `columns`.
    ///
    /// # Errors
    /// [`JobError::Configuration`] with everything that is wrong in it.
    pub fn checked(&self, columns: &[CorruptColumn]) -> Result<&CorruptionSpec, JobError> {
        let mut problems = self.problems.clone();
        problems.extend(self.spec.problems(columns).into_iter().map(|found| {
            let near = found.keys.last().and_then(|written| nearest(written, found.known.iter().map(String::as_str)));
            let code = if found.message.starts_with("there is no column") { "KN-JOB-023" } else { "KN-JOB-004" };
            let problem = Problem::new(code, format!("{}: {}", found.keys.join("."), found.message));
            let problem = match near {
                Some(near) => problem.hint(format!("did you mean `{near}`?")),
                None if found.known.is_empty() => with_schema(problem),
                None => problem.hint(format!("there are: {}", found.known.join(", "))),
            };
            self.located(problem, &found.keys)
        }));
        if problems.is_empty() { Ok(&self.spec) } else { Err(JobError::Configuration(problems)) }
    }

    fn located(&self, problem: Problem, keys: &[String]) -> Problem {
        let Some((file, document)) = &self.source else { return problem };
        let keys: Vec<Step<'_>> = keys.iter().map(|key| Step::Key(key)).collect();
        problem.at(document.follow(&keys, &[]).1).within(Some(file))
    }
}

/// The same, with where the values of corruption files stand; what is said of the code is said of job files.
fn with_schema(problem: Problem) -> Problem {
    match problem.hint {
        None if problem.code == "KN-JOB-003" || problem.code == "KN-JOB-004" => {
            problem.hint("keys and values stand in docs/reference/corruption.schema.json")
        }
        _ => problem,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn columns() -> Vec<CorruptColumn> {
        ["first_name", "surname", "email"].map(|name| CorruptColumn { name: name.to_owned(), is_date: false }).into()
    }

    #[test]
    fn everything_wrong_is_told_at_once_with_its_line() {
        let text = "locale = \"en_UK\"\n\n[events]\nnickname = 1.5\nmove = 0.1\n\n[typos]\nsurnam = 0.1\nemail = 2\n\n[columns]\nlast_name = \"surnme\"\n";
        let file = CorruptionFile::parse(text, Path::new("errors.toml")).unwrap();
        let JobError::Configuration(problems) = file.checked(&columns()).unwrap_err() else { unreachable!() };
        let mut lines: Vec<(u32, Option<String>)> =
            problems.iter().map(|found| (found.line.unwrap(), found.hint.clone())).collect();
        lines.sort();
        assert_eq!(lines.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 4, 5, 8, 9, 12]);
        let hint = |line: u32| lines.iter().find(|(at, _)| *at == line).unwrap().1.clone().unwrap_or_default();
        assert_eq!((hint(5), hint(8)), ("did you mean `moved`?".to_owned(), "did you mean `surname`?".to_owned()));
        assert!([4, 9].iter().all(|line| hint(*line).contains("corruption.schema.json")), "{lines:?}");
    }

    #[test]
    fn the_example_is_the_default() {
        let text = include_str!("../../../../docs/guides/corruption.toml");
        let file = CorruptionFile::parse(text, Path::new("corruption.toml")).unwrap();
        assert_eq!((file.spec, file.problems), (CorruptionSpec::default(), Vec::new()));
    }
}
