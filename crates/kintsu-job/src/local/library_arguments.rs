//! Everything that is wrong with the arguments of a comparison of the library, each thing with its place.
//!
//! The library tells the first thing that is wrong. So each argument is tried alone, beside others that are right, and then held
//! against what the library lets pass although it compares nothing.

use kintsu_link::library::{LibraryError, Metric};
use kintsu_link::model::Dialect;
use serde_json::{Map, Value, json};

use super::comparisons::build_comparison;
use crate::spec::{ComparisonSpec, Problem, nearest};

/// The keys of lists of numbers, of which each gives a level.
const LISTS: [&str; 4] = ["thresholds", "sizes", "jaro_winkler_thresholds", "km_thresholds"];
const METRICS: [&str; 6] = ["second", "minute", "hour", "day", "month", "year"];
const PROBABILITIES: [&str; 2] = ["m_probabilities", "u_probabilities"];

/// What is wrong with the arguments of `spec`, which stands at `place` and of which the library `refuses` the first thing.
pub(super) fn wrong_arguments(spec: &ComparisonSpec, refuses: Option<&LibraryError>, place: &str) -> Vec<Problem> {
    let Ok(Value::Object(fields)) = serde_json::to_value(spec) else { return Vec::new() };
    let arguments = Arguments { fields };
    let mut found = Vec::new();
    if let Some(first) = refuses {
        found = arguments.refused_by_the_library();
        if found.is_empty() {
            found.push((String::new(), Problem::of(first)));
        }
    }
    found.extend(arguments.comparing_nothing());
    found.into_iter().map(|(key, problem)| problem.in_place(&format!("{place}{key}"))).collect()
}

/// What is wrong, with the place below that of the comparison.
type Wrong = (String, Problem);

struct Arguments {
    fields: Map<String, Value>,
}

