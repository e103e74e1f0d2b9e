//! One thing that is wrong with a job, and where.

use std::path::{Path, PathBuf};

use kintsu_core::{Blame, Explain};

/// Something wrong with a job file or with the options of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The stable code.
    pub code: &'static str,
    /// What is wrong, without values of records.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The file it stands in; none for options of a command.
    pub file: Option<PathBuf>,
    /// The line, counted from 1.
    pub line: Option<u32>,
    /// The path of the value in the job or its file, such as `comparisons[1].comparison_levels[0].sql_condition`, counted from 0.
    pub place: Option<String>,
}

impl Problem {
    /// A problem with a code and a message.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, file: None, line: None, place: None }
    }

    /// An error as a problem.
    pub fn of(error: &dyn Explain) -> Self {
        Self { hint: error.hint(), ..Self::new(error.code(), error.to_string()) }
    }

    /// Text that is no TOML or JSON.
    pub fn syntax(line: u32, message: String) -> Self {
        Self { line: Some(line), ..Self::new("KN-JOB-002", message) }
    }

    /// The same with a hint.
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// The same at a line.
    pub fn at(self, line: u32) -> Self {
        Self { line: Some(line), ..self }
    }

    /// The same with the path of the value that is wrong; an empty path says nothing.
    pub fn in_place(self, place: &str) -> Self {
        Self { place: (!place.is_empty()).then(|| place.to_owned()), ..self }
    }

    /// The same in a file.
    pub fn within(self, file: Option<&Path>) -> Self {
        Self { file: file.map(Path::to_path_buf), ..self }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, "{}:{line}: ", file.display())?,
            (Some(file), None) => write!(f, "{}: ", file.display())?,
            (None, Some(line)) => write!(f, "line {line}: ")?,
            (None, None) => {}
        }
        // The message names a key of the job itself; what stands deeper would be looked for in vain.
        match &self.place {
            Some(place) if place.contains(['.', '[']) => write!(f, "{place}: {}", self.message),
            _ => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Problem {}

impl Explain for Problem {
    fn code(&self) -> &'static str {
        self.code
    }

    /// The hint that it was given, else what is always good to do about its code.
    fn hint(&self) -> Option<String> {
        self.hint.clone().or_else(|| crate::codes::code_note(self.code).map(|note| note.hint.to_owned()))
    }

    fn blame(&self) -> Blame {
        Blame::Input
    }
}

/// The member of `known` that `written` most likely means, when one is near enough.
///
/// ```
/// assert_eq!(kintsu_job::nearest("treshold", ["threshold", "recall"]), Some("threshold"));
/// assert_eq!(kintsu_job::nearest("zebra", ["threshold", "recall"]), None);
/// ```
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (written.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|candidate| (edit_distance(&written.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance, by characters.
fn edit_distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}
