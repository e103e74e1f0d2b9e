//! Reads the fields of one JSON object and notes everything that is wrong with them instead of stopping at the first.

use serde_json::{Map, Value};

use super::json_error::{ModelProblem, Place};
use super::json_position::{Step, display, locate};

/// Collects the problems of one text.
pub(super) struct Problems<'a> {
    text: &'a str,
    pub(super) found: Vec<ModelProblem>,
}

impl<'a> Problems<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, found: Vec::new() }
    }

    pub(super) fn place(&self, path: &[Step]) -> Place {
        let position = locate(self.text, path);
        Place { path: display(path), line: position.map(|(line, _)| line), column: position.map(|(_, column)| column) }
    }

    pub(super) fn push(&mut self, path: &[Step], problem: impl FnOnce(Place) -> ModelProblem) {
        let place = self.place(path);
        self.found.push(problem(place));
    }
}

/// One object of the JSON with its path; every reader takes a key, notes a wrong type and gives the default.
pub(super) struct Fields<'v> {
    object: &'v Map<String, Value>,
    path: Vec<Step>,
}

impl<'v> Fields<'v> {
    /// The object at `path`; a value of another type is noted as a problem.
    pub(super) fn open(value: &'v Value, path: Vec<Step>, problems: &mut Problems<'_>) -> Option<Self> {
        match value {
            Value::Object(object) => Some(Self { object, path }),
            other => {
                problems.push(&path, |place| wrong_type(place, "an object", other));
                None
            }
        }
    }

    /// No fields at all, at the top.
    pub(super) fn empty(object: &'v Map<String, Value>) -> Self {
        Self { object, path: Vec::new() }
    }

    /// Notes every key that is not in `known`.
    pub(super) fn refuse_unknown(&self, known: &[&'static str], problems: &mut Problems<'_>) {
        for key in self.object.keys().filter(|key| !known.contains(&key.as_str())) {
            let did_you_mean = nearest(key, known);
            problems.push(&self.at(key), |place| ModelProblem::UnknownKey { place, key: key.clone(), did_you_mean });
        }
    }

    pub(super) fn path(&self) -> &[Step] {
        &self.path
    }

    pub(super) fn at(&self, key: &str) -> Vec<Step> {
        let mut path = self.path.clone();
        path.push(Step::Key(key.to_owned()));
        path
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// The value of `key`; null counts as absent, as in Splink.
    pub(super) fn value(&self, key: &str) -> Option<&'v Value> {
        self.object.get(key).filter(|value| !value.is_null())
    }

    pub(super) fn text(&self, key: &str, problems: &mut Problems<'_>) -> Option<String> {
        self.typed(key, "text", problems, |value| value.as_str().map(str::to_owned))
    }

    pub(super) fn boolean(&self, key: &str, default: bool, problems: &mut Problems<'_>) -> bool {
        self.typed(key, "true or false", problems, Value::as_bool).unwrap_or(default)
    }

    pub(super) fn number(&self, key: &str, problems: &mut Problems<'_>) -> Option<f64> {
        self.typed(key, "a number", problems, Value::as_f64)
    }

    /// A number that satisfies `valid`; `expected` says so in words.
    pub(super) fn number_within(
        &self,
        key: &str,
        expected: &'static str,
        valid: impl Fn(f64) -> bool,
        problems: &mut Problems<'_>,
    ) -> Option<f64> {
        let value = self.number(key, problems)?;
        if valid(value) {
            return Some(value);
        }
        problems.push(&self.at(key), |place| ModelProblem::OutOfRange { place, value, expected });
        None
    }

    pub(super) fn count(&self, key: &str, problems: &mut Problems<'_>) -> Option<u32> {
        self.typed(key, "a whole number from 0 to 4294967295", problems, |value| {
            value.as_u64().and_then(|count| u32::try_from(count).ok())
        })
    }

    pub(super) fn array(&self, key: &str, problems: &mut Problems<'_>) -> &'v [Value] {
        let Some(value) = self.value(key) else { return &[] };
        if let Value::Array(list) = value {
            return list;
        }
        problems.push(&self.at(key), |place| wrong_type(place, "a list", value));
        &[]
    }

    pub(super) fn texts(&self, key: &str, problems: &mut Problems<'_>) -> Vec<String> {
        let mut texts = Vec::new();
        for (index, value) in self.array(key, problems).iter().enumerate() {
            if let Some(text) = value.as_str() {
                texts.push(text.to_owned());
            } else {
                let mut path = self.at(key);
                path.push(Step::Index(index));
                problems.push(&path, |place| wrong_type(place, "text", value));
            }
        }
        texts
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(&self, key: &str, choices: &[(&'static str, T)], problems: &mut Problems<'_>) -> Option<T> {
        let text = self.text(key, problems)?;
        let found = choices.iter().find(|(word, _)| *word == text).map(|(_, choice)| *choice);
        if found.is_none() {
            let words: Vec<&'static str> = choices.iter().map(|(word, _)| *word).collect();
            let did_you_mean = nearest(&text, &words);
            let allowed = words.join(", ");
            problems.push(&self.at(key), |place| ModelProblem::UnknownChoice { place, value: text, allowed, did_you_mean });
        }
        found
    }

    fn typed<T>(
        &self,
        key: &str,
        expected: &'static str,
        problems: &mut Problems<'_>,
        read: impl Fn(&'v Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(key)?;
        let read = read(value);
        if read.is_none() {
            problems.push(&self.at(key), |place| wrong_type(place, expected, value));
        }
        read
    }
}

pub(super) fn wrong_type(place: Place, expected: &'static str, found: &Value) -> ModelProblem {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    ModelProblem::WrongType { place, expected, found }
}

/// The word of `known` with the fewest edits from `word`, when it is near enough to be meant.
pub(crate) fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let limit = (word.chars().count() / 3).max(2);
    let near = known.iter().map(|candidate| (edits(word, candidate), *candidate)).filter(|(edits, _)| *edits <= limit).min();
    let begun = || known.iter().copied().find(|candidate| word.len() > 2 && candidate.starts_with(word));
    near.map(|(_, candidate)| candidate).or_else(begun)
}

/// Levenshtein distance, for short words.
fn edits(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = i;
        let mut before = i + 1;
        for (slot, b) in row.iter_mut().skip(1).zip(right.chars()) {
            let next = (diagonal + usize::from(a != b)).min(before + 1).min(*slot + 1);
            diagonal = *slot;
            *slot = next;
            before = next;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}