impl Arguments {
    fn list(&self, key: &str) -> &[Value] {
        self.fields.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    fn is_of(&self, types: &[&str]) -> bool {
        self.fields.get("type").and_then(Value::as_str).is_some_and(|name| types.iter().any(|part| name.contains(part)))
    }

    /// The keys that hold columns.
    fn columns(&self) -> impl Iterator<Item = &String> {
        self.fields.keys().filter(|key| key.ends_with("column") && self.fields[*key] != Value::Null)
    }

    /// The error of the arguments `base` with those of `changed` in place of what they are.
    fn error_with(base: &Map<String, Value>, changed: impl IntoIterator<Item = (String, Value)>) -> Option<LibraryError> {
        let mut fields = base.clone();
        fields.extend(changed);
        let spec: ComparisonSpec = serde_json::from_value(Value::Object(fields)).ok()?;
        build_comparison(&spec, Dialect::DuckDb).err()
    }

    /// The arguments with columns that can be read and nothing configured.
    fn with_good_columns(&self) -> Map<String, Value> {
        let mut fields = self.fields.clone();
        let columns: Vec<String> = self.columns().cloned().collect();
        fields.extend(columns.into_iter().map(|key| (key, json!("a"))));
        fields.remove("configure");
        fields
    }

    /// The same with one good number in each list.
    fn neutral(&self) -> Map<String, Value> {
        let mut fields = self.with_good_columns();
        for key in LISTS.into_iter().filter(|key| !self.list(key).is_empty()) {
            fields.insert(key.to_owned(), json!([1]));
        }
        if !(self.list("metrics").is_empty() && self.list("thresholds").is_empty()) && self.fields.contains_key("metrics") {
            fields.extend([("metrics".to_owned(), json!(["day"])), ("thresholds".to_owned(), json!([1]))]);
        }
        fields
    }

    /// What the library refuses; nothing where it refuses arguments that are not looked at here.
    fn refused_by_the_library(&self) -> Vec<Wrong> {
        let neutral = self.neutral();
        let mut found = Vec::new();
        if Self::error_with(&neutral, []).is_some() {
            return found;
        }
        for key in self.columns() {
            let error = Self::error_with(&neutral, [(key.clone(), self.fields[key].clone())]);
            found.extend(error.map(|error| (self.place_of_column(key), Problem::of(&error))));
        }
        for key in LISTS {
            self.numbers(key, &neutral, &mut found);
        }
        self.lengths(&mut found);
        found
    }

    /// The place of the text of a column, which may stand beside operations.
    fn place_of_column(&self, key: &str) -> String {
        if self.fields[key].is_object() { format!(".{key}.sql") } else { format!(".{key}") }
    }

    /// Each number of a list alone, with its unit where numbers have units.
    fn numbers(&self, key: &str, neutral: &Map<String, Value>, found: &mut Vec<Wrong>) {
        let units = if key == "thresholds" { self.list("metrics") } else { &[] };
        for position in 0..self.list(key).len().max(units.len()) {
            let number = self.list(key).get(position).cloned().unwrap_or_else(|| json!(1));
            let mut changed = vec![(key.to_owned(), json!([number]))];
            if self.fields.contains_key("metrics") {
                let unit = units.get(position).cloned().unwrap_or_else(|| json!("day"));
                let known = unit.as_str().is_some_and(|unit| unit.parse::<Metric>().is_ok());
                if !known {
                    found.push((format!(".metrics[{position}]"), unknown_unit(unit.as_str().unwrap_or_default())));
                }
                changed.push(("metrics".to_owned(), json!([if known { unit } else { json!("day") }])));
            }
            let error = Self::error_with(neutral, changed);
            found.extend(error.map(|error| (format!(".{key}[{position}]"), Problem::of(&error))));
        }
    }

    /// Lists that are not of one length: units beside thresholds, m and u beside levels.
    fn lengths(&self, found: &mut Vec<Wrong>) {
        let mut good = self.with_good_columns();
        if !self.list("metrics").is_empty() {
            good.insert("metrics".to_owned(), json!(vec!["day"; self.list("metrics").len()]));
        }
        let is_length = |error: &LibraryError| matches!(error, LibraryError::Length { .. });
        let of_units = Self::error_with(&good, []).filter(is_length);
        let units_fit = of_units.is_none();
        found.extend(of_units.map(|error| (".metrics".to_owned(), Problem::of(&error))));
        for key in PROBABILITIES.into_iter().filter(|_| units_fit) {
            if let Some(given) = self.configured(key) {
                let error = Self::error_with(&good, [("configure".to_owned(), json!({ key: given }))]);
                found.extend(error.filter(is_length).map(|error| (format!(".configure.{key}"), Problem::of(&error))));
            }
        }
    }

    fn configured(&self, key: &str) -> Option<&Value> {
        self.fields.get("configure")?.get(key)
    }

    /// What can be built and yet compares nothing, or is no probability.
    fn comparing_nothing(&self) -> Vec<Wrong> {
        let mut found = Vec::new();
        for key in ["thresholds", "sizes"] {
            if self.is_of(&["_at_"]) && self.fields.contains_key(key) && self.list(key).is_empty() {
                let problem = Problem::new("KN-LINK-336", format!("`{key}` is empty"));
                found.push((format!(".{key}"), problem.hint("give one at least, or use `exact_match`")));
            }
        }
        let numbers = |key| self.list(key).iter().filter_map(Value::as_f64).enumerate();
        for (position, number) in numbers("thresholds") {
            let place = format!(".thresholds[{position}]");
            if self.is_of(&["date", "time"]) && number < 0.0 {
                found.push((place, out_of_range("the threshold", number, "at least 0")));
            } else if self.counts_edits() && number.fract() != 0.0 {
                found.push((place, out_of_range("the threshold", number, "a whole number")));
            }
        }
        for key in PROBABILITIES {
            let given = self.configured(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let outside = given.iter().filter_map(Value::as_f64).enumerate().filter(|(_, p)| !(1e-300..=1.0).contains(p));
            found.extend(outside.map(|(position, number)| {
                (format!(".configure.{key}[{position}]"), out_of_range("the probability", number, "above 0 and at most 1"))
            }));
        }
        found
    }

    fn counts_edits(&self) -> bool {
        let function = self.fields.get("distance_function_name").and_then(Value::as_str).unwrap_or_default();
        self.is_of(&["levenshtein"]) || (self.is_of(&["distance_function"]) && function.contains("levenshtein"))
    }
}

fn out_of_range(what: &'static str, value: f64, expected: &'static str) -> Problem {
    Problem::of(&LibraryError::OutOfRange { what, value, expected })
}

/// A unit of time that is none.
fn unknown_unit(word: &str) -> Problem {
    let error = LibraryError::UnknownWord { what: "the metric", word: word.to_owned(), allowed: METRICS.join(", ") };
    let problem = Problem::of(&error);
    match nearest(word, METRICS) {
        Some(near) => problem.hint(format!("did you mean `{near}`?")),
        None => problem,
    }
}
